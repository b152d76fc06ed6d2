"""Events waiting for the desk, and what each plugin did with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import (
    EVENT_OPEN,
    EVENT_PARKED,
    HANDLING_PARKED,
    MOST,
    NOW,
    ROW,
    ROWS,
    events,
    handlings,
    inserted,
)

OPEN, DONE, PARKED, FAILED = "open", "done", "parked", "failed"
_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event as it is stored: its type's name, and the row of what it is about. `core_done` is set once the core's
    own part (classification, obligations, promises) is committed, so that a retry concerns plugins only. `attempts`
    counts the present one."""

    row: int
    type: str
    at: datetime
    subject_row: int | None
    details: Mapping[str, Any]
    core_done: bool
    attempts: int


_EVENT = sa.bindparam("its_event", type_=sa.Integer)
_PLUGIN = sa.bindparam("its_plugin", type_=sa.Text)
_DUE = sa.and_(EVENT_OPEN, sa.or_(events.c.not_before.is_(None), events.c.not_before <= NOW))
_OF_ROW = events.update().where(events.c.row == ROW)
_ABOUT = sa.and_(events.c.type == sa.bindparam("kind"), events.c.subject_row == sa.bindparam("subject"))

_ADD = events.insert()
_EXISTS = sa.select(events.c.row).where(_ABOUT).limit(1)
_OF_SUBJECT = sa.select(events).where(_ABOUT).order_by(events.c.row)
_ANY_DUE = sa.select(events.c.row).where(_DUE).limit(1)
_IS_OPEN = sa.select(events.c.row).where(events.c.row == ROW, EVENT_OPEN)
_NEXT = sa.select(events).where(_DUE).order_by(events.c.row).limit(MOST)
_COUNT_ATTEMPT = events.update().where(events.c.row.in_(ROWS)).values(attempts=events.c.attempts + 1)
_NEXT_ATTEMPT = sa.select(sa.func.min(events.c.not_before)).where(EVENT_OPEN)
_CORE_DONE = _OF_ROW.values(core_done=True)
_FINISH = _OF_ROW.values(state=DONE, error=None, not_before=None)
_UNCOUNT = _OF_ROW.values(attempts=events.c.attempts - 1)
_UNCOUNT_ALL = events.update().where(events.c.row.in_(ROWS)).values(attempts=events.c.attempts - 1)


def add(
    tx: sa.Connection, kind: str, at: datetime, subject_row: int | None = None, details: Mapping[str, Any] | None = None
) -> int:
    """Store an event for the desk; `kind` is the name of its class in `events.py`."""
    values = {"type": kind, "at": at, "subject_row": subject_row, "details": dict(details) if details else None}
    return inserted(tx.execute(_ADD, values))


def exists(tx: sa.Connection, kind: str, subject_row: int) -> bool:
    """Whether such an event was ever stored for this subject."""
    return tx.execute(_EXISTS, {"kind": kind, "subject": subject_row}).first() is not None


def is_open(tx: sa.Connection, row: int) -> bool:
    """Whether the event still waits to be handled."""
    return tx.execute(_IS_OPEN, {"its_row": row}).first() is not None


def claim(tx: sa.Connection, now: datetime, most: int) -> tuple[EventRow, ...]:
    """The next open events, oldest first. The attempt is counted before it is made: an event that takes the process
    down with it has used it up all the same."""
    rows = tx.execute(_NEXT, {"now": now, "most": most}).all()
    if rows:
        tx.execute(_COUNT_ATTEMPT, {"its_rows": [row.row for row in rows]})
    return tuple(
        EventRow(
            row=row.row,
            type=row.type,
            at=row.at,
            subject_row=row.subject_row,
            details=row.details or {},
            core_done=row.core_done,
            attempts=row.attempts + 1,
        )
        for row in rows
    )


def any_due(tx: sa.Connection, now: datetime) -> bool:
    """Whether any event waits for the desk; asked often, so that an idle desk never writes."""
    return tx.execute(_ANY_DUE, {"now": now}).first() is not None


def next_attempt(tx: sa.Connection) -> datetime | None:
    """When the next postponed event may be tried again."""
    earliest: datetime | None = tx.execute(_NEXT_ATTEMPT).scalar_one()
    return earliest


