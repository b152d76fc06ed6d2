"""Reason codes in words that a freelancer understands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from whiteglove.guard import REASONS as REFUSED
from whiteglove.prepare.forwarding import CAME_BACK
from whiteglove.prepare.moved import CALLED_OFF as MOVES
from whiteglove.prepare.notice_words import TOLD_INSTEAD
from whiteglove.screen import REASONS as SCREENED
from whiteglove.store.decisions import BY_OWNER
from whiteglove.store.mode import REHEARSAL_ENDED, RESTORED

_REASONS: Mapping[str, str] = MappingProxyType(
    {
        **TOLD_INSTEAD,
        **SCREENED,
        **REFUSED,
        **MOVES,
        BY_OWNER: "you said so",
        REHEARSAL_ENDED: "it waited as a rehearsal, which is over",
        RESTORED: "it waited in a backup that was restored, and may have gone out since",
        CAME_BACK: "your teammate's time for it was over, and it is yours again",
        "client_left_book": "its client is not in the book any more",
        "mailbox_left": "its mailbox is not in the configuration any more",
    }
)


def meaning_of(reason: str | None) -> str | None:
    """What a reason code of the screen, the guard or the outbox means; None for a plugin's own, which stands alone."""
    return _REASONS.get(reason or "")


def with_meaning(reason: str | None) -> str:
    """A reason code with its meaning, where it has one here."""
    meaning = meaning_of(reason)
    return f"{reason} ({meaning})" if meaning else reason or ""
