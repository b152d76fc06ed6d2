"""Flags and moves that plugins wanted of messages: made one by one after the commit, over the working connections.

To set a flag twice is to set it once. A move is noted before it is begun, so that after a crash, or an answer that was
lost, the message is looked for in its new folder by its Message-ID. Texts are never read for any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from whiteglove.actions import Action, Flag, Move, Warn
from whiteglove.codec import decode_action
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError, StoreError
from whiteglove.log import Journal, get
from whiteglove.message import RecordedMessage
from whiteglove.ports import Clock, Landed, Mailbox
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.retries import pause_after
from whiteglove.settings import Settings
from whiteglove.settings.values import Mode
from whiteglove.store import Store, changes, messages, places
from whiteglove.store.changes import Change

BATCH = 20
LONGEST_TRIED = timedelta(hours=24)
PATIENCE = 40.0
TOLD_ONCE = timedelta(days=1)
REHEARSAL, GONE, NOT_SURE = "rehearsal", "gone", "not_sure"
PROTECTED, NAMELESS = "protected_folder", "no_message_id"
_NEVER = frozenset({"missing_folder", "not_permitted", "not_supported", PROTECTED, NAMELESS})
"""Why trying again would change nothing."""


class Changes:
    """Makes what is due. Used by one thread."""

    def __init__(
        self, store: Store, settings: Settings, errands: Mapping[str, Errands], journal: Journal, clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._errands = errands
        self._journal = journal
        self._clock = clock

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Make every change that is due; return how many are over."""
        done = 0
        while not stopping():
            with self._store.read() as tx:
                due = changes.due(tx, self._clock.now(), BATCH)
            if not due:
                break
            for change in due:
                if stopping():
                    break
                done += self._attend(change)
        return done

    def next_due(self) -> datetime | None:
        """When the next change may be made."""
        with self._store.read() as tx:
            return changes.next_due(tx)

    def _attend(self, change: Change) -> bool:
        """Whether it is over."""
        with self._store.read() as tx:
            message = messages.at(tx, change.message)
        errands = self._errands.get(message.mailbox) if message is not None else None
        if message is None or not message.client or errands is None:
            return self._end(change, message, changes.GONE, GONE)
        if self._settings.daemon.mode is Mode.REHEARSAL:
            return self._end(change, message, changes.REHEARSED, REHEARSAL)
        try:
            return self._make(change, message, errands)
        except MailboxError as error:
            return self._failed(change, message, error)
        except StoreError:
            # Nothing can be noted now; to set a flag again is harmless, and a move is looked for first.
            raise
        except Exception as error:  # noqa: BLE001 - One change that cannot be made must not hold up the others.
            get("changes").exception("a message could not be changed", plugin=change.plugin)
            return self._failed(change, message, MailboxError("fault", repr(error)))

    def _make(self, change: Change, message: RecordedMessage, errands: Errands) -> bool:
        match decode_action(change.action):
            case Flag(flag=flag, set=on):
                return self._flag(change, message, errands, flag, on=on)
            case Move(folder=folder):
                return self._move(change, message, errands, folder)
            case other:
                raise MailboxError("fault", f"{type(other).__name__} is no change")

    def _flag(self, change: Change, message: RecordedMessage, errands: Errands, flag: str, *, on: bool) -> bool:
        if not errands.run(partial(_store_flag, message=message, flag=flag, on=on), PATIENCE):
            return self._end(change, message, changes.GONE, GONE)
        return self._end(change, message, changes.DONE)

    def _move(self, change: Change, message: RecordedMessage, errands: Errands, folder: str) -> bool:
        if _is_same(message.folder, folder):
            return self._end(change, message, changes.DONE)
        if message.message_id is None:
            raise MailboxError(NAMELESS, "the message has no Message-ID")
        if errands.run(partial(_is_protected, names={message.folder, folder}), PATIENCE):
            raise MailboxError(PROTECTED, f"{message.folder} to {folder}")
        look = partial(_look_in, folder=folder, message_id=message.message_id)
        # What lies there before the first try was put there by somebody else.
        copied = change.begun and errands.run(look, PATIENCE) is not None
        if not change.begun:
            with self._store.write() as tx:
                changes.change(tx, change.row, begun=True)
        go = partial(_take_over, message=message, folder=folder, copied=copied)
        landed = errands.run(go, PATIENCE, again=False)
        if landed is None or landed.uid is None:
            # The owner was faster, an earlier try was, or the server does not say where it is now.
            landed = errands.run(look, PATIENCE) or landed
        if landed is None:
            return self._end(change, message, changes.GONE, GONE)
        return self._end(change, message, changes.DONE, landed=landed)

    def _end(
        self,
        change: Change,
        message: RecordedMessage | None,
        state: str,
        reason: str | None = None,
        *,
        landed: Landed | None = None,
    ) -> bool:
        """It is over, and the record says where a moved message lies now."""
        action = decode_action(change.action)
        with self._store.write() as tx:
            if landed is not None and landed.uidvalidity is not None and landed.uid is not None:
                assert isinstance(action, Move)
                folder = self._as_watched(message, action.folder)
                places.note_move(tx, change.message, folder, landed.uidvalidity, landed.uid)
            changes.settle(tx, change.row, state, self._clock.now(), reason)
        self._tell(change, message, action, reason)
        return True

    def _as_watched(self, message: RecordedMessage | None, folder: str) -> str:
        """The folder's name as the configuration writes it, where that differs."""
        accounts = (one for one in self._settings.mailboxes if message is not None and one.name == message.mailbox)
        return next((name for one in accounts for name in one.folders if _is_same(name, folder)), folder)

    def _failed(self, change: Change, message: RecordedMessage, error: MailboxError) -> bool:
        """Try again with growing pauses; what cannot be done, or could not for a day, stands in the next summary."""
        now = self._clock.now()
        if error.code in _NEVER or now - change.created_at > LONGEST_TRIED:
            action = decode_action(change.action)
            with self._store.write() as tx:
                changes.settle(tx, change.row, changes.FAILED, now, error.code)
                self._tell_owner(tx, change, message, action, error.code)
            self._tell(change, message, action, error.code, level="warning")
            return True
        get("changes").warning("a message could not be changed", mailbox=message.mailbox, reason=error.code)
        pause = pause_after(change.attempts)
        pause = max(pause, timedelta(seconds=error.pause))
        with self._store.write() as tx:
            changes.change(tx, change.row, attempts=change.attempts + 1, not_before=now + pause, error=error.code)
        return False

    def _tell_owner(
        self, tx: sa.Connection, change: Change, message: RecordedMessage, action: Action, code: str
    ) -> None:
        """A line in the next summary, once a day for all messages that meet the same; the name of another folder may
        tell of a client, and then the line is that client's."""
        whose = message.client if isinstance(action, Move) else None
        match action:
            case Flag(flag=flag, set=on):
                said, about = "flag_not_set" if on else "flag_not_removed", flag
            case Move(folder=folder):
                said, about = "not_moved", folder
            case _:
                return
        now = self._clock.now()
        words = words_of(self._settings, now)
        warning = Warn(
            reason=code,
            key=f"change:{change.plugin}:{message.mailbox}:{message.folder}:{code}:{about}:{whose or ''}",
            text=words(
                said,
                plugin=words.quoted(change.plugin),
                flag=words.quoted(about),
                folder=words.quoted(message.folder),
                to=words.quoted(about),
                mailbox=words.quoted(message.mailbox),
                why=words(f"change_{code if code in _NEVER else 'not_done'}", code=code),
            ),
            urgency="digest",
            client=whose,
            once=TOLD_ONCE,
        )
        tell_owner(tx, CORE, warning, now, self._settings.worktime)

    def _tell(
        self,
        change: Change,
        message: RecordedMessage | None,
        action: Action,
        reason: str | None,
        *,
        level: str = "info",
    ) -> None:
        name = "message.untouched" if reason else "message.flagged" if isinstance(action, Flag) else "message.moved"
        self._journal.write(
            name,
            level=level,
            mailbox=message.mailbox if message else None,
            client=message.client or None if message else None,
            message_id=message.message_id if message else None,
            event_id=change.event,
            plugin=change.plugin,
            reason=reason or action.reason,
            flag=action.flag if isinstance(action, Flag) else None,
            set=action.set if isinstance(action, Flag) else None,
            folder=action.folder if isinstance(action, Move) else None,
        )


