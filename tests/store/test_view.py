"""What plugins read of the ledger and of their memory, as of one instant."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW, AddMessage
from whiteglove.clients import Book, Client, Owner, ReportSlot, WorkingHours
from whiteglove.ledger import Ledger, PromiseKind, PromiseState
from whiteglove.message import Kind
from whiteglove.store import Store, ledger, memory, messages, mutes, notes, outbox
from whiteglove.store.view import LedgerView, MemoryView
from whiteglove.worktime import WorkingTime

HOURS = WorkingHours(tuple(((time(9), time(17)),) if day < 5 else () for day in range(7)))
OWNER = Owner(name="Robin Vale", address="robin@vale.example", timezone="Europe/Berlin", language="en", hours=HOURS)
ACME = Client(key="acme", name="Acme GmbH", timezone="Europe/Berlin", language="en", report=(ReportSlot(1, time(16)),))
BIRCH = Client(key="birch", name="Birch Holding", timezone="Europe/Berlin", language="en")
BOOK = Book(OWNER, {"acme": ACME, "birch": BIRCH})
TUESDAY = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


@pytest.fixture
def view(store: Store) -> Ledger:
    return LedgerView(store, BOOK, WorkingTime(ZoneInfo("Europe/Berlin"), HOURS), NOW)


def promise(store: Store, due: datetime, kind: PromiseKind = PromiseKind.REPORT) -> int:
    with store.write() as tx:
        row, _ = ledger.make(tx, client="acme", kind=kind, due=due, uid="u", at=NOW, obligation=None)
        return row


def test_a_client_hears_next_at_the_first_free_slot(view: Ledger) -> None:
    assert view.next_report("acme") == TUESDAY


def test_a_client_hears_next_when_it_was_promised(view: Ledger, store: Store) -> None:
    promise(store, NOW + HOUR)

    assert view.next_report("acme") == view.next_report_by_client()["acme"] == NOW + HOUR


def test_a_slot_used_up_long_ago_still_counts(view: Ledger, store: Store) -> None:
    with store.write() as tx:
        ledger.use_up(tx, client="acme", due=TUESDAY, uid="u", at=NOW, evidence="command")

    assert view.next_report("acme") == TUESDAY + timedelta(days=7)


def test_a_slot_that_was_moved_away_is_none_and_what_is_over_says_nothing(view: Ledger, store: Store) -> None:
    for due, state in ((TUESDAY, PromiseState.MOVED), (NOW - HOUR, PromiseState.KEPT)):
        row = promise(store, due)
        with store.write() as tx:
            ledger.close_promise(tx, row, state, NOW)

    assert view.next_report("acme") == view.next_report_by_client()["acme"] == TUESDAY + timedelta(days=7)
    assert view.next_reports("acme", 2) == (TUESDAY + timedelta(days=7), TUESDAY + timedelta(days=14))


def test_without_a_cadence_or_a_place_in_the_book_there_is_no_report(view: Ledger) -> None:
    assert view.next_report("birch") is None
    assert view.next_report_by_client() == {"acme": TUESDAY, "birch": None}
    assert view.next_report("cedar") is None


def test_open_promises_are_those_owed(view: Ledger, store: Store) -> None:
    owed = promise(store, NOW + HOUR)
    kept = promise(store, NOW + DAY)
    with store.write() as tx:
        ledger.close_promise(tx, kept, PromiseState.KEPT, NOW)

    assert [found.row for found in view.open_promises("acme")] == [owed]
    assert view.open_promises("birch") == ()


def oblige(store: Store, client: str, message: int, thread: int) -> int:
    with store.write() as tx:
        return ledger.open_obligation(
            tx,
            client=client,
            message=message,
            thread=thread,
            address="wile@acme.example",
            kinds=[Kind.QUESTION],
            at=NOW,
            due=None,
        )


def test_obligations_are_those_of_one_client_or_of_all(view: Ledger, store: Store) -> None:
    first, second = oblige(store, "acme", 1, 1), oblige(store, "birch", 2, 2)

    assert [found.row for found in view.open_obligations()] == [first, second]
    assert [found.row for found in view.open_obligations("birch")] == [second]


def add(tx: sa.Connection, uid: int, client: str, at: datetime) -> int:
    return messages.add(
        tx,
        mailbox="studio",
        folder="INBOX",
        uidvalidity=7,
        uid=uid,
        recorded_at=at,
        human=True,
        may_acknowledge=True,
        obliges=True,
        client=client,
        received_at=at,
        author_address=f"wile@{client}.example",
    )


class TestMessages:
    @pytest.fixture
    def message(self, store: Store) -> int:
        with store.write() as tx:
            row = add(tx, 1, "acme", NOW)
            messages.set_thread(tx, row, store.hash_id("a@acme.example"), [])
            return row

    def test_the_obligation_of_a_message_is_that_of_its_thread(self, view: Ledger, store: Store, message: int) -> None:
        assert view.obligation_of(message) is None
        row = oblige(store, "acme", message, message)

        found = view.obligation_of(message)
        assert found is not None
        assert found.row == row

    def test_messages_are_those_since_an_instant(self, view: Ledger, message: int) -> None:
        assert [found.row for found in view.messages("acme", NOW)] == [message]
        assert view.messages("acme", NOW + HOUR) == ()
        assert view.messages("birch", NOW) == ()


def test_what_was_told_is_found_whatever_the_case_of_the_address(view: Ledger, store: Store) -> None:
    with store.write() as tx:
        row = outbox.plan(
            tx,
            key="key",
            audience="client",
            state="sent",
            reason="status_request",
            plugin="acknowledge",
            action="{}",
            template="answer",
            mailbox="studio",
            address="wile@acme.example",
            client="acme",
            tells=PromiseKind.REPORT,
            due=TUESDAY,
            created_at=NOW,
            not_before=NOW,
        )
        assert row is not None
        outbox.tell(tx, outbox.get(tx, row), promise=3, at=NOW)

    assert [told.promise for told in view.told("Wile@Acme.example", 3)] == [3]
    assert view.told("wile@acme.example", 4) == ()


def test_a_plugin_reads_its_own_memory_as_of_the_instant(store: Store) -> None:
    with store.write() as tx:
        memory.put(tx, "replies", "acme:1", 1, None)
        memory.put(tx, "replies", "acme:2", 2, NOW + HOUR)
        memory.put(tx, "incidents", "acme:1", 3, None)
    now, later = MemoryView(store, "replies", NOW), MemoryView(store, "replies", NOW + DAY)

    assert (now.get("acme:2"), later.get("acme:2")) == (2, None)
    assert now.items("acme:") == {"acme:1": 1, "acme:2": 2}
    assert later.items() == {"acme:1": 1}


def test_a_view_waits_for_no_writer(view: Ledger, store: Store) -> None:
    with store.write() as tx:
        memory.put(tx, "replies", "key", 1, None)
        assert MemoryView(store, "replies", NOW).get("key") is None
        assert view.open_obligations() == ()


def test_a_message_of_another_day_is_no_contact(view: Ledger, add_message: AddMessage) -> None:
    add_message(received_at=NOW - DAY)

    assert view.messages("acme", NOW) == ()


def test_the_longer_of_two_words_on_silence_counts(view: Ledger, store: Store) -> None:
    assert view.muted_until("acme") is None
    with store.write() as tx:
        mutes.put(tx, "acme", NOW + HOUR)
    assert view.muted_until("acme") == NOW + HOUR
    assert view.muted_until("cedar") is None


def test_all_clients_in_the_book_are_counted_in_one_question(view: Ledger, store: Store) -> None:
    with store.write() as tx:
        for uid, (client, hours) in enumerate((("acme", 0), ("acme", 2), ("birch", 1), ("cedar", 0)), start=1):
            add(tx, uid, client, NOW + hours * HOUR)
    moments = [NOW, NOW + HOUR, NOW + DAY]

    numbers, kinds = view.written_by_client(moments), view.kinds_by_client(NOW, NOW + DAY)

    assert numbers == {"acme": (1, 1), "birch": (0, 1)}
    assert numbers == {client: view.written(client, moments) for client in BOOK.clients}
    assert kinds == {"acme": {Kind.QUESTION: 2}, "birch": {Kind.QUESTION: 1}}
    assert kinds == {client: view.written_by_kind(client, NOW, NOW + DAY) for client in BOOK.clients}


def test_calls_with_anybody_are_told(view: Ledger, store: Store) -> None:
    with store.write() as tx:
        for client, call in (("acme", True), ("birch", True), ("birch", False)):
            notes.add(tx, client=client, at=NOW, text="", call=call)

    assert [(one.client, one.call) for one in view.calls(NOW)] == [("acme", True), ("birch", True)]
