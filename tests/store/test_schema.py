"""Every table is there, instants are what they are, and what a loop asks often costs the same after years."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from store.conftest import DAY, HOUR, NOW, STRANGER
from whiteglove.ledger import (
    Audience,
    IncidentEntry,
    IncidentKind,
    IncidentState,
    MailState,
    ObligationState,
    PromiseKind,
    PromiseState,
)
from whiteglove.message import Kind
from whiteglove.store import (
    Store,
    changes,
    chores,
    events,
    folders,
    incidents,
    ledger,
    memory,
    messages,
    mutes,
    outbox,
    schema,
    warnings,
)
from whiteglove.store.folders import FolderState

LONG_AGO = NOW - 300 * DAY
DIALECT = sqlite.dialect()


def test_every_table_is_created_with_its_indexes(store: Store) -> None:
    with store.read() as tx:
        inspector = sa.inspect(tx)
        assert set(inspector.get_table_names()) == set(schema.metadata.tables)
        for name, table in schema.metadata.tables.items():
            assert {column["name"] for column in inspector.get_columns(name)} == set(table.c.keys())
            assert {index.name for index in table.indexes} <= {index["name"] for index in inspector.get_indexes(name)}


def fill(store: Store, number: int) -> None:
    """Put so many rows of closed business, of another client, into every table that grows."""
    with store.write() as tx:
        for one in range(number):
            name = f"{one}@birch.example"
            row = messages.add(
                tx,
                **{**STRANGER, "recorded_at": LONG_AGO},
                uid=one + 10_000,
                id_hash=store.hash_id(name),
                client="birch",
                digest=b"d",
                received_at=LONG_AGO,
                outbound=one % 2 == 0,
            )
            messages.set_thread(tx, row, store.hash_id(name), [])
            event = events.add(tx, "MessageReceived", LONG_AGO, row)
            events.finish(tx, event)
            events.mark(tx, event, "acknowledge", "done")
            mail = outbox.plan(
                tx,
                key=name,
                audience=Audience.CLIENT,
                state=MailState.SENT,
                reason="status_request",
                plugin="acknowledge",
                event=event,
                action="{}",
                template="answer",
                mailbox="studio",
                address=f"{one % 50}@birch.example",
                client="birch",
                answers=row,
                thread=row,
                tells=PromiseKind.REPORT,
                due=LONG_AGO,
                token=name,
                created_at=LONG_AGO,
                not_before=LONG_AGO,
                submitted_at=LONG_AGO,
            )
            assert mail is not None
            outbox.tell(tx, outbox.get(tx, mail), promise=one + 1000, at=LONG_AGO)
            due = LONG_AGO + timedelta(minutes=one)
            promise, _ = ledger.make(
                tx, client="birch", kind=PromiseKind.REPORT, due=due, uid="u", at=LONG_AGO, obligation=one
            )
            ledger.close_promise(tx, promise, PromiseState.KEPT, LONG_AGO)
            obligation = ledger.open_obligation(
                tx,
                client="birch",
                message=row,
                thread=row,
                address="eve@birch.example",
                kinds=[Kind.QUESTION],
                at=LONG_AGO,
                due=None,
            )
            ledger.answer_obligation(tx, obligation, LONG_AGO, None)
            incidents.add(tx, incident(tx, "birch", name, LONG_AGO), step(IncidentState.RESOLVED, LONG_AGO))
            warnings.put_into(tx, [warn(tx, name, LONG_AGO) or 0], mail)
            warnings.told(tx, mail)
            chores.change(tx, chores.add(tx, chores.COPY_TO_SENT, "studio", mail, LONG_AGO), state="done")
            memory.put(tx, "replies", name, one, None)
            changes.plan(tx, key=name, plugin="sorter", event=event, message=row, action="{}", now=LONG_AGO)
            changes.settle(tx, one + 1, changes.DONE, LONG_AGO)


def step(state: IncidentState, at: datetime = NOW) -> IncidentEntry:
    return IncidentEntry(at=at, reason="complaint", state=state)


def incident(tx: sa.Connection, client: str, matter: str, at: datetime = NOW) -> int:
    opened = step(IncidentState.OPENED, at)
    kind = IncidentKind.COMPLAINT
    return incidents.open_one(tx, client=client, kind=kind, matter=matter, at=at, entry=opened)[0]


def warn(tx: sa.Connection, key: str, at: datetime = NOW) -> int | None:
    return warnings.add(
        tx,
        plugin="core",
        key=key,
        text="text",
        urgency="now",
        reason="r",
        client=None,
        at=at,
        due=at,
        once=12 * HOUR,
    )


def fill_with_open(store: Store) -> None:
    """A few rows of business that is still going on."""
    with store.write() as tx:
        folders.put(tx, FolderState(mailbox="studio", folder="INBOX", role="inbox", uidvalidity=7, line=1, cursor=1))
        for one in range(3):
            name = f"{one}@acme.example"
            row = messages.add(
                tx,
                **STRANGER,
                uid=one,
                id_hash=store.hash_id(name),
                client="acme",
                digest=b"d",
                received_at=NOW,
                outbound=one == 2,
            )
            messages.set_thread(tx, row, store.hash_id(name), [])
            event = events.add(tx, "MessageReceived", NOW, row)
            events.mark(tx, event, "acknowledge", "failed")
            outbox.plan(
                tx,
                key=name,
                audience=Audience.CLIENT,
                state=MailState.DEFERRED if one else MailState.SENT,
                reason="status_request",
                plugin="acknowledge",
                event=event,
                action="{}",
                template="answer",
                mailbox="studio",
                address="wile@acme.example",
                client="acme",
                answers=row,
                created_at=NOW,
                not_before=NOW,
                submitted_at=NOW,
            )
            ledger.make(
                tx, client="acme", kind=PromiseKind.REPORT, due=NOW + one * HOUR, uid="u", at=NOW, obligation=None
            )
            ledger.open_obligation(
                tx,
                client="acme",
                message=row,
                thread=row,
                address="wile@acme.example",
                kinds=[Kind.QUESTION],
                at=NOW,
                due=None,
            )
            incident(tx, "acme", name)
            warn(tx, name)
            chores.add(tx, chores.COPY_TO_SENT, "studio", 1, NOW)
            memory.put(tx, "acknowledge", name, one, None)


HASH = b"h" * 16
ADDRESSES = ["wile@acme.example", "ada@acme.example"]
HOT: dict[str, Callable[[sa.Connection], object]] = {
    "folders.get": lambda tx: folders.get(tx, "studio", "INBOX"),
    "folders.advance": lambda tx: folders.advance(tx, "studio", "INBOX", cursor=5),
    "messages.get": lambda tx: messages.get(tx, 1),
    "messages.find": lambda tx: messages.find(tx, HASH),
    "messages.twin": lambda tx: messages.twin(tx, HASH, b"d", outbound=False),
    "messages.is_recorded": lambda tx: messages.is_recorded(tx, "studio", "INBOX", 7, [1, 2, 3]),
    "messages.before_renumbering": lambda tx: messages.before_renumbering(tx, "studio", "INBOX", 8, HASH, b"d"),
    "messages.nameless_before_renumbering": lambda tx: messages.nameless_before_renumbering(
        tx, "studio", "INBOX", 8, "acme", b"d"
    ),
    "messages.renumber": lambda tx: messages.renumber(tx, 1, 7, 999_999),
    "messages.set_thread": lambda tx: messages.set_thread(tx, 1, HASH, [b"i" * 16]),
    "messages.of_client": lambda tx: messages.of_client(tx, "acme", NOW),
    "messages.owner_mail_to": lambda tx: messages.owner_mail_to(tx, "acme", NOW),
    "events.exists": lambda tx: events.exists(tx, "PromiseDue", 1),
    "events.any_due": lambda tx: events.any_due(tx, NOW),
    "events.claim": lambda tx: events.claim(tx, NOW, 20),
    "events.next_attempt": events.next_attempt,
    "events.finish": lambda tx: events.finish(tx, 1),
    "events.handled": lambda tx: events.handled(tx, 1),
    "events.mark": lambda tx: events.mark(tx, 1, "acknowledge", "done"),
    "events.of_subject": lambda tx: events.of_subject(tx, "MessageReceived", 1),
    "events.counts": events.counts,
    "outbox.due": lambda tx: outbox.due(tx, NOW, 20),
    "outbox.next_due": outbox.next_due,
    "outbox.any_waiting": outbox.any_waiting,
    "outbox.get": lambda tx: outbox.get(tx, 1),
    "outbox.change": lambda tx: outbox.change(tx, [1, 2], attempts=1),
    "outbox.by_token": lambda tx: outbox.by_token(tx, "token"),
    "outbox.answering": lambda tx: outbox.answering(tx, 1),
    "outbox.client_mail_of_event": lambda tx: outbox.client_mail_of_event(tx, 1),
    "outbox.count_to_addresses": lambda tx: outbox.count_to_addresses(tx, ADDRESSES, NOW - DAY),
    "outbox.count_to_domain": lambda tx: outbox.count_to_domain(tx, "acme.example", NOW - HOUR),
    "outbox.count_all": lambda tx: outbox.count_all(tx, NOW - HOUR),
    "outbox.failed_for": lambda tx: outbox.failed_for(tx, "0@birch.example"),
    "outbox.told_times": lambda tx: outbox.told_times(tx, "acme", PromiseKind.REPORT, NOW, ADDRESSES, rehearsed=False),
    "outbox.told_of_promise": lambda tx: outbox.told_of_promise(tx, 1, "wile@acme.example"),
    "ledger.promise": lambda tx: ledger.promise(tx, 1),
    "ledger.promises_of": lambda tx: ledger.promises_of(tx, "acme", NOW),
    "ledger.owed": ledger.owed,
    "ledger.owed to one": lambda tx: ledger.owed(tx, "acme"),
    "ledger.make": lambda tx: ledger.make(
        tx, client="acme", kind=PromiseKind.REPORT, due=NOW, uid="u", at=NOW, obligation=None
    ),
    "ledger.answer_promises": lambda tx: ledger.answer_promises(tx, 1),
    "ledger.open_obligations": ledger.open_obligations,
    "ledger.open_obligations of one": lambda tx: ledger.open_obligations(tx, "acme"),
    "ledger.open_in_thread": lambda tx: ledger.open_in_thread(tx, "acme", 1),
    "incidents.open_one": lambda tx: incident(tx, "acme", "0@acme.example"),
    "incidents.get": lambda tx: incidents.get(tx, 1),
    "incidents.any_open": lambda tx: incidents.any_open(tx, "acme"),
    "incidents.any_open of nobody": lambda tx: incidents.any_open(tx, "birch"),
    "incidents.open_ones": incidents.open_ones,
    "incidents.open_ones of one": lambda tx: incidents.open_ones(tx, "acme"),
    "incidents.resolved": lambda tx: incidents.resolved(tx, NOW),
    "mutes.until": lambda tx: mutes.until(tx, "acme"),
    "warnings.add": lambda tx: warn(tx, "new key"),
    "warnings.due": lambda tx: warnings.due(tx, NOW),
    "warnings.of_mail": lambda tx: warnings.of_mail(tx, 1),
    "warnings.told": lambda tx: warnings.told(tx, 1),
    "memory.get": lambda tx: memory.get(tx, "acknowledge", "0@acme.example", NOW),
    "memory.items": lambda tx: memory.items(tx, "acknowledge", "0", NOW),
    "memory.fire": lambda tx: memory.fire(tx, "daily_summary", "daily", NOW, NOW),
    "memory.last_fired": lambda tx: memory.last_fired(tx, "daily_summary", "daily"),
    "chores.due": lambda tx: chores.due(tx, NOW, 20),
    "chores.next_due": chores.next_due,
    "changes.due": lambda tx: changes.due(tx, NOW, 20),
    "changes.next_due": changes.next_due,
}
"""What the loops ask for each message, or every second."""


@contextmanager
def statements(tx: sa.Connection) -> Iterator[list[tuple[str, Any]]]:
    """Everything that is executed meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(
        connection: sa.Connection, cursor: object, statement: str, parameters: Any, context: object, many: bool
    ) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    sa.event.listen(tx.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(tx.engine, "before_cursor_execute", note)


PARTIAL = {
    str(index.name)
    for table in schema.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}


def reads_a_whole_table(step: str) -> bool:
    """Whether a step of a query plan goes through all rows, and not only those of a partial index."""
    return step.startswith("SCAN ") and "CONSTANT ROW" not in step and not PARTIAL.intersection(step.split())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("filled"))
    fill(store, 100)
    fill_with_open(store)
    yield store
    store.close()


