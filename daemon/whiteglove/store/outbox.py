"""Mail decided, refused, waiting, handed over. The states and who may set them:

planned → claimed → submitting → sent | deferred | failed | unknown; planned or deferred → cancelled or withheld.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.ledger import Audience, Mail, MailState, PromiseKind, Told
from whiteglove.message import Address
from whiteglove.store.schema import (
    MAIL_ACCEPTED,
    MAIL_COUNTED,
    MAIL_NOT_SENT,
    MAIL_REFUSED,
    MAIL_WAITING,
    MOST,
    NOW,
    ROW,
    ROWS,
    SINCE,
    inserted,
    messages,
    outbox,
    told,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One row as the loops need it; `action` is the encoded action it came from, of a summary the summary itself.
    `settled_at` is when it came to its end: sent, or withheld, failed, called off, unknown. `refused_step` is the
    command of SMTP that was refused for good; None where nothing was, or nobody knows what."""

    row: int
    key: str
    audience: Audience
    state: MailState
    reason: str
    plugin: str
    event: int | None
    action: str
    template: str
    mailbox: str
    address: str
    client: str | None
    answers: int | None
    thread: int | None
    tells: PromiseKind | None
    due: datetime | None
    promise: int | None
    rehearsed: bool
    created_at: datetime
    not_before: datetime
    valid_until: datetime | None
    attempts: int
    message_id: str | None
    token: str | None
    short: bool
    raw: bytes | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    settled_at: datetime | None
    error: str | None
    refused_step: str | None = None

    def as_mail(self) -> Mail:
        """The mail as plugins see it."""
        return Mail(
            row=self.row,
            audience=self.audience,
            state=self.state,
            plugin=self.plugin,
            template=self.template,
            to=Address(self.address),
            reason=self.reason,
            message_id=self.message_id,
            client=self.client,
            answers=self.answers,
            thread=self.thread,
            promise=self.promise,
            due=self.due,
            rehearsed=self.rehearsed,
            accepted_at=self.accepted_at,
        )


RECIPIENT = "RCPT"
"""The step of SMTP at which a refusal is one of the address."""

_COLUMNS = tuple(outbox.c[field.name] for field in fields(OutboxRow))
_ADDRESSES = sa.bindparam("addresses", type_=sa.Text, expanding=True)
_TO_CLIENT = outbox.c.audience == Audience.CLIENT

_PLAN = insert(outbox).on_conflict_do_nothing(index_elements=["key"])
_DUE = (
    sa.select(*_COLUMNS)
    .where(MAIL_WAITING, outbox.c.not_before <= NOW)
    # "owner" comes before "colleague" and "client" where the alphabet is read backwards.
    .order_by(outbox.c.audience.desc(), outbox.c.not_before, outbox.c.row)
    .limit(MOST)
)
_GET = sa.select(*_COLUMNS).where(outbox.c.row == ROW)
_CHANGE = outbox.update().where(outbox.c.row.in_(ROWS))
_NEXT_DUE = sa.select(sa.func.min(outbox.c.not_before)).where(MAIL_WAITING)
_ANY_WAITING = sa.select(outbox.c.row).where(MAIL_WAITING, _TO_CLIENT).limit(1)
_BY_TOKEN = sa.select(*_COLUMNS).where(outbox.c.token == sa.bindparam("its_token")).order_by(outbox.c.row).limit(1)
_ANSWERING = sa.select(*_COLUMNS).where(outbox.c.answers == sa.bindparam("message"), _TO_CLIENT).order_by(outbox.c.row)
_PASSING_ON = (
    sa.select(*_COLUMNS)
    .where(outbox.c.answers == sa.bindparam("message"), outbox.c.audience == Audience.COLLEAGUE)
    .order_by(outbox.c.row)
)
_OF_EVENT = (
    sa.select(outbox.c.row)
    .where(outbox.c.event == sa.bindparam("its_event"), _TO_CLIENT, outbox.c.state != MailState.WITHHELD)
    .limit(1)
)
_COUNT = sa.select(sa.func.count()).where(MAIL_COUNTED, outbox.c.submitted_at >= SINCE)
_COUNT_TO_ADDRESSES = _COUNT.where(outbox.c.address.in_(_ADDRESSES))
_ENDING = sa.bindparam("ending", type_=sa.Text)
_COUNT_TO_DOMAIN = _COUNT.where(sa.func.substr(outbox.c.address, -sa.func.length(_ENDING)) == _ENDING)
_REFUSED = (
    sa.select(outbox.c.row)
    .where(
        MAIL_REFUSED,
        outbox.c.address == sa.bindparam("its_address"),
        # Without a step it came back, or was refused before steps were written down.
        sa.or_(outbox.c.refused_step.is_(None), outbox.c.refused_step == RECIPIENT),
    )
    .limit(1)
)
_LAST_ACCEPTED_BY = sa.select(sa.func.max(outbox.c.accepted_at)).where(outbox.c.mailbox == sa.bindparam("its_mailbox"))
_DEFERRED = (
    sa.select(outbox.c.mailbox, outbox.c.error)
    .where(MAIL_WAITING, outbox.c.state == MailState.DEFERRED, outbox.c.error.is_not(None))
    .order_by(outbox.c.row)
)


