"""Drafts in the owner's mailbox: laid ready, taken away again when they are not true any more, left alone once touched.

A draft's token is committed before its APPEND, and Drafts is searched for it before every further try, so that a crash
in between never leaves two. What lies there is ours only as long as it is, up to its line ends, what we laid there: the
hash says so. Anything else is a person's, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from whiteglove.actions import Draft, Warn
from whiteglove.codec import decode_action
from whiteglove.compose.draft import MARK, as_compared
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError, StoreError
from whiteglove.guard import Refusal
from whiteglove.ledger import DraftState
from whiteglove.log import get
from whiteglove.owner_words import Words
from whiteglove.parse import parse_whole
from whiteglove.ports import Clock, Mailbox
from whiteglove.prepare import DraftWriter
from whiteglove.prepare.notice_words import TOLD_INSTEAD, words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.retries import FIRST_PAUSE, pause_after
from whiteglove.settings import Settings
from whiteglove.store import Store, drafts
from whiteglove.store.draft_words import sketch_of
from whiteglove.store.drafts import TOUCHED, DraftRow
from whiteglove.text import new_text

BATCH = 20
LONGEST_TRIED = timedelta(hours=24)
PATIENCE = 40.0
LARGEST = 256 * 1024
"""Octets that are read of a draft, many times those of ours: a larger one has been changed."""
REMOVING = "removing"
"""Noted before a draft is removed: one that is found missing afterwards was no person's doing."""


@dataclass(frozen=True, slots=True)
class _Lying:
    """What carries a draft's token in Drafts: whether it is as we laid it there, and by which UIDs."""

    folder: str
    uids: tuple[int, ...]
    untouched: bool


