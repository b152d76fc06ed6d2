"""What became of a mail, in one commit with everything that follows: promise, told, warnings, events, chores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.errors import SubmissionError
from whiteglove.ledger import Audience, MailState, PromiseKind
from whiteglove.prepare.answer import promise_uid
from whiteglove.settings import Settings
from whiteglove.store import Store, chores, events, ledger, outbox, warnings
from whiteglove.store.outbox import OutboxRow

CORE = "core"
NO_CONNECTION_PAUSE = timedelta(seconds=30)
REFUSED_FOR_NOW_PAUSE = timedelta(minutes=30)
LOGIN_PAUSE = timedelta(minutes=15)
NOTICE_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=2)

Lines = list[dict[str, Any]]


class Results:
    """Writes results. Each method returns the log lines to be written after the commit."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def accepted(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Lines:
        """The server took it, or it was found in Sent."""
        outbox.change(tx, [row.row], state=MailState.SENT, accepted_at=now, error=None)
        lines = [line("mail.sent", row)]
        lines += self._told(tx, row, now)
        if row.audience is Audience.OWNER:
            warnings.told(tx, row.row)
        if row.audience is Audience.CLIENT and not row.rehearsed:
            chores.add(tx, chores.COPY_TO_SENT, row.mailbox, row.row, now)
        else:
            outbox.drop_bytes(tx, row)
        events.add(tx, "MailSent", now, row.row)
        return lines

    def found_in_sent(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Lines:
        """A mail whose fate was unknown lies in Sent: it went out, and its copy needs no filing."""
        if row.state is MailState.UNKNOWN:
            outbox.change(tx, [row.row], state=MailState.SENT, accepted_at=now, error=None)
            outbox.drop_bytes(tx, row)
            events.add(tx, "MailSent", now, row.row)
            return [line("mail.sent", row, reason="found_in_sent")]
        return self.accepted(tx, row, now)

    def unknown(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: str) -> Lines:
        """Nobody can say whether the server has it. The client may have it, so it counts as told and made, and it is
        never sent again; the owner's own notice is."""
        if row.audience is Audience.OWNER:
            outbox.change(
                tx,
                [row.row],
                state=MailState.DEFERRED,
                not_before=now + NOTICE_PAUSE,
                error=error,
                attempts=row.attempts + 1,
            )
            return [line("mail.deferred", row, reason="unknown", error=error)]
        outbox.change(tx, [row.row], state=MailState.UNKNOWN, error=error)
        lines = [line("mail.unknown", row, level="error", error=error), *self._told(tx, row, now)]
        events.add(tx, "MailFailed", now, row.row)
        self._warn(
            tx,
            row,
            now,
            "mail_unknown",
            f"Nobody can say whether the automatic answer to {self._name(row)} went out ({error}). It will not be sent "
            "again; please look into Sent and write yourself if need be.",
        )
        return lines

    def refused(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: SubmissionError) -> Lines:
        """The server said no, for now or for good."""
        if error.outcome == "unknown":
            return self.unknown(tx, row, now, str(error))
        if error.outcome == "temporary":
            return self._deferred(tx, row, now, error)
        if row.audience is Audience.OWNER:
            outbox.change(tx, [row.row], state=MailState.FAILED, error=str(error))
            warnings.wait_again(tx, row.row, now + LONGEST_PAUSE)
            return [line("mail.failed", row, level="error", error=str(error))]
        outbox.change(tx, [row.row], state=MailState.FAILED, error=str(error), raw=None)
        events.add(tx, "MailFailed", now, row.row)
        self._warn(
            tx,
            row,
            now,
            "mail_failed",
            f"The automatic answer to {self._name(row)} was refused by the server ({error}). No further one goes to "
            "that address; please answer yourself.",
        )
        return [line("mail.failed", row, level="error", error=str(error))]

    def not_sent(self, tx: sa.Connection, row: OutboxRow, reason: str) -> Lines:
        """The guard refused it, or its time is over."""
        over = reason in ("answered", "time_passed")
        state = MailState.CANCELLED if over else MailState.WITHHELD
        outbox.change(tx, [row.row], state=state, reason=reason, raw=None)
        return [line("mail.cancelled" if over else "mail.withheld", row, reason=reason)]

    def _deferred(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: SubmissionError) -> Lines:
        """RFC 5321 section 4.5.4.1: half an hour between tries of what a server refused for now; where there was no
        connection nobody was bothered, so that a short break costs seconds only."""
        if error.code in (535, 530, 454):
            pause = LOGIN_PAUSE
        elif error.code:
            pause = REFUSED_FOR_NOW_PAUSE
        else:
            pause = min(LONGEST_PAUSE, NO_CONNECTION_PAUSE * 2 ** min(row.attempts, 10))
        outbox.change(
            tx,
            [row.row],
            state=MailState.DEFERRED,
            not_before=now + pause,
            error=str(error),
            attempts=row.attempts + 1,
            raw=None,
        )
        return [line("mail.deferred", row, level="warning", error=str(error))]

    def _told(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Lines:
        """Whoever has the mail was told its time; the first time that makes the promise."""
        if row.audience is not Audience.CLIENT or row.tells is None or row.due is None:
            return []
        if row.rehearsed:
            outbox.tell(tx, row, promise=None, at=now)
            return []
        assert row.client is not None
        obligation = None
        if row.tells is PromiseKind.ANSWER:
            found = ledger.open_in_thread(tx, row.client, row.thread or 0)
            obligation = found.row if found else None
        uid = promise_uid(self._store.key, row.client, row.tells, row.due, self._settings.owner.address)
        promise, made = ledger.make(
            tx, client=row.client, kind=row.tells, due=row.due, uid=uid, at=now, obligation=obligation
        )
        outbox.change(tx, [row.row], promise=promise)
        outbox.tell(tx, row, promise=promise, at=now)
        return [line("promise.made", row, kind=row.tells)] if made else []

    def _warn(self, tx: sa.Connection, row: OutboxRow, now: datetime, reason: str, text: str) -> None:
        added = warnings.add(
            tx,
            plugin=CORE,
            key=f"{reason}:{row.row}",
            text=text,
            urgency="now",
            reason=reason,
            client=row.client,
            at=now,
            due=now,
            once=None,
        )
        if added is not None:
            events.add(tx, "WarningRaised", now, added)

    def _name(self, row: OutboxRow) -> str:
        client = self._settings.book.clients.get(row.client or "")
        return client.name if client else row.address


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
