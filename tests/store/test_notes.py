"""What the owner noted: kept for each client apart, in order, and calls by their direction."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW
from whiteglove.ledger import ClientNote
from whiteglove.store import Store, notes


def call(tx: sa.Connection, hours: int, *, outbound: bool, client: str = "acme") -> None:
    notes.add(tx, client=client, at=NOW + hours * HOUR, text="", call=True, outbound=outbound)


def test_notes_are_those_of_one_client_since_an_instant_the_oldest_first(tx: sa.Connection) -> None:
    for at, text, client in ((NOW, "later", "acme"), (NOW - DAY, "sooner", "acme"), (NOW, "other", "birch")):
        notes.add(tx, client=client, at=at, text=text)
    assert [note.text for note in notes.of_client(tx, "acme", NOW - DAY)] == ["sooner", "later"]
    assert [note.text for note in notes.of_client(tx, "acme", NOW)] == ["later"]
    assert notes.of_client(tx, "cedar", NOW - DAY) == ()


def test_one_is_found_by_its_row_as_long_as_it_is_kept(tx: sa.Connection) -> None:
    row = notes.add(tx, client="acme", at=NOW, text="Wants blue", call=True)
    assert notes.find(tx, row) == notes.of_client(tx, "acme", NOW)[0]
    assert notes.find(tx, row + 1) is None


def test_of_one_instant_the_first_to_be_noted_comes_first(tx: sa.Connection) -> None:
    for text in ("one", "two", "three"):
        notes.add(tx, client="acme", at=NOW, text=text)
    assert [note.text for note in notes.of_client(tx, "acme", NOW)] == ["one", "two", "three"]


def test_calls_are_those_with_anybody_the_oldest_first(tx: sa.Connection) -> None:
    call(tx, 2, outbound=True)
    call(tx, 1, outbound=False, client="birch")
    call(tx, -1, outbound=False)
    notes.add(tx, client="acme", at=NOW + HOUR, text="no call")
    assert [(one.client, one.at) for one in notes.calls(tx, NOW)] == [("birch", NOW + HOUR), ("acme", NOW + 2 * HOUR)]


def test_everything_about_a_call_is_kept_over_a_restart(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with store.write() as tx:
        row = notes.add(tx, client="acme", at=NOW, text="Größer", call=True, outbound=True, minutes=12)
    store.close()
    store = Store.open(tmp_path)
    with store.read() as tx:
        (note,) = notes.of_client(tx, "acme", NOW)
    store.close()
    assert note == ClientNote(row=row, client="acme", at=NOW, text="Größer", call=True, outbound=True, minutes=12)


def test_the_last_call_that_way_or_either(tx: sa.Connection) -> None:
    assert notes.last_call(tx, "acme") is None
    call(tx, 1, outbound=True)
    call(tx, 2, outbound=False)
    call(tx, 9, outbound=True, client="birch")
    notes.add(tx, client="acme", at=NOW + 5 * HOUR, text="no call")
    assert notes.last_call(tx, "acme") == NOW + 2 * HOUR
    assert notes.last_call(tx, "acme", True) == NOW + HOUR
    assert notes.last_call(tx, "acme", False) == NOW + 2 * HOUR
    assert notes.last_call(tx, "birch", False) is None
