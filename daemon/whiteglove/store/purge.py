"""What has been kept long enough, found and removed in small batches.

Nothing goes that is open, owed, or needed to know what a client was told; nor the newest row of a table, since SQLite
numbers on from it, and a number must never mean two things.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.ledger import MailState, PromiseKind, PromiseState
from whiteglove.store.decisions import BY_OWNER
from whiteglove.store.events import DONE
from whiteglove.store.schema import (
    CALL_WAITING,
    CHANGE_WAITING,
    CHORE_OPEN,
    DRAFT_LIVE,
    HANDED_OVER,
    HANDLING_PARKED,
    INCIDENT_OPEN,
    MAIL_WAITING,
    MESSAGE_OF_STRANGER,
    OBLIGATION_OPEN,
    PROMISE_OWED,
    calls,
    changes,
    chores,
    client_notes,
    corrections,
    delegations,
    drafts,
    events,
    handlings,
    incident_entries,
    incidents,
    messages,
    obligations,
    outbox,
    promises,
    seen_drafts,
    silences,
    thread_ids,
    told,
    warnings,
)
from whiteglove.store.subjects import ABOUT
from whiteglove.store.warnings import TOLD

STRANGERS_KEPT = timedelta(days=30)
"""How long it is known that a stranger's message was seen, that a chore was done or a message changed, and what the
owner was writing."""
BYTES_KEPT = timedelta(hours=23)
"""How long after acceptance our own mail's bytes are kept: they are looked for every hour, and to be gone in a day."""
SILENCE_KEPT = timedelta(days=400)
"""How long a report that was never given counts against the owner's word, where none came after it."""

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, and the condition under which their time is over."""

    table: sa.Table
    over: Condition
    rows: tuple[int, ...]


def find(tx: sa.Connection, now: datetime, retention: timedelta, most: int) -> Batch | None:
    """The next rows that may go, `most` at most; None where there are none. May take its time, so ask it in a reading
    transaction."""
    for table, over in _rules(now, now - retention):
        rows = tx.execute(sa.select(table.c.row).where(over).limit(most)).scalars().all()
        if rows:
            return Batch(table, over, tuple(rows))
    return None


def remove(tx: sa.Connection, batch: Batch) -> int:
    """Remove what `find` found, unless it has come to be needed since; how many rows those were."""
    rows = tx.execute(sa.select(batch.table.c.row).where(batch.table.c.row.in_(batch.rows), batch.over)).scalars().all()
    threads = _threads_of(tx, batch.table, rows)
    remove_rows(tx, batch.table, rows)
    drop_threads(tx, threads)
    return len(rows)


def remove_rows(tx: sa.Connection, table: sa.Table, rows: Collection[int]) -> None:
    """Remove these rows with what belongs to them and to nothing else."""
    if table is events:
        tx.execute(handlings.delete().where(handlings.c.event.in_(rows)))
    if table is incidents:
        tx.execute(incident_entries.delete().where(incident_entries.c.incident.in_(rows)))
    tx.execute(table.delete().where(table.c.row.in_(rows)))


def drop_threads(tx: sa.Connection, threads: Collection[int]) -> int:
    """Forget the ids of those threads that nothing on record belongs to any more; how many ids those were."""
    holders = (messages, told, outbox, obligations, delegations)
    used = set[int]()
    for table in holders:
        used.update(tx.execute(sa.select(table.c.thread).where(table.c.thread.in_(threads)).distinct()).scalars())
    empty = set(threads) - used
    return tx.execute(thread_ids.delete().where(thread_ids.c.thread.in_(empty))).rowcount


def overdue_bytes(tx: sa.Connection, now: datetime) -> Sequence[int]:
    """Mails that were accepted so long ago, and whose bytes nobody needs any more to file them."""
    filing = sa.exists().where(chores.c.mail == outbox.c.row, CHORE_OPEN)
    over = (outbox.c.state == MailState.SENT, outbox.c.accepted_at <= now - BYTES_KEPT, ~filing)
    return tx.execute(sa.select(outbox.c.row).where(outbox.c.raw.is_not(None), *over)).scalars().all()


def _rules(now: datetime, since: datetime) -> Iterator[tuple[sa.Table, Condition]]:
    """Each table with what is over in it; `since` is from when on things are kept. What others refer to comes last."""
    yield chores, _older(chores, chores.c.created_at < now - STRANGERS_KEPT, ~CHORE_OPEN)
    yield calls, _older(calls, calls.c.created_at < now - STRANGERS_KEPT, ~CALL_WAITING)
    yield changes, _older(changes, changes.c.created_at < now - STRANGERS_KEPT, ~CHANGE_WAITING)
    yield seen_drafts, _older(seen_drafts, seen_drafts.c.seen_at < now - STRANGERS_KEPT, ~_awaited(seen_drafts))
    yield told, _older(told, told.c.at < since, told.c.due < now, ~_is_owed(told.c.promise))
    yield events, _older(events, events.c.at < since, _is_done(events.c.row), ~_about_the_owed())
    yield warnings, _older(warnings, warnings.c.raised_at < since, warnings.c.state == TOLD, ~_awaited(warnings))
    yield outbox, _older(outbox, *_mail_over(since))
    yield client_notes, _older(client_notes, client_notes.c.at < since, ~_awaited(client_notes))
    yield corrections, _older(corrections, corrections.c.at < since)
    yield silences, _older(silences, silences.c.ended_at < since, ~_awaited(silences))
    yield drafts, _older(drafts, *_draft_over(since))
    yield incidents, _older(incidents, incidents.c.resolved_at < since, ~INCIDENT_OPEN, ~_awaited(incidents))
    yield delegations, _older(delegations, delegations.c.settled_at < since, ~HANDED_OVER, ~_awaited(delegations))
    yield promises, _older(promises, *_promise_over(now, since))
    yield obligations, _older(obligations, *_obligation_over(since))
    yield messages, _older(messages, messages.c.recorded_at < now - STRANGERS_KEPT, MESSAGE_OF_STRANGER)
    yield messages, _older(messages, messages.c.recorded_at < since, *(~used for used in _uses_of_message()))


def _older(table: sa.Table, *conditions: Condition) -> Condition:
    """All of these, and not the newest row."""
    return sa.and_(*conditions, table.c.row < sa.select(sa.func.max(table.alias().c.row)).scalar_subquery())


def _is_done(event: sa.ColumnElement[int]) -> Condition:
    parked = sa.exists().where(handlings.c.event == event, HANDLING_PARKED)
    return sa.and_(events.c.state == DONE, ~parked)


def _awaited(table: sa.Table) -> Condition:
    """Whether an event about this row waits for the desk or for a person."""
    about = events.alias()
    kinds = [kind for kind, subject in ABOUT.items() if subject is table]
    parked = sa.exists().where(handlings.c.event == about.c.row, HANDLING_PARKED)
    waits = sa.or_(about.c.state != DONE, parked)
    return sa.exists().where(about.c.type.in_(kinds), about.c.subject_row == table.c.row, waits)


def _about_the_owed() -> Condition:
    """Whether an event says that something owed has come due: without it that would come due once more."""
    promised = [kind for kind, table in ABOUT.items() if table is promises]
    obliged = [kind for kind, table in ABOUT.items() if table is obligations]
    return sa.or_(
        sa.and_(events.c.type.in_(promised), _is_owed(events.c.subject_row)),
        sa.and_(
            events.c.type.in_(obliged), sa.exists().where(obligations.c.row == events.c.subject_row, OBLIGATION_OPEN)
        ),
    )


def _is_owed(promise: sa.ColumnElement[int]) -> Condition:
    return sa.exists().where(promises.c.row == promise, PROMISE_OWED)


def _mail_over(since: datetime) -> Iterator[Condition]:
    settled = outbox.c.state.in_((MailState.SENT, MailState.FAILED, MailState.CANCELLED, MailState.WITHHELD))
    by_owner = sa.and_(outbox.c.state == MailState.UNKNOWN, outbox.c.reason == BY_OWNER)
    yield sa.func.coalesce(outbox.c.settled_at, outbox.c.created_at) < since
    yield sa.or_(settled, by_owner)
    yield ~sa.exists().where(chores.c.mail == outbox.c.row, CHORE_OPEN)
    yield ~sa.exists().where(warnings.c.mail == outbox.c.row, warnings.c.state != TOLD)
    yield ~_awaited(outbox)


def _draft_over(since: datetime) -> Iterator[Condition]:
    """One that lies in Drafts stays known, however old: what a person sends from it is recognised by that."""
    yield sa.func.coalesce(drafts.c.settled_at, drafts.c.created_at) < since
    yield ~DRAFT_LIVE
    yield ~drafts.c.withdraw


def _promise_over(now: datetime, since: datetime) -> Iterator[Condition]:
    """A report that was never given is a broken word until a later one was given; so the last one that was given stays,
    and what it mends goes before it."""
    other = promises.alias()
    given = sa.and_(
        other.c.client == promises.c.client,
        other.c.kind == PromiseKind.REPORT,
        other.c.state == PromiseState.KEPT,
    )
    is_report = promises.c.kind == PromiseKind.REPORT
    yield ~PROMISE_OWED
    yield promises.c.closed_at < since
    yield promises.c.due < since
    yield ~sa.and_(
        is_report,
        promises.c.state == PromiseState.BROKEN,
        promises.c.due >= now - SILENCE_KEPT,
        ~sa.exists().where(given, other.c.closed_at > promises.c.due),
    )
    yield ~sa.and_(
        is_report,
        promises.c.state == PromiseState.KEPT,
        ~sa.exists().where(given, other.c.closed_at > promises.c.closed_at),
    )
    yield ~sa.exists().where(obligations.c.row == promises.c.obligation, OBLIGATION_OPEN)
    yield ~_awaited(promises)


def _obligation_over(since: datetime) -> Iterator[Condition]:
    yield obligations.c.answered_at < since
    yield ~OBLIGATION_OPEN
    yield ~sa.exists().where(promises.c.obligation == obligations.c.row, PROMISE_OWED)
    yield ~sa.exists().where(delegations.c.obligation == obligations.c.row, HANDED_OVER)
    yield ~_awaited(obligations)


def _uses_of_message() -> Iterator[Condition]:
    """What a client's message may still be needed for."""
    own = messages.c.row
    yield _awaited(messages)
    yield sa.exists().where(outbox.c.answers == own, sa.or_(MAIL_WAITING, outbox.c.state.in_(_UNDECIDED)))
    yield sa.exists().where(drafts.c.answers == own, DRAFT_LIVE)
    yield sa.exists().where(delegations.c.message == own, HANDED_OVER)
    yield sa.exists().where(changes.c.message == own, CHANGE_WAITING)
    yield sa.exists().where(obligations.c.thread == messages.c.thread, OBLIGATION_OPEN)
    yield sa.exists().where(
        incident_entries.c.message == own, incidents.c.row == incident_entries.c.incident, INCIDENT_OPEN
    )


_UNDECIDED = (MailState.CLAIMED, MailState.SUBMITTING, MailState.UNKNOWN)


def _threads_of(tx: sa.Connection, table: sa.Table, rows: Collection[int]) -> Sequence[int]:
    if table not in (messages, told, outbox, obligations, delegations):
        return ()
    found = sa.select(table.c.thread).where(table.c.row.in_(rows), table.c.thread.is_not(None)).distinct()
    return tx.execute(found).scalars().all()
