"""A bench for plugins: the real intake, desk, guard and outbox over a mailbox in memory and a clock that stands still.

    def test_answers_a_status_request():
        with Bench(acknowledge, delay="0s") as bench:
            (mail,) = bench.receive("How are things progressing?")
            assert "Tuesday" in mail.text

What passes here behaves the same in the daemon: only the servers and the clock are not real.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from whiteglove import log
from whiteglove.app import Daemon
from whiteglove.errors import MailboxError, PluginError
from whiteglove.hookspecs import hookimpl
from whiteglove.host import Host
from whiteglove.host.host import BUDGET
from whiteglove.inprocess import Account, InProcessMailbox, InProcessTransport
from whiteglove.ledger import Incident, Obligation, Promise
from whiteglove.ports import Mailbox, Transport
from whiteglove.settings import MailboxAccount, Settings, load
from whiteglove.store import Store, incidents, ledger, messages, outbox, warnings
from whiteglove.store import schema as tables
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.warnings import WarningRow

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWNER = {
    "name": "Robin Vale",
    "address": "robin@vale.example",
    "timezone": "Europe/Berlin",
    "language": "en",
    "hours": "Mon-Fri 09:00-17:30",
}
MAILBOX = {
    "name": "studio",
    "imap": "imaps://robin@imap.vale.example",
    "smtp": "smtps://robin@smtp.vale.example",
}
CLIENT = """
name = "Acme GmbH"
timezone = "Europe/Berlin"
language = "en"
report = ["Tue 16:00", "Fri 16:00"]
reply_within = "8h"
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
"""


WILE = "Wile Coyote <wile@acme.example>"


class BenchClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, step: timedelta) -> None:
        self._now += step


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that left, as its reader sees it; `message` has every header."""

    recipient: str
    subject: str
    text: str
    message: EmailMessage


class Written(TypedDict, total=False):
    """What else of a mail can be chosen: `answers` is the Message-ID of the mail it replies to."""

    to: str | None
    subject: str
    answers: str | None
    headers: Mapping[str, str] | None


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
        _write(folder / "clients", {f"{key}.toml": text for key, text in self._clients.items()})
        _write(folder / "templates", self._templates)
        self.settings = _settings(folder, self._owner, self._daemon, self._toml)
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
            busy += self.daemon.chores.drain()
        new = self.world.server.sent[self._seen :]
        self._seen += len(new)
        return [_read(sent.recipient, sent.message) for sent in new]

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
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = written.get("to") or self.settings.owner.address
        mail["Subject"] = written.get("subject", "Catalogue")
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = f"<{self.last_message_id}>"
        if answers := written.get("answers"):
            mail["In-Reply-To"] = f"<{answers}>"
            mail["References"] = f"<{answers}>"
        for name, value in (written.get("headers") or {}).items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()


def _with_settings(plugin: object) -> tuple[object, Mapping[str, Any]]:
    module, settings = plugin if isinstance(plugin, tuple) else (plugin, {})
    return module, settings


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Make these the files of a folder, and leave no others there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _settings(folder: Path, owner: Mapping[str, Any], daemon: Mapping[str, Any], toml: str) -> Settings:
    lines = [
        "[owner]",
        *_keys(owner),
        "[daemon]",
        *_keys({"state": str(folder / "state"), **daemon}),
        "[[mailboxes]]",
        *_keys(MAILBOX),
        'password = { env = "WHITEGLOVE_BENCH_PASSWORD" }',
        toml,
    ]
    (folder / "whiteglove.toml").write_text("\n".join(lines), encoding="utf-8")
    return load(folder / "whiteglove.toml", {})


def _keys(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in values.items()]


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    # Of a text TOML takes the same escapes as JSON; its other values look as Python writes them.
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


def _read(recipient: str, raw: bytes) -> SentMail:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return SentMail(recipient, str(message["Subject"]), text, message)


__all__ = ["Bench", "BenchClock", "SentMail", "Written", "hookimpl"]
