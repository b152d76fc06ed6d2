"""What the loops need from the world. `imap/`, `smtp` and `inprocess` fill these; nothing above them knows which.

Every operation has a time-out and raises `MailboxError` or `SubmissionError`, never anything of a library's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from whiteglove.message import Guess, Part


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """What SELECT/EXAMINE says of a folder. `uidnext` is None where the server does not tell (RFC 9051 2.3.1.1)."""

    name: str
    uidvalidity: int
    uidnext: int | None
    exists: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """The first step of reading a mail: its header block and its structure, not its text.

    `received_at` is INTERNALDATE in UTC, whole seconds. `structure` is None where the server's BODYSTRUCTURE made no
    sense. `size` is RFC822.SIZE in octets. `flags` are system flags and keywords, in lower case since IMAP takes them
    so (RFC 9051 section 2.3.2), as they were at that moment.
    """

    uid: int
    received_at: datetime
    size: int
    header: bytes
    structure: Part | None
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a message came to lie that was moved, in its new folder; None where the server does not say (COPYUID,
    RFC 4315 section 3)."""

    uidvalidity: int | None = None
    uid: int | None = None


@dataclass(frozen=True, slots=True)
class Folders:
    """Folder names by role, decoded. None where the server names none and the configuration does not either."""

    sent: str | None
    drafts: str | None
    junk: str | None = None


class Mailbox(Protocol):
    """One IMAP connection, used by one thread. Only `append`, `remove`, `flag` and `move` change anything: for all else
    folders are opened by EXAMINE and texts read by BODY.PEEK, which touch no flag.
    """

    def connect(self) -> None:
        """Open, verify TLS, log in. Safe to call again after any error."""

    def close(self) -> None:
        """Log out if that still works; never raises."""

    @property
    def can_idle(self) -> bool: ...

    def alerts(self) -> Sequence[str]:
        """What the server wanted a person to read since this was asked last, each as one line. Never raises."""

    def folders(self) -> Folders:
        """By configuration, else SPECIAL-USE (RFC 6154), else a table of localised names; never by guess."""

    def open(self, folder: str) -> FolderStatus:
        """EXAMINE the folder; later calls are about it. A missing folder raises `missing_folder`."""

    def uids_above(self, uid: int) -> list[int]:
        """Every UID above this one, ascending. Reads in windows, so that no reply outgrows a line limit."""

    def uids_since(self, day: date, below: int) -> list[int]:
        """UIDs below `below` whose INTERNALDATE is on or after `day` (IMAP SINCE, the server's zone), ascending."""

    def uids_with_header(self, name: str, value: str) -> list[int]:
        """UIDs whose header holds the value; where the server cannot search headers, the newest headers are read."""

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """Headers, flags, size and structure, ascending by UID. A UID that is gone meanwhile is left out, no error."""

    def fetch_sections(self, wanted: Sequence[tuple[int, Part]], limit: int) -> dict[int, bytes]:
        """The first `limit` octets of one part of each message, still transfer-encoded; a gone message is left out."""

    def message(self, uid: int, limit: int) -> bytes | None:
        """The first `limit` octets of a whole message as it lies there; None where it is gone meanwhile."""

    def append(self, folder: str, message: bytes, *, seen: bool, draft: bool = False) -> None:
        """File a message. The reply may be lost although it was stored: search before trying again."""

    def remove(self, folder: str, uid: int) -> None:
        """Take one message of ours out of the folder that is open, and never another one with it.

        Where the server cannot expunge one message alone it is moved to Trash, or only marked as deleted. The reply may
        be lost although it was done. Removing what is gone is no error.
        """

    def flag(self, folder: str, uid: int, flag: str, *, on: bool) -> bool:
        """Set a flag of one message in the folder that is open, or take it away; False where the message is gone, or
        marked as deleted. `not_permitted` where the folder does not keep this flag or cannot be changed."""

    def move(self, folder: str, uid: int, target: str, *, copied: bool = False) -> Landed | None:
        """Move one message out of the folder that is open, and never another one with it; None where it is gone, or
        marked as deleted.

        `copied` says that an earlier try, whose end nobody heard, has put a copy into the target already: a server that
        cannot move at once is then asked for no second one. Raises `missing_folder` where there is no target,
        `not_permitted`, or `not_supported` where the server can do no such thing to a single message.
        """

    def wait(self, seconds: float) -> bool:
        """IDLE on the open folder until the server hints at news or time is up; True for a hint.

        Ends early, with False, after `wake` was called from another thread. Never trusted: search afterwards.
        """

    def wake(self) -> None:
        """End a `wait` in another thread soon; the only method that may be called from one."""


class Transport(Protocol):
    """One SMTP submission account, used by one thread. Keeps its connection between mails."""

    def submit(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand over one mail and return the server's reply. Raises `SubmissionError` with its outcome."""

    def check(self) -> None:
        """Connect and log in, send nothing."""

    def close(self) -> None:
        """Quit if that still works; never raises."""


class Advice(Protocol):
    """What becomes of one question to an adviser."""

    @property
    def is_over(self) -> bool:
        """Whether there is an answer, or will be none: once the deadline has passed none counts."""

    @property
    def guess(self) -> Guess | None:
        """The vote, once it is over; None where there is none."""


class Adviser(Protocol):
    """Somebody outside who is asked what a mail wants. Used by one thread, which never waits for the answer."""

    def ask(self, subject: str, text: str) -> Advice | None:
        """Put the question, and return at once; None where nobody has time for it."""

    def close(self) -> None:
        """Ask no more; what is being asked is thrown away."""


class Caller(Protocol):
    """Calls out into the web, by the thread of its loop alone."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body. Raises `CallError` where it was not taken."""

    def notify(self, addresses: Sequence[str], title: str, text: str) -> None:
        """Tell the owner by these addresses. Raises `CallError` where one of them did not take it."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, UTC."""
