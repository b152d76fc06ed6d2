"""The core's own part of an event: what must be true whatever plugins are enabled. Committed before any plugin is
called, so that a plugin that fails never repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.clients import Client
from whiteglove.desk.bounces import came_back
from whiteglove.desk.consulting import Consultation
from whiteglove.desk.contact import Exceeded, note_contact
from whiteglove.desk.delegating import lapsed
from whiteglove.desk.keeping import Keeper
from whiteglove.desk.moving import Mover, lines_of_move
from whiteglove.desk.returning import end_silence, note_return
from whiteglove.desk.understanding import (
    Opened,
    Understood,
    Votes,
    classification_of,
    final_verdicts,
    new_text_of,
    open_obligation,
    understand,
)
from whiteglove.ledger import PromiseState
from whiteglove.message import Kind, RecordedMessage
from whiteglove.owner_words import Words, shortened
from whiteglove.ports import Adviser
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, LONGEST_SUBJECT, tell_owner
from whiteglove.settings import Settings
from whiteglove.store import Store, corrections, ledger, messages, seen_drafts
from whiteglove.store.events import EventRow
from whiteglove.store.schema import events as events_table
from whiteglove.store.seen_drafts import SeenDraftRow
from whiteglove.text import new_text
from whiteglove.texts import Texts

FORGED_ONCE = timedelta(hours=12)

Line = dict[str, Any]
_PROMISE_LINES = {"PromiseLate": "promise.late", "PromiseBroken": "promise.broken", "PromiseKept": "promise.kept"}
_ABOUT_A_MESSAGE = frozenset({"MessageReceived", "OwnerSent"})
_CONCERNED = _ABOUT_A_MESSAGE | {
    "DraftSeen",
    "PromiseDue",
    "PromisePassed",
    "PromiseOverdue",
    "ObligationOverdue",
    "ObligationAnswered",
    "TeamAnswered",
    "DelegationLapsed",
    "MailBounced",
    "IncidentOpened",
    "IncidentUpdated",
    "IncidentResolved",
    "PromiseMoved",
    *_PROMISE_LINES,
}


@dataclass(slots=True)
class Outcome:
    """What the core's part came to: whether anybody is still concerned, the message as it is recorded now and its new
    text, what plugins are told of the event beyond its subject, and log lines."""

    obsolete: bool = False
    message: RecordedMessage | None = None
    text: str | None = None
    details: Mapping[str, Any] | None = None
    lines: list[Line] = field(default_factory=list)


class Core:
    """Does the core's part. `votes` asks the plugins what a message wants; None where none of them votes. `adviser` is
    asked where nobody can tell."""

    def __init__(
        self, settings: Settings, store: Store, texts: Texts, votes: Votes | None, adviser: Adviser | None = None
    ) -> None:
        self._settings = settings
        self._store = store
        self._texts = texts
        self._votes = votes
        self._consultation = Consultation(settings, adviser)
        self.keeper = Keeper(settings, store)
        self.mover = Mover(settings, store)

    def is_concerned(self, row: EventRow) -> bool:
        """Whether the core has a part in events of this type."""
        return row.type in _CONCERNED

    def message_of(self, tx: sa.Connection, row: EventRow) -> RecordedMessage | SeenDraftRow | None:
        """The message that a client sent or was sent, or that the owner is writing, where the event is about one."""
        if row.type == "DraftSeen":
            return seen_drafts.get(tx, row.subject_row or 0)
        if row.type not in _ABOUT_A_MESSAGE:
            return None
        assert row.subject_row is not None
        return messages.get(tx, row.subject_row)

    def must_ask(self, row: EventRow, message: RecordedMessage | SeenDraftRow) -> bool:
        """Whether the core's part takes more than the store: a text that is not at hand, or the plugins' votes. Then
        `understand` comes first, outside of any transaction."""
        if isinstance(message, SeenDraftRow):
            return True
        if row.type != "MessageReceived" or self._client(message) is None:
            return False
        asks = self._votes is not None or self._consultation.is_possible
        return not self._texts.has(message.row) or (asks and not row.core_done)

    def understand(self, row: EventRow, message: RecordedMessage | SeenDraftRow) -> Understood:
        """What the message wants; where that was found out before, its text is read again and nothing else.

        Raises:
            MailboxError: the text of the message cannot be fetched now.
            StillAskedError: an adviser is being asked; the event is to be taken up again.
        """
        if isinstance(message, SeenDraftRow):
            text = self._texts.of_draft(message)
            return Understood(None, new_text(text) if text is not None else None)
        if (found := self._consultation.resume(message)) is not None:
            return found
        with self._store.read() as tx:
            word = _word_on(tx, message)
        return self._consultation.consult(message, self._understand(row, message, word))

    def _understand(self, row: EventRow, message: RecordedMessage, word: Kind | None) -> Understood:
        client = self._client(message)
        assert client is not None
        text = self._texts.take(message)
        if row.core_done:
            return Understood(None, new_text_of(message, text))
        return understand(message, text, client, self._settings, self._votes, word)

    def settle(
        self,
        tx: sa.Connection,
        row: EventRow,
        now: datetime,
        message: RecordedMessage | SeenDraftRow | None,
        understood: Understood | None = None,
    ) -> Outcome:
        """Do the core's part, once; on a retry only what plugins need again is provided."""
        if isinstance(message, SeenDraftRow):
            return Outcome(text=understood.text if understood else None)
        if row.type == "MessageReceived":
            assert message is not None
            return self._received(tx, row, message, now, understood)
        if row.core_done:
            return Outcome(message=message)
        if message is not None:
            return self._owner_sent(tx, row, message)
        return self._settle(tx, row, now)

    def _settle(self, tx: sa.Connection, row: EventRow, now: datetime) -> Outcome:
        subject = row.subject_row or 0
        match row.type:
            case "PromiseDue":
                return Outcome(obsolete=ledger.promise(tx, subject).state is not PromiseState.OPEN)
            case "PromisePassed":
                self.keeper.was_missed(tx, ledger.promise(tx, subject), now)
                return Outcome()
            case "PromiseOverdue":
                self.keeper.came_to_an_end(tx, ledger.promise(tx, subject), now)
                return Outcome()
            case "PromiseLate" | "PromiseBroken" | "PromiseKept":
                return self._promise_changed(tx, row.type, subject)
            case "PromiseMoved":
                return Outcome(lines=lines_of_move(tx, subject, row))
            case "ObligationOverdue":
                return self._overdue(tx, subject)
            case "TeamAnswered":
                self.keeper.team_answered(tx, ledger.obligation(tx, subject), row.at)
                return Outcome()
            case "DelegationLapsed":
                return Outcome(lines=lapsed(tx, subject, self._settings, now))
            case "IncidentOpened" | "IncidentUpdated" | "IncidentResolved":
                return Outcome(lines=[dict(row.details)])
            case "MailBounced":
                lines = came_back(tx, subject, str(row.details["status"]), self._settings, now)
                return Outcome(lines=lines)
            case "DraftSeen":
                # Its record is gone: retention has removed it, or whom it was to is forgotten.
                return Outcome(obsolete=True)
            case "ObligationAnswered":
                return Outcome(
                    lines=[{"event": "obligation.answered", "client": ledger.obligation(tx, subject).client}]
                )
            case _:
                return Outcome()

    def _received(
        self,
        tx: sa.Connection,
        row: EventRow,
        message: RecordedMessage,
        now: datetime,
        understood: Understood | None,
    ) -> Outcome:
        client = self._client(message)
        if client is None:
            self._texts.drop(message.row)
            return Outcome(obsolete=True)
        word = _word_on(tx, message)
        found = understood or self._understand(row, message, word)
        if row.core_done or found.classification is None:
            return Outcome(message=message, text=found.text)
        if understood is not None and word is not None:
            # It may have been said while plugins were asked.
            kinds = classification_of(message, found.text, client, self._settings, None, word)
            found = replace(found, classification=kinds)
        assert found.classification is not None
        verdicts = final_verdicts(message.verdicts, found.classification)
        messages.classify(tx, message.row, found.classification, verdicts)
        message = replace(message, classification=found.classification, verdicts=verdicts)
        owed = verdicts.obliges
        opened = open_obligation(tx, message, found.classification, client, self._settings) if owed else None
        if message.verdicts.reason == "not_authentic" and not message.history:
            tell_owner(tx, CORE, _forged(message, client, words_of(self._settings, now)), now, self._settings.worktime)
        lines = [_opened(message, opened)] if opened else []
        if exceeded := note_contact(tx, message, client, self._settings.worktime):
            lines.append(_exceeded(exceeded))
        if since := note_return(tx, message, client, self._settings.worktime):
            lines.append(_returned(message, since))
        return Outcome(message=message, text=found.text, lines=lines)

    def _owner_sent(self, tx: sa.Connection, row: EventRow, message: RecordedMessage) -> Outcome:
        client = self._client(message)
        if client is None:
            return Outcome(obsolete=True)
        settled = self.keeper.owner_wrote(tx, message, client)
        end_silence(tx, client.key, message.received_at)
        details = {
            "kept": settled.kept.row if settled.kept else None,
            "answered": [obligation.row for obligation in settled.answered],
        }
        tx.execute(events_table.update().where(events_table.c.row == row.row).values(details=details))
        return Outcome(obsolete=message.history, message=message, details=details)

    def _promise_changed(self, tx: sa.Connection, kind: str, subject: int) -> Outcome:
        promise = ledger.promise(tx, subject)
        line: Line = {
            "event": _PROMISE_LINES[kind],
            "client": promise.client,
            "kind": promise.kind,
            "due": promise.due.isoformat(),
            "reason": promise.evidence or None,
        }
        if kind == "PromiseKept":
            line["late"] = promise.late
        return Outcome(lines=[line])

    def _overdue(self, tx: sa.Connection, subject: int) -> Outcome:
        """What was overdue before it was read for the first time is marked and logged, and no plugin hears of it:
        nobody is to be told of what lies in the past."""
        obligation = ledger.obligation(tx, subject)
        if not self.keeper.became_overdue(tx, obligation):
            return Outcome(obsolete=True)
        due = obligation.due.isoformat() if obligation.due else None
        past = obligation.due is not None and messages.was_past(tx, obligation.message, obligation.due)
        line = {"event": "obligation.overdue", "client": obligation.client, "due": due, "history": past or None}
        return Outcome(obsolete=past, lines=[line])

    def _client(self, message: RecordedMessage) -> Client | None:
        return self._settings.book.clients.get(message.client)


