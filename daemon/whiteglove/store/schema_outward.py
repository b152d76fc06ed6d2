"""The tables of what goes to others than clients: web calls, messages passed to teammates, changes in the mailbox; and
the owner's own drafts.

They belong to `schema.py`, which names them too; what is said there holds here.
"""

from __future__ import annotations

import sqlalchemy as sa

from whiteglove.ledger import DelegationState
from whiteglove.store.columns import Instant, is_one_of, json_column, metadata, row_column

# A web call that a plugin wanted. `action` holds what leaves the machine, and where keys are kept, never a key. state:
# waiting, done, failed. A row that is done or failed is kept for the summary, without its action.
calls = sa.Table(
    "calls",
    metadata,
    row_column(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("plugin", sa.Text, nullable=False),
    sa.Column("event", sa.Integer),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, default="waiting"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Column("error", sa.Text),
)
CALL_WAITING = is_one_of(calls.c.state, "waiting")
sa.Index("calls_waiting", calls.c.not_before, sqlite_where=CALL_WAITING)

# A flag or a move that a plugin wanted of a message. state: waiting, done, gone (the message is not there any more),
# rehearsed, failed. `begun` is set before anything is moved: whoever comes after a crash looks into the target first.
changes = sa.Table(
    "changes",
    metadata,
    row_column(),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("plugin", sa.Text, nullable=False),
    sa.Column("event", sa.Integer, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, default="waiting"),
    sa.Column("begun", sa.Boolean, nullable=False, default=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Column("error", sa.Text),
)
CHANGE_WAITING = is_one_of(changes.c.state, "waiting")
sa.Index("changes_waiting", changes.c.row, changes.c.not_before, sqlite_where=CHANGE_WAITING)
sa.Index("changes_by_message", changes.c.message)

# A client's message that was passed to a teammate, and the obligation with it.
delegations = sa.Table(
    "delegations",
    metadata,
    row_column(),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("thread", sa.Integer, nullable=False),
    sa.Column("obligation", sa.Integer),
    sa.Column("plugin", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("mail", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("handed_at", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("settled_at", Instant),
    sa.UniqueConstraint("message", "address"),
)
HANDED_OVER = is_one_of(delegations.c.state, DelegationState.HANDED_OVER)
sa.Index("delegations_open", delegations.c.due, sqlite_where=HANDED_OVER)
sa.Index("delegations_by_thread", delegations.c.thread)

# A mail to a client that the owner has in Drafts, each version once: it is known by where it lies, and not read again.
seen_drafts = sa.Table(
    "seen_drafts",
    metadata,
    row_column(),
    sa.Column("mailbox", sa.Text, nullable=False),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("uidvalidity", sa.Integer, nullable=False),
    sa.Column("uid", sa.Integer, nullable=False),
    sa.Column("client", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("subject", sa.Text, nullable=False, default=""),
    json_column("to"),
    json_column("others"),
    json_column("in_reply_to"),
    sa.Column("seen_at", Instant, nullable=False),
    sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
)
