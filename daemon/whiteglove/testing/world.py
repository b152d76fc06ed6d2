"""The world of a bench: a mailbox, a mail server and a web in memory, and a clock that stands still."""

from __future__ import annotations

from datetime import datetime, timedelta

from whiteglove.inprocess import Account, InProcessCaller, InProcessMailbox, InProcessTransport
from whiteglove.ports import Caller, Mailbox, Transport
from whiteglove.settings import MailboxAccount


class BenchClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, step: timedelta) -> None:
        self._now += step


class BenchWorld:
    """What the daemon meets on the bench; each part can be told to fail."""

    def __init__(self, clock: BenchClock) -> None:
        self.clock = clock
        self.account = Account(now=clock.now)
        self.server = InProcessTransport()
        self.web = InProcessCaller()

    def watching(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.account)

    def working(self, account: MailboxAccount) -> Mailbox:
        return InProcessMailbox(self.account)

    def transport(self, account: MailboxAccount) -> Transport:
        return self.server

    def caller(self) -> Caller:
        return self.web
