"""What a loop asks of what goes to others than clients goes by an index, and the store names its tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from store.conftest import NOW
from whiteglove.store import Store, changes, database, schema, schema_outward


def test_the_schema_names_every_table_of_it() -> None:
    for name in ("calls", "changes", "delegations", "seen_drafts"):
        assert getattr(schema, name) is getattr(schema_outward, name)


def test_what_is_open_has_an_index_of_its_own() -> None:
    partial = {
        index.name: str(index.dialect_options["sqlite"]["where"])
        for table in (schema.calls, schema.changes, schema.delegations)
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert partial == {
        "calls_waiting": str(schema.CALL_WAITING),
        "changes_waiting": str(schema.CHANGE_WAITING),
        "delegations_open": str(schema.HANDED_OVER),
    }


def test_a_store_of_version_4_gets_the_table_of_changes_when_it_is_opened(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / database.FILE_NAME)) as raw:
        raw.execute("DROP TABLE changes")
        raw.execute("PRAGMA user_version = 4")
        raw.commit()
    store = Store.open(tmp_path)
    with store.write() as tx:
        assert changes.plan(tx, key="k", plugin="x", event=1, message=1, action="{}", now=NOW)
        assert {index["name"] for index in sa.inspect(tx).get_indexes("changes")} == {
            "changes_by_message", "changes_waiting",
        }  # fmt: skip
    store.close()
