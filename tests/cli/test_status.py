"""`status`: the store, the mailboxes, what waits, what comes next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cli.conftest import Home
from whiteglove.actions import Draft
from whiteglove.ledger import DraftState, PromiseKind
from whiteglove.store import drafts, events, folders, ledger
from whiteglove.store.folders import FolderState


def seen(folder: str, role: str, at: datetime | None) -> FolderState:
    return FolderState(mailbox="studio", folder=folder, role=role, uidvalidity=7, line=5, cursor=9, searched_at=at)


def test_an_empty_store_that_is_not_there(home: Home) -> None:
    said = home.ask("status", "--json").json
    assert said["store"] is None
    assert said["state"] == str(home.state)
    assert said["mode"] == "live"
    assert said["mailboxes"] == [{"name": "studio", "folders": [], "turned_away": None}]
    assert said["messages"] == 0
    assert [plugin["name"] for plugin in said["plugins"]] == ["acknowledge"]
    assert said["plugins"][0]["origin"] == "built in"
    assert said["outbox"] == {}
    assert said["events"] == {"open": 0, "parked": 0}
    assert said["drafts"] == 0
    assert said["next_run"] is None


def test_what_a_store_holds(home: Home) -> None:
    searched = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    due = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    with home.store() as store, store.write() as tx:
        folders.put(tx, seen("INBOX", "inbox", searched))
        folders.put(tx, seen("Sent", "sent", None))
        parked = events.add(tx, "MessageReceived", searched, 1)
        events.park(tx, parked, "it fails")
        events.add(tx, "MessageReceived", searched, 2)
        ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1", at=searched, obligation=None)
    said = home.ask("status", "--json").json
    assert said["store"] == str(home.state / "whiteglove.sqlite3")
    inbox, sent = said["mailboxes"][0]["folders"]
    assert inbox == {
        "folder": "INBOX",
        "role": "inbox",
        "uidvalidity": 7,
        "line": 5,
        "cursor": 9,
        "last_search": "2026-11-24T10:00:00+01:00",
    }
    assert sent["last_search"] is None
    assert said["events"] == {"open": 1, "parked": 1}
    assert datetime.fromisoformat(said["next_run"]) == due


def test_how_many_drafts_lie_ready(home: Home) -> None:
    now = datetime.now(UTC)
    with home.store() as store, store.write() as tx:
        for key, state in (("a", DraftState.PLACED), ("b", DraftState.CHANGED), ("c", DraftState.SENT)):
            wish = Draft(reason="x", key=key, client="acme", template="t", subject="s", brief="b")
            row = drafts.want(tx, "check_in", wish, now)
            assert row is not None
            drafts.change(tx, row, state=state)
    assert home.ask("status", "--json").json["drafts"] == 2
    assert "2 laid ready" in home.ask("status").out


def test_people_see_a_line_for_each_folder(home: Home) -> None:
    assert f"none yet in {home.state}" in home.ask("status").out
    with home.store() as store, store.write() as tx:
        folders.put(tx, seen("INBOX", "inbox", datetime.now(UTC) - timedelta(minutes=5)))
    text = home.ask("status").out
    assert "studio   INBOX   inbox  5     5 min ago" in text
    assert "Outbox    empty" in text
    assert "Plugins   acknowledge" in text


def test_it_begins_with_the_first_sentence_of_the_summary(home: Home) -> None:
    summary = home.ask("summary", "--json").json["verdict"]
    assert home.ask("status", "--json").json["verdict"] == summary
    assert home.ask("status").out.splitlines()[:2] == [summary, ""]


def test_without_plugins_it_says_that_none_is_enabled(home: Home) -> None:
    home.plugins = ""
    assert "Plugins   none enabled" in home.write().ask("status").out
