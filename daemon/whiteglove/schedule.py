"""Time: what has come due becomes an event. Due times are rows; the scheduler only knocks.

Each look turns promises, obligations and the plugins' own schedules whose moment has passed into events, each once,
however often the daemon restarts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from whiteglove.hookspecs import Schedule
from whiteglove.ledger import Delegation, Obligation, ObligationState, Promise, PromiseState
from whiteglove.ports import Clock
from whiteglove.promises import judge, moved_from
from whiteglove.settings import Settings
from whiteglove.store import Store, delegations, events, folders, ledger, memory, outbox, timers
from whiteglove.store.view import SLOTS_REMEMBERED

Owed = TypeVar("Owed", Promise, Obligation, Delegation)

HOT_SENT = 15.0
"""Seconds between looks into Sent while anything there could matter soon."""
JUST_AFTER = 0.05
AT_ONCE = 0.5
NEAR = timedelta(hours=2)
SLEPT_THROUGH = timedelta(days=7)
WRONG_CLOCK = timedelta(days=1)
"""A moment that was fired further ahead than this was fired by a clock that has been set back since."""
TIMERS = 200


class Scheduler:
    """Turns what has come due into events. Used by one thread; `sent_interval` and `next_run` by any.

    What is owed to a client who left the book stays in the record, and nothing comes due for it any more.
    """

    def __init__(
        self, store: Store, settings: Settings, schedules: Mapping[str, tuple[Schedule, ...]], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._schedules = schedules
        self._clock = clock
        self._has_begun = False

    def look(self) -> int:
        """Store an event for everything that has come due; return how many."""
        now = self._clock.now()
        return self._begin(now) + self._owed(now) + self._timers(now) + self._plugins(now)

    def sent_interval(self) -> float:
        """Seconds until Sent should be read again: soon while an obligation is open, an answer waits or a promise is
        near; at once when a promise has come due; else at the poll interval."""
        now = self._clock.now()
        waits = [self._settings.daemon.poll.total_seconds()]
        with self._store.read() as tx:
            owed = self._concerned(ledger.owed(tx))
            any_open = bool(self._concerned(ledger.open_obligations(tx))) or outbox.any_waiting(tx)
            read_until = folders.sent_read_until(tx, self._mailboxes(), now)
        if any_open or any(promise.due - now <= NEAR for promise in owed):
            waits.append(HOT_SENT)
        for promise in owed:
            if promise.due > now:
                waits.append((promise.due - now).total_seconds() + JUST_AFTER)
            elif promise.state is PromiseState.OPEN and (read_until is None or read_until < promise.due):
                waits.append(AT_ONCE)
        return min(waits)

    def next_run(self) -> datetime | None:
        """When the next promise, obligation or schedule comes due."""
        now = self._clock.now()
        with self._store.read() as tx:
            moments = [promise.due for promise in self._concerned(ledger.owed(tx))]
            moments += [found.due for found in self._concerned(ledger.open_obligations(tx)) if found.due]
            moments += [found.due for found in self._concerned(delegations.known(tx)) if found.due]
            timer = timers.next_due(tx)
            moments += [timer] if timer else []
            for plugin, known in self._schedules.items():
                for schedule in known:
                    moments.append(self._following(schedule, now, memory.last_fired(tx, plugin, schedule.name)))
        return min((moment for moment in moments if moment > now), default=None)

    def _mailboxes(self) -> list[str]:
        return [account.name for account in self._settings.mailboxes]

    def _concerned(self, owed: Iterable[Owed]) -> list[Owed]:
        return [one for one in owed if one.client in self._settings.book.clients]

    def _owed(self, now: datetime) -> int:
        """Promises and obligations whose time has come; what was missed is judged once Sent has been read up to that
        time, since what settles it may lie there."""
        due: list[tuple[str, int, datetime]] = []
        with self._store.read() as tx:
            read_until = folders.sent_read_until(tx, self._mailboxes(), now)
            for promise in self._concerned(ledger.owed(tx)):
                # Only what breaks a late promise depends on the slots, of which those moved away are none.
                late = promise.state is PromiseState.LATE
                known = ledger.promises_of(tx, promise.client, now - SLOTS_REMEMBERED) if late else ()
                moved = moved_from(known)
                due += [(kind, promise.row, promise.due) for kind in self._come(promise, now, read_until, moved)]
            # Before what is overdue: by then it is the owner's again.
            passed_on = delegations.lapsed(tx, min(now, read_until) if read_until is not None else None)
            due += [("DelegationLapsed", one.row, min(one.due or now, now)) for one in self._concerned(passed_on)]
            if read_until is not None:
                due += [
                    ("ObligationOverdue", found.row, found.due)
                    for found in self._concerned(ledger.open_obligations(tx))
                    if found.state is ObligationState.OPEN and found.due and found.due <= min(now, read_until)
                ]
            fresh = [one for one in due if not events.exists(tx, one[0], one[1])]
        if fresh:
            with self._store.write() as tx:
                for kind, row, at in fresh:
                    events.add(tx, kind, at, row)
        return len(fresh)

    def _come(
        self, promise: Promise, now: datetime, read_until: datetime | None, moved: Collection[datetime]
    ) -> Iterator[str]:
        """What the clock says about a promise. The desk changes its state, after the owner's mail read before."""
        is_open = promise.state is PromiseState.OPEN
        if is_open and promise.due <= now:
            yield "PromiseDue"
        cadence = self._settings.book.clients[promise.client].report
        if judge(promise, now, read_until, cadence, self._settings.worktime, moved) is not promise.state:
            yield "PromisePassed" if is_open else "PromiseOverdue"

    def _begin(self, now: datetime) -> int:
        """At the first look, the schedules that want to know that a configuration came into force."""
        if self._has_begun:
            return 0
        wanted = [
            {"plugin": plugin, "name": schedule.name, "due": now.isoformat()}
            for plugin, known in self._schedules.items()
            for schedule in known
            if schedule.at_start
        ]
        if wanted:
            with self._store.write() as tx:
                for details in wanted:
                    events.add(tx, "ScheduleFired", now, None, details)
        self._has_begun = True
        return len(wanted)

    def _timers(self, now: datetime) -> int:
        """The moments that plugins asked for once: the row becomes an event in one commit."""
        with self._store.read() as tx:
            if not timers.due(tx, now, 1):
                return 0
        with self._store.write() as tx:
            come = timers.due(tx, now, TIMERS)
            for timer in come:
                details = {
                    "plugin": timer.plugin,
                    "key": timer.key,
                    "due": timer.due.isoformat(),
                    "value": timer.value,
                }
                events.add(tx, "TimerFired", now, None, details)
                timers.drop(tx, timer.plugin, timer.key)
        return len(come)

    def _plugins(self, now: datetime) -> int:
        return sum(self._fire(plugin, schedule, now) for plugin, known in self._schedules.items() for schedule in known)

    def _fire(self, plugin: str, schedule: Schedule, now: datetime) -> int:
        with self._store.read() as tx:
            last = memory.last_fired(tx, plugin, schedule.name)
        due = self._latest(schedule, now, last)
        sound_until = now + WRONG_CLOCK
        if due is None or (last is not None and due <= last <= sound_until):
            return 0
        with self._store.write() as tx:
            if not memory.fire(tx, plugin, schedule.name, due, sound_until):
                return 0
            # The first look only notes where time stands: a moment before the plugin was there was not missed.
            if last is None:
                return 0
            details = {"plugin": plugin, "name": schedule.name, "due": due.isoformat()}
            events.add(tx, "ScheduleFired", now, None, details)
        return 1

    def _latest(self, schedule: Schedule, now: datetime, last: datetime | None) -> datetime | None:
        """The latest moment of a schedule that is not in the future."""
        if schedule.every is not None:
            since = now if last is None or last > now + WRONG_CLOCK else last
            return since + schedule.every * ((now - since) // schedule.every)
        assert schedule.at is not None
        worktime = self._settings.worktime
        day, earliest = worktime.local_date(now), worktime.local_date(now - SLEPT_THROUGH)
        while day >= earliest:
            moment = worktime.instant(day, schedule.at)
            if day.weekday() in schedule.weekdays and moment <= now:
                return moment
            day -= timedelta(days=1)
        return None

    def _following(self, schedule: Schedule, now: datetime, last: datetime | None) -> datetime:
        """The first moment of a schedule that is still to come."""
        if schedule.every is not None:
            return (self._latest(schedule, now, last) or now) + schedule.every
        return schedule.following(now, self._settings.worktime)
