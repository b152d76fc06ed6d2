"""How often each loop has looked for work, for somebody who waits until there is none left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable


class Turns:
    """Counts the turns of the loops; a turn is one look at everything that is due. For any thread."""

    def __init__(self, loops: Iterable[str]) -> None:
        self._condition = threading.Condition()
        self._begun = dict.fromkeys(loops, 0)
        self._ended = dict(self._begun)
        self._done = 0

    def begin(self, loop: str) -> None:
        """The loop begins to look."""
        with self._condition:
            self._begun[loop] += 1

    def end(self, loop: str, done: int) -> None:
        """The loop has looked, and has done this many things."""
        with self._condition:
            self._ended[loop] += 1
            self._done += done
            self._condition.notify_all()

    def wait_for_rest(self, ring: Callable[[], None], is_due: Callable[[], bool], deadline: float) -> bool:
        """Wait until every loop has looked and found nothing; False where that takes longer than `deadline` seconds.

        `ring` wakes every loop; `is_due` says whether the store holds anything that a loop could do now. It is asked
        while all loops rest, and they must still rest afterwards: one in the middle of its work may be about to store
        what is due next, or to log what it has stored.
        """
        until = time.monotonic() + deadline
        while time.monotonic() < until:
            with self._condition:
                before, done = dict(self._begun), self._done
            ring()
            with self._condition:
                while not self._are_through(before):
                    if not self._condition.wait(max(0.0, until - time.monotonic())):
                        return False
                turns, is_quiet = dict(self._begun), self._done == done
            if is_quiet and not is_due():
                with self._condition:
                    if turns == self._begun == self._ended:
                        return True
        return False

    def _are_through(self, before: dict[str, int]) -> bool:
        """Whether every loop has ended a turn that began after these."""
        return all(self._ended[loop] > number for loop, number in before.items()) and self._begun == self._ended
