"""What is given away of the week, and what could be offered."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Client, DateRange, Owner, Project, WorkingHours
from whiteglove.commitments import (
    LEAST_OFFER,
    Offer,
    Overcommitment,
    committed_hours,
    hours_there,
    offers,
    overcommitment,
    weeks_ahead,
)
from whiteglove.worktime import WorkingTime

HOURS = WorkingHours((((time(9), time(17)),),) * 5 + ((), ()))
MONDAY = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
WEDNESDAY_EVENING = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def owner(hours_per_week: float | None = 40) -> Owner:
    return Owner(
        name="Robin Vale", address="robin@vale.example", timezone="Europe/Berlin", language="en", hours=HOURS,
        hours_per_week=hours_per_week,
    )  # fmt: skip


def worktime(*away: tuple[int, int], holidays: frozenset[date] = frozenset()) -> WorkingTime:
    """Away from one day of March 2026 to another."""
    gaps = tuple(DateRange(date(2026, 3, first), date(2026, 3, last)) for first, last in away)
    return WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=HOURS, away=gaps, holidays=holidays)


def book(*projects: tuple[float | None, date | None]) -> dict[str, Client]:
    """Each project is another client's."""
    return {
        f"c{number}": Client(
            key=f"c{number}", name=f"Client {number}", timezone="Europe/Berlin", language="en",
            projects=(Project(name=f"Work {number}", hours_per_week=hours, deadline=deadline),),
        )
        for number, (hours, deadline) in enumerate(projects)
    }  # fmt: skip


def test_a_project_takes_its_hours_up_to_and_with_its_deadline() -> None:
    known = book((12, date(2026, 3, 6)), (8, None), (None, None))
    assert committed_hours(known, date(2026, 3, 6)) == 20
    assert committed_hours(known, date(2026, 3, 7)) == 8


def test_without_a_figure_the_working_time_is_what_there_is() -> None:
    assert (hours_there(owner(38)), hours_there(owner(None))) == (38, 40)


class TestOvercommitment:
    def test_up_to_the_limit_is_none(self) -> None:
        assert overcommitment(book((40, None)), owner(), TODAY) is None

    def test_until_the_deadline_that_ends_it(self) -> None:
        known = book((30, None), (6, date(2026, 3, 6)), (8, date(2026, 3, 20)), (2, date(2026, 4, 10)))
        assert overcommitment(known, owner(), TODAY) == Overcommitment(46, 40, date(2026, 3, 6))
        found = overcommitment(known, owner(38), TODAY)
        assert found == Overcommitment(46, 38, date(2026, 3, 20))
        assert found.excess == 8

    def test_without_a_deadline_it_does_not_end(self) -> None:
        assert overcommitment(book((41, None), (1, TODAY)), owner(), TODAY) == Overcommitment(42, 40, None)

    def test_what_is_past_its_deadline_does_not_count(self) -> None:
        assert overcommitment(book((41, date(2026, 3, 1))), owner(), TODAY) is None


class TestWeeks:
    def test_whole_weeks_less_what_is_committed(self) -> None:
        known = book((12, date(2026, 3, 11)), (8, None))
        found = list(weeks_ahead(known, owner(), worktime(), MONDAY, 3))
        assert [(week.start, week.free) for week in found] == [
            (date(2026, 3, 2), 20), (date(2026, 3, 9), 20), (date(2026, 3, 16), 32),
        ]  # fmt: skip

    def test_this_week_is_what_is_left_of_it(self) -> None:
        week, _ = weeks_ahead(book((20, None)), owner(30), worktime(), WEDNESDAY_EVENING, 2)
        assert (week.start, week.hours, week.committed) == (date(2026, 3, 4), 12, 8)

    def test_a_week_with_days_off_has_the_share_that_is_worked(self) -> None:
        known = worktime((10, 11), (16, 22), holidays=frozenset({date(2026, 3, 9)}))
        found = list(weeks_ahead(book((10, None)), owner(30), known, MONDAY, 3))
        assert [(week.hours, week.free) for week in found] == [(30, 20), (12, 2), (0, 0)]

    def test_the_week_in_which_the_clocks_change_is_as_long_as_the_others(self) -> None:
        found = list(weeks_ahead({}, owner(), worktime(), MONDAY, 6))
        assert {week.hours for week in found} == {40}

    def test_an_owner_who_never_works_has_nothing_free(self) -> None:
        none = WorkingHours(((),) * 7)
        time_off = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=none)
        lazy = Owner(
            name="Robin Vale", address="robin@vale.example", timezone="Europe/Berlin", language="en", hours=none
        )
        assert offers(book((1, None)), lazy, time_off, MONDAY) == (None, None)


