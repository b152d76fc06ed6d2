"""One question to one endpoint: POST …/chat/completions as OpenAI's API has it, within a deadline.

A connection for each question, no proxy, no redirect. Without `allow_remote` only addresses of this machine are ever
connected to, whatever a name resolves to.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from whiteglove.errors import ConfigurationError, GrammarError
from whiteglove.settings import Secret, Settings
from whiteglove.settings.places import CREDENTIALS_FOLDER, resolve
from whiteglove.settings.secrets import SecretSource, parse_source

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
    key = _secret(source, settings, environ).reveal if source is not None else None
    return Endpoint(
        url=section["url"],
        model=section["model"],
        deadline=section["deadline"].total_seconds(),
        allow_remote=section["allow_remote"],
        key=key,
    )


def _secret(written: object, settings: Settings, environ: Mapping[str, str]) -> Secret:
    path = ("plugins", "llm", "api_key")
    try:
        source = parse_source(written)
    except GrammarError as error:
        raise ConfigurationError((settings.problem(path, str(error)),)) from None
    folder = settings.path.parent
    if source.kind == "file":
        source = SecretSource("file", (str(resolve(source.argument[0], folder, environ)),))
    place = settings.problem(path, "is where the key is kept")
    return Secret(source, place, environ, credentials=Path(folder).absolute() / CREDENTIALS_FOLDER)


def complete(endpoint: Endpoint, messages: list[dict[str, str]], seconds: float) -> str:
    """What the model says to these messages, within so many seconds whatever the endpoint does meanwhile.

    Raises:
        EndpointError: it said nothing that can be read.
    """
    until = time.monotonic() + seconds
    parts = urlsplit(endpoint.url)
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
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
    path = (parts.path.rstrip("/") or _USUAL_BASE) + _PATH
    with _connected(endpoint, until) as connection:
        try:
            connection.request("POST", path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            # A redirect is an answer like any other that is no answer: the text goes to nobody else.
            status, raw = response.status, response.read(LARGEST_ANSWER + 1)
        except (OSError, HTTPException, ValueError):
            raise EndpointError("late" if time.monotonic() >= until else "garbage") from None
    if time.monotonic() >= until:
        raise EndpointError("late")
    if status != 200:
        raise EndpointError(f"status_{status}")
    if len(raw) > LARGEST_ANSWER:
        raise EndpointError("too_long")
    return _content(raw)


def _key(reveal: Callable[[], str]) -> str:
    try:
        key = reveal()
    except ConfigurationError:
        raise EndpointError("key") from None
    if not key.isascii() or not key.isprintable():
        raise EndpointError("key")
    return key


@contextmanager
def _connected(endpoint: Endpoint, until: float) -> Iterator[HTTPConnection]:
    """A connection that is cut at the deadline, even while the endpoint sends a byte now and then."""
    parts = urlsplit(endpoint.url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    port = parts.port or (443 if secure else 80)
    raw = _socket(host, port, until, allow_remote=endpoint.allow_remote)
    try:
        if secure:
            context = endpoint.tls or ssl.create_default_context()
            raw = context.wrap_socket(raw, server_hostname=host)
    except (OSError, ValueError):
        raw.close()
        raise EndpointError("late" if time.monotonic() >= until else "tls") from None
    connection = HTTPConnection(host, port)
    connection.sock = raw
    end = threading.Timer(max(0.0, until - time.monotonic()), _cut, [raw])
    end.daemon = True
    end.start()
    try:
        yield connection
    finally:
        end.cancel()
        connection.close()


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _socket(host: str, port: int, until: float, *, allow_remote: bool) -> socket.socket:
    """Connected to the first address of this name that answers; without `allow_remote` only to one of this machine."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise EndpointError("unreachable") from None
    addresses = [str(place[0]) for *_, place in found]
    if not allow_remote:
        addresses = [address for address in addresses if ipaddress.ip_address(address.partition("%")[0]).is_loopback]
        if not addresses:
            raise EndpointError("not_loopback")
    for address in addresses:
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise EndpointError("late")
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=seconds)
    raise EndpointError("late" if time.monotonic() >= until else "unreachable")


def _content(raw: bytes) -> str:
    try:
        said = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise EndpointError("garbage") from None
    if not isinstance(said, str):
        raise EndpointError("garbage")
    return said
