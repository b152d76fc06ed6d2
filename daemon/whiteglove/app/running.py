"""Starting, running, stopping. Each loop has a thread; a bell or the clock wakes it, and nothing it meets ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from whiteglove.app.wiring import Daemon
from whiteglove.errors import MailboxError
from whiteglove.ledger import MailState
from whiteglove.log import get
from whiteglove.store import messages, outbox

LONGEST_SLEEP = 1.0
"""Seconds after which a loop looks at the store again: the command line writes rows there, too."""
STOP_DEADLINE = 15.0
COPY_PATIENCE = 6.0


class _Loop:
    """One loop and its thread."""

    def __init__(
        self,
        name: str,
        drain: Callable[[Callable[[], bool]], int],
        next_due: Callable[[], datetime | None],
        bell: threading.Event,
        stop: threading.Event,
        now: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._drain = drain
        self._next_due = next_due
        self._bell = bell
        self._stop = stop
        self._now = now
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._bell.clear()
            sleep = LONGEST_SLEEP
            try:
                self._drain(self._stop.is_set)
                due = self._next_due()
                if due is not None:
                    sleep = min(sleep, max(0.0, (due - self._now()).total_seconds()))
            except Exception:  # noqa: BLE001 - A full disk or a defect must not end the daemon in silence.
                get(self._name).exception("the loop met something unforeseen and goes on")
                sleep = LONGEST_SLEEP
            self._bell.wait(sleep)


def run(daemon: Daemon, stop: threading.Event) -> None:
    """Run until `stop` is set, then finish what was begun and return."""
    daemon.outbox.take_over()
    loops = [
        _Loop(name, drain, next_due, daemon.woken[name], stop, daemon.clock.now)
        for name, drain, next_due in (
            ("desk", daemon.desk.drain, daemon.desk.next_attempt),
            ("outbox", daemon.outbox.drain, daemon.outbox.next_due),
            ("chores", daemon.chores.drain, daemon.chores.next_due),
        )
    ]
    knocker = BackgroundScheduler(timezone="UTC")
    knocker.add_job(_look, "interval", [daemon], seconds=1, coalesce=True, max_instances=1, misfire_grace_time=None)
    for loop in loops:
        loop.thread.start()
    for watcher in daemon.watchers:
        watcher.start()
    for name, errands in daemon.errands.items():
        errands.repeat(daemon.sent[name].read_with, daemon.scheduler.sent_interval)
    knocker.start()
    stop.wait()
    daemon.journal.write("daemon.stopping")
    knocker.shutdown(wait=False)
    _finish(daemon, [loop.thread for loop in loops])


def run_once(daemon: Daemon) -> int:
    """Catch up with every mailbox, handle everything, deliver what is due; 1 where a mailbox could not be read."""
    daemon.outbox.take_over()
    daemon.after_batch = lambda: _discard(daemon.desk.drain())
    recorded = lost = 0
    for watcher in daemon.watchers:
        try:
            recorded += watcher.catch_up()
        except MailboxError as error:
            lost += 1
            daemon.journal.write(
                "mailbox.lost", level="error", mailbox=watcher.name, reason=error.code, error=str(error)
            )
    sent = _work_off(daemon)
    with daemon.store.read() as tx:
        counts = outbox.counts(tx)
        total = messages.count(tx)
    waiting = sum(counts.get(state, 0) for state in (MailState.PLANNED, MailState.DEFERRED, MailState.CLAIMED))
    daemon.journal.write("daemon.stopping", recorded=recorded, messages=total, sent=sent, waiting=waiting)
    _finish(daemon, [])
    return 1 if lost else 0


def _work_off(daemon: Daemon) -> int:
    """Handle and deliver until nothing is due; wait the few seconds that a copy in Sent needs for its second look."""
    sent = 0
    patience = threading.Event()
    while True:
        busy = daemon.desk.drain() + daemon.scheduler.look()
        delivered = daemon.outbox.drain()
        sent += delivered
        busy += delivered + daemon.chores.drain()
        if busy:
            continue
        due = daemon.chores.next_due()
        wait = (due - daemon.clock.now()).total_seconds() if due is not None else COPY_PATIENCE
        if wait >= COPY_PATIENCE:
            return sent
        patience.wait(max(0.05, wait))


def _look(daemon: Daemon) -> None:
    if daemon.scheduler.look():
        daemon.woken["desk"].set()


def _finish(daemon: Daemon, threads: list[threading.Thread]) -> None:
    """End every thread within the deadline and say who is late."""
    for watcher in daemon.watchers:
        watcher.stop()
    for bell in daemon.woken.values():
        bell.set()
    for thread in threads:
        thread.join(STOP_DEADLINE / 3)
        if thread.is_alive():
            get("run").warning("a loop is still busy at the end", loop=thread.name)
    for watcher in daemon.watchers:
        watcher.join(STOP_DEADLINE / 3)
    for errands in daemon.errands.values():
        errands.close(STOP_DEADLINE / 3)
    for transport in daemon.transports.values():
        transport.close()
    daemon.host.close()


def _discard(_: Any) -> None:
    return None
