"""Recorded messages as they lie on their servers: found where they were recorded, else by their Message-ID.

Folders are opened by EXAMINE and bodies read by BODY.PEEK, on connections of its own: no flag changes, and a daemon
that runs meanwhile is not disturbed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from whiteglove.errors import MailboxError
from whiteglove.message import Message
from whiteglove.parse import parse_header
from whiteglove.ports import Fetched, Folders, FolderStatus, Mailbox
from whiteglove.settings import MailboxAccount

LARGEST = 150 * 1024 * 1024
"""Octets of one message that are read; the large providers take no larger one. One is in memory at a time."""
_AT_ONCE = 50
_OURS = "X-Whiteglove"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: the name of a mailbox, a folder and, for its UIDVALIDITY, a UID."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A message as it is on record. `mailbox` is where to look first, `token` what a mail of ours is known by. Under
    its Message-ID another mail may lie: `author` (folded) and `subject` tell them apart, where they are known."""

    mailbox: str
    places: tuple[Place, ...] = ()
    message_id: str = ""
    token: str = ""
    author: str = ""
    subject: str | None = None

    def is_this(self, message: Message) -> bool:
        """Whether a message is this one, by what stands in its header."""
        if self.message_id and message.message_id != self.message_id and not self._has_token(message):
            return False
        if self.subject is not None and message.subject[: len(self.subject)] != self.subject:
            return False
        return not self.author or any(author.folded == self.author for author in message.author)

    def _has_token(self, message: Message) -> bool:
        return bool(self.token) and self.token in " ".join(message.all(_OURS))


@dataclass(frozen=True, slots=True)
class Original:
    """A message that is there: its place, RFC822.SIZE in octets; what its header says, where it was searched for."""

    place: Place
    size: int
    fetched: Fetched | None = None


class Originals:
    """Finds and reads messages in these mailboxes. A context manager; connects to a mailbox when it is wanted first.

    `MailboxError` where a server cannot be asked: then nobody knows whether a message is there.
    """

    def __init__(self, accounts: Sequence[MailboxAccount], connection: Callable[[MailboxAccount], Mailbox]) -> None:
        self._accounts = {account.name: account for account in accounts}
        self._connection = connection
        self._connected: dict[str, Mailbox] = {}
        self._open: dict[str, FolderStatus] = {}
        self._roles: dict[str, Folders] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for mailbox in self._connected.values():
            mailbox.close()

    def has(self, mailbox: str) -> bool:
        """Whether a mailbox of this name is configured."""
        return mailbox in self._accounts

    def locate(self, sought: Sequence[Sought]) -> list[Original | None]:
        """Where each of them lies; None for one that is nowhere in the folders that whiteglove reads."""
        found: list[Original | None] = [None] * len(sought)
        by_folder: dict[tuple[str, str], list[tuple[int, Place]]] = {}
        for number, one in enumerate(sought):
            for place in one.places:
                by_folder.setdefault((place.mailbox, place.folder), []).append((number, place))
        for (mailbox, folder), places in by_folder.items():
            status = self._opened(mailbox, folder) if self.has(mailbox) else None
            here = [(n, place) for n, place in places if status and place.uidvalidity == status.uidvalidity]
            for start in range(0, len(here), _AT_ONCE):
                for number, original in self._lying(here[start : start + _AT_ONCE], sought):
                    found[number] = found[number] or original
        return [one or self._searched(sought[number]) for number, one in enumerate(found)]

    def read(self, original: Original) -> bytes | None:
        """A message as it lies there, every octet; None where it is gone meanwhile."""
        place = original.place
        status = self._opened(place.mailbox, place.folder)
        if status is None:
            return None
        if status.uidvalidity != place.uidvalidity:
            raise MailboxError("protocol", f"{place.folder}: was renumbered just now; run the command again")
        return self._connected[place.mailbox].message(place.uid, LARGEST)

    def _lying(self, places: Sequence[tuple[int, Place]], sought: Sequence[Sought]) -> Iterator[tuple[int, Original]]:
        """Those that still lie in the open folder under their UIDs."""
        mailbox = self._connected[places[0][1].mailbox]
        by_uid = {fetched.uid: fetched for fetched in mailbox.fetch([place.uid for _, place in places])}
        for number, place in places:
            fetched = by_uid.get(place.uid)
            # The same UID under the same UIDVALIDITY is the same mail; some servers have been seen to forget that.
            if fetched is not None and replace(sought[number], subject=None, author="").is_this(_header(fetched)):
                yield number, Original(place, fetched.size)

    def _searched(self, sought: Sought) -> Original | None:
        """By Message-ID, or a mail of ours by its token: in the mailbox where it was recorded, then in the others."""
        names = sorted(self._accounts, key=lambda name: name != sought.mailbox)
        for name in names if sought.message_id or sought.token else ():
            for folder in self._folders(name, sought):
                if original := self._in_folder(name, folder, sought):
                    return original
        return None

    def _in_folder(self, name: str, folder: str, sought: Sought) -> Original | None:
        status = self._opened(name, folder)
        if status is None:
            return None
        mailbox = self._connected[name]
        marks = [("Message-ID", f"<{sought.message_id}>"), (_OURS, sought.token)]
        for header, value in marks:
            uids = mailbox.uids_with_header(header, value) if value.strip("<>") else []
            for fetched in mailbox.fetch(uids[:_AT_ONCE]):
                if sought.is_this(_header(fetched)):
                    return Original(Place(name, folder, status.uidvalidity, fetched.uid), fetched.size, fetched)
        return None

    def _folders(self, name: str, sought: Sought) -> Iterator[str]:
        """The folders in which a message may lie: where it was, those that are watched, Sent."""
        mailbox = self._mailbox(name)
        recorded = [place.folder for place in sought.places if place.mailbox == name]
        if name not in self._roles:
            self._roles[name] = mailbox.folders()
        others = [*self._accounts[name].folders, self._roles[name].sent, self._roles[name].junk]
        yield from dict.fromkeys(folder for folder in (*recorded, *others) if folder)

    def _mailbox(self, name: str) -> Mailbox:
        if name not in self._connected:
            mailbox = self._connection(self._accounts[name])
            mailbox.connect()
            self._connected[name] = mailbox
        return self._connected[name]

    def _opened(self, name: str, folder: str) -> FolderStatus | None:
        """The folder, open; None where there is none of this name."""
        mailbox = self._mailbox(name)
        if name not in self._open or self._open[name].name != folder:
            self._open.pop(name, None)
            try:
                self._open[name] = mailbox.open(folder)
            except MailboxError as error:
                if error.code != "missing_folder":
                    raise
        return self._open.get(name)


def _header(fetched: Fetched) -> Message:
    return parse_header(fetched.header, structure=fetched.structure, size=fetched.size)
