"""Waiting until the loops have nothing left to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from whiteglove.app.turns import Turns


class Loop:
    """A loop with a list of things to do, one of which may make work for another."""

    def __init__(self, name: str, turns: Turns) -> None:
        self.name = name
        self.turns = turns
        self.bell = threading.Event()
        self.jobs: list[Callable[[], None]] = []
        self.stop = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self.stop:
            self.bell.clear()
            self.turns.begin(self.name)
            done = 0
            while self.jobs:
                self.jobs[0]()
                self.jobs.pop(0)
                done += 1
            self.turns.end(self.name, done)
            self.bell.wait(5)


@contextmanager
def loops(turns: Turns, *names: str) -> Iterator[list[Loop]]:
    made = [Loop(name, turns) for name in names]
    for loop in made:
        loop.thread.start()
    yield made
    for loop in made:
        loop.stop = True
        loop.bell.set()
    for loop in made:
        loop.thread.join()


def rest(turns: Turns, made: list[Loop], deadline: float = 10.0) -> bool:
    def ring() -> None:
        for loop in made:
            loop.bell.set()

    return turns.wait_for_rest(ring, lambda: any(loop.jobs for loop in made), deadline)


def test_what_one_loop_makes_for_another_is_done_too() -> None:
    turns, done = Turns(["desk", "outbox"]), []
    with loops(turns, "desk", "outbox") as (desk, outbox):

        def plan() -> None:
            outbox.jobs.append(lambda: desk.jobs.append(lambda: done.append("told")))

        assert rest(turns, [desk, outbox])
        desk.jobs.append(plan)
        assert rest(turns, [desk, outbox])
        assert done == ["told"]


def test_a_loop_in_the_middle_of_its_work_is_waited_for_although_nothing_is_due() -> None:
    turns, let_go, done = Turns(["desk"]), threading.Event(), []

    def work() -> None:
        let_go.wait(10)
        done.append("logged")

    with loops(turns, "desk") as (desk,):
        desk.jobs.append(work)
        threading.Timer(0.2, let_go.set).start()
        assert turns.wait_for_rest(desk.bell.set, lambda: False, 10.0)
        assert done == ["logged"]


def test_what_stays_due_is_no_rest() -> None:
    turns = Turns(["desk"])
    with loops(turns, "desk") as (desk,):
        assert not turns.wait_for_rest(desk.bell.set, lambda: True, 0.2)


def test_a_loop_that_never_looks_is_no_rest() -> None:
    turns = Turns(["desk", "outbox"])
    with loops(turns, "desk") as (desk,):
        assert not turns.wait_for_rest(desk.bell.set, lambda: False, 0.2)
