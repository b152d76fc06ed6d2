"""A mail that is ready to be handed over, or must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from whiteglove.guard import Refusal

Templates = Mapping[tuple[str, str, str], str]
"""Template sources by plugin, name and language; the core's own stand under `core`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The bytes of a mail with what must be remembered of it, and the guard's refusal where there is one.

    `sender` and `recipient` are the envelope's; the recipient of a rehearsal is the owner. `due` is the time that the
    mail tells, `short` whether it is the short line.
    `undecided` means that it is refused only since a promise has just come due, while Sent is still being read: ask
    again in a few seconds.
    """

    raw: bytes
    sender: str = ""
    recipient: str = ""
    message_id: str = ""
    token: str = ""
    due: datetime | None = None
    short: bool = False
    rehearsed: bool = False
    refusal: Refusal | None = None
    undecided: bool = False


def impossible(reason: str) -> Prepared:
    """A mail that cannot even be written any more, for example since its client left the book."""
    return Prepared(raw=b"", refusal=Refusal(reason))
