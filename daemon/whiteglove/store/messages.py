"""What was read: inbound and Sent mail, and the threads they form. Of strangers only what keeps from reading twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.message import Address, Classification, Kind, RecordedMessage, Verdicts
from whiteglove.store.schema import (
    MOST,
    ROW,
    ROWS,
    SINCE,
    Instant,
    corrections,
    delegations,
    events,
    incidents,
    inserted,
    messages,
    obligations,
    outbox,
    thread_ids,
    told,
)

_IN_FOLDER = sa.and_(messages.c.mailbox == sa.bindparam("its_mailbox"), messages.c.folder == sa.bindparam("its_folder"))

_ADD = messages.insert()
_CHANGE = messages.update().where(messages.c.row == ROW)
_GET = sa.select(messages).where(messages.c.row == ROW)
_THREADS = (
    sa.select(thread_ids.c.thread)
    .where(thread_ids.c.id_hash.in_(sa.bindparam("hashes", expanding=True)))
    .distinct()
    .order_by(thread_ids.c.thread)
)
_INDEX = insert(thread_ids).on_conflict_do_nothing()
_TWIN = (
    sa.select(messages.c.row)
    .where(
        messages.c.id_hash == sa.bindparam("its_id"),
        messages.c.digest == sa.bindparam("its_digest"),
        messages.c.outbound == sa.bindparam("its_outbound"),
        messages.c.duplicate_of.is_(None),
    )
    .order_by(messages.c.row)
    .limit(1)
)
_SAME_ID = (
    sa.select(messages.c.row, messages.c.mailbox, messages.c.folder, messages.c.uidvalidity, messages.c.digest)
    .where(messages.c.id_hash == sa.bindparam("its_id"))
    .order_by(messages.c.row)
)
_NAMELESS = (
    sa.select(messages.c.row)
    .where(
        _IN_FOLDER,
        messages.c.client == sa.bindparam("its_client"),
        messages.c.id_hash.is_(None),
        messages.c.digest == sa.bindparam("its_digest"),
        messages.c.uidvalidity != sa.bindparam("its_validity"),
    )
    .order_by(messages.c.row)
    .limit(1)
)
_RECORDED = sa.select(messages.c.uid).where(
    _IN_FOLDER,
    messages.c.uidvalidity == sa.bindparam("its_validity"),
    messages.c.uid.in_(sa.bindparam("uids", expanding=True)),
)
_OF_CLIENT = (
    sa.select(messages)
    .where(messages.c.client == sa.bindparam("its_client"), messages.c.received_at >= SINCE, messages.c.own.is_(False))
    .order_by(messages.c.received_at, messages.c.row)
)
_CONVERSATION = _OF_CLIENT.where(messages.c.duplicate_of.is_(None), messages.c.human)
_NAMED = sa.select(messages.c.row, messages.c.subject, messages.c.message_id).where(messages.c.row.in_(ROWS))
_AT_ONCE = 500
_CONVERSATION_BEFORE = _CONVERSATION.where(messages.c.received_at < sa.bindparam("before", type_=Instant))
_ASKING = _CONVERSATION.where(
    messages.c.thread == sa.bindparam("its_thread"), messages.c.outbound.is_(False), messages.c.obliges
)
_FROM_CLIENT = sa.and_(
    messages.c.client == sa.bindparam("its_client"),
    messages.c.received_at >= SINCE,
    messages.c.received_at < sa.bindparam("before", type_=Instant),
    messages.c.outbound.is_(False),
)
_COUNT_FROM = sa.select(sa.func.count()).where(
    _FROM_CLIENT,
    messages.c.own.is_(False),
    messages.c.duplicate_of.is_(None),
    messages.c.human,
    messages.c.row <= sa.bindparam("up_to"),
)
_EVENT_ABOUT = (
    sa.select(events.c.row)
    .join(messages, messages.c.row == events.c.subject_row)
    .where(_FROM_CLIENT, events.c.type == sa.bindparam("its_kind"))
    .limit(1)
)
_OWNER_MAIL = _OF_CLIENT.where(messages.c.outbound)
_LATEST = (
    sa.select(messages)
    .where(
        messages.c.client == sa.bindparam("its_client"),
        messages.c.own.is_(False),
        messages.c.duplicate_of.is_(None),
        messages.c.human,
    )
    .order_by(messages.c.received_at.desc(), messages.c.row.desc())
    .limit(MOST)
)


def add(tx: sa.Connection, **values: Any) -> int:
    """Record one message and return its row. A UID that stands there already is an error: the cursor forbids it."""
    return inserted(tx.execute(_ADD, values))


def set_thread(tx: sa.Connection, row: int, own: bytes | None, related: Iterable[bytes]) -> int:
    """Put a recorded message into the thread of any id it names, or start one; return the thread.

    Ids that are named but were never seen are indexed too, so that two answers to one lost mail find each other. Where
    a message joins two threads they become one.
    """
    hashes = [*([own] if own else []), *related]
    found = thread_of(tx, hashes)
    thread = found if found is not None else row
    index_thread(tx, thread, hashes)
    tx.execute(_CHANGE, {"its_row": row, "thread": thread})
    return thread


def thread_of(tx: sa.Connection, hashes: Sequence[bytes]) -> int | None:
    """The thread that any of these ids belongs to; several threads are merged into the oldest."""
    if not hashes:
        return None
    found: Sequence[int] = tx.execute(_THREADS, {"hashes": hashes}).scalars().all()
    if not found:
        return None
    oldest, *others = found
    if others:
        for table in (thread_ids, messages, obligations, outbox, told, corrections, delegations):
            tx.execute(table.update().where(table.c.thread.in_(others)).values(thread=oldest))
        merged = [matter_of(thread) for thread in others]
        tx.execute(incidents.update().where(incidents.c.matter.in_(merged)).values(matter=matter_of(oldest)))
    return oldest


def threads_named(tx: sa.Connection, hashes: Sequence[bytes]) -> Sequence[int]:
    """The threads that these ids belong to, none of them changed."""
    return tx.execute(_THREADS, {"hashes": hashes}).scalars().all() if hashes else ()


def matter_of(thread: int) -> str:
    """How an incident about a thread names its matter."""
    return f"thread:{thread}"


def index_thread(tx: sa.Connection, thread: int, hashes: Iterable[bytes]) -> None:
    """Note that these ids belong to a thread; an id that belongs to one already stays there."""
    rows = [{"id_hash": value, "thread": thread} for value in hashes]
    if rows:
        tx.execute(_INDEX, rows)


def twin(tx: sa.Connection, id_hash: bytes, digest: bytes, outbound: bool) -> int | None:
    """The row of the same mail seen before, in whatever folder: the same Message-ID and the same content."""
    known = {"its_id": id_hash, "its_digest": digest, "its_outbound": outbound}
    return tx.execute(_TWIN, known).scalar_one_or_none()


def is_recorded(tx: sa.Connection, mailbox: str, folder: str, uidvalidity: int, uids: Collection[int]) -> set[int]:
    """Which of these UIDs are recorded already; the net under the cursor."""
    place = {"its_mailbox": mailbox, "its_folder": folder, "its_validity": uidvalidity, "uids": list(uids)}
    return set(tx.execute(_RECORDED, place).scalars())


def renumber(tx: sa.Connection, row: int, uidvalidity: int, uid: int) -> None:
    """The server gave a recorded message a new UID."""
    tx.execute(_CHANGE, {"its_row": row, "uidvalidity": uidvalidity, "uid": uid})


def before_renumbering(
    tx: sa.Connection, mailbox: str, folder: str, uidvalidity: int, id_hash: bytes, digest: bytes | None
) -> int | None:
    """The row of this mail under an older UIDVALIDITY of the folder. One that was recorded while its sender was not in
    the book has no digest and is known by its id alone."""
    found = tx.execute(_SAME_ID, {"its_id": id_hash}).all()
    # SQLite would rather go through the whole folder than through the few mails under one id.
    here = [row for row in found if (row.mailbox, row.folder) == (mailbox, folder) and row.uidvalidity != uidvalidity]
    same = [row for row in here if digest is not None and row.digest == digest]
    unknown = [row for row in here if digest is None or row.digest is None]
    return next((int(row.row) for row in (*same, *unknown)), None)


def nameless_before_renumbering(
    tx: sa.Connection, mailbox: str, folder: str, uidvalidity: int, client: str, digest: bytes
) -> int | None:
    """The same for a client's mail without a Message-ID, which is known by what it says."""
    place = {"its_mailbox": mailbox, "its_folder": folder, "its_validity": uidvalidity}
    return tx.execute(_NAMELESS, {**place, "its_client": client, "its_digest": digest}).scalar_one_or_none()


