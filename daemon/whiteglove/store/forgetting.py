"""Erasing a person or a client: what is known of them goes, what is known of others stays.

Their messages become what a stranger's are: a place in a folder and a keyed hash of an id, so that nothing is read
twice. What waits for the desk or the outbox because of them is over.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from whiteglove.codec import decode_json
from whiteglove.errors import StoreError
from whiteglove.ledger import Audience, DraftState, MailState
from whiteglove.store import events, places, purge, remarks
from whiteglove.store.database import WRITE_PATIENCE, Store
from whiteglove.store.decisions import WAITING
from whiteglove.store.remarks import FORGOTTEN, Concerned
from whiteglove.store.schema import (
    PERSONAL,
    changes,
    client_notes,
    corrections,
    delegations,
    drafts,
    handlings,
    incident_entries,
    incidents,
    messages,
    mutes,
    obligations,
    outbox,
    promises,
    seen_drafts,
    silences,
    thread_ids,
    told,
)
from whiteglove.store.schema import events as events_table
from whiteglove.store.subjects import ABOUT
from whiteglove.store.traces import Traces

_MOST_AT_ONCE = 500
Rows = dict[sa.Table, set[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A client as a whole by key and names, or (`client` is None) a person by addresses and names, and by the keys of
    the clients that they are known to belong to."""

    client: str | None
    addresses: frozenset[str]
    names: frozenset[str]
    belongs_to: frozenset[str] = frozenset()


def find(tx: sa.Connection, whom: Whom) -> Whom:
    """The same with every address and name that they are on record with."""
    addresses, names = set(whom.addresses), set(whom.names)
    if whom.client is not None:
        inbound = sa.and_(messages.c.client == whom.client, messages.c.outbound.is_(False))
        addresses.update(_values(tx, messages.c.author_address, inbound))
        for table in (told, obligations, drafts, corrections):
            addresses.update(_values(tx, table.c.address, table.c.client == whom.client))
        # What was passed to a teammate is theirs too; the teammate is not.
        to_them = sa.and_(outbox.c.client == whom.client, outbox.c.audience == Audience.CLIENT)
        addresses.update(_values(tx, outbox.c.address, to_them))
        names.update(_values(tx, messages.c.author_name, inbound))
    for address in addresses:
        names.update(_values(tx, messages.c.author_name, messages.c.author_address == address))
    return replace(whom, addresses=frozenset(addresses - {""}), names=frozenset(names - {""}))


def is_known(tx: sa.Connection, client: str) -> bool:
    """Whether anything of a client of this key is on record."""
    tables = (messages, outbox, told, promises, obligations, incidents, mutes, client_notes, drafts, silences)
    return any(
        tx.execute(sa.select(sa.literal(1)).where(table.c.client == client).limit(1)).first()
        for table in (*tables, corrections, delegations)
    )