def core_done(tx: sa.Connection, row: int) -> None:
    tx.execute(_CORE_DONE, {"its_row": row})


def finish(tx: sa.Connection, row: int) -> None:
    tx.execute(_FINISH, {"its_row": row})


def postpone(tx: sa.Connection, row: int, until: datetime, error: str, *, counted: bool = True) -> None:
    """Try again later; an attempt that was nobody's fault but the network's is not `counted`."""
    tx.execute(_OF_ROW if counted else _UNCOUNT, {"its_row": row, "not_before": until, "error": error[:_LONGEST_ERROR]})


def uncount(tx: sa.Connection, rows: Collection[int]) -> None:
    """Take back one counted attempt of each of these events."""
    if rows:
        tx.execute(_UNCOUNT_ALL, {"its_rows": list(rows)})


def park(tx: sa.Connection, row: int, error: str) -> None:
    """Leave the event to a person; the loop goes on."""
    tx.execute(_OF_ROW, {"its_row": row, "state": PARKED, "error": error[:_LONGEST_ERROR]})


_HANDLED = sa.select(handlings.c.plugin, handlings.c.state).where(
    handlings.c.event == _EVENT, handlings.c.state.in_((DONE, PARKED))
)
_ATTEMPTS = sa.select(handlings.c.attempts).where(handlings.c.event == _EVENT, handlings.c.plugin == _PLUGIN)
_HANDLINGS = sa.select(handlings).where(handlings.c.event == _EVENT)
_FIRST_MARK = insert(handlings)
_MARK = _FIRST_MARK.on_conflict_do_update(
    index_elements=["event", "plugin"],
    set_={
        "state": _FIRST_MARK.excluded.state,
        "reason": _FIRST_MARK.excluded.reason,
        "error": _FIRST_MARK.excluded.error,
        "attempts": handlings.c.attempts + 1,
    },
)


def handled(tx: sa.Connection, event: int) -> Mapping[str, str]:
    """Which plugins have finished with an event, or gave up on it, and how: `done` or `parked`."""
    return {row.plugin: row.state for row in tx.execute(_HANDLED, {"its_event": event})}


def attempts_of(tx: sa.Connection, event: int, plugin: str) -> int:
    """How often a plugin has met an event so far."""
    return tx.execute(_ATTEMPTS, {"its_event": event, "its_plugin": plugin}).scalar_one_or_none() or 0


def mark(
    tx: sa.Connection, event: int, plugin: str, state: str, *, reason: str | None = None, error: str | None = None
) -> None:
    """What became of an event in one plugin: `done`, `failed` (tried again) or `parked`. Counts the attempt."""
    tx.execute(
        _MARK,
        {
            "event": event,
            "plugin": plugin,
            "state": state,
            "attempts": 1,
            "reason": reason,
            "error": error[:_LONGEST_ERROR] if error else None,
        },
    )


def of_subject(tx: sa.Connection, kind: str, subject_row: int) -> tuple[sa.Row[Any], ...]:
    """The raw rows of every such event about one subject, oldest first."""
    return tuple(tx.execute(_OF_SUBJECT, {"kind": kind, "subject": subject_row}))


def handlings_of(tx: sa.Connection, event: int) -> tuple[sa.Row[Any], ...]:
    """The raw rows of what each plugin did with one event."""
    return tuple(tx.execute(_HANDLINGS, {"its_event": event}))


def parked_by(tx: sa.Connection) -> tuple[str, ...]:
    """The plugins for which events were parked that their neighbours have handled, by name."""
    found = sa.select(handlings.c.plugin).where(HANDLING_PARKED).distinct().order_by(handlings.c.plugin)
    return tuple(tx.execute(found).scalars())


def counts(tx: sa.Connection) -> Mapping[str, int]:
    """How many events are open; how many are parked, those parked for one plugin only included."""

    def number(condition: sa.ColumnElement[bool]) -> int:
        return tx.execute(sa.select(sa.func.count()).where(condition)).scalar_one()

    return {OPEN: number(EVENT_OPEN), PARKED: number(EVENT_PARKED) + number(HANDLING_PARKED)}
