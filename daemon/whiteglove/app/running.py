"""Starting, running, stopping. Each loop has a thread; a bell or the clock wakes it, and nothing it meets ends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from whiteglove.app.turns import Turns
from whiteglove.app.wiring import Daemon
from whiteglove.errors import MailboxError, StoreError
from whiteglove.intake.watching import Watcher
from whiteglove.ledger import MailState
from whiteglove.log import get
from whiteglove.store import messages, outbox

LONGEST_SLEEP = 0.8
"""Seconds after which a loop looks at the store again: the command line writes rows there, and is to be noticed within
a second."""
SHORTEST_SLEEP = 0.02
LOOPS_DEADLINE = 10.0
"""Seconds that the loops get to finish the mail or the event at hand."""
CONNECTIONS_DEADLINE = 3.0
"""Seconds after that in which all connections are to be closed; what hangs is left behind and ends with the process."""
AS_LONG_AS_IT_TAKES = 3600.0
COPY_PATIENCE = 6.0
"""Seconds within which a chore has to come due for a single run to wait for it."""

Drain = Callable[[Callable[[], bool]], int]


class _Loop:
    """One loop and its thread."""

    def __init__(
        self,
        name: str,
        drain: Drain,
        next_due: Callable[[], datetime | None],
        daemon: Daemon,
        turns: Turns,
        stop: threading.Event,
    ) -> None:
        self._name = name
        self._drain = drain
        self._next_due = next_due
        self._now = daemon.clock.now
        self._liveness = daemon.liveness
        self._turns = turns
        self._stop = stop
        self._store_fault = ""
        self.bell = daemon.woken[name]
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._liveness.expect(name)

    def _run(self) -> None:
        while not self._is_stopping():
            self.bell.clear()
            self.bell.wait(self._work())

    def _is_stopping(self) -> bool:
        """Asked at every turn and before every mail and event, so that asking is a sign of life."""
        self._liveness.sign(self._name)
        return self._stop.is_set()

    def _work(self) -> float:
        """Do what is due; return for how many seconds there is nothing to do."""
        done = 0
        self._turns.begin(self._name)
        try:
            done = self._drain(self._is_stopping)
            due = self._next_due()
            self._store_fault = ""
        except StoreError as error:
            self._tell_of_store(str(error))
            return LONGEST_SLEEP
        except Exception:  # noqa: BLE001 - A full disk or a defect must not end the daemon in silence.
            get(self._name).exception("the loop met something unforeseen and goes on")
            return LONGEST_SLEEP
        finally:
            self._turns.end(self._name, done)
        if due is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(SHORTEST_SLEEP, (due - self._now()).total_seconds()))

    def _tell_of_store(self, fault: str) -> None:
        """Once for as long as it lasts: a disk that is full must not be filled with lines about it."""
        if fault != self._store_fault:
            get(self._name).error("the store cannot be used now, the loop waits", error=fault)
            self._store_fault = fault


class Running:
    """A daemon at work, from the moment this is made until `finish`. `turns` are those of its loops."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._stop = threading.Event()
        self.turns = Turns(daemon.woken)
        daemon.outbox.take_over()
        self._loops = [
            self._loop("desk", daemon.desk.drain, daemon.desk.next_attempt),
            self._loop("outbox", daemon.outbox.drain, daemon.outbox.next_due),
            self._loop("chores", self._do_chores, self._next_chore),
            self._loop("calls", self._ask_the_web, daemon.calls.next_due),
            self._loop("schedule", self._look, lambda: None),
        ]
        for loop in self._loops:
            loop.thread.start()
        for watcher in daemon.watchers:
            daemon.liveness.expect_mailbox(watcher.name, watcher.longest_pause)
            watcher.start()
        for name, errands in daemon.errands.items():
            errands.repeat(partial(daemon.look, name), partial(self._sent_interval, name))
        self._knocker = BackgroundScheduler(timezone="UTC")
        knock = daemon.woken["schedule"].set
        self._knocker.add_job(knock, "interval", seconds=1, coalesce=True, misfire_grace_time=None)
        self._knocker.start()
        # Read now, while the servers are still being reached: the first client to write should not wait for it.
        daemon.settings.lexicon.check()

    def finish(self) -> bool:
        """Finish what was begun, end every thread, say who is late. Returns within both deadlines: True where nothing
        is left behind, False where a thread still hangs somewhere and may yet use the store."""
        self._daemon.journal.write("daemon.stopping")
        self._tell_all()
        return self._end()

    def make_way(self, stop: threading.Event) -> bool:
        """Finish, as `finish` does, for another daemon over the same store. However long a server thinks about the mail
        at hand is waited for: nobody may take over the outbox meanwhile. Once `stop` is set the deadlines count."""
        self._tell_all()
        for loop in self._loops:
            while loop.thread.is_alive() and not stop.is_set():
                loop.thread.join(0.1)
        if stop.is_set():
            self._daemon.journal.write("daemon.stopping")
        return self._end()

    def _tell_all(self) -> None:
        self._stop.set()
        self._knocker.shutdown(wait=False)
        for watcher in self._daemon.watchers:
            watcher.stop()
        for bell in self._daemon.woken.values():
            bell.set()

    def _end(self) -> bool:
        deadline = time.monotonic() + LOOPS_DEADLINE
        for loop in self._loops:
            loop.thread.join(max(0.0, deadline - time.monotonic()))
            if loop.thread.is_alive():
                get("run").warning("a loop is still busy at the end", loop=loop.thread.name)
        is_idle = not any(loop.thread.is_alive() for loop in self._loops)
        return _part(self._daemon, self._daemon.watchers, is_idle=is_idle) and is_idle

    def _loop(self, name: str, drain: Drain, next_due: Callable[[], datetime | None]) -> _Loop:
        return _Loop(name, drain, next_due, self._daemon, self.turns, self._stop)

    def _sent_interval(self, mailbox: str) -> float:
        """Asked every few seconds on the thread of the errands, so that asking is a sign of life."""
        self._daemon.liveness.errands_at_work(mailbox)
        return self._daemon.scheduler.sent_interval()

    def _do_chores(self, stopping: Callable[[], bool]) -> int:
        daemon = self._daemon
        return daemon.chores.drain(stopping) + daemon.drafting.drain(stopping) + daemon.changes.drain(stopping)

    def _ask_the_web(self, stopping: Callable[[], bool]) -> int:
        """Logins are renewed here, since a provider may take its time and no mail is to wait for it."""
        return self._daemon.logins.look() + self._daemon.calls.drain(stopping)

    def _next_chore(self) -> datetime | None:
        daemon = self._daemon
        moments = (daemon.chores.next_due(), daemon.drafting.next_due(), daemon.changes.next_due())
        return min((moment for moment in moments if moment is not None), default=None)

    def _look(self, _stopping: Callable[[], bool]) -> int:
        number = self._daemon.scheduler.look() + self._daemon.silences.look()
        if number:
            self._daemon.woken["desk"].set()
        return number + self._daemon.health.look() + self._daemon.retention.step()


