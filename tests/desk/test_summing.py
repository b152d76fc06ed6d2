"""A summary is put together from everybody's parts, and a part that fails is said to be missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from benches import QUESTION, plugin
from whiteglove.desk.summing import build
from whiteglove.sections import Day, Item, Place, Section, Summary
from whiteglove.testing import Bench
from whiteglove_plugins import daily_summary

EIGHT = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


def summary_of(bench: Bench, day: date | None = None) -> Summary:
    return build(bench.settings, bench.host, bench.store, day, bench.clock.now())


def test_sections_stand_in_the_order_of_what_matters() -> None:
    def summarise(day: Day) -> Section:
        return Section(title="Incidents", place=Place.INCIDENTS, items=(Item(text="one"),))

    with Bench(daily_summary, beside={"other": plugin("other", summarise=summarise)}) as bench:
        places = [section.place for section in summary_of(bench).sections]
        assert places == [Place.NEEDS_YOU, Place.REPORTS, Place.INCIDENTS, Place.HELD_BACK, Place.HEALTH]


def test_a_plugin_without_a_part_leaves_no_trace() -> None:
    with Bench(plugin(summarise=lambda day: None)) as bench:
        assert Place.OTHER not in [section.place for section in summary_of(bench).sections]


def test_a_plugin_that_fails_costs_its_own_part_only() -> None:
    def summarise(day: Day) -> Section:
        raise RuntimeError("no")

    with Bench(daily_summary, beside={"other": plugin("other", summarise=summarise)}) as bench:
        health = summary_of(bench).sections[-1]
        assert "plugin other could not give its part of this summary" in [item.text for item in health.items]


def test_what_no_section_can_be_is_a_failure_of_the_plugin() -> None:
    with Bench(plugin(summarise=lambda day: "all is well")) as bench:
        assert "plugin made could not give" in summary_of(bench).sections[-1].items[-1].text
        assert "right would be a Section or None" in bench.failures[0]


def test_the_first_summary_looks_back_a_day_and_each_other_to_the_one_before() -> None:
    with Bench(daily_summary) as bench:
        assert summary_of(bench).day.since == bench.clock.now() - timedelta(days=1)
        bench.advance(hours=22)
        assert bench.clock.now() == EIGHT
        bench.advance(hours=3)
        assert summary_of(bench).day == Day(
            date=date(2026, 3, 3), since=EIGHT, until=EIGHT + timedelta(hours=3), previous=date(2026, 3, 3)
        )


def test_another_date_stands_for_itself() -> None:
    with Bench(daily_summary) as bench:
        day = summary_of(bench, date(2026, 3, 1)).day
        assert (day.since, day.until) == (
            datetime(2026, 2, 28, 23, tzinfo=UTC),
            datetime(2026, 3, 1, 23, tzinfo=UTC),
        )


def test_building_one_changes_nothing() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION)
        before = bench.mails, bench.warned
        assert summary_of(bench) == summary_of(bench)
        assert (bench.mails, bench.warned) == before


def test_what_plugins_say_of_a_week_that_is_over_is_one_section() -> None:
    def looking_back(text: str) -> Section:
        return Section(title="Part", week=(Item(text=text),), month=())

    beside = {
        "first": plugin("first", summarise=lambda day: looking_back("one")),
        "second": plugin("second", summarise=lambda day: looking_back("two")),
    }
    with Bench(plugin(), beside=beside) as bench:
        sections = summary_of(bench).sections
        back = [section for section in sections if section.place is Place.LOOK_BACK]
        assert [(part.title, [item.text for item in part.items]) for part in back] == [
            ("The week that is over", ["one", "two"])
        ]
        assert [section.week for section in sections if section.title == "Part"] == [(), ()]


def test_a_clock_that_was_in_the_future_does_not_hide_a_day() -> None:
    with Bench(daily_summary) as bench:
        bench.advance(days=300)
        bench.clock.move(timedelta(days=-299))
        day = summary_of(bench).day
        assert day.since < day.until == bench.clock.now()
