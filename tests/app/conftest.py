"""A daemon over mailboxes and mail servers in memory, with the machine's clock."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from whiteglove import log
from whiteglove.app import Daemon, SystemClock
from whiteglove.host import Host
from whiteglove.inprocess import Account, InProcessCaller, InProcessMailbox, InProcessTransport
from whiteglove.ports import Caller, Mailbox, Transport
from whiteglove.settings import MailboxAccount, Settings, load
from whiteglove.store import Store
from whiteglove_plugins import acknowledge

MAILBOX = """
[[mailboxes]]
name = "{name}"
imap = "imaps://{name}@imap.vale.example"
smtp = "smtps://{name}@smtp.vale.example"
password = {{ env = "NOT_ASKED_FOR" }}
"""
CLIENT = """
name = "Acme GmbH"
report = ["Mon-Fri 17:00"]
reply_within = "8h"
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
"""


class MemoryWorld:
    """Servers in memory, an account and a mail server for each mailbox."""

    def __init__(self, settings: Settings) -> None:
        self.clock = SystemClock()
        self.accounts = {account.name: Account(now=self.clock.now) for account in settings.mailboxes}
        self.servers = {account.name: InProcessTransport() for account in settings.mailboxes}

    def watching(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.accounts[account.name])

    def working(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.accounts[account.name])

    def transport(self, account: MailboxAccount) -> Transport:
        return self.servers[account.name]

    def caller(self) -> Caller:
        return InProcessCaller()


class House:
    """A configuration, its store, and the daemon over it."""

    def __init__(self, folder: Path, *, mailboxes: tuple[str, ...] = ("studio",), mode: str = "live") -> None:
        self.folder = folder
        (folder / "clients").mkdir(exist_ok=True)
        (folder / "clients" / "acme.toml").write_text(CLIENT)
        (folder / "whiteglove.toml").write_text(
            '[owner]\nname = "Robin Vale"\naddress = "robin@vale.example"\ntimezone = "Europe/Berlin"\n'
            f'[daemon]\nstate = "{folder / "state"}"\nmode = "{mode}"\npoll = "5s"\n'
            + "".join(MAILBOX.format(name=name) for name in mailboxes)
        )
        self.settings = load(folder / "whiteglove.toml", {})
        self.world = MemoryWorld(self.settings)
        self.out = io.StringIO()
        log.configure("json", self.out)
        self.store = Store.open(self.settings.daemon.state)
        self.made: list[Daemon] = []

    def daemon(self, plugins: Mapping[str, object] | None = None, delay: str = "0s") -> Daemon:
        """A daemon with these plugins, or with `acknowledge` alone."""
        given: dict[str, tuple[object, dict[str, Any]]] = {"acknowledge": (acknowledge, {"delay": delay})}
        if plugins is not None:
            given = {name: (plugin, {}) for name, plugin in plugins.items()}
        daemon = Daemon(self.settings, Host.for_modules(given), self.store, self.world, log.event_log())
        self.made.append(daemon)
        return daemon

    def mail(self, message_id: str = "m1@acme.example", text: str = "How are things progressing?") -> bytes:
        mail = EmailMessage()
        mail["From"] = "Wile Coyote <wile@acme.example>"
        mail["To"] = "robin@vale.example"
        mail["Subject"] = "Catalogue"
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{message_id}>"
        mail.set_content(text)
        return mail.as_bytes()

    def deliver(self, raw: bytes | None = None, mailbox: str = "studio") -> None:
        self.world.accounts[mailbox].deliver(raw or self.mail())

    @property
    def sent(self) -> list[str]:
        """The recipients of every mail that left, in order."""
        return [mail.recipient for server in self.world.servers.values() for mail in server.sent]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def events(self, name: str = "") -> list[str]:
        """The log's events, or only those of one name."""
        return [line["event"] for line in self.lines if not name or line["event"] == name]

    def close(self) -> None:
        for daemon in self.made:
            for errands in daemon.errands.values():
                errands.close(1.0)
            daemon.host.close()
        self.store.close()


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(**options: Any) -> House:
        made.append(House(tmp_path, **options))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()
