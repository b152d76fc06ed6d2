"""The bench itself: one owner, one mailbox, a daemon over them, and a clock that stands still."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, Unpack

from whiteglove import log
from whiteglove.app import Daemon
from whiteglove.desk.moving import Mover
from whiteglove.errors import MailboxError, PluginError
from whiteglove.host import Host
from whiteglove.host.host import BUDGET
from whiteglove.inprocess import Account, InProcessMailbox, InProcessTransport
from whiteglove.ledger import Incident, Obligation, Promise
from whiteglove.ports import Mailbox, Transport
from whiteglove.settings import MailboxAccount
from whiteglove.store import Store, drafts, incidents, ledger, messages, notes, outbox, timers, warnings
from whiteglove.store import schema as tables
from whiteglove.store.drafts import DraftRow
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.warnings import WarningRow
from whiteglove.testing.configured import CLIENT, OWNER, settings_of, write
from whiteglove.testing.mails import WILE, SentMail, Written, read_mail, write_mail

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class BenchClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, step: timedelta) -> None:
        self._now += step


class _BenchWorld:
    def __init__(self, clock: BenchClock) -> None:
        self.clock = clock
        self.account = Account(now=clock.now)
        self.server = InProcessTransport()

    def watching(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.account)

    def working(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.account)

    def transport(self, account: MailboxAccount) -> Transport:
        return self.server


class Bench:
    """One owner, one mailbox, the clients given, and one plugin with its settings. Use as a context manager.

    Args:
        plugin: the module (or object) that implements the hooks.
        now: where the clock stands at first, UTC.
        clients: the client files, TOML by key; one client `acme` without it.
        owner: keys of `[owner]` that differ from the bench's own.
        daemon: keys of `[daemon]`, for example `{"mode": "rehearsal"}`; live without it.
        toml: further text of the configuration file, after the mailbox's section.
        templates: the owner's own templates, each text by its path, for example `acknowledge/next_report.en.txt`.
        beside: further plugins by name, after `plugin` in the order of sections; one with settings as a pair.
        budget: seconds that one call of a hook may take.
        looked: whether the mailbox was looked at before anything arrives; else all that `deliver`ed before `run` is
            history.
        settings: the plugin's own keys.
    """

    def __init__(
        self,
        plugin: object,
        *,
        now: datetime = MONDAY_MORNING,
        clients: Mapping[str, str] | None = None,
        owner: Mapping[str, Any] | None = None,
        daemon: Mapping[str, Any] | None = None,
        toml: str = "",
        templates: Mapping[str, str] | None = None,
        beside: Mapping[str, object] | None = None,
        budget: float = BUDGET,
        looked: bool = True,
        **settings: Any,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="whiteglove-bench-")
        self.name = str(getattr(plugin, "__name__", type(plugin).__name__)).rpartition(".")[2].casefold()
        self._modules: dict[str, tuple[object, Mapping[str, Any]]] = {self.name: (plugin, settings)}
        self._modules |= {name: _with_settings(other) for name, other in (beside or {}).items()}
        self._budget = budget
        self._owner = {**OWNER, **(owner or {})}
        self._daemon = {"mode": "live", **(daemon or {})}
        self._clients = dict(clients or {"acme": CLIENT})
        self._toml = toml
        self._templates = dict(templates or {})
        self.clock = BenchClock(now)
        self.world = _BenchWorld(self.clock)
        self.log = io.StringIO()
        self.failures: list[str] = []
        self._number = 0
        self._seen = 0
        log.configure("json", self.log)
        try:
            self._start()
        except BaseException:
            self._folder.cleanup()
            raise
        if looked:
            self.run()

    def _start(self) -> None:
        folder = Path(self._folder.name)
        write(folder / "clients", {f"{key}.toml": text for key, text in self._clients.items()})
        write(folder / "templates", self._templates)
        self.settings = settings_of(folder, self._owner, self._daemon, self._toml, self.clock.now().date())
        journal = log.event_log()

        def failed(plugin: str, hook: str, error: PluginError) -> None:
            self.failures.append(f"{plugin}.{hook}: {error}")
            journal.write("plugin.failed", level="error", plugin=plugin, hook=hook, error=str(error))

        self.host = Host.for_modules(
            self._modules, templates_dir=self.settings.templates_dir, budget=self._budget, on_failure=failed
        )
        self.store = Store.open(self.settings.daemon.state)
        self.daemon = Daemon(self.settings, self.host, self.store, self.world, journal)
        self.daemon.outbox.take_over()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every thread and remove what the bench wrote."""
        self._stop()
        self._folder.cleanup()

    def _stop(self) -> None:
        for errands in self.daemon.errands.values():
            errands.close()
        if self.daemon.adviser is not None:
            self.daemon.adviser.close()
        self.host.close()
        self.store.close()

    def restart(
        self,
        *,
        owner: Mapping[str, Any] | None = None,
        daemon: Mapping[str, Any] | None = None,
        clients: Mapping[str, str] | None = None,
    ) -> list[SentMail]:
        """Another daemon on the same store, mailbox and clock, with other settings where some are given: what one that
        is killed leaves behind, the next one finds. The mails that left."""
        self._stop()
        self._owner |= owner or {}
        self._daemon |= daemon or {}
        self._clients = dict(clients or self._clients)
        self._start()
        return self.run()

    def receive(self, text: str = "", *, sender: str = WILE, **written: Unpack[Written]) -> list[SentMail]:
        """A mail arrives now and is handled; the mails that left because of it."""
        self.deliver(text, sender=sender, **written)
        return self.run()

    def deliver(
        self, text: str = "", *, sender: str = WILE, age: timedelta = timedelta(0), **written: Unpack[Written]
    ) -> int:
        """A mail arrives, or did `age` ago, and nothing happens yet; its UID."""
        raw = self.compose(text, sender=sender, **written)
        return self.world.account.deliver(raw, received_at=self.clock.now() - age)

    def owner_sends(self, text: str = "", **written: Unpack[Written]) -> list[SentMail]:
        """The owner writes a mail from their own program, to Wile unless told otherwise, so that it appears in Sent."""
        owner = self.settings.owner
        written.setdefault("to", WILE)
        raw = self.compose(text, sender=f"{owner.name} <{owner.address}>", **written)
        self.world.account.deliver(raw, folder="Sent")
        return self.run()

    def owner_sends_draft(self, at: int = -1) -> list[SentMail]:
        """The owner sends what lies in Drafts, as it is, from their own program: it moves to Sent."""
        draft = self.world.account.mails("Drafts")[at]
        self.world.account.expunge(draft.uid, "Drafts")
        self.world.account.deliver(draft.message, folder="Sent")
        return self.run()

    def notes_call(self, client: str = "acme", text: str = "", *, outbound: bool = True) -> None:
        """The owner writes down that there was a call, as `whiteglove note --call` does."""
        with self.store.write() as tx:
            notes.add(tx, client=client, at=self.clock.now(), text=text, call=True, outbound=outbound)

    def moves_report(self, to: datetime, client: str = "acme") -> list[SentMail]:
        """The owner moves a client's next report, as `whiteglove reports move` does; the mails that left."""
        with self.store.write() as tx:
            Mover(self.settings, self.store).move(tx, self.settings.book.clients[client], to, self.clock.now())
        return self.run()

    def advance(self, **step: float) -> list[SentMail]:
        """Move the clock, for example `hours=2`, and let everything that has come due happen; the mails that left."""
        self.clock.move(timedelta(**step))
        return self.run()

    def run(self) -> list[SentMail]:
        """Let everything happen that is due now; the mails that left."""
        for watcher in self.daemon.watchers:
            try:
                watcher.catch_up()
            except MailboxError as error:
                self.failures.append(f"mailbox: {error}")
        busy = 1
        while busy:
            busy = self.daemon.desk.drain() + self.daemon.scheduler.look() + self.daemon.outbox.drain()
            busy += self.daemon.silences.look() + self.daemon.chores.drain() + self.daemon.drafting.drain()
        new = self.world.server.sent[self._seen :]
        self._seen += len(new)
        return [read_mail(sent.recipient, sent.message) for sent in new]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log that have this name, in order."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]

    @property
    def last_message_id(self) -> str:
        """The Message-ID of the mail that arrived or was sent last, to be answered."""
        return f"bench.{self._number}@elsewhere.example"

    @property
    def mails(self) -> list[OutboxRow]:
        """Every mail that was decided, withheld ones with their reason too, in order."""
        with self.store.read() as tx:
            rows = tx.execute(tables.outbox.select().order_by(tables.outbox.c.row)).all()
            return [outbox.get(tx, row.row) for row in rows]

    @property
    def reasons(self) -> list[str]:
        """Why mails to clients were withheld or called off, in order."""
        return [mail.reason for mail in self.mails if mail.state in ("withheld", "cancelled")]

    @property
    def warned(self) -> list[WarningRow]:
        """What the owner was or will be told, in order."""
        with self.store.read() as tx:
            rows = tx.execute(tables.warnings.select().order_by(tables.warnings.c.row)).all()
            return [warnings.get(tx, row.row) for row in rows]

    @property
    def promises(self) -> list[Promise]:
        with self.store.read() as tx:
            return [promise for key in self.settings.book.clients for promise in ledger.promises_of(tx, key)]

    @property
    def obligations(self) -> list[Obligation]:
        """What waits for an answer of the owner's."""
        with self.store.read() as tx:
            return list(ledger.open_obligations(tx))

    @property
    def incidents(self) -> list[Incident]:
        """Every incident with its entries, resolved ones too, in the order in which they were opened."""
        with self.store.read() as tx:
            return list(incidents.everything(tx))

    @property
    def drafts(self) -> list[DraftRow]:
        """Every draft that was wanted, with its state, in order."""
        with self.store.read() as tx:
            return list(drafts.everything(tx))

    @property
    def drafted(self) -> list[SentMail]:
        """What lies in Drafts now, as the owner sees it there; `recipient` is whom it is addressed to."""
        found = [read_mail("", mail.message) for mail in self.world.account.mails("Drafts")]
        return [replace(mail, recipient=mail.message["To"].addresses[0].addr_spec) for mail in found]

    @property
    def timers(self) -> dict[str, datetime]:
        """When the plugin wants to be woken, by the timer's key."""
        with self.store.read() as tx:
            return dict(timers.of_plugin(tx, self.name))

    @property
    def recorded(self) -> int:
        """How many messages are recorded."""
        with self.store.read() as tx:
            return messages.count(tx)

    @property
    def memory(self) -> dict[str, Any]:
        """What the plugin remembers."""
        with self.store.read() as tx:
            rows = tx.execute(tables.memory.select().where(tables.memory.c.plugin == self.name))
            return {row.key: row.value for row in rows}

    def compose(self, text: str, *, sender: str, **written: Unpack[Written]) -> bytes:
        """The bytes of a mail as some mail program writes it, with a Message-ID of its own."""
        self._number += 1
        owner, now = self.settings.owner.address, self.clock.now()
        return write_mail(text, sender=sender, owner=owner, message_id=self.last_message_id, at=now, **written)


def _with_settings(plugin: object) -> tuple[object, Mapping[str, Any]]:
    module, settings = plugin if isinstance(plugin, tuple) else (plugin, {})
    return module, settings
