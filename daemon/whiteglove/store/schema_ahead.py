"""The tables of what is prepared, and of what the owner said: timers, drafts laid ready, notes, corrections; silences.

They belong to `schema.py`, which names them too; what is said there holds here.
"""

from __future__ import annotations

import sqlalchemy as sa

from whiteglove.ledger import DraftState
from whiteglove.store.columns import Instant, is_one_of, json_column, metadata, row_column

# Moments that a plugin asked for once. A row goes when its moment has become an event.
timers = sa.Table(
    "timers",
    metadata,
    sa.Column("plugin", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("due", Instant, nullable=False),
    json_column("value"),
)
sa.Index("timers_by_due", timers.c.due)

# Mail to a client in the owner's Drafts. `action` is the plugin's wish, from which the text is written when the draft
# is laid there; the text itself is not kept, only the hash of the bytes, by which an untouched draft is known, and
# `sketch`, hashes of some of its words, by which it is known in what was sent from it (`draft_words`).
drafts = sa.Table(
    "drafts",
    metadata,
    row_column(),
    sa.Column("plugin", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("is_report", sa.Boolean, nullable=False, default=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("withdraw", sa.Boolean, nullable=False, default=False),
    sa.Column("mailbox", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("answers", sa.Integer),
    sa.Column("until", Instant),
    sa.Column("token", sa.Text),
    sa.Column("message_id", sa.Text),
    sa.Column("raw_hash", sa.LargeBinary),
    sa.Column("sketch", sa.LargeBinary),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("placed_at", Instant),
    sa.Column("settled_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("error", sa.Text),
)
DRAFT_LIVE = is_one_of(drafts.c.state, DraftState.WANTED, DraftState.PLACED, DraftState.CHANGED)
sa.Index("drafts_live", drafts.c.client, drafts.c.row, sqlite_where=DRAFT_LIVE)
# To be laid there; or lying there and to be taken away, or once `until` has come; or sent, and what the mail program
# may have left of it is to be cleared away.
DRAFT_HAS_WORK = sa.or_(
    is_one_of(drafts.c.state, DraftState.WANTED),
    sa.and_(is_one_of(drafts.c.state, DraftState.PLACED), drafts.c.until.is_not(None)),
    sa.and_(is_one_of(drafts.c.state, DraftState.PLACED, DraftState.SENT), drafts.c.withdraw),
)
sa.Index("drafts_with_work", drafts.c.not_before, sqlite_where=DRAFT_HAS_WORK)
sa.Index("drafts_by_key", drafts.c.plugin, drafts.c.key)
sa.Index("drafts_by_token", drafts.c.token)

# What the owner told the daemon about a client; a call is contact.
client_notes = sa.Table(
    "client_notes",
    metadata,
    row_column(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("call", sa.Boolean, nullable=False, default=False),
    sa.Column("outbound", sa.Boolean, nullable=False, default=False),
    sa.Column("minutes", sa.Integer),
)
sa.Index("client_notes_by_client", client_notes.c.client, client_notes.c.at)

# What the owner said a message wants, against what it was taken for (`was`) and the words for that (`cues`). Rows are
# added, never changed: the last word about a thread and a sender counts there from then on.
corrections = sa.Table(
    "corrections",
    metadata,
    row_column(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("thread", sa.Integer, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("was", sa.Text),
    json_column("cues"),
    sa.Column("kind", sa.Text, nullable=False),
)
sa.Index("corrections_by_thread", corrections.c.thread)

# A client of whom nothing was heard for too long since the last contact; it ends when either side writes or calls.
silences = sa.Table(
    "silences",
    metadata,
    row_column(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("usual", sa.BigInteger, nullable=False),
    sa.Column("noticed_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.UniqueConstraint("client", "since"),
)
SILENCE_LASTS = silences.c.ended_at.is_(None)
sa.Index("silences_open", silences.c.client, sqlite_where=SILENCE_LASTS)

# A time in which a folder was not searched, from one successful search to the next; short ones are not written down.
gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("mailbox", sa.Text, primary_key=True),
    sa.Column("folder", sa.Text, primary_key=True),
    sa.Column("since", Instant, primary_key=True),
    sa.Column("until", Instant, nullable=False),
    sqlite_with_rowid=False,
)
