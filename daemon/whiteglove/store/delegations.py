"""Clients' messages that were passed to teammates, and the answers owed with them: who has what until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Delegation, DelegationState, MailState
from whiteglove.store.schema import HANDED_OVER, ROW, SINCE, Instant, delegations, inserted, outbox

_COLUMNS = tuple(delegations.c[field.name] for field in fields(Delegation))
_CLIENT = sa.bindparam("its_client", type_=sa.Text)
_OBLIGATION = sa.bindparam("its_obligation", type_=sa.Integer)
_MAIL = sa.bindparam("its_mail", type_=sa.Integer)

_ADD = delegations.insert()
_ALL = sa.select(*_COLUMNS).order_by(delegations.c.handed_at, delegations.c.row)
_ONE = sa.select(*_COLUMNS).where(delegations.c.row == ROW)
_OPEN = _ALL.where(HANDED_OVER)
_OPEN_OF = _OPEN.where(delegations.c.client == _CLIENT)
_SINCE = _ALL.where(sa.or_(HANDED_OVER, delegations.c.settled_at >= SINCE))
_SINCE_OF = _SINCE.where(delegations.c.client == _CLIENT)
_OF_OBLIGATION = _ALL.where(delegations.c.obligation == _OBLIGATION)
_OF_MAIL = sa.select(*_COLUMNS).where(delegations.c.mail == _MAIL)
_MAIL_OF = sa.select(delegations.c.mail).where(delegations.c.row == ROW)
_IN_THREADS = _ALL.where(
    delegations.c.thread.in_(sa.bindparam("threads", type_=sa.Integer, expanding=True)),
    delegations.c.obligation.is_not(None),
)
# The teammate will not get it any more: it was refused, withheld, called off, came back, or was only a rehearsal.
_NEVER_REACHED = sa.exists().where(
    outbox.c.row == delegations.c.mail,
    sa.or_(
        outbox.c.state.in_((MailState.FAILED, MailState.WITHHELD, MailState.CANCELLED)),
        sa.and_(outbox.c.state == MailState.SENT, outbox.c.rehearsed),
    ),
)
_LAPSED = _OPEN.where(sa.or_(delegations.c.due <= sa.bindparam("until", type_=Instant), _NEVER_REACHED))
_SETTLE = delegations.update().where(HANDED_OVER, delegations.c.row == ROW)
_SETTLE_OBLIGATION = delegations.update().where(HANDED_OVER, delegations.c.obligation == _OBLIGATION)
_OWES_NOTHING = delegations.update().where(HANDED_OVER, delegations.c.mail == _MAIL, delegations.c.obligation.is_(None))


def _from(row: sa.Row[Any]) -> Delegation:
    values = row._asdict()
    values["state"] = DelegationState(values["state"])
    return Delegation(**values)


def hand_over(
    tx: sa.Connection,
    *,
    client: str,
    message: int,
    thread: int,
    obligation: int | None,
    plugin: str,
    address: str,
    mail: int,
    at: datetime,
    due: datetime | None,
) -> int:
    """Record that a message is passed to a (folded) address by a mail of the outbox; once for each of both."""
    values = {
        "client": client,
        "message": message,
        "thread": thread,
        "obligation": obligation,
        "plugin": plugin,
        "address": address,
        "mail": mail,
        "state": DelegationState.HANDED_OVER,
        "handed_at": at,
        "due": due,
    }
    return inserted(tx.execute(_ADD, values))


def get(tx: sa.Connection, row: int) -> Delegation:
    return _from(tx.execute(_ONE, {"its_row": row}).one())


def of_mail(tx: sa.Connection, mail: int) -> Delegation | None:
    """What this mail of the outbox hands over; None for a rehearsal, which hands over nothing."""
    found = tx.execute(_OF_MAIL, {"its_mail": mail}).one_or_none()
    return _from(found) if found is not None else None


def mail_of(tx: sa.Connection, row: int) -> int | None:
    """The row of the mail that hands it over."""
    found: int | None = tx.execute(_MAIL_OF, {"its_row": row}).scalar_one()
    return found


def known(tx: sa.Connection, client: str | None = None, since: datetime | None = None) -> tuple[Delegation, ...]:
    """What teammates have, the oldest first; with `since` also what was done or came back from that instant on."""
    of_all, of_client = (_OPEN, _OPEN_OF) if since is None else (_SINCE, _SINCE_OF)
    statement = of_all if client is None else of_client
    return tuple(_from(row) for row in tx.execute(statement, {"its_client": client, "since": since}))


def of_obligation(tx: sa.Connection, obligation: int) -> tuple[Delegation, ...]:
    """Every time that the messages of this obligation were handed over, the oldest first."""
    return tuple(_from(row) for row in tx.execute(_OF_OBLIGATION, {"its_obligation": obligation}))


def in_threads(tx: sa.Connection, threads: Sequence[int]) -> tuple[Delegation, ...]:
    """What was handed over in these threads together with an answer that is or was owed, the oldest first."""
    return tuple(_from(row) for row in tx.execute(_IN_THREADS, {"threads": list(threads)})) if threads else ()


def lapsed(tx: sa.Connection, until: datetime | None) -> tuple[Delegation, ...]:
    """What a teammate still has and will not do: its time was over by this instant (None: that is not known), or the
    mail that hands it over comes to nothing."""
    return tuple(_from(row) for row in tx.execute(_LAPSED, {"until": until}))


def settle(tx: sa.Connection, row: int, state: DelegationState, at: datetime) -> None:
    """It is done, or the owner's again; nothing where that is settled."""
    tx.execute(_SETTLE, {"its_row": row, "state": state, "settled_at": at})


def answered(tx: sa.Connection, obligation: int, at: datetime) -> None:
    """The client has the answer, whoever gave it."""
    values = {"state": DelegationState.DONE, "settled_at": at}
    tx.execute(_SETTLE_OBLIGATION, {"its_obligation": obligation, **values})


def arrived(tx: sa.Connection, mail: int, at: datetime) -> None:
    """The mail was accepted: where no answer is owed with the message, that is all there was to do."""
    tx.execute(_OWES_NOTHING, {"its_mail": mail, "state": DelegationState.DONE, "settled_at": at})
