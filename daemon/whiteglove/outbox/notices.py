"""Warnings that are due become one mail to the owner."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from whiteglove.ledger import Audience, MailState
from whiteglove.log import Journal
from whiteglove.ports import Clock
from whiteglove.prepare.notice import TEMPLATE
from whiteglove.prepare.telling import CORE
from whiteglove.settings import Settings
from whiteglove.store import Store, outbox, warnings
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.warnings import WarningRow


class Notices:
    """Plans notices. Used by the outbox's thread."""

    def __init__(self, store: Store, settings: Settings, journal: Journal, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._journal = journal
        self._clock = clock

    def plan(self) -> None:
        """Put all warnings that are due into one mail to the owner: one that waits for the server, or a new one."""
        now = self._clock.now()
        with self._store.read() as tx:
            if not warnings.due(tx, now):
                return
        with self._store.write() as tx:
            told = warnings.due(tx, now)
            waiting = outbox.in_state(tx, MailState.PLANNED, MailState.DEFERRED)
            joined = next((row for row in waiting if is_unseen(row)), None)
            mail = joined.row if joined else self._new(tx, told[0], now)
            outbox.change(tx, [mail], not_before=now)
            warnings.put_into(tx, [warning.row for warning in told], mail)
        if joined is None:
            self._journal.write("mail.planned", audience=Audience.OWNER, plugin=CORE, reason=told[0].reason)

    def _new(self, tx: sa.Connection, first: WarningRow, now: datetime) -> int:
        mail = outbox.plan(
            tx,
            key=f"notice:{first.row}:{now.isoformat()}",
            audience=Audience.OWNER,
            state=MailState.PLANNED,
            reason=first.reason,
            plugin=CORE,
            action="",
            template=TEMPLATE,
            mailbox=self._settings.mailboxes[0].name,
            address=self._settings.owner.address.casefold(),
            created_at=now,
            not_before=now,
        )
        assert mail is not None
        return mail


def is_unseen(row: OutboxRow) -> bool:
    """Whether this is a notice that surely nobody has yet. One that may have arrived already must not say more, or come
    from elsewhere, when it comes again under the same Message-ID."""
    return row.template == TEMPLATE and row.message_id is None
