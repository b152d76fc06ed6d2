"""What the owner said messages want: the last word about a thread and a sender counts, and none is lost."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from store.conftest import DAY, NOW
from whiteglove.message import Kind
from whiteglove.store import Store, corrections, messages, purge


def say(tx: sa.Connection, kind: Kind, **values: Any) -> int:
    given = {"at": NOW, "client": "acme", "thread": 1, "address": "wile@acme.example", "message": 1, "was": None}
    return corrections.add(tx, **{**given, **values}, kind=kind)


def word(tx: sa.Connection, client: str = "acme", thread: int = 1, address: str = "wile@acme.example") -> Kind | None:
    return corrections.word_on(tx, client, thread, address)


def test_the_last_word_counts_for_that_thread_and_that_sender_alone(tx: sa.Connection) -> None:
    assert word(tx) is None
    say(tx, Kind.FYI)
    say(tx, Kind.COMPLAINT, was=Kind.FYI)
    say(tx, Kind.THANKS, thread=2)
    say(tx, Kind.BILLING, address="ada@acme.example")
    assert word(tx) is Kind.COMPLAINT
    assert word(tx, thread=2) is Kind.THANKS
    assert word(tx, address="ada@acme.example") is Kind.BILLING
    assert word(tx, client="birch") is None
    assert [(one.was, one.kind) for one in corrections.everything(tx)][:2] == [
        (None, Kind.FYI), (Kind.FYI, Kind.COMPLAINT),
    ]  # fmt: skip


def test_a_word_goes_along_when_two_threads_become_one(store: Store) -> None:
    with store.write() as tx:
        messages.index_thread(tx, 1, [b"a" * 16])
        messages.index_thread(tx, 5, [b"b" * 16])
        say(tx, Kind.BILLING, thread=5)
        messages.thread_of(tx, [b"a" * 16, b"b" * 16])
        assert word(tx) is Kind.BILLING


def test_it_is_found_by_an_index(tx: sa.Connection) -> None:
    plan = tx.exec_driver_sql(
        "EXPLAIN QUERY PLAN SELECT kind FROM corrections WHERE thread = 1 ORDER BY row DESC"
    ).all()
    assert "corrections_by_thread" in plan[0].detail


def test_words_are_kept_as_long_as_mail_is(tx: sa.Connection) -> None:
    old = say(tx, Kind.FYI, at=NOW - 400 * DAY)
    new = say(tx, Kind.FYI)
    batch = purge.find(tx, NOW, 365 * DAY, 10)
    assert batch is not None
    assert (batch.table.name, batch.rows) == ("corrections", (old,))
    assert new not in batch.rows
