"""Working time: slots on days off and clock changes, sums of work, set-aside blocks."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from whiteglove.clients import DateRange, ReportSlot, WorkBlock, WorkingHours
from whiteglove.worktime import HORIZON, NoWorkingTimeError, ReportTime, WorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = ((time(9), time(17)),)
OFFICE = WorkingHours((NINE_TO_FIVE,) * 5 + ((), ()))
ALWAYS = WorkingHours((((time(0), time.max),),) * 7)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
TUESDAY = ReportSlot(TUE, time(16))
FRIDAY = ReportSlot(FRI, time(16))
DAY = timedelta(days=1)

CLOCK_CHANGES = {
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Asia/Kolkata": [date(2026, 3, 29)],
    "Pacific/Apia": [date(2011, 12, 30), date(2020, 9, 27), date(2021, 4, 4)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
    "America/Nuuk": [date(2026, 3, 28), date(2026, 10, 24)],
}


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def local(instants: list[ReportTime], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{found.at.astimezone(zone):%a %d %b %H:%M}" for found in instants]


def office(*, holidays: AbstractSet[date] = frozenset(), away: tuple[DateRange, ...] = ()) -> WorkingTime:
    return WorkingTime(BERLIN, OFFICE, frozenset(holidays), away)


class TestDays:
    @pytest.mark.parametrize(
        ("day", "off"),
        [
            (date(2026, 11, 24), False),
            (date(2026, 11, 28), True),
            (date(2026, 12, 25), True),
            (date(2026, 12, 28), True),
            (date(2027, 1, 2), True),
            (date(2027, 1, 4), False),
        ],
    )
    def test_a_day_off_is_one_without_hours_a_holiday_or_an_absence(self, day: date, off: bool) -> None:
        worktime = office(holidays={date(2026, 12, 25)}, away=(DateRange(date(2026, 12, 27), date(2027, 1, 1)),))

        assert worktime.is_day_off(day) is off
        assert worktime.is_working_day(day) is not off
        assert worktime.lies_on_day_off(worktime.instant(day, time(3))) is off

    def test_a_day_the_zone_left_out_is_a_day_off(self) -> None:
        worktime = WorkingTime(ZoneInfo("Pacific/Apia"), ALWAYS)

        assert worktime.is_day_off(date(2011, 12, 30))
        assert not worktime.is_day_off(date(2011, 12, 31))

    def test_the_day_is_the_owners_and_not_that_of_utc(self) -> None:
        worktime = office()

        assert worktime.local_date(datetime(2026, 11, 27, 23, 30, tzinfo=UTC)) == date(2026, 11, 28)
        assert worktime.lies_on_day_off(datetime(2026, 11, 27, 23, 30, tzinfo=UTC))


class TestInstant:
    @pytest.mark.parametrize(
        ("zone", "day", "at", "expected"),
        [
            ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30:00+00:00"),
            ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30:00+00:00"),
            ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30:00+00:00"),
            ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45:00+00:00"),
            ("Asia/Kolkata", date(2026, 3, 29), time(2, 30), "2026-03-28T21:00:00+00:00"),
            ("Pacific/Apia", date(2011, 12, 30), time(16), "2011-12-31T02:00:00+00:00"),
        ],
    )
    def test_a_skipped_time_counts_after_the_gap_and_a_doubled_one_the_first_time(
        self, zone: str, day: date, at: time, expected: str
    ) -> None:
        assert WorkingTime(ZoneInfo(zone), ALWAYS).instant(day, at).isoformat() == expected

    def test_fold_of_the_clock_time_does_not_matter(self) -> None:
        worktime = office()
        day = date(2026, 10, 25)

        assert worktime.instant(day, time(2, 30, fold=1)) == worktime.instant(day, time(2, 30))

    @pytest.mark.parametrize(
        "use",
        [
            lambda w, naive: w.local_date(naive),
            lambda w, naive: w.lies_on_day_off(naive),
            lambda w, naive: w.slots((TUESDAY,), naive),
            lambda w, naive: w.add(naive, DAY),
            lambda w, naive: w.subtract(naive, DAY),
            lambda w, naive: w.between(naive, datetime(2026, 1, 1, tzinfo=UTC)),
            lambda w, naive: w.between(datetime(2026, 1, 1, tzinfo=UTC), naive),
            lambda w, naive: w.next_minute(naive),
            lambda w, naive: w.end_of_next_working_day(naive),
            lambda w, naive: w.next_block((), naive, datetime(2026, 1, 1, tzinfo=UTC)),
            lambda w, naive: w.next_block((), datetime(2026, 1, 1, tzinfo=UTC), naive),
        ],
    )
    def test_naive_input_is_refused(self, use: Callable[[WorkingTime, datetime], object]) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            use(office(), datetime(2026, 1, 1))  # noqa: DTZ001


class TestSlots:
    def first(self, worktime: WorkingTime, cadence: tuple[ReportSlot, ...], after: str, count: int) -> list[str]:
        return local(list(islice(worktime.slots(cadence, berlin(after)), count)))

    def test_weekly_slots_in_the_owners_zone_across_the_clock_change(self) -> None:
        found = list(islice(office().slots((TUESDAY, FRIDAY), berlin("2026-10-20T15:59")), 4))

        assert local(found) == ["Tue 20 Oct 16:00", "Fri 23 Oct 16:00", "Tue 27 Oct 16:00", "Fri 30 Oct 16:00"]
        assert [f"{slot.at:%H:%M}" for slot in found] == ["14:00", "14:00", "15:00", "15:00"]

    def test_strictly_after(self) -> None:
        assert self.first(office(), (TUESDAY,), "2026-11-24T16:00", 1) == ["Tue 01 Dec 16:00"]

    def test_one_on_a_holiday_moves_to_the_same_hour_of_the_next_working_day(self) -> None:
        worktime = office(holidays={date(2026, 12, 25)})

        assert self.first(worktime, (FRIDAY,), "2026-12-20T00:00", 2) == ["Mon 28 Dec 16:00", "Fri 01 Jan 16:00"]

    def test_one_on_a_day_off_disappears_where_the_next_working_day_has_a_slot_at_any_hour(self) -> None:
        cadence = (ReportSlot(MON, time(10)), FRIDAY)
        worktime = office(holidays={date(2026, 12, 25)})

        assert self.first(worktime, cadence, "2026-12-22T00:00", 2) == ["Mon 28 Dec 10:00", "Fri 01 Jan 16:00"]

    def test_of_several_on_days_off_only_the_first_moves(self) -> None:
        cadence = tuple(ReportSlot(day, time(hour)) for day, hour in ((WED, 17), (THU, 11), (THU, 9)))
        worktime = office(away=(DateRange(date(2026, 12, 24), date(2027, 1, 6)),))

        assert self.first(worktime, cadence, "2026-12-23T18:00", 2) == ["Thu 07 Jan 09:00", "Thu 07 Jan 11:00"]
        without_thursday = office(away=(DateRange(date(2026, 12, 24), date(2027, 1, 7)),))
        assert self.first(without_thursday, cadence, "2026-12-23T18:00", 2) == ["Fri 08 Jan 09:00", "Wed 13 Jan 17:00"]

    def test_one_before_after_on_a_day_off_may_move_past_after(self) -> None:
        worktime = office(away=(DateRange(date(2026, 6, 2), date(2026, 8, 31)),))

        assert self.first(worktime, (TUESDAY, FRIDAY), "2026-08-29T12:00", 1) == ["Tue 01 Sep 16:00"]
        assert self.first(worktime, (FRIDAY,), "2026-08-29T12:00", 1) == ["Tue 01 Sep 16:00"]
        assert self.first(worktime, (FRIDAY,), "2026-09-01T16:00", 1) == ["Fri 04 Sep 16:00"]

    def test_the_hour_need_not_lie_within_working_hours(self) -> None:
        assert self.first(office(), (ReportSlot(TUE, time(22, 15)),), "2026-11-23T00:00", 1) == ["Tue 24 Nov 22:15"]

    def test_a_slot_on_a_weekday_without_hours_moves_every_week(self) -> None:
        cadence = (ReportSlot(SAT, time(11)), ReportSlot(SUN, time(12)))

        assert self.first(office(), cadence, "2026-11-24T00:00", 2) == ["Mon 30 Nov 11:00", "Mon 07 Dec 11:00"]

    def test_skipped_hour_after_the_gap_and_doubled_hour_the_first_time(self) -> None:
        worktime = WorkingTime(BERLIN, ALWAYS)
        sunday = (ReportSlot(SUN, time(2, 30)),)

        assert self.first(worktime, sunday, "2026-03-28T12:00", 1) == ["Sun 29 Mar 03:30"]
        assert next(worktime.slots(sunday, berlin("2026-10-24T12:00"))).at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_two_slots_that_the_gap_makes_one_instant_are_one(self) -> None:
        cadence = (ReportSlot(SUN, time(2, 45)), ReportSlot(SUN, time(3, 15)), ReportSlot(SUN, time(3, 45)))
        worktime = WorkingTime(BERLIN, ALWAYS)

        assert self.first(worktime, cadence, "2026-03-28T12:00", 3) == [
            "Sun 29 Mar 03:15",
            "Sun 29 Mar 03:45",
            "Sun 05 Apr 02:45",
        ]

    def test_a_gap_at_the_end_of_a_day_carries_the_slot_into_the_next_which_must_not_be_a_day_off(self) -> None:
        nuuk = ZoneInfo("America/Nuuk")
        cadence = (ReportSlot(SAT, time(23, 30)),)
        after = datetime(2026, 3, 28, 12, tzinfo=UTC)
        no_sundays = WorkingHours((NINE_TO_FIVE,) * 6 + ((),))

        assert local(list(islice(WorkingTime(nuuk, ALWAYS).slots(cadence, after), 1)), nuuk) == ["Sun 29 Mar 00:30"]
        assert local(list(islice(WorkingTime(nuuk, no_sundays).slots(cadence, after), 1)), nuuk) == ["Mon 30 Mar 23:30"]

    def test_a_slot_moved_into_hours_skipped_to_another_day_does_not_stand(self) -> None:
        nuuk = ZoneInfo("America/Nuuk")
        worktime = WorkingTime(nuuk, WorkingHours((NINE_TO_FIVE,) * 6 + ((),)), frozenset({date(2026, 3, 27)}))

        found = next(worktime.slots((ReportSlot(FRI, time(23, 30)),), datetime(2026, 3, 26, 12, tzinfo=UTC)))

        assert local([found], nuuk) == ["Fri 03 Apr 23:30"]

    def test_says_whether_it_is_a_call_and_a_mail_at_the_same_instant_stands(self) -> None:
        both = (ReportSlot(TUE, time(16), "mail"), ReportSlot(TUE, time(16), "call"), ReportSlot(FRI, time(9), "call"))

        found = list(islice(office().slots(both, berlin("2026-11-23T00:00")), 2))

        assert [slot.by for slot in found] == ["mail", "call"]

    def test_ends_where_nothing_comes(self) -> None:
        endless = office(away=(DateRange(date(2026, 1, 1), date(2029, 1, 1)),))
        never = WorkingTime(BERLIN, WorkingHours(((),) * 7))
        now = berlin("2026-11-24T12:00")

        assert list(endless.slots((TUESDAY,), now)) == []
        assert list(never.slots((TUESDAY,), now)) == []
        assert list(office().slots((), now)) == []

    def test_looks_no_further_than_the_horizon(self) -> None:
        now = berlin("2026-11-24T15:00")

        assert len(found := list(office().slots((TUESDAY,), now))) == 58
        assert found[-1].at <= now + HORIZON


class TestAdd:
    @pytest.mark.parametrize(
        ("start", "hours", "expected"),
        [
            ("2026-11-24T10:00", 8, "2026-11-25T10:00"),
            ("2026-11-24T10:00", 7, "2026-11-24T17:00"),
            ("2026-11-24T18:30", 2, "2026-11-25T11:00"),
            ("2026-11-27T16:00", 2, "2026-11-30T10:00"),
            ("2026-11-28T12:00", 0, "2026-11-30T09:00"),
            ("2026-11-24T10:00", 0, "2026-11-24T10:00"),
            ("2026-11-24T17:00", 0, "2026-11-25T09:00"),
            ("2026-12-23T16:00", 2, "2027-01-04T10:00"),
        ],
    )
    def test_counts_working_time_only(self, start: str, hours: int, expected: str) -> None:
        worktime = office(away=(DateRange(date(2026, 12, 24), date(2027, 1, 3)),))

        assert worktime.add(berlin(start), timedelta(hours=hours)) == berlin(expected)

    def test_counts_the_time_that_passes_on_the_days_the_clocks_change(self) -> None:
        worktime = WorkingTime(BERLIN, WorkingHours((((time(0), time(6)),),) * 7))

        assert worktime.add(berlin("2026-03-29T00:00"), timedelta(hours=4)) == berlin("2026-03-29T05:00")
        assert worktime.add(berlin("2026-10-25T00:00"), timedelta(hours=4)) == berlin("2026-10-25T03:00")

    def test_round_the_clock_work_is_elapsed_time(self) -> None:
        start = berlin("2026-03-28T13:37")

        assert WorkingTime(BERLIN, ALWAYS).add(start, timedelta(hours=72)) == start.astimezone(UTC) + timedelta(
            hours=72
        )

    def test_overlapping_ranges_count_once(self) -> None:
        ranges = ((time(13), time(17)), (time(9), time(12)), (time(11), time(13)), (time(14), time(15)))
        worktime = WorkingTime(BERLIN, WorkingHours((ranges,) * 7))

        assert worktime.between(berlin("2026-11-24T00:00"), berlin("2026-11-25T00:00")) == timedelta(hours=8)

    def test_ranges_that_a_gap_pushes_into_each_other_count_once(self) -> None:
        worktime = WorkingTime(BERLIN, WorkingHours((((time(1), time(2, 30)), (time(3), time(4))),) * 7))

        assert worktime.between(berlin("2026-03-29T00:00"), berlin("2026-03-30T00:00")) == timedelta(hours=2)

    def test_a_range_that_a_gap_turns_round_is_no_work(self) -> None:
        worktime = WorkingTime(BERLIN, WorkingHours((((time(2, 30), time(3, 15)),),) * 7))

        assert worktime.between(berlin("2026-03-29T00:00"), berlin("2026-03-30T00:00")) == timedelta(0)
        assert worktime.end_of_next_working_day(berlin("2026-03-28T12:00")) == berlin("2026-03-30T03:15")

    def test_a_day_the_zone_left_out_adds_nothing(self) -> None:
        apia = ZoneInfo("Pacific/Apia")
        worktime = WorkingTime(apia, WorkingHours((NINE_TO_FIVE,) * 7))

        end = worktime.add(datetime(2011, 12, 29, 16, tzinfo=apia), timedelta(hours=2))

        assert end == datetime(2011, 12, 31, 10, tzinfo=apia)

    def test_never_loops_for_ever(self) -> None:
        never = WorkingTime(BERLIN, WorkingHours(((),) * 7))
        now = berlin("2026-11-24T12:00")

        with pytest.raises(NoWorkingTimeError, match=r"400 days after .* working hours"):
            never.add(now, timedelta(0))
        with pytest.raises(NoWorkingTimeError, match="400 days before"):
            never.subtract(now, timedelta(hours=1))
        with pytest.raises(NoWorkingTimeError, match="no working day within 400 days"):
            never.end_of_next_working_day(now)
        with pytest.raises(NoWorkingTimeError, match="hold 3000 "):
            office().add(now, timedelta(days=3000))
        assert never.next_block((WorkBlock(TUE, time(9), time(10)),), now, now + 9 * HORIZON) is None

    @pytest.mark.parametrize("count", ["add", "subtract"])
    def test_a_negative_count_is_refused(self, count: str) -> None:
        with pytest.raises(ValueError, match="negative"):
            getattr(office(), count)(berlin("2026-11-24T12:00"), timedelta(hours=-1))


class TestSubtract:
    @pytest.mark.parametrize(
        ("due", "hours", "expected"),
        [
            ("2026-11-24T16:00", 1, "2026-11-24T15:00"),
            ("2026-11-24T09:30", 1, "2026-11-23T16:30"),
            ("2026-11-24T22:00", 1, "2026-11-24T16:00"),
            ("2026-11-30T09:00", 0, "2026-11-27T17:00"),
            ("2026-11-23T10:00", 9, "2026-11-20T09:00"),
        ],
    )
    def test_the_latest_moment_with_that_much_work_left(self, due: str, hours: int, expected: str) -> None:
        assert office().subtract(berlin(due), timedelta(hours=hours)) == berlin(expected)


class TestNextAndEnd:
    def test_the_next_working_minute(self) -> None:
        worktime = office()

        assert worktime.next_minute(berlin("2026-11-24T12:34:56")) == berlin("2026-11-24T12:34:56")
        assert worktime.next_minute(berlin("2026-11-24T07:00")) == berlin("2026-11-24T09:00")
        assert worktime.next_minute(berlin("2026-11-27T17:00")) == berlin("2026-11-30T09:00")
        assert worktime.next_minute(berlin("2026-11-24T12:00")).tzinfo is UTC

    def test_the_end_of_the_next_working_day(self) -> None:
        worktime = office(holidays={date(2026, 11, 30)})

        assert worktime.end_of_next_working_day(berlin("2026-11-24T16:00")) == berlin("2026-11-25T17:00")
        assert worktime.end_of_next_working_day(berlin("2026-11-27T16:00")) == berlin("2026-12-01T17:00")

    def test_a_day_worked_to_midnight_ends_at_midnight(self) -> None:
        worktime = WorkingTime(BERLIN, ALWAYS)

        assert worktime.end_of_next_working_day(berlin("2026-10-24T16:00")) == berlin("2026-10-26T00:00")


class TestNextBlock:
    BLOCKS = (
        WorkBlock(FRI, time(14), time(16)),
        WorkBlock(TUE, time(13), time(14)),
        WorkBlock(TUE, time(11), time(13)),
    )

    def block(self, after: str, before: str, worktime: WorkingTime | None = None) -> tuple[datetime, datetime] | None:
        return (worktime or office()).next_block(self.BLOCKS, berlin(after), berlin(before))

    def test_the_first_that_lies_wholly_between(self) -> None:
        eleven_to_one = (berlin("2026-11-24T11:00"), berlin("2026-11-24T13:00"))

        assert self.block("2026-11-24T10:42", "2026-11-24T16:00") == eleven_to_one
        assert self.block("2026-11-24T11:00", "2026-11-24T13:00") == eleven_to_one
        assert self.block("2026-11-24T11:01", "2026-11-24T16:00") == (
            berlin("2026-11-24T13:00"),
            berlin("2026-11-24T14:00"),
        )
        assert self.block("2026-11-24T10:00", "2026-11-24T12:59") is None
        assert self.block("2026-11-25T10:00", "2026-11-24T10:00") is None

    def test_one_that_is_planned_for_an_instant_counts_like_a_weekly_one(self) -> None:
        def block(*planned: tuple[str, str], worktime: WorkingTime | None = None) -> tuple[datetime, datetime] | None:
            after, before = berlin("2026-11-24T12:00"), berlin("2026-11-26T16:00")
            spans = [(berlin(start), berlin(end)) for start, end in planned]
            return (worktime or office()).next_block(self.BLOCKS, after, before, spans)

        weekly = (berlin("2026-11-24T13:00"), berlin("2026-11-24T14:00"))
        wednesday = ("2026-11-25T09:00", "2026-11-25T10:00")

        assert block(wednesday) == weekly
        assert block(wednesday, ("2026-11-24T12:30", "2026-11-24T12:45"))[0] == berlin("2026-11-24T12:30")  # type: ignore[index]
        assert block(("2026-11-24T11:59", "2026-11-24T12:45")) == weekly
        tuesday_off = office(holidays={date(2026, 11, 24)})
        assert block(wednesday, worktime=tuesday_off) == (berlin(wednesday[0]), berlin(wednesday[1]))
        assert block(("2026-11-26T15:00", "2026-11-26T16:01"), worktime=tuesday_off) is None
        wednesday_off = office(holidays={date(2026, 11, 24), date(2026, 11, 25)})
        assert block(wednesday, worktime=wednesday_off) is None

    def test_one_on_a_day_off_does_not_take_place(self) -> None:
        holiday = office(holidays={date(2026, 11, 24)})

        assert self.block("2026-11-23T00:00", "2026-11-30T00:00", holiday) == (
            berlin("2026-11-27T14:00"),
            berlin("2026-11-27T16:00"),
        )


# Properties over zones, clock changes, working weeks and absences.

minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
daytime = st.integers(5 * 60, 22 * 60).map(lambda minute: time(minute // 60, minute % 60))


@st.composite
def spans(draw: st.DrawFn, clock: st.SearchStrategy[time]) -> tuple[time, time]:
    start, end = sorted([draw(clock), draw(clock)])
    assume(start < end)
    return start, end


def weeks(clock: st.SearchStrategy[time]) -> st.SearchStrategy[WorkingHours]:
    day = st.lists(spans(clock), max_size=3).map(tuple)
    return st.lists(day, min_size=7, max_size=7).map(lambda days: WorkingHours(tuple(days)))


@st.composite
def days_near_clock_changes(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    zone = draw(st.sampled_from(sorted(CLOCK_CHANGES)))
    near = st.sampled_from(CLOCK_CHANGES[zone]).flatmap(
        lambda day: st.integers(-10, 4).map(lambda shift: day + shift * DAY)
    )
    return ZoneInfo(zone), draw(near | st.dates(date(2010, 1, 1), date(2035, 1, 1)))


@st.composite
def scenes(draw: st.DrawFn, clock: st.SearchStrategy[time] = minutes) -> tuple[WorkingTime, datetime]:
    """A working time with holidays and absences around an instant near a clock change."""
    zone, day = draw(days_near_clock_changes())
    shifts = st.integers(-20, 40)
    holidays = frozenset(day + shift * DAY for shift in draw(st.sets(shifts, max_size=5)))
    first = st.integers(-150, 30).map(lambda shift: day + shift * DAY)
    absences = st.builds(lambda begin, length: DateRange(begin, begin + length * DAY), first, st.integers(0, 160))
    away = tuple(draw(st.lists(absences, max_size=2)))
    at = draw(st.integers(0, 24 * 3600 - 1))
    instant = datetime.combine(day, time(0), tzinfo=UTC) + timedelta(seconds=at)
    return WorkingTime(zone, draw(weeks(clock)), holidays, away), instant


cadences = st.lists(
    st.builds(ReportSlot, st.integers(0, 6), minutes, st.sampled_from(["mail", "call"])), min_size=1, max_size=5
).map(tuple)
amounts = st.integers(0, 40 * 60).map(lambda minute: timedelta(minutes=minute))


def by_the_book(worktime: WorkingTime, cadence: tuple[ReportSlot, ...], first: date, last: date) -> list[datetime]:
    """The rules read literally: first every slot on its own day, then those on days off moved one after another."""
    own: dict[date, list[tuple[datetime, time]]] = {}
    day = first
    while day <= last:
        for slot in cadence:
            if slot.weekday == day.weekday():
                at = worktime.instant(day, slot.at)
                own.setdefault(worktime.local_date(at), []).append((at, slot.at))
        day += DAY
    taken = {day: {at for at, _ in due} for day, due in own.items() if worktime.is_working_day(day)}
    for day in sorted(own):
        if worktime.is_day_off(day):
            target = day
            while target <= last and worktime.is_day_off(target):
                target += DAY
            for _, clock in sorted(own[day]):
                moved = worktime.instant(target, clock)
                if target not in taken and worktime.local_date(moved) == target:
                    taken[target] = {moved}
    return sorted(at for due in taken.values() for at in due)


@settings(deadline=None)
@given(scenes(), cadences)
def test_slots_follow_the_rules_read_literally(
    scene: tuple[WorkingTime, datetime], cadence: tuple[ReportSlot, ...]
) -> None:
    worktime, after = scene
    # Where the clocks skip hours over midnight a moved slot may not stand, and read literally the next one moves then.
    assume(any(worktime.hours.days) and worktime.zone.key != "America/Nuuk")
    day = worktime.local_date(after)
    until = after + timedelta(days=60)

    found = [slot.at for slot in worktime.slots(cadence, after) if slot.at <= until]

    expected = by_the_book(worktime, cadence, day - 200 * DAY, day + 70 * DAY)
    assert found == [at for at in expected if after < at <= until]


@settings(deadline=None)
@given(scenes(), cadences, st.integers(0, 200 * 24 * 60))
def test_the_series_of_slots_does_not_depend_on_where_it_is_entered(
    scene: tuple[WorkingTime, datetime], cadence: tuple[ReportSlot, ...], minutes_later: int
) -> None:
    worktime, early = scene
    late = early + timedelta(minutes=minutes_later)

    from_early = [slot for slot in worktime.slots(cadence, early) if slot.at > late]
    from_late = [slot for slot in worktime.slots(cadence, late) if slot.at <= early + HORIZON]

    assert from_early == from_late


@settings(deadline=None)
@given(scenes(), cadences)
def test_slots_ascend_lie_on_working_days_and_are_not_two_a_moved_day(
    scene: tuple[WorkingTime, datetime], cadence: tuple[ReportSlot, ...]
) -> None:
    worktime, after = scene

    found = [slot.at for slot in worktime.slots(cadence, after)]

    assert all(before < later for before, later in zip([after, *found], found, strict=False))
    assert not any(worktime.lies_on_day_off(at) for at in found)
    assert all(at.tzinfo is UTC for at in found)
    assert all(at <= after + HORIZON for at in found)


@settings(deadline=None)
@given(scenes(), amounts)
def test_between_is_the_inverse_of_add_and_of_subtract(scene: tuple[WorkingTime, datetime], working: timedelta) -> None:
    worktime, instant = scene
    try:
        later = worktime.add(instant, working)
        earlier = worktime.subtract(instant, working)
    except NoWorkingTimeError:
        assume(False)

    assert worktime.between(instant, later) == working
    assert worktime.between(earlier, instant) == working
    assert earlier <= instant <= later


@settings(deadline=None)
@given(scenes(), amounts, amounts)
def test_add_grows_with_what_is_added_and_between_adds_up(
    scene: tuple[WorkingTime, datetime], one: timedelta, two: timedelta
) -> None:
    worktime, instant = scene
    try:
        middle = worktime.add(instant, one)
        end = worktime.add(instant, one + two)
    except NoWorkingTimeError:
        assume(False)

    assert worktime.between(instant, end) == worktime.between(instant, middle) + worktime.between(middle, end)
    assert two == timedelta(0) or middle < end
    assert worktime.between(end, instant) == timedelta(0)


@settings(deadline=None)
@given(scenes(daytime))
def test_working_time_is_what_the_clock_on_the_wall_says_minute_by_minute(scene: tuple[WorkingTime, datetime]) -> None:
    worktime, instant = scene
    begin = instant.replace(second=0)

    def at_work(minute: datetime) -> bool:
        wall = minute.astimezone(worktime.zone)
        hours = worktime.hours.days[wall.weekday()]
        return worktime.is_working_day(wall.date()) and any(start <= wall.time() < end for start, end in hours)

    counted = sum(at_work(begin + timedelta(minutes=minute)) for minute in range(2 * 24 * 60))

    assert worktime.between(begin, begin + timedelta(days=2)) == timedelta(minutes=counted)


@settings(deadline=None)
@given(scenes())
def test_the_next_working_minute_is_at_work_and_nothing_was_worked_before_it(
    scene: tuple[WorkingTime, datetime],
) -> None:
    worktime, instant = scene
    try:
        found = worktime.next_minute(instant)
    except NoWorkingTimeError:
        assert worktime.between(instant, instant + timedelta(days=390)) == timedelta(0)
        return

    assert worktime.between(instant, found) == timedelta(0)
    assert worktime.next_minute(found) == found
    assert worktime.between(found, found + timedelta(minutes=1)) > timedelta(0)


@settings(deadline=None)
@given(scenes())
def test_the_end_of_the_next_working_day_is_the_end_of_work_on_a_later_day(scene: tuple[WorkingTime, datetime]) -> None:
    worktime, instant = scene
    try:
        end = worktime.end_of_next_working_day(instant)
    except NoWorkingTimeError:
        assume(False)
    tomorrow = worktime.instant(worktime.local_date(instant) + DAY, time.min)

    done_on = worktime.local_date(end - timedelta(seconds=1))

    assert end > tomorrow
    assert worktime.between(tomorrow, worktime.instant(done_on, time.min)) == timedelta(0)
    assert worktime.between(tomorrow, end) > timedelta(0)
    assert worktime.between(end, worktime.instant(done_on + DAY, time.min)) == timedelta(0)


@settings(deadline=None)
@given(scenes(), st.lists(st.tuples(st.integers(0, 6), spans(minutes)), max_size=4), st.integers(0, 30 * 24 * 60))
def test_a_block_lies_in_the_window_on_a_working_day(
    scene: tuple[WorkingTime, datetime], weekly: list[tuple[int, tuple[time, time]]], length: int
) -> None:
    worktime, after = scene
    blocks = [WorkBlock(weekday, *hours) for weekday, hours in weekly]
    before = after + timedelta(minutes=length)

    if found := worktime.next_block(blocks, after, before):
        start, end = found
        assert after <= start < end <= before
        assert not worktime.lies_on_day_off(start)
