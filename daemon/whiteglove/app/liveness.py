"""Whether the daemon does its work, which is more than whether its process is there.

Each thread gives signs of life: a watcher when a folder was searched or a fault was reported, a loop at every turn and
before every mail and event. All instants are of a clock that neither jumps nor counts the time a machine sleeps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_ATTEMPT = 300.0
"""Seconds from one sign of a watcher to the next while it works: a password command, a login, one batch of mail, each
with a server that answers only just in time."""
LOOP_PATIENCE = 900.0
"""Seconds that one event or one mail may take: a server may think about a mail for minutes, and there are second tries.
"""
LONGEST_OUTAGE = 3600.0
"""Seconds without a single successful search after which a new process is tried. What a restart cures was worth an
hour; what it does not cure is not worth more than a restart an hour."""


@dataclass(slots=True)
class _Part:
    patience: float
    seen_at: float
    is_failing: bool = False


class Liveness:
    """The signs of life of every thread, by its name. For any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is monotonic, in seconds. Making this counts as a successful search: the process has just begun."""
        self._now = now
        self._lock = threading.Lock()
        self._parts: dict[str, _Part] = {}
        self._searched_at = now()
        self._outage = LONGEST_OUTAGE

    def expect(self, name: str, patience: float = LOOP_PATIENCE) -> None:
        """From now on this thread is to give a sign every `patience` seconds at least."""
        with self._lock:
            self._parts[name] = _Part(patience, self._now())

    def expect_mailbox(self, mailbox: str, pause: float) -> None:
        """From now on both threads of this mailbox are to give signs; the one that watches pauses for `pause` seconds
        at most."""
        self.expect(_watcher(mailbox), pause + LONGEST_ATTEMPT)
        self.expect(_errands(mailbox))
        # Where mail is looked for every hour only, an hour without a search is no outage.
        self._outage = max(self._outage, 2 * (pause + LONGEST_ATTEMPT))

    def sign(self, name: str) -> None:
        """The thread is at work."""
        with self._lock:
            self._mark(name)

    def searched(self, mailbox: str) -> None:
        """The watcher of this mailbox has searched a folder, and has everything that is in it."""
        with self._lock:
            self._searched_at = self._now()
            self._mark(_watcher(mailbox), is_failing=False)

    def failed(self, mailbox: str) -> None:
        """An attempt of this mailbox's watcher has ended in a fault, which was reported."""
        with self._lock:
            self._mark(_watcher(mailbox), is_failing=True)

    def batch_read(self, mailbox: str) -> None:
        """One of the two threads has read a batch; the one that watches may be waiting for the other to read Sent."""
        with self._lock:
            self._mark(_watcher(mailbox))
            self._mark(_errands(mailbox))

    def errands_at_work(self, mailbox: str) -> None:
        self.sign(_errands(mailbox))

    def follow(self, other: Liveness) -> None:
        """Come after a daemon of the same process: its last successful search counts."""
        self._searched_at = other._searched_at

    def failing(self) -> tuple[str, ...]:
        """Mailboxes whose last attempt ended in a fault."""
        with self._lock:
            return tuple(name for name, part in self._parts.items() if part.is_failing)

    def fault(self) -> str | None:
        """Why a new process is wanted; None while the daemon does its work."""
        now = self._now()
        with self._lock:
            wedged = [name for name, part in self._parts.items() if now - part.seen_at > part.patience]
            blind = now - self._searched_at
        if wedged:
            return f"no sign of life from {', '.join(wedged)}"
        if blind > self._outage:
            return f"no mailbox could be searched for {blind / 60:.0f} minutes"
        return None

    def _mark(self, name: str, *, is_failing: bool | None = None) -> None:
        if part := self._parts.get(name):
            part.seen_at = self._now()
            part.is_failing = part.is_failing if is_failing is None else is_failing


def _watcher(mailbox: str) -> str:
    return f"mailbox {mailbox}"


def _errands(mailbox: str) -> str:
    return f"errands of {mailbox}"
