"""`clients`: the book and the dossier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.conftest import Home
from whiteglove.ledger import PromiseKind
from whiteglove.message import Kind
from whiteglove.store import ledger


def test_the_book_lists_every_client(home: Home) -> None:
    acme, birch = home.ask("clients", "--json").json["clients"]
    assert acme["key"] == "acme"
    assert acme["name"] == "Acme GmbH"
    assert acme["engagement"] == "contract"
    assert acme["people"] == 1
    assert datetime.fromisoformat(acme["next_report"]) > datetime.now(UTC)
    assert birch["next_report"] is None
    text = home.ask("clients").out
    assert text.splitlines()[0].split() == ["KEY", "NAME", "ENGAGEMENT", "PEOPLE", "NEXT", "REPORT"]
    assert "Birch Holding" in text


def test_an_empty_book_says_where_clients_belong(home: Home) -> None:
    for key in home.clients:
        (home.folder / "clients" / f"{key}.toml").unlink()
    assert home.ask("clients", "--json").json == {"clients": []}
    assert str(home.folder / "clients") in home.ask("clients").out


def test_a_dossier_holds_the_file_and_the_next_ten_reports(home: Home) -> None:
    said = home.ask("clients", "acme", "--json").json
    assert said["name"] == "Acme GmbH"
    assert said["people"][0]["addresses"] == ["wile@acme.example"]
    assert said["projects"][0]["deadline"] == "2026-12-18"
    assert said["reply_within"] == "PT8H"
    assert said["quiet_after"] == "P7D"
    assert said["report"][0] == {"weekday": 0, "at": "17:00:00", "by": "mail"}
    reports = [datetime.fromisoformat(text) for text in said["next_reports"]]
    assert len(reports) == 10
    assert reports == sorted(set(reports))
    assert all(report.utcoffset() is not None and report > datetime.now(UTC) for report in reports)
    assert {f"{report:%H:%M}" for report in reports} == {"17:00"}
    assert said["promises"] == said["obligations"] == []


def test_a_client_without_a_cadence_has_no_reports(home: Home) -> None:
    assert home.ask("clients", "birch", "--json").json["next_reports"] == []
    assert "Birch Holding (birch)" in home.ask("clients", "birch").out


def test_an_open_promise_is_the_next_report_and_a_late_one_is_told_apart(home: Home) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    due, missed = now + timedelta(minutes=90), now - timedelta(hours=2)
    with home.store() as store, store.write() as tx:
        for moment in (due, missed):
            ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=moment, uid="1", at=now, obligation=None)
        late, _ = ledger.make(tx, client="acme", kind=PromiseKind.REPORT, due=missed, uid="1", at=now, obligation=None)
        ledger.mark_late(tx, late)
        ledger.open_obligation(
            tx,
            client="acme",
            message=1,
            thread=1,
            address="wile@acme.example",
            kinds=[Kind.QUESTION],
            at=now,
            due=due,
        )
    said = home.ask("clients", "acme", "--json").json
    assert datetime.fromisoformat(said["next_reports"][0]) == due
    assert [(promise["state"], promise["late"]) for promise in said["promises"]] == [("late", True), ("open", False)]
    assert said["obligations"][0]["kinds"] == ["question"]
    text = home.ask("clients", "acme").out
    assert "1 unanswered" in text
    assert "Late        nothing" not in text


@pytest.mark.parametrize(("key", "guess"), [("acne", 'did you mean "acme"'), ("zzz", "known are acme, birch")])
def test_an_unknown_key_exits_2_with_a_guess(home: Home, key: str, guess: str) -> None:
    done = home.ask("clients", key)
    assert done.code == 2
    assert done.out == ""
    assert guess in done.err
