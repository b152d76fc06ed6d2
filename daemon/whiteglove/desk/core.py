"""The core's own part of an event: what must be true whatever plugins are enabled. Committed before any plugin is
called, so that a plugin that fails never repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.clients import Client
from whiteglove.desk.keeping import Keeper
from whiteglove.desk.understanding import Votes, final_obliges, open_obligation, understand
from whiteglove.ledger import PromiseState
from whiteglove.message import RecordedMessage
from whiteglove.settings import Settings
from whiteglove.store import Store, events, ledger, messages
from whiteglove.store.events import EventRow
from whiteglove.store.schema import events as events_table
from whiteglove.texts import Texts


@dataclass(slots=True)
class Outcome:
    """What the core's part came to: whether anybody is still concerned, the new text of a message, and log lines."""

    obsolete: bool = False
    text: str | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)


class Core:
    """Does the core's part. `votes` asks the plugins what a message wants."""

    def __init__(self, settings: Settings, store: Store, texts: Texts, votes: Votes) -> None:
        self._settings = settings
        self._store = store
        self._texts = texts
        self._votes = votes
        self._keeper = Keeper(settings, store)

    @property
    def keeper(self) -> Keeper:
        return self._keeper

    def handle(self, row: EventRow, now: datetime) -> Outcome:
        """Do the core's part, once; on a retry only what plugins need again is provided.

        Raises:
            MailboxError: the text of the message cannot be fetched now.
        """
        if row.type == "MessageReceived":
            return self._message(row)
        if row.core_done:
            return Outcome()
        with self._store.write() as tx:
            outcome = self._settle(tx, row, now)
            events.core_done(tx, row.row)
        return outcome

    def _message(self, row: EventRow) -> Outcome:
        assert row.subject_row is not None
        with self._store.read() as tx:
            message = messages.get(tx, row.subject_row)
        client = self._settings.book.clients.get(message.client)
        text = self._texts.take(message)
        if client is None:
            return Outcome(obsolete=True)
        classification, new = understand(message, text, client, self._settings, self._votes)
        if row.core_done:
            return Outcome(text=new)
        owed = final_obliges(message.verdicts, classification)
        with self._store.write() as tx:
            messages.classify(tx, message.row, classification, obliges=owed)
            obligation = open_obligation(tx, message, classification, client, self._settings) if owed else None
            events.core_done(tx, row.row)
        outcome = Outcome(text=new)
        if obligation is not None and obligation.message == message.row:
            outcome.lines.append(
                {
                    "event": "obligation.opened",
                    "client": client.key,
                    "message_id": message.message_id,
                    "kind": classification.kind,
                    "due": obligation.due.isoformat() if obligation.due else None,
                    "history": message.history or None,
                }
            )
        return outcome

    def _settle(self, tx: sa.Connection, row: EventRow, now: datetime) -> Outcome:
        subject = row.subject_row or 0
        match row.type:
            case "OwnerSent":
                return self._owner_sent(tx, row, messages.get(tx, subject))
            case "PromiseDue":
                return self._promise_due(tx, subject, now)
            case "PromiseOverdue":
                return self._promise_overdue(tx, subject, now)
            case "PromiseLate" | "PromiseBroken" | "PromiseKept":
                return self._promise_line(tx, row.type, subject)
            case "ObligationOverdue":
                return self._overdue(tx, subject)
            case "ObligationAnswered":
                answered = ledger.obligation(tx, subject)
                return Outcome(lines=[{"event": "obligation.answered", "client": answered.client}])
            case _:
                return Outcome()

    def _owner_sent(self, tx: sa.Connection, row: EventRow, message: RecordedMessage) -> Outcome:
        client: Client | None = self._settings.book.clients.get(message.client)
        if client is None:
            return Outcome(obsolete=True)
        settled = self._keeper.owner_wrote(tx, message, client)
        details: Mapping[str, object] = {
            "kept": settled.kept.row if settled.kept else None,
            "answered": [obligation.row for obligation in settled.answered],
        }
        tx.execute(events_table.update().where(events_table.c.row == row.row).values(details=details))
        return Outcome()

    def _promise_due(self, tx: sa.Connection, subject: int, now: datetime) -> Outcome:
        promise = ledger.promise(tx, subject)
        client = self._settings.book.clients.get(promise.client)
        if client is None or promise.state is not PromiseState.OPEN:
            return Outcome(obsolete=True)
        self._keeper.came_due(tx, promise, client, now)
        return Outcome()

    def _promise_overdue(self, tx: sa.Connection, subject: int, now: datetime) -> Outcome:
        """A late promise has reached its end; plugins hear of it as `PromiseBroken`."""
        promise = ledger.promise(tx, subject)
        client = self._settings.book.clients.get(promise.client)
        if client is not None and promise.state is PromiseState.LATE:
            self._keeper.came_due(tx, promise, client, now)
        return Outcome(obsolete=True)

    def _promise_line(self, tx: sa.Connection, kind: str, subject: int) -> Outcome:
        promise = ledger.promise(tx, subject)
        name = {"PromiseLate": "promise.late", "PromiseBroken": "promise.broken", "PromiseKept": "promise.kept"}[kind]
        line: dict[str, Any] = {
            "event": name,
            "client": promise.client,
            "kind": promise.kind,
            "due": promise.due.isoformat(),
            "reason": promise.evidence or None,
        }
        return Outcome(lines=[line])

    def _overdue(self, tx: sa.Connection, subject: int) -> Outcome:
        obligation = ledger.obligation(tx, subject)
        if not self._keeper.became_overdue(tx, obligation):
            return Outcome(obsolete=True)
        due = obligation.due.isoformat() if obligation.due else None
        return Outcome(lines=[{"event": "obligation.overdue", "client": obligation.client, "due": due}])
