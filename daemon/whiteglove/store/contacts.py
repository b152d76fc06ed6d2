"""When there was real contact with a client, by mail of a person's or by a call."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from whiteglove.store import notes
from whiteglove.store.schema import messages

_LAST = sa.select(sa.func.max(messages.c.received_at)).where(
    messages.c.client == sa.bindparam("its_client", type_=sa.Text),
    messages.c.human,
    messages.c.own.is_(False),
    messages.c.duplicate_of.is_(None),
)
_LAST_THAT_WAY = _LAST.where(messages.c.outbound == sa.bindparam("its_way", type_=sa.Boolean))


def last(tx: sa.Connection, client: str, outbound: bool | None = None) -> datetime | None:
    """The last contact: from the owner (`outbound`), from the client (False), or either way; None without any."""
    statement = _LAST if outbound is None else _LAST_THAT_WAY
    by_mail: datetime | None = tx.execute(statement, {"its_client": client, "its_way": outbound}).scalar_one()
    moments = [moment for moment in (by_mail, notes.last_call(tx, client, outbound)) if moment is not None]
    return max(moments, default=None)
