"""A change is stored once, waits its turn behind what was wanted of the same message before it, and is found by it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from store.conftest import MINUTE, NOW
from whiteglove.store import changes
from whiteglove.store.changes import _DUE, _NEXT_DUE, DONE, FAILED, WAITING


def plan(tx: sa.Connection, key: str = "7:sorter:0", message: int = 3) -> bool:
    return changes.plan(tx, key=key, plugin="sorter", event=7, message=message, action="{}", now=NOW)


def due(tx: sa.Connection) -> list[int]:
    return [change.row for change in changes.due(tx, NOW, 20)]


def test_one_key_is_one_change(tx: sa.Connection) -> None:
    assert plan(tx)
    assert not plan(tx)
    assert plan(tx, "7:sorter:1")
    assert [change.key for change in changes.everything(tx)] == ["7:sorter:0", "7:sorter:1"]


def test_it_is_due_until_it_is_over(tx: sa.Connection) -> None:
    plan(tx)
    (change,) = changes.due(tx, NOW, 20)
    assert (change.plugin, change.event, change.message, change.state) == ("sorter", 7, 3, WAITING)
    assert (change.begun, change.attempts, change.error) == (False, 0, None)
    changes.change(tx, change.row, not_before=NOW + MINUTE, attempts=1, begun=True, error="timeout")
    assert due(tx) == []
    assert changes.next_due(tx) == NOW + MINUTE
    changes.settle(tx, change.row, DONE, NOW + MINUTE)
    assert changes.next_due(tx) is None
    (over,) = changes.of_message(tx, 3)
    assert (over.state, over.settled_at, over.error) == (DONE, NOW + MINUTE, None)


def test_of_one_message_only_the_first_is_due(tx: sa.Connection) -> None:
    for number, message in enumerate((3, 3, 4)):
        plan(tx, f"7:sorter:{number}", message)
    assert due(tx) == [1, 3]
    changes.change(tx, 1, not_before=NOW + MINUTE)
    assert due(tx) == [3]
    changes.settle(tx, 1, FAILED, NOW, "timeout")
    assert due(tx) == [2, 3]


def test_what_waits_is_called_off_with_its_reason(tx: sa.Connection) -> None:
    plan(tx)
    plan(tx, "7:sorter:1", 4)
    changes.settle(tx, 1, DONE, NOW)
    changes.call_off(tx, NOW, "restored")
    assert [(change.state, change.error) for change in changes.everything(tx)] == [(DONE, None), (FAILED, "restored")]


def test_no_question_reads_what_is_over(tx: sa.Connection) -> None:
    for statement in (_DUE, _NEXT_DUE):
        bound = {"now": NOW, "most": 20}
        given = statement.params({name: bound[name] for name in statement.compile().params if name in bound})
        text = str(given.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        plans = "\n".join(row.detail for row in tx.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))
        assert "changes_waiting" in plans, plans
        assert "SCAN changes\n" not in f"{plans}\n"
        assert "SEARCH changes_1 USING INDEX changes_" in plans, plans