def _from(row: sa.Row[Any]) -> OutboxRow:
    values = row._asdict()
    values["audience"] = Audience(values["audience"])
    values["state"] = MailState(values["state"])
    values["tells"] = PromiseKind(values["tells"]) if values["tells"] else None
    return OutboxRow(**values)


def plan(tx: sa.Connection, **values: Any) -> int | None:
    """Put a mail into the outbox; None where the same mail (by `key`) stands there already."""
    result = tx.execute(_PLAN, values)
    return inserted(result) if result.rowcount else None


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[OutboxRow, ...]:
    """The mails whose time has come, the owner's first: a notice must not wait behind a backlog."""
    return tuple(_from(row) for row in tx.execute(_DUE, {"now": now, "most": most}))


def free_claims(tx: sa.Connection) -> None:
    """What was claimed by a process that is gone is planned again: nothing was sent from there."""
    tx.execute(outbox.update().where(outbox.c.state == MailState.CLAIMED).values(state=MailState.PLANNED))


def in_state(tx: sa.Connection, *states: MailState) -> tuple[OutboxRow, ...]:
    """Every mail in one of these states, in the order in which they were decided."""
    rows = tx.execute(sa.select(*_COLUMNS).where(outbox.c.state.in_(states)).order_by(outbox.c.row))
    return tuple(_from(row) for row in rows)


def not_sent(tx: sa.Connection, since: datetime, until: datetime, most: int | None = None) -> tuple[OutboxRow, ...]:
    """What was withheld, refused for good, or may or may not have gone out, between two instants: what failed first."""
    settled = outbox.c.settled_at
    found = tx.execute(
        sa.select(*_COLUMNS)
        .where(MAIL_NOT_SENT, settled >= since, settled < until)
        .order_by(outbox.c.state == MailState.WITHHELD, settled, outbox.c.row)
        .limit(most)
    )
    return tuple(_from(row) for row in found)


def not_sent_because(tx: sa.Connection, since: datetime, until: datetime) -> Mapping[tuple[MailState, str], int]:
    """How many of them there were, by state and reason, the most frequent first."""
    settled, number = outbox.c.settled_at, sa.func.count()
    found = tx.execute(
        sa.select(outbox.c.state, outbox.c.reason, number)
        .where(MAIL_NOT_SENT, settled >= since, settled < until)
        .group_by(outbox.c.state, outbox.c.reason)
        .order_by(number.desc(), outbox.c.state, outbox.c.reason)
    )
    return {(MailState(state), reason): count for state, reason, count in found}


