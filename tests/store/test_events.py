"""Events wait, are claimed, tried again, parked; each plugin's part of them is known."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.conftest import HOUR, MINUTE, NOW
from whiteglove.store import Store, events
from whiteglove.store.events import DONE, FAILED, PARKED


def add(tx: sa.Connection, subject: int = 1) -> int:
    return events.add(tx, "MessageReceived", NOW, subject)


def claimed(tx: sa.Connection, now: object = NOW, most: int = 20) -> list[tuple[int, int]]:
    """Row and attempts of each event that is claimed."""
    return [(event.row, event.attempts) for event in events.claim(tx, now, most)]  # type: ignore[arg-type]


def test_an_event_comes_back_as_it_was_stored(tx: sa.Connection) -> None:
    row = events.add(tx, "ScheduleFired", NOW, None, {"plugin": "daily_summary", "due": "2026-03-02"})
    (event,) = events.claim(tx, NOW, 20)

    assert (event.row, event.type, event.at, event.subject_row) == (row, "ScheduleFired", NOW, None)
    assert event.details == {"plugin": "daily_summary", "due": "2026-03-02"}
    assert event.core_done is False


def test_an_event_without_details_has_empty_ones(tx: sa.Connection) -> None:
    add(tx)

    assert events.claim(tx, NOW, 20)[0].details == {}


def test_events_are_claimed_oldest_first_and_no_more_than_wanted(tx: sa.Connection) -> None:
    rows = [add(tx, subject) for subject in range(5)]

    assert claimed(tx, most=3) == [(row, 1) for row in rows[:3]]


def test_each_claim_counts_an_attempt_until_the_event_is_finished(tx: sa.Connection) -> None:
    row = add(tx)
    assert claimed(tx) == [(row, 1)]
    assert claimed(tx) == [(row, 2)]
    events.finish(tx, row)

    assert claimed(tx) == []


def test_an_attempt_counts_even_if_the_process_does_not_survive_it(store: Store) -> None:
    with store.write() as tx:
        add(tx)
    with store.write() as tx:
        claimed(tx)
    with store.write() as tx:
        assert claimed(tx)[0][1] == 2


def test_a_postponed_event_waits_for_its_time_and_lets_others_pass(tx: sa.Connection) -> None:
    first, second = add(tx), add(tx)
    events.postpone(tx, first, NOW + MINUTE, "it raised")

    assert claimed(tx) == [(second, 1)]
    events.finish(tx, second)
    assert not events.any_due(tx, NOW)
    assert events.next_attempt(tx) == NOW + MINUTE
    assert events.any_due(tx, NOW + MINUTE)
    assert claimed(tx, NOW + MINUTE) == [(first, 1)]


def test_an_attempt_that_was_the_networks_fault_is_not_counted(tx: sa.Connection) -> None:
    row = add(tx)
    for _ in range(3):
        assert claimed(tx, NOW + HOUR) == [(row, 1)]
        events.postpone(tx, row, NOW + MINUTE, "timeout", counted=False)
    claimed(tx, NOW + HOUR)
    events.postpone(tx, row, NOW + MINUTE, "a defect")

    assert claimed(tx, NOW + HOUR) == [(row, 2)]


def test_attempts_that_do_not_count_are_taken_back(tx: sa.Connection) -> None:
    rows = [add(tx), add(tx)]
    claimed(tx)
    events.uncount(tx, rows[:1])
    events.uncount(tx, [])

    assert claimed(tx) == [(rows[0], 1), (rows[1], 2)]


def test_the_last_error_stands_there_until_the_event_is_finished(tx: sa.Connection) -> None:
    row = add(tx)
    events.postpone(tx, row, NOW, "x" * 600)
    assert events.of_subject(tx, "MessageReceived", 1)[0].error == "x" * 500
    events.finish(tx, row)

    assert events.of_subject(tx, "MessageReceived", 1)[0].error is None


def test_a_parked_event_is_left_to_a_person(tx: sa.Connection) -> None:
    row = add(tx)
    events.park(tx, row, "ValueError()")

    assert claimed(tx) == []
    assert not events.any_due(tx, NOW + HOUR)
    assert events.next_attempt(tx) is None
    assert (events.of_subject(tx, "MessageReceived", 1)[0].state, events.counts(tx)["parked"]) == (PARKED, 1)


def test_the_cores_part_is_done_once(tx: sa.Connection) -> None:
    row = add(tx)
    events.core_done(tx, row)

    assert events.claim(tx, NOW, 20)[0].core_done is True


def test_an_event_exists_for_its_subject_whatever_became_of_it(tx: sa.Connection) -> None:
    events.finish(tx, events.add(tx, "PromiseDue", NOW, 4))

    assert events.exists(tx, "PromiseDue", 4)
    assert not events.exists(tx, "PromiseDue", 5)
    assert not events.exists(tx, "PromiseLate", 4)


def test_all_events_of_a_subject_are_found_oldest_first(tx: sa.Connection) -> None:
    rows = [events.add(tx, "MessageReceived", NOW, 4) for _ in range(2)]
    events.add(tx, "OwnerSent", NOW, 4)

    assert [event.row for event in events.of_subject(tx, "MessageReceived", 4)] == rows


def test_a_plugin_that_has_done_or_parked_its_part_is_not_asked_again(tx: sa.Connection) -> None:
    row, other = add(tx), add(tx)
    events.mark(tx, row, "acknowledge", DONE, reason="status_request")
    events.mark(tx, row, "incidents", FAILED, error="it raised")
    events.mark(tx, row, "notify", PARKED, error="it raised")
    events.mark(tx, other, "replies", DONE)

    assert events.handled(tx, row) == {"acknowledge": DONE, "notify": PARKED}


def test_each_mark_counts_an_attempt_and_the_latest_says_what_became_of_it(tx: sa.Connection) -> None:
    row = add(tx)
    assert events.attempts_of(tx, row, "acknowledge") == 0
    events.mark(tx, row, "acknowledge", FAILED, error="x" * 600)
    assert events.handlings_of(tx, row)[0].error == "x" * 500
    events.mark(tx, row, "acknowledge", DONE, reason="status_request")
    (handling,) = events.handlings_of(tx, row)

    assert events.attempts_of(tx, row, "acknowledge") == 2
    assert (handling.state, handling.reason, handling.error) == (DONE, "status_request", None)


@pytest.mark.parametrize(("whole", "part"), [(0, 0), (1, 2)])
def test_open_and_parked_are_counted_with_what_is_parked_for_one_plugin(
    tx: sa.Connection, whole: int, part: int
) -> None:
    for _ in range(3):
        add(tx)
    for _ in range(whole):
        events.park(tx, add(tx), "it raised")
    for _ in range(part):
        done = add(tx)
        events.finish(tx, done)
        events.mark(tx, done, "incidents", PARKED, error="it raised")

    assert events.counts(tx) == {"open": 3, "parked": whole + part}
