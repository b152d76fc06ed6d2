"""Habits of contact: the usual gap, what counts as a silence, and what pauses it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Client, DateRange, Occasion, WorkingHours
from whiteglove.habits import (
    LEAST_CONTACTS,
    SHORTEST,
    counted,
    exceeded,
    longest_expected,
    occurrences,
    pauses,
    shortest,
    usual_gap,
)
from whiteglove.worktime import WorkingTime

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BERLIN = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WorkingHours((((time(9), time(17, 30)),),) * 5 + ((), ())))

moments = st.integers(0, 60 * 24 * 200).map(lambda minutes: NOW - timedelta(minutes=minutes))
contacts = st.lists(moments, min_size=1, max_size=40)
agreements = st.none() | st.integers(1, 24 * 60).map(lambda hours: timedelta(hours=hours))


def every(step: timedelta, number: int, last: datetime = NOW) -> list[datetime]:
    return [last - step * index for index in range(number)]


def away(first: date, last: date, *, yearly: bool = False) -> Occasion:
    return Occasion(what="Fair", when=DateRange(first, last), yearly=yearly, away=True)


def client(*dates: Occasion) -> Client:
    return Client(key="acme", name="Acme GmbH", timezone="Europe/Berlin", language="en", dates=dates)


class TestTheUsualGap:
    def test_too_few_conversations_are_no_habit(self) -> None:
        assert usual_gap(every(3 * DAY, LEAST_CONTACTS - 1)) is None
        assert usual_gap(every(3 * DAY, LEAST_CONTACTS)) == 3 * DAY

    def test_a_burst_is_one_conversation(self) -> None:
        burst = [moment + HOUR * hour for moment in every(7 * DAY, 8) for hour in range(9)]
        assert usual_gap(burst) == 7 * DAY
        assert usual_gap(every(HOUR, 300)) == 12 * HOUR

    def test_one_long_pause_among_many_is_not_the_habit(self) -> None:
        assert usual_gap([*every(2 * DAY, 15), NOW - 60 * DAY]) == 2 * DAY

    def test_what_lies_longer_ago_than_ninety_days_is_forgotten(self) -> None:
        assert usual_gap([*every(20 * DAY, 9, NOW - 90 * DAY - HOUR), *every(4 * DAY, 20)]) == 4 * DAY

    @given(contacts)
    def test_it_is_one_of_the_gaps_and_does_not_depend_on_the_order(self, known: list[datetime]) -> None:
        usual = usual_gap(known)
        assert usual == usual_gap(sorted(known))
        if usual is not None:
            assert timedelta(hours=12) <= usual <= 90 * DAY

    def test_time_away_makes_no_gap_longer(self) -> None:
        known = [*every(3 * DAY, 5), NOW - 12 * DAY - 20 * DAY]
        assert usual_gap(known) == 20 * DAY
        assert usual_gap(known, [(NOW - 31 * DAY, NOW - 13 * DAY)]) == 3 * DAY


class TestASilence:
    def test_longer_than_agreed(self) -> None:
        assert exceeded([NOW - 7 * DAY], (), 7 * DAY, NOW) is None
        assert exceeded([NOW - 7 * DAY - HOUR], (), 7 * DAY, NOW) == 7 * DAY

    def test_longer_than_the_habit(self) -> None:
        weekly = every(7 * DAY, 8)
        assert exceeded(weekly, (), None, NOW + 10 * DAY) is None
        assert exceeded(weekly, (), None, NOW + 11 * DAY) == 10.5 * DAY
        # What was agreed and the habit: whichever is shorter.
        assert exceeded(weekly, (), 90 * DAY, NOW + 11 * DAY) == 10.5 * DAY
        assert exceeded(weekly, (), 4 * DAY, NOW + 5 * DAY) == 4 * DAY

    def test_a_long_weekend_is_none_of_whoever_writes_daily(self) -> None:
        daily = every(DAY, 40)
        assert exceeded(daily, (), None, NOW + SHORTEST) is None
        assert exceeded(daily, (), None, NOW + SHORTEST + HOUR) == SHORTEST

    def test_sharper_is_half(self) -> None:
        assert exceeded([NOW - 4 * DAY], (), 7 * DAY, NOW) is None
        assert exceeded([NOW - 4 * DAY], (), 7 * DAY, NOW, sharper=True) == 3.5 * DAY

    def test_without_agreement_and_habit_nobody_is_quiet(self) -> None:
        assert exceeded([NOW - 400 * DAY], (), None, NOW) is None
        assert exceeded([], (), DAY, NOW) is None

    def test_an_absence_pauses_it(self) -> None:
        gone = [(NOW - 5 * DAY, NOW + 5 * DAY)]
        assert exceeded([NOW - 8 * DAY], gone, 7 * DAY, NOW + 5 * DAY - HOUR) is None
        assert exceeded([NOW - 8 * DAY], gone, 7 * DAY, NOW + 9 * DAY) is None
        assert exceeded([NOW - 8 * DAY], gone, 7 * DAY, NOW + 9 * DAY + HOUR) == 7 * DAY
        # Too long before they went, and noticed only meanwhile: it waits until they are back.
        assert exceeded([NOW - 20 * DAY], gone, 7 * DAY, NOW) is None

    @given(contacts, agreements, st.booleans(), st.integers(0, 4000), st.integers(0, 4000))
    def test_one_that_lasts_does_not_end_by_lasting(
        self, known: list[datetime], agreed: timedelta | None, sharper: bool, hours: int, more: int
    ) -> None:
        first = exceeded(known, (), agreed, NOW + hours * HOUR, sharper=sharper)
        later = exceeded(known, (), agreed, NOW + (hours + more) * HOUR, sharper=sharper)
        assert first is None or later == first

    @given(contacts, agreements, st.integers(0, 4000))
    def test_what_is_one_is_one_for_a_sharper_eye_too_and_never_a_short_one(
        self, known: list[datetime], agreed: timedelta | None, hours: int
    ) -> None:
        now = NOW + hours * HOUR
        if exceeded(known, (), agreed, now) is not None:
            assert exceeded(known, (), agreed, now, sharper=True) is not None
        if exceeded(known, (), agreed, now, sharper=True) is not None:
            assert now - max(known) >= shortest(agreed)

    @given(contacts, agreements, st.integers(0, 100), st.integers(1, 100))
    def test_an_absence_never_makes_one(
        self, known: list[datetime], agreed: timedelta | None, before: int, days: int
    ) -> None:
        since = max(known) + before * HOUR
        if exceeded(known, [(since, since + days * DAY)], agreed, NOW + 300 * DAY) is not None:
            assert exceeded(known, (), agreed, NOW + 300 * DAY) is not None

    @given(contacts, agreements, st.booleans())
    def test_what_is_expected_follows_from_the_shorter_of_both(
        self, known: list[datetime], agreed: timedelta | None, sharper: bool
    ) -> None:
        expected = longest_expected(known, (), agreed, sharper=sharper)
        habit = longest_expected(known, (), None, sharper=sharper)
        if agreed is not None:
            assert expected == min(filter(None, [habit, agreed / 2 if sharper else agreed]))
        else:
            assert expected == habit


class TestPauses:
    def test_whole_days_in_the_owners_zone(self) -> None:
        found = pauses(client(away(date(2026, 3, 28), date(2026, 3, 29))), BERLIN, date(2026, 3, 1), date(2026, 4, 1))
        # The clocks change on the 29th: its end is at 22:00 UTC.
        assert found == (
            (datetime(2026, 3, 27, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        )  # fmt: skip

    def test_the_owners_absence_counts_with_theirs_once(self) -> None:
        owner = WorkingTime(zone=BERLIN.zone, hours=BERLIN.hours, away=(DateRange(date(2026, 3, 5), date(2026, 3, 8)),))
        theirs = client(away(date(2026, 3, 3), date(2026, 3, 6)), away(date(2026, 3, 4), date(2026, 3, 4)))
        (found,) = pauses(theirs, owner, date(2026, 3, 1), date(2026, 3, 31))
        assert found[1] - found[0] == 6 * DAY
        assert pauses(theirs, owner, date(2026, 3, 9), date(2026, 3, 31)) == ()

    def test_a_date_without_absence_pauses_nothing(self) -> None:
        wedding = Occasion(what="Wedding", when=DateRange(date(2026, 3, 5), date(2026, 3, 5)))
        assert pauses(client(wedding), BERLIN, date(2026, 3, 1), date(2026, 3, 31)) == ()

    @given(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20), st.booleans()), max_size=6),
        st.integers(0, 60),
        st.integers(0, 60),
    )
    def test_they_are_disjoint_and_take_no_more_than_there_is(
        self, gaps: list[tuple[int, int, bool]], first: int, length: int
    ) -> None:
        start = date(2026, 3, 1)
        theirs = client(*(away(start + a * DAY, start + (a + b) * DAY, yearly=yearly) for a, b, yearly in gaps))
        begin, end = NOW + first * DAY, NOW + (first + length) * DAY
        found = pauses(theirs, BERLIN, begin.date(), end.date())
        assert all(one[1] < other[0] for one, other in pairwise(found))
        assert timedelta(0) <= counted(begin, end, found) <= end - begin


@pytest.mark.parametrize(
    ("first", "last", "yearly", "seen"),
    [
        (date(2026, 12, 24), date(2027, 1, 3), True, [date(2027, 12, 24), date(2028, 12, 24)]),
        (date(2026, 12, 24), date(2027, 1, 3), False, []),
        (date(1980, 2, 29), date(1980, 2, 29), True, [date(2028, 2, 29)]),
        (date(2030, 6, 1), date(2030, 6, 1), True, []),
    ],
)
def test_what_comes_every_year(first: date, last: date, yearly: bool, seen: list[date]) -> None:
    found = occurrences(away(first, last, yearly=yearly), date(2028, 1, 2), date(2028, 12, 31))
    assert [one.first for one in found] == seen


def test_the_29th_of_february_is_the_28th_in_other_years() -> None:
    leap = away(date(2024, 2, 29), date(2024, 2, 29), yearly=True)
    (found,) = occurrences(leap, date(2026, 1, 1), date(2026, 12, 31))
    assert (found.first, found.last) == (date(2026, 2, 28), date(2026, 2, 28))
