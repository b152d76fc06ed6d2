"""What clients wrote, counted by time and by kind."""

from __future__ import annotations

import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW, AddMessage
from whiteglove.message import Kind
from whiteglove.store import figures


def test_messages_are_counted_from_each_instant_to_the_next(tx: sa.Connection, add_message: AddMessage) -> None:
    for hours in (0, 1, 1, 25, 48):
        add_message(received_at=NOW + hours * HOUR)
    assert figures.between(tx, "acme", [NOW, NOW + HOUR, NOW + DAY, NOW + 2 * DAY]) == (1, 2, 1)
    assert figures.between(tx, "acme", [NOW]) == ()


def test_only_what_its_people_wrote_is_counted(tx: sa.Connection, add_message: AddMessage) -> None:
    first = add_message()
    add_message(client="birch")
    add_message(outbound=True)
    add_message(own=True)
    add_message(human=False)
    add_message(duplicate_of=first)
    add_message(client=None)
    assert figures.between(tx, "acme", [NOW, NOW + DAY]) == (1,)
    assert figures.by_kind(tx, "acme", NOW, NOW + DAY) == {Kind.QUESTION: 1}


def test_a_message_counts_for_what_it_wants_in_the_first_place(tx: sa.Connection, add_message: AddMessage) -> None:
    add_message(kinds=["status_request", "billing"])
    add_message(kinds=["status_request"])
    add_message(kinds=["thanks"])
    add_message(kinds=["thanks"], received_at=NOW + DAY)
    assert figures.by_kind(tx, "acme", NOW, NOW + DAY) == {Kind.STATUS_REQUEST: 2, Kind.THANKS: 1}


def test_neither_looks_at_the_messages_themselves(tx: sa.Connection) -> None:
    """Hundreds of thousands of rows would be read for one summary."""
    steps: list[str] = []

    def explain(
        connection: sa.Connection, cursor: object, statement: str, values: object, context: object, many: bool
    ) -> None:
        if not statement.startswith("EXPLAIN"):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            steps.extend(row.detail for row in plan)

    sa.event.listen(tx.engine, "before_cursor_execute", explain)
    try:
        figures.between(tx, "acme", [NOW, NOW + DAY])
        figures.by_kind(tx, "acme", NOW, NOW + DAY)
    finally:
        sa.event.remove(tx.engine, "before_cursor_execute", explain)
    assert [step.split(" (")[0] for step in steps if step.startswith("SEARCH")] == [
        "SEARCH messages USING COVERING INDEX messages_written"
    ] * 2
