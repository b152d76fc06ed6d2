"""A message that was moved is on record where it lies, and each UID is on record once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.conftest import AddMessage
from whiteglove.store import Store, folders, messages, places
from whiteglove.store.folders import FolderState


def place(tx: sa.Connection, row: int) -> tuple[str, str, int, int]:
    found = messages.get(tx, row)
    return found.mailbox, found.folder, found.uidvalidity, found.uid


def test_a_move_is_noted(tx: sa.Connection, add_message: AddMessage) -> None:
    row = add_message()
    assert places.note_move(tx, row, "Archive", 9, 4)
    assert place(tx, row) == ("studio", "Archive", 9, 4)
    assert places.note_move(tx, row, "Archive", 9, 4), "twice is once"


def test_its_duplicate_that_was_read_there_takes_its_old_place(tx: sa.Connection, add_message: AddMessage) -> None:
    row = add_message()
    other = add_message(folder="Archive", uidvalidity=9, uid=4, duplicate_of=row)
    assert places.note_move(tx, row, "Archive", 9, 4)
    assert (place(tx, row), place(tx, other)) == (("studio", "Archive", 9, 4), ("studio", "INBOX", 7, 1))
    assert messages.is_recorded(tx, "studio", "Archive", 9, [4]) == {4}


def test_where_another_message_lies_nothing_is_noted(tx: sa.Connection, add_message: AddMessage) -> None:
    row = add_message()
    other = add_message(folder="Archive", uidvalidity=9, uid=4)
    assert not places.note_move(tx, row, "Archive", 9, 4)
    assert (place(tx, row)[1], place(tx, other)[1]) == ("INBOX", "Archive")


@pytest.mark.parametrize("is_read", [True, False])
def test_the_name_of_a_folder_that_nobody_reads_is_forgotten(
    store: Store, tx: sa.Connection, add_message: AddMessage, is_read: bool
) -> None:
    rows = [add_message(), add_message()]
    if is_read:
        state = FolderState(mailbox="studio", folder="INBOX", role="inbox", uidvalidity=7, line=1, cursor=1)
        folders.put(tx, state)
    places.forget_unread(tx, rows)
    assert [place(tx, row)[1] for row in rows] == (["INBOX", "INBOX"] if is_read else ["", ""])
