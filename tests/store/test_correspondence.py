"""What went to and fro with a client, each message once, and where else it lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.test_explaining import answer, record
from whiteglove.ledger import MailState
from whiteglove.store import Store, correspondence

AT = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    return Store.empty()


def test_a_mail_in_two_places_is_one_with_both(store: Store) -> None:
    with store.write() as tx:
        first = record(tx, store, "a@acme.example", uid=1, received_at=AT - timedelta(days=2))
        record(tx, store, "a@acme.example", uid=2, folder="Archive", duplicate_of=first)
        record(
            tx,
            store,
            "s@x.example",
            uid=3,
            **dict.fromkeys(("client", "message_id", "received_at")),
            author_address=None,
            subject=None,
        )
        everything = correspondence.exchanged(tx, "acme", AT - timedelta(days=3))
        later = correspondence.exchanged(tx, "acme", AT - timedelta(days=1))
    assert [(one.message.uid, [copy.uid for copy in one.copies]) for one in everything] == [(1, [2])]
    # Its first place lies before the instant.
    assert [(one.message.uid, one.copies) for one in later] == [(2, ())]


def test_the_owners_mail_to_several_is_each_ones(store: Store) -> None:
    with store.write() as tx:
        to = [["jutta@birch.example", "Jutta"], ["ada@acme.example", ""]]
        record(tx, store, "both@vale.example", uid=1, client="birch", outbound=True, to=to)
        record(tx, store, "in@birch.example", uid=2, client="birch", to=to)
        found = correspondence.also_to(tx, "acme", lambda address: address.domain == "acme.example", AT)
        assert correspondence.also_to(tx, "acme", lambda address: address.domain == "elm.example", AT) == ()
    assert [one.message.uid for one in found] == [1]


def test_our_own_mail_that_went_out_or_may_have(store: Store) -> None:
    with store.write() as tx:
        row = record(tx, store)
        answer(tx, row, MailState.SENT, "1", accepted_at=AT)
        answer(tx, row, MailState.UNKNOWN, "2", submitted_at=AT)
        answer(tx, row, MailState.SENT, "3", accepted_at=AT, rehearsed=True)
        answer(tx, row, MailState.SENT, "4", accepted_at=AT - timedelta(days=1))
        answer(tx, row, MailState.WITHHELD, "5")
        assert [mail.reason for mail in correspondence.accepted(tx, "acme", AT)] == ["1", "2"]
        assert correspondence.accepted(tx, "birch", AT) == ()
