"""Flags and moves that plugins wanted of messages: what waits to be done, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.columns import is_one_of
from whiteglove.store.schema import CHANGE_WAITING, MOST, NOW, ROW, changes

WAITING, DONE, GONE, REHEARSED, FAILED = "waiting", "done", "gone", "rehearsed", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change with everything that is kept of it. `message` is the row of what is changed; `begun` says that an
    attempt to move it may have come as far as the server."""

    row: int
    key: str
    plugin: str
    event: int
    message: int
    action: str
    state: str
    begun: bool
    attempts: int
    created_at: datetime
    not_before: datetime
    settled_at: datetime | None
    error: str | None


_ADD = insert(changes).on_conflict_do_nothing()
_earlier = changes.alias()
_IS_FIRST = ~sa.exists().where(
    _earlier.c.message == changes.c.message, is_one_of(_earlier.c.state, WAITING), _earlier.c.row < changes.c.row
)
_DUE = (
    sa.select(changes).where(CHANGE_WAITING, changes.c.not_before <= NOW, _IS_FIRST).order_by(changes.c.row).limit(MOST)
)
_NEXT_DUE = sa.select(sa.func.min(changes.c.not_before)).where(CHANGE_WAITING, _IS_FIRST)
_CHANGE = changes.update().where(changes.c.row == ROW)
_OF_MESSAGE = sa.select(changes).where(changes.c.message == sa.bindparam("its_message")).order_by(changes.c.row)
_ALL = sa.select(changes).order_by(changes.c.row)


def plan(tx: sa.Connection, *, key: str, plugin: str, event: int, message: int, action: str, now: datetime) -> bool:
    """Store a change; False where one of this key is there already."""
    values = {"key": key, "plugin": plugin, "event": event, "message": message, "action": action}
    return bool(tx.execute(_ADD, {**values, "created_at": now, "not_before": now}).rowcount)


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[Change, ...]:
    """The changes to be made now, in the order in which they were wanted. Of one message only the first: what was
    wanted after a move has to find it in its new place."""
    return tuple(Change(**row._asdict()) for row in tx.execute(_DUE, {"now": now, "most": most}))


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next change may be made."""
    earliest: datetime | None = tx.execute(_NEXT_DUE).scalar_one()
    return earliest


def change(tx: sa.Connection, row: int, **values: Any) -> None:
    """Set columns of one change."""
    tx.execute(_CHANGE.values(**values), {"its_row": row})


def settle(tx: sa.Connection, row: int, state: str, now: datetime, error: str | None = None) -> None:
    """A change is over."""
    change(tx, row, state=state, settled_at=now, error=error)


def call_off(tx: sa.Connection, now: datetime, reason: str) -> None:
    """Nothing that waits is done any more."""
    tx.execute(changes.update().where(CHANGE_WAITING).values(state=FAILED, settled_at=now, error=reason))


def of_message(tx: sa.Connection, message: int) -> tuple[Change, ...]:
    """What was wanted of one message, in order."""
    return tuple(Change(**row._asdict()) for row in tx.execute(_OF_MESSAGE, {"its_message": message}))


def everything(tx: sa.Connection) -> tuple[Change, ...]:
    """Every change on record, in order."""
    return tuple(Change(**row._asdict()) for row in tx.execute(_ALL))
