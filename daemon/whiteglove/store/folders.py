"""The line and the cursor of each watched folder."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.store import gaps
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


_COLUMNS = tuple(folders.c[field.name] for field in fields(FolderState))
_THIS = sa.and_(folders.c.mailbox == sa.bindparam("its_mailbox"), folders.c.folder == sa.bindparam("its_folder"))
_GET = sa.select(*_COLUMNS).where(_THIS)
_CHANGE = folders.update().where(_THIS)
_FIRST = insert(folders)
_PUT = _FIRST.on_conflict_do_update(
    index_elements=["mailbox", "folder"], set_={column.name: _FIRST.excluded[column.name] for column in _COLUMNS}
)
_ALL = sa.select(*_COLUMNS).order_by(folders.c.mailbox, folders.c.role, folders.c.folder)


def get(tx: sa.Connection, mailbox: str, folder: str) -> FolderState | None:
    found = tx.execute(_GET, {"its_mailbox": mailbox, "its_folder": folder}).one_or_none()
    return FolderState(**found._asdict()) if found else None


def put(tx: sa.Connection, state: FolderState) -> None:
    """Write the whole state of one folder."""
    tx.execute(_PUT, asdict(state))


def advance(tx: sa.Connection, mailbox: str, folder: str, *, cursor: int) -> None:
    """Move the cursor, in the same commit as what was read."""
    tx.execute(_CHANGE, {"its_mailbox": mailbox, "its_folder": folder, "cursor": cursor})


def advance_history(tx: sa.Connection, mailbox: str, folder: str, *, cursor: int) -> None:
    """Move the cursor of what lies below the line, in the same commit as what was read."""
    tx.execute(_CHANGE, {"its_mailbox": mailbox, "its_folder": folder, "history_cursor": cursor})


def searched(tx: sa.Connection, mailbox: str, folder: str, at: datetime) -> None:
    """Record that a search that began at `at` found nothing unread any more, and how long there was none before it."""
    gaps.note(tx, mailbox, folder, at)
    tx.execute(_CHANGE, {"its_mailbox": mailbox, "its_folder": folder, "searched_at": at})


def everything(tx: sa.Connection) -> tuple[FolderState, ...]:
    """Every folder ever watched, by mailbox."""
    return tuple(FolderState(**row._asdict()) for row in tx.execute(_ALL))


def sent_read_until(tx: sa.Connection, mailboxes: Collection[str], now: datetime) -> datetime | None:
    """The instant up to which Sent of each of these mailboxes has been read; None while one has not been.

    A mailbox that was found to have no Sent folder has a row without a name (`note_missing`), so that nobody waits for
    it. Of a mailbox whose Sent folder was renamed the one read last counts: nothing is read any more under the old
    name. Where there is no mailbox at all the answer is `now`.
    """
    rows = tx.execute(
        sa.select(folders.c.mailbox, sa.func.max(folders.c.searched_at).label("read_until"))
        .where(folders.c.role == "sent", folders.c.mailbox.in_(mailboxes))
        .group_by(folders.c.mailbox)
    )
    read_until = {row.mailbox: row.read_until for row in rows}
    instants = [read_until.get(mailbox) for mailbox in mailboxes]
    return None if None in instants else min(filter(None, instants), default=now)


def note_missing(tx: sa.Connection, mailbox: str, role: str, at: datetime) -> None:
    """Record that a mailbox was found without a folder of this role: there is nothing to be read up to `at`."""
    put(
        tx,
        FolderState(mailbox=mailbox, folder="", role=role, uidvalidity=0, line=0, cursor=0, searched_at=at),
    )


def redraw(tx: sa.Connection) -> None:
    """Have every folder's line drawn anew at its next look: used when going from rehearsal to live."""
    tx.execute(folders.update().values(redraw=True))


def draw_anew_after_restore(tx: sa.Connection) -> None:
    """The same for the folders that clients' mail arrives in, by the instant of that look where the server has
    renumbered them meanwhile. Sent is read on from where it was: what lies there settles what was owed."""
    tx.execute(folders.update().where(folders.c.role != "sent").values(redraw=True, searched_at=None))


def stale(tx: sa.Connection, mailboxes: Collection[str], now: datetime, age: timedelta) -> tuple[str, ...]:
    """Mailboxes without a successful search within `age`, in the order given."""
    rows = tx.execute(
        sa.select(folders.c.mailbox).where(
            folders.c.mailbox.in_(mailboxes), folders.c.role != "sent", folders.c.searched_at >= now - age
        )
    )
    fresh = set(rows.scalars())
    return tuple(name for name in mailboxes if name not in fresh)
