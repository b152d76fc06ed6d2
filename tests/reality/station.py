"""The whole daemon inside this process, over real connections, with a person's patience cut down to a test's.

A process of its own costs more than a second to start and waits as long as it does in earnest; what is told here of
servers and networks needs neither.
"""

from __future__ import annotations

import io
import json
import ssl
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from servers.ports import until
from whiteglove import errands, log
from whiteglove.app import Daemon, Running, SystemClock
from whiteglove.host import Host
from whiteglove.imap import ImapMailbox, idle
from whiteglove.inprocess import InProcessCaller
from whiteglove.intake import watching
from whiteglove.ports import Caller, Mailbox, Transport
from whiteglove.settings import MailboxAccount, load
from whiteglove.smtp import SmtpTransport
from whiteglove.store import Store
from whiteglove.store import schema as tables
from whiteglove_plugins import acknowledge
from whole.studio import Studio

LONG = 20.0
"""Seconds after which something that was waited for will not come."""


class NearWorld:
    """The real adapters, which wait for seconds at most."""

    def __init__(self, context: ssl.SSLContext | None, patience: float) -> None:
        self.clock = SystemClock()
        self._context = context
        self._patience = patience

    def watching(self, account: MailboxAccount) -> Mailbox:
        return self._imap(account)

    def working(self, account: MailboxAccount) -> Mailbox:
        return self._imap(account)

    def transport(self, account: MailboxAccount) -> Transport:
        return SmtpTransport(
            account.smtp,
            account.smtp_password.reveal if account.smtp_password else None,
            connect_timeout=self._patience,
            reply_timeout=self._patience,
            final_timeout=self._patience,
            context=self._context,
        )

    def caller(self) -> Caller:
        return InProcessCaller()

    def _imap(self, account: MailboxAccount) -> Mailbox:
        return ImapMailbox(
            account.imap,
            account.password.reveal,
            sent=account.sent,
            drafts=account.drafts,
            connect_timeout=self._patience,
            read_timeout=self._patience,
            context=self._context,
        )


class Station:
    """One daemon after the other over the studio's store; the log is that of all of them."""

    def __init__(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        self.studio = studio
        self.out = io.StringIO()
        self.context: ssl.SSLContext | None = None
        self.patience = 2.0
        # Dovecot collects news for half a second before it announces them, which most of these tests need not wait for.
        self.poll = 0.1
        self._store: Store | None = None
        self._running: Running | None = None
        log.configure("json", self.out)
        monkeypatch.setattr(idle, "DONE_TIMEOUT", 0.5)
        monkeypatch.setattr(idle, "BREATH", 0.05)
        monkeypatch.setattr(watching, "Backoff", lambda longest: errands.Backoff(0.05, longest))

    def start(self, *, password: str = "") -> Daemon:
        """Start the daemon, with another password than the right one if need be, and wait until it is ready."""
        settings = load(self.studio.configure(), {})
        if password:
            (self.studio.folder / "password").write_text(password)
        self._store = self._store or Store.open(settings.daemon.state)
        host = Host.for_modules({"acknowledge": (acknowledge, {"delay": "0s"})})
        daemon = Daemon(settings, host, self._store, NearWorld(self.context, self.patience), log.event_log())
        for one in daemon.errands.values():
            one._backoff = errands.Backoff(0.05)
        for watcher in daemon.watchers:
            watcher._poll = lambda: timedelta(seconds=self.poll)
        count = self.count("daemon.ready")
        self._running = Running(daemon)
        until(lambda: self.count("daemon.ready") > count, "the daemon ready", LONG)
        return daemon

    def stop(self) -> None:
        """End the daemon, and its store with it."""
        if self._running is not None:
            assert self._running.finish()
            self._running = None
        if self._store is not None:
            self._store.close()
            self._store = None

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]

    def logged(self, event: str, **values: object) -> list[dict[str, Any]]:
        """The log's lines of one name whose values match."""
        return [
            line
            for line in self.lines
            if line["event"] == event and all(line.get(name) == value for name, value in values.items())
        ]

    def count(self, event: str, **values: object) -> int:
        return len(self.logged(event, **values))

    def await_log(self, event: str, count: int = 1, seconds: float = LONG, **values: object) -> None:
        """Until the log has so many lines of this name."""
        try:
            until(lambda: self.count(event, **values) >= count, f"{count} {event} {values}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the log:\n{self.out.getvalue()[-6000:]}") from None

    def rows(self, table: sa.Table = tables.messages) -> list[sa.Row[Any]]:
        """Every row of a table, in order."""
        assert self._store is not None
        with self._store.read() as tx:
            return list(tx.execute(sa.select(table).order_by(table.c.row)))

    def await_messages(self, count: int) -> list[sa.Row[Any]]:
        """The messages recorded, once there are so many."""
        until(lambda: len(self.rows()) >= count, f"{count} messages", LONG)
        return self.rows()

    def answered(self) -> list[str]:
        """The Message-IDs that clients were sent an answer to, sorted."""
        own = self.studio.user.casefold()
        replies = (one for one in self.studio.sink.received if own not in (r.casefold() for r in one.recipients))
        return sorted(_in_reply_to(one.message) for one in replies)

    def await_answers(self, *message_ids: str) -> None:
        """Until these messages have been answered, and nothing else."""
        wanted = sorted(message_ids)
        try:
            until(lambda: len(self.answered()) >= len(wanted), f"answers to {wanted}", LONG)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.answered()}; the log:\n{self.out.getvalue()[-6000:]}") from None
        assert self.answered() == wanted


def _in_reply_to(message: bytes) -> str:
    name = next((line for line in message.split(b"\r\n") if line.lower().startswith(b"in-reply-to:")), b":")
    return name.partition(b":")[2].strip().strip(b"<>").decode()
