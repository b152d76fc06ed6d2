"""From the actions that were agreed to rows: mail for the outbox or the reason why not, warnings, memory, promises.

Runs inside the one commit that also marks the event as handled by its plugins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Drop, Forget, Hold, Remember, Reply, Verdict, Warn
from whiteglove.codec import encode_action
from whiteglove.events import MessageReceived
from whiteglove.ledger import Audience, MailState
from whiteglove.log import Journal
from whiteglove.prepare import AnswerWriter
from whiteglove.settings import Settings
from whiteglove.settle import Settlement
from whiteglove.store import events, memory, outbox, warnings
from whiteglove.store.outbox import OutboxRow
from whiteglove.worktime import WorkingTime

CORE = "core"
TOLD_INSTEAD = {
    "promise_late": "a promise to them is late",
    "complaint_open": "a complaint or missed deadline of theirs waits for your answer",
    "incident_open": "an incident with them is open",
    "promise_in_absence": "the time promised to them lies on a day off or in an absence of yours",
}
"""Refusals that the owner is told at once, since silence towards the client is all that whiteglove can do there."""

Reviews = dict[str, Verdict]


class Actor:
    """Writes what was agreed about one event."""

    def __init__(self, settings: Settings, writer: AnswerWriter, journal: Journal) -> None:
        self._settings = settings
        self._writer = writer
        self._journal = journal

    def candidate(self, event: MessageReceived, plugin: str, action: Reply, now: datetime) -> OutboxRow:
        """The mail that a reply would become, not stored yet (its row is 0)."""
        message = event.message
        return OutboxRow(
            row=0,
            key=f"{event.id}:{plugin}:{action.template}:{message.author.folded}",
            audience=Audience.CLIENT,
            state=MailState.PLANNED,
            reason=action.reason,
            plugin=plugin,
            event=event.id,
            action=encode_action(action),
            template=action.template,
            mailbox=message.mailbox,
            address=message.author.folded,
            client=event.client.key,
            answers=message.row,
            thread=message.thread,
            tells=action.tells,
            due=None,
            promise=None,
            rehearsed=False,
            created_at=now,
            not_before=max(now, message.received_at + action.delay),
            valid_until=None,
            attempts=0,
            message_id=None,
            token=None,
            short=False,
            raw=None,
            submitted_at=None,
            accepted_at=None,
            error=None,
        )

    def write(
        self, tx: sa.Connection, event_row: int, agreed: Settlement, reviews: Reviews, event: object, now: datetime
    ) -> list[dict[str, Any]]:
        """Write everything; return the log lines that are to be written once it is committed."""
        lines: list[dict[str, Any]] = []
        if isinstance(event, MessageReceived):
            for plugin, action in agreed.replies:
                lines += self._reply(tx, event, plugin, action, reviews.get(plugin), now)
            for plugin, action, reason in agreed.withheld:
                lines += self._withhold(tx, self.candidate(event, plugin, action, now), event, reason, now)
        for plugin, warning in agreed.warnings:
            self.warn(tx, plugin, warning, now)
        for plugin, change in agreed.memory:
            match change:
                case Remember(key=key, value=value, until=until):
                    memory.put(tx, plugin, key, value, until)
                case Forget(key=key):
                    memory.drop(tx, plugin, key)
        return lines

    def warn(self, tx: sa.Connection, plugin: str, warning: Warn, now: datetime) -> None:
        """Put a warning where it becomes a notice at its time, and tell the plugins of it."""
        row = warnings.add(
            tx,
            plugin=plugin,
            key=warning.key,
            text=warning.text,
            urgency=warning.urgency,
            reason=warning.reason,
            client=warning.client,
            at=now,
            due=due_of(warning.urgency, now, self._settings.worktime),
            once=warning.once,
        )
        if row is not None:
            events.add(tx, "WarningRaised", now, row)

    def _reply(
        self,
        tx: sa.Connection,
        event: MessageReceived,
        plugin: str,
        action: Reply,
        review: Verdict | None,
        now: datetime,
    ) -> list[dict[str, Any]]:
        row = self.candidate(event, plugin, action, now)
        trial = self._writer.prepare(tx, row, now)
        if trial.refusal is not None and not trial.undecided:
            return self._withhold(tx, row, event, trial.refusal.reason, now)
        if isinstance(review, Drop):
            return self._withhold(tx, row, event, review.reason, now)
        not_before = row.not_before
        if isinstance(review, Hold):
            not_before = max(not_before, review.until) if review.until else now + timedelta(days=36500)
        planned = outbox.plan(tx, **_columns(replace(row, not_before=not_before, valid_until=trial.due)))
        if planned is None:
            return []
        return [self._line("mail.planned", row, event, action.reason, due=trial.due)]

    def _withhold(
        self, tx: sa.Connection, row: OutboxRow, event: MessageReceived, reason: str, now: datetime
    ) -> list[dict[str, Any]]:
        withheld = replace(row, state=MailState.WITHHELD, reason=reason)
        if outbox.plan(tx, **_columns(withheld)) is None:
            return []
        if reason in TOLD_INSTEAD and not event.history:
            self.warn(tx, CORE, _instead(event, reason), now)
        return [self._line("mail.withheld", row, event, reason)]

    def _line(
        self, name: str, row: OutboxRow, event: MessageReceived, reason: str, due: datetime | None = None
    ) -> dict[str, Any]:
        return {
            "event": name,
            "mailbox": row.mailbox,
            "client": row.client,
            "message_id": event.message.message_id,
            "event_id": event.id,
            "plugin": row.plugin,
            "reason": reason,
            "due": due.isoformat() if due else None,
        }


def due_of(urgency: str, now: datetime, worktime: WorkingTime) -> datetime | None:
    """When a warning of this urgency is to reach the owner; None for the daily summary."""
    if urgency == "now":
        return now
    return worktime.next_minute(now) if urgency == "today" else None


def _instead(event: MessageReceived, reason: str) -> Warn:
    subject = event.message.subject or "(no subject)"
    return Warn(
        reason=reason,
        key=f"{reason}:{event.client.key}:{event.message.thread}",
        text=f"{event.client.name} wrote “{subject[:120]}” and got no automatic answer: {TOLD_INSTEAD[reason]}. "
        "Please answer yourself.",
        urgency="now",
        client=event.client.key,
        once=timedelta(hours=12),
    )


def _columns(row: OutboxRow) -> dict[str, Any]:
    """The values of a new row: everything but its number."""
    return {name: getattr(row, name) for name in OutboxRow.__slots__ if name != "row"}
