"""One IMAP connection as the loops use it: `ImapMailbox` fills `ports.Mailbox`.

Nothing here changes a mailbox except `append`, `remove`, `flag` and `move`: folders are opened by EXAMINE, bodies read
by BODY.PEEK, and everything is said in UIDs. An error that takes the connection with it leaves every call raising
`unreachable` until `connect`.
"""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

from whiteglove.errors import MailboxError
from whiteglove.imap import changing, faults, fetching, folders
from whiteglove.imap.connect import Connection, Credentials, Timeouts, connect
from whiteglove.imap.folders import Listed, Role
from whiteglove.imap.idle import IdleRefusedError, idle, linger
from whiteglove.imap.search import Search
from whiteglove.imap.wire import MOST_ALERTS
from whiteglove.message import Part
from whiteglove.ports import Fetched, Folders, FolderStatus, Landed
from whiteglove.settings import ServerAddress

_REFUSALS = 2
"""Logins refused in a row without a reason that RFC 5530 knows, before trying again counts as harm. Each mailbox has
two connections, and there are servers that shut an address out for five refusals in ten minutes."""

_REFUSED_PAUSE = 60.0

_FAREWELL = 2.0
"""Seconds that a server has for LOGOUT: a stopping daemon does not wait for a dead one."""

_WHOLE = Part(content_type="message/rfc822", section="")
"""A whole message is the section without a name (RFC 9051 section 6.4.5.1)."""

_State = tuple[int, int]


