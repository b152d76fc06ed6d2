"""Which messages of a folder are read: everything above the cursor, and on the first look the recent history below the
line. Reads in batches of two steps: headers with structure first, then the capped text part of clients' mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.clients import Book
from whiteglove.intake.backlog import Backlog
from whiteglove.intake.recording import INBOX, SENT, Read, Recorded, Recorder, understand
from whiteglove.intake.renumbering import MOST, Renumberings, RestingFolderError
from whiteglove.intake.returned import find_returned
from whiteglove.intake.sent_drafts import sent_from_drafts
from whiteglove.log import Journal
from whiteglove.owner_words import Words
from whiteglove.parse import decode_part
from whiteglove.ports import Clock, Mailbox
from whiteglove.prepare.telling import tell_of_imitation
from whiteglove.screen import imitated
from whiteglove.store import Store, folders, messages
from whiteglove.store.folders import FolderState
from whiteglove.texts import TEXT_LIMIT, Texts
from whiteglove.worktime import WorkingTime

BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTerms:
    """What the configuration says about reading, as of now."""

    book: Book
    live_since: datetime | None
    history: timedelta
    authserv_id: str | None
    worktime: WorkingTime
    words: Words


class FolderReader:
    """Catches up with folders of one mailbox. Any thread may use it with its own connection, since what it knows lies
    in the store, or is about one folder (`Renumberings`); one folder must not be read by two threads at once."""

    def __init__(
        self,
        mailbox: str,
        store: Store,
        texts: Texts,
        journal: Journal,
        clock: Clock,
        terms: Callable[[], ReadingTerms],
        after_batch: Callable[[], None],
        settled: Callable[[str], None],
        backlog: Backlog,
    ) -> None:
        self._mailbox = mailbox
        self._store = store
        self._texts = texts
        self._journal = journal
        self._clock = clock
        self._terms = terms
        self._after_batch = after_batch
        self._settled = settled
        self._backlog = backlog
        self._recorder = Recorder(store)
        self._renumberings = Renumberings()

    def read(self, connection: Mailbox, folder: str, role: str = INBOX) -> int:
        """Read everything in the folder that is not recorded yet; return how many messages that were.

        Raises:
            MailboxError: the connection failed; what was committed until then stays, the rest is read next time.
            RestingFolderError: nothing was looked at, since the folder is renumbered too often.
        """
        began = self._clock.now()
        if rest := self.rest(folder):
            raise RestingFolderError(folder, rest)
        state = self._prepare(connection, folder, role)
        number = self._read_history(connection, state)
        while uids := connection.uids_above(state.cursor):
            number += self._read_all(connection, state, uids, live=True)
            state = replace(state, cursor=uids[-1])
        with self._store.write() as tx:
            folders.searched(tx, self._mailbox, folder, began)
        return number

    def rest(self, folder: str) -> timedelta:
        """For how long a folder that is renumbered too often is left alone, zero where it may be read."""
        return self._renumberings.rest(folder, self._clock.now())

    def note_missing(self, role: str) -> None:
        """Record that the mailbox has no folder of this role, so that nobody waits for one to be read."""
        with self._store.write() as tx:
            folders.note_missing(tx, self._mailbox, role, self._clock.now())

    def _prepare(self, connection: Mailbox, folder: str, role: str) -> FolderState:
        """Open the folder; draw its line on the first look, and a new one in time when the server renumbered it."""
        status = connection.open(folder)
        with self._store.read() as tx:
            state = folders.get(tx, self._mailbox, folder)
        if state is not None and state.uidvalidity == status.uidvalidity and not state.redraw:
            return state
        line = status.uidnext
        if line is None:
            line = max(connection.uids_above(0), default=0) + 1
        fresh = FolderState(
            mailbox=self._mailbox, folder=folder, role=role, uidvalidity=status.uidvalidity, line=line, cursor=line - 1
        )
        if state is not None and state.uidvalidity == status.uidvalidity:
            read_below = line - 1 if state.history_cursor >= state.line - 1 else state.history_cursor
            fresh = replace(state, line=line, history_cursor=read_below, live_from=None, redraw=False)
        elif state is not None:
            # A line that is to be drawn anew begins now, not where the last look of the rehearsal was.
            looked = None if state.redraw else state.searched_at
            fresh = replace(fresh, live_from=looked or self._clock.now(), searched_at=state.searched_at)
            self._report_renumbering(folder)
        with self._store.write() as tx:
            folders.put(tx, fresh)
        return fresh

    def _report_renumbering(self, folder: str) -> None:
        """Each of the first few; with the last of them, that the folder is now left alone between two looks."""
        count = self._renumberings.note(folder, self._clock.now())
        if count < MOST:
            self._journal.write("mailbox.renumbered", level="warning", mailbox=self._mailbox, folder=folder)
        elif count == MOST:
            self._journal.write(
                "mailbox.renumbered", level="error", mailbox=self._mailbox, folder=folder, reason="too_often"
            )

    def _read_history(self, connection: Mailbox, state: FolderState) -> int:
        """Read what lies below the line and is young enough to learn from; once, however often it is interrupted."""
        if state.history_cursor >= state.line - 1:
            return 0
        terms = self._terms()
        since = self._clock.now() - terms.history
        for other in (terms.live_since, state.live_from):
            since = min(since, other) if other else since
        # SINCE compares dates in the server's zone, which may lag a day behind.
        uids = connection.uids_since((since - timedelta(days=1)).date(), below=state.line)
        uids = [uid for uid in uids if uid > state.history_cursor]
        number = self._read_all(connection, state, uids, live=False, since=since)
        with self._store.write() as tx:
            folders.advance_history(tx, self._mailbox, state.folder, cursor=state.line - 1)
        return number

    def _read_all(
        self,
        connection: Mailbox,
        state: FolderState,
        uids: Sequence[int],
        *,
        live: bool,
        since: datetime | None = None,
    ) -> int:
        number = 0
        with self._backlog.reading(self._mailbox, state.folder, len(uids)) as has_read:
            for start in range(0, len(uids), BATCH):
                batch = uids[start : start + BATCH]
                number += self._read_batch(connection, state, batch, live=live, since=since)
                self._after_batch()
                has_read(len(batch))
        return number

    def _read_batch(
        self, connection: Mailbox, state: FolderState, uids: Sequence[int], *, live: bool, since: datetime | None
    ) -> int:
        terms = self._terms()
        fetched = [one for one in connection.fetch(uids) if since is None or one.received_at >= since]
        in_junk = _is_junk_folder(connection, state)
        read = [understand(one, terms.book, state.role, self._store.key, in_junk=in_junk) for one in fetched]
        if live and state.role == SENT:
            now = self._clock.now()
            sent = sent_from_drafts(connection, state.folder, self._mailbox, read, self._store, now)
            read = [replace(one, draft=sent.get(one.fetched.uid)) for one in read]
        payloads = connection.fetch_sections(
            [(one.fetched.uid, one.wanted) for one in read if one.wanted is not None], TEXT_LIMIT
        )
        returned = find_returned(connection, read, terms.book, self._store.key) if live and state.role == INBOX else {}
        done = self._commit(state, uids, read, payloads, terms, returned, live=live)
        for one, written in done:
            self._report(state, one, written)
        return sum(1 for _, written in done if written.row is not None)

    def _commit(
        self,
        state: FolderState,
        uids: Sequence[int],
        read: Sequence[Read],
        payloads: dict[int, bytes],
        terms: ReadingTerms,
        returned: dict[int, tuple[str, str]],
        *,
        live: bool,
    ) -> list[tuple[Read, Recorded]]:
        done: list[tuple[Read, Recorded]] = []
        texts = {one.fetched.uid: _text(one, payloads.get(one.fetched.uid)) for one in read}
        with self._store.write() as tx:
            there = messages.is_recorded(tx, self._mailbox, state.folder, state.uidvalidity, uids)
            for one in read:
                if one.fetched.uid in there:
                    continue
                written = self._recorder.record(
                    tx,
                    one,
                    state,
                    terms.book,
                    payload=payloads.get(one.fetched.uid),
                    text=texts[one.fetched.uid],
                    now=self._clock.now(),
                    live_since=terms.live_since,
                    authserv_id=terms.authserv_id,
                )
                if written.row is not None and one.fetched.uid in returned:
                    self._recorder.note_returned(tx, *returned[one.fetched.uid], one.fetched.received_at)
                if written.row is not None and "imitates_client" in written.verdicts.remarks and not written.history:
                    self._warn(tx, one, terms)
                done.append((one, written))
            move = folders.advance if live else folders.advance_history
            move(tx, self._mailbox, state.folder, cursor=uids[-1])
        return done

    def _warn(self, tx: sa.Connection, one: Read, terms: ReadingTerms) -> None:
        """Somebody who is not in the book looks like a client."""
        if client := imitated(one.message, terms.book):
            arrived = one.fetched.received_at
            tell_of_imitation(tx, client, self._mailbox, arrived, self._clock.now(), terms.worktime, terms.words)

    def _report(self, state: FolderState, one: Read, written: Recorded) -> None:
        """What follows the commit: the log line, the text for the desk, the word that a mail of ours lies in Sent."""
        if written.row is None:
            return
        if written.is_event and not written.outbound:
            self._texts.put(written.row, written.text)
        if written.outbound:
            if written.settled is not None:
                self._settled(written.settled)
            return
        self._journal.write(
            "message.received",
            mailbox=self._mailbox,
            client=written.client,
            message_id=written.message_id if written.client else None,
            kind=written.verdicts.kind,
            reason=written.verdicts.reason,
            history=written.history or None,
        )
        if one.fault is not None:
            self._journal.write(
                "message.parked", level="error", mailbox=self._mailbox, uid=one.fetched.uid, error=one.fault
            )


def _is_junk_folder(connection: Mailbox, state: FolderState) -> bool:
    """R27: whether somebody watches the folder in which the server files junk. INBOX is none, and costs no LIST."""
    if state.role != INBOX or state.folder.upper() == "INBOX":
        return False
    junk = connection.folders().junk
    return junk is not None and junk.casefold() == state.folder.casefold()


def _text(one: Read, payload: bytes | None) -> str | None:
    return None if payload is None or one.wanted is None else decode_part(payload, one.wanted)