def _store_flag(mailbox: Mailbox, message: RecordedMessage, flag: str, *, on: bool) -> bool:
    uid = _open_where_it_lies(mailbox, message)
    return uid is not None and mailbox.flag(message.folder, uid, flag, on=on)


def _is_protected(mailbox: Mailbox, names: Collection[str]) -> bool:
    """Whether one of these folders is Sent or Drafts: what lies there counts as the owner's own words."""
    roles = mailbox.folders()
    return not {name.casefold() for name in names}.isdisjoint(
        role.casefold() for role in (roles.sent, roles.drafts) if role is not None
    )


def _is_same(name: str, other: str) -> bool:
    """INBOX alone is the same in upper and lower case (RFC 9051 section 5.1)."""
    return name == other or name.upper() == other.upper() == "INBOX"


def _take_over(mailbox: Mailbox, message: RecordedMessage, folder: str, *, copied: bool) -> Landed | None:
    uid = _open_where_it_lies(mailbox, message)
    return mailbox.move(message.folder, uid, folder, copied=copied) if uid is not None else None


def _look_in(mailbox: Mailbox, folder: str, message_id: str) -> Landed | None:
    """Where in a folder a message lies, the newest of this Message-ID; None where it does not."""
    try:
        status = mailbox.open(folder)
    except MailboxError as error:
        if error.code == "missing_folder":
            return None
        raise
    uids = mailbox.uids_with_header("Message-ID", f"<{message_id}>")
    return Landed(status.uidvalidity, uids[-1]) if uids else None


def _open_where_it_lies(mailbox: Mailbox, message: RecordedMessage) -> int | None:
    """Open the folder of a message; its UID there, None where the owner has taken it away, or the folder.

    Whether it still lies under its UID, whoever changes it will see. Of a folder that was renumbered, and not read
    again yet, its Message-ID tells; where that is no name of one message alone, reading will tell: try again later.
    """
    try:
        status = mailbox.open(message.folder)
    except MailboxError as error:
        if error.code == "missing_folder":
            return None
        raise
    if status.uidvalidity == message.uidvalidity:
        return message.uid
    uids = mailbox.uids_with_header("Message-ID", f"<{message.message_id}>") if message.message_id else None
    if uids is None or len(uids) > 1:
        raise MailboxError(NOT_SURE, f"{message.folder} was renumbered")
    return uids[0] if uids else None
