"""The adapters to the world, built from the configuration; the bench and the tests build their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from whiteglove.app.clock import SystemClock
from whiteglove.imap import ImapMailbox
from whiteglove.oauth import access_of
from whiteglove.outward import WebCaller
from whiteglove.ports import Caller, Clock, Mailbox, Transport
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

    def caller(self) -> Caller: ...


class RealWorld:
    """IMAP and SMTP servers over the network. Passwords and tokens are read at each login, never before."""

    def __init__(self) -> None:
        self.clock = SystemClock()

    def watching(self, account: MailboxAccount) -> Mailbox:
        return _imap(account)

    def working(self, account: MailboxAccount) -> Mailbox:
        return _imap(account)

    def transport(self, account: MailboxAccount) -> Transport:
        access = access_of(account)
        if access is None or account.smtp_password is not None:
            return SmtpTransport(account.smtp, _revealing(account.smtp_password))
        return SmtpTransport(account.smtp, token=access.token, renewed=access.renewed)

    def caller(self) -> Caller:
        return WebCaller()


def _imap(account: MailboxAccount) -> Mailbox:
    access = access_of(account)
    return ImapMailbox(
        account.imap,
        _revealing(account.password),
        token=access.token if access else None,
        renewed=access.renewed if access else None,
        sent=account.sent,
        drafts=account.drafts,
    )


def _revealing(secret: Secret | None) -> Callable[[], str] | None:
    return secret.reveal if secret is not None else None
