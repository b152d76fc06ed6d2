"""The working connection of a mailbox and the one thread that uses it: texts, Sent, drafts and copies.

The watching connection only waits and reads new mail; whatever else anybody wants of the server is an errand here,
since a connection belongs to one thread.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Generic, TypeVar

from whiteglove.errors import MailboxError
from whiteglove.ports import Mailbox

T = TypeVar("T")


class Backoff:
    """How long to wait before the next try: doubling from `first` to `longest` seconds, each with jitter, so that many
    mailboxes do not return to a recovering server in step."""

    def __init__(self, first: float = 2.0, longest: float = 300.0) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0

    def failed(self, *, fatal: bool = False) -> float:
        """Seconds to wait after one more failure. A refused password waits the longest at once: every further try
        brings the account nearer to being locked."""
        self._failures += 1
        ceiling = self._longest if fatal else min(self._longest, self._first * 2 ** min(self._failures - 1, 30))
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter is no secret

    def succeeded(self) -> None:
        self._failures = 0


@dataclass(slots=True)
class _Errand(Generic[T]):
    job: Callable[[Mailbox], T]
    future: Future[T]
    again: bool


class Errands:
    """Runs jobs on one connection, one by one, on a thread of its own. Connects when there is something to do."""

    def __init__(self, name: str, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._queue: queue.Queue[_Errand[object] | None] = queue.Queue()
        self._backoff = Backoff()
        self._connected = False
        self._not_before = 0.0
        self._last_error = MailboxError("unreachable", "not connected yet")
        self._repeated: Callable[[Mailbox], object] | None = None
        self._interval: Callable[[], float] = lambda: 60.0
        self._thread = threading.Thread(target=self._work, name=f"errands-{name}", daemon=True)
        self._thread.start()

    def run(self, job: Callable[[Mailbox], T], deadline: float, *, again: bool = True) -> T:
        """Run a job and return its result.

        Args:
            job: gets the connected mailbox.
            deadline: seconds to wait for the result; a job not begun by then is never begun.
            again: whether the job may be repeated on a fresh connection when the old one turns out to be dead.

        Raises:
            MailboxError: the job failed, the server cannot be reached, or the deadline passed (`timeout`).
        """
        errand: _Errand[T] = _Errand(job, Future(), again)
        self._queue.put(errand)  # type: ignore[arg-type]  # The queue holds errands of every result type.
        try:
            return errand.future.result(deadline)
        except FutureTimeoutError as error:
            errand.future.cancel()
            raise MailboxError("timeout", f"no answer within {deadline:g} s") from error

    def repeat(self, job: Callable[[Mailbox], object], interval: Callable[[], float]) -> None:
        """Run a job again and again when nothing else is to be done; `interval` says after how many seconds. What it
        raises is the server's trouble of the moment: it is simply tried again."""
        self._interval = interval
        self._repeated = job
        self._queue.put(_Errand(lambda _: None, Future(), again=False))

    def close(self, deadline: float = 5.0) -> None:
        """Finish the job at hand, log out, end the thread."""
        self._queue.put(None)
        self._thread.join(deadline)

    def _work(self) -> None:
        while True:
            try:
                errand = self._queue.get(timeout=self._interval() if self._repeated else None)
            except queue.Empty:
                assert self._repeated is not None
                errand = _Errand(self._repeated, Future(), again=True)
            if errand is None:
                break
            if not errand.future.set_running_or_notify_cancel():
                continue
            try:
                errand.future.set_result(self._attempt(errand))
            except Exception as error:  # noqa: BLE001 - Whatever a job raises belongs to the one who waits for it.
                errand.future.set_exception(error)
        self._mailbox.close()

    def _attempt(self, errand: _Errand[object]) -> object:
        fresh = not self._connected
        self._connect()
        try:
            return errand.job(self._mailbox)
        except MailboxError as error:
            if error.code == "missing_folder":
                raise
            self._mailbox.close()
            self._connected = False
            if fresh or not errand.again:
                raise
        # The connection was an old one, and servers drop those without a word: the job deserves a fresh one.
        self._connect()
        return errand.job(self._mailbox)

    def _connect(self) -> None:
        if self._connected:
            return
        if time.monotonic() < self._not_before:
            raise self._last_error
        try:
            self._mailbox.connect()
        except MailboxError as error:
            self._last_error = error
            self._not_before = time.monotonic() + self._backoff.failed(fatal=error.fatal)
            raise
        self._connected = True
        self._backoff.succeeded()
