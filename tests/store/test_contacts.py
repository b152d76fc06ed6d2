"""When there was contact: mail of people's and calls count, machines and our own automatic mail do not."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW, AddMessage
from whiteglove.store import contacts, notes


def test_nobody_was_in_contact_at_first(tx: sa.Connection) -> None:
    assert [contacts.last(tx, "acme", way) for way in (None, True, False)] == [None, None, None]


def test_the_latest_mail_that_way_or_either(tx: sa.Connection, add_message: AddMessage) -> None:
    add_message(received_at=NOW)
    add_message(received_at=NOW + HOUR, outbound=True)
    add_message(received_at=NOW - DAY)
    add_message(received_at=NOW + DAY, client="birch")
    assert contacts.last(tx, "acme", False) == NOW
    assert contacts.last(tx, "acme", True) == contacts.last(tx, "acme") == NOW + HOUR


@pytest.mark.parametrize(
    "values",
    [{"human": False}, {"own": True, "outbound": True}, {"duplicate_of": 1}],
    ids=["a machine", "our own", "the same once more"],
)
def test_what_is_no_contact(tx: sa.Connection, add_message: AddMessage, values: dict[str, Any]) -> None:
    add_message(received_at=NOW)
    add_message(received_at=NOW + HOUR, **values)
    assert contacts.last(tx, "acme") == NOW
    assert contacts.last(tx, "acme", True) is None


def test_a_call_counts_and_a_note_does_not(tx: sa.Connection, add_message: AddMessage) -> None:
    add_message(received_at=NOW)
    notes.add(tx, client="acme", at=NOW + 2 * HOUR, text="x")
    assert contacts.last(tx, "acme") == NOW
    notes.add(tx, client="acme", at=NOW + HOUR, text="x", call=True, outbound=True)
    assert contacts.last(tx, "acme") == contacts.last(tx, "acme", True) == NOW + HOUR
    assert contacts.last(tx, "acme", False) == NOW
    notes.add(tx, client="acme", at=NOW - HOUR, text="x", call=True)
    assert contacts.last(tx, "acme", False) == NOW
