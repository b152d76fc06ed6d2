"""What the bench shows: values that never change, printed with what a test looks at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class PluginFailedError(AssertionError):
    """A hook raised, took too long, or returned what it may not return. The cause is what it raised, with the plugin's
    own lines in its traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One warning to the owner.

    `urgency` is `now`, `today` or `digest`; `client` a key of the book. `due` is when it is told, None for the daily
    summary. `state` is `waiting`, `planned` or `told`; `times` counts how often it was raised until it was told. `mail`
    is the row of the mail that tells it.
    """

    text: str
    urgency: str
    client: str | None
    key: str
    reason: str
    due: datetime | None = field(default=None, repr=False)
    state: str = field(default="", repr=False)
    times: int = field(default=1, repr=False)
    plugin: str = field(default="", repr=False)
    raised_at: datetime | None = field(default=None, repr=False)
    row: int = field(default=0, repr=False)
    mail: int | None = field(default=None, repr=False)


class Posted(NamedTuple):
    """One JSON object that was sent to a web address."""

    url: str
    body: Any


class Notified(NamedTuple):
    """One notice that went out on another way than by mail."""

    title: str
    text: str


class Flagged(NamedTuple):
    """A flag that was set, or taken away, of the message with this subject."""

    flag: str
    set: bool
    subject: str


class Moved(NamedTuple):
    """A move of the message with this subject."""

    folder: str
    subject: str


@dataclass(frozen=True, slots=True)
class Request:
    """A web call as its receiver gets it: the bytes that are signed, and every header (`X-Whiteglove-Signature`)."""

    url: str
    body: bytes
    headers: Mapping[str, str]
