"""The loop: take events in order, handle each, look after what fails.

A plugin that raises or hangs is retried alone, with growing pauses, and its part of the event is parked in the end; its
neighbours' parts are done. An event that fails as a whole is treated the same way. Nothing stops the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.actions import SendSummary
from whiteglove.desk.acting import Actor
from whiteglove.desk.asking import Failure, Plugins
from whiteglove.desk.consulting import LOOK_AGAIN, StillAskedError
from whiteglove.desk.contexts import Contexts
from whiteglove.desk.core import Core, Line
from whiteglove.desk.hydrate import hydrate
from whiteglove.desk.summing import Drafted, draft
from whiteglove.desk.understanding import Understood
from whiteglove.errors import MailboxError, StoreError
from whiteglove.events import Event
from whiteglove.host import Host
from whiteglove.log import Journal, get
from whiteglove.message import RecordedMessage
from whiteglove.ports import Adviser, Clock
from whiteglove.prepare import AnswerWriter
from whiteglove.settings import Settings
from whiteglove.store import Store, events, outbox
from whiteglove.store.events import DONE, FAILED, PARKED, EventRow
from whiteglove.store.health import SUSPENDED
from whiteglove.store.seen_drafts import SeenDraftRow
from whiteglove.texts import Texts

BATCH = 20
MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)
SUSPENDED_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Open:
    """An event that plugins are still to see. `answered`: an earlier attempt already led to a mail to the client."""

    row: EventRow
    event: Event
    handled: Mapping[str, str]
    answered: bool


@dataclass(slots=True)
class _Taken:
    """What one commit took from the queue: `number` events, of which `row` is the one that is not done with yet.

    `message` is set where its text or the plugins' votes must be asked for first, else `opened`.
    """

    number: int = 0
    row: EventRow | None = None
    message: RecordedMessage | SeenDraftRow | None = None
    opened: _Open | None = None
    lines: list[Line] = field(default_factory=list)


class Desk:
    """Handles events. Used by one thread."""

    def __init__(
        self,
        store: Store,
        host: Host,
        settings: Settings,
        writer: AnswerWriter,
        texts: Texts,
        journal: Journal,
        clock: Clock,
        on_planned: Callable[[], None],
        adviser: Adviser | None = None,
    ) -> None:
        self._store = store
        self._host = host
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._on_planned = on_planned
        self._plugins = Plugins(host, Contexts(settings, host, store), journal, clock)
        self._actor = Actor(settings, writer)
        self._core = Core(settings, store, texts, self._plugins.votes if self._plugins.vote else None, adviser)
        self._uncounted: set[int] = set()

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Handle every event whose time has come, those that follow from them too; return how many that were."""
        number = 0
        taken = _Taken()
        while taken.row is not None or (not stopping() and self._is_any_due()):
            taken = self._take_next() if taken.row is None else self._go_on(taken.row, taken, stopping)
            number += taken.number
            self._log(taken.lines)
        return number

    def next_attempt(self) -> datetime | None:
        """When the next postponed event may be tried again."""
        with self._store.read() as tx:
            return events.next_attempt(tx)

    def _is_any_due(self) -> bool:
        with self._store.read() as tx:
            return events.any_due(tx, self._clock.now())

    def _take(self, tx: sa.Connection) -> _Taken:
        """Count the attempt, do the core's part, and finish what no plugin listens to; up to the first event that takes
        more than the store."""
        taken = _Taken()
        now = self._clock.now()
        while taken.row is None and taken.number < BATCH and (rows := events.claim(tx, now, 1)):
            row = rows[0]
            taken.number += 1
            if row.attempts > MOST_ATTEMPTS:
                taken.lines += self._park(tx, row, "the daemon ended each time this event was handled")
                continue
            if row.core_done and self._plugins.are_resting(row, events.handled(tx, row.row), now):
                events.postpone(tx, row.row, now + SUSPENDED_PAUSE, SUSPENDED, counted=False)
                continue
            try:
                if not self._core.is_concerned(row) and not self._plugins.listeners(row):
                    events.finish(tx, row.row)
                    continue
                with tx.begin_nested():
                    message = self._core.message_of(tx, row)
                    if message is not None and self._core.must_ask(row, message):
                        taken.message = message
                    else:
                        taken.opened, lines = self._settle(tx, row, now, message)
                        taken.lines += lines
            except Exception as error:  # noqa: BLE001 - Nothing stops the loop; what was done of the event is undone.
                taken.message = taken.opened = None
                taken.lines += self._failed(tx, row, error)
                continue
            if taken.message is not None or taken.opened is not None:
                taken.row = row
        return taken

    def _take_next(self) -> _Taken:
        with self._store.write() as tx:
            events.uncount(tx, self._uncounted)
            taken = self._take(tx)
        self._uncounted.clear()
        return taken

    def _go_on(self, row: EventRow, taken: _Taken, stopping: Callable[[], bool]) -> _Taken:
        """Handle the event that was taken; what was taken next in the same commit."""
        try:
            opened = taken.opened or self._open_after_asking(row, taken.message)
            return _Taken() if opened is None else self._handle(opened, stopping)
        except MailboxError as error:
            # Not the event's fault: it waits for the server, however long that takes.
            self._wait_for_server(row, error)
        except StillAskedError:
            with self._store.write() as tx:
                events.postpone(tx, row.row, self._clock.now() + LOOK_AGAIN, "an adviser is asked", counted=False)
        except StoreError:
            # Nor a full disk's: the loop comes back to it, and what was tried meanwhile does not count.
            self._uncounted.add(row.row)
            raise
        except Exception as error:  # noqa: BLE001 - Nothing stops the loop; the event is retried, then parked.
            with self._store.write() as tx:
                lines = self._failed(tx, row, error)
            self._log(lines)
        return _Taken()

    def _open_after_asking(self, row: EventRow, message: RecordedMessage | SeenDraftRow | None) -> _Open | None:
        assert message is not None
        understood = self._core.understand(row, message)
        with self._store.write() as tx:
            opened, lines = self._settle(tx, row, self._clock.now(), message, understood)
        self._log(lines)
        return opened

    def _settle(
        self,
        tx: sa.Connection,
        row: EventRow,
        now: datetime,
        message: RecordedMessage | SeenDraftRow | None,
        understood: Understood | None = None,
    ) -> tuple[_Open | None, list[Line]]:
        """The core's part; then the event as plugins see it, or the end of it where none is concerned."""
        outcome = self._core.settle(tx, row, now, message, understood)
        if not outcome.obsolete and self._plugins.listeners(row):
            if outcome.details is not None:
                row = replace(row, details=outcome.details)
            event = hydrate(tx, row, self._settings.book, outcome.message, outcome.text)
            if event is not None:
                if row.core_done:
                    handled, answered = events.handled(tx, row.row), outbox.client_mail_of_event(tx, row.row)
                    return _Open(row, event, handled, answered), outcome.lines
                events.core_done(tx, row.row)
                return _Open(row, event, {}, answered=False), outcome.lines
        events.finish(tx, row.row)
        return None, outcome.lines

    def _handle(self, opened: _Open, stopping: Callable[[], bool]) -> _Taken:
        """Ask the plugins; then one commit: what was agreed, the mark that these plugins have handled the event, and
        the beginning of the next one."""
        row, event, now = opened.row, opened.event, self._clock.now()
        agreed, done, failures = self._plugins.ask(event, row, opened.handled, now, answered=opened.answered)
        reviews = self._plugins.review(
            event, agreed.replies, lambda plugin, action: self._actor.mail(event, plugin, action, now), now
        )
        drafted = [self._draft(action, now) for _, action in agreed.summaries]
        with self._store.write() as tx:
            if not events.is_open(tx, row.row):
                # Meanwhile a person decided about it, or whom it concerns was forgotten.
                return _Taken()
            lines = self._actor.write(tx, agreed, reviews, event, now)
            for (plugin, action), summary in zip(agreed.summaries, drafted, strict=True):
                lines += self._actor.summary(tx, plugin, action, summary, event, now)
            for _, keep in agreed.kept:
                client = self._settings.book.clients.get(keep.client)
                if client is not None:
                    self._core.keeper.report_sent(tx, client, now, keep.evidence)
            for plugin, move in agreed.moved:
                self._core.mover.move_as_asked(tx, plugin, move, now)
            for plugin in done:
                events.mark(tx, row.row, plugin, DONE, reason=agreed.reasons.get(plugin))
            lines += self._leave(tx, row, failures, now)
            following = _Taken() if stopping() else self._take(tx)
        self._log(lines)
        if lines or agreed.warnings or agreed.moved:
            self._on_planned()
        return following

    def _draft(self, action: SendSummary, now: datetime) -> Drafted:
        return draft(self._settings, self._host, self._store, action.date, now, action.following)

    def _leave(self, tx: sa.Connection, row: EventRow, failures: Sequence[Failure], now: datetime) -> list[Line]:
        """Finish the event, or let it wait for the plugins that failed; those that failed too often are given up."""
        lines: list[Line] = []
        pauses: list[timedelta] = []
        for failure in failures:
            if failure.suspended:
                pauses.append(SUSPENDED_PAUSE)
                continue
            attempts = events.attempts_of(tx, row.row, failure.plugin) + 1
            parked = attempts >= MOST_ATTEMPTS
            events.mark(tx, row.row, failure.plugin, PARKED if parked else FAILED, error=failure.error)
            if parked:
                lines.append(_parked(row, failure.error, failure.plugin))
            else:
                pauses.append(_pause(attempts))
        if pauses:
            # The plugins' attempts are counted one by one, so that a patient event is not given up as a whole.
            events.postpone(tx, row.row, now + min(pauses), failures[0].error, counted=False)
        else:
            events.finish(tx, row.row)
        return lines

    def _wait_for_server(self, row: EventRow, error: MailboxError) -> None:
        with self._store.write() as tx:
            until = self._clock.now() + FIRST_PAUSE
            events.postpone(tx, row.row, until, f"{error.code}: {error}", counted=False)

    def _failed(self, tx: sa.Connection, row: EventRow, error: Exception) -> list[Line]:
        get("desk").error("an event could not be handled", event_id=row.row, type=row.type, exc_info=error)
        if row.attempts >= MOST_ATTEMPTS:
            return self._park(tx, row, repr(error))
        events.postpone(tx, row.row, self._clock.now() + _pause(row.attempts), repr(error))
        return []

    def _park(self, tx: sa.Connection, row: EventRow, error: str) -> list[Line]:
        events.park(tx, row.row, error)
        return [_parked(row, error)]

    def _log(self, lines: Sequence[Line]) -> None:
        for line in lines:
            values = dict(line)
            self._journal.write(str(values.pop("event")), **values)


def _pause(attempts: int) -> timedelta:
    return FIRST_PAUSE * (1 << (attempts - 1))


def _parked(row: EventRow, error: str, plugin: str | None = None) -> Line:
    return {"event": "message.parked", "level": "error", "event_id": row.row, "plugin": plugin, "error": error}
