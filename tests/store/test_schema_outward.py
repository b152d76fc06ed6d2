"""What a loop asks of what goes to others than clients goes by an index, and the store names its tables."""

from __future__ import annotations

from whiteglove.store import schema, schema_outward


def test_the_schema_names_every_table_of_it() -> None:
    for name in ("calls", "delegations", "seen_drafts"):
        assert getattr(schema, name) is getattr(schema_outward, name)


def test_what_is_open_has_an_index_of_its_own() -> None:
    partial = {
        index.name: str(index.dialect_options["sqlite"]["where"])
        for table in (schema.calls, schema.delegations)
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert partial == {
        "calls_waiting": str(schema.CALL_WAITING),
        "delegations_open": str(schema.HANDED_OVER),
    }
