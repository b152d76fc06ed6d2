"""The working connection of a mailbox and the one thread that uses it: texts, Sent, drafts and copies.

The watching connection only waits and reads new mail; whatever else anybody wants of the server is an errand here,
since a connection belongs to one thread.
"""

from __future__ import annotations

import math
import queue
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from whiteglove.errors import MailboxError
from whiteglove.log import get
from whiteglove.ports import Mailbox

T = TypeVar("T")

LOGIN_PAUSE = 900.0
"""Seconds between two logins once one was refused: four an hour lock no account."""
LONGEST_WAIT = 5.0
"""Seconds after which a repeated job is asked again when it wants to run: that may be sooner than it was."""
UNKNOWN_INTERVAL = 60.0
ANSWERS = frozenset({"missing_folder", "resting", "not_permitted", "not_supported"})
"""Codes of what a server answers in good order: the connection can be used on."""


class Backoff:
    """How long to wait before the next try: doubling from `first` to `longest` seconds, each with jitter, so that many
    mailboxes do not return to a recovering server in step."""

    def __init__(self, first: float = 2.0, longest: float = 300.0, refused: float = LOGIN_PAUSE) -> None:
        self._first = first
        self._longest = longest
        self._refused = refused
        self._failures = 0

    def failed(self, *, fatal: bool = False, pause: float = 0.0) -> float:
        """Seconds to wait after one more failure, `pause` at least. A refused password waits a quarter of an hour at
        once: every further try brings the account nearer to being locked."""
        self._failures += 1
        if fatal:
            return self._refused * random.uniform(0.8, 1.0)  # noqa: S311 - jitter is no secret
        ceiling: float = min(self._longest, self._first * 2 ** min(self._failures - 1, 30))
        return max(pause, ceiling * random.uniform(0.5, 1.0))  # noqa: S311 - jitter is no secret

    def succeeded(self) -> None:
        self._failures = 0


@dataclass(frozen=True, slots=True)
class _Errand(Generic[T]):
    job: Callable[[Mailbox], T]
    future: Future[T]
    again: bool


class _Repeated:
    """A job that wants to run at once and then again and again."""

    def __init__(self, job: Callable[[Mailbox], object], interval: Callable[[], float]) -> None:
        self.job = job
        self.is_failing = False
        self._interval = interval
        self._at = -math.inf
        self._not_before = -math.inf
        self._backoff = Backoff(first=1.0, longest=60.0)

    def wait(self) -> float:
        """Seconds until it wants to run, at least 0. Asked again, it may be sooner, but never later."""
        try:
            interval = self._interval()
        except Exception:  # noqa: BLE001 - The thread must outlive a store that cannot be read for a moment.
            get("errands").exception("nobody can say when to repeat a job")
            interval = UNKNOWN_INTERVAL
        now = monotonic()
        self._at = min(self._at, now + interval)
        return max(0.0, max(self._at, self._not_before) - now)

    def ended(self, *, well: bool) -> None:
        self._at = math.inf
        self.is_failing = not well
        if well:
            self._backoff.succeeded()
        else:
            self._not_before = monotonic() + self._backoff.failed()


