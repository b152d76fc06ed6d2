"""Texts of messages between the moment they are fetched and the moment their event is handled. Memory only.

What does not fit waits; what was lost, for example by a restart, is fetched again by UID, else by Message-ID.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

from whiteglove.errands import Errands
from whiteglove.errors import MailboxError
from whiteglove.message import RecordedMessage
from whiteglove.parse import decode_part, parse_header, text_part
from whiteglove.ports import Fetched, Mailbox
from whiteglove.store.seen_drafts import SeenDraftRow

TEXT_LIMIT = 64 * 1024
"""Octets of a text part that are fetched; what a person asks stands at the top."""


class Texts:
    """Texts by the store's row of their message, at most `capacity` characters together."""

    def __init__(self, errands: Mapping[str, Errands], *, capacity: int = 8_000_000, deadline: float = 20.0) -> None:
        self._errands = errands
        self._capacity = capacity
        self._deadline = deadline
        self._texts: dict[int, str | None] = {}
        self._size = 0
        self._missed: deque[int] = deque(maxlen=1000)
        self._room = threading.Condition()

    def put(self, row: int, text: str | None, *, patience: float = 30.0) -> None:
        """Keep a text until it is taken. While there is no room this waits, so that reading does not outrun handling;
        after `patience` seconds the text is let go and will be fetched again."""
        size = len(text or "")
        with self._room:
            # The desk may be faster than the reader and have fetched the text itself; nobody would ever take this one.
            if row in self._missed:
                return
            if self._room.wait_for(lambda: self._size + size <= self._capacity or not self._texts, patience):
                self._let_go(row)
                self._texts[row] = text
                self._size += size

    def has(self, row: int) -> bool:
        """Whether the text of this message is at hand, so that `take` asks nobody."""
        with self._room:
            return row in self._texts

    def drop(self, row: int) -> None:
        """Nobody will take this text any more."""
        with self._room:
            self._let_go(row)

    def take(self, message: RecordedMessage) -> str | None:
        """The text of a message, fetched again where it is not here; None where it is gone or has none.

        Raises:
            MailboxError: the server cannot be asked now; try again later.
        """
        with self._room:
            if message.row in self._texts:
                return self._let_go(message.row)
            self._missed.append(message.row)
        return self._fetch(message)

    def of_draft(self, draft: SeenDraftRow) -> str | None:
        """The text of a draft of the owner's as it is now; None where it is gone, as after it was sent, or has none.

        Raises:
            MailboxError: the server cannot be asked now; try again later.
        """
        return self._fetch(draft)

    def _fetch(self, mail: RecordedMessage | SeenDraftRow) -> str | None:
        errands = self._errands.get(mail.mailbox)
        if errands is None:
            return None
        try:
            return errands.run(lambda mailbox: _fetch_again(mailbox, mail), self._deadline)
        except MailboxError as error:
            if error.code == "missing_folder":
                return None
            raise

    def _let_go(self, row: int) -> str | None:
        text = self._texts.pop(row, None)
        self._size -= len(text or "")
        self._room.notify_all()
        return text


def _fetch_again(mailbox: Mailbox, message: RecordedMessage | SeenDraftRow) -> str | None:
    status = mailbox.open(message.folder)
    found: list[Fetched] = []
    if status.uidvalidity == message.uidvalidity:
        found = mailbox.fetch([message.uid])
    if not found and message.message_id:
        uids = mailbox.uids_with_header("Message-ID", f"<{message.message_id}>")
        found = mailbox.fetch(uids[-1:]) if uids else []
    if not found:
        return None
    fetched = found[0]
    if message.message_id and parse_header(fetched.header).message_id != message.message_id:
        return None
    part = text_part(fetched.structure)
    if part is None:
        return None
    payload = mailbox.fetch_sections([(fetched.uid, part)], TEXT_LIMIT).get(fetched.uid)
    return None if payload is None else decode_part(payload, part)
