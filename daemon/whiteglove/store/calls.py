"""Web calls that plugins wanted: what waits to be made, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import CALL_WAITING, MOST, NOW, ROW, calls

WAITING, DONE, FAILED = "waiting", "done", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call with everything that is kept of it; `action` is empty once it is over."""

    row: int
    key: str
    plugin: str
    event: int | None
    action: str
    state: str
    attempts: int
    created_at: datetime
    not_before: datetime
    settled_at: datetime | None
    error: str | None


_ADD = insert(calls).on_conflict_do_nothing()
_DUE = (
    sa.select(calls)
    .where(CALL_WAITING, calls.c.not_before <= NOW)
    .order_by(calls.c.not_before, calls.c.row)
    .limit(MOST)
)
_NEXT_DUE = sa.select(sa.func.min(calls.c.not_before)).where(CALL_WAITING)
_CHANGE = calls.update().where(calls.c.row == ROW)
_ALL = sa.select(calls).order_by(calls.c.row)


def plan(tx: sa.Connection, *, key: str, plugin: str, event: int | None, action: str, now: datetime) -> bool:
    """Store a call; False where one of this key is there already."""
    values = {"key": key, "plugin": plugin, "event": event, "action": action, "state": WAITING}
    return bool(tx.execute(_ADD, {**values, "attempts": 0, "created_at": now, "not_before": now}).rowcount)


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[Call, ...]:
    """The calls to be made now, the one that waits longest first."""
    return tuple(Call(**row._asdict()) for row in tx.execute(_DUE, {"now": now, "most": most}))


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next call may be made."""
    earliest: datetime | None = tx.execute(_NEXT_DUE).scalar_one()
    return earliest


def change(tx: sa.Connection, row: int, **values: Any) -> None:
    """Set columns of one call."""
    tx.execute(_CHANGE.values(**values), {"its_row": row})


def settle(tx: sa.Connection, row: int, state: str, now: datetime, error: str | None = None) -> None:
    """A call is over; what was to be sent is not kept."""
    change(tx, row, state=state, settled_at=now, error=error, action="")


def everything(tx: sa.Connection) -> tuple[Call, ...]:
    """Every call on record, in order."""
    return tuple(Call(**row._asdict()) for row in tx.execute(_ALL))
