"""Promises and obligations: what was told to clients, and what still waits for the owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Obligation, ObligationState, Promise, PromiseKind, PromiseState
from whiteglove.message import GRAVE_KINDS, Kind
from whiteglove.store import delegations
from whiteglove.store.schema import (
    OBLIGATION_ANSWERED,
    OBLIGATION_OPEN,
    PROMISE_CLOSED,
    PROMISE_OWED,
    ROW,
    SINCE,
    Instant,
    inserted,
    obligations,
    promises,
)

_CLIENT = sa.bindparam("its_client", type_=sa.Text)
_OBLIGATION = sa.bindparam("its_obligation", type_=sa.Integer)

_PROMISES = sa.select(promises).order_by(promises.c.due, promises.c.row)
_PROMISE = sa.select(promises).where(promises.c.row == ROW)
_OF_CLIENT = _PROMISES.where(promises.c.client == _CLIENT)
_DUE_SINCE_OR_OWED = sa.or_(promises.c.due >= SINCE, PROMISE_OWED)
_OF_CLIENT_SINCE = _OF_CLIENT.where(_DUE_SINCE_OR_OWED)
_OF_ALL_SINCE = _PROMISES.where(_DUE_SINCE_OR_OWED)
_CLOSED = _PROMISES.where(PROMISE_CLOSED, promises.c.closed_at >= SINCE)
_OWED = _PROMISES.where(PROMISE_OWED)
_OWED_TO = _OWED.where(promises.c.client == _CLIENT)
_OWED_FOR = _OWED.where(promises.c.obligation == _OBLIGATION)
_SAME = (
    sa.select(promises.c.row, promises.c.told)
    .where(
        promises.c.client == _CLIENT,
        promises.c.kind == sa.bindparam("its_kind"),
        promises.c.due == sa.bindparam("its_due"),
        # A slot that was moved before anybody was told of it is a promise from the moment that somebody is.
        sa.or_(promises.c.told, promises.c.state == PromiseState.OPEN),
    )
    .order_by(promises.c.row.desc())
    .limit(1)
)
_SAME_ANSWER = _SAME.where(promises.c.obligation == _OBLIGATION)
_ADD_PROMISE = promises.insert()
_CHANGE_PROMISE = promises.update().where(promises.c.row == ROW)


def _promise(row: sa.Row[Any]) -> Promise:
    values = row._asdict()
    values["kind"] = PromiseKind(values["kind"])
    values["state"] = PromiseState(values["state"])
    return Promise(**values)


def promise(tx: sa.Connection, row: int) -> Promise:
    return _promise(tx.execute(_PROMISE, {"its_row": row}).one())


def promises_of(tx: sa.Connection, client: str, since: datetime | None = None) -> tuple[Promise, ...]:
    """A client's promises, owed ones always, closed ones that were due since an instant; earliest due first."""
    statement = _OF_CLIENT if since is None else _OF_CLIENT_SINCE
    return tuple(_promise(row) for row in tx.execute(statement, {"its_client": client, "since": since}))


def promises_of_all(tx: sa.Connection, since: datetime) -> Mapping[str, Sequence[Promise]]:
    """The same of every client who has any, by key."""
    found: defaultdict[str, list[Promise]] = defaultdict(list)
    for row in tx.execute(_OF_ALL_SINCE, {"since": since}):
        found[row.client].append(_promise(row))
    return found


def closed(tx: sa.Connection, since: datetime) -> tuple[Promise, ...]:
    """What was kept, broken or moved since an instant, of all clients; earliest due first."""
    return tuple(_promise(row) for row in tx.execute(_CLOSED, {"since": since}))


def owed(tx: sa.Connection, client: str | None = None) -> tuple[Promise, ...]:
    """Promises neither kept, moved nor broken, of one client or of all; earliest due first."""
    statement = _OWED if client is None else _OWED_TO
    return tuple(_promise(row) for row in tx.execute(statement, {"its_client": client}))


