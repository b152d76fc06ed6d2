"""The tables of the store. Every arrow between two loops is a row here, so that a kill at any point resumes.

Instants are integers, microseconds since the epoch in UTC: they sort, compare and index as what they are. No table has
a column for a body, except `outbox.raw`: our own mail's bytes, until they lie in Sent.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime as microseconds since the epoch."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


metadata = sa.MetaData()


def inserted(result: sa.CursorResult[Any]) -> int:
    """The row number that an INSERT of one row was given."""
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def _row() -> sa.Column[int]:
    return sa.Column("row", sa.Integer, primary_key=True)


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

# Of senders who are not in the book only uid, id_hash, verdicts and recorded_at are filled.
messages = sa.Table(
    "messages",
    metadata,
    _row(),
    sa.Column("mailbox", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.Column("id_hash", sa.LargeBinary),
    sa.Column("digest", sa.LargeBinary),
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
    sa.Column("client", sa.Text),
    sa.Column("thread", sa.Integer),
    sa.Column("message_id", sa.Text),
    sa.Column("received_at", Instant),
    sa.Column("author_address", sa.Text),
    sa.Column("author_name", sa.Text),
    sa.Column("to", sa.JSON),
    sa.Column("cc", sa.JSON),
    sa.Column("subject", sa.Text),
    sa.Column("in_reply_to", sa.JSON),
    sa.Column("references", sa.JSON),
    sa.Column("marker", sa.Boolean, nullable=False, default=False),
    sa.Column("remarks", sa.JSON),
    sa.Column("defects", sa.JSON),
    sa.Column("kinds", sa.JSON),
    sa.Column("confidence", sa.Float),
    sa.Column("abstained", sa.Boolean),
    sa.Column("cues", sa.JSON),
    sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
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
    sa.Column("details", sa.JSON),
    sa.Column("state", sa.Text, nullable=False, default="open"),
    sa.Column("core_done", sa.Boolean, nullable=False, default=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Instant),
    sa.Column("error", sa.Text),
)
sa.Index("events_open", events.c.row, sqlite_where=events.c.state == "open")
sa.Index("events_by_subject", events.c.type, events.c.subject_row)

# One row for each (event, plugin) that has handled, failed or parked it. state: done, failed, parked.
handlings = sa.Table(
    "handlings",
    metadata,
    sa.Column("event", sa.Integer, primary_key=True),
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Instant),
    sa.Column("reason", sa.Text),
    sa.Column("error", sa.Text),
)

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
sa.Index("outbox_due", outbox.c.state, outbox.c.not_before)
sa.Index("outbox_by_address", outbox.c.address, outbox.c.submitted_at)
sa.Index("outbox_by_time", outbox.c.submitted_at)
sa.Index("outbox_by_answers", outbox.c.answers)
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
sa.Index("promises_open", promises.c.due, sqlite_where=promises.c.state.in_(("open", "late")))
sa.Index("promises_by_client", promises.c.client, promises.c.due)

obligations = sa.Table(
    "obligations",
    metadata,
    _row(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("thread", sa.Integer, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("answered_at", Instant),
    sa.Column("answered_by", sa.Integer),
)
sa.Index("obligations_open", obligations.c.client, sqlite_where=obligations.c.state != "answered")
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
sa.Index("warnings_by_key", warnings.c.plugin, warnings.c.key, warnings.c.raised_at)
sa.Index("warnings_waiting", warnings.c.state, warnings.c.due)

memory = sa.Table(
    "memory",
    metadata,
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("until", Instant),
)

# Each moment of a plugin's schedule that was fired, so that none is fired twice.
fired = sa.Table(
    "fired",
    metadata,
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("due", Instant, primary_key=True),
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
sa.Index("chores_open", chores.c.not_before, sqlite_where=chores.c.state == "open")
