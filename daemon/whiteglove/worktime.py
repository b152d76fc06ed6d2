"""Working time: which days are worked, when reports fall due, and how much work lies between two instants.

Every instant that goes in or comes out is aware, and what comes out is UTC; a naive datetime raises `ValueError`. Days
and clock times are local to the owner's zone. All sums are made on UTC instants, so that an hour is an hour on the days
on which the clocks change. A local time that the clocks skip counts after the gap, by the offset before it (02:30
becomes 03:30); one that comes twice counts the first time. This is what RFC 5545 section 3.3.5 asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from whiteglove.clients import DateRange, ReportSlot, WorkBlock, WorkingHours

HORIZON = timedelta(days=400)
"""How far ahead slots and working time are looked for: a year and an absence around its end."""

_DAY = timedelta(days=1)


class NoWorkingTimeError(ValueError):
    """Nothing is worked within the horizon, or not as much as was asked for."""


@dataclass(frozen=True, slots=True)
class ReportTime:
    """One report that a cadence asks for: the instant in UTC, and `mail` or `call`."""

    at: datetime
    by: str = "mail"


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When the owner works. A day off is a day without `hours`, one of the `holidays`, or one in `away`.

    Ranges of hours of one day may touch or overlap; what they cover together is counted once.
    """

    zone: ZoneInfo
    hours: WorkingHours
    holidays: frozenset[date] = frozenset()
    away: tuple[DateRange, ...] = ()

    def local_date(self, instant: datetime) -> date:
        """The owner's calendar day at this instant."""
        return _aware(instant).astimezone(self.zone).date()

    def instant(self, day: date, at: time) -> datetime:
        """The instant (UTC) of a local time: after the gap where the clocks skip it, the first where it comes twice."""
        return datetime.combine(day, at.replace(fold=0), tzinfo=self.zone).astimezone(UTC)

    def is_day_off(self, day: date) -> bool:
        """Whether nothing is due on this local day; the weekday's hours, `holidays` and `away` decide.

        A calendar day that the zone left out altogether (Pacific/Apia, 2011-12-30) is a day off too.
        """
        return (
            not self.hours.days[day.weekday()]
            or day in self.holidays
            or any(day in absence for absence in self.away)
            or self.local_date(self.instant(day, time(12))) != day
        )

    def is_working_day(self, day: date) -> bool:
        """The opposite of `is_day_off`."""
        return not self.is_day_off(day)

    def lies_on_day_off(self, instant: datetime) -> bool:
        """Whether the owner's calendar day at this instant is a day off, whatever the hour."""
        return self.is_day_off(self.local_date(instant))

    def slots(self, cadence: Iterable[ReportSlot], after: datetime) -> Iterator[ReportTime]:
        """The reports of a cadence strictly after `after`, ascending, each instant once, found one by one as needed.

        A slot on a day off moves to the same local hour of the next working day, and disappears where that day has a
        slot of this cadence already: its own, or one that moved there before. The hour need not lie within `hours`.
        The series does not depend on `after`, which only says where to begin: a slot that an absence begun long ago
        pushes past `after` is found. Where a mail and a call fall on one instant the mail stands. The series ends
        before the first report later than `HORIZON` after `after`.
        """
        return self._slots(tuple(cadence), _aware(after))

    def add(self, instant: datetime, working: timedelta) -> datetime:
        """The instant (UTC) at which this much working time has passed since `instant`.

        Outside working time the count starts with the next working minute, so `add(x, timedelta(0))` is
        `next_minute(x)`; a count that is used up just when a stretch of work ends gives that end (17:30, not 09:00 the
        next day). Raises `ValueError` for a negative count, and `NoWorkingTimeError` where `HORIZON` is not enough.
        """
        _not_negative(working)
        left = working
        for start, end in self._stretches(instant, _aware(instant) + HORIZON):
            if left <= end - start:
                return start + left
            left -= end - start
        raise NoWorkingTimeError(_too_little(instant, "after", working))

    def subtract(self, instant: datetime, working: timedelta) -> datetime:
        """The latest instant (UTC) from which this much working time passes until `instant`: for reminders.

        Raises as `add` does.
        """
        _not_negative(working)
        left = working
        today = self.local_date(instant)
        for days in range(HORIZON.days + 1):
            for start, close in reversed(self._work(today - days * _DAY)):
                end = min(close, instant.astimezone(UTC))
                if start < end and left <= end - start:
                    return end - left
                left -= max(end - start, timedelta(0))
        raise NoWorkingTimeError(_too_little(instant, "before", working))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies from `start` to `end`; none where `end` is not later. The inverse of `add`."""
        until = _aware(end).astimezone(UTC)
        stretches = self._stretches(start, until)
        return sum((max(min(close, until) - open_, timedelta(0)) for open_, close in stretches), timedelta(0))

    def next_minute(self, instant: datetime) -> datetime:
        """This instant (UTC) if work is going on, else the beginning of the next stretch of work.

        The end of a range is no longer working time. Raises `NoWorkingTimeError` where nothing is worked in `HORIZON`.
        """
        return self.add(instant, timedelta(0))

    def at_work(self, instant: datetime) -> datetime:
        """When somebody at work reads what is told at this instant (UTC): at once, or when work begins again. Who does
        not work within `HORIZON` is told at once rather than never."""
        try:
            return self.next_minute(instant)
        except NoWorkingTimeError:
            return instant.astimezone(UTC)

    def end_of_next_working_day(self, instant: datetime) -> datetime:
        """When work ends (UTC) on the first working day after the local day of `instant`.

        Raises `NoWorkingTimeError` where no such day comes within `HORIZON`.
        """
        today = self.local_date(instant)
        for days in range(1, HORIZON.days + 1):
            if work := self._work(today + days * _DAY):
                return work[-1][1]
        raise NoWorkingTimeError(f"no working day within {HORIZON.days} days after {instant.isoformat()}")

    def next_block(
        self,
        blocks: Sequence[WorkBlock],
        after: datetime,
        before: datetime,
        planned: Iterable[tuple[datetime, datetime]] = (),
    ) -> tuple[datetime, datetime] | None:
        """The first set-aside block (start and end in UTC) that lies wholly from `after` to `before`, on a working day:
        one of the weekly `blocks`, or one of those `planned` for an instant.

        Blocks on a day off are not moved: they do not take place. Looks no further than `HORIZON` ahead.
        """
        weekly = self._next_weekly(blocks, after, before)
        found = [span for span in planned if self._takes_place(*span, after, before)]
        return min([*found, *([weekly] if weekly else ())], default=None)

    def _takes_place(self, start: datetime, end: datetime, after: datetime, before: datetime) -> bool:
        return after <= start < end <= before and not self.lies_on_day_off(start)

    def _next_weekly(
        self, blocks: Sequence[WorkBlock], after: datetime, before: datetime
    ) -> tuple[datetime, datetime] | None:
        day = self.local_date(after)
        last = min(self.local_date(before), day + HORIZON)
        while day <= last:
            spans = (self._span(day, block.start, block.end) for block in blocks if block.weekday == day.weekday())
            for start, end in sorted(spans):
                if self._takes_place(start, end, after, before):
                    return start, end
            day += _DAY
        return None

    def _slots(self, cadence: tuple[ReportSlot, ...], after: datetime) -> Iterator[ReportTime]:
        if not cadence or not any(self.hours.days):
            return
        latest = after + HORIZON
        day = self.local_date(after)
        # The first slot of a run of days off is the one that moves, so the run is read from its beginning.
        while self.is_day_off(day - _DAY):
            day -= _DAY
        pushed: ReportSlot | None = None
        while self.instant(day, time.min) <= latest:
            due = self._slots_falling_on(day, cadence)
            if self.is_day_off(day):
                pushed = pushed or next(iter(due.values()), None)
            else:
                # A moved slot that the clocks would carry past this day too, to one not asked about, does not stand.
                if pushed and not due and self.local_date(at := self.instant(day, pushed.at)) == day:
                    due = {at: pushed}
                pushed = None
                yield from (ReportTime(at, slot.by) for at, slot in due.items() if after < at <= latest)
            day += _DAY

    def _slots_falling_on(self, day: date, cadence: tuple[ReportSlot, ...]) -> dict[datetime, ReportSlot]:
        """The slots whose instant has this local date, ascending.

        These are the slots of its weekday, save in a zone that skips the last hours of a day (America/Nuuk) or a whole
        day: there a slot of the day before counts after the gap, which is today.
        """
        found = [
            (at, slot.by, slot)
            for nominal in (day - _DAY, day)
            for slot in cadence
            if slot.weekday == nominal.weekday() and self.local_date(at := self.instant(nominal, slot.at)) == day
        ]
        return {at: slot for at, _, slot in sorted(found)}

    def _stretches(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of work (UTC) from `after` on, cut there, to the end of the local day of `until`."""
        begin = _aware(after).astimezone(UTC)
        day, last = self.local_date(after), self.local_date(until)
        while day <= last:
            for start, end in self._work(day):
                if end > begin:
                    yield max(start, begin), end
            day += _DAY

    def _work(self, day: date) -> list[tuple[datetime, datetime]]:
        """The hours worked on a local day as stretches in UTC, ascending and disjoint; none on a day off."""
        if self.is_day_off(day):
            return []
        midnight, next_midnight = self.instant(day, time.min), self.instant(day + _DAY, time.min)
        work: list[tuple[datetime, datetime]] = []
        for start, end in sorted(self._span(day, *hours) for hours in self.hours.days[day.weekday()]):
            # Ranges are merged as instants: a gap can push the end of one past the beginning of the next.
            open_, close = max(start, midnight), min(end, next_midnight)
            if work and open_ <= work[-1][1]:
                work[-1] = (work[-1][0], max(work[-1][1], close))
            elif open_ < close:
                work.append((open_, close))
        return work

    def _span(self, day: date, start: time, end: time) -> tuple[datetime, datetime]:
        """A range of local time as instants; an end of `time.max` is the midnight that ends the day."""
        close = self.instant(day + _DAY, time.min) if end == time.max else self.instant(day, end)
        return self.instant(day, start), close


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; an aware datetime is needed")
    return instant


def _not_negative(working: timedelta) -> None:
    if working < timedelta(0):
        raise ValueError(f"working time cannot be negative: {working}")


def _too_little(instant: datetime, side: str, working: timedelta) -> str:
    return (
        f"{HORIZON.days} days {side} {instant.isoformat()} do not hold {working} of working time; "
        "look at the working hours, the holidays and the absences"
    )
