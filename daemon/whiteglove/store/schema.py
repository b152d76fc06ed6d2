"""The tables of the store. Every arrow between two loops is a row here, so that a kill at any point resumes.

Instants are integers, microseconds since the epoch in UTC: they sort, compare and index as what they are. No table has
a column for a body, except `outbox.raw`: our own mail's bytes, until they lie in Sent.

What a loop asks at every look is asked of an index that holds the open rows only, so that a long history costs nothing.
Each such index has a named condition here, and queries use that name: SQLite takes a partial index only where the
query says the same thing, with the values written out.
"""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from whiteglove.ledger import Audience, IncidentState, MailState, ObligationState, PromiseState
from whiteglove.store.columns import MOST as MOST
from whiteglove.store.columns import NOW as NOW
from whiteglove.store.columns import ROW as ROW
from whiteglove.store.columns import ROWS as ROWS
from whiteglove.store.columns import SINCE as SINCE
from whiteglove.store.columns import Instant as Instant
from whiteglove.store.columns import inserted as inserted
from whiteglove.store.columns import is_one_of, json_column, metadata, row_column
from whiteglove.store.schema_ahead import DRAFT_HAS_WORK as DRAFT_HAS_WORK
from whiteglove.store.schema_ahead import DRAFT_LIVE as DRAFT_LIVE
from whiteglove.store.schema_ahead import SILENCE_LASTS as SILENCE_LASTS
from whiteglove.store.schema_ahead import client_notes as client_notes
from whiteglove.store.schema_ahead import corrections as corrections
from whiteglove.store.schema_ahead import drafts as drafts
from whiteglove.store.schema_ahead import gaps as gaps
from whiteglove.store.schema_ahead import silences as silences
from whiteglove.store.schema_ahead import timers as timers
from whiteglove.store.schema_outward import CALL_WAITING as CALL_WAITING
from whiteglove.store.schema_outward import CHANGE_WAITING as CHANGE_WAITING
from whiteglove.store.schema_outward import HANDED_OVER as HANDED_OVER
from whiteglove.store.schema_outward import calls as calls
from whiteglove.store.schema_outward import changes as changes
from whiteglove.store.schema_outward import delegations as delegations
from whiteglove.store.schema_outward import seen_drafts as seen_drafts

VERSION = 5


def grow(tx: sa.Connection) -> None:
    """Make what is not there yet: tables, and in tables of an older version their later columns and indexes. Nothing is
    changed or dropped, so that an old store stays what it was; a later column allows NULL."""
    if not sa.inspect(tx).get_table_names():
        for statement in _statements():
            tx.exec_driver_sql(statement)
        return
    metadata.create_all(tx)
    inspector = sa.inspect(tx)
    for table in metadata.sorted_tables:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                kind = column.type.compile(tx.dialect)
                tx.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')
        for index in table.indexes:
            index.create(tx, checkfirst=True)


@cache
def _statements() -> tuple[str, ...]:
    """What makes a new store; asking for each of its tables and indexes whether it is there would take longer."""
    tables = metadata.sorted_tables
    made: list[CreateTable | CreateIndex] = [CreateTable(table) for table in tables]
    for table in tables:
        made += [CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name))]
    return tuple(str(statement.compile(dialect=sqlite.dialect())) for statement in made)


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
PERSONAL = (
    sa.Column("client", sa.Text),
    sa.Column("digest", sa.LargeBinary),
    sa.Column("thread", sa.Integer),
    sa.Column("message_id", sa.Text),
    sa.Column("received_at", Instant),
    sa.Column("author_address", sa.Text),
    sa.Column("author_name", sa.Text),
    json_column("to"),
    json_column("cc"),
    sa.Column("subject", sa.Text),
    json_column("in_reply_to"),
    json_column("references"),
    json_column("remarks"),
    json_column("defects"),
    json_column("kinds"),
    json_column("cues"),
)
messages = sa.Table(
    "messages",
    metadata,
    row_column(),
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
    sa.Column("drafted", sa.Boolean),
    sa.Column("confidence", sa.Float),
    sa.Column("abstained", sa.Boolean),
    sa.Column("urgency", sa.Float),
    sa.Column("mood", sa.Float),
    *PERSONAL,
    sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    # Whoever is not in the client book leaves no more than a UID, the hash of an id and the reason.
    sa.CheckConstraint(
        sa.or_(PERSONAL[0].is_not(None), sa.and_(*(column.is_(None) for column in PERSONAL))), name="strangers"
    ),
)
sa.Index("messages_by_id", messages.c.id_hash)
sa.Index("messages_by_client", messages.c.client, messages.c.received_at)
sa.Index("messages_by_thread", messages.c.thread)
sa.Index("messages_by_age", messages.c.recorded_at)
# What a client's people wrote is counted in this index alone, without looking at the messages.
MESSAGE_WRITTEN = sa.and_(
    messages.c.outbound.is_(False), messages.c.own.is_(False), messages.c.human, messages.c.duplicate_of.is_(None)
)
sa.Index(
    "messages_written",
    *(messages.c[name] for name in ("client", "outbound", "own", "human", "duplicate_of", "received_at", "kinds")),
    sqlite_where=messages.c.client.is_not(None),
)
MESSAGE_OF_STRANGER = messages.c.client.is_(None)
sa.Index("messages_of_strangers", messages.c.recorded_at, sqlite_where=MESSAGE_OF_STRANGER)

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
    row_column(),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("subject_row", sa.Integer),
    json_column("details"),
    sa.Column("state", sa.Text, nullable=False, default="open"),
    sa.Column("core_done", sa.Boolean, nullable=False, default=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Instant),
    sa.Column("error", sa.Text),
)
EVENT_OPEN = is_one_of(events.c.state, "open")
EVENT_PARKED = is_one_of(events.c.state, "parked")
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
HANDLING_PARKED = is_one_of(handlings.c.state, "parked")
sa.Index("handlings_parked", handlings.c.event, sqlite_where=HANDLING_PARKED)