class Errands:
    """Runs jobs on one connection, one by one, on a thread of its own. Connects when there is something to do."""

    def __init__(self, name: str, mailbox: Mailbox) -> None:
        self._name = name
        self._mailbox = mailbox
        # None stands for nothing to do, only something to look at.
        self._queue: queue.SimpleQueue[_Errand[object] | None] = queue.SimpleQueue()
        self._entrance = threading.Lock()
        self._closed = False
        self._repeated: _Repeated | None = None
        self._backoff = Backoff()
        self._connected = False
        self._not_before = -math.inf
        self._last_error = MailboxError("unreachable", "not connected yet")
        self._thread = threading.Thread(target=self._work, name=f"errands-{name}", daemon=True)
        self._thread.start()

    def run(self, job: Callable[[Mailbox], T], deadline: float, *, again: bool = True) -> T:
        """Run a job and return its result. Never call this from within a job: it would wait for itself.

        Args:
            job: gets the connected mailbox.
            deadline: seconds to wait for the result; a job not begun by then is never begun.
            again: whether the job may be repeated on a fresh connection when the old one turns out to be dead.

        Raises:
            MailboxError: the job failed, the server cannot be reached, the deadline passed (`timeout`), or the errands
                are closed (`unavailable`).
        """
        errand: _Errand[T] = _Errand(job, Future(), again)
        with self._entrance:
            if self._closed:
                raise _closed()
            self._queue.put(errand)  # type: ignore[arg-type]  # The queue holds errands of every result type.
        try:
            return errand.future.result(deadline)
        except TimeoutError as error:
            if not errand.future.cancel() and errand.future.done():
                # It came to its end at the last moment, or this is what the job itself raised.
                return errand.future.result()
            raise MailboxError("timeout", f"no answer within {deadline:g} s") from error

    def repeat(self, job: Callable[[Mailbox], object], interval: Callable[[], float]) -> None:
        """Run a job now and then again and again, between the errands.

        `interval` says within how many seconds from now it is to run again, and is asked every few seconds, on this
        thread. What the job raises is the server's trouble of the moment: it is tried again.
        """
        self._repeated = _Repeated(job, interval)
        self._queue.put(None)

    def close(self, deadline: float = 5.0) -> None:
        """Finish the job at hand, log out, end the thread; all jobs not begun are refused."""
        with self._entrance:
            self._closed = True
            self._queue.put(None)
        self._thread.join(deadline)

    def _work(self) -> None:
        while not self._closed:
            wait: float | None = None
            if self._repeated is not None:
                wait = min(self._repeated.wait(), LONGEST_WAIT)
                if wait == 0.0:
                    self._do_again(self._repeated)
            with suppress(queue.Empty):
                self._do(self._queue.get(timeout=wait))
        while not self._queue.empty():
            self._do(self._queue.get())
        self._mailbox.close()

    def _do(self, errand: _Errand[object] | None) -> None:
        if errand is None or not errand.future.set_running_or_notify_cancel():
            return
        if self._closed:
            errand.future.set_exception(_closed())
            return
        try:
            result = self._attempt(errand.job, again=errand.again)
        except Exception as error:  # noqa: BLE001 - Whatever a job raises belongs to the one who waits for it.
            errand.future.set_exception(error)
        else:
            errand.future.set_result(result)

    def _do_again(self, repeated: _Repeated) -> None:
        try:
            self._attempt(repeated.job, again=True)
        except MailboxError as error:
            if not repeated.is_failing:
                get("errands").warning("a repeated job fails", mailbox=self._name, reason=error.code, error=str(error))
            repeated.ended(well=False)
        except Exception:  # noqa: BLE001 - A defect in the job must not end the thread that everybody else needs.
            get("errands").exception("a repeated job met something unforeseen", mailbox=self._name)
            repeated.ended(well=False)
        else:
            repeated.ended(well=True)

    def _attempt(self, job: Callable[[Mailbox], object], *, again: bool) -> object:
        fresh = not self._connected
        self._connect()
        try:
            return self._run_connected(job)
        except MailboxError:
            if fresh or self._connected or not again:
                raise
        # The connection was an old one, and servers drop those without a word: the job deserves a fresh one.
        self._connect()
        return self._run_connected(job)

    def _run_connected(self, job: Callable[[Mailbox], object]) -> object:
        try:
            return job(self._mailbox)
        except Exception as error:
            if not (isinstance(error, MailboxError) and error.code in ANSWERS):
                # Where a job broke off, nobody knows what the connection still has to say.
                self._connected = False
                self._mailbox.close()
            raise

    def _connect(self) -> None:
        if self._connected:
            return
        if monotonic() < self._not_before:
            raise _copy(self._last_error)
        try:
            self._mailbox.connect()
        except MailboxError as error:
            self._last_error = _copy(error)
            self._not_before = monotonic() + self._backoff.failed(fatal=error.fatal, pause=error.pause)
            raise
        self._connected = True
        self._backoff.succeeded()


def _closed() -> MailboxError:
    return MailboxError("unavailable", "whiteglove is about to end")


def _copy(error: MailboxError) -> MailboxError:
    """The same error without its past: one that is raised again and again would keep every place where it was."""
    return MailboxError(error.code, str(error), fatal=error.fatal, pause=error.pause)
