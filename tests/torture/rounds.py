"""Hundreds of rounds, for `make torture`: at every point in turn, at random times, from the very first commit on.

`TORTURE_ROUNDS` are spread evenly over all points there are; half as many die at random times, a tenth are renumbered.
`TORTURE_SEED` has the dice fall as they did once before; the clock is not repeated.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from torture.audit import audit
from torture.killer import Life
from torture.stage import Round, Stage

ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "300"))
LONGEST = 2.5
"""Seconds after its first point within which a daemon has done nearly everything."""


def _spread(points: Counter[str], rounds: int) -> list[Life]:
    """This many points out of all, evenly, in the order of their names."""
    every = [Life(point=name, number=number + 1) for name in sorted(points) for number in range(points[name])]
    step = max(1.0, len(every) / rounds)
    return [every[int(index * step)] for index in range(min(rounds, len(every)))]


class Tally:
    """What came of many rounds. A round that fails does not keep the others from being played."""

    def __init__(self) -> None:
        self.rounds = self.kills = 0
        self.states: Counter[str] = Counter()
        self.faults: list[str] = []

    @contextmanager
    def counting(self, round_of: AbstractContextManager[Round]) -> Iterator[Round]:
        """One round, audited in the end."""
        self.rounds += 1
        try:
            with round_of as played:
                yield played
                self.states += audit(played)
                self.kills += played.died
        except AssertionError as error:
            self.faults.append(str(error))

    def report(self) -> None:
        print(f"{self.rounds} rounds, {self.kills} kills; mails to clients: {dict(self.states)}")
        assert not self.faults, f"{len(self.faults)} of {self.rounds} rounds\n\n" + "\n\n".join(self.faults)


def test_while_the_store_is_made(stage: Stage) -> None:
    with stage.round(afresh=True) as played:
        shutil.rmtree(played.studio.state)
        assert played.live(Life(point="commit MainThread before"))
        assert played.live(Life(point="commit MainThread after"))
        played.let_come_due()
        played.deliver()
        played.play()
        assert audit(played)["sent"] == 4


def test_every_point(stage: Stage, tmp_path: Path) -> None:
    path, tally = tmp_path / "points", Tally()
    with stage.round() as played:
        played.deliver()
        played.live(Life(), path)
        assert audit(played)["unknown"] == 0
    points = Counter(path.read_text().splitlines())
    print(f"{points.total()} points of {len(points)} names")
    for index, life in enumerate(_spread(points, ROUNDS)):
        with tally.counting(stage.round(files=index % 3 == 2)) as played:
            played.deliver()
            played.play(life, once=index % 2 == 1)
    tally.report()
    # How often a server is asked is no fixed number, so that some of the last points are not come to.
    assert tally.kills > tally.rounds / 2


def test_renumbered_after_a_kill(stage: Stage) -> None:
    chance, tally = stage.chance, Tally()
    for _ in range(ROUNDS // 10):
        with tally.counting(stage.round(files=chance.random() < 0.5)) as played:
            played.deliver()
            if played.live(Life(seconds=chance.uniform(0.05, 1.0))):
                played.renumber()
            played.play()
    tally.report()


def test_random_kills(stage: Stage) -> None:
    chance, tally = stage.chance, Tally()
    for _ in range(ROUNDS // 2):
        lives = [Life(seconds=chance.uniform(0.001, LONGEST)) for _ in range(chance.choice((1, 2, 3, 5)))]
        files, afresh, once = (chance.random() < share for share in (0.3, 0.2, 0.3))
        pause = chance.choice((0, chance.uniform(0.5, 3.0)))
        with tally.counting(stage.round(files=files, afresh=afresh)) as played, played.delivering(pause):
            played.play(*lives, once=once)
    tally.report()
