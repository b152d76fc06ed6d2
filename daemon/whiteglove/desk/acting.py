"""From the actions that were agreed to rows: mail for the outbox or the reason why not, warnings, memory, promises.

Runs inside the one commit that also marks the event as handled by its plugins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import (
    CancelWake,
    Draft,
    Drop,
    Forget,
    Hold,
    OpenIncident,
    Remember,
    Reply,
    SendSummary,
    UpdateIncident,
    Verdict,
    WakeAt,
    Warn,
    Withdraw,
)
from whiteglove.codec import encode_action, encode_json, to_json
from whiteglove.desk.asking import REVIEW_FAILED, Reviews, message_of
from whiteglove.desk.core import Line
from whiteglove.desk.delegating import hand_over
from whiteglove.desk.incidents import open_incident, update_incident
from whiteglove.desk.summing import TEMPLATE, Drafted
from whiteglove.events import Event, MessageReceived
from whiteglove.ledger import Audience, Mail, MailState
from whiteglove.owner_words import Words
from whiteglove.prepare import AnswerWriter
from whiteglove.prepare.notice_words import reasons_in, words_of
from whiteglove.prepare.telling import CORE as CORE
from whiteglove.prepare.telling import tell_instead, tell_owner
from whiteglove.settings import Settings
from whiteglove.settle import Settlement
from whiteglove.store import calls, changes, drafts, ledger, memory, outbox, timers, warnings
from whiteglove.store.decisions import HELD
from whiteglove.store.outbox import OutboxRow


class Actor:
    """Writes what was agreed about one event."""

    def __init__(self, settings: Settings, writer: AnswerWriter) -> None:
        self._settings = settings
        self._writer = writer

    def mail(self, event: Event, plugin: str, action: Reply, now: datetime) -> Mail:
        """The mail that a reply would become, for those who review it."""
        assert isinstance(event, MessageReceived)
        return _candidate(event, plugin, action, now).as_mail()

    def write(self, tx: sa.Connection, agreed: Settlement, reviews: Reviews, event: Event, now: datetime) -> list[Line]:
        """Write everything but kept promises; return the log lines that are to be written once it is committed."""
        lines: list[Line] = []
        if isinstance(event, MessageReceived):
            for plugin, action in agreed.replies:
                lines += self._reply(tx, event, _candidate(event, plugin, action, now), reviews.get(plugin), now)
            for plugin, action, reason in agreed.withheld:
                lines += self._withhold(tx, event, _candidate(event, plugin, action, now), reason, now)
        for plugin, warning in agreed.warnings:
            if tell_owner(tx, plugin, warning, now, self._settings.worktime) and warning.reminds is not None:
                lines += _reminded(tx, plugin, warning.reminds, now)
        for _, step in agreed.incidents:
            self._incident(tx, step, now)
        for plugin, wish in agreed.drafts:
            match wish:
                case Draft(client=client):
                    if client in self._settings.book.clients:
                        drafts.want(tx, plugin, wish, now)
                case Withdraw(key=key):
                    drafts.withdraw(tx, plugin, key, now)
        for plugin, forward in agreed.forwarded:
            lines += hand_over(tx, event, plugin, forward, self._settings, now)
        for plugin, timer in agreed.timers:
            match timer:
                case WakeAt(key=key, at=at, value=value):
                    timers.set_at(tx, plugin, key, at, value)
                case CancelWake(key=key):
                    timers.drop(tx, plugin, key)
        for number, (plugin, call) in enumerate(agreed.calls):
            key = f"{event.id}:{plugin}:{number}"
            calls.plan(tx, key=key, plugin=plugin, event=event.id, action=encode_action(call), now=now)
        self._plan_changes(tx, agreed, event, now)
        for plugin, change in agreed.memory:
            match change:
                case Remember(key=key, value=value, until=until):
                    memory.put(tx, plugin, key, value, until)
                case Forget(key=key):
                    memory.drop(tx, plugin, key)
        return lines

    def _plan_changes(self, tx: sa.Connection, agreed: Settlement, event: Event, now: datetime) -> None:
        message = message_of(event)
        for number, (plugin, change) in enumerate(agreed.changes):
            assert message is not None
            key, action = f"{event.id}:{plugin}:{number}", encode_action(change)
            changes.plan(tx, key=key, plugin=plugin, event=event.id, message=message, action=action, now=now)

    def summary(
        self, tx: sa.Connection, plugin: str, action: SendSummary, drafted: Drafted, event: Event, now: datetime
    ) -> list[Line]:
        """Put a summary into the outbox; its date is the key, so that a second one is never planned."""
        mail = outbox.plan(
            tx,
            key=f"{TEMPLATE}:{action.date.isoformat()}",
            audience=Audience.OWNER,
            state=MailState.PLANNED,
            reason=action.reason,
            plugin=plugin,
            event=event.id,
            action=encode_json(to_json(drafted.summary)),
            template=TEMPLATE,
            mailbox=self._settings.mailboxes[0].name,
            address=self._settings.owner.address.casefold(),
            created_at=now,
            not_before=now,
        )
        if mail is None:
            return []
        warnings.put_into(tx, drafted.told, mail)
        line: Line = {"event": "mail.planned", "audience": Audience.OWNER, "event_id": event.id, "plugin": plugin}
        return [{**line, "reason": action.reason}]

    def _incident(self, tx: sa.Connection, step: OpenIncident | UpdateIncident, now: datetime) -> None:
        if isinstance(step, UpdateIncident):
            update_incident(tx, step, now)
        elif step.client in self._settings.book.clients:
            # Who left the book meanwhile is nobody's client any more.
            open_incident(tx, step, now)

    def _reply(
        self, tx: sa.Connection, event: MessageReceived, row: OutboxRow, review: Verdict | None, now: datetime
    ) -> list[Line]:
        trial = self._writer.prepare(tx, row, now)
        if trial.refusal is not None and not trial.undecided:
            return self._withhold(tx, event, row, trial.refusal.reason, now)
        if isinstance(review, Drop):
            return self._withhold(tx, event, row, review.reason, now)
        # While a promise is undecided the time to be told is not known, so nothing says yet how long it can be told.
        planned = replace(row, valid_until=None if trial.undecided else trial.due)
        if isinstance(review, Hold):
            planned = self._held(tx, event, planned, review, now)
        if outbox.plan(tx, **_columns(planned)) is None:
            return []
        reason = review.reason if isinstance(review, Hold) else row.reason
        return [_line("mail.planned", planned, event, reason, due=planned.not_before.isoformat())]

    def _held(self, tx: sa.Connection, event: MessageReceived, row: OutboxRow, hold: Hold, now: datetime) -> OutboxRow:
        """The mail waits: until the time that was named, or for a person, who is told, and then as long as there is any
        sense in it."""
        held = replace(row, error=f"{HELD}{hold.reason}")
        if hold.until is not None:
            return replace(held, not_before=max(row.not_before, hold.until))
        expires = row.valid_until or event.message.received_at + self._settings.daemon.max_age
        words = words_of(self._settings, now)
        warning = Warn(
            reason=hold.reason,
            key=f"held:{event.message.row}",
            text=words("held", client=event.client.name, why=_why_held(hold.reason, words)),
            urgency="today",
            client=event.client.key,
        )
        tell_owner(tx, CORE, warning, now, self._settings.worktime)
        return replace(held, not_before=max(row.not_before, expires))

    def _withhold(
        self, tx: sa.Connection, event: MessageReceived, row: OutboxRow, reason: str, now: datetime
    ) -> list[Line]:
        if outbox.plan(tx, **_columns(replace(row, state=MailState.WITHHELD, reason=reason, settled_at=now))) is None:
            return []
        words = words_of(self._settings, now)
        tell_instead(tx, reason, event.client, event.message, now, self._settings.worktime, words)
        return [_line("mail.withheld", row, event, reason)]


def _why_held(reason: str, words: Words) -> str:
    """A code of the core's in words; what a plugin gave as its reason stays as it is."""
    code, _, reviewer = reason.partition(":")
    if code == REVIEW_FAILED:
        return words(REVIEW_FAILED, plugin=words.quoted(reviewer))
    return reasons_in(words.language.code).get(reason, reason)


def _candidate(event: MessageReceived, plugin: str, action: Reply, now: datetime) -> OutboxRow:
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
        settled_at=None,
        error=None,
        refused_step=None,
    )


def _reminded(tx: sa.Connection, plugin: str, promise: int, now: datetime) -> list[Line]:
    known = ledger.remind(tx, promise, now)
    if known is None:
        return []
    due = known.due.isoformat()
    return [{"event": "promise.reminded", "client": known.client, "plugin": plugin, "kind": known.kind, "due": due}]


def _line(name: str, row: OutboxRow, event: MessageReceived, reason: str, due: str | None = None) -> Line:
    return {
        "event": name,
        "mailbox": row.mailbox,
        "audience": row.audience,
        "client": row.client,
        "message_id": event.message.message_id,
        "event_id": event.id,
        "plugin": row.plugin,
        "reason": reason,
        "due": due,
    }


def _columns(row: OutboxRow) -> dict[str, Any]:
    """The values of a new row: everything but its number."""
    return {name: getattr(row, name) for name in OutboxRow.__slots__ if name != "row"}
