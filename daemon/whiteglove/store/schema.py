"""The tables of the store. Every arrow between two loops is a row here, so that a kill at any point resumes.

Instants are integers, microseconds since the epoch in UTC: they sort, compare and index as what they are. No table has
a column for a body, except `outbox.raw`: our own mail's bytes, until they lie in Sent.

What a loop asks at every look is asked of an index that holds the open rows only, so that a long history costs nothing.
Each such index has a named condition here, and queries use that name: SQLite takes a partial index only where the
query says the same thing, with the values written out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Audience, MailState, ObligationState, PromiseState

VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime as microseconds since the epoch; a naive one raises TypeError."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# A statement that runs often is made once, since SQLAlchemy takes longer to build one than to run it. These stand for
# what differs. None has the name of a column: what has one is taken for the column's new value.
ROW = sa.bindparam("its_row", type_=sa.Integer)
ROWS = sa.bindparam("its_rows", type_=sa.Integer, expanding=True)
NOW = sa.bindparam("now", type_=Instant)
SINCE = sa.bindparam("since", type_=Instant)
MOST = sa.bindparam("most", type_=sa.Integer)

metadata = sa.MetaData()


def inserted(result: sa.CursorResult[Any]) -> int:
    """The row number that an INSERT of one row was given."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def _row() -> sa.Column[int]:
    return sa.Column("row", sa.Integer, primary_key=True)


def _json(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True), nullable=nullable)


def _is(column: sa.Column[Any], *values: str) -> sa.ColumnElement[bool]:
    """Whether the column has one of these values, written out in the statement."""
    return column.in_([sa.literal_column(f"'{value}'") for value in values])


meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)

