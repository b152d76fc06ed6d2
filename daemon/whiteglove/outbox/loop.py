"""The loop: take the mails that are due, prepare each in the transaction that says "submitting", hand it over, write
what became of it.

What became of a mail may stay unknown, by a crash between the two commits or a lost reply: see `doubts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.errors import MailboxError, StoreError, SubmissionError
from whiteglove.ledger import Audience, MailState
from whiteglove.log import Journal, get
from whiteglove.message import RecordedMessage
from whiteglove.outbox.doubts import Doubts
from whiteglove.outbox.notices import Notices, is_unseen
from whiteglove.outbox.results import Lines, Results, rest_after, write_lines
from whiteglove.ports import Clock, Transport
from whiteglove.prepare import AnswerWriter, ForwardWriter, MoveWriter, NoticeWriter, Prepared, SummaryWriter
from whiteglove.prepare.forwarding import Missing, Original
from whiteglove.prepare.summing import TEMPLATE as SUMMARY
from whiteglove.settings import Settings
from whiteglove.store import Store, folders, messages, moves, outbox
from whiteglove.store.outbox import OutboxRow

BATCH = 20
WAITED = timedelta(seconds=5)
"""Before a mail that has waited longer than this Sent is looked into once more."""
UNDECIDED_PAUSE = timedelta(seconds=3)
SENT_UNREADABLE_PAUSE = timedelta(seconds=30)
WRITE_AGAIN_PAUSE = timedelta(seconds=5)
ORIGINAL_PATIENCE = timedelta(minutes=30)
"""How long a teammate's mail waits for the message that it passes on."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_WAITING = frozenset({MailState.PLANNED, MailState.CLAIMED, MailState.DEFERRED})