class ImapMailbox:
    """One connection to one account. For one thread, except `wake`; fills `ports.Mailbox`."""

    def __init__(
        self,
        server: ServerAddress,
        password: Callable[[], str] | None,
        *,
        token: Callable[[], str] | None = None,
        renewed: Callable[[str], str | None] | None = None,
        sent: str = folders.AUTO,
        drafts: str = folders.AUTO,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Connects to nothing yet.

        `password` or `token` (an OAuth 2.0 access token, sent by XOAUTH2 or OAUTHBEARER) is asked at every login.
        `renewed` gives another token for one that was refused. `sent` and `drafts` are `auto` or a folder's name. Times
        in seconds: until the connection stands, and between two pieces of an answer. Without a `context` the system's
        certificates decide.
        """
        self._server = server
        self._where = f"{server.host}:{server.port}"
        self._credentials = Credentials(password, token, renewed)
        self._timeouts = Timeouts(connect_timeout, read_timeout)
        self._context = context
        self._sent = sent
        self._drafts = drafts
        self._connection: Connection | None = None
        self._search: Search | None = None
        self._open: str | None = None
        self._uidvalidity = 0
        self._searched: dict[str, _State] = {}
        self._refusals = 0
        self._alerts: list[str] = []
        self._idle_works = True
        self._alarm, self._bell = socket.socketpair()
        self._alarm.setblocking(False)
        self._bell.setblocking(False)
        weakref.finalize(self, _close_both, self._alarm, self._bell)

    def connect(self) -> None:
        """Open, verify TLS, log in. Raises `MailboxError`, also where the password cannot be read.

        `fatal` after a login refused for good: by an RFC 5530 code, or without one for the second time in a row.
        """
        self._drop()
        try:
            connection = connect(self._server, self._credentials, self._timeouts, self._context)
        except MailboxError as error:
            raise self._counted(error) from error.__cause__
        self._refusals = 0
        self._idle_works = "IDLE" in connection.capabilities
        self._connection = connection
        self._search = Search(connection.wire, self._where)

    def close(self) -> None:
        """Log out if that still works; never raises."""
        if self._connection is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError):
                self._connection.wire.sock.settimeout(min(_FAREWELL, self._timeouts.read))
                self._connection.wire.logout()
        self._drop()

    @property
    def can_idle(self) -> bool:
        """Whether the server offers IDLE and has not refused it. Without, `wait` only lets time pass."""
        return self._connection is not None and self._idle_works

    def alerts(self) -> tuple[str, ...]:
        """What the server wanted a person to read since this was asked last, each as one line."""
        found = [*self._alerts, *(self._connection.wire.alerts if self._connection else ())]
        self._alerts.clear()
        if self._connection is not None:
            self._connection.wire.alerts.clear()
        return tuple(faults.shown(text) for text in found)

    def folders(self) -> Folders:
        """By configuration, else SPECIAL-USE (RFC 6154), else a table of localised names; never by guess."""
        with self._talking() as connection:
            listed = self._list(connection)
            return Folders(
                sent=folders.find(listed, Role.SENT, self._sent, connection.prefix),
                drafts=folders.find(listed, Role.DRAFTS, self._drafts, connection.prefix),
                junk=folders.find(listed, Role.JUNK, folders.AUTO, connection.prefix),
            )

    def open(self, folder: str) -> FolderStatus:
        """EXAMINE the folder; later calls are about it. A missing folder raises `missing_folder`.

        `wait` returns at once where the folder is not as the last `uids_above` in it left it.
        """
        with self._talking() as connection:
            self._open = None
            connection.wire.exists = 0
            try:
                said = connection.client.select_folder(folder, readonly=True)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise self._folder_refused(connection, folder, str(error)) from error
            uidvalidity, uidnext = said.get(b"UIDVALIDITY"), said.get(b"UIDNEXT")
            if not uidvalidity:
                raise MailboxError("protocol", f"{self._where}: folder {folder} has no UIDVALIDITY")
            self._open, self._uidvalidity = folder, uidvalidity
            self._searching().uidnext = uidnext
            connection.wire.news = self._searched.get(folder) != self._state(connection)
            return FolderStatus(folder, uidvalidity, uidnext, connection.wire.exists)

    def uids_above(self, uid: int) -> list[int]:
        """Every UID above this one, ascending."""
        with self._talking() as connection:
            # Cleared ahead of the search: what is announced from here on may not be in its result.
            connection.wire.news = False
            found = self._searching().between(uid + 1)
            self._searched[self._open or ""] = self._state(connection)
            return found

    def uids_since(self, day: date, below: int) -> list[int]:
        """UIDs below `below` whose INTERNALDATE is on or after `day` in the server's zone, ascending."""
        with self._talking():
            return self._searching().since(day, below)

    def uids_with_header(self, name: str, value: str) -> list[int]:
        """UIDs whose header holds the value; where the server cannot search headers, the newest 200 are read."""
        with self._talking():
            return self._searching().with_header(name, value)

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """Headers (their first 256 KiB), flags, size and structure, ascending by UID; what is gone is left out."""
        with self._talking() as connection:
            return fetching.fetch(connection.wire, self._where, uids)

    def fetch_sections(self, wanted: Sequence[tuple[int, Part]], limit: int) -> dict[int, bytes]:
        """The first `limit` octets of one part of each message, still transfer-encoded; what is gone is left out."""
        with self._talking() as connection:
            return fetching.fetch_sections(connection.wire, self._where, wanted, limit)

    def message(self, uid: int, limit: int) -> bytes | None:
        """The first `limit` octets of a whole message as it lies there; None where it is gone."""
        return self.fetch_sections([(uid, _WHOLE)], limit).get(uid)

    def append(self, folder: str, message: bytes, *, seen: bool, draft: bool = False) -> None:
        """File a message. After `timeout` or `unreachable` it may have been stored: search before trying again."""
        flags = [flag for flag, wanted in ((r"\Seen", seen), (r"\Draft", draft)) if wanted]
        # Yahoo refuses a message whose last line is not ended.
        ended = message if message.endswith(b"\r\n") else message + b"\r\n"
        with self._talking() as connection:
            refused = self._append_refused(connection, folder, ended, flags)
            if refused is not None and self._open == folder:
                # Courier lets nobody append to the folder that they have open for reading.
                self._open = None
                connection.client.select_folder("INBOX", readonly=True)
                refused = self._append_refused(connection, folder, ended, flags)
            if refused is not None:
                raise self._folder_refused(connection, folder, str(refused)) from refused

    def remove(self, folder: str, uid: int) -> None:
        """Take one message out of the open folder: by UID EXPUNGE (RFC 4315), else by a move to Trash (RFC 6851), else
        it is marked as deleted and no more, since a plain EXPUNGE would take along what others have marked."""
        with self._changing(folder) as (connection, _):
            changing.take_out(connection, self._where, uid, partial(self._trash, connection))

    def flag(self, folder: str, uid: int, flag: str, *, on: bool) -> bool:
        """Set a flag of one message in the open folder or take it away; False where it is gone or marked as deleted."""
        if not self._lies_there(uid, "UNDELETED"):
            return False
        with self._changing(folder) as (connection, opened):
            changing.store_flag(connection, self._where, opened, uid, flag, on=on)
        return True

    def move(self, folder: str, uid: int, target: str, *, copied: bool = False) -> Landed | None:
        """Move one message out of the open folder; None where it is gone or marked as deleted. What an earlier try has
        `copied` may be marked by that try."""
        if not self._lies_there(uid, *(() if copied else ("UNDELETED",))):
            return None
        with self._changing(folder) as (connection, opened):
            try:
                return changing.move(connection, self._where, opened, uid, target, copied=copied)
            except changing.TargetRefusedError as error:
                refused = changing.refusal(self._where, str(error))
                if refused.code == "protocol":
                    refused = self._folder_refused(connection, target, str(error))
                raise refused from None

    def wait(self, seconds: float) -> bool:
        """IDLE on the open folder until the server hints at news or time is up; True for a hint.

        At most nine minutes. News that came along with an earlier reply is told at once. Ends early, with False,
        after `wake`. Where the server has no IDLE this waits for `wake` and the time, and says True when the time is
        up, since nobody can know without a search.
        """
        with self._talking() as connection:
            wire = connection.wire
            if wire.news:
                return True
            if self._idle_works:
                try:
                    idle(wire, self._alarm, seconds)
                except IdleRefusedError:
                    self._idle_works = False
                else:
                    return wire.news
            return not linger(wire, self._alarm, seconds)

    def wake(self) -> None:
        """End a `wait` in another thread soon, or the next one; the only method that may be called from one."""
        with contextlib.suppress(OSError):
            self._bell.send(b"\0")

    @contextmanager
    def _talking(self) -> Iterator[Connection]:
        if self._connection is None:
            raise MailboxError("unreachable", f"{self._where}: not connected")
        try:
            with faults.translated(self._where):
                yield self._connection
        except MailboxError as error:
            if faults.is_lasting(error):
                self._drop()
            raise

    @contextmanager
    def _changing(self, folder: str) -> Iterator[tuple[Connection, Mapping[bytes, Any]]]:
        """The folder that is open, for once open for writing, and what SELECT said of it; then for reading again, which
        closes it without an EXPUNGE (RFC 3501 section 6.3.2)."""
        with self._talking() as connection:
            if self._open != folder:
                raise MailboxError("protocol", f"{self._where}: folder {folder} is not open")
            known = self._uidvalidity
            self._open = None
            try:
                opened = connection.client.select_folder(folder)
            except imaplib.IMAP4.readonly:
                raise MailboxError("not_permitted", f"{self._where}: folder {folder} cannot be changed") from None
            if opened.get(b"UIDVALIDITY") != known:
                raise MailboxError("protocol", f"{self._where}: folder {folder} was renumbered meanwhile")
            yield connection, opened
        self.open(folder)

    def _lies_there(self, uid: int, *criteria: str) -> bool:
        with self._talking():
            return bool(self._searching().between(uid, uid, *criteria))

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._search, self._open = None, None
        self._searched.clear()
        if connection is not None:
            self._alerts = [*self._alerts, *connection.wire.alerts][-MOST_ALERTS:]
            connection.wire.shutdown()

    def _counted(self, error: MailboxError) -> MailboxError:
        if error.code != "login" or not isinstance(error.__cause__, imaplib.IMAP4.error):
            return error
        self._refusals += 1
        fatal = error.fatal or self._refusals >= _REFUSALS
        return MailboxError(error.code, str(error), fatal=fatal, pause=_REFUSED_PAUSE)

    def _append_refused(
        self, connection: Connection, folder: str, message: bytes, flags: Sequence[str]
    ) -> imaplib.IMAP4.error | None:
        """Why the server does not take the message, None where it did."""
        try:
            connection.client.append(folder, message, flags)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            return error
        return None

    def _trash(self, connection: Connection) -> str | None:
        return next((found.name for found in self._list(connection) if "trash" in found.attributes), None)

    def _searching(self) -> Search:
        if self._search is None or self._open is None:
            raise MailboxError("protocol", f"{self._where}: no folder is open")
        return self._search

    def _state(self, connection: Connection) -> _State:
        """What tells whether something new has come: UIDNEXT, else the number of messages."""
        uidnext = self._searching().uidnext
        return self._uidvalidity, connection.wire.exists if uidnext is None else uidnext

    def _list(self, connection: Connection) -> list[Listed]:
        wire = connection.wire
        wire.forget_responses()
        found = folders.listed(wire.list('""', '"*"')[1])
        uses = {role.value for role in Role}
        if "SPECIAL-USE" in connection.capabilities and not any(folder.attributes & uses for folder in found):
            # Cyrus tells the uses only when asked for them.
            found = folders.listed(wire.list_uses()) or found
        return found

    def _folder_refused(self, connection: Connection, folder: str, text: str) -> MailboxError:
        """Why a folder cannot be opened or written to. Many servers give no code: then LIST tells if there is one."""
        fault = faults.refusal(self._where, text)
        if fault.code != "protocol":
            return fault
        connection.wire.forget_responses()
        found = folders.listed(connection.wire.list('""', folders.quoted_name(folder))[1])
        if any(listed.name.casefold() == folder.casefold() and listed.selectable for listed in found):
            return fault
        return MailboxError("missing_folder", f"{self._where}: there is no folder {folder}")


def _close_both(alarm: socket.socket, bell: socket.socket) -> None:
    alarm.close()
    bell.close()
