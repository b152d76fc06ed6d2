"""One thread, one call after the other, and a deadline that leaves the thread behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from whiteglove.host.hookthread import HookThread, OverrunError


@pytest.fixture
def thread() -> Iterator[HookThread]:
    thread = HookThread()
    yield thread
    thread.close()


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """A hook hangs on this until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def name_of_thread() -> int:
    return threading.get_ident()


def test_every_call_runs_on_the_same_other_thread(thread: HookThread) -> None:
    seen = {thread.run(name_of_thread, 5) for _ in range(3)}

    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_whatever_is_raised_is_raised_to_the_caller(thread: HookThread) -> None:
    def leave() -> None:
        raise SystemExit(3)

    before = thread.run(name_of_thread, 5)
    with pytest.raises(SystemExit):
        thread.run(leave, 5)

    assert thread.run(name_of_thread, 5) == before


def test_a_call_past_its_deadline_is_left_behind_with_its_thread(thread: HookThread, stuck: threading.Event) -> None:
    before = thread.run(name_of_thread, 5)

    with pytest.raises(OverrunError) as caught:
        thread.run(stuck.wait, 0.25)

    assert "wait" in [frame.name for frame in caught.value.stack]
    assert thread.run(name_of_thread, 5) != before


def test_a_late_result_is_thrown_away_and_its_thread_ends(thread: HookThread, stuck: threading.Event) -> None:
    alive: list[threading.Thread] = []

    def hang() -> str:
        alive.append(threading.current_thread())
        stuck.wait()
        return "late"

    with pytest.raises(OverrunError):
        thread.run(hang, 0.25)
    stuck.set()

    assert thread.run(lambda: "in time", 5) == "in time"
    alive[0].join(5)
    assert not alive[0].is_alive()


def test_a_budget_begins_with_the_call_not_with_the_waiting(thread: HookThread) -> None:
    """Two callers at once: the second waits for the first without losing any of its own budget."""
    begun, go_on = threading.Event(), threading.Event()
    results: list[str] = []

    def first() -> str:
        begun.set()
        go_on.wait(5)
        return "first"

    one = threading.Thread(target=lambda: results.append(thread.run(first, 5)))
    one.start()
    assert begun.wait(5)
    two = threading.Thread(target=lambda: results.append(thread.run(lambda: "second", 5)))
    two.start()
    go_on.set()
    one.join(5)
    two.join(5)

    assert results == ["first", "second"]


def test_nothing_runs_after_the_end_and_ending_twice_does_no_harm(thread: HookThread) -> None:
    worker: list[threading.Thread] = []
    thread.run(lambda: worker.append(threading.current_thread()), 5)

    thread.close()
    thread.close()

    assert not worker[0].is_alive()
    with pytest.raises(RuntimeError, match="was closed"):
        thread.run(name_of_thread, 5)


def test_the_thread_never_keeps_the_process_alive(thread: HookThread) -> None:
    assert thread.run(lambda: threading.current_thread().daemon, 5)
