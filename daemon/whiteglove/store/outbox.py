"""Mail decided, refused, waiting, handed over. The states and who may set them:

planned → claimed → submitting → sent | deferred | failed | unknown; planned or deferred → cancelled or withheld.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.ledger import Audience, Mail, MailState, PromiseKind, Told
from whiteglove.message import Address
from whiteglove.store.schema import inserted, outbox, told

_WAITING = (MailState.PLANNED, MailState.DEFERRED)
_COUNTED = (MailState.SUBMITTING, MailState.SENT, MailState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One row as the loops need it; `action` is the encoded action it came from."""

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
    error: str | None

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


_COLUMNS = tuple(column for column in outbox.c if column.name != "raw_hash")


def _from(row: sa.Row[Any]) -> OutboxRow:
    values = row._asdict()
    values["audience"] = Audience(values["audience"])
    values["state"] = MailState(values["state"])
    values["tells"] = PromiseKind(values["tells"]) if values["tells"] else None
    return OutboxRow(**values)


def plan(tx: sa.Connection, **values: Any) -> int | None:
    """Put a mail into the outbox; None where the same mail (by `key`) stands there already."""
    statement = insert(outbox).values(**values).on_conflict_do_nothing(index_elements=["key"])
    result = tx.execute(statement)
    return inserted(result) if result.rowcount else None


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[OutboxRow, ...]:
    """The mails whose time has come, the owner's first: a notice must not wait behind a backlog."""
    rows = tx.execute(
        sa.select(*_COLUMNS)
        .where(outbox.c.state.in_(_WAITING), outbox.c.not_before <= now)
        .order_by(outbox.c.audience.desc(), outbox.c.not_before, outbox.c.row)
        .limit(most)
    )
    return tuple(_from(row) for row in rows)


def free_claims(tx: sa.Connection) -> None:
    """What was claimed by a process that is gone is planned again: nothing was sent from there."""
    tx.execute(outbox.update().where(outbox.c.state == MailState.CLAIMED).values(state=MailState.PLANNED))


def in_state(tx: sa.Connection, *states: MailState) -> tuple[OutboxRow, ...]:
    rows = tx.execute(sa.select(*_COLUMNS).where(outbox.c.state.in_(states)).order_by(outbox.c.row))
    return tuple(_from(row) for row in rows)


def get(tx: sa.Connection, row: int) -> OutboxRow:
    return _from(tx.execute(sa.select(*_COLUMNS).where(outbox.c.row == row)).one())


def change(tx: sa.Connection, rows: Collection[int], **values: Any) -> None:
    tx.execute(outbox.update().where(outbox.c.row.in_(rows)).values(**values))


def drop_bytes(tx: sa.Connection, row: OutboxRow) -> None:
    """Keep only the hash of a mail's bytes: they lie in Sent now, or nowhere on purpose."""
    digest = hashlib.sha256(row.raw).digest() if row.raw else None
    change(tx, [row.row], raw=None, raw_hash=digest)


def next_due(tx: sa.Connection) -> datetime | None:
    """When the next waiting mail may go."""
    earliest: datetime | None = tx.execute(
        sa.select(sa.func.min(outbox.c.not_before)).where(outbox.c.state.in_(_WAITING))
    ).scalar_one()
    return earliest


def any_waiting(tx: sa.Connection) -> bool:
    """Whether any mail to a client waits to be sent."""
    return (
        tx.execute(
            sa.select(outbox.c.row).where(outbox.c.state.in_(_WAITING), outbox.c.audience == Audience.CLIENT).limit(1)
        ).scalar_one_or_none()
        is not None
    )


def by_token(tx: sa.Connection, token: str) -> OutboxRow | None:
    found = tx.execute(sa.select(*_COLUMNS).where(outbox.c.token == token).limit(1)).one_or_none()
    return _from(found) if found else None


