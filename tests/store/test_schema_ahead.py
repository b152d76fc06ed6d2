"""What a loop asks of drafts several times a second goes by an index, however many are over."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from store.conftest import NOW
from whiteglove.store import schema, schema_ahead
from whiteglove.store.drafts import _DUE, _LIVE_OF, _NEXT_DUE

DIALECT = sqlite.dialect()


def plan(tx: sa.Connection, statement: sa.Select[tuple[object, ...]]) -> str:
    bound = {"now": NOW, "most": 20, "its_client": "acme"}
    compiled = statement.params(**{name: bound[name] for name in statement.compile().params if name in bound})
    text = str(compiled.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    return "\n".join(row.detail for row in tx.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))


def test_no_question_about_drafts_reads_them_all(tx: sa.Connection) -> None:
    for statement, index in ((_DUE, "drafts_with_work"), (_NEXT_DUE, "drafts_with_work"), (_LIVE_OF, "drafts_live")):
        assert index in plan(tx, statement)


def test_the_schema_names_every_table_of_it() -> None:
    for name in ("timers", "drafts", "client_notes", "corrections", "silences"):
        assert getattr(schema, name) is getattr(schema_ahead, name)
