"""What the owner's own mail settles, and what the passing of time does to promises and obligations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from whiteglove.clients import Client
from whiteglove.ledger import Obligation, ObligationState, Promise, PromiseKind, PromiseState
from whiteglove.message import Kind, RecordedMessage
from whiteglove.prepare.answer import promise_uid
from whiteglove.prepare.occasion import addresses_of
from whiteglove.promises import is_report, is_report_by_call, moved_from, next_report
from whiteglove.settings import Settings
from whiteglove.store import Store, events, ledger
from whiteglove.store.schema import messages as messages_table
from whiteglove.store.view import SLOTS_REMEMBERED


@dataclass(frozen=True, slots=True)
class Settled:
    """What one mail of the owner's kept and answered."""

    kept: Promise | None
    answered: tuple[Obligation, ...]


class Keeper:
    """Changes promises and obligations, each change with the event that tells of it, inside the caller's commit."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def owner_wrote(self, tx: sa.Connection, message: RecordedMessage, client: Client) -> Settled:
        """The owner's own mail to a client: it may be the report, and it may answer what is open.

        By thread first; a mail outside every open thread answers what the people it is addressed to asked before,
        unless it is the report: a report answers requests for one, and nothing else. Mail from before the line keeps
        nothing, since nothing was promised; it may be read after what it answers, from another mailbox.
        """
        waiting = [found for found in ledger.open_obligations(tx, client.key) if found.opened_at <= message.received_at]
        answered = [found for found in waiting if found.thread == message.thread]
        elsewhere = [found for found in waiting if found.thread != message.thread]
        # What a mail replies to may be read after it, from the inbox: nobody can say yet that it answers nothing.
        replies_to_unknown = bool(message.in_reply_to) and message.thread == message.row
        kept = None
        if not message.history:
            kept = self._keep_by_mail(tx, message, client, answers_open=bool(answered) or replies_to_unknown)
        if kept is not None:
            answered += [found for found in elsewhere if _asks_for_report(found)]
        elif not answered:
            reached = {known for address in message.to + message.cc for known in addresses_of(client, address)}
            # Whole seconds: within the same one only the thread can tell what came after what.
            earlier = [found for found in elsewhere if found.opened_at < message.received_at]
            answered += [found for found in earlier if found.address in reached]
        for obligation in answered:
            self._answer(tx, obligation, message)
        return Settled(kept, tuple(answered))

    def report_sent(self, tx: sa.Connection, client: Client, at: datetime, evidence: str) -> Promise | None:
        """The owner says that the report was given: the open promise, else the next slot, is kept.

        Returns None where the client has neither.
        """
        known = ledger.promises_of(tx, client.key, at - SLOTS_REMEMBERED)
        owed = [found for found in known if found.kind is PromiseKind.REPORT and _is_owed(found)]
        if owed:
            promise = self._close(tx, owed[0], at, evidence, None)
        else:
            due = next_report(client.report, self._settings.worktime, known, at)
            if due is None:
                return None
            promise = self._use_up(tx, client, due, at, evidence)
        for obligation in ledger.open_obligations(tx, client.key):
            if _asks_for_report(obligation):
                self._answer(tx, obligation, None, at)
        return promise

    def call_made(self, tx: sa.Connection, client: Client, at: datetime) -> Promise | None:
        """The owner called the client: where the report that is owed, or else the next slot, is one by call and this is
        its time, the call was the report, and answers requests for one. Any other question waits for its own answer.

        Returns the promise that was kept, None where the call is contact and no more.
        """
        known = ledger.promises_of(tx, client.key, at - SLOTS_REMEMBERED)
        owed = next((found for found in known if found.kind is PromiseKind.REPORT and _is_owed(found)), None)
        due = owed.due if owed else next_report(client.report, self._settings.worktime, known, at)
        if due is None or not is_report_by_call(
            client.report,
            self._settings.worktime,
            due=due,
            state=owed.state if owed else PromiseState.OPEN,
            called_at=at,
            moved=moved_from(known),
        ):
            return None
        return self.report_sent(tx, client, at, "call")

    def team_answered(self, tx: sa.Connection, obligation: Obligation, at: datetime) -> None:
        """A teammate's own mail to the client was seen: what it answers is answered. It is no report of the owner's."""
        if obligation.state is not ObligationState.ANSWERED:
            self._answer(tx, obligation, None, at, evidence="team")

    def was_missed(self, tx: sa.Connection, promise: Promise, now: datetime) -> None:
        """The promised instant has passed, and Sent was read up to it: what is still open is late. It may have been
        settled in the meantime, by a mail of the owner's that was read just before."""
        if promise.state is not PromiseState.OPEN:
            return
        if not promise.told:
            # A slot that was moved, and nobody was told of either time: no word was given, so none is broken.
            ledger.close_promise(tx, promise.row, PromiseState.MOVED, now, evidence="passed")
            return
        ledger.mark_late(tx, promise.row)
        events.add(tx, "PromiseLate", now, promise.row)

    def came_to_an_end(self, tx: sa.Connection, promise: Promise, now: datetime) -> None:
        """The next report is due, or the next working day is over: what is still late is broken."""
        if promise.state is PromiseState.LATE:
            ledger.close_promise(tx, promise.row, PromiseState.BROKEN, now, late=True)
            events.add(tx, "PromiseBroken", now, promise.row)

    def became_overdue(self, tx: sa.Connection, obligation: Obligation) -> bool:
        """Mark an obligation overdue; False where it was answered in time after all."""
        if obligation.state is not ObligationState.OPEN:
            return False
        ledger.mark_overdue(tx, obligation.row)
        return True

    def _keep_by_mail(
        self, tx: sa.Connection, message: RecordedMessage, client: Client, *, answers_open: bool
    ) -> Promise | None:
        sent_at = message.received_at
        known = ledger.promises_of(tx, client.key, sent_at - SLOTS_REMEMBERED)
        owed = next((found for found in known if found.kind is PromiseKind.REPORT and _is_owed(found)), None)
        due = owed.due if owed else next_report(client.report, self._settings.worktime, known, sent_at)
        if due is None:
            return None
        columns = (messages_table.c.marker, messages_table.c.drafted)
        marker, drafted = tx.execute(sa.select(*columns).where(messages_table.c.row == message.row)).one()
        evidence = is_report(
            client.report,
            self._settings.worktime,
            due=due,
            state=owed.state if owed else PromiseState.OPEN,
            sent_at=sent_at,
            has_marker=marker,
            subject=message.subject,
            report_subject=client.report_subject,
            # What was laid ready to say something else, as that the report is late, is no report by its time alone.
            answers_open_obligation=answers_open or bool(drafted),
            moved=moved_from(known),
        )
        if evidence is None:
            return None
        if owed is not None:
            return self._close(tx, owed, sent_at, evidence, message.row)
        return self._use_up(tx, client, due, sent_at, evidence)

    def _close(self, tx: sa.Connection, promise: Promise, at: datetime, evidence: str, message: int | None) -> Promise:
        ledger.close_promise(
            tx, promise.row, PromiseState.KEPT, at, late=at > promise.due, evidence=evidence, message=message
        )
        events.add(tx, "PromiseKept", at, promise.row)
        return ledger.promise(tx, promise.row)

    def _use_up(self, tx: sa.Connection, client: Client, due: datetime, at: datetime, evidence: str) -> Promise:
        uid = promise_uid(self._store.key, client.key, PromiseKind.REPORT, due, self._settings.owner.address)
        row = ledger.use_up(tx, client=client.key, due=due, uid=uid, at=at, evidence=evidence)
        events.add(tx, "PromiseKept", at, row)
        return ledger.promise(tx, row)

    def _answer(
        self,
        tx: sa.Connection,
        obligation: Obligation,
        message: RecordedMessage | None,
        at: datetime | None = None,
        *,
        evidence: str = "answer",
    ) -> None:
        when = message.received_at if message else at
        assert when is not None
        ledger.answer_obligation(tx, obligation.row, when, message.row if message else None)
        events.add(tx, "ObligationAnswered", when, obligation.row)
        for promise in ledger.answer_promises(tx, obligation.row):
            self._close(tx, promise, when, evidence, message.row if message else None)


def _is_owed(promise: Promise) -> bool:
    return promise.state in (PromiseState.OPEN, PromiseState.LATE)


def _asks_for_report(obligation: Obligation) -> bool:
    return set(obligation.kinds) == {Kind.STATUS_REQUEST}
