"""Time: what has come due becomes an event. Due times are rows; the scheduler only knocks.

Each look turns promises, obligations and the plugins' own schedules whose moment has passed into events, each once,
however often the daemon restarts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from whiteglove.hookspecs import Schedule
from whiteglove.ledger import ObligationState, PromiseState
from whiteglove.ports import Clock
from whiteglove.promises import judge
from whiteglove.settings import Settings
from whiteglove.store import Store, events, folders, ledger, memory, outbox

HOT_SENT = 15.0
"""Seconds between looks into Sent while anything there could matter soon."""
NEAR = timedelta(hours=2)
SLEPT_THROUGH = timedelta(days=7)


class Scheduler:
    """Turns what has come due into events. Used by one thread; `sent_interval` by any."""

    def __init__(
        self, store: Store, settings: Settings, schedules: Mapping[str, tuple[Schedule, ...]], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._schedules = schedules
        self._clock = clock

    def look(self) -> int:
        """Store an event for everything that has come due; return how many."""
        now = self._clock.now()
        return self._promises(now) + self._obligations(now) + self._plugins(now)

    def sent_interval(self) -> float:
        """Seconds until Sent should be read again: soon while an obligation is open, an answer waits or a promise is
        near; at once when a promise has come due; else at the poll interval."""
        now = self._clock.now()
        poll = self._settings.daemon.poll.total_seconds()
        with self._store.read() as tx:
            owed = ledger.owed(tx)
            open_any = bool(ledger.open_obligations(tx)) or outbox.any_waiting(tx)
            read_until = folders.sent_read_until(tx, self._mailboxes(), now)
        waits = [poll]
        if open_any or any(promise.due - now <= NEAR for promise in owed):
            waits.append(HOT_SENT)
        for promise in owed:
            if promise.due > now:
                waits.append((promise.due - now).total_seconds() + 0.05)
            elif promise.state is PromiseState.OPEN and (read_until is None or read_until < promise.due):
                waits.append(0.5)
        return max(0.05, min(waits))

    def next_run(self) -> datetime | None:
        """When the next promise, obligation or schedule comes due."""
        now = self._clock.now()
        with self._store.read() as tx:
            moments = [promise.due for promise in ledger.owed(tx) if promise.due > now]
            moments += [found.due for found in ledger.open_obligations(tx) if found.due and found.due > now]
        moments += [self._following(schedule, now) for known in self._schedules.values() for schedule in known]
        return min(moments, default=None)

    def _mailboxes(self) -> list[str]:
        return [account.name for account in self._settings.mailboxes]

    def _promises(self, now: datetime) -> int:
        number = 0
        with self._store.read() as tx:
            owed = [promise for promise in ledger.owed(tx) if promise.due <= now]
            read_until = folders.sent_read_until(tx, self._mailboxes(), now)
        for promise in owed:
            client = self._settings.book.clients.get(promise.client)
            if client is None or read_until is None or read_until < promise.due:
                continue
            state = judge(promise, now, read_until, client.report, self._settings.worktime)
            if state is promise.state:
                continue
            # A late promise is judged again by the desk too, after the owner's mail that was read before.
            kind = "PromiseDue" if promise.state is PromiseState.OPEN else "PromiseOverdue"
            with self._store.write() as tx:
                if not events.exists(tx, kind, promise.row):
                    events.add(tx, kind, promise.due, promise.row)
                    number += 1
        return number

    def _obligations(self, now: datetime) -> int:
        number = 0
        with self._store.read() as tx:
            read_until = folders.sent_read_until(tx, self._mailboxes(), now)
            due = [
                found
                for found in ledger.open_obligations(tx)
                if found.state is ObligationState.OPEN and found.due is not None and found.due <= now
            ]
        for obligation in due:
            if read_until is None or obligation.due is None or read_until < obligation.due:
                continue
            with self._store.write() as tx:
                if not events.exists(tx, "ObligationOverdue", obligation.row):
                    events.add(tx, "ObligationOverdue", obligation.due, obligation.row)
                    number += 1
        return number

    def _plugins(self, now: datetime) -> int:
        number = 0
        for plugin, schedules in self._schedules.items():
            for schedule in schedules:
                number += self._fire(plugin, schedule, now)
        return number

    def _fire(self, plugin: str, schedule: Schedule, now: datetime) -> int:
        with self._store.read() as tx:
            last = memory.last_fired(tx, plugin, schedule.name)
        due = self._latest(schedule, now, last)
        if due is None or (last is not None and due <= last):
            return 0
        with self._store.write() as tx:
            fresh = memory.fire(tx, plugin, schedule.name, due)
            # The first look only notes where time stands: a moment before the plugin was there was not missed.
            if not fresh or last is None:
                return 0
            details = {"plugin": plugin, "name": schedule.name, "due": due.isoformat()}
            events.add(tx, "ScheduleFired", now, None, details)
        return 1

    def _latest(self, schedule: Schedule, now: datetime, last: datetime | None) -> datetime | None:
        """The latest moment of a schedule that is not in the future."""
        if schedule.every is not None:
            if last is None:
                return now
            return last + schedule.every * ((now - last) // schedule.every)
        worktime = self._settings.worktime
        day = worktime.local_date(now)
        while schedule.at is not None and day >= worktime.local_date(now - SLEPT_THROUGH):
            moment = worktime.instant(day, schedule.at)
            if day.weekday() in schedule.weekdays and moment <= now:
                return moment
            day -= timedelta(days=1)
        return None

    def _following(self, schedule: Schedule, now: datetime) -> datetime:
        if schedule.every is not None:
            return now + schedule.every
        worktime = self._settings.worktime
        day = worktime.local_date(now)
        while True:
            moment = worktime.instant(day, schedule.at) if schedule.at is not None else now
            if moment > now and day.weekday() in schedule.weekdays:
                return moment
            day += timedelta(days=1)
