"""Everything that went to and fro with a client, machines' mail and our own too: what a paper trail is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from whiteglove.ledger import Audience, MailState
from whiteglove.message import Address, RecordedMessage
from whiteglove.store.messages import addresses, recorded
from whiteglove.store.outbox import OutboxRow, get
from whiteglove.store.schema import SINCE, messages, outbox

_SINCE = sa.select(messages).where(messages.c.received_at >= SINCE).order_by(messages.c.received_at, messages.c.row)
_OF_CLIENT = _SINCE.where(messages.c.client == sa.bindparam("its_client"))
_TO_OTHERS = _SINCE.where(
    messages.c.client != sa.bindparam("its_client"), messages.c.outbound, messages.c.duplicate_of.is_(None)
)
_COPIES = sa.select(messages).where(messages.c.duplicate_of == sa.bindparam("its_row")).order_by(messages.c.row)
_ACCEPTED = (
    sa.select(outbox.c.row)
    .where(
        outbox.c.client == sa.bindparam("its_client"),
        outbox.c.audience == Audience.CLIENT,
        outbox.c.state.in_((MailState.SENT, MailState.UNKNOWN)),
        outbox.c.rehearsed.is_(False),
        sa.func.coalesce(outbox.c.accepted_at, outbox.c.submitted_at) >= SINCE,
    )
    .order_by(outbox.c.row)
)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A message as it was recorded; `own` says that whiteglove wrote it. `copies` are the same mail in other places."""

    message: RecordedMessage
    own: bool
    copies: tuple[RecordedMessage, ...] = ()


def exchanged(tx: sa.Connection, client: str, since: datetime) -> tuple[Exchanged, ...]:
    """Every message from a client or to them since an instant, each once, in the order of arrival."""
    rows = tx.execute(_OF_CLIENT, {"its_client": client, "since": since}).all()
    present = {row.row for row in rows}
    # Of two that are the same, the first may lie before the instant or have been removed.
    first = [row for row in rows if row.duplicate_of is None or row.duplicate_of not in present]
    return tuple(
        Exchanged(recorded(row), row.own, tuple(recorded(copy) for copy in tx.execute(_COPIES, {"its_row": row.row})))
        for row in first
    )


def also_to(
    tx: sa.Connection, client: str, is_theirs: Callable[[Address], bool], since: datetime
) -> tuple[Exchanged, ...]:
    """What the owner wrote to another client in the first place, and to an address of this one's as well."""
    found = tx.execute(_TO_OTHERS, {"its_client": client, "since": since})
    return tuple(
        Exchanged(recorded(row), row.own)
        for row in found
        if any(map(is_theirs, (*addresses(row.to), *addresses(row.cc))))
    )


def accepted(tx: sa.Connection, client: str, since: datetime) -> tuple[OutboxRow, ...]:
    """Our own mail to a client that was accepted since an instant, or may have been, in the order of its planning."""
    rows = tx.execute(_ACCEPTED, {"its_client": client, "since": since}).scalars().all()
    return tuple(get(tx, row) for row in rows)
