"""Figures over time: shades, weeks, limits, words."""

from __future__ import annotations

import pytest

from summary.days import LANGUAGES, reader
from whiteglove.sections import Trace
from whiteglove.summary.strip import LEGEND, MOST_DAYS, Strip, strip_of


def drawn(*values: int, limit: int | None = None, label: str = "") -> Strip:
    strip = strip_of(Trace(values=values, limit=limit, label=label), reader())
    assert strip is not None
    return strip


def test_more_is_never_paler() -> None:
    (*weeks,) = drawn(*range(10)).weeks
    shades = [cell.shade for week in weeks for cell in week]

    assert shades == [0, 1, 2, 2, 3, 3, 3, 4, 4, 4]
    assert len(LEGEND) == max(shades) + 1


def test_what_is_above_the_limit_and_not_what_reaches_it() -> None:
    (week,) = drawn(1, 2, 3, limit=2).weeks

    assert [cell.is_above for cell in week] == [False, False, True]
    assert drawn(0, 3, limit=2).is_marked
    assert not drawn(0, 300).is_marked


@pytest.mark.parametrize(
    ("days", "weeks"), [(2, [2]), (7, [7]), (8, [1, 7]), (28, [7, 7, 7, 7]), (31, [7, 7, 7, 7]), (20, [6, 7, 7])]
)
def test_the_latest_days_in_whole_weeks(days: int, weeks: list[int]) -> None:
    strip = drawn(*[0] * (days - 1), 7)

    assert [len(week) for week in strip.weeks] == weeks
    assert strip.weeks[-1][-1].shade == 4
    assert strip.days == f"{min(days, MOST_DAYS)} days"


def test_without_a_label_the_figures_are_read_out() -> None:
    assert drawn(0, 2, 1).label == "3 days: 0, 2, 1"
    assert drawn(0, 2, label="two\u202e messages").label == "two messages"


@pytest.mark.parametrize("trace", [None, Trace(values=()), Trace(values=(3,))])
def test_nothing_is_drawn_where_nothing_can_be_compared(trace: Trace | None) -> None:
    assert strip_of(trace, reader()) is None


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_its_words_in_every_language(code: str) -> None:
    strip = strip_of(Trace(values=(1,) * MOST_DAYS), reader(code))

    assert strip is not None
    assert strip.days.startswith("28 ")
    assert len(reader(code).word("above")) <= 24