def make(
    tx: sa.Connection,
    *,
    client: str,
    kind: PromiseKind,
    due: datetime,
    uid: str,
    at: datetime,
    obligation: int | None,
) -> tuple[int, bool]:
    """The promise of this time, made now if it does not exist yet; whether it was made now."""
    statement = _SAME_ANSWER if kind is PromiseKind.ANSWER else _SAME
    same = {"its_client": client, "its_kind": kind, "its_due": due, "its_obligation": obligation}
    known = tx.execute(statement, same).one_or_none()
    if known is not None:
        if not known.told:
            tx.execute(_CHANGE_PROMISE, {"its_row": known.row, "told": True, "made_at": at})
        return known.row, not known.told
    values = {
        "client": client,
        "kind": kind,
        "due": due,
        "state": PromiseState.OPEN,
        "uid": uid,
        "made_at": at,
        "obligation": obligation,
    }
    return inserted(tx.execute(_ADD_PROMISE, values)), True


def use_up(tx: sa.Connection, *, client: str, due: datetime, uid: str, at: datetime, evidence: str) -> int:
    """Record that a slot's report was given without anybody having been told its time."""
    values = {
        "client": client,
        "kind": PromiseKind.REPORT,
        "due": due,
        "state": PromiseState.KEPT,
        "uid": uid,
        "closed_at": at,
        "evidence": evidence,
        "told": False,
    }
    return inserted(tx.execute(_ADD_PROMISE, values))


def close_promise(
    tx: sa.Connection,
    row: int,
    state: PromiseState,
    at: datetime,
    *,
    late: bool = False,
    evidence: str = "",
    message: int | None = None,
) -> None:
    """Give a promise its final state, with what proves it and the row of the mail that did it."""
    tx.execute(
        _CHANGE_PROMISE,
        {
            "its_row": row,
            "state": state,
            "closed_at": at,
            "late": late,
            "evidence": evidence,
            "evidence_message": message,
        },
    )


def mark_late(tx: sa.Connection, row: int) -> None:
    tx.execute(_CHANGE_PROMISE, {"its_row": row, "state": PromiseState.LATE, "late": True})


def remind(tx: sa.Connection, row: int, at: datetime) -> Promise | None:
    """Note that the owner was reminded of a promise; None where it is not open any more."""
    known = promise(tx, row)
    if known.state is not PromiseState.OPEN:
        return None
    tx.execute(_CHANGE_PROMISE, {"its_row": row, "reminded_at": at})
    return known


def answer_promises(tx: sa.Connection, obligation_row: int) -> tuple[Promise, ...]:
    """Promises owed for one obligation."""
    return tuple(_promise(row) for row in tx.execute(_OWED_FOR, {"its_obligation": obligation_row}))


_OBLIGATION_ROW = sa.select(obligations).where(obligations.c.row == ROW)
_OPEN = sa.select(obligations).where(OBLIGATION_OPEN).order_by(obligations.c.opened_at, obligations.c.row)
_OPEN_OF = _OPEN.where(obligations.c.client == _CLIENT)
_OF_CLIENT_OPENED = (
    sa.select(obligations)
    .where(obligations.c.client == _CLIENT, obligations.c.opened_at >= SINCE)
    .order_by(obligations.c.opened_at, obligations.c.row)
)
_ANSWERED = (
    sa.select(obligations)
    .where(OBLIGATION_ANSWERED, obligations.c.answered_at >= SINCE)
    .order_by(obligations.c.answered_at, obligations.c.row)
)
_OPENED_BEFORE = obligations.c.opened_at < sa.bindparam("before", type_=Instant)
_STILL_OPEN = _OPEN.where(_OPENED_BEFORE)
_ANSWERED_LATER = _ANSWERED.where(_OPENED_BEFORE)
_OPEN_IN_THREAD = _OPEN_OF.where(obligations.c.thread == sa.bindparam("its_thread")).limit(1)
_WEIGHING = _OPEN_OF.where(
    sa.or_(
        obligations.c.thread == sa.bindparam("its_thread"),
        *(sa.cast(obligations.c.kinds, sa.Text).contains(f'"{kind}"') for kind in sorted(GRAVE_KINDS)),
        obligations.c.row.in_(
            sa.select(promises.c.obligation).where(
                promises.c.client == _CLIENT,
                promises.c.state == PromiseState.BROKEN,
                promises.c.obligation.is_not(None),
            )
        ),
    )
)
_ADD_OBLIGATION = obligations.insert()
_CHANGE_OBLIGATION = obligations.update().where(obligations.c.row == ROW)