def count_accepted(tx: sa.Connection, since: datetime, until: datetime) -> int:
    """How many mails, the owner's too, servers accepted between two instants."""
    accepted = outbox.c.accepted_at
    return tx.execute(sa.select(sa.func.count()).where(MAIL_ACCEPTED, accepted >= since, accepted < until)).scalar_one()


def last_accepted_by(tx: sa.Connection, mailbox: str) -> datetime | None:
    """When the server of this mailbox last accepted a mail, the owner's too."""
    latest: datetime | None = tx.execute(_LAST_ACCEPTED_BY, {"its_mailbox": mailbox}).scalar_one()
    return latest


def deferred_because(tx: sa.Connection) -> Mapping[str, str]:
    """What the server of a mailbox said, or did not say, to the mail that waits for it; by mailbox, those where none
    was turned away left out."""
    return {row.mailbox: row.error for row in tx.execute(_DEFERRED)}


def first_created(tx: sa.Connection) -> datetime | None:
    """When the first mail on record was decided."""
    earliest: datetime | None = tx.execute(sa.select(sa.func.min(outbox.c.created_at))).scalar_one()
    return earliest


def last_accepted(tx: sa.Connection, template: str, before: datetime) -> OutboxRow | None:
    """The latest mail to the owner of this template that was accepted, of those decided before an instant: a clock that
    was wrong once has decided some in the future."""
    to_owner = sa.and_(
        outbox.c.audience == Audience.OWNER, outbox.c.template == template, outbox.c.created_at <= before
    )
    found = tx.execute(
        sa.select(*_COLUMNS).where(to_owner, outbox.c.state == MailState.SENT).order_by(outbox.c.row.desc()).limit(1)
    ).one_or_none()
    return _from(found) if found is not None else None


def get(tx: sa.Connection, row: int) -> OutboxRow:
    return _from(tx.execute(_GET, {"its_row": row}).one())


def find(tx: sa.Connection, row: int) -> OutboxRow | None:
    """The mail of this number, if there is one."""
    found = tx.execute(_GET, {"its_row": row}).one_or_none()
    return _from(found) if found is not None else None


def change(tx: sa.Connection, rows: Collection[int], **values: Any) -> None:
    """Set some values of these mails."""
    tx.execute(_CHANGE, {"its_rows": list(rows), **values})