@pytest.mark.parametrize("call", HOT.values(), ids=HOT.keys())
def test_what_is_asked_often_is_found_by_an_index(filled: Store, call: Callable[[sa.Connection], object]) -> None:
    with filled.write() as tx:
        with statements(tx) as seen:
            call(tx)
        assert seen
        for statement, parameters in seen:
            plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert [step.detail for step in plan if reads_a_whole_table(step.detail)] == [], statement


def test_two_threads_become_one_by_indexes(filled: Store) -> None:
    with filled.write() as tx, statements(tx) as seen:
        messages.thread_of(tx, [filled.hash_id(f"{number}@birch.example") for number in (1, 2, 3)])
    with filled.read() as tx:
        plans = [tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all() for statement, values in seen]

    assert len(plans) == 9
    assert [step.detail for plan in plans for step in plan if reads_a_whole_table(step.detail)] == []


def steps(store: Store, call: Callable[[sa.Connection], object]) -> int:
    """How many instructions of SQLite's machine a call takes."""
    number = 0

    def count() -> int:
        nonlocal number
        number += 1
        return 0

    with store.write() as tx:
        call(tx)
        connection = tx.connection.driver_connection
        assert connection is not None
        connection.set_progress_handler(count, 1)
        call(tx)
        connection.set_progress_handler(None, 0)
    return number


