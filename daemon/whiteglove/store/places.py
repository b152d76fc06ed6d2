"""Where a recorded message lies, after whiteglove itself has moved it."""

from __future__ import annotations

import sqlalchemy as sa

from whiteglove.store.schema import ROW, folders, messages

_AT = sa.select(messages.c.row, messages.c.duplicate_of).where(
    *(messages.c[name] == sa.bindparam(f"its_{name}") for name in ("mailbox", "folder", "uidvalidity", "uid"))
)
_PLACE = sa.select(messages.c.mailbox, messages.c.folder, messages.c.uidvalidity, messages.c.uid)
_PUT = messages.update().where(messages.c.row == ROW)


def note_move(tx: sa.Connection, row: int, folder: str, uidvalidity: int, uid: int) -> bool:
    """A message lies in another folder of its mailbox; whether that could be noted.

    Where the folder is watched the message may have been read there already, and stands on record as a duplicate of
    this one: the two change places, so that each UID is recorded once and what is asked for later is found.
    """
    before = tx.execute(_PLACE.where(messages.c.row == ROW), {"its_row": row}).one()._asdict()
    after = {"mailbox": before["mailbox"], "folder": folder, "uidvalidity": uidvalidity, "uid": uid}
    there = tx.execute(_AT, {f"its_{name}": value for name, value in after.items()}).one_or_none()
    if there is not None and there.row != row:
        if there.duplicate_of != row:
            return False
        # Neither may stand in the other's place, not even for a moment.
        tx.execute(_PUT, {"its_row": row, **nowhere(row)})
        tx.execute(_PUT, {"its_row": there.row, **before})
    tx.execute(_PUT, {"its_row": row, **after})
    return True


def nowhere(row: int) -> dict[str, str | int]:
    """A place in no folder, which nothing else has."""
    return {"folder": "", "uidvalidity": 0, "uid": row}


def forget_unread(tx: sa.Connection, rows: list[int]) -> None:
    """Drop the places of these messages that lie in folders which nobody reads: to know them keeps nothing from being
    read twice, and the name of such a folder may tell whose it is."""
    is_read = sa.exists().where(folders.c.mailbox == messages.c.mailbox, folders.c.folder == messages.c.folder)
    nothing = {"folder": "", "uidvalidity": 0, "uid": messages.c.row}
    tx.execute(messages.update().where(messages.c.row.in_(rows), ~is_read).values(nothing))
