"""A mailbox with months of correspondence in it, on the tests' Dovecot: for what looks back."""

from __future__ import annotations

import imaplib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count

from servers.dovecot import Dovecot

OWN = "Robin Vale <robin@vale.example>"
_numbers = count(1)


@dataclass
class Letterbox:
    """The mailbox of one user. Mail is filed with the date it arrived on; a context manager."""

    dovecot: Dovecot
    user: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __enter__(self) -> Letterbox:
        self._imap = imaplib.IMAP4(self.dovecot.host, self.dovecot.imap_port)
        self._imap.login(self.user, self.dovecot.password)
        return self

    def __exit__(self, *_: object) -> None:
        self._imap.logout()

    @property
    def imap(self) -> str:
        """As `init` takes it on the command line."""
        return f"imap://{self.user.replace('@', '%40')}@127.0.0.1:{self.dovecot.imap_port}"

    def received(self, sender: str, days: int = 3, *, headers: Mapping[str, str] | None = None, times: int = 1) -> None:
        """Mail of this sender in INBOX, so many days old."""
        for _ in range(times):
            self._file("INBOX", sender, OWN, days, headers or {})

    def sent(self, recipients: str, days: int = 2, *, folder: str = "Sent", times: int = 1) -> None:
        """Mail of the owner's to these, so many days old."""
        for _ in range(times):
            self._file(folder, OWN, recipients, days, {})

    def make(self, folder: str) -> None:
        self._done(self._imap.create(folder))

    def drop(self, folder: str) -> None:
        self._done(self._imap.delete(folder))

    def flags(self, folder: str) -> bytes:
        """What stands on each message of a folder; reading it changes nothing."""
        self._done(self._imap.select(folder, readonly=True))
        uids = self._imap.uid("SEARCH", "ALL")[1][0].replace(b" ", b",").decode()
        lines = self._imap.uid("FETCH", uids, "(FLAGS)")[1] if uids else []
        return b"\n".join(line for line in lines if isinstance(line, bytes))

    def _file(self, folder: str, sender: str, to: str, days: int, headers: Mapping[str, str]) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, "Catalogue"
        mail["Message-ID"] = f"<{next(_numbers)}@letterbox.example>"
        for name, value in headers.items():
            mail[name] = value
        mail.set_content("A sentence that nobody is to keep.\n")
        at = imaplib.Time2Internaldate(time.mktime((self.now - timedelta(days=days)).timetuple()))
        self._done(self._imap.append(folder, "", at, mail.as_bytes()))

    def _done(self, said: tuple[str, list[object]]) -> None:
        assert said[0] == "OK", said
