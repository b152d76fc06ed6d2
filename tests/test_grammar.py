"""The small texts of time and money: what they mean, and that nothing but `GrammarError` ever comes of a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove import grammar
from whiteglove.clients import DateRange, Limit, Money, ReportSlot, WorkBlock
from whiteglove.errors import GrammarError

SHORT_NAMES = [name[:3] for name in grammar.WEEKDAYS]
NINE_TO_FIVE = (time(9), time(17, 30))

clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
weekdays = st.integers(0, 6)
spans = st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1])


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("0s", timedelta(0)),
        ("90s", timedelta(seconds=90)),
        ("3m", timedelta(minutes=3)),
        ("8h", timedelta(hours=8)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(days=14)),
        (" 8 Hours ", timedelta(hours=8)),
        ("1h 30m", timedelta(minutes=90)),
        ("1 month", timedelta(days=30, hours=10, minutes=30)),
        ("18 months", 18 * timedelta(days=30, hours=10, minutes=30)),
        ("1 year", timedelta(days=365, hours=6)),
    ],
)
def test_a_duration_is_a_number_and_its_unit(text: str, meaning: timedelta) -> None:
    assert grammar.parse_duration(text) == meaning


@given(st.lists(st.tuples(st.integers(0, 999), st.sampled_from(["s", "m", "h", "d", "w"])), min_size=1, max_size=4))
def test_a_duration_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    text = " ".join(f"{number}{name}" for number, name in parts)
    assert grammar.parse_duration(text) == timedelta(seconds=sum(number * unit[name] for number, name in parts))


@pytest.mark.parametrize("text", ["", "3", "m", "-3m", "1.5h", "3 fortnights", "3m!", "٣m", "999999999w", "101 years"])
def test_a_wrong_duration_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match='right would be "3m"'):
        grammar.parse_duration(text)


@given(clocks)
def test_a_clock_time_is_read_back(at: time) -> None:
    assert grammar.parse_clock(f"{at:%H:%M}") == at
    assert grammar.parse_clock(f"{at.hour}:{at:%M}") == at


@pytest.mark.parametrize("text", ["", "8", "24:00", "08:60", "8:5", "08:00:00", "８:00", "noon"])
def test_a_wrong_clock_time_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match="08:00"):
        grammar.parse_clock(text)


@given(weekdays)
def test_a_weekday_is_known_by_its_name_and_by_three_letters(number: int) -> None:
    name = grammar.WEEKDAYS[number]
    assert {grammar.parse_weekday(text) for text in (name, name.upper(), name[:3], f" {name[:3].lower()} ")} == {number}


def test_hours_are_spread_over_their_days() -> None:
    hours = grammar.parse_hours("Mon-Fri 09:00-17:30")
    assert hours.days == ((NINE_TO_FIVE,),) * 5 + ((),) * 2


def test_hours_take_lists_of_days_of_times_and_of_texts() -> None:
    hours = grammar.parse_hours(["mon, wed 13:00-17:00, 09:00-12:00", "Friday 09:00–13:00"])
    split = ((time(9), time(12)), (time(13), time(17)))
    assert hours.days == (split, (), split, (), ((time(9), time(13)),), (), ())


@pytest.mark.parametrize("end", ["24:00", "00:00"])
def test_hours_may_end_at_midnight(end: str) -> None:
    assert grammar.parse_hours(f"Sun 18:00-{end}").days[6] == ((time(18), time.max),)


def test_a_span_of_weekdays_may_pass_the_end_of_the_week() -> None:
    worked = [bool(spans) for spans in grammar.parse_hours("Sat-Mon 09:00-10:00").days]
    assert worked == [True, False, False, False, False, True, True]


@given(st.dictionaries(weekdays, spans, min_size=1))
def test_hours_are_read_back(week: dict[int, tuple[time, time]]) -> None:
    written = [f"{SHORT_NAMES[day]} {start:%H:%M}-{end:%H:%M}" for day, (start, end) in week.items()]
    assert grammar.parse_hours(written).days == tuple((week[day],) if day in week else () for day in range(7))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon-Fri",
        "09:00-17:30",
        "Mon-Fri 09:00",
        "Mon-Fri 17:30-09:00",
        "Mon-Fri 09:00-09:00",
        "Mon-Wed-Fri 09:00-17:00",
        "Mon,Mon 09:00-17:00",
        "Fun 09:00-17:00",
        ["Mon 09:00-12:00", "Mon 11:00-13:00"],
        [],
    ],
)
def test_wrong_hours_are_answered_with_right_ones(text: str | list[str]) -> None:
    with pytest.raises(GrammarError, match=r'"Mon'):
        grammar.parse_hours(text)


def test_a_cadence_is_a_week_in_order() -> None:
    assert grammar.parse_cadence(["Fri 16:00", {"at": "Tue 16:00", "by": "call"}]) == (
        ReportSlot(1, time(16), "call"),
        ReportSlot(4, time(16), "mail"),
    )
    assert grammar.parse_cadence("Mon-Fri 17:00") == tuple(ReportSlot(day, time(17)) for day in range(5))
    assert grammar.parse_cadence([]) == ()


@given(st.sets(st.tuples(weekdays, clocks)), st.sampled_from(["mail", "call"]))
def test_a_cadence_is_read_back(week: set[tuple[int, time]], way: str) -> None:
    written: list[str | dict[str, Any]] = [{"at": f"{SHORT_NAMES[day]} {at:%H:%M}", "by": way} for day, at in week]
    assert grammar.parse_cadence(written) == tuple(ReportSlot(day, at, way) for day, at in sorted(week))


@pytest.mark.parametrize(
    "entry",
    [
        "16:00",
        "Tue",
        "Tue 16:00-17:00",
        {"by": "call"},
        {"at": 16},
        {"at": "Tue 16:00", "by": "pigeon"},
        {"at": "Tue 16:00", "by": []},
        {"at": "Tue 16:00", "how": "call"},
    ],
)
def test_a_wrong_slot_is_answered_with_a_right_one(entry: str | dict[str, Any]) -> None:
    with pytest.raises(GrammarError, match='right would be "Tue 16:00"'):
        grammar.parse_cadence([entry])


def test_a_slot_stands_in_a_cadence_once() -> None:
    with pytest.raises(GrammarError, match="Tuesday 16:00 stands there twice"):
        grammar.parse_cadence(["Mon-Fri 16:00", {"at": "Tue 16:00", "by": "call"}])


@given(st.dictionaries(weekdays, spans))
def test_work_is_read_back(week: dict[int, tuple[time, time]]) -> None:
    written = [f"{SHORT_NAMES[day]} {start:%H:%M}-{end:%H:%M}" for day, (start, end) in week.items()]
    assert grammar.parse_work(written) == tuple(WorkBlock(day, *week[day]) for day in sorted(week))


@pytest.mark.parametrize("entries", [["Tue 13:00-11:00"], ["Tue 11:00"], ["Tue 11:00-13:00", "Tue 12:00-14:00"]])
def test_wrong_work_is_answered_with_right_work(entries: list[str]) -> None:
    with pytest.raises(GrammarError, match='right would be "Tue 11:00-13:00"'):
        grammar.parse_work(entries)


@given(st.dates(), st.dates())
def test_a_range_is_read_back(one: date, other: date) -> None:
    first, last = sorted((one, other))
    assert grammar.parse_range(f"{first}/{last}") == DateRange(first, last)
    assert grammar.parse_range(f"{first}") == DateRange(first, first)


@pytest.mark.parametrize(
    "text", ["", "2026-13-01", "2026-02-30", "20261224", "2026-12-24/", "2026-12-24/2026-12-23", "a/b/c", "2026-W52-4"]
)
def test_a_wrong_range_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match='right would be "2026-12-24/2027-01-01"'):
        grammar.parse_range(text)


@given(
    st.integers(1, 999_999), st.sampled_from(["minute", "hour", "day", "week"]), st.sampled_from([" per ", "/", " / "])
)
def test_a_limit_is_read_back(count: int, unit: str, between: str) -> None:
    span = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}[unit]
    assert grammar.parse_limit(f"{count}{between}{unit}") == Limit(count, timedelta(seconds=span))


@pytest.mark.parametrize("text", ["", "2", "per day", "0 per day", "-1 per day", "2 per month", "two per day", "2 day"])
def test_a_wrong_limit_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match='right would be "2 per day"'):
        grammar.parse_limit(text)


@pytest.mark.parametrize(("text", "amount"), [("90 EUR", "90"), ("87.50 eur", "87.50"), ("0EUR", "0")])
def test_money_is_an_amount_and_a_currency(text: str, amount: str) -> None:
    assert grammar.parse_money(text) == Money(amount, "EUR")


@pytest.mark.parametrize("text", ["", "90", "EUR", "EUR 90", "90 €", "-1 EUR", "87,50 EUR", "1.234 EUR"])
def test_wrong_money_is_answered_with_right_money(text: str) -> None:
    with pytest.raises(GrammarError, match='right would be "90 EUR"'):
        grammar.parse_money(text)


BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("read", [grammar.parse_when, grammar.parse_until])
@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("Wed 11:00", datetime(2026, 3, 4, 10, 0, tzinfo=UTC)),
        ("  wednesday   9:05 ", datetime(2026, 3, 4, 8, 5, tzinfo=UTC)),
        ("Mon 10:01", datetime(2026, 3, 2, 9, 1, tzinfo=UTC)),
        # It is 10:00 in Berlin: that moment is over.
        ("Mon 10:00", datetime(2026, 3, 9, 9, 0, tzinfo=UTC)),
        ("Sun 23:59", datetime(2026, 3, 8, 22, 59, tzinfo=UTC)),
        ("2026-12-02 11:00", datetime(2026, 12, 2, 10, 0, tzinfo=UTC)),
        ("2026-07-02 00:00", datetime(2026, 7, 1, 22, 0, tzinfo=UTC)),
        ("2020-01-01 11:00", datetime(2020, 1, 1, 10, 0, tzinfo=UTC)),
        # The clocks skip 02:30 on this day, and come to it twice on the other one.
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_in_the_owners_zone(read: Callable[..., datetime], text: str, instant: datetime) -> None:
    assert read(text, MONDAY, BERLIN) == instant
    assert read(text, MONDAY, BERLIN).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01", datetime(2026, 11, 30, 23, 0, tzinfo=UTC)),
        ("3d", MONDAY + timedelta(days=3)),
        ("8h", MONDAY + timedelta(hours=8)),
        ("1h 30m", MONDAY + timedelta(minutes=90)),
        ("2 weeks", MONDAY + timedelta(weeks=2)),
    ],
)
def test_until_may_be_a_day_or_a_duration_too(text: str, instant: datetime) -> None:
    assert grammar.parse_until(text, MONDAY, BERLIN) == instant


@pytest.mark.parametrize("text", ["2026-12-01", "3d", "8h", "Wed", "11:00", "", "Wed 11:00 13:00", "Wed 25:00", "off"])
def test_a_wrong_moment_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match='right would be "Wed 11:00" or "2026-12-02 11:00"'):
        grammar.parse_when(text, MONDAY, BERLIN)


@pytest.mark.parametrize(
    "text",
    ["", "3", "Wed", "Wod 11:00", "2026-13-01", "2026-02-30 11:00", "0001-01-01", "tomorrow", "2026-12-01 24:00"],
)
def test_a_wrong_until_is_answered_with_right_ones(text: str) -> None:
    with pytest.raises(GrammarError, match=r'right would be "2026-12-01", .* "3d" or "8h"'):
        grammar.parse_until(text, MONDAY, BERLIN)


NEARLY_RIGHT = st.text(alphabet="MonTueFri 0123456789:-/,. perdayhwsmEUR", max_size=30)


@pytest.mark.parametrize(
    "read",
    [
        grammar.parse_duration,
        grammar.parse_clock,
        grammar.parse_weekday,
        grammar.parse_hours,
        grammar.parse_cadence,
        grammar.parse_work,
        grammar.parse_date,
        grammar.parse_range,
        grammar.parse_limit,
        grammar.parse_money,
        lambda text: grammar.parse_when(text, MONDAY, BERLIN),
        lambda text: grammar.parse_until(text, MONDAY, BERLIN),
    ],
)
@given(text=st.text() | NEARLY_RIGHT)
def test_no_text_raises_anything_but_a_grammar_error(read: Callable[[str], object], text: str) -> None:
    message = ""
    try:
        read(text)
    except GrammarError as error:
        message = str(error)
    assert len(message) < 300
    assert "\n" not in message