def forget(tx: sa.Connection, store: Store, whom: Whom) -> Mapping[str, int]:
    """Erase them; how much of each kind that was. `whom` is what `find` returned.

    Raises StoreError while a mail to them is being handed over: what becomes of it would be written down afterwards.
    """
    erased = _whose(tx, whom)
    for part in _parts(erased[outbox]):
        submitting = (outbox.c.state == MailState.SUBMITTING, outbox.c.row.in_(part))
        if tx.execute(sa.select(outbox.c.row).where(*submitting)).first() is not None:
            raise StoreError("a mail to them is being handed over; try again in a moment, while the daemon runs")
    clients, subjects = set(whom.belongs_to), set[str]()
    for part in _parts(erased[messages]):
        clients |= _values(tx, messages.c.client, messages.c.row.in_(part))
        subjects |= _values(tx, messages.c.subject, messages.c.row.in_(part))
    traces = Traces(
        addresses=whom.addresses,
        names=whom.names,
        subjects=subjects - _of_others(tx, subjects, erased[messages]),
        key=whom.client,
    )
    concerned = Concerned(whole=whom.client, parts=frozenset(clients))
    done: Counter[str] = Counter({table.name: len(rows) for table, rows in erased.items()})
    done["warnings"] += remarks.blank_warnings(tx, traces, concerned)
    done["events"] += _end_events(tx, erased)
    _blank_entries(tx, erased[messages])
    threads = _blank_messages(tx, store, erased[messages])
    done["copies"] += _strip_copies(tx, whom)
    _blank_mails(tx, erased[outbox])
    done["drafts"] += _blank_drafts(tx, whom, erased[messages], traces, concerned)
    for table in (told, promises, obligations, incidents, silences, client_notes, corrections, delegations):
        for part in _parts(erased[table]):
            purge.remove_rows(tx, table, part)
    done["seen_drafts"] += _drop_seen_drafts(tx, whom)
    if whom.client is not None:
        done["mutes"] += tx.execute(mutes.delete().where(mutes.c.client == whom.client)).rowcount
    for part in _parts(threads):
        purge.drop_threads(tx, part)
    done.update(remarks.scrub(tx, traces, concerned))
    return {kind: number for kind, number in done.items() if number}


def overwrite(path: Path) -> None:
    """Leave no byte of what was deleted: not in a page that has room to spare, nor in the journal.

    Raises StoreError where another process does not let go of the store in time.
    """
    try:
        with closing(sqlite3.connect(path, timeout=WRITE_PATIENCE, isolation_level=None)) as opened:
            opened.execute("PRAGMA secure_delete=ON").close()
            opened.execute("VACUUM").close()
            (is_busy, *_) = opened.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{path}: forgotten, but not overwritten yet ({error}); run the command again") from error
    if is_busy:
        raise StoreError(f"{path}: forgotten, but its journal is in use; run the command again")


def _whose(tx: sa.Connection, whom: Whom) -> Rows:
    """Their rows in each table. Of a person the promises of reports, the incidents and the silences stay: those are the
    client's."""
    own = _messages_of(tx, whom)
    rows: Rows = {messages: own}
    if whom.client is not None:
        every = (outbox, told, promises, obligations, incidents, silences, client_notes, corrections, delegations)
        for table in every:
            rows[table] = set(tx.execute(sa.select(table.c.row).where(table.c.client == whom.client)).scalars())
        return rows
    for table in (outbox, told, obligations, corrections, delegations):
        rows[table] = set(tx.execute(sa.select(table.c.row).where(table.c.address.in_(whom.addresses))).scalars())
    for table in (promises, incidents, silences, client_notes):
        rows[table] = set()
    for part in _parts(own):
        rows[outbox].update(tx.execute(sa.select(outbox.c.row).where(outbox.c.answers.in_(part))).scalars())
        passed = sa.select(delegations.c.row).where(delegations.c.message.in_(part))
        rows[delegations].update(tx.execute(passed).scalars())
        rows[obligations].update(
            tx.execute(sa.select(obligations.c.row).where(obligations.c.message.in_(part))).scalars()
        )
    for part in _parts(rows[obligations]):
        rows[promises].update(tx.execute(sa.select(promises.c.row).where(promises.c.obligation.in_(part))).scalars())
    return rows


def _messages_of(tx: sa.Connection, whom: Whom) -> set[int]:
    """What they wrote, and what the owner wrote to nobody else; of a client all of it."""
    if whom.client is not None:
        return set(tx.execute(sa.select(messages.c.row).where(messages.c.client == whom.client)).scalars())
    own = set(tx.execute(sa.select(messages.c.row).where(messages.c.author_address.in_(whom.addresses))).scalars())
    for row in _naming(tx, whom.addresses):
        others = [address for address, _ in (*(row.to or ()), *(row.cc or ())) if address not in whom.addresses]
        if row.outbound and not others:
            own.add(row.row)
    return own