@pytest.fixture(scope="module")
def young_and_old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """Two stores with the same open business, one of them with much more behind it."""
    stores = tuple(Store.open(tmp_path_factory.mktemp("grown")) for _ in range(2))
    for store, closed in zip(stores, (20, 1500), strict=True):
        fill_with_open(store)
        fill(store, closed)
    yield stores  # type: ignore[misc]
    for store in stores:
        store.close()


@pytest.mark.parametrize("call", HOT.values(), ids=HOT.keys())
def test_what_is_asked_often_costs_the_same_however_long_the_history(
    young_and_old: tuple[Store, Store], call: Callable[[sa.Connection], object]
) -> None:
    young, old = (steps(store, call) for store in young_and_old)

    assert old <= young * 1.1


def test_the_conditions_of_indexes_name_every_open_state() -> None:
    rendered = {
        name: str(getattr(schema, name).compile(dialect=DIALECT))
        for name in ("MAIL_WAITING", "PROMISE_OWED", "OBLIGATION_OPEN", "INCIDENT_OPEN")
    }

    assert rendered == {
        "MAIL_WAITING": f"outbox.state IN ('{MailState.PLANNED}', '{MailState.DEFERRED}')",
        "PROMISE_OWED": f"promises.state IN ('{PromiseState.OPEN}', '{PromiseState.LATE}')",
        "OBLIGATION_OPEN": f"obligations.state IN ('{ObligationState.OPEN}', '{ObligationState.OVERDUE}')",
        "INCIDENT_OPEN": f"incidents.state IN ('{IncidentState.OPENED}', '{IncidentState.ACKNOWLEDGED}', "
        f"'{IncidentState.REMEDY_OFFERED}')",
    }
