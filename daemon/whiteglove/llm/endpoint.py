"""One question to one endpoint: POST …/chat/completions as OpenAI's API has it, within a deadline.

Without `allow_remote` only addresses of this machine are ever connected to, whatever a name resolves to.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from whiteglove.errors import ConfigurationError
from whiteglove.settings import Settings
from whiteglove.settings.kept import kept
from whiteglove.web import Request, WebError, exchange

LARGEST_ANSWER = 64 * 1024
"""Octets that are read of an answer; an answer is one short object in a wrapping."""
_MOST_TOKENS = 200
_PATH = "/chat/completions"
_USUAL_BASE = "/v1"


class EndpointError(Exception):
    """The endpoint gave no answer. `code`: `unreachable`, `not_loopback`, `tls`, `late`, `key`, `status_503` (or
    another), `too_long`, `garbage`. Nothing of what it said is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model answers. `deadline` is in seconds; `key` reads the API key when it is needed."""

    url: str
    model: str
    deadline: float
    allow_remote: bool = False
    key: Callable[[], str] | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def endpoint_of(section: Mapping[str, Any], settings: Settings, environ: Mapping[str, str]) -> Endpoint:
    """What a checked section `[plugins.llm]` describes. Raises ConfigurationError for a key that is kept nowhere."""
    source = section["api_key"]
    key = kept(source, settings, ("plugins", "llm", "api_key"), environ).reveal if source is not None else None
    return Endpoint(
        url=section["url"],
        model=section["model"],
        deadline=section["deadline"].total_seconds(),
        allow_remote=section["allow_remote"],
        key=key,
    )


def complete(endpoint: Endpoint, messages: list[dict[str, str]], seconds: float) -> str:
    """What the model says to these messages, within so many seconds whatever the endpoint does meanwhile.

    Raises:
        EndpointError: it said nothing that can be read.
    """
    parts = urlsplit(endpoint.url)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if endpoint.key is not None:
        headers["Authorization"] = f"Bearer {_key(endpoint.key)}"
    body = {
        "model": endpoint.model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": _MOST_TOKENS,
        "stream": False,
        "response_format": {"type": "json_object"},
    }
    request = Request(
        url=f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or _USUAL_BASE}{_PATH}",
        headers=headers,
        body=json.dumps(body).encode(),
        allow_remote=endpoint.allow_remote,
        longest=LARGEST_ANSWER,
        tls=endpoint.tls,
    )
    try:
        answer = exchange(request, seconds)
    except WebError as error:
        raise EndpointError(error.code) from None
    if answer.status != 200:
        raise EndpointError(f"status_{answer.status}")
    return _content(answer.body)


def _key(reveal: Callable[[], str]) -> str:
    try:
        key = reveal()
    except ConfigurationError:
        raise EndpointError("key") from None
    if not key.isascii() or not key.isprintable():
        raise EndpointError("key")
    return key


def _content(raw: bytes) -> str:
    try:
        said = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise EndpointError("garbage") from None
    if not isinstance(said, str):
        raise EndpointError("garbage")
    return said