class Outbox:
    """Hands mail over. Used by one thread; `settled` by any."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        answers: AnswerWriter,
        moved: MoveWriter,
        notices: NoticeWriter,
        summaries: SummaryWriter,
        forwards: ForwardWriter,
        transports: Mapping[str, Transport],
        read_sent: Callable[[str], None],
        lies_in_sent: Callable[[str, str, str], bool],
        fetch_original: Callable[[RecordedMessage], bytes | Missing],
        journal: Journal,
        clock: Clock,
        on_accepted: Callable[[], None],
    ) -> None:
        """`read_sent(mailbox)` reads what is new in Sent; `lies_in_sent(mailbox, message_id, token)` looks for one mail
        of ours there; `fetch_original(message)` fetches the whole of a client's message. All three raise MailboxError
        where the server cannot be asked."""
        self._store = store
        self._settings = settings
        self._answers = answers
        self._moved = moved
        self._notices = notices
        self._summaries = summaries
        self._forwards = forwards
        self._fetch_original = fetch_original
        self._transports = transports
        self._read_sent = read_sent
        self._journal = journal
        self._clock = clock
        self._on_accepted = on_accepted
        self._results = Results(settings, store)
        self._planned_notices = Notices(store, settings, journal, clock)
        self._doubts = Doubts(store, self._results, lies_in_sent, journal, clock, on_accepted)
        self._unwritten: dict[int, tuple[OutboxRow, SubmissionError | None, datetime]] = {}
        self._unreachable: dict[str, datetime] = {}
        self._stumbles: Counter[int] = Counter()

    def take_over(self) -> None:
        """At start: free what a dead process had claimed, and remember what it was handing over."""
        now = self._clock.now()
        with self._store.write() as tx:
            outbox.free_claims(tx)
            orphans = outbox.in_state(tx, MailState.SUBMITTING)
            again = [row.row for row in orphans if row.audience is not Audience.CLIENT]
            outbox.change(tx, again, state=MailState.PLANNED, raw=None)
            lines = self._results.seen_meanwhile(tx, now)
        self._log(lines)
        self._doubts.inherit(row for row in orphans if row.audience is Audience.CLIENT)

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Hand over every mail that is due; return how many were accepted."""
        self._write_results()
        self._doubts.settle(stopping)
        accepted = 0
        while not stopping():
            self._planned_notices.plan()
            with self._store.read() as tx:
                rows = outbox.due(tx, self._clock.now(), BATCH)
            if not rows:
                break
            for row in rows:
                if stopping():
                    break
                accepted += self._hand_over_safely(row)
            self._write_results()
            self._doubts.settle(stopping)
        return accepted

    def next_due(self) -> datetime | None:
        """When the next mail may go, or Sent is asked for one of unknown fate."""
        with self._store.read() as tx:
            moments = (outbox.next_due(tx), self.next_look())
        return min((moment for moment in moments if moment is not None), default=None)

    def next_look(self) -> datetime | None:
        """When Sent is asked next for a mail of unknown fate."""
        return self._doubts.next_look()

    def settled(self, token: str) -> None:
        """A mail of ours was seen in Sent: if nobody knew what became of it, now it is known. Any thread."""
        with self._store.read() as tx:
            row = outbox.by_token(tx, token)
        if row is None or row.state is not MailState.UNKNOWN:
            return
        with self._store.write() as tx:
            row = outbox.get(tx, row.row)
            lines = self._results.found_in_sent(tx, row, self._clock.now()) if row.state is MailState.UNKNOWN else []
        self._log(lines)

    def _hand_over_safely(self, row: OutboxRow) -> int:
        """One mail that cannot be written or sent for a reason nobody foresaw must not hold up those behind it."""
        try:
            return self._hand_over(row)
        except StoreError:
            raise  # A full disk is not the mail's fault: it waits, however long that takes.
        except Exception as error:  # noqa: BLE001 - Nothing stops the loop.
            get("outbox").exception("a mail could not be handled", mail=row.row)
            self._stumbles[row.row] += 1
            with self._store.write() as tx:
                present = outbox.get(tx, row.row)
                lines: Lines = []
                if present.state in _WAITING:
                    times, now = self._stumbles[row.row], self._clock.now()
                    lines = self._results.stumbled(tx, present, now, times, repr(error))
        self._log(lines)
        return 0

    def _hand_over(self, row: OutboxRow) -> int:
        now = self._clock.now()
        if row.audience is Audience.CLIENT and (look := self._doubts.next_look(row.client)) is not None:
            # What the mail in doubt told is a fact about this one, and nobody knows it yet.
            with self._store.write() as tx:
                outbox.change(tx, [row.row], not_before=look)
            return 0
        row = self._by_open_way(row)
        if self._unreachable.get(row.mailbox, now) > now:
            # Its neighbour has just found nobody there, or a login refused; to knock again for each mail would hold up
            # other mailboxes, and get the account locked.
            with self._store.write() as tx:
                outbox.change(tx, [row.row], not_before=self._unreachable[row.mailbox])
            return 0
        if row.audience is not Audience.OWNER and now - row.created_at > WAITED and not self._saw_sent(row, now):
            return 0
        original: Original = None
        if row.audience is Audience.COLLEAGUE and (original := self._original(row, now)) is None:
            return 0
        ready = self._submit(row, original)
        if ready is None:
            return 0
        mail, prepared = ready
        transport = self._transports.get(mail.mailbox) or next(iter(self._transports.values()))
        error: SubmissionError | None = None
        try:
            transport.submit(prepared.sender, prepared.recipient, prepared.raw)
        except SubmissionError as refusal:
            error = refusal
        except Exception as fault:  # noqa: BLE001 - Whatever it was, the server may have the mail.
            get("outbox").exception("handing a mail over ended in a fault", mail=mail.row)
            error = SubmissionError("unknown", repr(fault))
        self._unreachable.pop(mail.mailbox, None)
        if error is not None and (rest := rest_after(error, mail.attempts)) is not None:
            self._unreachable[mail.mailbox] = self._clock.now() + rest
        if error is not None and error.outcome == "unknown" and mail.audience is Audience.CLIENT:
            self._doubts.add(mail, str(error))
        else:
            self._unwritten[mail.row] = mail, error, now
        return int(error is None)

    def _by_open_way(self, row: OutboxRow) -> OutboxRow:
        """A notice goes by the first mailbox whose server did not turn the last mail away, else by the one where that
        is longest ago: it may be about the very server that it would go by."""
        if not is_unseen(row):
            return row
        names = (account.name for account in self._settings.mailboxes)
        mailbox = min(names, key=lambda name: self._unreachable.get(name, _NEVER))
        if mailbox == row.mailbox:
            return row
        with self._store.write() as tx:
            outbox.change(tx, [row.row], mailbox=mailbox)
        return replace(row, mailbox=mailbox)

    def _write_results(self) -> None:
        """Write what became of the mails handed over, in a commit of its own."""
        if self._unwritten:
            with self._store.write() as tx:
                written = self._results_into(tx)
            self._written(written)

    def _results_into(self, tx: sa.Connection) -> dict[int, Lines]:
        """Write what became of the mails handed over into this transaction; while that fails, for example on a full
        disk, it is kept in memory, since the client would else be asked to believe in `unknown`."""
        written: dict[int, Lines] = {}
        now = self._clock.now()
        for number, (mail, error, not_before) in self._unwritten.items():
            if not_before > now:
                continue
            try:
                with tx.begin_nested():
                    if error is None:
                        lines = self._results.accepted(tx, mail, now)
                    else:
                        lines = self._results.refused(tx, mail, now, error)
            except Exception:  # noqa: BLE001 - Nothing stops the loop.
                get("outbox").exception("what became of a mail could not be written", mail=number)
                self._unwritten[number] = mail, error, now + WRITE_AGAIN_PAUSE
            else:
                written[number] = lines
        return written

    def _written(self, written: Mapping[int, Lines]) -> None:
        for number, lines in written.items():
            del self._unwritten[number]
            self._log(lines)
        if written:
            self._on_accepted()

    def _saw_sent(self, row: OutboxRow, now: datetime) -> bool:
        """Look into Sent once more, unless that was just done, since the mail came due; where it fails the mail waits:
        the owner may have answered."""
        with self._store.read() as tx:
            read_until = folders.sent_read_until(tx, [row.mailbox], now)
        if read_until is not None and read_until >= max(row.not_before, now - WAITED):
            return True
        # This may take long; what became of the mail before must not wait for it.
        self._write_results()
        try:
            self._read_sent(row.mailbox)
        except MailboxError as error:
            get("outbox").warning("Sent cannot be read, an answer waits", mailbox=row.mailbox, reason=error.code)
            with self._store.write() as tx:
                outbox.change(tx, [row.row], not_before=now + SENT_UNREADABLE_PAUSE)
            return False
        return True

    def _original(self, row: OutboxRow, now: datetime) -> Original:
        """The message that this mail passes on, or why it goes without; None where its server is asked again later."""
        with self._store.read() as tx:
            message = messages.at(tx, row.answers) if row.answers is not None else None
        if message is None:
            return Missing.GONE
        # This may take long; what became of the mail before must not wait for it.
        self._write_results()
        try:
            return self._fetch_original(message)
        except MailboxError as error:
            if now - row.created_at > ORIGINAL_PATIENCE:
                return Missing.UNREADABLE
            get("outbox").warning("a message to be passed on cannot be read", mailbox=row.mailbox, reason=error.code)
            with self._store.write() as tx:
                outbox.change(tx, [row.row], not_before=now + SENT_UNREADABLE_PAUSE)
            return None

    def _submit(self, row: OutboxRow, original: Original = None) -> tuple[OutboxRow, Prepared] | None:
        """Prepare the mail on the facts of this transaction and commit that it is being handed over; None where it is
        not sent now."""
        lines: Lines = []
        ready: tuple[OutboxRow, Prepared] | None = None
        with self._store.write() as tx:
            # The result of the mail before comes with the intent of this one, and is a fact about it.
            written = self._results_into(tx)
            now = self._clock.now()
            row = outbox.get(tx, row.row)
            if row.state not in _WAITING:
                # Somebody called it off since it was looked for.
                pass
            elif row.valid_until is not None and row.valid_until <= now:
                lines = self._results.not_sent(tx, row, "time_passed", now)
            else:
                prepared = self._prepare(tx, row, now, original)
                if prepared.refusal is None:
                    changes = _submitting(prepared, now)
                    outbox.change(tx, [row.row], **changes)
                    ready = replace(row, **changes), prepared
                elif prepared.undecided:
                    outbox.change(tx, [row.row], not_before=now + UNDECIDED_PAUSE)
                else:
                    lines = self._results.not_sent(tx, row, prepared.refusal.reason, now)
        self._written(written)
        self._log(lines)
        if lines:
            self._on_accepted()
        return ready

    def _prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime, original: Original) -> Prepared:
        if row.audience is Audience.COLLEAGUE:
            return self._forwards.prepare(tx, row, now, original)
        return self._writer(row).prepare(tx, row, now)

    def _writer(self, row: OutboxRow) -> AnswerWriter | MoveWriter | NoticeWriter | SummaryWriter:
        if row.audience is Audience.CLIENT:
            return self._moved if moves.is_news_of_one(row) else self._answers
        return self._summaries if row.template == SUMMARY else self._notices

    def _log(self, lines: Lines) -> None:
        write_lines(self._journal, lines)


def _submitting(prepared: Prepared, now: datetime) -> dict[str, Any]:
    """What is stored of a mail before it is handed over."""
    return {
        "state": MailState.SUBMITTING,
        "message_id": prepared.message_id,
        "token": prepared.token,
        "raw": prepared.raw,
        "due": prepared.due,
        "short": prepared.short,
        "rehearsed": prepared.rehearsed,
        "submitted_at": now,
        "error": None,
        "refused_step": None,
    }
