"""Events waiting for the desk, and what each plugin did with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import events, handlings, inserted

OPEN, DONE, PARKED, FAILED = "open", "done", "parked", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event as it is stored: its type's name, and the row of what it is about. `core_done` is set once the core's
    own part (classification, obligations, promises) is committed, so that a retry concerns plugins only."""

    row: int
    type: str
    at: datetime
    subject_row: int | None
    details: Mapping[str, Any]
    core_done: bool
    attempts: int


def add(
    tx: sa.Connection, kind: str, at: datetime, subject_row: int | None = None, details: Mapping[str, Any] | None = None
) -> int:
    """Store an event for the desk; `kind` is the name of its class in `events.py`."""
    statement = events.insert().values(type=kind, at=at, subject_row=subject_row, details=dict(details or {}))
    return inserted(tx.execute(statement))


def exists(tx: sa.Connection, kind: str, subject_row: int) -> bool:
    """Whether such an event was ever stored for this subject."""
    return (
        tx.execute(
            sa.select(events.c.row).where(events.c.type == kind, events.c.subject_row == subject_row).limit(1)
        ).scalar_one_or_none()
        is not None
    )


def claim(tx: sa.Connection, now: datetime, most: int) -> tuple[EventRow, ...]:
    """The next open events, oldest first. The attempt is counted before it is made: an event that takes the process
    down with it is parked in the end like one that raises."""
    rows = tx.execute(
        sa.select(events)
        .where(events.c.state == OPEN, sa.or_(events.c.not_before.is_(None), events.c.not_before <= now))
        .order_by(events.c.row)
        .limit(most)
    ).all()
    if rows:
        tx.execute(
            events.update().where(events.c.row.in_([row.row for row in rows])).values(attempts=events.c.attempts + 1)
        )
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
    return (
        tx.execute(
            sa.select(events.c.row)
            .where(events.c.state == OPEN, sa.or_(events.c.not_before.is_(None), events.c.not_before <= now))
            .limit(1)
        ).scalar_one_or_none()
        is not None
    )


def next_attempt(tx: sa.Connection) -> datetime | None:
    """When the next postponed event may be tried again."""
    earliest: datetime | None = tx.execute(
        sa.select(sa.func.min(events.c.not_before)).where(events.c.state == OPEN)
    ).scalar_one()
    return earliest


def core_done(tx: sa.Connection, row: int) -> None:
    tx.execute(events.update().where(events.c.row == row).values(core_done=True))


def finish(tx: sa.Connection, row: int) -> None:
    tx.execute(events.update().where(events.c.row == row).values(state=DONE, error=None, not_before=None))


def postpone(tx: sa.Connection, row: int, until: datetime, error: str, *, counted: bool = True) -> None:
    """Try again later; an attempt that was nobody's fault but the network's is not `counted`."""
    statement = events.update().where(events.c.row == row).values(not_before=until, error=error[:500])
    tx.execute(statement if counted else statement.values(attempts=events.c.attempts - 1))


def park(tx: sa.Connection, row: int, error: str) -> None:
    """Leave the event to a person; the loop goes on."""
    tx.execute(events.update().where(events.c.row == row).values(state=PARKED, error=error[:500]))


def handled(tx: sa.Connection, event: int) -> Mapping[str, str]:
    """Which plugins have finished with an event, or gave up on it, and how: `done` or `parked`."""
    rows = tx.execute(sa.select(handlings.c.plugin, handlings.c.state).where(handlings.c.event == event))
    return {row.plugin: row.state for row in rows if row.state in (DONE, PARKED)}


def attempts_of(tx: sa.Connection, event: int, plugin: str) -> int:
    found = tx.execute(
        sa.select(handlings.c.attempts).where(handlings.c.event == event, handlings.c.plugin == plugin)
    ).scalar_one_or_none()
    return found or 0


def mark(
    tx: sa.Connection, event: int, plugin: str, state: str, *, reason: str | None = None, error: str | None = None
) -> None:
    """What became of an event in one plugin: `done`, `failed` (tried again) or `parked`."""
    values = {"state": state, "reason": reason, "error": error[:2000] if error else None}
    statement = insert(handlings).values(event=event, plugin=plugin, attempts=1, **values)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["event", "plugin"], set_={**values, "attempts": handlings.c.attempts + 1}
        )
    )


def of_subject(tx: sa.Connection, kind: str, subject_row: int) -> tuple[sa.Row[Any], ...]:
    return tuple(tx.execute(sa.select(events).where(events.c.type == kind, events.c.subject_row == subject_row)))


def handlings_of(tx: sa.Connection, event: int) -> tuple[sa.Row[Any], ...]:
    return tuple(tx.execute(sa.select(handlings).where(handlings.c.event == event)))


def counts(tx: sa.Connection) -> Mapping[str, int]:
    """How many events are open and parked, and how many plugins' handlings are parked."""
    rows = tx.execute(
        sa.select(events.c.state, sa.func.count().label("number"))
        .where(events.c.state != DONE)
        .group_by(events.c.state)
    )
    found = {row.state: row.number for row in rows}
    parked = tx.execute(sa.select(sa.func.count()).select_from(handlings).where(handlings.c.state == PARKED))
    return {"open": found.get(OPEN, 0), "parked": found.get(PARKED, 0) + parked.scalar_one()}
