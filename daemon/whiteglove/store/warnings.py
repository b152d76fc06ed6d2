"""What the owner is to be told: from a plugin's `Warn`, or from the core, until it stands in an accepted mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.store.schema import NOW, ROW, ROWS, SINCE, WARNING_WAITING, inserted, outbox, warnings

WAITING, PLANNED, TOLD = "waiting", "planned", "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRow:
    """One warning; `times` counts how often it was raised until it was told, `due` is None for the daily summary and
    `mail` the row of the outbox mail that tells it."""

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


_MAIL = sa.bindparam("its_mail", type_=sa.Integer)
_OF_KEY = (
    sa.select(warnings.c.row, warnings.c.due)
    .where(warnings.c.plugin == sa.bindparam("its_plugin"), warnings.c.key == sa.bindparam("its_key"))
    .order_by(warnings.c.row.desc())
    .limit(1)
)
_WAITING_OF_KEY = _OF_KEY.where(WARNING_WAITING)
_RECENT_OF_KEY = _OF_KEY.where(
    sa.or_(
        warnings.c.raised_at >= SINCE,
        sa.exists().where(outbox.c.row == warnings.c.mail, outbox.c.accepted_at >= SINCE),
    )
)
_ADD = warnings.insert()
_GET = sa.select(warnings).where(warnings.c.row == ROW)
_COUNT = warnings.update().where(warnings.c.row == ROW).values(times=warnings.c.times + 1)
_DUE = sa.select(warnings).where(WARNING_WAITING, warnings.c.due <= NOW).order_by(warnings.c.row)
_FOR_SUMMARY = sa.select(warnings).where(WARNING_WAITING, warnings.c.due.is_(None)).order_by(warnings.c.row)
_OF_MAIL = sa.select(warnings).where(warnings.c.mail == _MAIL).order_by(warnings.c.row)
_CHANGE_OF_MAIL = warnings.update().where(warnings.c.mail == _MAIL)


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
    """Record a warning and return its row; None where it is counted in another one of the same key.

    That is one that waits still, which then says the newer text and goes at the earlier time of the two; or, with
    `once`, one that was raised or told within that time.
    """
    same = {"its_plugin": plugin, "its_key": key}
    waiting = tx.execute(_WAITING_OF_KEY, same).one_or_none()
    if waiting is not None:
        values: dict[str, Any] = {"text": text, "reason": reason}
        if due is not None and (waiting.due is None or due < waiting.due):
            values |= {"due": due, "urgency": urgency}
        tx.execute(_COUNT, {"its_row": waiting.row, **values})
        return None
    recent = tx.execute(_RECENT_OF_KEY, {**same, "since": at - once}).one_or_none() if once is not None else None
    if recent is not None:
        tx.execute(_COUNT, {"its_row": recent.row})
        return None
    values = {
        "plugin": plugin,
        "key": key,
        "text": text,
        "urgency": urgency,
        "reason": reason,
        "client": client,
        "raised_at": at,
        "due": due,
        "state": WAITING,
    }
    return inserted(tx.execute(_ADD, values))


def due(tx: sa.Connection, now: datetime) -> tuple[WarningRow, ...]:
    """Warnings that wait and whose time has come, oldest first; those for the daily summary have no due time."""
    return tuple(_from(row) for row in tx.execute(_DUE, {"now": now}))


def for_summary(tx: sa.Connection) -> tuple[WarningRow, ...]:
    """Warnings that wait for the daily summary, oldest first."""
    return tuple(_from(row) for row in tx.execute(_FOR_SUMMARY))


def get(tx: sa.Connection, row: int) -> WarningRow:
    return _from(tx.execute(_GET, {"its_row": row}).one())


def of_mail(tx: sa.Connection, mail: int) -> tuple[WarningRow, ...]:
    """The warnings that stand in one mail, oldest first."""
    return tuple(_from(row) for row in tx.execute(_OF_MAIL, {"its_mail": mail}))


def put_into(tx: sa.Connection, rows: Collection[int], mail: int) -> None:
    """These warnings are told by this mail."""
    tx.execute(
        warnings.update().where(warnings.c.row.in_(ROWS)), {"its_rows": list(rows), "state": PLANNED, "mail": mail}
    )


def told(tx: sa.Connection, mail: int) -> None:
    """The mail was accepted."""
    tx.execute(_CHANGE_OF_MAIL, {"its_mail": mail, "state": TOLD})


def wait_again(tx: sa.Connection, mail: int, due_at: datetime) -> None:
    """The mail was refused for good: its warnings wait for the next one."""
    tx.execute(_CHANGE_OF_MAIL, {"its_mail": mail, "state": WAITING, "mail": None, "due": due_at})


def _from(row: sa.Row[Any]) -> WarningRow:
    return WarningRow(**row._asdict())
