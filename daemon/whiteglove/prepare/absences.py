"""What a change of the configuration does to words already given: promises that now lie on a day off or in an absence.

Nobody who was told such a time is answered meanwhile, so the owner is told at once, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.clients import Client
from whiteglove.ledger import Promise, PromiseKind
from whiteglove.owner_words import Words
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.promises import free_slot, in_absence
from whiteglove.settings import Settings
from whiteglove.store import ledger
from whiteglove.store.view import SLOTS_REMEMBERED

_TOLD_FOR = timedelta(days=400)
"""How long the same promises are not told again: longer than any of them lies ahead."""


@dataclass(frozen=True, slots=True)
class Displaced:
    """A promise that nobody will be there to keep, and the free slot to which its report can be moved. None for an
    answer, which cannot be moved, and where nothing is worked within the horizon."""

    client: Client
    promise: Promise
    proposed: datetime | None


def displaced(tx: sa.Connection, settings: Settings, now: datetime) -> Iterator[Displaced]:
    """Every open promise to a client in the book that lies on a day off, a holiday or in an absence."""
    for client in settings.book.clients.values():
        known = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
        for promise in in_absence(known, settings.worktime, now):
            proposed = None
            if promise.kind is PromiseKind.REPORT:
                proposed = free_slot(client.report, settings.worktime, known, promise.due, now)
            yield Displaced(client, promise, proposed)


def said(found: Displaced, settings: Settings) -> str:
    """What became of the promise and what to do, in one line of a command."""
    zone = settings.worktime.zone
    due = found.promise.due.astimezone(zone)
    if found.promise.kind is PromiseKind.ANSWER:
        return f"{found.client.name}: your answer is promised by {due:%a %Y-%m-%d %H:%M}. Answer before, or tell them."
    line = f"{found.client.name}: the report is due {due:%a %Y-%m-%d %H:%M}."
    if found.proposed is None:
        return f"{line} There is no free slot; name a time: whiteglove reports move {found.client.key} WHEN"
    free = found.proposed.astimezone(zone)
    return f"{line} Free is {free:%a %Y-%m-%d %H:%M}: whiteglove reports move {found.client.key} next"


def tell_of_absences(tx: sa.Connection, settings: Settings, now: datetime) -> bool:
    """Tell the owner at once which promises lie in an absence, once for the same ones; whether that was now."""
    found = list(displaced(tx, settings, now))
    if not found:
        return False
    which = ",".join(sorted(f"{one.promise.row}" for one in found))
    words = words_of(settings, now)
    lines = [words("in_absence"), *(f"- {_told(one, words)}" for one in found)]
    warning = Warn(
        reason="promise_in_absence",
        key=f"promises_in_absence:{which}",
        text="\n".join(lines),
        once=_TOLD_FOR,
    )
    return tell_owner(tx, CORE, warning, now, settings.worktime)


def _told(found: Displaced, words: Words) -> str:
    """The same in one line of a notice."""
    client, due = found.client, found.promise.due
    if found.promise.kind is PromiseKind.ANSWER:
        return words("absent_answer", client=client.name, due=words.moment(due))
    line = words("absent_report", client=client.name, due=words.when(due))
    if found.proposed is None:
        return f"{line} {words('absent_none', key=client.key)}"
    return f"{line} {words('absent_free', free=words.moment(found.proposed), key=client.key)}"
