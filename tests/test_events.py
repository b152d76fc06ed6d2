"""What happened cannot be changed, and is always known by its number and its instant."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from whiteglove import events
from whiteglove.events import Event

EVENTS: list[Any] = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)]
SHARED = {events.Event, events.PromiseEvent, events.ObligationEvent, events.IncidentEvent}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_is_a_value_built_by_names(event: Any) -> None:
    parameters = event.__dataclass_params__

    assert is_dataclass(event)
    assert parameters.frozen
    assert "__slots__" in vars(event)
    assert all(field.kw_only for field in fields(event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_has_its_number_and_its_instant_first(event: Any) -> None:
    assert [field.name for field in fields(event)][:2] == ["id", "at"]


@pytest.mark.parametrize("event", [kind for kind in EVENTS if kind not in SHARED], ids=lambda event: event.__name__)
def test_an_event_says_what_happened(event: Any) -> None:
    # A dataclass without a docstring of its own is given its signature for one.
    assert not event.__doc__.startswith(f"{event.__name__}(")


def test_only_whole_events_are_stored() -> None:
    leaves = {kind for kind in EVENTS if not kind.__subclasses__()}

    assert leaves == set(EVENTS) - SHARED
