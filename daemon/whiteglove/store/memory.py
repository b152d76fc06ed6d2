"""The plugins' own memory, and the moments of their schedules that were fired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.actions import Json
from whiteglove.store.schema import NOW, Instant, fired, memory

_PLUGIN = sa.bindparam("its_plugin", type_=sa.Text)
_KEY = sa.bindparam("its_key", type_=sa.Text)
_ALIVE = sa.or_(memory.c.until.is_(None), memory.c.until > NOW)

_GET = sa.select(memory.c.value).where(memory.c.plugin == _PLUGIN, memory.c.key == _KEY, _ALIVE)
_ITEMS = (
    sa.select(memory.c.key, memory.c.value)
    # LIKE would take "A" for "a".
    .where(
        memory.c.plugin == _PLUGIN, memory.c.key >= _KEY, sa.func.substr(memory.c.key, 1, sa.func.length(_KEY)) == _KEY
    )
    .where(_ALIVE)
    .order_by(memory.c.key)
)
_FIRST_PUT = insert(memory)
_PUT = _FIRST_PUT.on_conflict_do_update(
    index_elements=["plugin", "key"], set_={"value": _FIRST_PUT.excluded.value, "until": _FIRST_PUT.excluded.until}
)
_DROP = memory.delete().where(memory.c.plugin == _PLUGIN, memory.c.key == _KEY)


def get(tx: sa.Connection, plugin: str, key: str, now: datetime) -> Json:
    """The value under a key, or None; what has run out is not there any more."""
    value: Json = tx.execute(_GET, {"its_plugin": plugin, "its_key": key, "now": now}).scalar_one_or_none()
    return value


def items(tx: sa.Connection, plugin: str, prefix: str, now: datetime) -> Mapping[str, Json]:
    """Every key that starts with `prefix`, and its value, by key."""
    rows = tx.execute(_ITEMS, {"its_plugin": plugin, "its_key": prefix, "now": now})
    return {row.key: row.value for row in rows}


def put(tx: sa.Connection, plugin: str, key: str, value: Json, until: datetime | None) -> None:
    """Keep a value, in place of the one before; until an instant if one is given."""
    tx.execute(_PUT, {"plugin": plugin, "key": key, "value": value, "until": until})


def drop(tx: sa.Connection, plugin: str, key: str) -> None:
    tx.execute(_DROP, {"its_plugin": plugin, "its_key": key})


def drop_expired(tx: sa.Connection, now: datetime) -> int:
    """Remove what has run out, of every plugin; how many values that were."""
    return tx.execute(memory.delete().where(memory.c.until <= now)).rowcount


_LAST = sa.select(fired.c.due).where(fired.c.plugin == _PLUGIN, fired.c.name == sa.bindparam("its_name"))
_FIRST_FIRE = insert(fired)
_FIRE = _FIRST_FIRE.on_conflict_do_update(
    index_elements=["plugin", "name"],
    set_={"due": _FIRST_FIRE.excluded.due},
    where=sa.or_(_FIRST_FIRE.excluded.due > fired.c.due, fired.c.due > sa.bindparam("sound_until", type_=Instant)),
)


def fire(tx: sa.Connection, plugin: str, name: str, due: datetime, sound_until: datetime) -> bool:
    """Mark a moment of a schedule as fired; False where it, or a later one, was fired before. What was fired beyond
    `sound_until` was so by a clock that was wrong, and does not count."""
    values = {"plugin": plugin, "name": name, "due": due, "sound_until": sound_until}
    return tx.execute(_FIRE, values).rowcount == 1


def last_fired(tx: sa.Connection, plugin: str, name: str) -> datetime | None:
    """The latest moment of a schedule that was fired."""
    return tx.execute(_LAST, {"its_plugin": plugin, "its_name": name}).scalar_one_or_none()
