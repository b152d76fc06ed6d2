"""`reports`: what was promised, and the owner's word that it was given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cli.conftest import Home
from whiteglove.ledger import PromiseKind, PromiseState
from whiteglove.store import events, ledger

NOW = datetime.now(UTC).replace(microsecond=0)


def promise(home: Home, due: datetime, *, late: bool = False) -> None:
    with home.store() as store, store.write() as tx:
        row, _ = ledger.make(
            tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1@vale.example", at=NOW, obligation=None
        )
        if late:
            ledger.mark_late(tx, row)


def test_promises_are_listed_by_their_time(home: Home) -> None:
    assert home.ask("reports", "--json").json == {"promises": []}
    assert home.ask("reports").out == "Nothing has been promised yet.\n"
    promise(home, NOW + timedelta(hours=5))
    promise(home, NOW - timedelta(hours=5), late=True)
    first, second = home.ask("reports", "--json").json["promises"]
    assert (first["client"], first["kind"], first["state"], first["late"]) == ("acme", "report", "late", True)
    assert (second["state"], second["told"], second["evidence"], second["closed_at"]) == ("open", True, None, None)
    assert datetime.fromisoformat(second["due"]) == NOW + timedelta(hours=5)
    assert datetime.fromisoformat(second["made_at"]) == NOW
    assert home.ask("reports").out.splitlines()[1].split()[-1] == "late"


def test_a_report_that_was_given_keeps_the_open_promise(home: Home) -> None:
    promise(home, NOW + timedelta(hours=5))
    said = home.ask("reports", "sent", "acme", "--json").json
    assert (said["state"], said["late"], said["evidence"]) == ("kept", False, "command")
    assert datetime.fromisoformat(said["due"]) == NOW + timedelta(hours=5)
    with home.store() as store, store.read() as tx:
        assert [one.state for one in ledger.promises_of(tx, "acme")] == [PromiseState.KEPT]
        assert events.counts(tx)["open"] == 1


def test_a_report_that_was_given_late_is_kept_late(home: Home) -> None:
    promise(home, NOW - timedelta(hours=1), late=True)
    assert "is kept, late." in home.ask("reports", "sent", "acme").out
    assert "kept late" in home.ask("reports").out


def test_without_a_promise_the_next_slot_is_used_up_and_the_store_is_made(home: Home) -> None:
    upcoming = home.ask("clients", "acme", "--json").json["next_reports"]
    said = home.ask("reports", "sent", "acme", "--json").json
    assert said["due"] == upcoming[0]
    assert said["told"] is False
    assert home.ask("clients", "acme", "--json").json["next_reports"][:9] == upcoming[1:]


def test_who_gets_no_reports_is_owed_none(home: Home) -> None:
    done = home.ask("reports", "sent", "birch")
    assert done.code == 1
    assert done.err == "whiteglove: birch has no report cadence, so no report is due\n"


def test_an_unknown_client_exits_2_and_creates_nothing(home: Home) -> None:
    done = home.ask("reports", "sent", "acne")
    assert done.code == 2
    assert 'did you mean "acme"' in done.err
    assert not home.state.exists()
