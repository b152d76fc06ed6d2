"""When the clients hear, worked out once more and in another way: a calendar of days is walked by hand.

Nothing of the daemon's own arithmetic is used, nor of its configuration: the cadences and days off are written out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from fortnight.cast import BERLIN

CADENCES: dict[str, tuple[tuple[int, time], ...]] = {
    "acme": ((1, time(16)), (4, time(16))),
    "birch": tuple((weekday, time(17)) for weekday in range(5)),
    "cedar": ((2, time(11, 30)),),
    "dune": ((3, time(15)),),
    "elm": ((0, time(10)),),
    "fir": (),
    "gorse": ((4, time(12)),),
    "heath": (),
}
HOLIDAYS = frozenset(
    date(year, month, day)
    for year, dates in {
        # Women's day, Good Friday, Easter Monday, Labour day, Ascension, Whit Monday, German unity, Christmas.
        2026: ((3, 8), (4, 3), (4, 6), (5, 1), (5, 14), (5, 25), (10, 3), (12, 25), (12, 26)),
        2027: ((1, 1), (3, 8), (3, 26), (3, 29), (5, 1), (5, 6), (5, 17), (10, 3), (12, 25), (12, 26)),
    }.items()
    for month, day in dates
)


@dataclass
class Oracle:
    """What somebody with a paper calendar knows: the days off, what was given and what was moved. `standing` are times
    that were told and lie where the cadence has no slot, or none any more."""

    away: set[date] = field(default_factory=set)
    given: dict[str, set[datetime]] = field(default_factory=dict)
    gone: dict[str, set[datetime]] = field(default_factory=dict)
    standing: dict[str, set[datetime]] = field(default_factory=dict)

    def give(self, key: str, due: datetime) -> None:
        """The report due then was given, maybe before its time."""
        self.given.setdefault(key, set()).add(due)
        self.standing.get(key, set()).discard(due)

    def move(self, key: str, old: datetime, new: datetime) -> None:
        self.standing.setdefault(key, set()).discard(old)
        self.standing[key].add(new)
        self.gone.setdefault(key, set()).add(old)

    def leave(self, day: date, key: str, told: datetime) -> None:
        """The owner will be away, and this client was told a time on that day."""
        self.away.add(day)
        self.standing.setdefault(key, set()).add(told)

    def next_reports(self, key: str, now: datetime, count: int = 10) -> list[datetime]:
        """The next times (UTC), ascending."""
        standing = {at for at in self.standing.get(key, ()) if at > now}
        after = max([now, *standing, *self.given.get(key, ())])
        slots = {at for at in _slots(key, now, self._is_off) if at > after} - self.gone.get(key, set())
        return sorted(standing | slots)[:count]

    def _is_off(self, day: date) -> bool:
        return day.weekday() >= 5 or day in HOLIDAYS or day in self.away


def _slots(key: str, now: datetime, is_off: Callable[[date], bool]) -> set[datetime]:
    """Every slot of some months around `now`: one on a day off goes to the next day worked, unless that has one."""
    begin = now.astimezone(BERLIN).date() - timedelta(days=30)
    of_day: dict[date, list[time]] = {}
    pushed: dict[date, time] = {}
    for day in (begin + timedelta(days=number) for number in range(150)):
        for at in (at for weekday, at in CADENCES[key] if weekday == day.weekday()):
            worked = day
            while is_off(worked):
                worked += timedelta(days=1)
            if worked == day:
                of_day.setdefault(day, []).append(at)
            else:
                pushed.setdefault(worked, at)
    for day, at in pushed.items():
        of_day.setdefault(day, [at])
    return {datetime.combine(day, at, BERLIN).astimezone(UTC) for day, times in of_day.items() for at in times}
