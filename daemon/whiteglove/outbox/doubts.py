"""Clients' mails of which nobody knows whether the server has them: its last word on them was lost, or a process died
while it was handing them over.

Such a mail stays in `submitting`, from which nothing is ever sent again, while the Sent folder is asked for it; where
that cannot tell, the mail becomes `unknown`. A process that dies meanwhile leaves it to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from whiteglove.errors import MailboxError
from whiteglove.log import Journal, get
from whiteglove.outbox.results import CRASHED, Results, write_lines
from whiteglove.ports import Clock
from whiteglove.store import Store, outbox
from whiteglove.store.outbox import OutboxRow

LOOK_PAUSE = timedelta(seconds=3)
FILED_WITHIN = timedelta(seconds=12)
"""How long a server that files what it accepts may take for it, after its last word on the mail was lost."""
UNREADABLE_PAUSE = timedelta(seconds=30)
UNREADABLE_PATIENCE = timedelta(minutes=10)
"""How long a look into Sent is waited for while its server cannot be asked."""


@dataclass(slots=True)
class _Doubt:
    """`error` is why nobody knows, `filed_until` the moment before which Sent need not show the mail yet."""

    client: str | None
    error: str
    since: datetime
    filed_until: datetime
    next_look: datetime


class Doubts:
    """Asks Sent for each such mail until its fate is known or given up. Used by the outbox's thread."""

    def __init__(
        self,
        store: Store,
        results: Results,
        lies_in_sent: Callable[[str, str, str], bool],
        journal: Journal,
        clock: Clock,
        on_settled: Callable[[], None],
    ) -> None:
        """`lies_in_sent(mailbox, message_id, token)` raises MailboxError where the server cannot be asked."""
        self._store = store
        self._results = results
        self._lies_in_sent = lies_in_sent
        self._journal = journal
        self._clock = clock
        self._on_settled = on_settled
        self._doubts: dict[int, _Doubt] = {}

    def inherit(self, orphans: Iterable[OutboxRow]) -> None:
        """What a dead process was handing over. By now a server has filed what it files: the first look that Sent
        allows decides."""
        now = self._clock.now()
        self._doubts = {row.row: _Doubt(row.client, CRASHED, now, now, now) for row in orphans}

    def add(self, row: OutboxRow, error: str) -> None:
        """The server's last word on this mail was lost."""
        now = self._clock.now()
        get("outbox").warning("Sent is asked for a mail whose fate is not known", mail=row.row, error=error)
        self._doubts[row.row] = _Doubt(row.client, error, now, now + FILED_WITHIN, now)

    def next_look(self, client: str | None = None) -> datetime | None:
        """When Sent is asked next, of mails to this client only where one is named."""
        mine = (doubt for doubt in self._doubts.values() if client in (None, doubt.client))
        return min((doubt.next_look for doubt in mine), default=None)

    def settle(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Ask Sent for every mail whose time has come."""
        now = self._clock.now()
        for number in [number for number, doubt in self._doubts.items() if doubt.next_look <= now]:
            if stopping():
                return
            doubt = self._doubts[number]
            doubt.next_look = now + UNREADABLE_PAUSE
            try:
                known = self._settle(number, doubt)
            except Exception:  # noqa: BLE001 - Nothing stops the loop.
                get("outbox").exception("a mail whose fate is unknown could not be settled", mail=number)
                continue
            if known:
                del self._doubts[number]
                self._on_settled()

    def _settle(self, number: int, doubt: _Doubt) -> bool:
        """Find out what became of a mail; False where that must be asked again."""
        with self._store.read() as tx:
            row = outbox.get(tx, number)
        try:
            found = self._lies_in_sent(row.mailbox, row.message_id or "", row.token or "")
        except MailboxError:
            if self._clock.now() - doubt.since < UNREADABLE_PATIENCE:
                return False
            # Should Sent show it later, `Outbox.settled` sets it right.
            found = False
        now = self._clock.now()
        if not found and now < doubt.filed_until:
            doubt.next_look = now + LOOK_PAUSE
            return False
        with self._store.write() as tx:
            # It may have come to Sent, and been recorded from there, since that was asked.
            if found or self._results.is_on_record(tx, row):
                lines = self._results.found_in_sent(tx, row, now)
            else:
                lines = self._results.unknown(tx, row, now, doubt.error)
        write_lines(self._journal, lines)
        return True
