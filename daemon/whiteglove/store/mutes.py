"""Clients that the owner has silenced for a while from the command line."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import mutes

_UNTIL = sa.select(mutes.c.until).where(mutes.c.client == sa.bindparam("its_client"))


def put(tx: sa.Connection, client: str, until: datetime) -> None:
    """Nothing automatic goes to this client before `until`; a later word replaces an earlier one."""
    new = insert(mutes).values(client=client, until=until)
    tx.execute(new.on_conflict_do_update(index_elements=["client"], set_={"until": until}))


def drop(tx: sa.Connection, client: str) -> bool:
    """Let the client have answers again; whether they were silenced."""
    return tx.execute(mutes.delete().where(mutes.c.client == client)).rowcount > 0


def until(tx: sa.Connection, client: str) -> datetime | None:
    """Until when the client is silenced, which may be over; None where nobody said so."""
    found: datetime | None = tx.execute(_UNTIL, {"its_client": client}).scalar_one_or_none()
    return found
