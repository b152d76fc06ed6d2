"""What became of a mail, in one commit with everything that follows: promise, told, warnings, events, chores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.errors import SubmissionError
from whiteglove.ledger import Audience, MailState, PromiseKind, PromiseState
from whiteglove.log import Journal
from whiteglove.prepare.answer import promise_uid
from whiteglove.prepare.forwarding import CAME_BACK
from whiteglove.prepare.moved import CALLED_OFF as MOVE_CALLED_OFF
from whiteglove.prepare.moved import plan_mails, tell_of_untold_move
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.summing import TEMPLATE as SUMMARY
from whiteglove.prepare.telling import CORE, tell_instead, tell_of_refused_login, tell_owner
from whiteglove.settings import Settings
from whiteglove.store import Store, chores, delegations, events, ledger, messages, moves, outbox, warnings
from whiteglove.store.outbox import OutboxRow

NO_CONNECTION_PAUSE = timedelta(seconds=30)
LONGEST_NO_CONNECTION_PAUSE = timedelta(minutes=5)
REFUSED_FOR_NOW_PAUSE = timedelta(minutes=30)
LOGIN_PAUSE = timedelta(minutes=15)
UNKNOWN_NOTICE_PAUSE = timedelta(minutes=5)
REFUSED_NOTICE_PAUSE = timedelta(hours=2)
MOST_STUMBLES = 5
CRASHED = "the daemon ended while handing it over"
"""Why nobody knows of a mail whether it went out that an earlier process left behind."""
LOGIN_REFUSED = frozenset({454, 530, 534, 535, 538})
_EPOCH = datetime.fromtimestamp(0, UTC)
CALLED_OFF = frozenset({"answered", CAME_BACK, *MOVE_CALLED_OFF})
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
        if row.audience is Audience.COLLEAGUE and not row.rehearsed:
            delegations.arrived(tx, row.row, now)
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
            if self.is_on_record(tx, row):
                lines += self.found_in_sent(tx, row, now)
        return lines

    def is_on_record(self, tx: sa.Connection, row: OutboxRow) -> bool:
        """Whether a copy of this mail was read from Sent."""
        copy = messages.find(tx, self._store.hash_id(row.message_id)) if row.message_id else None
        return copy is not None and copy.outbound

    def unknown(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: str) -> Lines:
        """Nobody can say whether the server has it. The client may have it, so it counts as told and made, and it is
        never sent again."""
        told, promise = self._told(tx, row, now)
        outbox.change(tx, [row.row], state=MailState.UNKNOWN, settled_at=now, error=error, promise=promise)
        lines = [line("mail.unknown", row, level="error", error=error), *told]
        events.add(tx, "MailFailed", now, row.row)
        if not row.rehearsed:
            words = words_of(self._settings, now)
            said = words("crashed") if error == CRASHED else error
            text = words(f"{_about(row)}_unknown", client=self._name(row), error=said)
            self._warn(tx, row, now, "mail_unknown", text)
        return lines

    def refused(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: SubmissionError) -> Lines:
        """The server said no, for now or for good, or nothing at all. A client's mail of which it may be that the
        server has it is not settled here: see `doubts`."""
        if error.outcome == "unknown":
            assert row.audience is not Audience.CLIENT
            return self._later(tx, row, now + UNKNOWN_NOTICE_PAUSE, str(error), message_id=row.message_id)
        if error.outcome == "temporary":
            told = _is_refused_login(error) and self._tell_of_login(tx, row, now, str(error))
            again = now + pause_after(error, row.attempts)
            # What the owner surely does not have can still say more when it is tried again.
            message_id = None if row.audience is Audience.OWNER else row.message_id
            level = "error" if told else "warning"
            return self._later(tx, row, again, str(error), message_id=message_id, level=level)
        if row.audience is Audience.OWNER:
            return self._notice_failed(tx, row, now, str(error))
        if row.rehearsed:
            # It was the owner's own address that was refused, and no client's must be taken for dead.
            outbox.change(tx, [row.row], state=MailState.CANCELLED, settled_at=now, error=str(error), raw=None)
            return [line("mail.cancelled", row, reason="rehearsal_refused", error=str(error))]
        failed = {"state": MailState.FAILED, "settled_at": now, "error": str(error), "refused_step": error.step or None}
        outbox.change(tx, [row.row], **failed, raw=None)
        events.add(tx, "MailFailed", now, row.row)
        if row.audience is Audience.COLLEAGUE:
            # What was to be passed on comes back to the owner, who is told with that.
            return [line("mail.failed", row, level="error", error=str(error))]
        words = words_of(self._settings, now)
        follows = words("address_dead" if outbox.failed_for(tx, row.address) else "address_alive")
        text = words(f"{_about(row)}_refused", client=self._name(row), error=error, follows=follows)
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
        if client is not None and row.answers is not None and row.audience is Audience.CLIENT:
            words, answered = words_of(self._settings, now), messages.get(tx, row.answers)
            tell_instead(tx, reason, client, answered, now, self._settings.worktime, words)
        if moves.is_news_of_one(row) and reason not in MOVE_CALLED_OFF:
            tell_of_untold_move(tx, self._settings, row, reason, now)
        return [line("mail.cancelled" if over else "mail.withheld", row, reason=reason)]

    def stumbled(self, tx: sa.Connection, row: OutboxRow, now: datetime, times: int, error: str) -> Lines:
        """For the `times`-th time it could not even be prepared, for a reason nobody foresaw: the last time it is given
        up, so that it does not stand in the way for ever."""
        if times >= MOST_STUMBLES:
            return self.not_sent(tx, row, "not_written", now)
        again = now + NO_CONNECTION_PAUSE * (1 << times)
        return self._later(tx, row, again, error, message_id=row.message_id)

    def _tell_of_login(self, tx: sa.Connection, row: OutboxRow, now: datetime, error: str) -> bool:
        """Tell the owner, once until a mail is accepted there again; whether that was now."""
        accepted = outbox.last_accepted_by(tx, row.mailbox)
        # The notice itself may be the mail that was accepted.
        since = accepted + timedelta.resolution if accepted else _EPOCH
        words = words_of(self._settings, now)
        return tell_of_refused_login(tx, row.mailbox, error, since, now, self._settings.worktime, words)

    def _later(
        self,
        tx: sa.Connection,
        row: OutboxRow,
        again: datetime,
        error: str,
        *,
        message_id: str | None,
        level: str = "warning",
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
        return [line("mail.deferred", row, level=level, error=error, due=again.isoformat())]

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
        lines = [line("promise.made", row, kind=row.tells)] if made else []
        return [*lines, *self._moved_meanwhile(tx, row, promise, now)], promise

    def _moved_meanwhile(self, tx: sa.Connection, row: OutboxRow, told: int | None, now: datetime) -> Lines:
        """While the mail was being handed over the report was moved: whoever has it now hears of that too."""
        client = self._settings.book.clients.get(row.client or "")
        if client is None or told is None or (before := ledger.promise(tx, told)).state is not PromiseState.MOVED:
            return []
        present = next((found for found in ledger.owed(tx, client.key) if found.uid == before.uid), None)
        told_to = plan_mails(tx, self._settings, client, present, now) if present is not None else []
        return [line("mail.planned", row, reason="moved", message_id=None, due=now.isoformat()) for _ in told_to]

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
            given = [found for found in ledger.promises_of(tx, row.client, due) if found.due == due]
            kept = next((g for g in given if g.kind is kind and g.state is PromiseState.KEPT), None)
            if kept is not None:
                return kept.row, False
            moved = [found for found in given if found.kind is kind]
            if moved and moved[-1].state is PromiseState.MOVED:
                return moved[-1].row, moves.becomes_told(tx, moved[-1], now)
        uid = promise_uid(self._store.key, row.client, kind, due, self._settings.owner.address)
        return ledger.make(tx, client=row.client, kind=kind, due=due, uid=uid, at=now, obligation=obligation)

    def _warn(self, tx: sa.Connection, row: OutboxRow, now: datetime, reason: str, text: str) -> None:
        warning = Warn(reason=reason, key=f"{reason}:{row.row}", text=text, client=row.client)
        tell_owner(tx, CORE, warning, now, self._settings.worktime)

    def _name(self, row: OutboxRow) -> str:
        client = self._settings.book.clients.get(row.client or "")
        return client.name if client else row.address


def _about(row: OutboxRow) -> str:
    """How the words begin that are said of a client's mail: one about a move, or an answer."""
    return "news" if moves.is_news_of_one(row) else "answer"