def answering(tx: sa.Connection, message: int) -> tuple[OutboxRow, ...]:
    """Every mail to a client that was decided about a message, sent or not."""
    rows = tx.execute(
        sa.select(*_COLUMNS)
        .where(outbox.c.answers == message, outbox.c.audience == Audience.CLIENT)
        .order_by(outbox.c.row)
    )
    return tuple(_from(row) for row in rows)


def client_mail_of_event(tx: sa.Connection, event: int) -> bool:
    """Whether an event already led to a mail to a client that is not withheld."""
    return (
        tx.execute(
            sa.select(outbox.c.row)
            .where(
                outbox.c.event == event,
                outbox.c.audience == Audience.CLIENT,
                outbox.c.state != MailState.WITHHELD,
            )
            .limit(1)
        ).scalar_one_or_none()
        is not None
    )


def count_to_addresses(tx: sa.Connection, addresses: Collection[str], since: datetime) -> int:
    """Automatic mails to these (folded) addresses handed over since an instant, rehearsed ones included."""
    return _count(tx, since, outbox.c.address.in_(addresses))


def count_to_domain(tx: sa.Connection, domain: str, since: datetime) -> int:
    return _count(tx, since, outbox.c.address.endswith(f"@{domain}", autoescape=True))


def count_all(tx: sa.Connection, since: datetime) -> int:
    return _count(tx, since, sa.true())


def _count(tx: sa.Connection, since: datetime, condition: sa.ColumnElement[bool]) -> int:
    return tx.execute(
        sa.select(sa.func.count())
        .select_from(outbox)
        .where(
            outbox.c.audience == Audience.CLIENT,
            outbox.c.submitted_at >= since,
            outbox.c.state.in_(_COUNTED),
            condition,
        )
    ).scalar_one()


def failed_for(tx: sa.Connection, address: str) -> bool:
    """Whether a mail to this address was refused for good, so that no further automatic one goes there."""
    return (
        tx.execute(
            sa.select(outbox.c.row)
            .where(
                outbox.c.address == address, outbox.c.audience == Audience.CLIENT, outbox.c.state == MailState.FAILED
            )
            .limit(1)
        ).scalar_one_or_none()
        is not None
    )


def tell(tx: sa.Connection, row: OutboxRow, *, promise: int | None, at: datetime) -> None:
    """Record that an address was, or may have been, told a time in a thread."""
    assert row.client is not None
    assert row.tells is not None
    tx.execute(
        told.insert().values(
            client=row.client,
            kind=row.tells,
            due=row.due,
            promise=promise,
            address=row.address,
            thread=row.thread or 0,
            mail=row.row,
            at=at,
            short=row.short,
            rehearsed=row.rehearsed,
        )
    )


def told_times(
    tx: sa.Connection, client: str, kind: PromiseKind, due: datetime, addresses: Collection[str], *, rehearsed: bool
) -> tuple[Told, ...]:
    """When and in which threads these (folded) addresses were told this time; with `rehearsed`, rehearsals too."""
    rows = tx.execute(
        sa.select(told)
        .where(told.c.client == client, told.c.kind == kind, told.c.due == due, told.c.address.in_(addresses))
        .order_by(told.c.row)
    )
    return tuple(
        Told(promise=row.promise or 0, address=row.address, thread=row.thread, at=row.at, rehearsed=row.rehearsed)
        for row in rows
        if rehearsed or not row.rehearsed
    )


def told_of_promise(tx: sa.Connection, promise: int, address: str) -> tuple[Told, ...]:
    rows = tx.execute(sa.select(told).where(told.c.promise == promise, told.c.address == address).order_by(told.c.row))
    return tuple(
        Told(promise=promise, address=row.address, thread=row.thread, at=row.at, rehearsed=row.rehearsed)
        for row in rows
    )


def counts(tx: sa.Connection) -> Mapping[str, int]:
    rows = tx.execute(sa.select(outbox.c.state, sa.func.count().label("number")).group_by(outbox.c.state))
    return {row.state: row.number for row in rows}
