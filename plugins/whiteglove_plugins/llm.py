"""A language model is asked what a mail wants where the classifier does not know; the core's adapter asks it.

This file holds the settings alone: a plugin opens no socket.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from whiteglove import Duration, PluginInfo, PluginSettings, hookimpl

_URL = "http://127.0.0.1:11434/v1"
_KEY = {"credential": "llm"}
_LONGEST = timedelta(seconds=30)


class Llm(PluginSettings):
    """The keys of `[plugins.llm]`."""

    url: str = Field(
        examples=[_URL],
        description="Where it answers as OpenAI's API does: Ollama, llama.cpp, vLLM. http:// on this machine only.",
    )
    model: str = Field(min_length=1, examples=["qwen2.5:3b"], description="Which model is asked.")
    deadline: Duration = Field(
        default=timedelta(seconds=2),
        examples=["2s"],
        description="A later answer does not count. Only the mail it is about waits so long, no other.",
    )
    allow_remote: bool = Field(
        default=False, description="Let the text of these mails leave this machine; the url is then https://."
    )
    api_key: dict[str, str | list[str]] | None = Field(
        default=None, examples=[_KEY], description="Where a key is kept, if one is needed; as passwords are."
    )

    @field_validator("deadline")
    @classmethod
    def _is_short(cls, deadline: timedelta) -> timedelta:
        if not timedelta(0) < deadline <= _LONGEST:
            raise ValueError('must be more than nothing and at most 30s; right would be "2s"')
        return deadline

    @field_validator("api_key")
    @classmethod
    def _is_one_place(cls, source: dict[str, Any] | None) -> dict[str, Any] | None:
        # The value is not repeated: somebody may have written the key itself there.
        if source is not None and (len(source) != 1 or not source.keys() <= {"credential", "env", "file", "command"}):
            raise ValueError('a key is kept in exactly one place; right would be { credential = "llm" }')
        return source

    @model_validator(mode="after")
    def _stays_here(self) -> Llm:
        parts = _parts(self.url)
        if parts is None or parts[0] not in ("http", "https") or not parts[1]:
            raise ValueError(f'url: {self.url!r} is no address of an endpoint; right would be "{_URL}"')
        scheme, host = parts
        if _is_here(host):
            return self
        if not self.allow_remote:
            raise ValueError(
                f"url: {host} is not this machine, and the text of mails would go there; if you want that, "
                "write allow_remote = true"
            )
        if scheme != "https":
            raise ValueError(f"url: mails would go to {host} for everybody to read; right would be https://")
        return self


def _parts(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        # A port that is no number is only noticed when it is asked for.
        if parts.username or parts.password or parts.query or parts.fragment or parts.port == 0:
            return None
    except ValueError:
        return None
    return parts.scheme, parts.hostname or ""


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Asks a language model on this machine about mails that the classifier cannot tell.", Llm)