# The line and the cursor of each watched folder. `live_from` replaces the line after the server renumbered the folder.
folders = sa.Table(
    "folders",
    metadata,
    sa.Column("mailbox", sa.Text, primary_key=True),
    sa.Column("folder", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("line", sa.BigInteger, nullable=False),
    sa.Column("live_from", Instant),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("history_cursor", sa.BigInteger, nullable=False, default=0),
    sa.Column("searched_at", Instant),
    sa.Column("redraw", sa.Boolean, nullable=False, default=False),
)

# What is known of a client's message, and must not be of a stranger's.
_PERSONAL = (
    sa.Column("client", sa.Text),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("thread", sa.Integer),
    sa.Column("message_id", sa.Text),
    sa.Column("received_at", Instant),
    sa.Column("author_address", sa.Text),
    sa.Column("author_name", sa.Text),
    _json("to"),
    _json("cc"),
    sa.Column("subject", sa.Text),
    _json("in_reply_to"),
    _json("references"),
    _json("remarks"),
    _json("defects"),
    _json("kinds"),
    _json("cues"),
)
messages = sa.Table(
    "messages",
    metadata,
    _row(),
    sa.Column("mailbox", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.Column("id_hash", sa.LargeBinary),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("outbound", sa.Boolean, nullable=False, default=False),
    sa.Column("own", sa.Boolean, nullable=False, default=False),
    sa.Column("history", sa.Boolean, nullable=False, default=False),
    sa.Column("human", sa.Boolean, nullable=False),
    sa.Column("may_acknowledge", sa.Boolean, nullable=False),
    sa.Column("obliges", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("machine_kind", sa.Text),
    sa.Column("duplicate_of", sa.Integer),
    sa.Column("marker", sa.Boolean, nullable=False, default=False),
    sa.Column("confidence", sa.Float),
    sa.Column("abstained", sa.Boolean),
    *_PERSONAL,
    sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    # Whoever is not in the client book leaves no more than a UID, the hash of an id and the reason.
    sa.CheckConstraint(
        sa.or_(_PERSONAL[0].is_not(None), sa.and_(*(column.is_(None) for column in _PERSONAL))), name="strangers"
    ),
)
sa.Index("messages_by_id", messages.c.id_hash)
sa.Index("messages_by_client", messages.c.client, messages.c.received_at)
sa.Index("messages_by_thread", messages.c.thread)
sa.Index("messages_by_age", messages.c.recorded_at)

# Every Message-ID seen in or named by a client's mail, or our own, as a keyed hash.
thread_ids = sa.Table(
    "thread_ids",
    metadata,
    sa.Column("id_hash", sa.LargeBinary, primary_key=True),
    sa.Column("thread", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
sa.Index("thread_ids_by_thread", thread_ids.c.thread)

# state: open, done, parked. `subject_row` is the row of the message, mail, promise, obligation or warning it is about.
events = sa.Table(
    "events",
    metadata,
    _row(),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("subject_row", sa.Integer),
    _json("details"),
    sa.Column("state", sa.Text, nullable=False, default="open"),
    sa.Column("core_done", sa.Boolean, nullable=False, default=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Instant),
    sa.Column("error", sa.Text),
)
EVENT_OPEN = _is(events.c.state, "open")
EVENT_PARKED = _is(events.c.state, "parked")
sa.Index("events_open", events.c.row, events.c.not_before, sqlite_where=EVENT_OPEN)
sa.Index("events_parked", events.c.row, sqlite_where=EVENT_PARKED)
sa.Index("events_by_subject", events.c.type, events.c.subject_row)

# One row for each (event, plugin) that has handled, failed or parked it. state: done, failed, parked.
handlings = sa.Table(
    "handlings",
    metadata,
    sa.Column("event", sa.Integer, primary_key=True),
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("reason", sa.Text),
    sa.Column("error", sa.Text),
    sqlite_with_rowid=False,
)
HANDLING_PARKED = _is(handlings.c.state, "parked")
sa.Index("handlings_parked", handlings.c.event, sqlite_where=HANDLING_PARKED)

outbox = sa.Table(
    "outbox",
    metadata,
    _row(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("plugin", sa.Text, nullable=False),
    sa.Column("event", sa.Integer),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("mailbox", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("client", sa.Text),
    sa.Column("answers", sa.Integer),
    sa.Column("thread", sa.Integer),
    sa.Column("tells", sa.Text),
    sa.Column("due", Instant),
    sa.Column("promise", sa.Integer),
    sa.Column("rehearsed", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("valid_until", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("message_id", sa.Text),
    sa.Column("token", sa.Text),
    sa.Column("short", sa.Boolean, nullable=False, default=False),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("raw_hash", sa.LargeBinary),
    sa.Column("submitted_at", Instant),
    sa.Column("accepted_at", Instant),
    sa.Column("error", sa.Text),
)
MAIL_WAITING = _is(outbox.c.state, MailState.PLANNED, MailState.DEFERRED)
MAIL_COUNTED = sa.and_(
    _is(outbox.c.audience, Audience.CLIENT),
    _is(outbox.c.state, MailState.SUBMITTING, MailState.SENT, MailState.UNKNOWN),
)
MAIL_REFUSED = sa.and_(_is(outbox.c.audience, Audience.CLIENT), _is(outbox.c.state, MailState.FAILED))
sa.Index("outbox_waiting", outbox.c.audience.desc(), outbox.c.not_before, sqlite_where=MAIL_WAITING)
sa.Index("outbox_counted", outbox.c.submitted_at, outbox.c.address, sqlite_where=MAIL_COUNTED)
sa.Index("outbox_counted_by_address", outbox.c.address, outbox.c.submitted_at, sqlite_where=MAIL_COUNTED)
sa.Index("outbox_refused", outbox.c.address, sqlite_where=MAIL_REFUSED)
sa.Index("outbox_by_event", outbox.c.event)
sa.Index("outbox_by_answers", outbox.c.answers)
sa.Index("outbox_by_thread", outbox.c.thread)
sa.Index("outbox_by_token", outbox.c.token)

told = sa.Table(
    "told",
    metadata,
    _row(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("promise", sa.Integer),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("thread", sa.Integer, nullable=False),
    sa.Column("mail", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("short", sa.Boolean, nullable=False, default=False),
    sa.Column("rehearsed", sa.Boolean, nullable=False, default=False),
)
sa.Index("told_by_client", told.c.client, told.c.kind, told.c.due)
sa.Index("told_by_promise", told.c.promise)
sa.Index("told_by_thread", told.c.thread)

promises = sa.Table(
    "promises",
    metadata,
    _row(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False, default=0),
    sa.Column("made_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("late", sa.Boolean, nullable=False, default=False),
    sa.Column("evidence", sa.Text, nullable=False, default=""),
    sa.Column("evidence_message", sa.Integer),
    sa.Column("obligation", sa.Integer),
    sa.Column("told", sa.Boolean, nullable=False, default=True),
)
PROMISE_OWED = _is(promises.c.state, PromiseState.OPEN, PromiseState.LATE)
sa.Index("promises_owed", promises.c.due, sqlite_where=PROMISE_OWED)
sa.Index("promises_by_client", promises.c.client, promises.c.due)

obligations = sa.Table(
    "obligations",
    metadata,
    _row(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("thread", sa.Integer, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    _json("kinds", nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("answered_at", Instant),
    sa.Column("answered_by", sa.Integer),
)
OBLIGATION_OPEN = _is(obligations.c.state, ObligationState.OPEN, ObligationState.OVERDUE)
sa.Index("obligations_open", obligations.c.client, obligations.c.opened_at, sqlite_where=OBLIGATION_OPEN)
sa.Index("obligations_by_thread", obligations.c.thread)

# What the owner is to be told. state: waiting, planned (in an outbox mail), told.
warnings = sa.Table(
    "warnings",
    metadata,
    _row(),
    sa.Column("plugin", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("client", sa.Text),
    sa.Column("times", sa.Integer, nullable=False, default=1),
    sa.Column("raised_at", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("mail", sa.Integer),
)
WARNING_WAITING = _is(warnings.c.state, "waiting")
sa.Index("warnings_waiting", warnings.c.row, warnings.c.due, sqlite_where=WARNING_WAITING)
sa.Index("warnings_by_key", warnings.c.plugin, warnings.c.key, warnings.c.raised_at)
sa.Index("warnings_by_mail", warnings.c.mail)

memory = sa.Table(
    "memory",
    metadata,
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("until", Instant),
)

# The latest moment of each schedule of a plugin that was fired, so that none is fired twice.
fired = sa.Table(
    "fired",
    metadata,
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("due", Instant, nullable=False),
)

# Mailbox-side work. state: open, done, failed.
chores = sa.Table(
    "chores",
    metadata,
    _row(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mailbox", sa.Text, nullable=False),
    sa.Column("mail", sa.Integer),
    sa.Column("state", sa.Text, nullable=False, default="open"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("searched", sa.Integer, nullable=False, default=0),
    sa.Column("error", sa.Text),
)
CHORE_OPEN = _is(chores.c.state, "open")
sa.Index("chores_open", chores.c.not_before, sqlite_where=CHORE_OPEN)
