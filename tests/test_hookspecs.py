"""The page that a plugin's author reads: every hook, what it gets, what it may return."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

import pluggy
import pytest
from pydantic import ValidationError

from whiteglove import events, hookspecs
from whiteglove.actions import Actions
from whiteglove.events import Event
from whiteglove.grammar import parse_hours
from whiteglove.hookspecs import GROUP, PluginInfo, PluginSettings, Schedule
from whiteglove.worktime import WorkingTime

ROOT = Path(__file__).parents[1]
HOOKS: dict[str, Callable[..., Any]] = {
    name: value for name, value in vars(hookspecs).items() if hasattr(value, "whiteglove_spec")
}
ABOUT_EVENTS = {name: hook for name, hook in HOOKS.items() if name.startswith("on_")}


def events_of(hook: Callable[..., Any]) -> tuple[type[Event], ...]:
    kind = get_type_hints(hook)["event"]
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def test_pluggy_takes_the_page_as_it_is() -> None:
    manager = pluggy.PluginManager("whiteglove")
    manager.add_hookspecs(hookspecs)

    assert set(vars(manager.hook)) - {"_"} == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS.keys())
def test_every_hook_is_documented_and_typed(hook: Callable[..., Any]) -> None:
    signature = inspect.signature(hook)

    assert hook.__doc__
    assert set(get_type_hints(hook)) == {*signature.parameters, "return"}


@pytest.mark.parametrize("name", sorted(set(HOOKS) - {"describe"}))
def test_every_hook_is_given_the_context_last(name: str) -> None:
    assert list(inspect.signature(HOOKS[name]).parameters)[-1] == "ctx"


@pytest.mark.parametrize("hook", ABOUT_EVENTS.values(), ids=ABOUT_EVENTS.keys())
def test_what_happened_is_answered_with_actions(hook: Callable[..., Any]) -> None:
    assert list(inspect.signature(hook).parameters) == ["event", "ctx"]
    assert get_type_hints(hook)["return"] == Actions


def test_every_event_has_one_hook() -> None:
    concrete = {
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and not kind.__subclasses__()
    }
    heard = [kind for hook in ABOUT_EVENTS.values() for kind in events_of(hook)]

    assert sorted(kind.__name__ for kind in heard) == sorted(kind.__name__ for kind in concrete)


def test_plugins_are_found_under_the_group_that_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert GROUP in project["entry-points"]


class Own(PluginSettings):
    delay: int = 3


def test_a_key_that_a_plugin_does_not_know_is_an_error() -> None:
    with pytest.raises(ValidationError, match="delai"):
        Own(delai=4)  # type: ignore[call-arg]


def test_settings_are_not_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Own().delay = 4


def test_a_plugin_without_settings_takes_none() -> None:
    with pytest.raises(ValidationError):
        PluginInfo("does little").settings(anything=1)  # type: ignore[call-arg]


def test_a_daily_moment_is_on_every_day_of_the_week() -> None:
    assert Schedule(name="daily", at=time(8)).weekdays == frozenset(range(7))


class TestTheFollowingMoment:
    BERLIN = WorkingTime(ZoneInfo("Europe/Berlin"), parse_hours("Mon-Fri 09:00-17:00"))

    def test_it_is_later_today_or_on_the_next_day_that_is_named(self) -> None:
        friday = datetime(2026, 3, 6, 6, 59, tzinfo=UTC)
        daily = Schedule(name="daily", at=time(8))
        weekly = Schedule(name="weekly", at=time(8), weekdays=frozenset({0}))
        assert daily.following(friday, self.BERLIN) == datetime(2026, 3, 6, 7, tzinfo=UTC)
        assert daily.following(friday + timedelta(minutes=1), self.BERLIN) == datetime(2026, 3, 7, 7, tzinfo=UTC)
        assert weekly.following(friday, self.BERLIN) == datetime(2026, 3, 9, 7, tzinfo=UTC)

    def test_it_keeps_its_local_hour_when_the_clocks_change(self) -> None:
        saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)
        assert Schedule(name="daily", at=time(8)).following(saturday, self.BERLIN).hour == 6

    def test_an_interval_names_no_time_of_day(self) -> None:
        with pytest.raises(ValueError, match="often"):
            Schedule(name="often", every=timedelta(hours=1)).following(datetime(2026, 3, 6, tzinfo=UTC), self.BERLIN)
