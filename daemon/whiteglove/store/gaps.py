"""Times in which a folder was not searched: what arrived then was found later. Each is written down at the search that
ends it, so that a daemon that was away, a server that was and a network that was leave the same trace."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import NOW, SINCE, Instant, folders, gaps

SHORTEST = timedelta(minutes=5)
"""What is shorter is not written down."""
KEPT = timedelta(days=40)
WATCHED = "inbox"
"""The role of the folders that clients' mail arrives in."""

_ENDED = sa.select(folders.c.mailbox, folders.c.folder, folders.c.searched_at, NOW).where(
    folders.c.mailbox == sa.bindparam("its_mailbox"),
    folders.c.folder == sa.bindparam("its_folder"),
    folders.c.searched_at <= sa.bindparam("long_ago", type_=Instant),
)
_NOTE = insert(gaps).from_select(["mailbox", "folder", "since", "until"], _ENDED).on_conflict_do_nothing()
_DROP_OLD = gaps.delete().where(
    gaps.c.mailbox == sa.bindparam("its_mailbox"), gaps.c.folder == sa.bindparam("its_folder"), gaps.c.until < SINCE
)
_UNTIL = sa.bindparam("its_until", type_=Instant)
_WITHIN = (
    sa.select(gaps.c.mailbox, gaps.c.since, gaps.c.until)
    .join(folders, sa.and_(folders.c.mailbox == gaps.c.mailbox, folders.c.folder == gaps.c.folder))
    .where(folders.c.role == WATCHED, gaps.c.until > SINCE, gaps.c.since < _UNTIL)
)
_LASTING = sa.select(folders.c.mailbox, folders.c.searched_at).where(
    folders.c.role == WATCHED, folders.c.searched_at < _UNTIL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """From one successful search of a mailbox's folder to the next; to the end of what was asked about, where there was
    none yet."""

    mailbox: str
    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


def note(tx: sa.Connection, mailbox: str, folder: str, at: datetime) -> None:
    """A folder is searched again at `at`: write down how long it was not, where that was long."""
    known = {"its_mailbox": mailbox, "its_folder": folder}
    if tx.execute(_NOTE, {**known, "now": at, "long_ago": at - SHORTEST}).rowcount:
        tx.execute(_DROP_OLD, {**known, "since": at - KEPT})


def longest(tx: sa.Connection, mailboxes: Collection[str], since: datetime, until: datetime) -> dict[str, Gap]:
    """The longest gap of each of these mailboxes that touches the time between two instants, one that lasts until the
    second included; those without any are left out."""
    within = {"since": since, "its_until": until}
    found = [(row.mailbox, row.since, row.until) for row in tx.execute(_WITHIN, within)]
    found += [(row.mailbox, row.searched_at, until) for row in tx.execute(_LASTING, within)]
    by_mailbox: dict[str, Gap] = {}
    for mailbox, start, end in found:
        gap = Gap(mailbox=mailbox, since=start, until=end)
        known = by_mailbox.get(mailbox)
        if mailbox in mailboxes and gap.length >= SHORTEST and (known is None or gap.length > known.length):
            by_mailbox[mailbox] = gap
    return by_mailbox
