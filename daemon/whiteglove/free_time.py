"""Where work can still be put: the next stretch of working time that is neither planned nor promised to anybody.

Instants that come out are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from whiteglove.clients import Client
from whiteglove.worktime import NoWorkingTimeError, WorkingTime

Span = tuple[datetime, datetime]
"""From the first instant to the first that does not belong to it any more (UTC)."""

LENGTH = timedelta(hours=2)
"""Less than this is no time in which something gets done."""
TO_WRITE = timedelta(hours=1)
"""The time before a report is due that the report itself takes."""
AHEAD = timedelta(days=14)
"""How far ahead free time is looked for."""

_A_DAY = timedelta(days=1)
_GRID = timedelta(minutes=30)


def next_free(
    worktime: WorkingTime,
    after: datetime,
    before: datetime,
    taken: Iterable[Span],
    length: timedelta = LENGTH,
) -> Span | None:
    """The first stretch of so much unbroken working time from `after` to `before` that touches nothing `taken`; it
    begins on a full or half hour. None where there is none within two weeks."""
    held = sorted(taken)
    last = min(before, after + AHEAD)
    start = after
    while start + length <= last:
        try:
            start = _on_grid(worktime.next_minute(start), worktime)
        except NoWorkingTimeError:
            return None
        end = start + length
        clash = next((until for since, until in held if since < end and start < until), None)
        if clash is not None:
            start = clash
        elif worktime.between(start, end) < length:
            start += _GRID
        elif end <= last:
            return start, end
    return None


def taken_time(
    clients: Iterable[Client], reports: Iterable[datetime], worktime: WorkingTime, after: datetime, before: datetime
) -> Sequence[Span]:
    """What is planned from `after` to `before`: the hours set aside for any client, and the hour before each of these
    reports."""
    spans = [(due - TO_WRITE, due) for due in reports]
    for client in clients:
        spans += [*client.planned, *_weekly(client, worktime, after, before)]
    return [(since, until) for since, until in spans if since < before and until > after]


def _weekly(client: Client, worktime: WorkingTime, after: datetime, before: datetime) -> Iterator[Span]:
    """The client's weekly hours on each date, days off among them: nobody works then."""
    day, last = worktime.local_date(after), worktime.local_date(before)
    while day <= last:
        for block in client.work:
            if block.weekday == day.weekday():
                yield worktime.instant(day, block.start), worktime.instant(day, block.end)
        day += _A_DAY


def _on_grid(instant: datetime, worktime: WorkingTime) -> datetime:
    """The next full or half hour on the owner's clock."""
    local = instant.astimezone(worktime.zone)
    past = timedelta(minutes=local.minute % 30, seconds=local.second, microseconds=local.microsecond)
    return instant + (_GRID - past if past else timedelta(0))