class Drafting:
    """Does what is due with drafts, on the working connections. Used by one thread."""

    def __init__(
        self, store: Store, settings: Settings, writer: DraftWriter, errands: Mapping[str, Errands], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._writer = writer
        self._errands = errands
        self._clock = clock
        self._began = False

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Do all that is due; return how many drafts are done with for now."""
        if not self._began:
            self._withdraw_for_departed()
            self._began = True
        done = 0
        while not stopping():
            with self._store.read() as tx:
                due = drafts.due(tx, self._clock.now(), BATCH)
            if not due:
                break
            for draft in due:
                if stopping():
                    break
                done += self._attend(draft)
        return done

    def next_due(self) -> datetime | None:
        """When the next draft may be attended to."""
        with self._store.read() as tx:
            return drafts.next_due(tx)

    def _withdraw_for_departed(self) -> None:
        """Nobody writes any more to a client who has left the book."""
        with self._store.write() as tx:
            for draft in drafts.live(tx):
                if draft.client not in self._settings.book.clients:
                    drafts.take_away(tx, draft, self._clock.now())

    def _attend(self, draft: DraftRow) -> bool:
        """Whether nothing is left to do for now."""
        try:
            if draft.state is DraftState.WANTED and not self._is_over(draft):
                return self._place(draft)
            return self._clear(draft)
        except MailboxError as error:
            return self._failed(draft, error)
        except StoreError:
            # Nothing can be noted now; the next turn looks into Drafts before it lays anything there.
            raise
        except Exception as error:  # noqa: BLE001 - One draft that cannot be laid there must not hold up the others.
            get("drafting").exception("a draft could not be attended to", plugin=draft.plugin)
            return self._failed(draft, MailboxError("fault", repr(error)))

    def _is_over(self, draft: DraftRow) -> bool:
        return draft.withdraw or (draft.until is not None and draft.until <= self._clock.now())

    def _place(self, draft: DraftRow) -> bool:
        now = self._clock.now()
        with self._store.read() as tx:
            before = drafts.previous(tx, draft)
        if before is not None and before.state in (DraftState.WANTED, DraftState.PLACED):
            # The one that this replaces could not be taken away yet, and may turn out to be a person's by now.
            return self._change(draft, done=False, not_before=max(before.not_before, now + FIRST_PAUSE))
        if before is not None and before.state in TOUCHED:
            return self._settle(draft, DraftState.WITHDRAWN, error="touched")
        if draft.token is not None and (errands := self._errands.get(draft.mailbox or "")) is not None:
            # An earlier try has come as far as the APPEND, and perhaps further.
            if errands.run(partial(_look, draft=draft, digest=self._digest), PATIENCE).uids:
                return self._change(draft, state=DraftState.PLACED, placed_at=now)
            if errands.run(partial(_lies_in_sent, draft=draft), PATIENCE):
                return self._settle(draft, DraftState.GONE)
        return self._append(draft, now)

    def _append(self, draft: DraftRow, now: datetime) -> bool:
        with self._store.write() as tx:
            draft = drafts.get(tx, draft.row)
            if draft.state is not DraftState.WANTED or draft.withdraw:
                # Called off at this very moment; from the token on it would be looked for.
                return False
            prepared = self._writer.prepare(tx, draft, now)
            if isinstance(prepared, Refusal):
                self._refuse(tx, draft, prepared.reason, now)
                return True
            # Committed before anything is laid there: whoever comes after a crash looks for it first.
            drafts.change(
                tx,
                draft.row,
                token=prepared.token,
                message_id=prepared.message_id,
                mailbox=prepared.mailbox,
                address=prepared.address,
                raw_hash=self._digest(prepared.raw),
                sketch=self._sketch(prepared.raw),
            )
            named = drafts.get(tx, draft.row)
        errands = self._errands[prepared.mailbox]
        if draft.token is None and errands.run(partial(_look, draft=named, digest=self._digest), PATIENCE).uids:
            # Of a store that was put back by hand nobody knows how far it had come.
            return self._change(draft, state=DraftState.PLACED, placed_at=now)
        errands.run(partial(_file, raw=prepared.raw), PATIENCE, again=False)
        lying = self._read_back(errands, named) or prepared.raw
        return self._change(draft, state=DraftState.PLACED, placed_at=now, attempts=0, raw_hash=self._digest(lying))

    def _read_back(self, errands: Errands, draft: DraftRow) -> bytes | None:
        """Some servers write a mail anew that is given to them; what is compared later is what lies there now."""
        try:
            return errands.run(partial(_read, draft=draft), PATIENCE)
        except MailboxError as error:
            get("drafting").warning("a draft could not be read back", mailbox=draft.mailbox, reason=error.code)
            return None

    def _clear(self, draft: DraftRow) -> bool:
        """Take away what is ours and leave what has become a person's."""
        if draft.token is None:
            return self._settle(draft, DraftState.WITHDRAWN)
        errands = self._errands.get(draft.mailbox or "")
        if errands is None:
            return self._settle(draft, DraftState.GONE, error="mailbox_left")
        lying = errands.run(partial(_look, draft=draft, digest=self._digest), PATIENCE)
        if not lying.uids:
            # Of a draft that never was laid there for certain, nobody has deleted anything.
            ours = draft.state is DraftState.WANTED or draft.error == REMOVING
            return self._settle(draft, DraftState.WITHDRAWN if ours else DraftState.GONE)
        if not lying.untouched:
            return self._settle(draft, DraftState.CHANGED)
        self._change(draft, error=REMOVING)
        errands.run(partial(_take_out, lying=lying), PATIENCE, again=False)
        return self._settle(draft, DraftState.WITHDRAWN)

    def _settle(self, draft: DraftRow, state: DraftState, error: str | None = None) -> bool:
        """It is over; of one that was sent only what was left behind is."""
        if draft.state is DraftState.SENT:
            return self._change(draft, withdraw=False, error=None)
        return self._change(draft, state=state, settled_at=self._clock.now(), withdraw=False, error=error)

    def _change(self, draft: DraftRow, *, done: bool = True, **values: object) -> bool:
        """Set some values, unless the draft was seen in Sent meanwhile."""
        with self._store.write() as tx:
            if drafts.get(tx, draft.row).state is draft.state:
                drafts.change(tx, draft.row, **values)
        return done

    def _failed(self, draft: DraftRow, error: MailboxError) -> bool:
        """Try again with growing pauses; what could not be laid there for a day is the owner's to write."""
        now = self._clock.now()
        get("drafting").warning("a draft could not be attended to", mailbox=draft.mailbox, reason=error.code)
        gives_up = error.code == "missing_folder" or now - draft.created_at > LONGEST_TRIED
        if gives_up and draft.state is DraftState.WANTED:
            with self._store.write() as tx:
                self._refuse(tx, draft, error.code, now)
            return True
        if error.code == "missing_folder":
            return self._settle(draft, DraftState.GONE, error=error.code)
        pause = pause_after(draft.attempts)
        return self._change(draft, done=False, attempts=draft.attempts + 1, not_before=now + pause)

    def _refuse(self, tx: sa.Connection, draft: DraftRow, reason: str, now: datetime) -> None:
        """There will be no such draft; the owner is told, and what it was for."""
        drafts.change(tx, draft.row, state=DraftState.FAILED, settled_at=now, withdraw=False, error=reason)
        worktime, words = self._settings.worktime, words_of(self._settings, now)
        if reason == "missing_folder":
            tell_owner(tx, CORE, _no_folder(drafts.get(tx, draft.row).mailbox or "", words), now, worktime)
            return
        client = self._settings.book.clients.get(draft.client)
        if client is None:
            return
        wish = decode_action(draft.action)
        assert isinstance(wish, Draft)
        warning = Warn(
            reason=reason,
            key=f"draft:{draft.plugin}:{draft.key}",
            text=words("no_draft", client=client.name, brief=wish.brief, why=_why(reason, words)),
            urgency="today",
            client=client.key,
        )
        tell_owner(tx, CORE, warning, now, worktime)

    def _digest(self, raw: bytes) -> bytes:
        return self._store.digest(as_compared(raw))

    def _sketch(self, raw: bytes) -> bytes:
        """What is kept of its words, in the form in which they are read out of a mail that was sent."""
        message, text = parse_whole(raw)
        return sketch_of(self._store.key, message.subject, new_text(text or ""), self._settings.owner.signature)


def _why(reason: str, words: Words) -> str:
    """Why there is no draft; of an answer a few of these are said in other words."""
    if said := words.texts.get(f"draft_{reason}"):
        return said
    return words(reason) if reason in TOLD_INSTEAD else words("draft_not_taken", code=reason)


def _no_folder(mailbox: str, words: Words) -> Warn:
    return Warn(
        reason="missing_folder",
        key=f"no_drafts:{mailbox}",
        text=words("no_drafts_folder", mailbox=words.quoted(mailbox)),
        urgency="today",
        once=timedelta(days=30),
    )


def _open_drafts(mailbox: Mailbox) -> str:
    folder = mailbox.folders().drafts
    if folder is None:
        raise MailboxError("missing_folder", "the server names no Drafts folder; set `drafts` of this mailbox")
    mailbox.open(folder)
    return folder


def _file(mailbox: Mailbox, raw: bytes) -> None:
    mailbox.append(_open_drafts(mailbox), raw, seen=True, draft=True)


def _uids(mailbox: Mailbox, draft: DraftRow, fields: Sequence[str] = ("Message-ID", MARK, "References")) -> list[int]:
    """The UIDs in the open folder of what carries the draft's token, by whichever mark was left on it."""
    for name in fields:
        value = draft.token if name == MARK else draft.message_id
        if value and (found := mailbox.uids_with_header(name, value)):
            return found
    return []


def _look(mailbox: Mailbox, draft: DraftRow, digest: Callable[[bytes], bytes]) -> _Lying:
    """What lies in Drafts of this draft; what is only marked as deleted does not count."""
    folder = _open_drafts(mailbox)
    found = [mail for mail in mailbox.fetch(_uids(mailbox, draft)) if r"\deleted" not in mail.flags]
    read = [mailbox.message(mail.uid, LARGEST) for mail in found]
    untouched = all(raw is not None and digest(raw) == draft.raw_hash for raw in read)
    return _Lying(folder, tuple(mail.uid for mail in found), untouched)


def _read(mailbox: Mailbox, draft: DraftRow) -> bytes | None:
    """The draft's bytes as they lie in Drafts."""
    _open_drafts(mailbox)
    uids = _uids(mailbox, draft)
    return mailbox.message(uids[-1], LARGEST) if uids else None


def _lies_in_sent(mailbox: Mailbox, draft: DraftRow) -> bool:
    folder = mailbox.folders().sent
    if folder is None:
        return False
    mailbox.open(folder)
    # Servers keep an index of these two; by any other field they would read the headers of all that was ever sent.
    return bool(_uids(mailbox, draft, ("Message-ID", "References")))


def _take_out(mailbox: Mailbox, lying: _Lying) -> None:
    mailbox.open(lying.folder)
    for uid in lying.uids:
        mailbox.remove(lying.folder, uid)