def run_once(daemon: Daemon, stop: threading.Event | None = None) -> tuple[int, bool]:
    """Catch up with every mailbox, handle everything, deliver what is due.

    Returns the exit code, 1 where a mailbox could not be read or something unforeseen happened, and whether nothing is
    left behind (see `Running.finish`). With `stop` set meanwhile the work at hand is finished and the rest is left for
    the next time.
    """
    once = _Once(daemon, stop or threading.Event())
    # On a thread of its own, since a server that hangs must not keep the process from ending when it is told to.
    work = threading.Thread(target=once.work, name="once", daemon=True)
    work.start()
    while work.is_alive() and not once.stop.is_set():
        work.join(0.1)
    if once.stop.is_set():
        work.join(LOOPS_DEADLINE)
    with daemon.store.read() as tx:
        counts = outbox.counts(tx)
        total = messages.count(tx)
    waiting = sum(counts.get(state, 0) for state in (MailState.PLANNED, MailState.DEFERRED, MailState.CLAIMED))
    daemon.journal.write("daemon.stopping", recorded=once.recorded, messages=total, sent=once.sent, waiting=waiting)
    is_idle = not work.is_alive()
    return int(bool(once.faults)), _part(daemon, (), is_idle=is_idle) and is_idle


class _Once:
    """One round of everything. `faults` counts mailboxes that could not be read, and surprises."""

    def __init__(self, daemon: Daemon, stop: threading.Event) -> None:
        self._daemon = daemon
        self.stop = stop
        self.recorded = self.sent = self.faults = 0
        self._thread: threading.Thread | None = None

    def work(self) -> None:
        daemon = self._daemon
        self._thread = threading.current_thread()
        daemon.after_batch = self._handle
        try:
            daemon.outbox.take_over()
            self._catch_up()
            self._work_off()
        except Exception:  # noqa: BLE001 - It is told in one line of the log, and by the exit code.
            self.faults += 1
            get("run").exception("something unforeseen happened")

    def _handle(self) -> None:
        """Handle each batch before the next is read, so that no more texts lie in memory than one batch has.

        A batch of Sent has none, and comes on the very thread that the desk waits for when a text is to be fetched.
        """
        if threading.current_thread() is self._thread:
            self._drained("desk", self._daemon.desk.drain)

    def _catch_up(self) -> None:
        for watcher in self._daemon.watchers:
            if self.stop.is_set():
                return
            try:
                self.recorded += watcher.catch_up()
                self._daemon.look_at_drafts(watcher.name)
            except MailboxError as error:
                self.faults += 1
                self._daemon.journal.write(
                    "mailbox.lost", level="error", mailbox=watcher.name, reason=error.code, error=str(error)
                )

    def _work_off(self) -> None:
        """Handle and deliver until nothing is due, the few seconds included that a copy in Sent needs for its second
        look, and a mail of unknown fate until it is known."""
        daemon = self._daemon
        while not self.stop.is_set():
            before = self.faults
            # What has come due comes first: an answer waits until the desk has judged a promise whose time has passed.
            busy = self._drained("schedule", lambda _: daemon.scheduler.look() + daemon.silences.look())
            busy += self._drained("desk", daemon.desk.drain)
            busy += self._drained("schedule", lambda _: daemon.health.look() + daemon.retention.step())
            delivered = self._drained("outbox", daemon.outbox.drain)
            self.sent += delivered
            busy += delivered + self._drained("chores", daemon.chores.drain)
            busy += self._drained("chores", daemon.drafting.drain) + self._drained("chores", daemon.changes.drain)
            busy += self._drained("calls", daemon.calls.drain) + self._drained("calls", lambda _: daemon.logins.look())
            if busy:
                continue
            if self.faults > before:
                # What is still due there would only fail again.
                return
            moments = (daemon.chores.next_due(), daemon.outbox.next_look(), daemon.desk.next_attempt())
            due = min((moment for moment in moments if moment is not None), default=None)
            wait = (due - daemon.clock.now()).total_seconds() if due is not None else COPY_PATIENCE
            if wait >= COPY_PATIENCE:
                return
            self.stop.wait(max(SHORTEST_SLEEP, wait))

    def _drained(self, name: str, drain: Drain) -> int:
        """One loop's work. A fault in it is told and counted, and the other loops do theirs."""
        try:
            return drain(self.stop.is_set)
        except Exception:  # noqa: BLE001 - A defect in one loop must not keep mail in another.
            self.faults += 1
            get(name).exception("the loop met something unforeseen")
            return 0


def _part(daemon: Daemon, watchers: Iterable[Watcher], *, is_idle: bool) -> bool:
    """Close all connections at once; whether all of them were in time. Saying good-bye may take as long as a server
    likes, so nobody waits for it beyond the deadline: what hangs ends with the process. What a loop may still be using
    is closed only where all are idle."""
    closings: list[Callable[[], object]] = [partial(one.join, AS_LONG_AS_IT_TAKES) for one in watchers]
    closings += [partial(one.close, AS_LONG_AS_IT_TAKES) for one in daemon.errands.values()]
    if daemon.adviser is not None:
        closings.append(daemon.adviser.close)
    if is_idle:
        closings += [transport.close for transport in daemon.transports.values()]
        closings.append(daemon.host.close)
    threads = [threading.Thread(target=closing, name="parting", daemon=True) for closing in closings]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + CONNECTIONS_DEADLINE
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)
