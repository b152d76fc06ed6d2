"""Work on the mailbox waits, is tried again, and is over once it is done or given up."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.conftest import HOUR, MINUTE, NOW
from whiteglove.store import chores
from whiteglove.store.chores import COPY_TO_SENT


def test_a_new_chore_is_due_at_once(tx: sa.Connection) -> None:
    row = chores.add(tx, COPY_TO_SENT, "studio", 7, NOW)
    (chore,) = chores.due(tx, NOW, 20)

    assert (chore.row, chore.kind, chore.mailbox, chore.mail) == (row, COPY_TO_SENT, "studio", 7)
    assert (chore.state, chore.attempts, chore.searched, chore.error) == ("open", 0, 0, None)
    assert (chore.created_at, chore.not_before) == (NOW, NOW)


def test_the_one_that_has_waited_longest_comes_first(tx: sa.Connection) -> None:
    late, early, same = (chores.add(tx, COPY_TO_SENT, "studio", 7, at) for at in (NOW, NOW - HOUR, NOW))
    chores.add(tx, COPY_TO_SENT, "studio", 7, NOW + MINUTE)

    assert [chore.row for chore in chores.due(tx, NOW, 20)] == [early, late, same]
    assert [chore.row for chore in chores.due(tx, NOW, 1)] == [early]


def test_a_chore_that_is_put_off_waits(tx: sa.Connection) -> None:
    row, other = (chores.add(tx, COPY_TO_SENT, "studio", mail, NOW) for mail in (7, 8))
    chores.change(tx, row, searched=1, attempts=2, not_before=NOW + MINUTE, error="timeout")

    assert [chore.row for chore in chores.due(tx, NOW, 20)] == [other]
    (chore,) = (chore for chore in chores.due(tx, NOW + MINUTE, 20) if chore.row == row)
    assert (chore.searched, chore.attempts, chore.error) == (1, 2, "timeout")


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_chore_that_is_over_is_never_due(tx: sa.Connection, state: str) -> None:
    row = chores.add(tx, COPY_TO_SENT, "studio", 7, NOW)
    chores.change(tx, row, state=state)

    assert chores.due(tx, NOW + HOUR, 20) == ()
    assert chores.next_due(tx) is None


def test_the_next_moment_is_that_of_an_open_chore(tx: sa.Connection) -> None:
    assert chores.next_due(tx) is None
    chores.change(tx, chores.add(tx, COPY_TO_SENT, "studio", 7, NOW - HOUR), state="done")
    chores.add(tx, COPY_TO_SENT, "studio", 8, NOW + HOUR)
    chores.add(tx, COPY_TO_SENT, "studio", 9, NOW + MINUTE)

    assert chores.next_due(tx) == NOW + MINUTE