def _word_on(tx: sa.Connection, message: RecordedMessage) -> Kind | None:
    """What the owner said of this sender's mail in this thread."""
    return corrections.word_on(tx, message.client, message.thread, message.author.folded)


def _opened(message: RecordedMessage, opened: Opened) -> Line:
    assert message.classification is not None
    return {
        "event": "obligation.opened",
        "mailbox": message.mailbox,
        "client": message.client,
        "message_id": message.message_id,
        "kind": message.classification.kind,
        "due": opened.due.isoformat() if opened.due else None,
        "history": message.history or None,
    }


def _exceeded(exceeded: Exceeded) -> Line:
    message = exceeded.message
    return {
        "event": "contact.exceeded",
        "level": "warning",
        "mailbox": message.mailbox,
        "client": message.client,
        "message_id": message.message_id,
        "count": exceeded.count,
        "limit": exceeded.limit.count,
        "date": exceeded.date.isoformat(),
    }


def _returned(message: RecordedMessage, since: datetime) -> Line:
    return {
        "event": "client.returned",
        "mailbox": message.mailbox,
        "client": message.client,
        "message_id": message.message_id,
        "since": since.isoformat(),
    }


def _forged(message: RecordedMessage, client: Client, words: Words) -> Warn:
    subject = shortened(message.subject, LONGEST_SUBJECT)
    return Warn(
        reason="not_authentic",
        # A flood of forgeries is one piece of news.
        key=f"not_authentic:{client.key}",
        once=FORGED_ONCE,
        text=words("forged", client=client.name, subject=f" ({words.quoted(subject)})" if subject else ""),
        client=client.key,
    )
