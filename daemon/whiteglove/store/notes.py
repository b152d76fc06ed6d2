"""What the owner noted about clients, calls among it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import ClientNote
from whiteglove.store.schema import ROW, SINCE, client_notes, inserted

_CLIENT = sa.bindparam("its_client", type_=sa.Text)
_ADD = client_notes.insert()
_GET = sa.select(client_notes).where(client_notes.c.row == ROW)
_OF_CLIENT = (
    sa.select(client_notes)
    .where(client_notes.c.client == _CLIENT, client_notes.c.at >= SINCE)
    .order_by(client_notes.c.at, client_notes.c.row)
)
_CALLS = (
    sa.select(client_notes)
    .where(client_notes.c.call, client_notes.c.at >= SINCE)
    .order_by(client_notes.c.at, client_notes.c.row)
)
_LAST_CALL = sa.select(sa.func.max(client_notes.c.at)).where(client_notes.c.client == _CLIENT, client_notes.c.call)
_LAST_CALL_THAT_WAY = _LAST_CALL.where(client_notes.c.outbound == sa.bindparam("its_way", type_=sa.Boolean))


def add(
    tx: sa.Connection,
    *,
    client: str,
    at: datetime,
    text: str,
    call: bool = False,
    outbound: bool = False,
    minutes: int | None = None,
) -> int:
    """Keep a note; return its row."""
    values = {"client": client, "at": at, "text": text, "call": call, "outbound": outbound, "minutes": minutes}
    return inserted(tx.execute(_ADD, values))


def of_client(tx: sa.Connection, client: str, since: datetime) -> tuple[ClientNote, ...]:
    """The notes about a client since an instant, the oldest first."""
    return tuple(_note(row) for row in tx.execute(_OF_CLIENT, {"its_client": client, "since": since}))


def calls(tx: sa.Connection, since: datetime) -> tuple[ClientNote, ...]:
    """The calls with any client since an instant, the oldest first."""
    return tuple(_note(row) for row in tx.execute(_CALLS, {"since": since}))


def find(tx: sa.Connection, row: int) -> ClientNote | None:
    """One note by its row; None where it was forgotten, or kept long enough."""
    found = tx.execute(_GET, {"its_row": row}).one_or_none()
    return _note(found) if found is not None else None


def last_call(tx: sa.Connection, client: str, outbound: bool | None = None) -> datetime | None:
    """When the last call was: one that the owner made (`outbound`), one from the client (False), or either."""
    statement = _LAST_CALL if outbound is None else _LAST_CALL_THAT_WAY
    found: datetime | None = tx.execute(statement, {"its_client": client, "its_way": outbound}).scalar_one()
    return found


def _note(row: sa.Row[Any]) -> ClientNote:
    return ClientNote(**row._asdict())
