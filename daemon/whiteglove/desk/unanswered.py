"""What the owner owes an answer to, as the first part of the daily summary: the longest waiting against what was agreed
comes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.desk.account_words import Words
from whiteglove.ledger import Obligation
from whiteglove.message import GRAVE_KINDS, Kind
from whiteglove.sections import Item, Mark, Place, Section
from whiteglove.settings import Settings
from whiteglove.store import ledger, messages

LONGEST_SUBJECT = 60
SOON = 0.75
"""The share of the agreed time after which an answer is due soon."""
_PRESSING = GRAVE_KINDS | {Kind.URGENT_REQUEST}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open obligation: what it is about, how long it has waited and what was agreed, both in working time."""

    obligation: Obligation
    subject: str
    waited: timedelta
    agreed: timedelta | None

    @property
    def share(self) -> float:
        """How much of the agreed time is used up; what has no time agreed counts as a week's."""
        return self.waited / (self.agreed or timedelta(hours=40))


def read_waiting(tx: sa.Connection, settings: Settings, now: datetime) -> tuple[Waiting, ...]:
    """The open obligations to clients in the book, the most urgent first."""
    book, worktime = settings.book.clients, settings.worktime
    found = []
    for obligation in ledger.open_obligations(tx):
        if obligation.client not in book:
            continue
        message = messages.at(tx, obligation.message)
        found.append(
            Waiting(
                obligation,
                shortened(message.subject if message is not None else ""),
                worktime.between(min(obligation.opened_at, now), now),
                book[obligation.client].reply_within,
            )
        )
    return tuple(sorted(found, key=lambda waiting: (not _presses(waiting.obligation), -waiting.share)))


def unanswered(found: tuple[Waiting, ...], words: Words, now: datetime) -> Section:
    """The section; an answer is overdue by the obligation's own time, which an absence may have moved."""
    items = tuple(_item(waiting, words, now) for waiting in found)
    headline = words["one_needs_you" if len(items) == 1 else "some_need_you"].format(count=len(items)) if items else ""
    return Section(
        title=words["needs_you"], place=Place.NEEDS_YOU, items=items, headline=headline, quiet=words["all_answered"]
    )


def quoted(subject: str, words: Words) -> str:
    """A subject within a sentence of the summary."""
    return words["quoted"].format(subject=subject) if subject else words["no_subject"]


def shortened(subject: str) -> str:
    """A subject as a line of the summary quotes it."""
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"


def _item(waiting: Waiting, words: Words, now: datetime) -> Item:
    obligation = waiting.obligation
    wanted = ", ".join(words.get(f"kind_{kind}", kind) for kind in obligation.kinds)
    said = quoted(waiting.subject, words)
    agreed = words["of_agreed"].format(agreed=_hours(waiting.agreed, words)) if waiting.agreed else ""
    return Item(
        text=f"{said}: {wanted}" if wanted else said,
        client=obligation.client,
        mark=_mark(waiting, now),
        detail=words["waited"].format(waited=_hours(waiting.waited, words), agreed=agreed),
    )


def _mark(waiting: Waiting, now: datetime) -> Mark:
    due = waiting.obligation.due
    if due is not None and due <= now:
        return Mark.LATE
    if _presses(waiting.obligation):
        return Mark.NOW
    return Mark.DUE if waiting.agreed and waiting.share >= SOON else Mark.PLAIN


def _presses(obligation: Obligation) -> bool:
    return not _PRESSING.isdisjoint(obligation.kinds)


def _hours(span: timedelta, words: Words) -> str:
    """Hours to a tenth: "4 of 4" for a quarter of an hour that is left would be no help."""
    return f"{span / timedelta(hours=1):.1f}".removesuffix(".0").replace(".", words["decimal"])
