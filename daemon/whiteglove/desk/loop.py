"""The loop: take events in order, handle each, look after what fails.

A plugin that raises or hangs is retried alone, with growing pauses, and its part of the event is parked in the end; its
neighbours' parts are done. An event that fails as a whole is treated the same way. Nothing stops the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Hold, Verdict
from whiteglove.clients import Client
from whiteglove.desk.acting import Actor, Reviews
from whiteglove.desk.contexts import Contexts
from whiteglove.desk.core import Core
from whiteglove.desk.hydrate import HOOK_OF, hydrate
from whiteglove.errors import MailboxError, PluginError
from whiteglove.events import Event, MessageReceived, WarningRaised
from whiteglove.host import Host
from whiteglove.log import Journal, get
from whiteglove.message import Guess, RecordedMessage
from whiteglove.ports import Clock
from whiteglove.prepare import AnswerWriter
from whiteglove.settings import Settings
from whiteglove.settle import Proposal, Settlement, settle, strictest
from whiteglove.store import Store, events, outbox
from whiteglove.store.events import DONE, FAILED, PARKED, EventRow
from whiteglove.texts import Texts

BATCH = 20
MOST_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=30)
SUSPENDED_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Failure:
    plugin: str
    error: str
    suspended: bool


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
    ) -> None:
        self._store = store
        self._host = host
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._on_planned = on_planned
        self._actor = Actor(settings, writer, journal)
        self._contexts = Contexts(settings, host, store)
        self._core = Core(settings, store, texts, self._votes)

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Handle every event whose time has come, those that follow from them too; return how many that were."""
        number = 0
        while not stopping():
            with self._store.read() as tx:
                waiting = events.any_due(tx, self._clock.now())
            if not waiting:
                break
            with self._store.write() as tx:
                rows = events.claim(tx, self._clock.now(), BATCH)
            for row in rows:
                if stopping():
                    break
                self._handle_safely(row)
                number += 1
        return number

    def next_attempt(self) -> datetime | None:
        """When the next postponed event may be tried again."""
        with self._store.read() as tx:
            return events.next_attempt(tx)

    def _handle_safely(self, row: EventRow) -> None:
        try:
            self._handle(row)
        except MailboxError as error:
            # Not the event's fault: it waits for the server, however long that takes.
            self._postpone(row, f"{error.code}: {error}", counted=False)
        except Exception as error:  # noqa: BLE001 - Nothing stops the loop; the event is retried, then parked.
            get("desk").exception("an event could not be handled", event_id=row.row)
            if row.attempts >= MOST_ATTEMPTS:
                with self._store.write() as tx:
                    events.park(tx, row.row, repr(error))
                self._journal.write("message.parked", level="error", event_id=row.row, error=repr(error))
            else:
                self._postpone(row, repr(error))

    def _postpone(self, row: EventRow, error: str, *, counted: bool = True) -> None:
        pause = FIRST_PAUSE * 2 ** min(row.attempts - 1, 6)
        with self._store.write() as tx:
            events.postpone(tx, row.row, self._clock.now() + pause, error, counted=counted)

    def _handle(self, row: EventRow) -> None:
        now = self._clock.now()
        outcome = self._core.handle(row, now)
        with self._store.read() as tx:
            event = None if outcome.obsolete else hydrate(tx, row, self._settings.book, outcome.text)
            handled = events.handled(tx, row.row)
            answered = outbox.client_mail_of_event(tx, row.row)
        if event is None:
            with self._store.write() as tx:
                events.finish(tx, row.row)
            self._log(outcome.lines)
            return
        self._log(outcome.lines)
        proposals, failures = self._ask(event, row, handled, now)
        agreed = settle(proposals, about_message=isinstance(event, MessageReceived), answered=answered)
        if isinstance(event, WarningRaised):
            # A warning about a warning would never end.
            agreed.refused += [(plugin, "Warn is not possible in on_warning") for plugin, _ in agreed.warnings]
            agreed.warnings.clear()
        failures += [_Failure(plugin, text, suspended=False) for plugin, text in agreed.refused]
        reviews = self._review(event, agreed, now)
        self._commit(row, event, proposals, agreed, reviews, failures, now)

    def _ask(
        self, event: Event, row: EventRow, handled: Mapping[str, str], now: datetime
    ) -> tuple[list[Proposal], list[_Failure]]:
        """Call the hook in every plugin that has not handled the event yet, one by one."""
        hook = HOOK_OF[type(event)]
        proposals: list[Proposal] = []
        failures: list[_Failure] = []
        for plugin in self._host.listeners(hook):
            if plugin in handled or row.details.get("plugin", plugin) != plugin:
                continue
            if self._host.is_suspended(plugin, now):
                failures.append(_Failure(plugin, "suspended", suspended=True))
                continue
            try:
                actions = self._host.call(plugin, hook, now, event=event, ctx=self._contexts.of(plugin, now, row.row))
            except PluginError as error:
                failures.append(_Failure(plugin, str(error), suspended=False))
            else:
                proposals.append(Proposal(plugin, tuple(actions or ())))
        return proposals, failures

    def _review(self, event: Event, agreed: Settlement, now: datetime) -> Reviews:
        """Show each reply to every plugin that reviews; what goes wrong there holds the mail."""
        reviewers = self._host.listeners("review")
        reviews: Reviews = {}
        if not isinstance(event, MessageReceived) or not reviewers:
            return reviews
        for plugin, action in agreed.replies:
            mail = self._actor.candidate(event, plugin, action, now).as_mail()
            verdicts: list[Verdict | None] = []
            for reviewer in reviewers:
                try:
                    verdicts.append(
                        self._host.call(
                            reviewer,
                            "review",
                            now,
                            mail=mail,
                            event=event,
                            ctx=self._contexts.of(reviewer, now, event.id),
                        )
                    )
                except PluginError:
                    verdicts.append(Hold(reason=f"review_failed:{reviewer}"))
            reviews[plugin] = strictest(verdicts)
        return reviews

    def _commit(
        self,
        row: EventRow,
        event: Event,
        proposals: Sequence[Proposal],
        agreed: Settlement,
        reviews: Reviews,
        failures: Sequence[_Failure],
        now: datetime,
    ) -> None:
        """One commit: what was agreed, and the mark that these plugins have handled the event."""
        with self._store.write() as tx:
            lines = self._actor.write(tx, row.row, agreed, reviews, event, now)
            for _, keep in agreed.kept:
                client = self._settings.book.clients.get(keep.client)
                if client is not None:
                    self._core.keeper.report_sent(tx, client, now, keep.evidence)
            for proposal in proposals:
                events.mark(tx, row.row, proposal.plugin, DONE, reason=agreed.reasons.get(proposal.plugin))
            again = [failure for failure in failures if not self._give_up(tx, row, failure)]
            if again:
                pause = SUSPENDED_PAUSE if all(one.suspended for one in again) else FIRST_PAUSE
                events.postpone(tx, row.row, now + pause * row.attempts, again[0].error)
            else:
                events.finish(tx, row.row)
        self._log(lines)
        if lines or agreed.warnings:
            self._on_planned()

    def _give_up(self, tx: sa.Connection, row: EventRow, failure: _Failure) -> bool:
        """Mark a plugin's failure; True once its part of the event is parked."""
        if failure.suspended:
            return False
        attempts = events.attempts_of(tx, row.row, failure.plugin) + 1
        parked = attempts >= MOST_ATTEMPTS
        events.mark(tx, row.row, failure.plugin, PARKED if parked else FAILED, error=failure.error)
        return parked

    def _votes(self, message: RecordedMessage, text: str | None, client: Client) -> Sequence[Guess]:
        now = self._clock.now()
        votes: list[Guess] = []
        for plugin in self._host.listeners("classify"):
            if self._host.is_suspended(plugin, now):
                continue
            context = self._contexts.of(plugin, now)
            try:
                found = self._host.call(plugin, "classify", now, message=message, text=text, client=client, ctx=context)
            except PluginError:
                continue
            votes += found or ()
        return votes

    def _log(self, lines: Sequence[dict[str, Any]]) -> None:
        for line in lines:
            values = dict(line)
            self._journal.write(str(values.pop("event")), **values)
