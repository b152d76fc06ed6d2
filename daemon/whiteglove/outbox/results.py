"""What became of a mail, in one commit with everything that follows: promise, told, warnings, events, chores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.errors import SubmissionError
from whiteglove.ledger import Audience, MailState, PromiseKind, PromiseState
from whiteglove.prepare.answer import promise_uid
from whiteglove.prepare.summing import TEMPLATE as SUMMARY
from whiteglove.prepare.telling import CORE, tell_instead, tell_owner
from whiteglove.settings import Settings
from whiteglove.store import Store, chores, events, ledger, messages, outbox, warnings
from whiteglove.store.outbox import OutboxRow

NO_CONNECTION_PAUSE = timedelta(seconds=30)
LONGEST_NO_CONNECTION_PAUSE = timedelta(minutes=5)
REFUSED_FOR_NOW_PAUSE = timedelta(minutes=30)
LOGIN_PAUSE = timedelta(minutes=15)
UNKNOWN_NOTICE_PAUSE = timedelta(minutes=5)
REFUSED_NOTICE_PAUSE = timedelta(hours=2)
MOST_STUMBLES = 5
LOGIN_REFUSED = frozenset({454, 530, 534, 535, 538})
CALLED_OFF = frozenset({"answered", "time_passed"})
"""Reasons after which there is nothing more to say: the mail was called off, not held back."""

Lines = list[dict[str, Any]]


class Results:
    """Writes results. Each method returns the log lines to be written after the commit."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def accepted(self, tx: sa.Connection, row: OutboxRow, now: datetime, *, filed: bool = False) -> Lines:
        """The server took it; `filed` where it lies in Sent already."""
        told, promise = self._told(tx, row, now)
        outbox.change(tx, [row.row], state=MailState.SENT, accepted_at=now, settled_at=now, error=None, promise=promise)
        lines = [line("mail.sent", row, reason="found_in_sent" if filed else row.reason), *told]
        if row.audience is Audience.OWNER:
            warnings.told(tx, row.row)
        if row.template == SUMMARY and row.audience is Audience.OWNER:
            lines.append(line("summary.sent", row))
        if row.audience is Audience.OWNER or row.rehearsed or filed:
            outbox.drop_bytes(tx, row)
        else:
            chores.add(tx, chores.COPY_TO_SENT, row.mailbox, row.row, now)
        events.add(tx, "MailSent", now, row.row)
        return lines

    def found_in_sent(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Lines:
        """A mail whose fate nobody knew lies in Sent: it went out. What it told was told when it became `unknown`."""
        if row.state is not MailState.UNKNOWN:
            return self.accepted(tx, row, now, filed=True)
        outbox.change(tx, [row.row], state=MailState.SENT, accepted_at=now, settled_at=now, error=None)
        outbox.drop_bytes(tx, row)
        events.add(tx, "MailSent", now, row.row)
        return [line("mail.sent", row, reason="found_in_sent")]

    def seen_meanwhile(self, tx: sa.Connection, now: datetime) -> Lines:
        """Mails whose fate nobody knew, and whose copy in Sent was recorded right before the process ended."""
        lines: Lines = []
        for row in outbox.in_state(tx, MailState.UNKNOWN):
            copy = messages.find(tx, self._store.hash_id(row.message_id)) if row.message_id else None
            if copy is not None and copy.outbound:
                lines += self.found_in_sent(tx, row, now)
        return lines

    def unknown(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: str) -> Lines:
        """Nobody can say whether the server has it. The client may have it, so it counts as told and made, and it is
        never sent again; the owner's own notice is."""
        if row.audience is Audience.OWNER:
            return self._later(tx, row, now + UNKNOWN_NOTICE_PAUSE, error, message_id=row.message_id)
        told, promise = self._told(tx, row, now)
        outbox.change(tx, [row.row], state=MailState.UNKNOWN, settled_at=now, error=error, promise=promise)
        lines = [line("mail.unknown", row, level="error", error=error), *told]
        events.add(tx, "MailFailed", now, row.row)
        if not row.rehearsed:
            text = (
                f"Nobody can say whether the automatic answer to {self._name(row)} went out ({error}). It will not be "
                "sent again. Next step: look into Sent, and write yourself if need be."
            )
            self._warn(tx, row, now, "mail_unknown", text)
        return lines

    def refused(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: SubmissionError) -> Lines:
        """The server said no, for now or for good, or nothing at all."""
        if error.outcome == "unknown":
            return self.unknown(tx, row, now, str(error))
        if error.outcome == "temporary":
            again = now + pause_after(error, row.attempts)
            # What the owner surely does not have can still say more when it is tried again.
            message_id = row.message_id if row.audience is Audience.CLIENT else None
            return self._later(tx, row, again, str(error), message_id=message_id)
        if row.audience is Audience.OWNER:
            return self._notice_failed(tx, row, now, str(error))
        if row.rehearsed:
            # It was the owner's own address that was refused, and no client's must be taken for dead.
            outbox.change(tx, [row.row], state=MailState.CANCELLED, settled_at=now, error=str(error), raw=None)
            return [line("mail.cancelled", row, reason="rehearsal_refused", error=str(error))]
        outbox.change(tx, [row.row], state=MailState.FAILED, settled_at=now, error=str(error), raw=None)
        events.add(tx, "MailFailed", now, row.row)
        text = (
            f"The automatic answer to {self._name(row)} was refused by the server ({error}). No further one goes to "
            "that address. Next step: answer yourself."
        )
        self._warn(tx, row, now, "mail_failed", text)
        return [line("mail.failed", row, level="error", error=str(error))]

    def not_sent(self, tx: sa.Connection, row: OutboxRow, reason: str, now: datetime) -> Lines:
        """The guard refused it, it cannot be written, or its time is over."""
        if row.audience is Audience.OWNER:
            return self._notice_failed(tx, row, now, reason)
        over = reason in CALLED_OFF
        state = MailState.CANCELLED if over else MailState.WITHHELD
        outbox.change(tx, [row.row], state=state, reason=reason, settled_at=now, raw=None)
        client = self._settings.book.clients.get(row.client or "")
        if client is not None and row.answers is not None:
            tell_instead(tx, reason, client, messages.get(tx, row.answers), now, self._settings.worktime)
        return [line("mail.cancelled" if over else "mail.withheld", row, reason=reason)]

    def stumbled(self, tx: sa.Connection, row: OutboxRow, now: datetime, times: int, error: str) -> Lines:
        """For the `times`-th time it could not even be prepared, for a reason nobody foresaw: the last time it is given
        up, so that it does not stand in the way for ever."""
        if times >= MOST_STUMBLES:
            return self.not_sent(tx, row, "not_written", now)
        again = now + NO_CONNECTION_PAUSE * (1 << times)
        return self._later(tx, row, again, error, message_id=row.message_id)

    def _later(
        self, tx: sa.Connection, row: OutboxRow, again: datetime, error: str, *, message_id: str | None
    ) -> Lines:
        """Try again; where the time that the mail tells comes before, that is when it is called off."""
        if row.valid_until is not None:
            again = min(again, row.valid_until)
        outbox.change(
            tx,
            [row.row],
            state=MailState.DEFERRED,
            not_before=again,
            error=error,
            attempts=row.attempts + 1,
            message_id=message_id,
            raw=None,
        )
        return [line("mail.deferred", row, level="warning", error=error, due=again.isoformat())]

    def _notice_failed(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: str) -> Lines:
        """This mail is given up, what it was to tell is not: it waits for the next one. A summary is a day's only one,
        so it is tried again itself."""
        if row.template == SUMMARY:
            return self._later(tx, row, now + REFUSED_NOTICE_PAUSE, error, message_id=None)
        outbox.change(tx, [row.row], state=MailState.FAILED, settled_at=now, error=error, raw=None)
        warnings.wait_again(tx, row.row, now + REFUSED_NOTICE_PAUSE)
        return [line("mail.failed", row, level="error", error=error)]

    def _told(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> tuple[Lines, int | None]:
        """Whoever has the mail was told its time, by this promise; the first time that makes it."""
        if row.audience is not Audience.CLIENT or row.tells is None or row.due is None:
            return [], None
        promise, made = (None, False) if row.rehearsed else self._promise(tx, row, row.tells, row.due, now)
        outbox.tell(tx, row, promise=promise, at=now)
        return ([line("promise.made", row, kind=row.tells)] if made else []), promise

    def _promise(
        self, tx: sa.Connection, row: OutboxRow, kind: PromiseKind, due: datetime, now: datetime
    ) -> tuple[int | None, bool]:
        """The promise that the mail tells, and whether it is new. What was done between handing the mail over and
        knowing its fate, which may be hours after a crash, needs no promise any more."""
        assert row.client is not None
        obligation: int | None = None
        if kind is PromiseKind.ANSWER:
            open_ = ledger.open_in_thread(tx, row.client, row.thread or 0)
            if open_ is None:
                return None, False
            obligation = open_.row
        else:
            given = (found for found in ledger.promises_of(tx, row.client, due) if found.due == due)
            kept = next((g for g in given if g.kind is kind and g.state is PromiseState.KEPT), None)
            if kept is not None:
                return kept.row, False
        uid = promise_uid(self._store.key, row.client, kind, due, self._settings.owner.address)
        return ledger.make(tx, client=row.client, kind=kind, due=due, uid=uid, at=now, obligation=obligation)

    def _warn(self, tx: sa.Connection, row: OutboxRow, now: datetime, reason: str, text: str) -> None:
        warning = Warn(reason=reason, key=f"{reason}:{row.row}", text=text, client=row.client)
        tell_owner(tx, CORE, warning, now, self._settings.worktime)

    def _name(self, row: OutboxRow) -> str:
        client = self._settings.book.clients.get(row.client or "")
        return client.name if client else row.address


def pause_after(error: SubmissionError, attempts: int) -> timedelta:
    """How long a mail waits after its `attempts`-th try and this one more.

    Half an hour between tries of what a server refused for now (RFC 5321 section 4.5.4.1), less after a refused login,
    lest the account be locked. Where there was no connection nobody was bothered, so that a break costs little more
    than itself.
    """
    if error.code in LOGIN_REFUSED:
        return LOGIN_PAUSE
    if error.code:
        return REFUSED_FOR_NOW_PAUSE
    return _no_connection_pause(attempts)


def _no_connection_pause(attempts: int) -> timedelta:
    return min(LONGEST_NO_CONNECTION_PAUSE, NO_CONNECTION_PAUSE * (1 << min(attempts, 10)))


def rest_after(error: SubmissionError, attempts: int) -> timedelta | None:
    """How long no other mail of this mailbox is tried either; None where the error was about this mail alone.

    A refused login is refused for every mail, and 421 is the server's word that it is closing (RFC 5321 section 3.8).
    """
    if error.outcome != "temporary" or error.code not in (0, 421, *LOGIN_REFUSED):
        return None
    return LOGIN_PAUSE if error.code in LOGIN_REFUSED else _no_connection_pause(attempts)


def line(event: str, row: OutboxRow, **values: object) -> dict[str, Any]:
    """A log line about a mail: whose, why, and the time it tells."""
    return {
        "event": event,
        "mailbox": row.mailbox,
        "client": row.client,
        "message_id": row.message_id,
        "event_id": row.event,
        "plugin": row.plugin,
        "reason": row.reason,
        "due": row.due.isoformat() if row.due else None,
        **values,
    }
