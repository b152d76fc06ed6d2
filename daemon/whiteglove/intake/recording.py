"""What becomes of one message that was read: parsed, screened, recognised, recorded, and made an event if a client's.

Everything about one batch goes into one commit together with the cursor, so that each message is recorded once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from whiteglove.clients import Book, Client
from whiteglove.compose import own_ids
from whiteglove.compose.draft import MARK as DRAFT_MARK
from whiteglove.intake.team import TEAM, note_answer
from whiteglove.message import MACHINE_KINDS, Address, Message, Part, Verdicts
from whiteglove.parse import parse_header, text_part
from whiteglove.ports import Fetched
from whiteglove.screen import marked_as_junk, screen
from whiteglove.store import Store, drafts, events, messages, outbox
from whiteglove.store.drafts import DraftRow
from whiteglove.store.folders import FolderState

INBOX, SENT = "inbox", "sent"
UNREADABLE = Verdicts(human=False, may_acknowledge=False, obliges=False, reason="unreadable")
REPORT_MARKER = "X-Whiteglove-Report"


@dataclass(frozen=True, slots=True)
class Read:
    """One message after the first step: its headers understood, its client recognised, its text still to be fetched.

    `client` is whom it is from, or for the owner's own mail whom it is to; None for everybody who is not in the book.
    `junk` says that a spam filter has marked it or filed it as junk. `fault` is set where reading it failed in a way
    that parsing does not foresee. `draft` is the token of the draft of ours that the owner's mail was sent from, where
    it carries no mark of it (`sent_drafts`).
    """

    fetched: Fetched
    message: Message
    client: Client | None
    wanted: Part | None
    ours: str | None
    junk: bool = False
    fault: str | None = None
    draft: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was written of one message; `row` is None for one that was there already."""

    row: int | None
    message_id: str | None
    client: str | None
    history: bool
    verdicts: Verdicts
    outbound: bool
    text: str | None
    is_event: bool
    settled: str | None = None


def understand(fetched: Fetched, book: Book, role: str, key: bytes, *, in_junk: bool = False) -> Read:
    """Parse the headers and recognise the client; never raises, whatever the message is. `in_junk` says that it lies
    in the junk folder."""
    try:
        message = parse_header(fetched.header, structure=fetched.structure, size=fetched.size)
        ours = _our_token(message, key)
        client = _recipient_client(message, book) if role == SENT else _author_client(message, book)
        wanted = text_part(fetched.structure) if client is not None and role == INBOX and ours is None else None
        # What the owner wrote is no junk, whatever a filter thinks of it.
        junk = role != SENT and (in_junk or marked_as_junk(fetched.flags))
        return Read(fetched, message, client, wanted, ours, junk)
    except Exception as error:  # noqa: BLE001 - No message may stop the loop; the fault is recorded and logged.
        return Read(fetched, Message(defects=("unreadable",)), None, None, None, fault=repr(error)[:200])


def _our_token(message: Message, key: bytes) -> str | None:
    """The token of a mail that this store wrote, from its own header or, where that is gone, from its Message-ID."""
    for value in (*message.all("X-Whiteglove"), message.message_id or ""):
        token = own_ids.token_of(value, key)
        if token is not None:
            return token
    return None


def _author_client(message: Message, book: Book) -> Client | None:
    return next((found for author in message.author if (found := book.recognise(author).client)), None)


def _recipient_client(message: Message, book: Book) -> Client | None:
    return next((found for address in message.recipients if (found := book.recognise(address).client)), None)