def pause_after(error: SubmissionError, attempts: int) -> timedelta:
    """How long a mail waits after its `attempts`-th try and this one more.

    Half an hour between tries of what a server refused for now (RFC 5321 section 4.5.4.1), less after a refused login,
    lest the account be locked. Where there was no connection nobody was bothered, so that a break costs little more
    than itself.
    """
    if _is_about_login(error):
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
    if error.outcome != "temporary":
        return None
    if _is_about_login(error):
        return LOGIN_PAUSE
    return _no_connection_pause(attempts) if error.code in (0, 421) else None


def _is_about_login(error: SubmissionError) -> bool:
    return error.code in LOGIN_REFUSED or (error.step == "AUTH" and error.code not in (0, 421))


def _is_refused_login(error: SubmissionError) -> bool:
    """Whether a person must mend something; 4yz is a server that cannot tell at the moment (RFC 4954 section 6)."""
    return _is_about_login(error) and error.code >= 500


def write_lines(journal: Journal, lines: Lines) -> None:
    for values in lines:
        rest = dict(values)
        journal.write(str(rest.pop("event")), **rest)


def line(event: str, row: OutboxRow, **values: object) -> dict[str, Any]:
    """A log line about a mail: for whom, why, and the time it tells."""
    return {
        "event": event,
        "mailbox": row.mailbox,
        "audience": row.audience,
        "client": row.client,
        "message_id": row.message_id,
        "event_id": row.event,
        "plugin": row.plugin,
        "reason": row.reason,
        "due": row.due.isoformat() if row.due else None,
        **values,
    }
