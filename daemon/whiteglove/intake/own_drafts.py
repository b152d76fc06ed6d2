"""Mail to clients that the owner is writing: each version of it that lies in Drafts becomes an event, once.

Only looked at, never touched; of a draft's text nothing is kept. What a plugin laid there is no event as long as it is
what was laid there. Drafts is looked at on the working connection, right after Sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import sqlalchemy as sa

from whiteglove.clients import Book
from whiteglove.compose import own_ids
from whiteglove.compose.draft import MARK, as_compared
from whiteglove.ledger import DraftState
from whiteglove.message import Address, Message
from whiteglove.parse import parse_header
from whiteglove.parse.addresses import parse_addresses
from whiteglove.ports import Clock, Fetched, FolderStatus, Mailbox
from whiteglove.store import Store, drafts, events, seen_drafts
from whiteglove.store.seen_drafts import SeenDraftRow

BATCH = 50
FIRST_LOOK = timedelta(days=1)
"""How far back the first look after a start goes: an older draft was left lying."""
LARGEST_OURS = 256 * 1024
"""Octets that are read of what carries our mark, many times those of ours: a larger one has been changed."""


class DraftsReader:
    """Looks through the Drafts folder of one mailbox. Used by the thread of its working connection."""

    def __init__(
        self, mailbox: str, store: Store, book: Callable[[], Book], clock: Clock, on_seen: Callable[[], None]
    ) -> None:
        self._mailbox = mailbox
        self._store = store
        self._book = book
        self._clock = clock
        self._on_seen = on_seen
        self._place: tuple[str, int] | None = None
        self._cursor = 0

    def read_with(self, mailbox: Mailbox) -> int:
        """Note every draft to a client that is new in Drafts; return how many those were.

        Raises:
            MailboxError: Drafts cannot be read now.
        """
        folder = mailbox.folders().drafts
        if folder is None:
            return 0
        status = mailbox.open(folder)
        place = status.name, status.uidvalidity
        if place == self._place:
            top, uids = self._cursor, mailbox.uids_above(self._cursor)
        else:
            top = (status.uidnext or max(mailbox.uids_above(0), default=0) + 1) - 1
            uids = self._recent(mailbox, status, top)
        number = sum(self._note(mailbox, status, uids[start : start + BATCH]) for start in range(0, len(uids), BATCH))
        # Only now, since what a fault has kept from being read is to be read next time.
        self._place, self._cursor = place, max([top, *uids])
        if number:
            self._on_seen()
        return number

    def _recent(self, mailbox: Mailbox, status: FolderStatus, top: int) -> list[int]:
        """What the first look after a start is about; what was noted before that start is known by its row."""
        # SINCE compares dates in the server's zone, which may lag a day behind.
        since = self._clock.now() - FIRST_LOOK - timedelta(days=1)
        uids = mailbox.uids_since(since.date(), top + 1)
        with self._store.read() as tx:
            there = seen_drafts.known(tx, self._mailbox, status.name, status.uidvalidity, uids)
        return [uid for uid in uids if uid not in there]

    def _note(self, mailbox: Mailbox, status: FolderStatus, uids: list[int]) -> int:
        fetched = [one for one in mailbox.fetch(uids) if r"\deleted" not in one.flags]
        found = [row for one in fetched if (row := self._understand(mailbox, status, one)) is not None]
        with self._store.write() as tx:
            return sum(self._add(tx, row) for row in found)

    def _add(self, tx: sa.Connection, draft: SeenDraftRow) -> bool:
        row = seen_drafts.add(tx, draft)
        if row is None:
            return False
        events.add(tx, "DraftSeen", draft.seen_at, row)
        return True

    def _understand(self, mailbox: Mailbox, status: FolderStatus, fetched: Fetched) -> SeenDraftRow | None:
        """The draft, where it is the owner's to a client; None for all else."""
        message = parse_header(fetched.header, structure=fetched.structure, size=fetched.size)
        to = (*message.recipients, *_bcc(message))
        book = self._book()
        clients = list(dict.fromkeys(found.key for address in to if (found := book.recognise(address).client)))
        if not clients or self._is_untouched(mailbox, fetched.uid, message):
            return None
        return SeenDraftRow(
            row=0,
            mailbox=self._mailbox,
            folder=status.name,
            uidvalidity=status.uidvalidity,
            uid=fetched.uid,
            client=clients[0],
            message_id=message.message_id,
            subject=message.subject[:1000],
            to=to,
            others=tuple(clients[1:]),
            in_reply_to=message.in_reply_to,
            seen_at=self._clock.now(),
        )

    def _is_untouched(self, mailbox: Mailbox, uid: int, message: Message) -> bool:
        """Whether it lies there as a plugin's wish was laid there: no word of it is the owner's yet."""
        tokens = (own_ids.draft_token_of(mark, self._store.key) for mark in _marks(message))
        token = next((found for found in tokens if found is not None), None)
        if token is None:
            return False
        with self._store.read() as tx:
            ours = drafts.by_token(tx, token)
        if ours is None or ours.state not in (DraftState.WANTED, DraftState.PLACED):
            return False
        raw = mailbox.message(uid, LARGEST_OURS)
        return raw is not None and self._store.digest(as_compared(raw)) == ours.raw_hash


def _marks(message: Message) -> Iterator[str]:
    yield from message.all(MARK)
    yield message.message_id or ""
    yield from message.references


def _bcc(message: Message) -> Iterator[Address]:
    for value in message.all("Bcc"):
        yield from parse_addresses(value)[0]
