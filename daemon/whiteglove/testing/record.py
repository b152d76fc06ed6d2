"""What can be looked at on the bench: everything that was sent, laid ready, told, posted, remembered and logged."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from whiteglove.actions import Action, Flag, Move
from whiteglove.codec import decode_action
from whiteglove.ledger import Delegation, Incident, Obligation, Promise
from whiteglove.settings import Settings
from whiteglove.store import Store, changes, delegations, drafts, incidents, ledger, messages, outbox, timers, warnings
from whiteglove.store import schema as tables
from whiteglove.store.drafts import DraftRow
from whiteglove.store.outbox import OutboxRow
from whiteglove.testing.mails import SentMail, read_mail
from whiteglove.testing.results import Flagged, Moved, Notified, Posted, Request, Warned
from whiteglove.testing.world import BenchWorld


class Record:
    """The part of a bench that only reads. Lists are in the order in which things happened."""

    name: str
    settings: Settings
    store: Store
    world: BenchWorld
    log: io.StringIO

    @property
    def sent(self) -> list[SentMail]:
        """Every mail that has left so far, those to the owner and to teammates too."""
        return [read_mail(sent.recipient, sent.message) for sent in self.world.server.sent]

    @property
    def forwarded(self) -> list[SentMail]:
        """The mails to teammates (`Forward`)."""
        team = {mate.address for mate in self.settings.book.team}
        return [mail for mail in self.sent if mail.recipient in team]

    @property
    def drafted(self) -> list[SentMail]:
        """What lies in Drafts now, as the owner sees it there; `recipient` is whom it is addressed to."""
        found = [read_mail("", mail.message) for mail in self.world.account.mails("Drafts")]
        return [replace(mail, recipient=mail.message["To"].addresses[0].addr_spec) for mail in found]

    @property
    def warned(self) -> list[Warned]:
        """What the owner was or will be told."""
        with self.store.read() as tx:
            rows = tx.execute(tables.warnings.select().order_by(tables.warnings.c.row)).all()
            return [Warned(**asdict(warnings.get(tx, row.row))) for row in rows]

    @property
    def posted(self) -> list[Posted]:
        """What was sent to web addresses (`Post`)."""
        return [Posted(url, json.loads(body)) for url, body, _ in self.world.web.posted]

    @property
    def requests(self) -> list[Request]:
        """The same as bytes with their headers, to check a signature."""
        return [Request(url, body, headers) for url, body, headers in self.world.web.posted]

    @property
    def notified(self) -> list[Notified]:
        """The notices that went out on another way than by mail (`Notify`)."""
        return [Notified(title, text) for _, title, text in self.world.web.notified]

    @property
    def flagged(self) -> list[Flagged]:
        """The flags that were set in the mailbox and taken away (`Flag`)."""
        return [Flagged(one.flag, one.set, subject) for one, subject in self._changes() if isinstance(one, Flag)]

    @property
    def moved(self) -> list[Moved]:
        """The messages that were moved to another folder (`Move`)."""
        return [Moved(one.folder, subject) for one, subject in self._changes() if isinstance(one, Move)]

    def _changes(self) -> list[tuple[Action, str]]:
        """What was done with messages in the mailbox, and the subject of each."""
        with self.store.read() as tx:
            made = [one for one in changes.everything(tx) if one.state == changes.DONE]
            return [(decode_action(one.action), messages.get(tx, one.message).subject) for one in made]

    @property
    def recorded(self) -> int:
        """How many messages are recorded."""
        with self.store.read() as tx:
            return messages.count(tx)

    @property
    def memory(self) -> dict[str, Any]:
        """What the plugin remembers, by key."""
        with self.store.read() as tx:
            rows = tx.execute(tables.memory.select().where(tables.memory.c.plugin == self.name))
            return {row.key: row.value for row in rows}

    @property
    def timers(self) -> dict[str, datetime]:
        """When the plugin wants to be woken, by the timer's key."""
        with self.store.read() as tx:
            return dict(timers.of_plugin(tx, self.name))

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log that have this name, the plugin's own (`ctx.log`) too."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    @property
    def promises(self) -> list[Promise]:
        """What was promised to clients, whatever became of it."""
        with self.store.read() as tx:
            return [promise for key in self.settings.book.clients for promise in ledger.promises_of(tx, key)]

    @property
    def obligations(self) -> list[Obligation]:
        """What waits for an answer of the owner's."""
        with self.store.read() as tx:
            return list(ledger.open_obligations(tx))

    @property
    def incidents(self) -> list[Incident]:
        """Every incident with its entries, resolved ones too."""
        with self.store.read() as tx:
            return list(incidents.everything(tx))

    @property
    def delegations(self) -> list[Delegation]:
        """Everything that was passed to teammates, with its state."""
        with self.store.read() as tx:
            return list(delegations.known(tx, since=datetime.fromtimestamp(0, UTC)))

    @property
    def drafts(self) -> list[DraftRow]:
        """Every draft that was wanted, with its state."""
        with self.store.read() as tx:
            return list(drafts.everything(tx))

    @property
    def mails(self) -> list[OutboxRow]:
        """Every mail that was decided, withheld ones with their reason too."""
        with self.store.read() as tx:
            rows = tx.execute(tables.outbox.select().order_by(tables.outbox.c.row)).all()
            return [outbox.get(tx, row.row) for row in rows]

    @property
    def reasons(self) -> list[str]:
        """Why mails to clients were withheld or called off."""
        return [mail.reason for mail in self.mails if mail.state in ("withheld", "cancelled")]
