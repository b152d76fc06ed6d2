"""`plugins`: what is enabled and how it fares; the wish to resume one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cli.conftest import Home
from whiteglove.store import events, health
from whiteglove.store.health import Health

NOW = datetime.now(UTC).replace(microsecond=0)


def suspend(home: Home, since: datetime = NOW) -> None:
    with home.store() as store, store.write() as tx:
        error = "acknowledge: on_message raised RuntimeError: a defect"
        health.put(
            tx, Health(plugin="acknowledge", suspended_since=since, failures=5, last_error=error, failed_at=since)
        )
        events.mark(tx, events.add(tx, "PromiseDue", NOW, 1), "acknowledge", events.PARKED, error=error)


def test_what_is_enabled_comes_first_and_what_is_installed_is_named(home: Home) -> None:
    first, *others = home.ask("plugins", "--json").json["plugins"]
    assert (first["name"], first["enabled"], first["origin"]) == ("acknowledge", True, "built in")
    assert (first["failures"], first["last_error"], first["suspended_until"], first["parked"]) == (0, None, None, 0)
    assert {one["name"] for one in others if not one["enabled"]} >= {"daily_summary"}
    lines = home.ask("plugins").out.splitlines()
    assert lines[1].split()[:2] == ["acknowledge", "called"]
    assert any(line.startswith("daily_summary") and "not enabled" in line for line in lines)
    assert not home.state.exists()


def test_a_suspended_one_says_until_when_and_why(home: Home) -> None:
    suspend(home)
    first = home.ask("plugins", "--json").json["plugins"][0]
    assert datetime.fromisoformat(first["suspended_since"]) == NOW
    assert datetime.fromisoformat(first["suspended_until"]) == NOW + timedelta(hours=1)
    assert (first["failures"], first["parked"]) == (5, 1)
    line = home.ask("plugins").out.splitlines()[1]
    assert "rests until " in line
    assert "a defect (" in line
    assert "acknowledge (rests until " in home.ask("status").out


def test_a_rest_that_is_over_is_none(home: Home) -> None:
    suspend(home, NOW - timedelta(hours=2))
    first = home.ask("plugins", "--json").json["plugins"][0]
    assert (first["suspended_since"], first["suspended_until"]) == (None, None)
    assert "failed 5 times" in home.ask("plugins").out


def test_it_is_resumed_on_the_owners_word(home: Home) -> None:
    suspend(home)
    assert home.ask("plugins", "resume", "acknowledge").out.startswith("acknowledge is called again within a second")
    with home.store() as store, store.read() as tx:
        assert health.asked(tx) == ("acknowledge",)
    assert ", to be resumed" in home.ask("plugins").out
    said = home.ask("plugins", "resume", "acknowledge", "--json").json
    assert said["name"] == "acknowledge"


def test_what_is_not_suspended_exits_1_and_what_is_not_enabled_2(home: Home) -> None:
    done = home.ask("plugins", "resume", "acknowledge")
    assert (done.code, done.err) == (1, "whiteglove: acknowledge is not suspended\n")
    unknown = home.ask("plugins", "resume", "acknowlege")
    assert (unknown.code, 'no plugin "acknowlege" is enabled' in unknown.err) == (2, True)
    assert "acknowledge" in unknown.err
    assert not home.state.exists()
