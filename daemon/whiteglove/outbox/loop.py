"""The loop: take the mails that are due, prepare each in the transaction that says "submitting", hand it over, write
what became of it.

A row found in `submitting` at start belongs to a process that died between the two commits: the Sent folder is asked,
and where it cannot tell, a client's mail stays `unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from whiteglove.errors import MailboxError, SubmissionError
from whiteglove.ledger import Audience, MailState
from whiteglove.log import Journal, get
from whiteglove.outbox.results import CORE, Lines, Results
from whiteglove.ports import Clock, Transport
from whiteglove.prepare import AnswerWriter, NoticeWriter, Prepared
from whiteglove.settings import Settings
from whiteglove.store import Store, outbox, warnings
from whiteglove.store.outbox import OutboxRow

BATCH = 20
WAITED = timedelta(seconds=5)
"""A mail that has waited longer than this is preceded by one more look into Sent."""
UNDECIDED_PAUSE = timedelta(seconds=3)
SENT_UNREADABLE_PAUSE = timedelta(seconds=30)
CRASHED = "the daemon ended while handing it over"


class Outbox:
    """Hands mail over. Used by one thread."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        answers: AnswerWriter,
        notices: NoticeWriter,
        transports: Mapping[str, Transport],
        read_sent: Callable[[str], None],
        lies_in_sent: Callable[[str, str, str], bool],
        journal: Journal,
        clock: Clock,
        on_accepted: Callable[[], None],
    ) -> None:
        """`read_sent(mailbox)` reads what is new in Sent; `lies_in_sent(mailbox, message_id, token)` looks for one mail
        of ours there. Both raise MailboxError where the server cannot be asked."""
        self._store = store
        self._settings = settings
        self._answers = answers
        self._notices = notices
        self._transports = transports
        self._read_sent = read_sent
        self._lies_in_sent = lies_in_sent
        self._journal = journal
        self._clock = clock
        self._on_accepted = on_accepted
        self._results = Results(settings, store)
        self._orphans: dict[int, datetime] = {}

    def take_over(self) -> None:
        """At start: free what a dead process had claimed, and remember what it was handing over."""
        with self._store.write() as tx:
            outbox.free_claims(tx)
            orphans = outbox.in_state(tx, MailState.SUBMITTING)
            for row in orphans:
                if row.audience is Audience.OWNER:
                    outbox.change(tx, [row.row], state=MailState.PLANNED)
        now = self._clock.now()
        self._orphans = {row.row: now for row in orphans if row.audience is Audience.CLIENT}

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Hand over every mail that is due; return how many were accepted."""
        self._settle_orphans()
        self._plan_notices()
        accepted = 0
        while not stopping():
            with self._store.read() as tx:
                rows = outbox.due(tx, self._clock.now(), BATCH)
            if not rows:
                break
            for row in rows:
                if stopping():
                    break
                accepted += self._hand_over(row)
        return accepted

    def next_due(self) -> datetime | None:
        """When the next mail may go, or an orphan may be asked for again."""
        with self._store.read() as tx:
            moments = [outbox.next_due(tx), *self._orphans.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def settled(self, token: str) -> None:
        """A mail of ours was seen in Sent: if nobody knew what became of it, now it is known. Any thread."""
        with self._store.write() as tx:
            row = outbox.by_token(tx, token)
            lines: Lines = []
            if row is not None and row.state is MailState.UNKNOWN:
                lines = self._results.found_in_sent(tx, row, self._clock.now())
        self._log(lines)

    def _hand_over(self, row: OutboxRow) -> int:
        now = self._clock.now()
        if row.audience is Audience.CLIENT and now - row.created_at > WAITED and not self._saw_sent(row, now):
            return 0
        prepared = self._submit(row)
        if prepared is None:
            return 0
        with self._store.read() as tx:
            submitting = outbox.get(tx, row.row)
        transport = self._transports.get(row.mailbox) or next(iter(self._transports.values()))
        try:
            transport.submit(prepared.sender, prepared.recipient, prepared.raw)
        except SubmissionError as error:
            with self._store.write() as tx:
                lines = self._results.refused(tx, submitting, self._clock.now(), error)
        else:
            with self._store.write() as tx:
                lines = self._results.accepted(tx, submitting, self._clock.now())
        self._log(lines)
        self._on_accepted()
        return int(lines[0]["event"] == "mail.sent")

    def _saw_sent(self, row: OutboxRow, now: datetime) -> bool:
        """Look into Sent once more; where that fails the mail waits: the owner may have answered."""
        with self._store.write() as tx:
            outbox.change(tx, [row.row], state=MailState.CLAIMED)
        try:
            self._read_sent(row.mailbox)
        except MailboxError as error:
            get("outbox").warning("Sent cannot be read, an answer waits", mailbox=row.mailbox, reason=error.code)
            with self._store.write() as tx:
                outbox.change(tx, [row.row], state=row.state, not_before=now + SENT_UNREADABLE_PAUSE)
            return False
        return True

    def _submit(self, row: OutboxRow) -> Prepared | None:
        """Prepare the mail on the facts of this transaction and commit that it is being handed over; None where it is
        not sent now."""
        lines: Lines = []
        ready: Prepared | None = None
        with self._store.write() as tx:
            now = self._clock.now()
            writer = self._answers if row.audience is Audience.CLIENT else self._notices
            prepared = writer.prepare(tx, row, now)
            if prepared.refusal is not None and prepared.undecided:
                outbox.change(tx, [row.row], state=MailState.PLANNED, not_before=now + UNDECIDED_PAUSE)
            elif prepared.refusal is not None:
                lines = self._results.not_sent(tx, row, prepared.refusal.reason)
            else:
                ready = prepared
                outbox.change(
                    tx,
                    [row.row],
                    state=MailState.SUBMITTING,
                    message_id=prepared.message_id,
                    token=prepared.token,
                    raw=prepared.raw,
                    due=prepared.due,
                    short=prepared.short,
                    rehearsed=prepared.rehearsed,
                    submitted_at=now,
                )
        self._log(lines)
        return ready

    def _settle_orphans(self) -> None:
        now = self._clock.now()
        for number in [number for number, moment in self._orphans.items() if moment <= now]:
            with self._store.read() as tx:
                row = outbox.get(tx, number)
            try:
                found = self._lies_in_sent(row.mailbox, row.message_id or "", row.token or "")
            except MailboxError:
                self._orphans[number] = now + SENT_UNREADABLE_PAUSE
                continue
            del self._orphans[number]
            with self._store.write() as tx:
                if found:
                    lines = self._results.found_in_sent(tx, row, now)
                else:
                    lines = self._results.unknown(tx, row, now, CRASHED)
            self._log(lines)

    def _plan_notices(self) -> None:
        """Put all warnings that are due into one mail to the owner."""
        now = self._clock.now()
        with self._store.read() as tx:
            if not warnings.due(tx, now):
                return
        with self._store.write() as tx:
            told = warnings.due(tx, now)
            mail = outbox.plan(
                tx,
                key=f"notice:{told[0].row}:{now.isoformat()}",
                audience=Audience.OWNER,
                state=MailState.PLANNED,
                reason=told[0].reason,
                plugin=CORE,
                action="",
                template="notice",
                mailbox=self._settings.mailboxes[0].name,
                address=self._settings.owner.address.casefold(),
                created_at=now,
                not_before=now,
            )
            assert mail is not None
            warnings.put_into(tx, [warning.row for warning in told], mail)
        self._journal.write("mail.planned", plugin=CORE, reason=told[0].reason)

    def _log(self, lines: Lines) -> None:
        for values in lines:
            rest = dict(values)
            self._journal.write(str(rest.pop("event")), **rest)