def drop_bytes(tx: sa.Connection, row: OutboxRow) -> None:
    """Keep only the hash of a mail's bytes: they lie in Sent now, or nowhere on purpose."""
    if row.raw is not None:
        change(tx, [row.row], raw=None, raw_hash=hashlib.sha256(row.raw).digest())


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next waiting mail may go."""
    earliest: datetime | None = tx.execute(_NEXT_DUE).scalar_one()
    return earliest


def any_waiting(tx: sa.Connection) -> bool:
    """Whether any mail to a client waits to be sent."""
    return tx.execute(_ANY_WAITING).first() is not None


def by_token(tx: sa.Connection, token: str) -> OutboxRow | None:
    """The mail of ours with this token, which stands in its Message-ID and in its own header."""
    found = tx.execute(_BY_TOKEN, {"its_token": token}).one_or_none()
    return _from(found) if found else None


def answering(tx: sa.Connection, message: int) -> tuple[OutboxRow, ...]:
    """Every mail to a client that was decided about a message, sent or not."""
    return tuple(_from(row) for row in tx.execute(_ANSWERING, {"message": message}))


def passing_on(tx: sa.Connection, message: int) -> tuple[OutboxRow, ...]:
    """Every mail that was decided to hand a message over to a teammate, sent or not."""
    return tuple(_from(row) for row in tx.execute(_PASSING_ON, {"message": message}))


def client_mail_of_event(tx: sa.Connection, event: int) -> bool:
    """Whether an event already led to a mail to a client that is not withheld."""
    return tx.execute(_OF_EVENT, {"its_event": event}).first() is not None


def count_to_addresses(tx: sa.Connection, addresses: Collection[str], since: datetime) -> int:
    """Automatic mails to these (folded) addresses handed over since an instant, rehearsed ones included."""
    return tx.execute(_COUNT_TO_ADDRESSES, {"addresses": list(addresses), "since": since}).scalar_one()


def count_to_domain(tx: sa.Connection, domain: str, since: datetime) -> int:
    """The same to all addresses at a (folded) domain, its subdomains not included."""
    return tx.execute(_COUNT_TO_DOMAIN, {"ending": f"@{domain}", "since": since}).scalar_one()


def count_all(tx: sa.Connection, since: datetime) -> int:
    """The same to everybody."""
    return tx.execute(_COUNT, {"since": since}).scalar_one()


def failed_for(tx: sa.Connection, address: str) -> bool:
    """Whether this (folded) address was refused for good, or a mail to it came back, so that no further automatic one
    goes there. A refusal of the mail itself, or of its sender, says nothing of the address."""
    return tx.execute(_REFUSED, {"its_address": address}).first() is not None


_TELL = told.insert().values(
    # Threads may have become one since the mail was decided; the message that it answers knows.
    thread=sa.func.coalesce(
        sa.select(messages.c.thread).where(messages.c.row == sa.bindparam("answers")).scalar_subquery(),
        sa.bindparam("its_thread"),
        0,
    )
)
_TOLD_TIMES = (
    sa.select(told)
    .where(
        told.c.client == sa.bindparam("its_client"),
        told.c.kind == sa.bindparam("its_kind"),
        told.c.due == sa.bindparam("its_due"),
        told.c.address.in_(_ADDRESSES),
    )
    .order_by(told.c.row)
)
_TOLD_OF_PROMISE = (
    sa.select(told)
    .where(told.c.promise == sa.bindparam("its_promise"), told.c.address == sa.bindparam("its_address"))
    .order_by(told.c.row)
)


def tell(tx: sa.Connection, row: OutboxRow, *, promise: int | None, at: datetime) -> None:
    """Record that an address was, or may have been, told a time in a thread."""
    assert row.client is not None
    assert row.tells is not None
    tx.execute(
        _TELL,
        {
            "client": row.client,
            "kind": row.tells,
            "due": row.due,
            "promise": promise,
            "address": row.address,
            "answers": row.answers,
            "its_thread": row.thread,
            "mail": row.row,
            "at": at,
            "short": row.short,
            "rehearsed": row.rehearsed,
        },
    )


def told_times(
    tx: sa.Connection, client: str, kind: PromiseKind, due: datetime, addresses: Collection[str], *, rehearsed: bool
) -> tuple[Told, ...]:
    """When and in which threads these (folded) addresses were told this time, the latest last; with `rehearsed`,
    rehearsals too."""
    known = {"its_client": client, "its_kind": kind, "its_due": due, "addresses": list(addresses)}
    return tuple(_told(row) for row in tx.execute(_TOLD_TIMES, known) if rehearsed or not row.rehearsed)


def told_of_promise(tx: sa.Connection, promise: int, address: str) -> tuple[Told, ...]:
    """When and in which threads a (folded) address was told a promise, the latest last."""
    return tuple(_told(row) for row in tx.execute(_TOLD_OF_PROMISE, {"its_promise": promise, "its_address": address}))


def _told(row: sa.Row[Any]) -> Told:
    return Told(promise=row.promise or 0, address=row.address, thread=row.thread, at=row.at, rehearsed=row.rehearsed)


def counts(tx: sa.Connection) -> Mapping[str, int]:
    """How many mails are in each state; states that none is in are left out."""
    rows = tx.execute(sa.select(outbox.c.state, sa.func.count().label("number")).group_by(outbox.c.state))
    return {row.state: row.number for row in rows}
