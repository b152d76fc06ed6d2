"""A bench for plugins: the real intake, desk, guard and outbox over a mailbox in memory and a clock that stands still.

    def test_answers_a_status_request():
        with Bench(acknowledge, delay="0s") as bench:
            (mail,) = bench.receive("How are things progressing?")
            assert "Tuesday" in mail.text

What passes here behaves the same in the daemon: only the servers and the clock are not real.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from whiteglove import log
from whiteglove.app import Daemon
from whiteglove.errors import MailboxError
from whiteglove.hookspecs import hookimpl
from whiteglove.host import Host
from whiteglove.inprocess import Account, InProcessMailbox, InProcessTransport
from whiteglove.ledger import Obligation, Promise
from whiteglove.ports import Mailbox, Transport
from whiteglove.settings import MailboxAccount, Settings, load
from whiteglove.store import Store, ledger, messages, outbox, warnings
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
        toml: further text of the configuration file.
        settings: the plugin's own keys.
    """

    def __init__(
        self,
        plugin: object,
        *,
        now: datetime = MONDAY_MORNING,
        clients: Mapping[str, str] | None = None,
        owner: Mapping[str, Any] | None = None,
        daemon: Mapping[str, str] | None = None,
        toml: str = "",
        **settings: Any,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="whiteglove-bench-")
        self.name = str(getattr(plugin, "__name__", type(plugin).__name__)).rpartition(".")[2].casefold()
        self.clock = BenchClock(now)
        self.world = _BenchWorld(self.clock)
        self.settings = _settings(
            Path(self._folder.name), {**OWNER, **(owner or {})}, {"mode": "live", **(daemon or {})}, clients, toml
        )
        self.log = io.StringIO()
        log.configure("json", self.log)
        self.failures: list[str] = []
        self.host = Host.for_modules(
            {self.name: (plugin, settings)},
            on_failure=lambda name, hook, error: self.failures.append(f"{name}.{hook}: {error}"),
        )
        self.store = Store.open(self.settings.daemon.state)
        self.daemon = Daemon(self.settings, self.host, self.store, self.world, log.event_log())
        self._number = 0
        self._seen = 0
        self.run()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every thread and remove what the bench wrote."""
        for errands in self.daemon.errands.values():
            errands.close()
        self.host.close()
        self.store.close()
        self._folder.cleanup()

    def receive(
        self,
        text: str = "",
        *,
        sender: str = "Wile Coyote <wile@acme.example>",
        subject: str = "Catalogue",
        answers: str | None = None,
        headers: Mapping[str, str] | None = None,
        to: str | None = None,
    ) -> list[SentMail]:
        """A mail arrives now and is handled; the mails that left because of it."""
        self.world.account.deliver(
            self.compose(text, sender=sender, subject=subject, answers=answers, headers=headers, to=to)
        )
        return self.run()

    def owner_sends(
        self, text: str = "", *, to: str = "wile@acme.example", subject: str = "Catalogue", answers: str | None = None
    ) -> list[SentMail]:
        """The owner writes a mail from their own program, so that it appears in Sent."""
        owner = self.settings.owner
        raw = self.compose(text, sender=f"{owner.name} <{owner.address}>", subject=subject, answers=answers, to=to)
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
        mails = [_read(sent.recipient, sent.message) for sent in self.world.server.sent]
        new, self._seen = mails[self._seen :], len(mails)
        return new

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

    def compose(
        self,
        text: str,
        *,
        sender: str,
        subject: str,
        answers: str | None = None,
        headers: Mapping[str, str] | None = None,
        to: str | None = None,
    ) -> bytes:
        """The bytes of a mail as some mail program writes it, with a Message-ID of its own."""
        self._number += 1
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = to or self.settings.owner.address
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self.clock.now())
        mail["Message-ID"] = f"<{self.last_message_id}>"
        if answers:
            mail["In-Reply-To"] = f"<{answers}>"
            mail["References"] = f"<{answers}>"
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()


def _settings(
    folder: Path, owner: Mapping[str, Any], daemon: Mapping[str, str], clients: Mapping[str, str] | None, toml: str
) -> Settings:
    (folder / "clients").mkdir()
    for key, text in (clients or {"acme": CLIENT}).items():
        (folder / "clients" / f"{key}.toml").write_text(text)
    lines = ["[owner]", *(f"{key} = {_toml(value)}" for key, value in owner.items())]
    lines += [
        "[daemon]",
        f'state = "{folder / "state"}"',
        *(f"{key} = {_toml(value)}" for key, value in daemon.items()),
    ]
    lines += [
        "[[mailboxes]]",
        'name = "studio"',
        'imap = "imaps://robin@imap.vale.example"',
        'smtp = "smtps://robin@smtp.vale.example"',
        'password = { env = "WHITEGLOVE_BENCH_PASSWORD" }',
        toml,
    ]
    (folder / "whiteglove.toml").write_text("\n".join(lines))
    return load(folder / "whiteglove.toml", {})


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _read(recipient: str, raw: bytes) -> SentMail:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return SentMail(recipient, str(message["Subject"]), text, message)


__all__ = ["Bench", "BenchClock", "SentMail", "hookimpl"]
