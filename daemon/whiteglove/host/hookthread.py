"""One thread for every hook, and a deadline for each call.

Python cannot end a thread from outside. A call that passes its deadline is therefore left behind together with its
thread; what it may still return is thrown away, and the next call gets a new thread.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class OverrunError(Exception):
    """The deadline has passed. `stack` says where the call was at that moment, the outermost frame first."""

    def __init__(self, stack: traceback.StackSummary) -> None:
        super().__init__("the deadline has passed")
        self.stack = stack


class _Job(Generic[T]):
    """One call on its way to the thread and back."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[], T]) -> None:
        self.work = work
        self.done = threading.Event()
        self.result: T
        self.error: BaseException | None = None


class HookThread:
    """Runs what it is given, one call after the other, on a thread of its own; may be asked from any other thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._queue: SimpleQueue[_Job[object] | None] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, work: Callable[[], T], budget: float) -> T:
        """What `work` returns. The `budget`, in seconds, begins when the call does, not when it is asked for.

        `work` must catch what it does not want raised here. Raises `OverrunError` when the budget is used up.
        """
        with self._turn:
            if self._closed:
                raise RuntimeError("the thread of the hooks was closed")
            queue, thread = self._running()
            job = _Job(work)
            queue.put(job)  # type: ignore[arg-type]
            if not job.done.wait(budget):
                # The thread ends by itself should the call ever return; nobody waits for that.
                queue.put(None)
                self._queue = self._thread = None
                raise OverrunError(_stack(thread))
        if job.error is not None:
            raise job.error
        return job.result

    def close(self) -> None:
        """End the thread. A call that is still under way elsewhere is finished first, at most for its budget."""
        with self._turn:
            self._closed = True
            if self._queue is not None and self._thread is not None:
                self._queue.put(None)
                self._thread.join(1.0)
            self._queue = self._thread = None

    def _running(self) -> tuple[SimpleQueue[_Job[object] | None], threading.Thread]:
        if self._queue is None or self._thread is None:
            self._queue = SimpleQueue()
            # Daemonic, so that a hook that never returns cannot keep the process from ending.
            self._thread = threading.Thread(target=_work_off, args=(self._queue,), name="hooks", daemon=True)
            self._thread.start()
        return self._queue, self._thread


def _work_off(queue: SimpleQueue[_Job[object] | None]) -> None:
    while (job := queue.get()) is not None:
        try:
            job.result = job.work()
        except BaseException as error:  # noqa: BLE001 (SystemExit and KeyboardInterrupt are a hook's mistakes too)
            job.error = error
        job.done.set()
        # While the thread waits it must not hold on to the last message.
        del job


def _stack(thread: threading.Thread) -> traceback.StackSummary:
    frame = sys._current_frames().get(thread.ident or 0)
    stack = traceback.StackSummary.extract(traceback.walk_stack(frame) if frame else (), lookup_lines=False)
    stack.reverse()
    return stack