def _of_others(tx: sa.Connection, subjects: Collection[str], own: Collection[int]) -> set[str]:
    """Those of these subjects that others wrote about too, so that they tell of nobody."""
    every = sorted(subjects)
    shared = set[str]()
    for start in range(0, len(every), _MOST_AT_ONCE):
        part = messages.c.subject.in_(every[start : start + _MOST_AT_ONCE])
        shared.update(row.subject for row in tx.execute(sa.select(messages).where(part)) if row.row not in own)
    return shared


def _naming(tx: sa.Connection, addresses: Iterable[str]) -> Iterator[sa.Row[Any]]:
    """Messages that have one of these addresses among their recipients."""
    columns: tuple[sa.Column[Any], ...] = (messages.c.row, messages.c.outbound, messages.c.to, messages.c.cc)
    for address in addresses:
        quoted = sa.literal(json.dumps(address))
        among = [sa.func.instr(sa.cast(column, sa.Text), quoted) > 0 for column in (messages.c.to, messages.c.cc)]
        yield from list(tx.execute(sa.select(*columns).where(messages.c.client.is_not(None), sa.or_(*among))))


def _strip_copies(tx: sa.Connection, whom: Whom) -> int:
    """Take them from among the recipients of what others wrote, or was written to others."""
    stripped = set()
    for row in _naming(tx, whom.addresses):
        left = {
            name: [entry for entry in entries if entry[0] not in whom.addresses]
            for name, entries in (("to", row.to), ("cc", row.cc))
            if entries
        }
        tx.execute(messages.update().where(messages.c.row == row.row).values(left))
        stripped.add(row.row)
    return len(stripped)


def _blank_messages(tx: sa.Connection, store: Store, rows: Collection[int]) -> set[int]:
    """Make strangers' messages of these; the threads that they were in, where nobody's mail names theirs any more."""
    threads, ids = set[int](), set[str]()
    nothing = {column.name: None for column in (*PERSONAL, messages.c.machine_kind, messages.c.confidence)}
    blank = {**nothing, "abstained": None, "urgency": None, "mood": None, "marker": False, "reason": FORGOTTEN}
    for part in _parts(rows):
        known = tx.execute(sa.select(messages.c.thread, messages.c.message_id).where(messages.c.row.in_(part))).all()
        threads.update(row.thread for row in known if row.thread is not None)
        ids.update(row.message_id for row in known if row.message_id)
        tx.execute(messages.update().where(messages.c.row.in_(part)).values(blank))
        tx.execute(changes.delete().where(changes.c.message.in_(part)))
        places.forget_unread(tx, part)
        own = [store.hash_id(row.message_id) for row in known if row.message_id]
        tx.execute(thread_ids.delete().where(thread_ids.c.id_hash.in_(own)))
    for part in _parts(threads):
        columns = (messages.c.row, messages.c.in_reply_to, messages.c.references)
        for row in tx.execute(sa.select(*columns).where(messages.c.thread.in_(part))).all():
            left = {
                name: [one for one in named if one not in ids]
                for name, named in (("in_reply_to", row.in_reply_to), ("references", row.references))
                if named and not ids.isdisjoint(named)
            }
            if left:
                tx.execute(messages.update().where(messages.c.row == row.row).values(left))
    return threads


def _blank_mails(tx: sa.Connection, rows: Collection[int]) -> None:
    """Call off what waits or may or may not have gone out, and keep of each no more than that there was a mail."""
    waiting = outbox.c.state.in_((*WAITING, MailState.UNKNOWN))
    for part in _parts(rows):
        these = outbox.update().where(outbox.c.row.in_(part))
        tx.execute(these.where(waiting).values(state=MailState.CANCELLED))
        tx.execute(
            these.values(
                key=sa.literal(f"{FORGOTTEN}:") + sa.cast(outbox.c.row, sa.Text),
                reason=FORGOTTEN,
                action="",
                address="",
                client=None,
                answers=None,
                thread=None,
                promise=None,
                raw=None,
                raw_hash=None,
                error=None,
                settled_at=sa.func.coalesce(outbox.c.settled_at, outbox.c.created_at),
            )
        )