def _obligation(row: sa.Row[Any]) -> Obligation:
    values = row._asdict()
    values["kinds"] = tuple(Kind(kind) for kind in values["kinds"])
    values["state"] = ObligationState(values["state"])
    return Obligation(**values)


def obligation(tx: sa.Connection, row: int) -> Obligation:
    return _obligation(tx.execute(_OBLIGATION_ROW, {"its_row": row}).one())


def open_obligations(tx: sa.Connection, client: str | None = None) -> tuple[Obligation, ...]:
    """What waits for an answer of the owner's, oldest first."""
    statement = _OPEN if client is None else _OPEN_OF
    return tuple(_obligation(row) for row in tx.execute(statement, {"its_client": client}))


def obligations_of(tx: sa.Connection, client: str, since: datetime) -> tuple[Obligation, ...]:
    """What a client asked since an instant, answered or not, oldest first."""
    return tuple(_obligation(row) for row in tx.execute(_OF_CLIENT_OPENED, {"its_client": client, "since": since}))


def answered(tx: sa.Connection, since: datetime) -> tuple[Obligation, ...]:
    """What the owner answered since an instant, of all clients, in the order of the answers."""
    return tuple(_obligation(row) for row in tx.execute(_ANSWERED, {"since": since}))


def open_at(tx: sa.Connection, moment: datetime) -> tuple[Obligation, ...]:
    """What waited for an answer of the owner's at an instant that is over, oldest first."""
    known = {"since": moment, "before": moment}
    found = [*tx.execute(_STILL_OPEN, known), *tx.execute(_ANSWERED_LATER, known)]
    return tuple(sorted(map(_obligation, found), key=lambda one: (one.opened_at, one.row)))


def weighing_on(tx: sa.Connection, client: str, thread: int) -> tuple[Obligation, ...]:
    """Of what this client waits for, that which decides about an answer in a thread: what is open in the thread itself,
    complaints, and what an answer was promised for and never given. However many others wait, they are not read."""
    known = {"its_client": client, "its_thread": thread}
    return tuple(_obligation(row) for row in tx.execute(_WEIGHING, known))


def open_in_thread(tx: sa.Connection, client: str, thread: int) -> Obligation | None:
    """The oldest of them in one thread."""
    row = tx.execute(_OPEN_IN_THREAD, {"its_client": client, "its_thread": thread}).one_or_none()
    return _obligation(row) if row else None


def open_obligation(
    tx: sa.Connection,
    *,
    client: str,
    message: int,
    thread: int,
    address: str,
    kinds: Sequence[Kind],
    at: datetime,
    due: datetime | None,
) -> int:
    """Record that a message waits for an answer; return the row of the obligation."""
    values = {
        "client": client,
        "message": message,
        "thread": thread,
        "address": address,
        "kinds": [str(kind) for kind in kinds],
        "opened_at": at,
        "due": due,
        "state": ObligationState.OPEN,
    }
    return inserted(tx.execute(_ADD_OBLIGATION, values))


def join_obligation(tx: sa.Connection, row: int, kinds: Iterable[Kind]) -> None:
    """A further message of the same thread: its wishes are added, the agreed time stays the first one's."""
    merged = dict.fromkeys([*obligation(tx, row).kinds, *kinds])
    tx.execute(_CHANGE_OBLIGATION, {"its_row": row, "kinds": [str(kind) for kind in merged]})


def name_kinds(tx: sa.Connection, row: int, kinds: Iterable[Kind]) -> None:
    """What an obligation is about, said anew."""
    tx.execute(_CHANGE_OBLIGATION, {"its_row": row, "kinds": [str(kind) for kind in dict.fromkeys(kinds)]})


def answer_obligation(tx: sa.Connection, row: int, at: datetime, message: int | None) -> None:
    """The owner answered, with a mail or otherwise; a teammate who was to has nothing to do any more."""
    values = {"state": ObligationState.ANSWERED, "answered_at": at, "answered_by": message}
    tx.execute(_CHANGE_OBLIGATION, {"its_row": row, **values})
    delegations.answered(tx, row, at)


def mark_overdue(tx: sa.Connection, row: int) -> None:
    tx.execute(_CHANGE_OBLIGATION, {"its_row": row, "state": ObligationState.OVERDUE})
