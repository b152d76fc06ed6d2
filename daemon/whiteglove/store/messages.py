"""What was read: inbound and Sent mail, and the threads they form. Of strangers only what keeps from reading twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.message import Address, Classification, Kind, RecordedMessage, Verdicts
from whiteglove.store.schema import inserted, messages, obligations, outbox, thread_ids, told


def add(tx: sa.Connection, **values: Any) -> int:
    """Record one message and return its row. A UID that stands there already is an error: the cursor forbids it."""
    return inserted(tx.execute(messages.insert().values(**values)))


def set_thread(tx: sa.Connection, row: int, own: bytes | None, related: Iterable[bytes]) -> int:
    """Put a recorded message into the thread of any id it names, or start one; return the thread.

    Ids that are named but were never seen are indexed too, so that two answers to one lost mail find each other. Where
    a message joins two threads they become one.
    """
    hashes = [*([own] if own else []), *related]
    found = thread_of(tx, hashes)
    thread = found if found is not None else row
    index_thread(tx, thread, hashes)
    tx.execute(messages.update().where(messages.c.row == row).values(thread=thread))
    return thread


def thread_of(tx: sa.Connection, hashes: Sequence[bytes]) -> int | None:
    """The thread that any of these ids belongs to; several threads are merged into the oldest."""
    if not hashes:
        return None
    threads = sorted(set(tx.execute(sa.select(thread_ids.c.thread).where(thread_ids.c.id_hash.in_(hashes))).scalars()))
    if not threads:
        return None
    for other in threads[1:]:
        for table in (thread_ids, messages, obligations, outbox, told):
            tx.execute(table.update().where(table.c.thread == other).values(thread=threads[0]))
    return int(threads[0])


def index_thread(tx: sa.Connection, thread: int, hashes: Iterable[bytes]) -> None:
    rows = [{"id_hash": value, "thread": thread} for value in hashes]
    if rows:
        tx.execute(insert(thread_ids).on_conflict_do_nothing(), rows)


def twin(tx: sa.Connection, id_hash: bytes, digest: bytes, outbound: bool) -> int | None:
    """The row of the same mail seen before, in whatever folder: the same Message-ID and the same content."""
    return tx.execute(
        sa.select(messages.c.row)
        .where(
            messages.c.id_hash == id_hash,
            messages.c.digest == digest,
            messages.c.outbound == outbound,
            messages.c.duplicate_of.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()


def is_recorded(tx: sa.Connection, mailbox: str, folder: str, uidvalidity: int, uids: Collection[int]) -> set[int]:
    """Which of these UIDs are recorded already; the net under the cursor."""
    return set(
        tx.execute(
            sa.select(messages.c.uid).where(
                messages.c.mailbox == mailbox,
                messages.c.folder == folder,
                messages.c.uidvalidity == uidvalidity,
                messages.c.uid.in_(uids),
            )
        ).scalars()
    )


def renumber(tx: sa.Connection, row: int, uidvalidity: int, uid: int) -> None:
    """The server gave a recorded message a new UID."""
    tx.execute(messages.update().where(messages.c.row == row).values(uidvalidity=uidvalidity, uid=uid))


def before_renumbering(
    tx: sa.Connection, mailbox: str, folder: str, uidvalidity: int, id_hash: bytes, digest: bytes | None
) -> int | None:
    """The row of this mail under an older UIDVALIDITY of the folder."""
    condition = [messages.c.digest == digest] if digest is not None else []
    return tx.execute(
        sa.select(messages.c.row)
        .where(
            messages.c.mailbox == mailbox,
            messages.c.folder == folder,
            messages.c.uidvalidity != uidvalidity,
            messages.c.id_hash == id_hash,
            *condition,
        )
        .order_by(messages.c.row)
        .limit(1)
    ).scalar_one_or_none()


def classify(tx: sa.Connection, row: int, classification: Classification, *, obliges: bool) -> None:
    tx.execute(
        messages.update()
        .where(messages.c.row == row)
        .values(
            kinds=[str(kind) for kind in classification.kinds],
            confidence=classification.confidence,
            abstained=classification.abstained,
            cues=list(classification.cues),
            obliges=obliges,
        )
    )


def get(tx: sa.Connection, row: int) -> RecordedMessage:
    return recorded(tx.execute(sa.select(messages).where(messages.c.row == row)).one())


def find(tx: sa.Connection, id_hash: bytes) -> sa.Row[Any] | None:
    """The raw row for a Message-ID, strangers' included; inbound before Sent, originals before duplicates."""
    return tx.execute(
        sa.select(messages)
        .where(messages.c.id_hash == id_hash)
        .order_by(messages.c.duplicate_of.is_not(None), messages.c.outbound, messages.c.row)
        .limit(1)
    ).one_or_none()


def of_client(tx: sa.Connection, client: str, since: datetime) -> tuple[RecordedMessage, ...]:
    """A client's mail and the owner's to them, in order of arrival; machine mail, duplicates and our own left out."""
    rows = tx.execute(
        sa.select(messages)
        .where(
            messages.c.client == client,
            messages.c.received_at >= since,
            messages.c.duplicate_of.is_(None),
            messages.c.own.is_(False),
            messages.c.human,
        )
        .order_by(messages.c.received_at, messages.c.row)
    )
    return tuple(recorded(row) for row in rows)


def owner_mail_to(tx: sa.Connection, client: str, since: datetime) -> tuple[RecordedMessage, ...]:
    """The owner's own mail to a client since an instant, the latest last; automatic mail is not among it."""
    rows = tx.execute(
        sa.select(messages)
        .where(
            messages.c.client == client,
            messages.c.received_at >= since,
            messages.c.outbound,
            messages.c.own.is_(False),
        )
        .order_by(messages.c.received_at, messages.c.row)
    )
    return tuple(recorded(row) for row in rows)


def count(tx: sa.Connection) -> int:
    """How many different messages of watched folders are recorded, Sent and duplicates left out."""
    return tx.execute(
        sa.select(sa.func.count())
        .select_from(messages)
        .where(messages.c.outbound.is_(False), messages.c.duplicate_of.is_(None))
    ).scalar_one()


def recorded(row: sa.Row[Any]) -> RecordedMessage:
    """A row of the table as plugins and loops know it."""
    classification = None
    if row.kinds:
        classification = Classification(
            kinds=tuple(Kind(kind) for kind in row.kinds),
            confidence=row.confidence,
            abstained=row.abstained,
            cues=tuple(row.cues),
        )
    return RecordedMessage(
        row=row.row,
        mailbox=row.mailbox,
        folder=row.folder,
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        message_id=row.message_id,
        received_at=row.received_at,
        author=Address(row.author_address or "", row.author_name or ""),
        to=addresses(row.to),
        cc=addresses(row.cc),
        subject=row.subject or "",
        client=row.client or "",
        thread=row.thread or row.row,
        outbound=row.outbound,
        history=row.history,
        in_reply_to=tuple(row.in_reply_to or ()),
        references=tuple(row.references or ()),
        verdicts=Verdicts(
            human=row.human,
            may_acknowledge=row.may_acknowledge,
            obliges=row.obliges,
            reason=row.reason,
            kind=Kind(row.machine_kind) if row.machine_kind else None,
            remarks=tuple(row.remarks or ()),
        ),
        classification=classification,
        defects=tuple(row.defects or ()),
    )


def addresses(stored: Iterable[Sequence[str]] | None) -> tuple[Address, ...]:
    return tuple(Address(address, name) for address, name in stored or ())