def classify(tx: sa.Connection, row: int, classification: Classification, verdicts: Verdicts) -> None:
    """Note what a message wants, and the verdicts on it now that this is known."""
    tx.execute(
        _CHANGE,
        {
            "its_row": row,
            "kinds": [str(kind) for kind in classification.kinds],
            "confidence": classification.confidence,
            "abstained": classification.abstained,
            "cues": list(classification.cues),
            "urgency": classification.urgency,
            "mood": classification.mood,
            "human": verdicts.human,
            "may_acknowledge": verdicts.may_acknowledge,
            "obliges": verdicts.obliges,
            "reason": verdicts.reason,
        },
    )


def get(tx: sa.Connection, row: int) -> RecordedMessage:
    return recorded(tx.execute(_GET, {"its_row": row}).one())


def at(tx: sa.Connection, row: int) -> RecordedMessage | None:
    """The message of this row, if it is recorded still."""
    found = tx.execute(_GET, {"its_row": row}).one_or_none()
    return recorded(found) if found is not None else None


def named(tx: sa.Connection, rows: Sequence[int]) -> Mapping[int, tuple[str, str | None]]:
    """Subject and Message-ID of each of these messages that is recorded still."""
    found: dict[int, tuple[str, str | None]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        some = tx.execute(_NAMED, {"its_rows": list(rows[start : start + _AT_ONCE])})
        found |= {row: (subject or "", message_id) for row, subject, message_id in some}
    return found


def find(tx: sa.Connection, id_hash: bytes) -> sa.Row[Any] | None:
    """The raw row for a Message-ID, strangers' included; inbound before Sent, originals before duplicates."""
    return tx.execute(
        sa.select(messages)
        .where(messages.c.id_hash == id_hash)
        .order_by(messages.c.duplicate_of.is_not(None), messages.c.outbound, messages.c.row)
        .limit(1)
    ).one_or_none()


def of_client(
    tx: sa.Connection, client: str, since: datetime, before: datetime | None = None
) -> tuple[RecordedMessage, ...]:
    """A client's mail and the owner's to them between two instants, or since one, in order of arrival; machine mail,
    duplicates and our own left out."""
    statement = _CONVERSATION if before is None else _CONVERSATION_BEFORE
    known = {"its_client": client, "since": since, "before": before}
    return tuple(recorded(row) for row in tx.execute(statement, known))


def asking_in_thread(tx: sa.Connection, client: str, thread: int, since: datetime) -> tuple[RecordedMessage, ...]:
    """What a client's people wrote in a thread since an instant that asks something of the owner, in order."""
    known = {"its_client": client, "since": since, "its_thread": thread}
    return tuple(recorded(row) for row in tx.execute(_ASKING, known))


def latest_of_client(tx: sa.Connection, client: str, most: int) -> tuple[RecordedMessage, ...]:
    """The latest mail of a client's people and of the owner to them, the newest first."""
    return tuple(recorded(row) for row in tx.execute(_LATEST, {"its_client": client, "most": most}))


def count_from(tx: sa.Connection, client: str, since: datetime, before: datetime, up_to: int) -> int:
    """How many messages a client's people wrote between two instants, those recorded up to a row; machine mail and
    duplicates left out."""
    known = {"its_client": client, "since": since, "before": before, "up_to": up_to}
    return tx.execute(_COUNT_FROM, known).scalar_one()


def any_event_about(tx: sa.Connection, kind: str, client: str, since: datetime, before: datetime) -> bool:
    """Whether there was such an event about a message that this client wrote between two instants."""
    known = {"its_kind": kind, "its_client": client, "since": since, "before": before}
    return tx.execute(_EVENT_ABOUT, known).first() is not None


def was_past(tx: sa.Connection, row: int, moment: datetime) -> bool:
    """Whether a message from before the line was recorded only after this moment."""
    found = tx.execute(_GET, {"its_row": row}).one_or_none()
    return found is not None and found.history and moment <= found.recorded_at


def owner_mail_to(tx: sa.Connection, client: str, since: datetime) -> tuple[RecordedMessage, ...]:
    """The owner's own mail to a client since an instant, the latest last; automatic mail is not among it."""
    return tuple(recorded(row) for row in tx.execute(_OWNER_MAIL, {"its_client": client, "since": since}))


def count(tx: sa.Connection) -> int:
    """How many different messages of watched folders are recorded, Sent and duplicates left out."""
    return tx.execute(
        sa.select(sa.func.count())
        .select_from(messages)
        .where(messages.c.outbound.is_(False), messages.c.duplicate_of.is_(None))
    ).scalar_one()


def count_between(tx: sa.Connection, since: datetime, until: datetime) -> int:
    """How many messages of watched folders were recorded between two instants, strangers' included."""
    return tx.execute(
        sa.select(sa.func.count())
        .select_from(messages)
        .where(
            messages.c.recorded_at >= since,
            messages.c.recorded_at < until,
            messages.c.outbound.is_(False),
            messages.c.duplicate_of.is_(None),
        )
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
            urgency=row.urgency or 0.0,
            mood=row.mood or 0.0,
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