class Recorder:
    """Writes messages into the store. One for the daemon; used from every reading thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        tx: sa.Connection,
        read: Read,
        folder: FolderState,
        book: Book,
        *,
        payload: bytes | None,
        text: str | None,
        now: datetime,
        live_since: datetime | None,
        authserv_id: str | None,
    ) -> Recorded:
        """Write one message, and its event where there is one. `payload` is the text part as fetched, for the digest
        that tells two mails under one Message-ID apart; `text` what it says."""
        outbound = folder.role == SENT
        history = not folder.is_live(read.fetched.uid, read.fetched.received_at, live_since)
        verdicts = self._verdicts(read, book, outbound, text, authserv_id)
        id_hash = self._store.hash_id(read.message.message_id) if read.message.message_id else None
        done = Recorded(
            row=None,
            message_id=read.message.message_id,
            client=read.client.key if read.client else None,
            history=history,
            verdicts=verdicts,
            outbound=outbound,
            text=text,
            is_event=False,
            settled=read.ours,
        )
        digest = self._digest(read.message, payload) if read.client else None
        if self._moved(tx, folder, read, id_hash, digest):
            return done
        draft = self._draft_sent(tx, read, now) if outbound else None
        known = _known_of_anybody(read, folder, done, id_hash, now)
        if read.client is None:
            row = messages.add(tx, **known)
            if verdicts.reason == TEAM:
                note_answer(tx, read.message, verdicts, book, self._related(tx, read), read.fetched.received_at)
            return replace(done, row=row)
        twin = messages.twin(tx, id_hash, digest, outbound) if id_hash is not None and digest is not None else None
        content = self._content(read, digest, verdicts.remarks)
        if draft is not None:
            content["drafted"] = not draft.is_report
            content["marker"] = draft.is_report or content["marker"]
        row = messages.add(tx, **known, **content, duplicate_of=twin)
        if twin is not None:
            return replace(done, row=row)
        messages.set_thread(tx, row, id_hash, self._related(tx, read))
        is_event = not outbound or (read.ours is None and verdicts.human)
        if is_event:
            events.add(tx, "OwnerSent" if outbound else "MessageReceived", read.fetched.received_at, row)
        return replace(done, row=row, is_event=is_event)

    def note_returned(self, tx: sa.Connection, token: str, status: str, at: datetime) -> None:
        """Store the event that a mail of ours came back, once for each mail."""
        mail = outbox.by_token(tx, token)
        if mail is not None and not events.exists(tx, "MailBounced", mail.row):
            events.add(tx, "MailBounced", at, mail.row, {"status": status})

    def _draft_sent(self, tx: sa.Connection, read: Read, now: datetime) -> DraftRow | None:
        """The draft that the owner sent with this mail, by whichever of its marks their mail program has left, else by
        its words. Later mail of the same thread names it too: only the first one was the draft."""
        message = read.message
        marks = (*message.all(DRAFT_MARK), message.message_id or "", *message.in_reply_to, *message.references)
        tokens = (own_ids.draft_token_of(mark, self._store.key) for mark in marks)
        token = read.draft or next((found for found in tokens if found is not None), None)
        return drafts.was_sent(tx, token, read.fetched.received_at, now) if token is not None else None

    def _related(self, tx: sa.Connection, read: Read) -> list[bytes]:
        """The ids that say which thread a message belongs to. A provider may have given our own mail a Message-ID of
        its own; the id we gave it is then looked up by its token, so that answers to either find the thread."""
        named = [*read.message.in_reply_to, *read.message.references]
        if read.ours is not None and (mail := outbox.by_token(tx, read.ours)) and mail.message_id:
            named.append(mail.message_id)
        named += (value.strip().strip("<>") for value in read.message.all("X-Microsoft-Original-Message-ID"))
        # Until ours was seen in Sent, which may be never, its id is known by its token alone.
        for value in (*read.message.in_reply_to, *read.message.references):
            token = own_ids.token_of(value, self._store.key)
            mail = outbox.by_token(tx, token) if token else None
            if mail is not None and mail.answers is not None:
                answered = messages.at(tx, mail.answers)
                named += [answered.message_id] if answered is not None and answered.message_id else []
        return [self._store.hash_id(value) for value in named]

    def _verdicts(self, read: Read, book: Book, outbound: bool, text: str | None, authserv_id: str | None) -> Verdicts:
        if read.fault is not None:
            return UNREADABLE
        verdicts = screen(read.message, text, book, authserv_id=authserv_id, junk=read.junk)
        if not outbound:
            return verdicts
        # The owner's own mail is nothing to answer; what counts is only whether a person or a machine of theirs wrote.
        automatic = verdicts.kind in MACHINE_KINDS or read.ours is not None
        return Verdicts(human=not automatic, may_acknowledge=False, obliges=False, reason="own_address")

    def _moved(
        self, tx: sa.Connection, folder: FolderState, read: Read, id_hash: bytes | None, digest: bytes | None
    ) -> bool:
        """After a renumbering, recognise a message that is recorded under its old UID."""
        if folder.live_from is None:
            return False
        place = folder.mailbox, folder.folder, folder.uidvalidity
        before: int | None = None
        if id_hash is not None:
            before = messages.before_renumbering(tx, *place, id_hash, digest)
        elif read.client is not None and digest is not None:
            before = messages.nameless_before_renumbering(tx, *place, read.client.key, digest)
        if before is None:
            return False
        messages.renumber(tx, before, folder.uidvalidity, read.fetched.uid)
        return True

    def _digest(self, message: Message, payload: bytes | None) -> bytes:
        authors = " ".join(author.folded for author in message.author)
        dates = " ".join(message.all("Date"))
        parts = (authors, message.subject, dates)
        return self._store.digest(*(part.encode("utf-8", "replace") for part in parts), payload or b"")

    def _content(self, read: Read, digest: bytes | None, remarks: tuple[str, ...]) -> dict[str, object]:
        message = read.message
        author = message.author[0] if message.author else Address("")
        assert read.client is not None
        return {
            "client": read.client.key,
            "digest": digest,
            "message_id": message.message_id,
            "received_at": read.fetched.received_at,
            "author_address": author.folded,
            "author_name": author.name,
            "to": [[address.folded, address.name] for address in message.to],
            "cc": [[address.folded, address.name] for address in message.cc],
            "subject": message.subject[:1000],
            "in_reply_to": list(message.in_reply_to),
            "references": list(message.references),
            "marker": bool(message.all(REPORT_MARKER)),
            "remarks": list(remarks),
            "defects": list(message.defects),
        }


def _known_of_anybody(
    read: Read, folder: FolderState, recorded: Recorded, id_hash: bytes | None, now: datetime
) -> dict[str, object]:
    """The columns that are filled for strangers too: where the mail lies and what was made of it."""
    verdicts = recorded.verdicts
    return {
        "mailbox": folder.mailbox,
        "folder": folder.folder,
        "uidvalidity": folder.uidvalidity,
        "uid": read.fetched.uid,
        "id_hash": id_hash,
        "recorded_at": now,
        "outbound": recorded.outbound,
        "own": read.ours is not None,
        "history": recorded.history,
        "human": verdicts.human,
        "may_acknowledge": verdicts.may_acknowledge,
        "obliges": verdicts.obliges,
        "reason": verdicts.reason,
        "machine_kind": verdicts.kind,
    }
