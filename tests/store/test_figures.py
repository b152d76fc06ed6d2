"""What clients wrote, counted by time and by kind."""

from __future__ import annotations

import sqlalchemy as sa

from store.conftest import DAY, HOUR, NOW, AddMessage
from whiteglove.ledger import AnswerTimes
from whiteglove.message import Kind
from whiteglove.store import figures, ledger


def test_messages_are_counted_from_each_instant_to_the_next(tx: sa.Connection, add_message: AddMessage) -> None:
    for hours in (0, 1, 1, 25, 48):
        add_message(received_at=NOW + hours * HOUR)
    assert figures.between(tx, ["acme"], [NOW, NOW + HOUR, NOW + DAY, NOW + 2 * DAY]) == {"acme": (1, 2, 1)}
    assert figures.between(tx, ["acme"], [NOW]) == {"acme": ()}


def test_only_what_its_people_wrote_is_counted(tx: sa.Connection, add_message: AddMessage) -> None:
    first = add_message()
    add_message(client="birch")
    add_message(outbound=True)
    add_message(own=True)
    add_message(human=False)
    add_message(duplicate_of=first)
    add_message(client=None)
    assert figures.between(tx, ["acme"], [NOW, NOW + DAY]) == {"acme": (1,)}
    assert figures.by_kind(tx, ["acme"], NOW, NOW + DAY) == {"acme": {Kind.QUESTION: 1}}


def test_a_message_counts_for_what_it_wants_in_the_first_place(tx: sa.Connection, add_message: AddMessage) -> None:
    add_message(kinds=["status_request", "billing"])
    add_message(kinds=["status_request"])
    add_message(kinds=["thanks"])
    add_message(kinds=["thanks"], received_at=NOW + DAY)
    counted = figures.by_kind(tx, ["acme"], NOW, NOW + DAY)
    assert counted == {"acme": {Kind.STATUS_REQUEST: 2, Kind.THANKS: 1}}


def test_what_nobody_has_understood_yet_is_a_question(tx: sa.Connection, add_message: AddMessage) -> None:
    for kinds in (None, [], ["question", "billing"]):
        add_message(kinds=kinds)
    assert figures.by_kind(tx, ["acme"], NOW, NOW + DAY) == {"acme": {Kind.QUESTION: 3}}


def test_all_who_are_asked_about_are_counted_at_once(tx: sa.Connection, add_message: AddMessage) -> None:
    for client, hours in (("acme", 0), ("birch", 0), ("acme", 1), ("cedar", 1)):
        add_message(client=client, received_at=NOW + hours * HOUR, kinds=["billing"])
    clients = ["birch", "acme", 'd"une']
    moments = [NOW, NOW + HOUR, NOW + DAY]
    assert figures.between(tx, clients, moments) == {"birch": (1, 0), "acme": (1, 1), 'd"une': (0, 0)}
    counted = {"birch": {Kind.BILLING: 1}, "acme": {Kind.BILLING: 2}, 'd"une': {}}
    assert figures.by_kind(tx, clients, NOW, NOW + DAY) == counted
    assert figures.between(tx, [], moments) == figures.by_kind(tx, [], NOW, NOW + DAY) == {}


def answer(tx: sa.Connection, message: int, hours: int, took: int) -> None:
    """What was asked and, so many hours after now, answered."""
    asked = NOW + (hours - took) * HOUR
    row = ledger.open_obligation(
        tx, client="acme", message=message, thread=message, address="wile@acme.example", kinds=[Kind.QUESTION],
        at=asked, due=None,
    )  # fmt: skip
    ledger.answer_obligation(tx, row, NOW + hours * HOUR, None)


def test_answers_are_told_with_when_they_were_asked_for_and_given(tx: sa.Connection) -> None:
    for message, (hours, took) in enumerate([(0, 1), (2, 9), (5, 3), (8, 1)], start=1):
        answer(tx, message, hours, took)
    spans = ((NOW - 7 * HOUR, NOW + 2 * HOUR), (NOW + 2 * HOUR, NOW + 5 * HOUR))
    assert figures.answer_times(tx, NOW + HOUR, NOW + 8 * HOUR) == AnswerTimes(number=2, sample=spans, longest=spans)
    assert figures.answer_times(tx, NOW + DAY, NOW + 2 * DAY) == AnswerTimes(number=0, sample=(), longest=())


def test_of_very_many_answers_a_few_are_looked_at(tx: sa.Connection) -> None:
    for number in range(3 * figures.SAMPLE):
        answer(tx, number, number, 5 if number == 100 else 1)
    found = figures.answer_times(tx, NOW, NOW + 1000 * HOUR)
    assert found.number == 3 * figures.SAMPLE
    assert len(found.sample) in range(figures.SAMPLE // 2, figures.SAMPLE + 1)
    assert [given for _, given in found.sample][:2] == [NOW, NOW + 4 * HOUR]
    assert len(found.longest) == figures.SAMPLE
    assert found.longest[0] == (NOW + 95 * HOUR, NOW + 100 * HOUR)


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
        figures.between(tx, ["acme", "birch"], [NOW, NOW + HOUR, NOW + DAY])
        figures.by_kind(tx, ["acme", "birch"], NOW, NOW + DAY)
    finally:
        sa.event.remove(tx.engine, "before_cursor_execute", explain)
    assert [step.split(" (")[0] for step in steps if step.startswith("SEARCH")] == [
        "SEARCH messages USING COVERING INDEX messages_written"
    ] * 2
