"""Promises are made once and closed once; obligations are opened, joined and answered."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa

from store.conftest import DAY, HOUR, MINUTE, NOW
from whiteglove.ledger import ObligationState, PromiseKind, PromiseState
from whiteglove.message import Kind
from whiteglove.store import ledger

FINAL = (PromiseState.KEPT, PromiseState.BROKEN, PromiseState.MOVED)


def make(
    tx: sa.Connection,
    due: datetime = NOW + HOUR,
    *,
    client: str = "acme",
    kind: PromiseKind = PromiseKind.REPORT,
    obligation: int | None = None,
) -> int:
    row, _ = ledger.make(tx, client=client, kind=kind, due=due, uid="uid@vale.example", at=NOW, obligation=obligation)
    return row


def oblige(
    tx: sa.Connection,
    thread: int = 1,
    *,
    client: str = "acme",
    at: datetime = NOW,
    kinds: tuple[Kind, ...] = (Kind.QUESTION,),
) -> int:
    return ledger.open_obligation(
        tx,
        client=client,
        message=9,
        thread=thread,
        address="wile@acme.example",
        kinds=kinds,
        at=at,
        due=NOW + DAY,
    )


def test_of_all_clients_what_is_due_since_an_instant_or_still_owed_is_told_by_client(tx: sa.Connection) -> None:
    owed = make(tx, NOW - DAY)
    later = make(tx, NOW + DAY, client="birch")
    sooner = make(tx, NOW + HOUR, client="birch")
    over = make(tx, NOW - HOUR, client="cedar")
    for row in (sooner, over):
        ledger.close_promise(tx, row, PromiseState.KEPT, NOW)

    found = ledger.promises_of_all(tx, NOW)
    assert {client: [one.row for one in its] for client, its in found.items()} == {
        "acme": [owed], "birch": [sooner, later]
    }  # fmt: skip


def test_a_promise_is_made_open_and_told(tx: sa.Connection) -> None:
    row, made = ledger.make(
        tx,
        client="acme",
        kind=PromiseKind.ANSWER,
        due=NOW + HOUR,
        uid="uid@vale.example",
        at=NOW,
        obligation=4,
    )
    promise = ledger.promise(tx, row)

    assert made
    assert (promise.client, promise.kind, promise.due) == ("acme", PromiseKind.ANSWER, NOW + HOUR)
    assert (promise.state, promise.told, promise.late) == (PromiseState.OPEN, True, False)
    assert (promise.uid, promise.made_at, promise.obligation, promise.sequence) == ("uid@vale.example", NOW, 4, 0)


def test_the_same_time_is_promised_once(tx: sa.Connection) -> None:
    row = make(tx)
    again = ledger.make(
        tx, client="acme", kind=PromiseKind.REPORT, due=NOW + HOUR, uid="x", at=NOW + MINUTE, obligation=None
    )

    assert again == (row, False)
    assert len({row, make(tx, NOW + DAY), make(tx, client="birch"), make(tx, kind=PromiseKind.ANSWER)}) == 4


def test_answers_to_two_obligations_are_two_promises_even_for_one_time(tx: sa.Connection) -> None:
    first, second = (make(tx, kind=PromiseKind.ANSWER, obligation=number) for number in (1, 2))

    assert first != second
    assert make(tx, kind=PromiseKind.ANSWER, obligation=1) == first


def test_a_slot_used_up_before_anybody_was_told_is_no_promise_of_that_time(tx: sa.Connection) -> None:
    slot = ledger.use_up(tx, client="acme", due=NOW + HOUR, uid="u", at=NOW, evidence="window")
    promise = ledger.promise(tx, slot)

    assert (promise.state, promise.told, promise.made_at) == (PromiseState.KEPT, False, None)
    assert (promise.closed_at, promise.evidence) == (NOW, "window")
    assert make(tx) != slot


@pytest.mark.parametrize("state", FINAL)
def test_a_closed_promise_says_how_and_when(tx: sa.Connection, state: PromiseState) -> None:
    row = make(tx)
    ledger.close_promise(tx, row, state, NOW + DAY, late=True, evidence="marker", message=12)
    promise = ledger.promise(tx, row)

    assert (promise.state, promise.closed_at, promise.late) == (state, NOW + DAY, True)
    assert (promise.evidence, promise.evidence_message) == ("marker", 12)
    assert ledger.owed(tx) == ()


def test_a_late_promise_is_still_owed(tx: sa.Connection) -> None:
    row = make(tx)
    ledger.mark_late(tx, row)

    (promise,) = ledger.owed(tx)
    assert (promise.row, promise.state, promise.late) == (row, PromiseState.LATE, True)


def test_what_is_owed_is_told_earliest_first_of_one_client_or_all(tx: sa.Connection) -> None:
    late, early = make(tx, NOW + DAY), make(tx, NOW + HOUR)
    other = make(tx, NOW + MINUTE, client="birch")
    ledger.close_promise(tx, make(tx, NOW + 2 * DAY), PromiseState.KEPT, NOW)

    assert [promise.row for promise in ledger.owed(tx)] == [other, early, late]
    assert [promise.row for promise in ledger.owed(tx, "acme")] == [early, late]
    assert ledger.owed(tx, "cedar") == ()


def test_of_a_clients_promises_the_owed_ones_are_never_too_old(tx: sa.Connection) -> None:
    old_owed, old_closed, recent = make(tx, NOW - 2 * DAY), make(tx, NOW - 3 * DAY), make(tx, NOW - DAY)
    for row in (old_closed, recent):
        ledger.close_promise(tx, row, PromiseState.KEPT, NOW)
    make(tx, client="birch")

    assert [promise.row for promise in ledger.promises_of(tx, "acme")] == [old_closed, old_owed, recent]
    assert [promise.row for promise in ledger.promises_of(tx, "acme", NOW - DAY)] == [old_owed, recent]


def test_the_answers_owed_for_an_obligation(tx: sa.Connection) -> None:
    first, kept = (make(tx, NOW + number * HOUR, kind=PromiseKind.ANSWER, obligation=4) for number in (1, 2))
    ledger.close_promise(tx, kept, PromiseState.KEPT, NOW)
    make(tx, kind=PromiseKind.ANSWER, obligation=5)

    assert [promise.row for promise in ledger.answer_promises(tx, 4)] == [first]


def test_an_obligation_is_opened(tx: sa.Connection) -> None:
    obligation = ledger.obligation(tx, oblige(tx, 3, kinds=(Kind.BILLING, Kind.QUESTION)))

    assert (obligation.client, obligation.message, obligation.thread) == ("acme", 9, 3)
    assert (obligation.kinds, obligation.address) == ((Kind.BILLING, Kind.QUESTION), "wile@acme.example")
    assert (obligation.opened_at, obligation.due, obligation.state) == (NOW, NOW + DAY, ObligationState.OPEN)


def test_what_waits_is_told_oldest_first_of_one_client_or_all(tx: sa.Connection) -> None:
    late, early = oblige(tx, 1, at=NOW), oblige(tx, 2, at=NOW - HOUR)
    other = oblige(tx, 3, client="birch", at=NOW - MINUTE)
    ledger.answer_obligation(tx, oblige(tx, 4), NOW, None)

    assert [found.row for found in ledger.open_obligations(tx)] == [early, other, late]
    assert [found.row for found in ledger.open_obligations(tx, "acme")] == [early, late]
    assert ledger.open_obligations(tx, "cedar") == ()


def test_what_weighs_on_an_answer_is_its_thread_a_complaint_and_a_broken_answer(tx: sa.Connection) -> None:
    for thread in range(10, 30):
        oblige(tx, thread)
    here = oblige(tx, 1)
    complaint = oblige(tx, 2, kinds=(Kind.QUESTION, Kind.COMPLAINT))
    missed = oblige(tx, 3, kinds=(Kind.DEADLINE_MISSED,))
    broken, kept = oblige(tx, 4), oblige(tx, 5)
    for obligation, state in ((broken, PromiseState.BROKEN), (kept, PromiseState.KEPT)):
        promise = make(tx, kind=PromiseKind.ANSWER, obligation=obligation)
        ledger.close_promise(tx, promise, state, NOW)
    oblige(tx, 1, client="birch", kinds=(Kind.COMPLAINT,))

    assert {found.row for found in ledger.weighing_on(tx, "acme", 1)} == {here, complaint, missed, broken}
    ledger.answer_obligation(tx, complaint, NOW, None)
    ledger.answer_obligation(tx, broken, NOW, None)
    assert {found.row for found in ledger.weighing_on(tx, "acme", 99)} == {missed}


def test_what_a_client_asked_since_an_instant_answered_or_not(tx: sa.Connection) -> None:
    oblige(tx, 1, at=NOW - DAY)
    second, first = oblige(tx, 2, at=NOW), oblige(tx, 3, at=NOW - HOUR)
    oblige(tx, 4, client="birch")
    ledger.answer_obligation(tx, first, NOW, None)

    assert [found.row for found in ledger.obligations_of(tx, "acme", NOW - HOUR)] == [first, second]


def test_an_overdue_obligation_still_waits(tx: sa.Connection) -> None:
    row = oblige(tx)
    ledger.mark_overdue(tx, row)

    assert [(found.row, found.state) for found in ledger.open_obligations(tx)] == [(row, ObligationState.OVERDUE)]


def test_the_oldest_open_obligation_of_a_thread_is_the_one_to_join(tx: sa.Connection) -> None:
    second, first = oblige(tx, 1, at=NOW + MINUTE), oblige(tx, 1)
    oblige(tx, 1, client="birch", at=NOW - DAY)

    joined = ledger.open_in_thread(tx, "acme", 1)
    assert joined is not None
    assert joined.row == first
    ledger.answer_obligation(tx, first, NOW, None)
    assert ledger.open_in_thread(tx, "acme", 1) == ledger.obligation(tx, second)
    assert ledger.open_in_thread(tx, "acme", 2) is None


def test_a_further_message_adds_its_wishes_and_moves_nothing(tx: sa.Connection) -> None:
    row = oblige(tx, kinds=(Kind.QUESTION, Kind.BILLING))
    ledger.join_obligation(tx, row, [Kind.COMPLAINT, Kind.BILLING, Kind.COMPLAINT])
    obligation = ledger.obligation(tx, row)

    assert obligation.kinds == (Kind.QUESTION, Kind.BILLING, Kind.COMPLAINT)
    assert (obligation.opened_at, obligation.due) == (NOW, NOW + DAY)


@pytest.mark.parametrize("message", [12, None])
def test_an_answer_ends_an_obligation(tx: sa.Connection, message: int | None) -> None:
    row = oblige(tx)
    ledger.answer_obligation(tx, row, NOW + HOUR, message)
    obligation = ledger.obligation(tx, row)

    assert (obligation.state, obligation.answered_at, obligation.answered_by) == (
        ObligationState.ANSWERED,
        NOW + HOUR,
        message,
    )
    assert ledger.open_obligations(tx) == ()


def test_what_was_closed_since_an_instant_is_found_for_all_clients(tx: sa.Connection) -> None:
    kept, broken, early = make(tx), make(tx, client="birch", due=NOW + DAY), make(tx, due=NOW + MINUTE)
    make(tx, due=NOW + 2 * DAY)
    ledger.close_promise(tx, early, PromiseState.KEPT, NOW, late=False, evidence="marker", message=None)
    ledger.close_promise(tx, kept, PromiseState.KEPT, NOW + HOUR, late=True, evidence="command", message=None)
    ledger.close_promise(tx, broken, PromiseState.BROKEN, NOW + DAY, late=True, evidence="", message=None)

    assert [promise.row for promise in ledger.closed(tx, NOW + HOUR)] == [kept, broken]


def test_what_was_answered_since_an_instant_in_the_order_of_the_answers(tx: sa.Connection) -> None:
    first, second, third, _ = (oblige(tx, thread) for thread in (1, 2, 3, 4))
    for row, hours in ((first, 3), (second, 2), (third, 1)):
        ledger.answer_obligation(tx, row, NOW + hours * HOUR, None)
    assert [found.row for found in ledger.answered(tx, NOW + 2 * HOUR)] == [second, first]


def test_what_waited_at_an_instant_that_is_over(tx: sa.Connection) -> None:
    answered, later, still = (oblige(tx, thread) for thread in (1, 2, 3))
    ledger.answer_obligation(tx, answered, NOW + HOUR, None)
    ledger.answer_obligation(tx, later, NOW + 3 * HOUR, None)
    assert [found.row for found in ledger.open_at(tx, NOW + 2 * HOUR)] == [later, still]
    assert ledger.open_at(tx, NOW) == ()
