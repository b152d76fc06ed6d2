"""`note`: what is kept of it, which promise a call keeps, and what is wrong and creates nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import ACME, Home
from whiteglove.ledger import ClientNote, Promise, PromiseKind, PromiseState
from whiteglove.message import Kind
from whiteglove.store import StoreLock, contacts, events, ledger, notes

NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = NOW - timedelta(days=9)
BERLIN = ZoneInfo("Europe/Berlin")


def by_call(home: Home, *, every: str = "call") -> None:
    """Acme hears by call, every day at an hour that is far from now, so that the moment of the test does not matter."""
    hour = f"{datetime.now(BERLIN) + timedelta(hours=12):%H}"
    slot = f'report = [{{ at = "Mon-Sun {hour}:00", by = "{every}" }}]'
    home.clients["acme"] = ACME.replace('report = ["Mon-Fri 17:00"]', slot)
    home.owner = 'hours = "Mon-Sun 09:00-17:30"'
    home.write()


def promised(home: Home, due: datetime, *, late: bool = False) -> None:
    with home.store() as store, store.write() as tx:
        row, _ = ledger.make(
            tx, client="acme", kind=PromiseKind.REPORT, due=due, uid="1@vale.example", at=LONG_AGO, obligation=None
        )
        if late:
            ledger.mark_late(tx, row)


def asked(home: Home, *kinds: Kind) -> None:
    with home.store() as store, store.write() as tx:
        ledger.open_obligation(
            tx, client="acme", message=1, thread=1, address="wile@acme.example", kinds=kinds, at=LONG_AGO, due=None
        )


def noted(home: Home) -> list[ClientNote]:
    with home.store() as store, store.read() as tx:
        return list(notes.of_client(tx, "acme", LONG_AGO))


def promises(home: Home) -> list[Promise]:
    with home.store() as store, store.read() as tx:
        return list(ledger.promises_of(tx, "acme"))


def waiting(home: Home) -> list[tuple[Kind, ...]]:
    with home.store() as store, store.read() as tx:
        return [found.kinds for found in ledger.open_obligations(tx, "acme")]


def test_a_note_is_kept_on_one_line_and_is_no_contact(home: Home) -> None:
    said = home.ask("note", "acme", "Prefers  blue.\nNever green.", "--json").json
    assert said["text"] == "Prefers blue. Never green."
    assert (said["client"], said["call"], said["outbound"], said["minutes"], said["kept"]) == (
        "acme", False, False, None, None,
    )  # fmt: skip
    (note,) = noted(home)
    assert (note.text, note.call) == ("Prefers blue. Never green.", False)
    assert abs(note.at - datetime.now(UTC)) < timedelta(minutes=2)
    with home.store() as store, store.read() as tx:
        assert contacts.last(tx, "acme") is None
    assert home.ask("note", "acme", "Likes", "trams").out == "Acme GmbH: a note is in the dossier.\n"
    assert [note.text for note in noted(home)][1] == "Likes trams"


@pytest.mark.parametrize(
    ("way", "outbound", "said"), [((), True, "your call to them"), (("--out",), True, "your call to them"),
                                  (("--in",), False, "their call to you")],
)  # fmt: skip
def test_a_call_is_contact_in_its_direction(home: Home, way: tuple[str, ...], outbound: bool, said: str) -> None:
    assert said in home.ask("note", "acme", "--call", *way, "--minutes", "12", "Moves the launch").out
    (note,) = noted(home)
    assert (note.call, note.outbound, note.minutes) == (True, outbound, 12)
    # It began as long ago as it took.
    assert abs(note.at - datetime.now(UTC) + timedelta(minutes=12)) < timedelta(minutes=2)
    with home.store() as store, store.read() as tx:
        assert contacts.last(tx, "acme", outbound) == note.at
        assert contacts.last(tx, "acme", not outbound) is None


def test_plugins_hear_of_it(home: Home) -> None:
    home.ask("note", "acme", "--call", "--in", "--minutes", "12", "Moves the launch")
    home.ask("note", "acme", "Prefers blue")
    call, note = noted(home)
    with home.store() as store, store.read() as tx:
        (heard,) = events.of_subject(tx, "ClientNoted", call.row)
        assert heard.at == call.at
        assert len(events.of_subject(tx, "ClientNoted", note.row)) == 1


def test_a_call_in_its_time_keeps_the_report_that_is_given_by_call(home: Home) -> None:
    by_call(home)
    promised(home, NOW + timedelta(hours=2))
    said = home.ask("note", "acme", "--call", "All on track", "--json").json
    assert datetime.fromisoformat(said["kept"]["due"]) == NOW + timedelta(hours=2)
    assert said["kept"]["late"] is False
    (promise,) = promises(home)
    assert (promise.state, promise.evidence) == (PromiseState.KEPT, "call")
    with home.store() as store, store.read() as tx:
        assert events.exists(tx, "PromiseKept", promise.row)


def test_after_its_time_it_is_kept_late_unless_the_call_began_before(home: Home) -> None:
    by_call(home)
    promised(home, NOW - timedelta(minutes=10), late=True)
    assert "is kept, late." in home.ask("note", "acme", "--call", "All on track").out
    promised(home, NOW - timedelta(minutes=11), late=True)
    assert home.ask("note", "acme", "--call", "--minutes", "30", "x", "--json").json["kept"]["late"] is False


@pytest.mark.parametrize(
    ("every", "way", "before"),
    [("mail", "--out", 2), ("call", "--in", 2), ("call", "--out", 30)],
    ids=["a report by mail", "they called", "too early"],
)
def test_any_other_call_keeps_nothing(home: Home, every: str, way: str, before: int) -> None:
    by_call(home, every=every)
    promised(home, NOW + timedelta(hours=before))
    assert home.ask("note", "acme", "--call", way, "x", "--json").json["kept"] is None
    assert promises(home)[0].state is PromiseState.OPEN


def test_a_note_without_a_call_keeps_nothing(home: Home) -> None:
    by_call(home)
    promised(home, NOW + timedelta(hours=2))
    assert home.ask("note", "acme", "x", "--json").json["kept"] is None


def test_the_call_that_is_the_report_answers_requests_for_one_and_nothing_else(home: Home) -> None:
    by_call(home)
    asked(home, Kind.STATUS_REQUEST)
    asked(home, Kind.QUESTION)
    home.ask("note", "acme", "--call", "--in", "x")
    assert len(waiting(home)) == 2
    promised(home, NOW + timedelta(hours=2))
    home.ask("note", "acme", "--call", "All on track")
    assert waiting(home) == [(Kind.QUESTION,)]


def test_it_is_taken_while_the_daemon_runs(home: Home) -> None:
    with home.store():
        pass
    with StoreLock(home.state):
        assert home.ask("note", "acme", "Prefers blue").code == 0
    assert len(noted(home)) == 1


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("acne", "x"), 'did you mean "acme"'),
        (("acme", "  \n"), "TEXT: says nothing"),
        (("acme", "x" * 501), "TEXT: 501 characters; at most 500"),
        (("acme", "--in", "x"), "add --call"),
        (("acme", "--minutes", "3", "x"), "add --call"),
        (("acme", "--call", "--minutes", "0", "x"), "0 is no number of minutes"),
        (("acme", "--call", "--in", "--out", "x"), "not allowed with"),
        (("acme",), "TEXT"),
    ],
)
def test_bad_usage_is_told_and_creates_nothing(home: Home, words: tuple[str, ...], fault: str) -> None:
    done = home.ask("note", *words)
    assert (done.code, done.out) == (2, "")
    assert fault in done.err
    assert "Traceback" not in done.err
    assert not home.state.exists()


def test_what_no_encoding_knows_is_kept_as_far_as_it_can_be(home: Home) -> None:
    assert home.ask("note", "acme", "caf\udce9").code == 0
    assert noted(home)[0].text == "caf?"
