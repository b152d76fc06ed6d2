"""Promises and obligations: what was told to clients, and what still waits for the owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Obligation, ObligationState, Promise, PromiseKind, PromiseState
from whiteglove.message import Kind
from whiteglove.store.schema import inserted, obligations, promises

_OWED = (PromiseState.OPEN, PromiseState.LATE)


def _promise(row: sa.Row[Any]) -> Promise:
    values = row._asdict()
    values["kind"] = PromiseKind(values["kind"])
    values["state"] = PromiseState(values["state"])
    return Promise(**values)


def _promises(tx: sa.Connection, *conditions: sa.ColumnElement[bool]) -> tuple[Promise, ...]:
    rows = tx.execute(sa.select(promises).where(*conditions).order_by(promises.c.due, promises.c.row))
    return tuple(_promise(row) for row in rows)


def promise(tx: sa.Connection, row: int) -> Promise:
    return _promise(tx.execute(sa.select(promises).where(promises.c.row == row)).one())


def promises_of(tx: sa.Connection, client: str, since: datetime | None = None) -> tuple[Promise, ...]:
    """A client's promises, owed ones always, closed ones that were due since an instant; earliest due first."""
    if since is None:
        return _promises(tx, promises.c.client == client)
    return _promises(tx, promises.c.client == client, sa.or_(promises.c.due >= since, promises.c.state.in_(_OWED)))


def owed(tx: sa.Connection, client: str | None = None) -> tuple[Promise, ...]:
    """Promises neither kept, moved nor broken."""
    condition = [promises.c.client == client] if client is not None else []
    return _promises(tx, promises.c.state.in_(_OWED), *condition)


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
    same = [promises.c.client == client, promises.c.kind == kind, promises.c.due == due, promises.c.told]
    if kind is PromiseKind.ANSWER:
        same.append(promises.c.obligation == obligation)
    found = tx.execute(sa.select(promises.c.row).where(*same).order_by(promises.c.row.desc()).limit(1))
    if (row := found.scalar_one_or_none()) is not None:
        return int(row), False
    statement = promises.insert().values(
        client=client, kind=kind, due=due, state=PromiseState.OPEN, uid=uid, made_at=at, obligation=obligation
    )
    return inserted(tx.execute(statement)), True


def use_up(tx: sa.Connection, *, client: str, due: datetime, uid: str, at: datetime, evidence: str) -> int:
    """Record that a slot's report was given without anybody having been told its time."""
    return inserted(
        tx.execute(
            promises.insert().values(
                client=client,
                kind=PromiseKind.REPORT,
                due=due,
                state=PromiseState.KEPT,
                uid=uid,
                closed_at=at,
                evidence=evidence,
                told=False,
            )
        )
    )


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
    tx.execute(
        promises.update()
        .where(promises.c.row == row)
        .values(state=state, closed_at=at, late=late, evidence=evidence, evidence_message=message)
    )


def mark_late(tx: sa.Connection, row: int) -> None:
    tx.execute(promises.update().where(promises.c.row == row).values(state=PromiseState.LATE, late=True))


def _obligation(row: sa.Row[Any]) -> Obligation:
    values = row._asdict()
    values["kinds"] = tuple(Kind(kind) for kind in values["kinds"])
    values["state"] = ObligationState(values["state"])
    return Obligation(**values)


def obligation(tx: sa.Connection, row: int) -> Obligation:
    return _obligation(tx.execute(sa.select(obligations).where(obligations.c.row == row)).one())


def open_obligations(tx: sa.Connection, client: str | None = None) -> tuple[Obligation, ...]:
    """What waits for an answer of the owner's, oldest first."""
    condition = [obligations.c.client == client] if client is not None else []
    rows = tx.execute(
        sa.select(obligations)
        .where(obligations.c.state != ObligationState.ANSWERED, *condition)
        .order_by(obligations.c.opened_at, obligations.c.row)
    )
    return tuple(_obligation(row) for row in rows)


def open_in_thread(tx: sa.Connection, client: str, thread: int) -> Obligation | None:
    return next((found for found in open_obligations(tx, client) if found.thread == thread), None)


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
    return inserted(
        tx.execute(
            obligations.insert().values(
                client=client,
                message=message,
                thread=thread,
                address=address,
                kinds=[str(kind) for kind in kinds],
                opened_at=at,
                due=due,
                state=ObligationState.OPEN,
            )
        )
    )


def join_obligation(tx: sa.Connection, row: int, kinds: Iterable[Kind]) -> None:
    """A further message of the same thread: its wishes are added, the agreed time stays the first one's."""
    known = obligation(tx, row).kinds
    merged = [*known, *(kind for kind in kinds if kind not in known)]
    tx.execute(obligations.update().where(obligations.c.row == row).values(kinds=[str(kind) for kind in merged]))


def answer_obligation(tx: sa.Connection, row: int, at: datetime, message: int | None) -> None:
    tx.execute(
        obligations.update()
        .where(obligations.c.row == row)
        .values(state=ObligationState.ANSWERED, answered_at=at, answered_by=message)
    )


def mark_overdue(tx: sa.Connection, row: int) -> None:
    tx.execute(obligations.update().where(obligations.c.row == row).values(state=ObligationState.OVERDUE))


def answer_promises(tx: sa.Connection, obligation_row: int) -> tuple[Promise, ...]:
    """Promises owed for one obligation."""
    return _promises(tx, promises.c.obligation == obligation_row, promises.c.state.in_(_OWED))
