"""`events`: what could not be handled, shown, tried again, dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.conftest import Home
from whiteglove.store import events, messages

NOW = datetime.now(UTC).replace(microsecond=0)


def message(home: Home) -> int:
    with home.store() as store, store.write() as tx:
        return messages.add(
            tx,
            mailbox="studio",
            folder="INBOX",
            uidvalidity=7,
            uid=1,
            id_hash=store.hash_id("m1@acme.example"),
            recorded_at=NOW,
            human=True,
            may_acknowledge=True,
            obliges=True,
            client="acme",
            message_id="m1@acme.example",
            received_at=NOW,
            subject="Catalogue",
        )


def park(home: Home, *parts: str, error: str = "ValueError()", not_before: datetime | None = None) -> int:
    """An event that was parked as a whole, or for these plugins; it is done, or open until `not_before`."""
    about = message(home)
    with home.store() as store, store.write() as tx:
        row = events.add(tx, "MessageReceived", NOW, about)
        events.claim(tx, NOW, 1)
        for plugin in parts:
            events.mark(tx, row, plugin, events.PARKED, error=error)
        if not parts:
            events.park(tx, row, error)
        elif not_before is not None:
            events.postpone(tx, row, not_before, "suspended")
        else:
            events.finish(tx, row)
        return row


def state(home: Home, row: int) -> str:
    return str(home.ask("events", "show", str(row), "--json").json["state"])


def test_nothing_is_parked(home: Home) -> None:
    assert home.ask("events", "--json").json == {"open": 0, "events": []}
    assert home.ask("events").out == "Nothing is parked; none open.\n"
    assert not home.state.exists()


def test_an_event_that_was_parked_as_a_whole(home: Home) -> None:
    row = park(home)
    (event,) = home.ask("events", "--json").json["events"]
    assert (event["event_id"], event["type"], event["state"]) == (row, "MessageReceived", "parked")
    assert (event["client"], event["about"], event["message_id"]) == ("acme", "Catalogue", "m1@acme.example")
    assert (event["error"], event["parked_for"], event["plugins"]) == ("ValueError()", [], {})
    assert datetime.fromisoformat(event["at"]) == NOW
    assert home.ask("events").out.splitlines()[1].endswith("acme    every plugin  ValueError()")
    assert home.ask("events").out.splitlines()[-1] == "1 parked; none open."


def test_an_event_that_was_parked_for_one_plugin(home: Home) -> None:
    row = park(home, "second_look", error="it raised")
    with home.store() as store, store.write() as tx:
        events.mark(tx, row, "acknowledge", events.DONE, reason="status_request")
        events.add(tx, "PromiseDue", NOW, 1)
    said = home.ask("events", "--json").json
    (event,) = said["events"]
    assert (said["open"], event["state"], event["parked_for"]) == (1, "done", ["second_look"])
    assert event["plugins"]["acknowledge"]["reason"] == "status_request"
    assert event["plugins"]["second_look"] == {"state": "parked", "attempts": 1, "reason": None, "error": "it raised"}
    assert "second_look  it raised" in home.ask("events").out
    shown = home.ask("events", "show", str(row)).out
    assert "About       Catalogue\n" in shown
    assert "PLUGIN       STATE   ATTEMPTS  REASON          ERROR\n" in shown


@pytest.mark.parametrize("parts", [(), ("second_look",)])
def test_it_is_tried_again(home: Home, parts: tuple[str, ...]) -> None:
    row = park(home, *parts)
    assert home.ask("events", "retry", str(row)).out == f"Event {row} is handled again.\n"
    said = home.ask("events", "show", str(row), "--json").json
    assert (said["state"], said["attempts"], said["error"], said["parked_for"]) == ("open", 0, None, [])
    assert home.ask("events", "--json").json == {"open": 1, "events": []}


@pytest.mark.parametrize("parts", [(), ("second_look",)])
def test_it_is_dropped(home: Home, parts: tuple[str, ...]) -> None:
    row = park(home, *parts)
    said = home.ask("events", "drop", str(row), "--json").json
    assert (said["state"], said["parked_for"]) == ("done", [])
    assert home.ask("events", "--json").json == {"open": 0, "events": []}
    assert "ValueError()" in home.ask("events", "show", str(row)).out


@pytest.mark.parametrize("word", ["retry", "drop"])
def test_what_the_desk_may_have_at_hand_is_left_to_it(home: Home, word: str) -> None:
    row = park(home, "second_look", not_before=NOW - timedelta(seconds=1))
    done = home.ask("events", word, str(row))
    assert done.code == 1
    assert "is being handled for its other plugins; try again in a moment" in done.err
    assert home.ask("events", "show", str(row), "--json").json["parked_for"] == ["second_look"]


def test_what_waits_for_another_plugin_may_be_tried_at_once(home: Home) -> None:
    row = park(home, "second_look", not_before=NOW + timedelta(hours=1))
    said = home.ask("events", "retry", str(row), "--json").json
    assert (said["state"], said["not_before"]) == ("open", None)


@pytest.mark.parametrize("word", ["retry", "drop"])
def test_what_is_not_parked_is_left_alone(home: Home, word: str) -> None:
    with home.store() as store, store.write() as tx:
        row = events.add(tx, "ScheduleFired", NOW, None, {"plugin": "daily_summary", "name": "daily"})
    done = home.ask("events", word, str(row))
    assert (done.code, done.err) == (1, f"whiteglove: event {row} is open, and nothing of it is parked\n")
    assert state(home, row) == "open"
    shown = home.ask("events", "show", str(row)).out
    assert "About       plugin daily_summary, name daily\n" in shown


@pytest.mark.parametrize("word", ["show", "retry", "drop"])
def test_an_unknown_number_exits_1_and_creates_nothing(home: Home, word: str) -> None:
    done = home.ask("events", word, "17")
    assert (done.code, done.err) == (1, "whiteglove: there is no event 17\n")
    assert not home.state.exists()
    assert home.ask("events", word, "first").code == 2