outbox = sa.Table(
    "outbox",
    metadata,
    row_column(),
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
    sa.Column("settled_at", Instant),
    sa.Column("error", sa.Text),
    sa.Column("refused_step", sa.Text),
)
MAIL_WAITING = is_one_of(outbox.c.state, MailState.PLANNED, MailState.DEFERRED)
MAIL_COUNTED = sa.and_(
    is_one_of(outbox.c.audience, Audience.CLIENT),
    is_one_of(outbox.c.state, MailState.SUBMITTING, MailState.SENT, MailState.UNKNOWN),
)
MAIL_REFUSED = sa.and_(is_one_of(outbox.c.audience, Audience.CLIENT), is_one_of(outbox.c.state, MailState.FAILED))
sa.Index("outbox_waiting", outbox.c.audience.desc(), outbox.c.not_before, sqlite_where=MAIL_WAITING)
sa.Index("outbox_counted", outbox.c.submitted_at, outbox.c.address, sqlite_where=MAIL_COUNTED)
sa.Index("outbox_counted_by_address", outbox.c.address, outbox.c.submitted_at, sqlite_where=MAIL_COUNTED)
sa.Index("outbox_refused", outbox.c.address, sqlite_where=MAIL_REFUSED)
# What the owner is to see in the next summary.
MAIL_NOT_SENT = is_one_of(outbox.c.state, MailState.WITHHELD, MailState.FAILED, MailState.UNKNOWN)
sa.Index("outbox_not_sent", outbox.c.settled_at, sqlite_where=MAIL_NOT_SENT)
MAIL_ACCEPTED = outbox.c.accepted_at.is_not(None)
sa.Index("outbox_accepted", outbox.c.accepted_at, sqlite_where=MAIL_ACCEPTED)
sa.Index("outbox_by_event", outbox.c.event)
sa.Index("outbox_by_answers", outbox.c.answers)
sa.Index("outbox_by_thread", outbox.c.thread)
sa.Index("outbox_by_token", outbox.c.token)

told = sa.Table(
    "told",
    metadata,
    row_column(),
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
    row_column(),
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
    sa.Column("reminded_at", Instant),
)
PROMISE_OWED = is_one_of(promises.c.state, PromiseState.OPEN, PromiseState.LATE)
sa.Index("promises_owed", promises.c.due, sqlite_where=PROMISE_OWED)
PROMISE_CLOSED = promises.c.closed_at.is_not(None)
sa.Index("promises_closed", promises.c.closed_at, sqlite_where=PROMISE_CLOSED)
sa.Index("promises_by_client", promises.c.client, promises.c.due)

obligations = sa.Table(
    "obligations",
    metadata,
    row_column(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("thread", sa.Integer, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    json_column("kinds", nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("answered_at", Instant),
    sa.Column("answered_by", sa.Integer),
)
OBLIGATION_OPEN = is_one_of(obligations.c.state, ObligationState.OPEN, ObligationState.OVERDUE)
sa.Index("obligations_open", obligations.c.client, obligations.c.opened_at, sqlite_where=OBLIGATION_OPEN)
OBLIGATION_ANSWERED = obligations.c.answered_at.is_not(None)
sa.Index("obligations_answered", obligations.c.answered_at, sqlite_where=OBLIGATION_ANSWERED)
sa.Index("obligations_by_thread", obligations.c.thread)

incidents = sa.Table(
    "incidents",
    metadata,
    row_column(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("matter", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("resolved_at", Instant),
)
INCIDENT_OPEN = is_one_of(
    incidents.c.state, IncidentState.OPENED, IncidentState.ACKNOWLEDGED, IncidentState.REMEDY_OFFERED
)
sa.Index("incidents_open", incidents.c.client, incidents.c.opened_at, sqlite_where=INCIDENT_OPEN)
sa.Index("incidents_by_matter", incidents.c.matter)
sa.Index("incidents_resolved", incidents.c.resolved_at)

incident_entries = sa.Table(
    "incident_entries",
    metadata,
    row_column(),
    sa.Column("incident", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("message", sa.Integer),
    sa.Column("promise", sa.Integer),
    sa.Column("cue", sa.Text, nullable=False, default=""),
    sa.Column("severity", sa.Text),
)
sa.Index("incident_entries_by_incident", incident_entries.c.incident)

# Clients that the owner has silenced from the command line, beside what their files say.
mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("client", sa.Text, primary_key=True),
    sa.Column("until", Instant, nullable=False),
)

# What the owner is to be told. state: waiting, planned (in an outbox mail), told.
warnings = sa.Table(
    "warnings",
    metadata,
    row_column(),
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
WARNING_WAITING = is_one_of(warnings.c.state, "waiting")
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

# How each plugin fares that has ever failed; written by the daemon, except for `resume_asked`, the owner's wish.
plugin_health = sa.Table(
    "plugin_health",
    metadata,
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("suspended_since", Instant),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("last_error", sa.Text),
    sa.Column("failed_at", Instant),
    sa.Column("resume_asked", Instant),
)

# Mailbox-side work. state: open, done, failed.
chores = sa.Table(
    "chores",
    metadata,
    row_column(),
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
CHORE_OPEN = is_one_of(chores.c.state, "open")
sa.Index("chores_open", chores.c.not_before, sqlite_where=CHORE_OPEN)
