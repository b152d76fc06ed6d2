"""The adapters to the world, built from the configuration; the bench and the tests build their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from whiteglove.imap import ImapMailbox
from whiteglove.ports import Clock, Mailbox, Transport
from whiteglove.settings import MailboxAccount, Secret
from whiteglove.smtp import SmtpTransport


class World(Protocol):
    """Makes connections; none of them is open yet."""

    @property
    def clock(self) -> Clock: ...

    def watching(self, account: MailboxAccount) -> Mailbox:
        """The connection that waits for new mail."""

    def working(self, account: MailboxAccount) -> Mailbox:
        """The connection that does everything else."""

    def transport(self, account: MailboxAccount) -> Transport: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class RealWorld:
    """IMAP and SMTP servers over the network."""

    def __init__(self) -> None:
        self.clock = SystemClock()

    def watching(self, account: MailboxAccount) -> Mailbox:
        return _imap(account)

    def working(self, account: MailboxAccount) -> Mailbox:
        return _imap(account)

    def transport(self, account: MailboxAccount) -> Transport:
        password = account.smtp_password if account.smtp.user else None
        return SmtpTransport(account.smtp, _reveal(password))


def _imap(account: MailboxAccount) -> Mailbox:
    return ImapMailbox(account.imap, _reveal(account.password), sent=account.sent, drafts=account.drafts)


def _reveal(secret: Secret | None) -> Callable[[], str] | None:
    return secret.reveal if secret is not None else None
