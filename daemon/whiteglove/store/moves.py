"""Reports that were moved: the promises of one report, one after the other, and who was told which of their times.

The promises of one report share their `uid`, so that a client's calendar shows one entry wherever it is moved.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Promise, PromiseKind, PromiseState
from whiteglove.store import ledger
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.schema import MAIL_WAITING, inserted, outbox, promises, told

TEMPLATE = "moved"
"""Of the mails that tell a moved time; with the promise, what they are found by."""

_CLIENT = sa.bindparam("its_client", type_=sa.Text)
_PROMISE = sa.bindparam("its_promise", type_=sa.Integer)
_TIMES_TOLD = (
    sa.select(told, outbox.c.mailbox)
    .join_from(told, outbox, outbox.c.row == told.c.mail, isouter=True)
    .where(
        told.c.client == _CLIENT,
        told.c.kind == PromiseKind.REPORT,
        told.c.due.in_(sa.bindparam("its_dues", type_=promises.c.due.type, expanding=True)),
    )
    .order_by(told.c.row)
)
_MAILS = (
    sa.select(outbox.c.row)
    .where(outbox.c.promise == _PROMISE, outbox.c.template == TEMPLATE, outbox.c.answers.is_(None), MAIL_WAITING)
    .order_by(outbox.c.row)
)
_HURRY = outbox.update().where(
    outbox.c.promise == _PROMISE, outbox.c.template == TEMPLATE, outbox.c.answers.is_(None), MAIL_WAITING
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTold:
    """An address was told a time, in a thread, by a mail that left from `mailbox` (None where that is not known any
    more). `promise` is None for a rehearsal."""

    row: int
    address: str
    due: datetime
    promise: int | None
    thread: int
    mailbox: str | None
    rehearsed: bool


def replace_slot(tx: sa.Connection, *, client: str, due: datetime, uid: str, at: datetime) -> Promise:
    """Record that a slot which nobody was told of is none any more; its row."""
    return _add(
        tx, client=client, due=due, uid=uid, state=PromiseState.MOVED, closed_at=at, evidence="moved", told=False
    )


def replace_by(tx: sa.Connection, old: Promise, due: datetime, at: datetime) -> Promise:
    """The promise that the same report is given at another time; as much told as the one before."""
    return _add(
        tx,
        client=old.client,
        due=due,
        uid=old.uid,
        sequence=old.sequence + 1,
        state=PromiseState.OPEN,
        made_at=at if old.told else None,
        told=old.told,
    )


def _add(tx: sa.Connection, **values: Any) -> Promise:
    return ledger.promise(tx, inserted(tx.execute(promises.insert(), {"kind": PromiseKind.REPORT, **values})))


def becomes_told(tx: sa.Connection, promise: Promise, at: datetime) -> bool:
    """Somebody was told this time after all; whether nobody had been before."""
    if promise.told:
        return False
    tx.execute(promises.update().where(promises.c.row == promise.row), {"told": True, "made_at": at})
    return True


def times_told(tx: sa.Connection, client: str, dues: Collection[datetime], *, rehearsed: bool) -> tuple[TimeTold, ...]:
    """Who was told that a report comes at one of these times, the latest last; with `rehearsed`, rehearsals too."""
    rows = tx.execute(_TIMES_TOLD, {"its_client": client, "its_dues": list(dues)})
    return tuple(
        TimeTold(
            row=row.row,
            address=row.address,
            due=row.due,
            promise=row.promise,
            thread=row.thread,
            mailbox=row.mailbox,
            rehearsed=row.rehearsed,
        )
        for row in rows
        if rehearsed or not row.rehearsed
    )


def is_told_again(tx: sa.Connection, fact: TimeTold, promise: int) -> None:
    """What was told is true again: it counts for this promise too."""
    columns = [column for column in told.c if column.name not in ("row", "promise")]
    copied = sa.select(*columns, sa.literal(promise)).where(told.c.row == fact.row)
    tx.execute(told.insert().from_select([*(column.name for column in columns), "promise"], copied))


def is_news_of_one(row: OutboxRow) -> bool:
    """Whether a mail to a client tells a moved time; a plugin's own template may have the same name."""
    return row.template == TEMPLATE and row.answers is None


def waiting_mails(tx: sa.Connection, promise: int) -> tuple[int, ...]:
    """The mails that wait to tell this promise's time, as the one that was moved to."""
    return tuple(tx.execute(_MAILS, {"its_promise": promise}).scalars())


def hurry(tx: sa.Connection, promise: int, now: datetime) -> None:
    """Let the mails that wait to tell this promise's time be looked at now, since it is over."""
    tx.execute(_HURRY, {"its_promise": promise, "not_before": now})
