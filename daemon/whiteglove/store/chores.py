"""Mailbox-side work that follows from a mail: filing its copy in Sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.store.schema import CHORE_OPEN, MOST, NOW, ROW, chores, inserted

COPY_TO_SENT = "copy_to_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """`mail` is the row of the mail in the outbox; `searched` counts how often the folder was searched before anything
    is appended."""

    row: int
    kind: str
    mailbox: str
    mail: int | None
    state: str
    attempts: int
    created_at: datetime
    not_before: datetime
    searched: int
    error: str | None


_ADD = chores.insert()
_DUE = (
    sa.select(chores)
    .where(CHORE_OPEN, chores.c.not_before <= NOW)
    .order_by(chores.c.not_before, chores.c.row)
    .limit(MOST)
)
_CHANGE = chores.update().where(chores.c.row == ROW)
_NEXT_DUE = sa.select(sa.func.min(chores.c.not_before)).where(CHORE_OPEN)


def add(tx: sa.Connection, kind: str, mailbox: str, mail: int, now: datetime) -> int:
    """Have something done about a mail, as soon as possible; return the row of the chore."""
    values = {"kind": kind, "mailbox": mailbox, "mail": mail, "created_at": now, "not_before": now}
    return inserted(tx.execute(_ADD, values))


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[Chore, ...]:
    """The chores whose time has come, the longest waiting first."""
    return tuple(Chore(**row._asdict()) for row in tx.execute(_DUE, {"now": now, "most": most}))


def change(tx: sa.Connection, row: int, **values: Any) -> None:
    """Set some values of a chore; in the state `done` or `failed` it is over."""
    tx.execute(_CHANGE, {"its_row": row, **values})


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next open chore may be done."""
    earliest: datetime | None = tx.execute(_NEXT_DUE).scalar_one()
    return earliest
