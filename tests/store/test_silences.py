"""Silences of clients: when one began, that it is told once, and what ends it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from store.conftest import DAY, HOUR, NOW, AddMessage
from whiteglove.store import messages, notes, silences
from whiteglove.store.silences import Silence


def test_it_comes_back_as_it_was_begun(tx: sa.Connection) -> None:
    row = silences.begin(tx, "acme", NOW - 9 * DAY, 7 * DAY, NOW)
    begun = Silence(row=row, client="acme", since=NOW - 9 * DAY, usual=7 * DAY, noticed_at=NOW, ended_at=None)
    assert silences.get(tx, row) == begun
    assert silences.lasting_of(tx, "acme") == begun
    assert silences.lasting_of(tx, "birch") is None


def test_those_that_last_come_the_longest_first(tx: sa.Connection) -> None:
    for client, days in (("acme", 9), ("birch", 20), ("cedar", 12)):
        silences.begin(tx, client, NOW - days * DAY, 7 * DAY, NOW)
    assert [silence.client for silence in silences.lasting(tx)] == ["birch", "cedar", "acme"]


def test_one_that_has_ended_lasts_no_more_and_was_noticed(tx: sa.Connection) -> None:
    row = silences.begin(tx, "acme", NOW - 9 * DAY, 7 * DAY, NOW)
    silences.end(tx, row, NOW + HOUR)
    assert silences.lasting(tx) == ()
    assert silences.lasting_of(tx, "acme") is None
    assert silences.get(tx, row).ended_at == NOW + HOUR
    assert silences.was_noticed(tx, "acme", NOW - 9 * DAY)
    assert not silences.was_noticed(tx, "acme", NOW - 8 * DAY)
    assert not silences.was_noticed(tx, "birch", NOW - 9 * DAY)


def test_the_silence_after_one_contact_is_recorded_once(tx: sa.Connection) -> None:
    silences.begin(tx, "acme", NOW - 9 * DAY, 7 * DAY, NOW)
    with pytest.raises(IntegrityError), tx.begin_nested():
        silences.begin(tx, "acme", NOW - 9 * DAY, 7 * DAY, NOW)


def test_contact_is_mail_of_a_persons_and_a_call_either_way(tx: sa.Connection, add_message: AddMessage) -> None:
    add_message(received_at=NOW)
    add_message(received_at=NOW + HOUR, outbound=True)
    first = add_message(received_at=NOW + 2 * HOUR)
    add_message(received_at=NOW + 3 * HOUR, human=False)
    add_message(received_at=NOW + 3 * HOUR, own=True, outbound=True)
    add_message(received_at=NOW + 3 * HOUR, duplicate_of=first)
    add_message(received_at=NOW + 3 * HOUR, client="birch")
    notes.add(tx, client="acme", at=NOW + 4 * HOUR, text="", call=True)
    notes.add(tx, client="acme", at=NOW + 5 * HOUR, text="Likes blue.")
    assert silences.contacts(tx, "acme", NOW + HOUR) == (NOW + HOUR, NOW + 2 * HOUR, NOW + 4 * HOUR)


def test_the_last_contact_before_a_message(tx: sa.Connection, add_message: AddMessage) -> None:
    rows = [add_message(received_at=NOW + after * HOUR, outbound=after == 1) for after in (0, 1, 1, 2)]
    found = [silences.last_before(tx, messages.get(tx, row)) for row in rows]
    # Within one second the order is that of the rows.
    assert found == [None, NOW, NOW + HOUR, NOW + HOUR]
    notes.add(tx, client="acme", at=NOW + 1.5 * HOUR, text="", call=True)
    assert silences.last_before(tx, messages.get(tx, rows[3])) == NOW + 1.5 * HOUR
    assert silences.last_before(tx, messages.get(tx, rows[1])) == NOW


def test_those_that_lasted_at_an_instant_that_is_over(tx: sa.Connection) -> None:
    for client, days in (("acme", 9), ("birch", 20)):
        silences.begin(tx, client, NOW - days * DAY, 7 * DAY, NOW)
    ended = silences.begin(tx, "cedar", NOW - 12 * DAY, 7 * DAY, NOW)
    silences.end(tx, ended, NOW + DAY)
    assert silences.lasting_at(tx, NOW - HOUR) == ()
    assert [one.client for one in silences.lasting_at(tx, NOW + HOUR)] == ["birch", "cedar", "acme"]
    assert [one.client for one in silences.lasting_at(tx, NOW + DAY)] == ["birch", "acme"]
