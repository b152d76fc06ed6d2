"""How much of the owner's week is given away, and what could still be offered. Sums over the client book only.

A project takes its `hours_per_week` up to its deadline, the last week in full. What there is stands in
`owner.hours_per_week`, else it is the working time of an ordinary week; a week with absences or holidays has the share
of it that is worked. Weeks begin on Monday, in the owner's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from whiteglove.clients import Client, Owner, Project, WorkingHours
from whiteglove.worktime import WorkingTime

WEEKS_AHEAD = 26
"""How far ahead free hours are looked for."""
LEAST_OFFER = 4.0
"""Hours a week below which an offer helps nobody."""

_A_DAY = timedelta(days=1)
_A_WEEK = timedelta(days=7)
_AN_HOUR = timedelta(hours=1)
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - Only the difference of two times of the same day is wanted.


@dataclass(frozen=True, slots=True)
class Week:
    """What is left of one week: from `start` on `hours` could be worked, `committed` of them are given away."""

    start: date
    hours: float
    committed: float

    @property
    def free(self) -> float:
        return max(0.0, self.hours - self.committed)


@dataclass(frozen=True, slots=True)
class Overcommitment:
    """The projects take `wanted` hours a week and there are `there`, up to and with the day `until`; None where no
    deadline ends it."""

    wanted: float
    there: float
    until: date | None

    @property
    def excess(self) -> float:
        return self.wanted - self.there


@dataclass(frozen=True, slots=True)
class Offer:
    """From the day `start` on so many `hours` a week. `committed_until` is the deadline that makes it so late."""

    start: date
    hours: float
    committed_until: date | None = None


def hours_there(owner: Owner) -> float:
    """The hours of an ordinary week."""
    return owner.hours_per_week if owner.hours_per_week is not None else round(_worked(owner.hours) / _AN_HOUR, 1)


def committed_hours(clients: Mapping[str, Client], day: date) -> float:
    """The hours a week that projects take on this day; those past their deadline take none."""
    return sum(project.hours_per_week or 0.0 for project in _taking(clients) if _lasts(project, day))


def overcommitment(clients: Mapping[str, Client], owner: Owner, today: date) -> Overcommitment | None:
    """Whether the projects take more hours a week than there are, and until when."""
    there = hours_there(owner)
    wanted = committed_hours(clients, today)
    if wanted <= there:
        return None
    for deadline in _deadlines(clients, today):
        if committed_hours(clients, deadline + _A_DAY) <= there:
            return Overcommitment(wanted, there, deadline)
    return Overcommitment(wanted, there, None)


def weeks_ahead(
    clients: Mapping[str, Client], owner: Owner, worktime: WorkingTime, now: datetime, count: int = WEEKS_AHEAD
) -> Iterator[Week]:
    """The rest of this week, then whole weeks. What this week is to give is spread evenly over its working time."""
    today = worktime.local_date(now)
    monday = today - today.weekday() * _A_DAY
    ordinary = _worked(owner.hours)
    for _ in range(count):
        start = max(monday, today)
        begin, end = worktime.instant(monday, time()), worktime.instant(monday + _A_WEEK, time())
        worked, left = worktime.between(begin, end), worktime.between(max(begin, now), end)
        hours = hours_there(owner) * (left / ordinary) if ordinary else 0.0
        share = left / worked if worked else 0.0
        yield Week(start, hours, committed_hours(clients, start) * share)
        monday += _A_WEEK


def offers(
    clients: Mapping[str, Client],
    owner: Owner,
    worktime: WorkingTime,
    now: datetime,
    least: float = LEAST_OFFER,
) -> tuple[Offer | None, Offer | None]:
    """The earliest start from which at least so many hours a week are free, and the first one after a deadline from
    which there are more; the two are one where nothing is free before. Each is None where there is none within
    `WEEKS_AHEAD`.

    What is left of this week is offered only where the next week, whose hours are those of the offer, is free too.
    """
    this, *later = weeks_ahead(clients, owner, worktime, now)
    today = worktime.local_date(now)
    free = [(start, week) for week in later if week.free >= least and (start := _working_day(week.start, worktime))]
    if not free:
        return None, None
    start, first = free[0]
    if first is later[0] and this.free >= least:
        start = _working_day(today + _A_DAY, worktime) or start
    for begin, week in free:
        ended = [deadline for deadline in _deadlines(clients, today) if deadline < week.start]
        if ended and (week is first or week.free > first.free):
            return Offer(start, first.free), Offer(begin, week.free, ended[-1])
    return Offer(start, first.free), None


def _working_day(day: date, worktime: WorkingTime) -> date | None:
    """The first working day from this one on, within a week."""
    return next((found for ahead in range(7) if worktime.is_working_day(found := day + ahead * _A_DAY)), None)


def _taking(clients: Mapping[str, Client]) -> Iterator[Project]:
    for client in clients.values():
        yield from (project for project in client.projects if project.hours_per_week)


def _lasts(project: Project, day: date) -> bool:
    return project.deadline is None or day <= project.deadline


def _deadlines(clients: Mapping[str, Client], today: date) -> Sequence[date]:
    """The days on which hours become free, in order."""
    return sorted({project.deadline for project in _taking(clients) if project.deadline and project.deadline >= today})


def _worked(hours: WorkingHours) -> timedelta:
    """The working time of an ordinary week."""
    return _sum(datetime.combine(_ANY_DAY, end) - datetime.combine(_ANY_DAY, start) for start, end in _ranges(hours))


def _ranges(hours: WorkingHours) -> Iterator[tuple[time, time]]:
    for day in hours.days:
        yield from day


def _sum(spans: Iterable[timedelta]) -> timedelta:
    return sum(spans, timedelta())
