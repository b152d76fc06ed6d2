"""Mailbox-side work that follows from a mail: filing its copy in Sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.store.schema import chores, inserted

COPY_TO_SENT = "copy_to_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """`searched` counts how often the folder was searched before anything is appended."""

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


def add(tx: sa.Connection, kind: str, mailbox: str, mail: int, now: datetime) -> int:
    statement = chores.insert().values(kind=kind, mailbox=mailbox, mail=mail, created_at=now, not_before=now)
    return inserted(tx.execute(statement))


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[Chore, ...]:
    rows = tx.execute(
        sa.select(chores)
        .where(chores.c.state == "open", chores.c.not_before <= now)
        .order_by(chores.c.not_before, chores.c.row)
        .limit(most)
    )
    return tuple(Chore(**row._asdict()) for row in rows)


def change(tx: sa.Connection, row: int, **values: Any) -> None:
    tx.execute(chores.update().where(chores.c.row == row).values(**values))


def next_due(tx: sa.Connection) -> datetime | None:
    earliest: datetime | None = tx.execute(
        sa.select(sa.func.min(chores.c.not_before)).where(chores.c.state == "open")
    ).scalar_one()
    return earliest