class TestOffers:
    def test_what_is_free_now_and_more_once_a_deadline_is_over(self) -> None:
        known = book((12, date(2026, 3, 18)), (20, None))
        assert offers(known, owner(), worktime(), MONDAY) == (
            Offer(date(2026, 3, 3), 8),
            Offer(date(2026, 3, 23), 20, date(2026, 3, 18)),
        )

    def test_where_nothing_is_free_before_the_two_are_one(self) -> None:
        known = book((30, date(2026, 3, 18)), (8, None))
        assert offers(known, owner(), worktime(), MONDAY) == (
            Offer(date(2026, 3, 23), 32),
            Offer(date(2026, 3, 23), 32, date(2026, 3, 18)),
        )

    def test_a_week_that_has_less_free_is_no_later_offer(self) -> None:
        known = book((4, date(2026, 3, 13)), (20, None))
        _, later = offers(known, owner(), worktime((16, 17)), MONDAY)
        assert later == Offer(date(2026, 3, 23), 20, date(2026, 3, 13))

    def test_commitments_without_an_end_name_no_day(self) -> None:
        assert offers(book((30, None)), owner(), worktime(), MONDAY) == (Offer(date(2026, 3, 3), 10), None)
        assert offers(book((37, None)), owner(), worktime(), MONDAY) == (None, None)

    def test_no_start_on_a_day_off(self) -> None:
        soonest, _ = offers({}, owner(), worktime((3, 10)), MONDAY)
        # Of the next week three fifths are worked: the offer holds for that week too.
        assert soonest == Offer(date(2026, 3, 11), 24)
        soonest, _ = offers({}, owner(), worktime((9, 16)), MONDAY)
        assert soonest == Offer(date(2026, 3, 17), 32)

    @pytest.mark.parametrize(("least", "start"), [(LEAST_OFFER, 3), (8.5, 23)])
    def test_at_least_so_many(self, least: float, start: int) -> None:
        known = book((12, date(2026, 3, 18)), (20, None))
        soonest, _ = offers(known, owner(), worktime(), MONDAY, least)
        assert soonest is not None
        assert soonest.start == date(2026, 3, start)

    @given(
        st.lists(
            st.tuples(st.none() | st.floats(0, 60), st.none() | st.dates(date(2026, 2, 20), date(2026, 8, 1))),
            max_size=6,
        ),
        st.floats(1, 60),
        st.integers(0, 24 * 14),
    )
    def test_an_offer_is_never_more_than_is_free(
        self, projects: list[tuple[float | None, date | None]], there: float, hours: int
    ) -> None:
        now = MONDAY.replace(hour=hours % 24, day=2 + hours // 24)
        known, time_ = book(*projects), worktime((5, 6))
        for offer in filter(None, offers(known, owner(there), time_, now)):
            assert time_.is_working_day(offer.start)
            assert offer.start > time_.local_date(now)
            assert LEAST_OFFER <= offer.hours <= there + 1e-6
            # The first full week from then on.
            later = [week for week in weeks_ahead(known, owner(there), time_, now) if week.start.weekday() == 0]
            assert any(week.free == offer.hours for week in later)
            assert offer.committed_until is None or offer.committed_until < offer.start
