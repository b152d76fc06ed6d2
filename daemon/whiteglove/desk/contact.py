"""Whether a client writes more often than was agreed. Messages are counted, not bursts; a day is the owner's local
date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from whiteglove.clients import Client, Limit
from whiteglove.message import RecordedMessage
from whiteglove.store import events, messages
from whiteglove.worktime import WorkingTime

_A_DAY = timedelta(days=1)
_A_MOMENT = timedelta(microseconds=1)
CONTACT_EXCEEDED = "ContactExceeded"

Stretch = tuple[datetime, datetime]
"""From the first instant that counts to the first one that does not (UTC)."""


@dataclass(frozen=True, slots=True)
class Exceeded:
    """This message was one too many: how many there were with it, and on which local date."""

    message: RecordedMessage
    count: int
    limit: Limit
    date: date


def note_contact(tx: sa.Connection, message: RecordedMessage, client: Client, worktime: WorkingTime) -> Exceeded | None:
    """Store the event that a limit is exceeded, the first time on each local date. Mail from before the line counts
    with the rest of its day and never is the one too many: nobody is told of what lies in the past.

    Only mail recorded up to this message counts, so that it does not matter in which order messages are handled: the
    last one recorded sees all the others.
    """
    limit = client.contact_limit
    if limit is None or message.history or not message.verdicts.human:
        return None
    found = _too_many(tx, message, message, limit, worktime) or _later(tx, message, limit, worktime)
    if found is None or messages.any_event_about(tx, CONTACT_EXCEEDED, client.key, *_dates(found.date, 1, worktime)):
        return None
    details = {"count": found.count, "date": found.date.isoformat()}
    events.add(tx, CONTACT_EXCEEDED, found.message.received_at, found.message.row, details)
    return found


def _too_many(
    tx: sa.Connection, last: RecordedMessage, recorded: RecordedMessage, limit: Limit, worktime: WorkingTime
) -> Exceeded | None:
    """Whether there are too many in the stretch that ends with `last`, of those recorded up to `recorded`."""
    count = messages.count_from(tx, last.client, *_stretch(last.received_at, limit, worktime), recorded.row)
    return Exceeded(last, count, limit, worktime.local_date(last.received_at)) if count > limit.count else None


def _later(tx: sa.Connection, message: RecordedMessage, limit: Limit, worktime: WorkingTime) -> Exceeded | None:
    """The first later message that this one, recorded after it, makes one too many: of two mailboxes one may be read
    long after the other."""
    at = message.received_at
    reach = at + limit.per if limit.per < _A_DAY else _dates(worktime.local_date(at), limit.per.days, worktime)[1]
    since = _stretch(at, limit, worktime)[0]
    if messages.count_from(tx, message.client, since, reach, message.row) <= limit.count:
        return None
    later = (
        found
        for found in messages.of_client(tx, message.client, at)
        if found.received_at < reach and found.row < message.row and not found.outbound and not found.history
    )
    exceeded = (_too_many(tx, found, message, limit, worktime) for found in later)
    return next((found for found in exceeded if found is not None), None)


def _stretch(at: datetime, limit: Limit, worktime: WorkingTime) -> Stretch:
    """The stretch whose messages count together with one at this instant: whole local dates, the last of them its own,
    for a limit of days, else the time just before it."""
    if limit.per < _A_DAY:
        return at - limit.per + _A_MOMENT, at + _A_MOMENT
    days = limit.per.days
    return _dates(worktime.local_date(at) - (days - 1) * _A_DAY, days, worktime)


def _dates(first: date, days: int, worktime: WorkingTime) -> Stretch:
    """So many local dates: from the first instant of the first to the first one after the last."""
    return worktime.instant(first, time()), worktime.instant(first + days * _A_DAY, time())
