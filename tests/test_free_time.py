"""The next stretch of working time that is neither planned nor promised."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Client, WorkBlock, WorkingHours
from whiteglove.free_time import AHEAD, Span, next_free, taken_time
from whiteglove.worktime import WorkingTime

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Monday, 10:00 in Berlin.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPLIT = (((time(9), time(12)), (time(13), time(17, 30))),) * 5 + ((), ())
BERLIN = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WorkingHours(SPLIT))

spans = st.lists(
    st.tuples(st.integers(0, 20000), st.integers(1, 3000)).map(
        lambda pair: (NOW + pair[0] * MINUTE, NOW + (pair[0] + pair[1]) * MINUTE)
    ),
    max_size=12,
)


def free(*taken: Span, after: datetime = NOW, before: datetime = NOW + 8 * DAY) -> Span | None:
    return next_free(BERLIN, after, before, taken)


def client(*work: WorkBlock, planned: tuple[Span, ...] = ()) -> Client:
    return Client(key="acme", name="Acme", timezone="Europe/Berlin", language="en", work=work, planned=planned)


def test_at_once_where_nothing_is_in_the_way() -> None:
    assert free() == (NOW, NOW + 2 * HOUR)


def test_it_begins_on_a_full_or_half_hour_of_the_owners() -> None:
    assert free(after=NOW - 20 * MINUTE) == (NOW - 0 * MINUTE, NOW + 2 * HOUR)
    nepal = WorkingTime(zone=ZoneInfo("Asia/Kathmandu"), hours=WorkingHours(SPLIT))
    found = next_free(nepal, NOW, NOW + DAY, ())
    assert found is not None
    assert found[0].astimezone(nepal.zone).minute in (0, 30)


def test_a_break_does_not_lie_in_it() -> None:
    # At 11:00 one hour is left before noon.
    assert free(after=NOW + HOUR) == (NOW + 3 * HOUR, NOW + 5 * HOUR)


def test_what_is_taken_is_passed_over() -> None:
    assert free((NOW + HOUR, NOW + 4 * HOUR)) == (NOW + 4 * HOUR, NOW + 6 * HOUR)
    # What ends where it begins is not in the way.
    assert free((NOW - HOUR, NOW), (NOW + 2 * HOUR, NOW + 3 * HOUR)) == (NOW, NOW + 2 * HOUR)


def test_the_weekend_is_not_free() -> None:
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert free(after=friday) == (datetime(2026, 3, 9, 8, 0, tzinfo=UTC), datetime(2026, 3, 9, 10, 0, tzinfo=UTC))


@pytest.mark.parametrize("before", [NOW, NOW + 2 * HOUR - MINUTE])
def test_none_where_it_would_end_too_late(before: datetime) -> None:
    assert free(before=before) is None


def test_none_where_nobody_works_or_everything_is_taken() -> None:
    nobody = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WorkingHours(((),) * 7))
    assert next_free(nobody, NOW, NOW + DAY, ()) is None
    assert free((NOW - DAY, NOW + 60 * DAY), before=NOW + 50 * DAY) is None


@given(spans, st.integers(0, 10000))
def test_it_is_working_time_within_bounds_that_touches_nothing_taken(taken: list[Span], minutes: int) -> None:
    after = NOW + minutes * MINUTE
    found = next_free(BERLIN, after, after + 9 * DAY, taken)
    if found is not None:
        start, end = found
        assert after <= start < end <= min(after + 9 * DAY, after + AHEAD)
        assert BERLIN.between(start, end) == end - start == 2 * HOUR
        assert all(end <= since or until <= start for since, until in taken)


def test_planned_hours_and_the_hour_before_a_report_are_taken() -> None:
    planned = (NOW + 5 * HOUR, NOW + 6 * HOUR)
    known = client(WorkBlock(0, time(11), time(13)), WorkBlock(4, time(9), time(10)), planned=(planned,))
    due = NOW + 7 * HOUR
    found = taken_time([known], [due, NOW + 30 * DAY], BERLIN, NOW, NOW + DAY)
    assert sorted(found) == [(NOW + HOUR, NOW + 3 * HOUR), planned, (due - HOUR, due)]
