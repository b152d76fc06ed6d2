"""How the plugins fare, written by the daemon for other processes to read, and the owner's wish to resume one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import EVENT_OPEN, HANDLING_PARKED, events, handlings, plugin_health

SUSPENDED = "suspended"
"""The remark at an event that waits for a plugin to be called again."""

_ASKED = sa.select(plugin_health.c.plugin).where(plugin_health.c.resume_asked.is_not(None))
_OF_PLUGIN = plugin_health.c.plugin == sa.bindparam("its_plugin")
_FIRST = insert(plugin_health)
_PUT = _FIRST.on_conflict_do_update(
    index_elements=["plugin"],
    set_={
        "suspended_since": _FIRST.excluded.suspended_since,
        "failures": _FIRST.excluded.failures,
        # A plugin that works again, or was loaded anew, still has an error that was its last.
        "last_error": sa.func.coalesce(_FIRST.excluded.last_error, plugin_health.c.last_error),
        "failed_at": sa.func.coalesce(_FIRST.excluded.failed_at, plugin_health.c.failed_at),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How one plugin fares. `failures` are those in a row, `failed_at` when the last one was noticed."""

    plugin: str
    suspended_since: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    failed_at: datetime | None = None
    resume_asked: datetime | None = None


def everything(tx: sa.Connection) -> Mapping[str, Health]:
    """Every plugin that has ever failed, by name."""
    return {row.plugin: Health(**row._asdict()) for row in tx.execute(sa.select(plugin_health))}


def put(tx: sa.Connection, health: Health) -> None:
    """Write how a plugin fares now; a wish of the owner's stays."""
    tx.execute(
        _PUT,
        {
            "plugin": health.plugin,
            "suspended_since": health.suspended_since,
            "failures": health.failures,
            "last_error": health.last_error,
            "failed_at": health.failed_at,
        },
    )


def ask_to_resume(tx: sa.Connection, plugin: str, now: datetime) -> bool:
    """Wish for a plugin to be called again; False where it is not suspended."""
    suspended = (_OF_PLUGIN, plugin_health.c.suspended_since.is_not(None))
    statement = plugin_health.update().where(*suspended).values(resume_asked=now)
    return tx.execute(statement, {"its_plugin": plugin}).rowcount > 0


def asked(tx: sa.Connection) -> tuple[str, ...]:
    """The plugins that the owner wants to be called again."""
    return tuple(tx.execute(_ASKED).scalars())


def resumed(tx: sa.Connection, plugin: str) -> None:
    """The wish is fulfilled, and what waited for a suspended plugin waits no longer."""
    tx.execute(plugin_health.update().where(_OF_PLUGIN).values(resume_asked=None), {"its_plugin": plugin})
    tx.execute(events.update().where(EVENT_OPEN, events.c.error == SUSPENDED).values(not_before=None))


def parked(tx: sa.Connection) -> Mapping[str, int]:
    """How many events each plugin gave up on."""
    number = sa.func.count().label("number")
    rows = tx.execute(sa.select(handlings.c.plugin, number).where(HANDLING_PARKED).group_by(handlings.c.plugin))
    return {row.plugin: row.number for row in rows}
