"""The line and the cursor of each watched folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store.schema import folders


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """Where reading a folder stands.

    A UID from `line` on is live, one below is history; after the server renumbered the folder, `live_from` (an
    INTERNALDATE) decides instead. `cursor` is the highest UID below which everything is committed, `history_cursor`
    the same for the history below the line. `searched_at` is when the last successful search began. With `redraw` the
    next look draws a new line: everything that is in the folder by then is history.
    """

    mailbox: str
    folder: str
    role: str
    uidvalidity: int
    line: int
    cursor: int
    history_cursor: int = 0
    live_from: datetime | None = None
    searched_at: datetime | None = None
    redraw: bool = False

    def is_live(self, uid: int, received_at: datetime, live_since: datetime | None) -> bool:
        """Whether a message is new to the daemon, so that a mail may follow from it. INTERNALDATE has whole seconds,
        so `live_since` is cut to the second before it is compared."""
        if live_since is not None:
            return received_at >= live_since.replace(microsecond=0)
        if self.live_from is not None:
            return received_at >= self.live_from.replace(microsecond=0)
        return uid >= self.line


def get(tx: sa.Connection, mailbox: str, folder: str) -> FolderState | None:
    found = tx.execute(sa.select(folders).where(folders.c.mailbox == mailbox, folders.c.folder == folder)).one_or_none()
    return FolderState(**found._asdict()) if found else None


def put(tx: sa.Connection, state: FolderState) -> None:
    """Write the whole state of one folder."""
    values = asdict(state)
    statement = insert(folders).values(**values)
    tx.execute(statement.on_conflict_do_update(index_elements=["mailbox", "folder"], set_=values))


def advance(tx: sa.Connection, mailbox: str, folder: str, *, cursor: int) -> None:
    """Move the cursor, in the same commit as what was read."""
    tx.execute(folders.update().where(folders.c.mailbox == mailbox, folders.c.folder == folder).values(cursor=cursor))


def advance_history(tx: sa.Connection, mailbox: str, folder: str, *, cursor: int) -> None:
    tx.execute(
        folders.update().where(folders.c.mailbox == mailbox, folders.c.folder == folder).values(history_cursor=cursor)
    )


def searched(tx: sa.Connection, mailbox: str, folder: str, at: datetime) -> None:
    """Record that a search that began at `at` found nothing unread any more."""
    tx.execute(folders.update().where(folders.c.mailbox == mailbox, folders.c.folder == folder).values(searched_at=at))


def everything(tx: sa.Connection) -> tuple[FolderState, ...]:
    rows = tx.execute(sa.select(folders).order_by(folders.c.mailbox, folders.c.role, folders.c.folder))
    return tuple(FolderState(**row._asdict()) for row in rows)


def sent_read_until(tx: sa.Connection, mailboxes: Collection[str], now: datetime) -> datetime | None:
    """The instant up to which every Sent folder of these mailboxes has been read; None while one has not been.

    Where no mailbox has a Sent folder there is nothing to wait for, and the answer is `now`.
    """
    rows = tx.execute(
        sa.select(folders.c.searched_at).where(folders.c.role == "sent", folders.c.mailbox.in_(mailboxes))
    ).scalars()
    instants = list(rows)
    if not instants:
        return now
    return None if None in instants else min(instants)


def redraw(tx: sa.Connection) -> None:
    """Have every folder's line drawn anew at its next look: used when going from rehearsal to live."""
    tx.execute(folders.update().values(redraw=True))


def stale(tx: sa.Connection, mailboxes: Collection[str], now: datetime, age: timedelta) -> tuple[str, ...]:
    """Mailboxes without a successful search within `age`."""
    rows = tx.execute(
        sa.select(folders.c.mailbox, sa.func.max(folders.c.searched_at))
        .where(folders.c.mailbox.in_(mailboxes))
        .group_by(folders.c.mailbox)
    )
    fresh = {row.mailbox for row in rows if row[1] is not None and now - row[1] <= age}
    return tuple(name for name in mailboxes if name not in fresh)
