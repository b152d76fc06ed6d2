"""`mute`: until when, said and shown; what is wrong creates nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import ACME, Home
from whiteglove.store import mutes

BERLIN = ZoneInfo("Europe/Berlin")
SOON = timedelta(minutes=2)


def stored(home: Home, key: str = "acme") -> datetime | None:
    with home.store() as store, store.read() as tx:
        return mutes.until(tx, key)


def shown(home: Home) -> datetime | None:
    until = home.ask("clients", "acme", "--json").json["muted_until"]
    return datetime.fromisoformat(until) if until else None


def test_a_day_begins_at_midnight_in_the_owners_zone(home: Home) -> None:
    assert shown(home) is None
    said = home.ask("mute", "acme", "2099-12-01", "--json").json
    assert said == {"client": "acme", "muted_until": "2099-12-01T00:00:00+01:00"}
    assert stored(home) == shown(home) == datetime(2099, 11, 30, 23, 0, tzinfo=UTC)
    assert stored(home, "birch") is None


@pytest.mark.parametrize("until", [("2099-12-01 11:00",), ("2099-12-01", "11:00")])
def test_a_moment_may_be_one_argument_or_two(home: Home, until: tuple[str, ...]) -> None:
    done = home.ask("mute", "acme", *until)
    assert done.out == "Nothing automatic goes to Acme GmbH before Tue 01 Dec 2099 11:00.\n"
    assert stored(home) == datetime(2099, 12, 1, 10, 0, tzinfo=UTC)


def test_a_weekday_is_the_next_such_moment(home: Home) -> None:
    home.ask("mute", "acme", "Wed", "11:00")
    until = stored(home)
    assert until is not None
    assert f"{until.astimezone(BERLIN):%a %H:%M}" == "Wed 11:00"
    assert timedelta(0) < until - datetime.now(UTC) <= timedelta(days=7, hours=1)


@pytest.mark.parametrize(("text", "length"), [("3d", timedelta(days=3)), ("8h", timedelta(hours=8))])
def test_a_duration_counts_from_now(home: Home, text: str, length: timedelta) -> None:
    home.ask("mute", "acme", text)
    until = stored(home)
    assert until is not None
    assert abs(until - datetime.now(UTC) - length) < SOON


def test_off_ends_it_and_the_dossier_says_so(home: Home) -> None:
    home.ask("mute", "acme", "8h")
    assert "Muted       until " in home.ask("clients", "acme").out
    done = home.ask("mute", "acme", "off")
    assert (done.code, done.out) == (0, "Acme GmbH gets automatic mail again.\n")
    assert stored(home) is None
    assert home.ask("mute", "acme", "OFF", "--json").json == {"client": "acme", "muted_until": None}
    assert "Muted       no\n" in home.ask("clients", "acme").out


def test_the_later_of_file_and_command_counts_and_is_shown(home: Home) -> None:
    home.clients["acme"] = "muted_until = 2099-06-01\n" + ACME
    home.write()
    file = datetime(2099, 5, 31, 22, 0, tzinfo=UTC)
    assert shown(home) == file
    done = home.ask("mute", "acme", "8h")
    assert done.out.startswith("Nothing automatic goes to Acme GmbH before Mon 01 Jun 2099 00:00: muted_until in ")
    assert shown(home) == file
    assert datetime.fromisoformat(home.ask("mute", "acme", "off", "--json").json["muted_until"]) == file
    assert "acme.toml says so" in home.ask("mute", "acme", "off").out
    home.ask("mute", "acme", "2099-12-01")
    assert shown(home) == datetime(2099, 11, 30, 23, 0, tzinfo=UTC)


def test_a_mute_of_the_file_that_is_over_silences_nobody(home: Home) -> None:
    home.clients["acme"] = "muted_until = 2020-06-01\n" + ACME
    home.write()
    assert home.ask("mute", "acme", "off").out == "Acme GmbH gets automatic mail again.\n"
    assert "Muted       no\n" in home.ask("clients", "acme").out


@pytest.mark.parametrize(
    ("until", "fault"),
    [
        ("2020-01-01", "UNTIL: Wed 01 Jan 2020 00:00 is not in the future"),
        ("2020-01-01 11:00", "is not in the future"),
        ("0h", "is not in the future"),
        ("tomorrow", '"3d" or "8h"; or "off"'),
        ("2026-02-30", "is not in the calendar"),
        ("Wed", 'right would be "2026-12-01"'),
    ],
)
def test_no_time_and_a_time_that_is_over_are_one_line_and_create_nothing(home: Home, until: str, fault: str) -> None:
    done = home.ask("mute", "acme", *until.split())
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("whiteglove: UNTIL: ")
    assert fault in done.err
    assert not home.state.exists()


def test_an_unknown_client_and_no_until_are_bad_usage(home: Home) -> None:
    assert home.ask("mute", "acne", "3d").code == home.ask("mute", "acme").code == 2
    assert 'did you mean "acme"' in home.ask("mute", "acne", "3d").err
    assert not home.state.exists()
