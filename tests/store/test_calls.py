"""A call is stored once, waits its turn, and leaves nothing of what it said."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from store.conftest import MINUTE, NOW
from whiteglove.store import calls
from whiteglove.store.calls import _DUE, _NEXT_DUE, DONE, FAILED


def plan(tx: sa.Connection, key: str = "7:hook:0") -> bool:
    return calls.plan(tx, key=key, plugin="hook", event=7, action="{}", now=NOW)


def test_one_key_is_one_call(tx: sa.Connection) -> None:
    assert plan(tx)
    assert not plan(tx)
    assert plan(tx, "7:hook:1")
    assert [call.key for call in calls.everything(tx)] == ["7:hook:0", "7:hook:1"]


def test_it_is_due_until_it_is_over(tx: sa.Connection) -> None:
    plan(tx)
    (call,) = calls.due(tx, NOW, 5)
    assert (call.plugin, call.event, call.action, call.attempts) == ("hook", 7, "{}", 0)
    calls.change(tx, call.row, not_before=NOW + MINUTE, attempts=1, error="late")
    assert calls.due(tx, NOW, 5) == ()
    assert calls.next_due(tx) == NOW + MINUTE
    calls.settle(tx, call.row, DONE, NOW + MINUTE)
    assert calls.due(tx, NOW + MINUTE, 5) == ()
    assert calls.next_due(tx) is None


def test_nothing_of_what_it_said_is_kept(tx: sa.Connection) -> None:
    plan(tx)
    calls.settle(tx, 1, FAILED, NOW, "status_410")
    (call,) = calls.everything(tx)
    assert (call.action, call.state, call.settled_at, call.error) == ("", "failed", NOW, "status_410")


def test_no_question_reads_what_is_over(tx: sa.Connection) -> None:
    for statement in (_DUE, _NEXT_DUE):
        bound = {"now": NOW, "most": 20}
        given = statement.params({name: bound[name] for name in statement.compile().params if name in bound})
        text = str(given.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        plans = "\n".join(row.detail for row in tx.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))
        assert "calls_waiting" in plans
