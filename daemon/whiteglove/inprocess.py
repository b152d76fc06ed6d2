"""A mailbox and a mail server in memory, for the plugin author's bench and for tests that need no wire.

`Account` is the server's side: folders, deliveries, faults. `InProcessMailbox` is one connection to it and fills
`ports.Mailbox`, `InProcessTransport` fills `ports.Transport`. Both answer as the real ones do, without their delays.
"""

from __future__ import annotations

import email
import email.message
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import collapse_rfc2231_value

from whiteglove.errors import CallError, MailboxError, SubmissionError
from whiteglove.message import Part
from whiteglove.ports import Fetched, Folders, FolderStatus, Landed

_DISCONNECTING = frozenset({"unreachable", "timeout", "tls"})


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail as it lies in a folder. `received_at` is INTERNALDATE in UTC, cut to whole seconds as servers do."""

    uid: int
    message: bytes
    received_at: datetime
    flags: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Folder:
    uidvalidity: int
    uidnext: int = 1
    mails: list[StoredMail] = field(default_factory=list)


class Account:
    """A mailbox on a server that is not there: `deliver` to it, `open` connections to it, and break it with `fail`.

    Thread-safe. `now` is the server's clock. `folders` names the roles; every folder named there exists, and INBOX.
    `alerts` are told to whoever asks first.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        folders: Folders = Folders(sent="Sent", drafts="Drafts", junk="Junk"),  # noqa: B008  # It is frozen.
        *,
        can_idle: bool = True,
    ) -> None:
        self.roles = folders
        self.can_idle = can_idle
        self.alerts: list[str] = []
        self._now = now
        self._changed = threading.Condition()
        self._validity = 1000
        self._folders: dict[str, _Folder] = {}
        self._faults: dict[str, deque[MailboxError]] = {}
        for name in ("INBOX", folders.sent, folders.drafts, folders.junk):
            if name is not None:
                self.create(name)

    def create(self, folder: str) -> None:
        """Make a folder; nothing happens where there is one already."""
        with self._changed:
            if folder not in self._folders:
                self._validity += 1
                self._folders[folder] = _Folder(self._validity)

    def deliver(
        self,
        message: bytes,
        folder: str = "INBOX",
        *,
        received_at: datetime | None = None,
        flags: frozenset[str] = frozenset(),
    ) -> int:
        """File a mail, announce it, and return its UID. `received_at` is aware; without it the clock's time."""
        instant = (received_at or self._now()).astimezone(UTC).replace(microsecond=0)
        with self._changed:
            place = self._folder(folder)
            uid, place.uidnext = place.uidnext, place.uidnext + 1
            place.mails.append(StoredMail(uid, message, instant, flags))
            self._changed.notify_all()
            return uid

    def mails(self, folder: str = "INBOX") -> tuple[StoredMail, ...]:
        """What lies in a folder, by UID."""
        with self._changed:
            return tuple(self._folder(folder).mails)

    def expunge(self, uid: int, folder: str = "INBOX") -> None:
        """Take a mail away, as another mail program does."""
        with self._changed:
            place = self._folder(folder)
            place.mails = [mail for mail in place.mails if mail.uid != uid]

    def flag(self, uid: int, flag: str, folder: str = "INBOX", *, on: bool = True) -> bool:
        """Set a flag of a mail, or take it away, as another mail program does; whether the mail was there."""
        with self._changed:
            mails = self._folder(folder).mails
            for at, mail in enumerate(mails):
                if mail.uid == uid:
                    others = frozenset(one for one in mail.flags if one.casefold() != flag.casefold())
                    mails[at] = replace(mail, flags=others | {flag} if on else others)
                    return True
            return False

    def move(self, uid: int, target: str, folder: str = "INBOX") -> Landed | None:
        """Move a mail to another folder, as another mail program does; None where it is gone."""
        with self._changed:
            place, there = self._folder(folder), self._folder(target)
            mail = next((mail for mail in place.mails if mail.uid == uid), None)
            if mail is None:
                return None
            place.mails.remove(mail)
            landed = Landed(there.uidvalidity, there.uidnext)
            there.mails.append(replace(mail, uid=there.uidnext))
            there.uidnext += 1
            self._changed.notify_all()
            return landed

    def renumber(self, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY and its mails new UIDs, as a restored backup does."""
        with self._changed:
            place = self._folder(folder)
            self._validity += 1
            mails = [replace(mail, uid=uid) for uid, mail in enumerate(place.mails, 1)]
            self._folders[folder] = _Folder(self._validity, len(mails) + 1, mails)

    def fail(self, operation: str, error: MailboxError, times: int = 1) -> None:
        """Let the next calls of a `Mailbox` method, for example `fetch`, raise this error, on whichever connection."""
        with self._changed:
            self._faults.setdefault(operation, deque()).extend([error] * times)
            self._changed.notify_all()

    def _folder(self, name: str) -> _Folder:
        if name not in self._folders:
            raise MailboxError("missing_folder", f"there is no folder {name}")
        return self._folders[name]

    def _raise_fault(self, operation: str) -> None:
        with self._changed:
            if faults := self._faults.get(operation):
                raise faults.popleft()


class InProcessMailbox:
    """One connection to an `Account`; fills `ports.Mailbox`. Not connected at first, as the real one."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._connected = False
        self._open: str | None = None
        self._known = 0
        self._woken = False

    def connect(self) -> None:
        self._connected, self._open = False, None
        self._account._raise_fault("connect")
        self._connected = True

    def close(self) -> None:
        self._connected, self._open = False, None

    @property
    def can_idle(self) -> bool:
        return self._connected and self._account.can_idle

    def alerts(self) -> tuple[str, ...]:
        with self._account._changed:
            said = tuple(self._account.alerts)
            self._account.alerts.clear()
            return said

    def folders(self) -> Folders:
        self._begin("folders")
        return self._account.roles

    def open(self, folder: str) -> FolderStatus:
        self._begin("open")
        with self._account._changed:
            place = self._account._folder(folder)
            self._open, self._known = folder, place.uidnext
            return FolderStatus(folder, place.uidvalidity, place.uidnext, len(place.mails))

    def uids_above(self, uid: int) -> list[int]:
        self._begin("uids_above")
        with self._account._changed:
            self._known = self._place().uidnext
            return [mail.uid for mail in self._place().mails if mail.uid > uid]

    def uids_since(self, day: date, below: int) -> list[int]:
        self._begin("uids_since")
        return [mail.uid for mail in self._mails() if mail.uid < below and mail.received_at.date() >= day]

    def uids_with_header(self, name: str, value: str) -> list[int]:
        self._begin("uids_with_header")
        return [mail.uid for mail in self._mails() if _has_header(mail.message, name, value)]

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        self._begin("fetch")
        wanted = frozenset(uids)
        return [_fetched(mail) for mail in self._mails() if mail.uid in wanted]

    def fetch_sections(self, wanted: Sequence[tuple[int, Part]], limit: int) -> dict[int, bytes]:
        self._begin("fetch_sections")
        mails = {mail.uid: mail for mail in self._mails()}
        found = {}
        for uid, part in wanted:
            if uid in mails:
                message = mails[uid].message
                contents = {its.section: content for its, content in _parts(message)}
                # The whole body is a section of every message (RFC 9051 section 6.4.5.1).
                contents["TEXT"] = message.partition(b"\r\n\r\n")[2]
                found[uid] = contents.get(part.section, b"")[:limit]
        return found

    def message(self, uid: int, limit: int) -> bytes | None:
        self._begin("message")
        return next((mail.message[:limit] for mail in self._mails() if mail.uid == uid), None)

    def append(self, folder: str, message: bytes, *, seen: bool, draft: bool = False) -> None:
        self._begin("append")
        flags = {r"\Seen": seen, r"\Draft": draft}
        self._account.deliver(message, folder, flags=frozenset(flag for flag, set_ in flags.items() if set_))

    def remove(self, folder: str, uid: int) -> None:
        self._begin("remove")
        if self._open != folder:
            raise MailboxError("protocol", f"folder {folder} is not open")
        self._account.expunge(uid, folder)

    def flag(self, folder: str, uid: int, flag: str, *, on: bool) -> bool:
        self._begin("flag")
        return self._lies_there(folder, uid) and self._account.flag(uid, flag, folder, on=on)

    def move(self, folder: str, uid: int, target: str, *, copied: bool = False) -> Landed | None:
        self._begin("move")
        return self._account.move(uid, target, folder) if self._lies_there(folder, uid) else None

    def wait(self, seconds: float) -> bool:
        self._begin("wait")
        account = self._account
        with account._changed:
            account._changed.wait_for(self._is_over, timeout=seconds)
            self._begin("wait")
            woken, self._woken = self._woken, False
            return self._has_news() or (not woken and not account.can_idle)

    def wake(self) -> None:
        with self._account._changed:
            self._woken = True
            self._account._changed.notify_all()

    def _begin(self, operation: str) -> None:
        if not self._connected:
            raise MailboxError("unreachable", "not connected")
        try:
            self._account._raise_fault(operation)
        except MailboxError as error:
            self._connected = error.code not in _DISCONNECTING
            raise

    def _place(self) -> _Folder:
        if self._open is None:
            raise MailboxError("protocol", "no folder is open")
        return self._account._folder(self._open)

    def _lies_there(self, folder: str, uid: int) -> bool:
        if self._open != folder:
            raise MailboxError("protocol", f"folder {folder} is not open")
        return any(mail.uid == uid and r"\Deleted" not in mail.flags for mail in self._mails())

    def _mails(self) -> list[StoredMail]:
        with self._account._changed:
            return list(self._place().mails)

    def _has_news(self) -> bool:
        return self._account.can_idle and self._place().uidnext > self._known

    def _is_over(self) -> bool:
        return self._woken or self._has_news() or bool(self._account._faults.get("wait"))


@dataclass(frozen=True, slots=True)
class Submitted:
    """A mail that an `InProcessTransport` accepted."""

    sender: str
    recipient: str
    message: bytes


class InProcessTransport:
    """Fills `ports.Transport`: records what it is given, or answers as it was told to.

    Where it has an `account`, what it accepts is not filed there by itself: real servers differ in that.
    """

    def __init__(self) -> None:
        self.sent: list[Submitted] = []
        self._answers: deque[tuple[SubmissionError, bool]] = deque()

    def answer(self, error: SubmissionError, times: int = 1, *, accepted: bool = False) -> None:
        """Let the next mails meet this error; `accepted` for those that the server has all the same (`unknown`)."""
        self._answers.extend([(error, accepted)] * times)

    def submit(self, sender: str, recipient: str, message: bytes) -> str:
        error, accepted = self._answers.popleft() if self._answers else (None, True)
        if accepted:
            self.sent.append(Submitted(sender, recipient, message))
        if error is not None:
            raise error
        return f"250 2.0.0 Ok: queued as {len(self.sent)}"

    def check(self) -> None:
        """Nothing to connect to, nothing to refuse."""

    def close(self) -> None:
        """Nothing to close."""


class InProcessCaller:
    """Takes every call and remembers it, unless it was told to fail."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.notified: list[tuple[tuple[str, ...], str, str]] = []
        self._faults: list[CallError] = []

    def fail(self, error: CallError, times: int = 1) -> None:
        """Raise this for the next so many calls."""
        self._faults += [error] * times

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        self._raise_fault()
        self.posted.append((url, body, dict(headers)))

    def notify(self, addresses: Sequence[str], title: str, text: str) -> None:
        self._raise_fault()
        self.notified.append((tuple(addresses), title, text))

    def _raise_fault(self) -> None:
        if self._faults:
            raise self._faults.pop(0)


def _fetched(mail: StoredMail) -> Fetched:
    structure = _parts(mail.message)[0][0]
    flags = frozenset(flag.lower() for flag in mail.flags)
    return Fetched(mail.uid, mail.received_at, len(mail.message), _header(mail.message), structure, flags)


def _header(message: bytes) -> bytes:
    block, _, _ = message.partition(b"\r\n\r\n")
    return block.removesuffix(b"\r\n") + b"\r\n\r\n"


def _has_header(message: bytes, name: str, value: str) -> bool:
    parsed = email.message_from_bytes(_header(message))
    return any(value.casefold() in str(found).casefold() for found in parsed.get_all(name, []))


def _parts(message: bytes) -> list[tuple[Part, bytes]]:
    """Every part with its encoded content, the root first; sections as a server numbers them."""
    found: list[tuple[Part, bytes]] = []
    _gather(email.message_from_bytes(message), "", found)
    return found


def _gather(whole: email.message.Message, holder: str, found: list[tuple[Part, bytes]]) -> Part:
    """The body of a whole message, the mail itself or one attached as part `holder`."""
    dot = f"{holder}." if holder else ""
    multipart = whole.get_content_maintype() == "multipart"
    return _part(whole, f"{dot}TEXT" if multipart else f"{dot}1", dot, found)


def _part(entity: email.message.Message, section: str, dot: str, found: list[tuple[Part, bytes]]) -> Part:
    at = len(found)
    payload = entity.get_payload()
    children: list[Part] = []
    content = b""
    if isinstance(payload, list):
        if entity.get_content_maintype() == "multipart":
            for number, child in enumerate(payload, 1):
                assert isinstance(child, email.message.Message)
                children.append(_part(child, f"{dot}{number}", f"{dot}{number}.", found))
        else:
            inside = [child for child in payload if isinstance(child, email.message.Message)]
            children = [_gather(child, section, found) for child in inside[:1]]
            content = inside[0].as_bytes() if inside else b""
    else:
        # Octets beyond ASCII come out whole only where they are asked for as octets.
        plain = str(entity.get("Content-Transfer-Encoding", "")).strip().lower() not in ("base64", "quoted-printable")
        octets = entity.get_payload(decode=True) if plain else None
        content = octets if isinstance(octets, bytes) else str(payload).encode("utf-8", "surrogateescape")
    pairs = entity.get_params(failobj=[])[1:]
    part = Part(
        content_type=entity.get_content_type(),
        section=section,
        parameters={name.lower(): collapse_rfc2231_value(value) for name, value in pairs},
        encoding=str(entity.get("content-transfer-encoding", "7bit")).strip().lower(),
        size=len(content),
        disposition=entity.get_content_disposition() or "",
        filename=entity.get_filename("") or "",
        children=tuple(children),
    )
    found.insert(at, (part, content))
    return part
