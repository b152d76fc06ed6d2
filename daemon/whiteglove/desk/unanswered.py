"""What the owner owes an answer to, as the first part of the daily summary: the longest waiting against what was agreed
comes first."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypedDict
from urllib.parse import quote

import sqlalchemy as sa

from whiteglove.ledger import Obligation
from whiteglove.message import GRAVE_KINDS, Kind
from whiteglove.owner_words import Words
from whiteglove.sections import Item, Mark, Place, Section
from whiteglove.settings import Settings
from whiteglove.store import delegations, ledger, messages
from whiteglove.worktime import WorkingTime

LONGEST_SUBJECT = 60
LONGEST_ID = 120
"""A Message-ID beyond this is left out: a command that was cut is none."""
SOON = 0.75
"""The share of the agreed time after which an answer is due soon."""
_URL_SAFE = "@!$&'()*+,;=:"
_PRESSING = GRAVE_KINDS | {Kind.URGENT_REQUEST}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open obligation: what it is about, the Message-ID where it is known, how long it has waited and what was
    agreed, both in working time."""

    obligation: Obligation
    subject: str
    message_id: str | None
    waited: timedelta
    agreed: timedelta | None

    @property
    def share(self) -> float:
        """How much of the agreed time is used up; what has no time agreed counts as a week's."""
        return self.waited / (self.agreed or timedelta(hours=40))


def read_waiting(tx: sa.Connection, settings: Settings, now: datetime, *, is_past: bool = False) -> tuple[Waiting, ...]:
    """The open obligations to clients in the book, the most urgent first; with `is_past` those that were open then.
    What a teammate has is not the owner's to answer, unless it comes back."""
    with_team = (one for one in delegations.known(tx, since=now) if one.handed_at <= now)
    passed = {one.obligation for one in with_team if one.settled_at is None or one.settled_at > now}
    book, waited = settings.book.clients, _Waited(settings.worktime, now)
    known = ledger.open_at(tx, now) if is_past else ledger.open_obligations(tx)
    owed = [one for one in known if one.client in book and one.row not in passed]
    about = messages.named(tx, [one.message for one in owed])
    found = []
    for obligation in owed:
        subject, message_id = about.get(obligation.message, ("", None))
        since, agreed = waited.since(obligation.opened_at), book[obligation.client].reply_within
        found.append(Waiting(obligation, shortened(subject), message_id, since, agreed))
    return tuple(sorted(found, key=lambda waiting: (not _presses(waiting.obligation), -waiting.share)))


class _Waited:
    """Working time up to one instant. What lies between a day's beginning and that instant is found once a day: there
    may be thousands of questions, and months may lie between."""

    def __init__(self, worktime: WorkingTime, now: datetime) -> None:
        self._worktime = worktime
        self._now = now
        self._since_morning: dict[date, timedelta] = {}

    def since(self, opened: datetime) -> timedelta:
        if opened >= self._now:
            return timedelta(0)
        day = self._worktime.local_date(opened)
        morning = self._worktime.instant(day, time())
        if day not in self._since_morning:
            self._since_morning[day] = self._worktime.between(morning, self._now)
        return self._since_morning[day] - self._worktime.between(morning, opened)


def unanswered(found: tuple[Waiting, ...], words: Words, now: datetime) -> Section:
    """The section; an answer is overdue by the obligation's own time, which an absence may have moved."""
    items = tuple(_item(waiting, words, now) for waiting in found)
    return Section(
        title=words("needs_you"),
        place=Place.NEEDS_YOU,
        items=items,
        headline=words.counted("needs_you", len(items)),
        quiet=words("all_answered"),
    )


def quoted(subject: str, words: Words) -> str:
    """A subject within a sentence of the summary."""
    return words.quoted(subject) if subject else words("no_subject")


def shortened(subject: str) -> str:
    """A subject as a line of the summary quotes it."""
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"


def _item(waiting: Waiting, words: Words, now: datetime) -> Item:
    obligation = waiting.obligation
    wanted = ", ".join(words.texts.get(f"kind_{kind}", kind) for kind in obligation.kinds)
    said = quoted(waiting.subject, words)
    agreed = words("of_agreed", agreed=_hours(waiting.agreed, words)) if waiting.agreed else ""
    return Item(
        text=f"{said}: {wanted}" if wanted else said,
        client=obligation.client,
        mark=_mark(waiting, now),
        detail=words("waited", waited=_hours(waiting.waited, words), agreed=agreed),
        **_ways_to(waiting.message_id),
    )


class _Ways(TypedDict):
    step: str
    link: str


def _ways_to(message_id: str | None) -> _Ways:
    """The command that explains a message, and its URL (RFC 2392 section 2). A client chose the id: what a shell would
    take for more than a word is quoted, as what a URL cannot hold is."""
    if not message_id or len(message_id) > LONGEST_ID or not message_id.isprintable():
        return {"step": "", "link": ""}
    # What begins with a dash would be taken for an option.
    named = f"<{message_id}>" if message_id.startswith("-") else message_id
    step = f"whiteglove explain {shlex.quote(named)}"
    return {"step": step, "link": f"mid:{quote(message_id, safe=_URL_SAFE)}"}


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
    return words.number(span / timedelta(hours=1))
