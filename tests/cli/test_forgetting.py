"""`forget`: who is meant, what is said of it, and what a dry run leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.conftest import Home
from whiteglove.cli import forgetting
from whiteglove.store import StoreLock, messages, mutes, notes, silences, timers

NOW = datetime.now(UTC).replace(microsecond=0)


def record(home: Home, **values: Any) -> None:
    with home.store() as store, store.write() as tx:
        uid = messages.count(tx) + 1
        known: dict[str, Any] = {
            "client": "acme",
            "message_id": f"m{uid}@elsewhere.example",
            "author_address": "wile@acme.example",
            "author_name": "Wile E. Coyote",
            "subject": "Anvil, second proof",
            "to": [["robin@vale.example", "Robin Vale"]],
        }
        messages.add(
            tx,
            mailbox="studio",
            folder="INBOX",
            uidvalidity=7,
            uid=uid,
            id_hash=store.hash_id(f"m{uid}@elsewhere.example"),
            recorded_at=NOW,
            received_at=NOW,
            human=True,
            may_acknowledge=True,
            obliges=True,
            **{**known, **values},
        )


def left(home: Home, *texts: str) -> list[str]:
    """Which of these stand anywhere in the bytes of the store."""
    found = b"".join(path.read_bytes() for path in home.state.glob("whiteglove.sqlite3*")).lower()
    return [text for text in texts if text.lower().encode() in found]


def subjects(home: Home, client: str) -> list[str]:
    with home.store() as store, store.read() as tx:
        return [one.subject for one in messages.of_client(tx, client, NOW)]


def test_a_person_is_erased_and_it_is_said_what_remains(home: Home) -> None:
    record(home)
    record(home, client="birch", author_address="jutta@birch.example", author_name="Jutta Forst", subject="Harbour")
    said = home.ask("forget", "Wile@Acme.example", "--json").json
    assert (said["who"], said["dry_run"], said["erased"]) == ("Wile@Acme.example", False, {"messages": 1})
    journal, backups, mail, file = said["remains"]
    assert journal.startswith("The journal names clients by key")
    assert backups == "Backups hold what was on record when they were made."
    assert "“studio”" in mail
    assert file.startswith(f"{home.folder}/clients/acme.toml still names them")
    assert left(home, "wile@acme.example", "Coyote", "Anvil") == []
    assert subjects(home, "birch") == ["Harbour"]


def test_a_client_is_erased(home: Home) -> None:
    record(home)
    with home.store() as store, store.write() as tx:
        mutes.put(tx, "acme", NOW)
    done = home.ask("forget", "acme")
    assert done.out.splitlines()[0] == "acme: erased from the record:"
    assert {"  1 mute", "What this cannot reach:"} <= set(done.out.splitlines())
    assert "clients/acme.toml still names them or their domain. Remove it by hand" in done.out
    assert left(home, "wile@acme.example", "Coyote", "Anvil", "acme") == []
    assert home.ask("forget", "acme").out.startswith("acme: nothing is on record.\n")


def test_what_was_noted_and_prepared_is_erased_and_counted(home: Home) -> None:
    with home.store() as store, store.write() as tx:
        for text, call in (("Likes anvils", False), ("Wile Coyote rang", True)):
            notes.add(tx, client="acme", at=NOW, text=text, call=call)
        silences.begin(tx, "acme", NOW, timedelta(days=1), NOW)
        timers.set_at(tx, "briefing", "brief:acme", NOW, "acme")
        timers.set_at(tx, "briefing", "brief:birch", NOW, "birch")
    # Who has written nothing is known by the file.
    assert home.ask("forget", "wile@acme.example", "--dry-run", "--json").json["erased"] == {"client_notes": 1}
    assert home.ask("forget", "acme", "--dry-run", "--json").json["erased"] == {
        "client_notes": 2, "silences": 1, "timers": 1,
    }  # fmt: skip
    said = home.ask("forget", "acme").out.splitlines()
    assert {"  2 notes of yours", "  1 silence of theirs", "  1 timer of a plugin"} <= set(said)
    assert left(home, "anvil", "Coyote", "acme") == []
    assert left(home, "brief:birch") == ["brief:birch"]


def test_a_dry_run_says_the_same_and_erases_nothing(home: Home) -> None:
    record(home)
    before = (home.state / "whiteglove.sqlite3").read_bytes()
    said = home.ask("forget", "acme", "--dry-run", "--json").json
    assert (said["dry_run"], said["erased"]) == (True, {"messages": 1})
    assert home.ask("forget", "acme", "--dry-run").out.startswith("acme: would be erased:\n")
    assert subjects(home, "acme") == ["Anvil, second proof"]
    assert (home.state / "whiteglove.sqlite3").read_bytes() == before
    assert home.ask("forget", "acme", "--json").json["erased"] == said["erased"]


def test_a_client_who_left_the_book_is_found_on_record(home: Home) -> None:
    record(home, client="cedar")
    said = home.ask("forget", "cedar", "--json").json
    assert said["erased"] == {"messages": 1}
    assert not any("clients/" in line for line in said["remains"])
    unknown = home.ask("forget", "acne")
    assert (unknown.code, 'did you mean "acme"' in unknown.err) == (2, True)


def test_nobody_else_is_forgotten_with_them(home: Home) -> None:
    record(home, author_address="jutta@birch.example", author_name="Robin Vale", to=[["robin@vale.example", ""]])
    record(home, client="birch", author_address="jutta@birch.example", author_name="Jutta Forst", subject="Harbour")
    home.ask("forget", "acme")
    assert subjects(home, "acme") == []
    assert subjects(home, "birch") == ["Harbour"]
    assert left(home, "jutta@birch.example", "Jutta Forst") == ["jutta@birch.example", "Jutta Forst"]


def test_the_owner_and_the_team_are_not_on_record(home: Home) -> None:
    home.toml = '[[team]]\nname = "Kim"\naddress = "kim@vale.example"\n'
    home.write()
    for address in ("robin@vale.example", "kim@vale.example"):
        done = home.ask("forget", address)
        assert (done.code, "is yours or a colleague's" in done.err) == (2, True)


def test_without_a_store_nothing_is_on_record_and_none_is_made(home: Home) -> None:
    done = home.ask("forget", "wile@acme.example")
    assert (done.code, done.out.splitlines()[0]) == (0, "wile@acme.example: nothing is on record.")
    assert not home.state.exists()


def test_what_a_running_daemon_had_at_hand_is_erased_too(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    record(home)
    monkeypatch.setattr(forgetting.time, "sleep", lambda seconds: record(home))
    with StoreLock(home.state):
        said = home.ask("forget", "acme", "--json").json
    assert said["erased"] == {"messages": 2}
    assert left(home, "Anvil") == []


def test_a_store_that_was_set_aside_is_named(home: Home, tmp_path: Any) -> None:
    record(home)
    home.ask("backup", str(tmp_path / "backup"))
    home.ask("restore", str(tmp_path / "backup"))
    said = home.ask("forget", "acme", "--json").json
    assert f"{home.state}/whiteglove.sqlite3.before-restore" in said["remains"][1]