def _drop_seen_drafts(tx: sa.Connection, whom: Whom) -> int:
    """What the owner was writing to them, or to anybody at their client: it is known for nothing but not to be seen
    twice."""
    clients = {whom.client} if whom.client is not None else whom.belongs_to
    among = [sa.func.instr(sa.cast(seen_drafts.c.others, sa.Text), json.dumps(key)) > 0 for key in sorted(clients)]
    return tx.execute(seen_drafts.delete().where(sa.or_(seen_drafts.c.client.in_(clients), *among))).rowcount


def _blank_drafts(tx: sa.Connection, whom: Whom, own: Collection[int], traces: Traces, concerned: Concerned) -> int:
    """Keep of a draft to or about them no more than that there was one. One that may lie untouched in Drafts keeps the
    marks by which it is found there, and is taken away."""
    number = 0
    for row in tx.execute(sa.select(drafts).where(drafts.c.template != FORGOTTEN)).all():
        is_theirs = row.client == whom.client or row.address in whom.addresses or row.answers in own
        is_near = row.client in concerned.parts
        if not is_theirs and not (is_near and (traces.occur_in(row.key) or traces.are_in(decode_json(row.action)))):
            continue
        lies_there = row.token is not None and row.state in (DraftState.WANTED, DraftState.PLACED)
        ends = row.state in (DraftState.WANTED, DraftState.CHANGED) and not lies_there
        blank = {
            "key": f"{FORGOTTEN}:{row.row}",
            "client": "",
            "template": FORGOTTEN,
            "action": "",
            "address": None,
            "answers": None,
            "sketch": None,
            "until": None,
            "error": None,
            "withdraw": lies_there or row.withdraw,
            "not_before": row.created_at,
            "state": DraftState.WITHDRAWN if ends else row.state,
            "settled_at": row.settled_at or (None if lies_there else row.created_at),
        }
        tx.execute(drafts.update().where(drafts.c.row == row.row).values(blank))
        number += 1
    return number


def _blank_entries(tx: sa.Connection, rows: Collection[int]) -> None:
    """An incident of the client's goes on without the words of whom is forgotten."""
    for part in _parts(rows):
        entries = incident_entries.update().where(incident_entries.c.message.in_(part))
        tx.execute(entries.values(message=None, cue=""))


def _end_events(tx: sa.Connection, erased: Rows) -> int:
    """End what is about their messages and mails, which keep their numbers, and remove what is about rows that go."""
    number = 0
    for table, rows in erased.items():
        kinds = [kind for kind, subject in ABOUT.items() if subject is table]
        for part in _parts(rows) if kinds else ():
            about = (events_table.c.type.in_(kinds), events_table.c.subject_row.in_(part))
            found = tx.execute(sa.select(events_table.c.row).where(*about)).scalars().all()
            number += len(found)
            for some in _parts(found):
                if table not in (messages, outbox):
                    purge.remove_rows(tx, events_table, some)
                    continue
                blank = {"state": events.DONE, "details": None, "error": None, "not_before": None}
                tx.execute(events_table.update().where(events_table.c.row.in_(some)).values(blank))
                done = handlings.update().where(handlings.c.event.in_(some))
                tx.execute(done.values(state=events.DONE, error=None, reason=FORGOTTEN))
    return number


def _values(tx: sa.Connection, column: sa.Column[Any], condition: sa.ColumnElement[bool]) -> set[str]:
    return set(tx.execute(sa.select(column).where(condition, column.is_not(None)).distinct()).scalars())


def _parts(rows: Collection[int]) -> Iterator[list[int]]:
    """The numbers in as many lists as a statement with a limited number of values wants."""
    every = sorted(rows)
    for start in range(0, len(every), _MOST_AT_ONCE):
        yield every[start : start + _MOST_AT_ONCE]
