"""What plugins remember, for as long as they want; what was fired is not fired again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.conftest import DAY, HOUR, NOW
from whiteglove.actions import Json
from whiteglove.store import Store, memory


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "text", "\udc80", [1, [2]], {"a": {"b": None}}])
def test_a_value_comes_back_as_it_was(tx: sa.Connection, value: Json) -> None:
    memory.put(tx, "replies", "key", value, None)

    assert memory.get(tx, "replies", "key", NOW) == value
    assert memory.items(tx, "replies", "", NOW) == {"key": value}


SOUND = NOW + 7 * DAY


def test_a_later_value_replaces_the_one_before_with_its_end(tx: sa.Connection) -> None:
    memory.put(tx, "replies", "key", 1, NOW + HOUR)
    memory.put(tx, "replies", "key", 2, None)

    assert memory.get(tx, "replies", "key", NOW + DAY) == 2


def test_no_plugin_sees_anothers_memory(tx: sa.Connection) -> None:
    memory.put(tx, "replies", "key", 1, None)

    assert memory.get(tx, "incidents", "key", NOW) is None
    assert memory.items(tx, "incidents", "", NOW) == {}
    memory.drop(tx, "incidents", "key")
    assert memory.get(tx, "replies", "key", NOW) == 1


def test_what_has_run_out_is_not_there_any_more(tx: sa.Connection) -> None:
    memory.put(tx, "replies", "short", 1, NOW + HOUR)
    memory.put(tx, "replies", "long", 2, NOW + DAY)

    assert memory.items(tx, "replies", "", NOW) == {"long": 2, "short": 1}
    assert memory.get(tx, "replies", "short", NOW + HOUR) is None
    assert memory.items(tx, "replies", "", NOW + HOUR) == {"long": 2}


def test_what_has_run_out_can_be_removed(tx: sa.Connection) -> None:
    memory.put(tx, "replies", "short", 1, NOW)
    memory.put(tx, "replies", "long", 2, NOW + DAY)
    memory.put(tx, "replies", "for good", 3, None)
    memory.drop_expired(tx, NOW)

    assert memory.items(tx, "replies", "", NOW - HOUR) == {"for good": 3, "long": 2}


def test_a_dropped_value_is_gone(tx: sa.Connection) -> None:
    memory.put(tx, "replies", "key", 1, None)
    memory.put(tx, "replies", "other", 2, None)
    memory.drop(tx, "replies", "key")

    assert memory.items(tx, "replies", "", NOW) == {"other": 2}


def test_a_prefix_is_taken_letter_by_letter(tx: sa.Connection) -> None:
    for key in ("acme:1", "acme:2", "Acme:3", "acmeX", "a%", "ab", "ä:1", "Ä:2"):
        memory.put(tx, "replies", key, key, None)

    assert list(memory.items(tx, "replies", "acme:", NOW)) == ["acme:1", "acme:2"]
    assert list(memory.items(tx, "replies", "Acme", NOW)) == ["Acme:3"]
    assert list(memory.items(tx, "replies", "a%", NOW)) == ["a%"]
    assert list(memory.items(tx, "replies", "ä", NOW)) == ["ä:1"]


TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=4)


@given(keys=st.sets(TEXT, max_size=6), prefix=TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_items_are_those_that_python_takes_to_start_so(store: Store, keys: set[str], prefix: str) -> None:
    with store.write() as tx:
        for key in memory.items(tx, "replies", "", NOW):
            memory.drop(tx, "replies", key)
        for key in keys:
            memory.put(tx, "replies", key, None, None)
        found = memory.items(tx, "replies", prefix, NOW)

    assert list(found) == sorted(key for key in keys if key.startswith(prefix))


def test_a_moment_of_a_schedule_is_fired_once(tx: sa.Connection) -> None:
    assert memory.last_fired(tx, "daily_summary", "daily") is None
    assert memory.fire(tx, "daily_summary", "daily", NOW, SOUND)
    assert not memory.fire(tx, "daily_summary", "daily", NOW, SOUND)
    assert memory.fire(tx, "daily_summary", "daily", NOW + DAY, SOUND)
    assert memory.last_fired(tx, "daily_summary", "daily") == NOW + DAY


def test_a_moment_before_one_that_was_fired_is_over(tx: sa.Connection) -> None:
    memory.fire(tx, "daily_summary", "daily", NOW, SOUND)

    assert not memory.fire(tx, "daily_summary", "daily", NOW - DAY, SOUND)
    assert memory.last_fired(tx, "daily_summary", "daily") == NOW


def test_what_a_wrong_clock_fired_far_ahead_does_not_count(tx: sa.Connection) -> None:
    memory.fire(tx, "daily_summary", "daily", NOW + 30 * DAY, NOW + 31 * DAY)

    assert memory.fire(tx, "daily_summary", "daily", NOW, NOW + DAY)
    assert memory.last_fired(tx, "daily_summary", "daily") == NOW
    assert not memory.fire(tx, "daily_summary", "daily", NOW, NOW + DAY)


def test_schedules_are_told_apart_by_plugin_and_name(tx: sa.Connection) -> None:
    memory.fire(tx, "daily_summary", "daily", NOW, SOUND)

    assert memory.fire(tx, "daily_summary", "weekly", NOW, SOUND)
    assert memory.fire(tx, "reports", "daily", NOW, SOUND)
