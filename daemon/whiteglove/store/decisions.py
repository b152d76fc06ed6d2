"""The owner's word about single mails and events: this one goes now, that one never, try this again.

Each function changes one row in the caller's transaction, and nothing where the row is in no state for it: a mail that
is being handed over, or was, belongs to the outbox alone.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Audience, MailState
from whiteglove.store import events, outbox
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.schema import EVENT_PARKED, HANDLING_PARKED, MAIL_REFUSED, ROW, handlings
from whiteglove.store.schema import events as events_table
from whiteglove.store.schema import outbox as outbox_table

BY_OWNER = "by_owner"
"""Why a mail was called off, or one of unknown fate is settled: the owner said so."""
HELD = "held: "
"""How the remark of a mail begins that a plugin holds back."""
WAITING = frozenset({MailState.PLANNED, MailState.CLAIMED, MailState.DEFERRED})


class Released(StrEnum):
    """What became of a mail that was let go."""

    GOES = "goes"
    TRIED_AGAIN = "tried_again"
    ADDRESS_SOUND = "address_sound"


_PARDON = (
    outbox_table.update()
    .where(MAIL_REFUSED, outbox_table.c.address == sa.bindparam("its_address"))
    .values(state=MailState.CANCELLED, reason=BY_OWNER)
)
_PARKED = (
    sa.select(events_table.c.row)
    .where(sa.or_(EVENT_PARKED, events_table.c.row.in_(sa.select(handlings.c.event).where(HANDLING_PARKED))))
    .order_by(events_table.c.row)
)
_EVENT = sa.select(events_table).where(events_table.c.row == ROW)
_CHANGE_EVENT = events_table.update().where(events_table.c.row == ROW)
_PARKED_HANDLINGS = sa.and_(handlings.c.event == sa.bindparam("its_event", type_=sa.Integer), HANDLING_PARKED)


def held_for(row: OutboxRow) -> str | None:
    """Why a plugin holds this mail back; None for one that is not held."""
    if row.state is not MailState.PLANNED or not (row.error or "").startswith(HELD):
        return None
    return (row.error or "").removeprefix(HELD)


def is_settled(row: OutboxRow) -> bool:
    """Whether the owner has settled a mail of unknown fate."""
    return row.state is MailState.UNKNOWN and row.reason == BY_OWNER


def release(tx: sa.Connection, row: OutboxRow, now: datetime) -> Released | None:
    """Let a mail go now, whatever it waited for; the guard looks at it all the same. None where there is nothing to
    release.

    The address of a mail that was refused for good, or came back, counts as sound again. What was refused is tried once
    more: nobody has it, so that it cannot arrive twice. What came back was accepted before, and stays what it is.
    """
    if row.state in WAITING:
        outbox.change(tx, [row.row], not_before=now, error=None)
        return Released.GOES
    if row.state is not MailState.FAILED or row.audience is not Audience.CLIENT:
        return None
    tx.execute(_PARDON, {"its_address": row.address})
    if row.accepted_at is not None:
        return Released.ADDRESS_SOUND
    again = {"state": MailState.PLANNED, "reason": row.reason, "not_before": now, "attempts": 0}
    outbox.change(tx, [row.row], **again, settled_at=None, error=None)
    return Released.TRIED_AGAIN


def call_off(tx: sa.Connection, row: OutboxRow, now: datetime) -> bool:
    """Call off a mail to a client or a teammate that waits, or settle one of unknown fate: it stays told and counted,
    since the client may have it, and its bytes go. False where neither is possible."""
    if row.audience is Audience.OWNER:
        return False
    if row.state in WAITING:
        outbox.change(tx, [row.row], state=MailState.CANCELLED, reason=BY_OWNER, settled_at=now, raw=None)
        return True
    if row.state is not MailState.UNKNOWN or is_settled(row):
        return False
    outbox.change(tx, [row.row], reason=BY_OWNER)
    outbox.drop_bytes(tx, row)
    return True


def parked(tx: sa.Connection) -> tuple[sa.Row[Any], ...]:
    """The raw rows of events that wait for a person, as a whole or for one plugin's part, the oldest first."""
    found = (event(tx, number) for number in tx.execute(_PARKED).scalars().all())
    return tuple(row for row in found if row is not None)


def event(tx: sa.Connection, number: int) -> sa.Row[Any] | None:
    """The raw row of one event, if there is one of this number."""
    return tx.execute(_EVENT, {"its_row": number}).one_or_none()


def parked_parts(tx: sa.Connection, number: int) -> tuple[str, ...]:
    """The plugins that gave up on this event."""
    return tuple(tx.execute(sa.select(handlings.c.plugin).where(_PARKED_HANDLINGS), {"its_event": number}).scalars())


def is_at_hand(row: sa.Row[Any], now: datetime) -> bool:
    """Whether the desk may be handling this event at this moment: what it decides would overwrite ours."""
    return bool(row.state == events.OPEN and (row.not_before is None or row.not_before <= now))


def try_again(tx: sa.Connection, row: sa.Row[Any]) -> bool:
    """Open a parked event once more, with attempts of its own; of one parked for some plugins only, their part.
    False where nothing of it is parked."""
    parts = tx.execute(handlings.delete().where(_PARKED_HANDLINGS), {"its_event": row.row}).rowcount
    if row.state != events.PARKED and not parts:
        return False
    changes = {"state": events.OPEN, "attempts": 0, "not_before": None, "error": None}
    tx.execute(_CHANGE_EVENT, {"its_row": row.row, **changes})
    return True


def drop(tx: sa.Connection, row: sa.Row[Any]) -> bool:
    """Let a parked event, or the parked parts of one, be as they are for good. What went wrong stays on record. False
    where nothing of it is parked."""
    done = handlings.update().where(_PARKED_HANDLINGS).values(state=events.DONE, reason=BY_OWNER)
    parts = tx.execute(done, {"its_event": row.row}).rowcount
    if row.state == events.PARKED:
        tx.execute(_CHANGE_EVENT, {"its_row": row.row, "state": events.DONE, "not_before": None})
        return True
    return parts > 0
