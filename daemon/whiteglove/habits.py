"""How often there usually is contact with a client, and when a silence is longer than that. Rules over values only.

Contact is mail of a person's or a call, in either direction. Time that was announced as an absence is no silence: the
client's own, and the owner's, since who is away is not written to. Weekends count, as in the client's file.
"""

from __future__ import annotations

import math
from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from whiteglove.clients import Client, DateRange, Occasion
from whiteglove.worktime import WorkingTime

COUNTED = timedelta(days=90)
"""How far back from the last contact a habit reaches."""
LEAST_CONTACTS = 6
"""Fewer conversations than this are no habit."""
SHORTEST = timedelta(days=6)
"""No habit is so close that a shorter silence is one: a long weekend is not."""
SHARPER_FOR = timedelta(days=30)
"""For so long after an incident was resolved a silence is noticed after half the time."""

_APART = timedelta(hours=12)
_UPPER = 0.9
_MARGIN = 1.5
_A_DAY = timedelta(days=1)

Pause = tuple[datetime, datetime]
"""From the first instant that does not count to the first one that does (UTC)."""


def usual_gap(contacts: Iterable[datetime], pauses: Sequence[Pause] = ()) -> timedelta | None:
    """The gap between two conversations that nine in ten did not exceed, over the 90 days up to the last contact; None
    where there were too few to tell. Contacts less than twelve hours apart are one conversation."""
    moments = sorted(contacts)
    apart: list[datetime] = []
    for moment in moments:
        if moment >= moments[-1] - COUNTED and (not apart or moment - apart[-1] >= _APART):
            apart.append(moment)
    if len(apart) < LEAST_CONTACTS:
        return None
    gaps = sorted(counted(start, end, pauses) for start, end in pairwise(apart))
    return gaps[math.ceil(len(gaps) * _UPPER) - 1]


def longest_expected(
    contacts: Iterable[datetime], pauses: Sequence[Pause], agreed: timedelta | None, *, sharper: bool
) -> timedelta | None:
    """How long a silence may last before it is one: what was `agreed`, or the habit and half of it again, whichever is
    shorter; half of that where it is to be `sharper`. None where nothing was agreed and there is no habit."""
    usual = usual_gap(contacts, pauses)
    known = [agreed] if agreed is not None else []
    known += [max(SHORTEST, usual * _MARGIN)] if usual is not None else []
    if not known:
        return None
    return min(known) / 2 if sharper else min(known)


def shortest(agreed: timedelta | None) -> timedelta:
    """Nothing shorter is a silence, however sharp one looks."""
    return min(SHORTEST, agreed or SHORTEST) / 2


def exceeded(
    contacts: Sequence[datetime],
    pauses: Sequence[Pause],
    agreed: timedelta | None,
    now: datetime,
    *,
    sharper: bool = False,
) -> timedelta | None:
    """The gap that was to be expected at most, where the silence since the last contact is longer; else None, and
    during a pause."""
    if not contacts or any(start <= now < end for start, end in pauses):
        return None
    expected = longest_expected(contacts, pauses, agreed, sharper=sharper)
    if expected is None or counted(max(contacts), now, pauses) <= expected:
        return None
    return expected


def counted(start: datetime, end: datetime, pauses: Sequence[Pause]) -> timedelta:
    """The time from `start` to `end` without the pauses, which must not overlap; none where `end` is not later."""
    away = (min(end, until) - max(start, since) for since, until in pauses)
    lost = sum((span for span in away if span > timedelta(0)), timedelta(0))
    return max(end - start - lost, timedelta(0))


def pauses(client: Client, worktime: WorkingTime, first: date, last: date) -> tuple[Pause, ...]:
    """The absences of the client and of the owner that touch these local days, in order and disjoint; whole days in the
    owner's zone."""
    ranges = [
        *absences(client, first, last),
        *(gap for gap in worktime.away if gap.first <= last and gap.last >= first),
    ]
    found: list[Pause] = []
    for gap in sorted(ranges, key=lambda one: one.first):
        since = worktime.instant(gap.first, time())
        until = worktime.instant(gap.last + _A_DAY, time())
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return tuple(found)


def absences(client: Client, first: date, last: date) -> Iterator[DateRange]:
    """When the client is away, of what touches these days."""
    for occasion in client.dates:
        if occasion.away:
            yield from occurrences(occasion, first, last)


def occurrences(occasion: Occasion, first: date, last: date) -> Iterator[DateRange]:
    """The days of an occasion, as often as it touches the days from `first` to `last`; a yearly one from its first year
    on, one of 29 February on the 28th where there is no other."""
    when = occasion.when
    years = range(max(0, first.year - when.last.year), last.year - when.first.year + 1) if occasion.yearly else [0]
    for later in years:
        found = DateRange(_later(when.first, later), _later(when.last, later))
        if found.first <= last and found.last >= first:
            yield found


def _later(day: date, years: int) -> date:
    year = day.year + years
    is_lost = (day.month, day.day) == (2, 29) and not isleap(year)
    return day.replace(year=year, day=28 if is_lost else day.day)
