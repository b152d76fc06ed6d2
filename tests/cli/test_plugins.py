"""`plugins`: what is enabled and how it fares; the wish to resume one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from cli.conftest import Home
from whiteglove import __version__
from whiteglove.store import events, health, memory
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


def test_where_each_comes_from_is_said_with_its_version(home: Home) -> None:
    first, *others = home.ask("plugins", "--json").json["plugins"]
    assert (first["origin"], first["version"], first["problems"], first["goes_away"]) == (
        "built in",
        __version__,
        [],
        [],
    )
    assert first["file"].endswith("whiteglove_plugins/acknowledge.py")
    assert {one["version"] for one in others if one["origin"] == "built in"} == {__version__}
    heading, line = home.ask("plugins").out.splitlines()[:2]
    assert heading.split() == ["PLUGIN", "STATE", "PARKED", "ORIGIN", "VERSION", "LAST", "ERROR"]
    assert line.split()[2:] == ["built", "in", __version__]


def test_one_that_cannot_be_used_is_among_the_others_with_all_that_is_wrong(home: Home) -> None:
    home.plugins = '[plugins.acknowledge]\n[plugins.capacity]\nsilnt = "3d"\n[plugins.gone]\n'
    done = home.write().ask("plugins")
    assert done.code == 2
    lines = {line.split()[0]: line for line in done.out.splitlines()}
    assert " called " in lines["acknowledge"]
    assert " cannot be used " in lines["capacity"]
    assert 'plugins.capacity.silnt: there is no such key; did you mean "silent"?' in lines["capacity"]
    assert "not installed" in lines["gone"]
    assert [line.partition(": plugins.")[2].partition(":")[0] for line in done.err.splitlines()] == [
        "capacity.silnt", "gone",
    ]  # fmt: skip
    said = home.ask("plugins", "--json")
    found = {one["name"]: one for one in json.loads(said.out)["plugins"]}
    assert (said.code, found["capacity"]["enabled"], found["capacity"]["version"]) == (2, True, __version__)
    assert len(found["capacity"]["problems"]) == 1
    assert set(found["capacity"]) == set(found["acknowledge"]) == set(found["scope"])


def test_what_one_remembers_is_shown(home: Home) -> None:
    assert home.ask("plugins", "memory", "acknowledge").out == "acknowledge remembers nothing.\n"
    with home.store() as store, store.write() as tx:
        memory.put(tx, "acknowledge", "told:acme", {"times": 2, "who": "Zoë"}, None)
        memory.put(tx, "acknowledge", "gone", 1, NOW - timedelta(hours=1))
        memory.put(tx, "scope", "other", 1, None)
    assert home.ask("plugins", "memory", "acknowledge").out == 'told:acme  {"times": 2, "who": "Zoë"}\n'
    assert home.ask("plugins", "memory", "acknowledge", "--json").json == {
        "name": "acknowledge",
        "memory": {"told:acme": {"times": 2, "who": "Zoë"}},
    }
    assert home.ask("plugins", "memory", "scope").code == 2


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
