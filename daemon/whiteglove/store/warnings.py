"""What the owner is to be told: from a plugin's `Warn`, or from the core, until it stands in an accepted mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.store.schema import inserted, warnings

WAITING, PLANNED, TOLD = "waiting", "planned", "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRow:
    row: int
    plugin: str
    key: str
    text: str
    urgency: str
    reason: str
    client: str | None
    times: int
    raised_at: datetime
    due: datetime | None
    state: str
    mail: int | None


def add(
    tx: sa.Connection,
    *,
    plugin: str,
    key: str,
    text: str,
    urgency: str,
    reason: str,
    client: str | None,
    at: datetime,
    due: datetime | None,
    once: timedelta | None,
) -> int | None:
    """Record a warning; None where the same key waits already or was told within `once`: it is counted there."""
    same = [warnings.c.plugin == plugin, warnings.c.key == key]
    open_or_recent = warnings.c.state == WAITING
    if once is not None:
        open_or_recent = sa.or_(open_or_recent, warnings.c.raised_at >= at - once)
    found = tx.execute(
        sa.select(warnings.c.row).where(*same, open_or_recent).order_by(warnings.c.row.desc()).limit(1)
    ).scalar_one_or_none()
    if found is not None:
        tx.execute(warnings.update().where(warnings.c.row == found).values(times=warnings.c.times + 1))
        return None
    return inserted(
        tx.execute(
            warnings.insert().values(
                plugin=plugin,
                key=key,
                text=text,
                urgency=urgency,
                reason=reason,
                client=client,
                raised_at=at,
                due=due,
                state=WAITING,
            )
        )
    )


def due(tx: sa.Connection, now: datetime) -> tuple[WarningRow, ...]:
    """Warnings that wait and whose time has come, oldest first; those for the daily summary have no due time."""
    rows = tx.execute(
        sa.select(warnings).where(warnings.c.state == WAITING, warnings.c.due <= now).order_by(warnings.c.row)
    )
    return tuple(_from(row) for row in rows)


def get(tx: sa.Connection, row: int) -> WarningRow:
    return _from(tx.execute(sa.select(warnings).where(warnings.c.row == row)).one())


def of_mail(tx: sa.Connection, mail: int) -> tuple[WarningRow, ...]:
    rows = tx.execute(sa.select(warnings).where(warnings.c.mail == mail).order_by(warnings.c.row))
    return tuple(_from(row) for row in rows)


def put_into(tx: sa.Connection, rows: Collection[int], mail: int) -> None:
    tx.execute(warnings.update().where(warnings.c.row.in_(rows)).values(state=PLANNED, mail=mail))


def told(tx: sa.Connection, mail: int) -> None:
    tx.execute(warnings.update().where(warnings.c.mail == mail).values(state=TOLD))


def wait_again(tx: sa.Connection, mail: int, due_at: datetime) -> None:
    """The mail was refused for good: its warnings wait for the next one."""
    tx.execute(warnings.update().where(warnings.c.mail == mail).values(state=WAITING, mail=None, due=due_at))


def _from(row: sa.Row[Any]) -> WarningRow:
    return WarningRow(**row._asdict())
