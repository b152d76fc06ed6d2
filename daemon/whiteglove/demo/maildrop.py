"""Folders of mail in memory. Mails are values: what somebody has read stays as it was."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

Flags = frozenset[str]

_LONE_LINE_FEED = re.compile(rb"(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it lies in a folder. `received_at` is aware; IMAP shows whole seconds of it as INTERNALDATE."""

    uid: int
    raw: bytes
    received_at: datetime
    flags: Flags = frozenset()


class Folder:
    """One folder, for any thread. `uidvalidity` is the second of its making: UIDs begin anew with every server."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.uidvalidity = int(time.time())
        self.watchers: set[Callable[[], None]] = set()
        self._mails: dict[int, Mail] = {}
        self._uidnext = 1
        self._lock = threading.Lock()

    def look(self) -> tuple[list[Mail], int]:
        """The mails by UID, and UIDNEXT at the same moment."""
        with self._lock:
            return list(self._mails.values()), self._uidnext

    def add(self, raw: bytes, received_at: datetime, flags: Iterable[str] = ()) -> int:
        """File a mail, its lines ended by CRLF; the UID it gets. Raises `ValueError` for a naive time."""
        if received_at.tzinfo is None:
            raise ValueError("received_at needs a time zone")
        ended = _LONE_LINE_FEED.sub(b"\r\n", raw)
        with self._lock:
            uid = self._uidnext
            self._uidnext += 1
            self._mails[uid] = Mail(uid, ended, received_at, frozenset(flags))
        self._tell()
        return uid

    def flag(self, uid: int, change: Callable[[Flags], Flags]) -> Mail | None:
        """Change the flags of a mail; the mail as it is then, None for one that is gone."""
        with self._lock:
            mail = self._mails.get(uid)
            if mail is not None:
                self._mails[uid] = mail = replace(mail, flags=change(mail.flags))
        self._tell()
        return mail

    def expunge(self, uids: Collection[int] | None = None) -> None:
        r"""Remove what is flagged `\Deleted`; only among `uids` where they are given."""
        with self._lock:
            for mail in list(self._mails.values()):
                if r"\Deleted" in mail.flags and (uids is None or mail.uid in uids):
                    del self._mails[mail.uid]
        self._tell()

    def _tell(self) -> None:
        """Call the watchers, in the thread that changed something and without the lock."""
        for watcher in list(self.watchers):
            watcher()
