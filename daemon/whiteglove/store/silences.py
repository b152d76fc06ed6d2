"""Clients of whom nothing was heard for longer than usual, from the last contact on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.message import RecordedMessage
from whiteglove.store import notes
from whiteglove.store.schema import ROW, SILENCE_LASTS, SINCE, Instant, inserted, messages, silences

_MICROSECOND = timedelta(microseconds=1)
_ONE = sa.select(silences).where(silences.c.row == ROW)
_LASTING = sa.select(silences).where(SILENCE_LASTS).order_by(silences.c.since, silences.c.row)
_MOMENT = sa.bindparam("moment", type_=Instant)
_LASTING_AT = (
    sa.select(silences)
    .where(silences.c.noticed_at <= _MOMENT, sa.or_(SILENCE_LASTS, silences.c.ended_at > _MOMENT))
    .order_by(silences.c.since, silences.c.row)
)
_LASTING_OF = _LASTING.where(silences.c.client == sa.bindparam("its_client", type_=sa.Text)).limit(1)
_CONTACTS = sa.select(messages.c.received_at).where(
    messages.c.client == sa.bindparam("its_client", type_=sa.Text),
    messages.c.human,
    messages.c.own.is_(False),
    messages.c.duplicate_of.is_(None),
)
_CONTACTS_SINCE = _CONTACTS.where(messages.c.received_at >= SINCE)
# Of mail of the same second the one that was recorded first came first.
_LAST_BEFORE = (
    _CONTACTS.where(
        messages.c.received_at <= _MOMENT,
        sa.or_(messages.c.received_at < _MOMENT, messages.c.row < sa.bindparam("its_message", type_=sa.Integer)),
    )
    .order_by(messages.c.received_at.desc())
    .limit(1)
)
_ADD = silences.insert()
_NOTICED = sa.select(silences.c.row).where(
    silences.c.client == sa.bindparam("its_client", type_=sa.Text), silences.c.since == SINCE
)
_END = silences.update().where(silences.c.row == ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """`since` is the last contact before it, `usual` the gap that was to be expected at most."""

    row: int
    client: str
    since: datetime
    usual: timedelta
    noticed_at: datetime
    ended_at: datetime | None


def begin(tx: sa.Connection, client: str, since: datetime, usual: timedelta, now: datetime) -> int:
    """Record that a client has fallen silent; return the row. IntegrityError where this silence was recorded before."""
    values = {"client": client, "since": since, "usual": usual // _MICROSECOND, "noticed_at": now}
    return inserted(tx.execute(_ADD, values))


def end(tx: sa.Connection, row: int, at: datetime) -> None:
    tx.execute(_END, {"its_row": row, "ended_at": at})


def get(tx: sa.Connection, row: int) -> Silence:
    return _silence(tx.execute(_ONE, {"its_row": row}).one())


def lasting(tx: sa.Connection) -> tuple[Silence, ...]:
    """The silences that last, the longest first."""
    return tuple(_silence(row) for row in tx.execute(_LASTING))


def lasting_at(tx: sa.Connection, moment: datetime) -> tuple[Silence, ...]:
    """Those that lasted, and had been noticed, at an instant, the longest first."""
    return tuple(_silence(row) for row in tx.execute(_LASTING_AT, {"moment": moment}))


def lasting_of(tx: sa.Connection, client: str) -> Silence | None:
    """The silence of one client, where it lasts."""
    row = tx.execute(_LASTING_OF, {"its_client": client}).one_or_none()
    return _silence(row) if row else None


def was_noticed(tx: sa.Connection, client: str, since: datetime) -> bool:
    """Whether the silence after this contact was recorded before, ended or not."""
    return tx.execute(_NOTICED, {"its_client": client, "since": since}).first() is not None


def contacts(tx: sa.Connection, client: str, since: datetime) -> tuple[datetime, ...]:
    """When there was contact with a client since an instant, by mail of a person's or by a call, either way."""
    by_mail = tx.execute(_CONTACTS_SINCE, {"its_client": client, "since": since}).scalars()
    calls = (note.at for note in notes.of_client(tx, client, since) if note.call)
    return tuple(sorted([*by_mail, *calls]))


def last_before(tx: sa.Connection, message: RecordedMessage) -> datetime | None:
    """The last contact before this message of a client's; None where it is the first that is known of."""
    known = {"its_client": message.client, "moment": message.received_at, "its_message": message.row}
    by_mail: datetime | None = tx.execute(_LAST_BEFORE, known).scalar_one_or_none()
    call = notes.last_call(tx, message.client)
    moments = [moment for moment in (by_mail, call) if moment is not None and moment <= message.received_at]
    return max(moments, default=None)


def _silence(row: sa.Row[Any]) -> Silence:
    values = row._asdict()
    values["usual"] = values["usual"] * _MICROSECOND
    return Silence(**values)
