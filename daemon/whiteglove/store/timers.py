"""Moments that plugins asked for once; each becomes an event, and its row goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.actions import Json
from whiteglove.store.schema import MOST, NOW, timers

_PLUGIN = sa.bindparam("its_plugin", type_=sa.Text)
_KEY = sa.bindparam("its_key", type_=sa.Text)
_ONE = sa.and_(timers.c.plugin == _PLUGIN, timers.c.key == _KEY)

_FIRST_SET = insert(timers)
_SET = _FIRST_SET.on_conflict_do_update(
    index_elements=["plugin", "key"], set_={"due": _FIRST_SET.excluded.due, "value": _FIRST_SET.excluded.value}
)
_DROP = timers.delete().where(_ONE)
_DUE = sa.select(timers).where(timers.c.due <= NOW).order_by(timers.c.due, timers.c.plugin, timers.c.key).limit(MOST)
_OF_PLUGIN = (
    sa.select(timers.c.key, timers.c.due).where(timers.c.plugin == _PLUGIN).order_by(timers.c.due, timers.c.key)
)
_NEXT = sa.select(sa.func.min(timers.c.due))


@dataclass(frozen=True, slots=True)
class Timer:
    """What a plugin set, and the value it wants back."""

    plugin: str
    key: str
    due: datetime
    value: Json


def set_at(tx: sa.Connection, plugin: str, key: str, due: datetime, value: Json) -> None:
    """Set a timer, in place of the one with the same key."""
    tx.execute(_SET, {"plugin": plugin, "key": key, "due": due, "value": value})


def drop(tx: sa.Connection, plugin: str, key: str) -> None:
    tx.execute(_DROP, {"its_plugin": plugin, "its_key": key})


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[Timer, ...]:
    """The timers whose moment has come, the earliest first."""
    return tuple(Timer(**row._asdict()) for row in tx.execute(_DUE, {"now": now, "most": most}))


def of_plugin(tx: sa.Connection, plugin: str) -> Mapping[str, datetime]:
    """When each timer of a plugin is due, by its key."""
    return {row.key: row.due for row in tx.execute(_OF_PLUGIN, {"its_plugin": plugin})}


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next timer is due."""
    earliest: datetime | None = tx.execute(_NEXT).scalar_one()
    return earliest
