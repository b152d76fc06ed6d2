"""The plugins' own memory, and the moments of their schedules that were fired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.actions import Json
from whiteglove.store.schema import fired, memory


def _alive(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(memory.c.until.is_(None), memory.c.until > now)


def get(tx: sa.Connection, plugin: str, key: str, now: datetime) -> Json:
    """The value under a key, or None; what has run out is not there any more."""
    value: Json = tx.execute(
        sa.select(memory.c.value).where(memory.c.plugin == plugin, memory.c.key == key, _alive(now))
    ).scalar_one_or_none()
    return value


def items(tx: sa.Connection, plugin: str, prefix: str, now: datetime) -> Mapping[str, Json]:
    rows = tx.execute(
        sa.select(memory.c.key, memory.c.value)
        .where(memory.c.plugin == plugin, memory.c.key.startswith(prefix, autoescape=True), _alive(now))
        .order_by(memory.c.key)
    )
    return {row.key: row.value for row in rows}


def put(tx: sa.Connection, plugin: str, key: str, value: Json, until: datetime | None) -> None:
    statement = insert(memory).values(plugin=plugin, key=key, value=value, until=until)
    tx.execute(statement.on_conflict_do_update(index_elements=["plugin", "key"], set_={"value": value, "until": until}))


def drop(tx: sa.Connection, plugin: str, key: str) -> None:
    tx.execute(memory.delete().where(memory.c.plugin == plugin, memory.c.key == key))


def drop_expired(tx: sa.Connection, now: datetime) -> None:
    tx.execute(memory.delete().where(memory.c.until <= now))


def fire(tx: sa.Connection, plugin: str, name: str, due: datetime) -> bool:
    """Mark a moment of a schedule as fired; False where it was fired before."""
    result = tx.execute(insert(fired).values(plugin=plugin, name=name, due=due).on_conflict_do_nothing())
    return bool(result.rowcount)


def last_fired(tx: sa.Connection, plugin: str, name: str) -> datetime | None:
    latest: datetime | None = tx.execute(
        sa.select(sa.func.max(fired.c.due)).where(fired.c.plugin == plugin, fired.c.name == name)
    ).scalar_one()
    return latest
