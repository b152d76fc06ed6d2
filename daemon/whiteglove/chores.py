"""Mailbox-side work: a mail that went out in the owner's name is to lie in Sent.

Some servers file it themselves, some seconds late. So it is searched at once and again after 3 s, and appended only
where neither found it. Before every further try it is searched again: an APPEND whose reply was lost may have worked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from whiteglove.actions import Warn
from whiteglove.errands import Errands
from whiteglove.errors import MailboxError, StoreError
from whiteglove.log import get
from whiteglove.owner_words import Words
from whiteglove.ports import Clock, Mailbox
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.retries import pause_after
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import Store, chores, outbox
from whiteglove.store.chores import Chore
from whiteglove.store.outbox import OutboxRow

BATCH = 20
SECOND_LOOK = timedelta(seconds=3)
LONGEST_KEPT = timedelta(hours=24)
PATIENCE = 40.0


class Chores:
    """Does what is due, on the working connections. Used by one thread."""

    def __init__(self, store: Store, settings: Settings, errands: Mapping[str, Errands], clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._accounts = {account.name: account for account in settings.mailboxes}
        self._errands = errands
        self._clock = clock

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Do every chore that is due; return how many are done with."""
        done = 0
        while not stopping():
            with self._store.read() as tx:
                due = chores.due(tx, self._clock.now(), BATCH)
            if not due:
                break
            for chore in due:
                if stopping():
                    break
                done += self._copy_to_sent(chore)
        return done

    def next_due(self) -> datetime | None:
        """When the next chore may be done."""
        with self._store.read() as tx:
            return chores.next_due(tx)

    def _copy_to_sent(self, chore: Chore) -> bool:
        """Whether the chore is done with."""
        assert chore.mail is not None
        with self._store.read() as tx:
            mail = outbox.get(tx, chore.mail)
        account = self._accounts.get(chore.mailbox)
        if account is None or account.copy_to_sent == "never" or mail.raw is None:
            return self._finish(chore, mail)
        try:
            return self._look_and_file(chore, account, mail, mail.raw)
        except MailboxError as error:
            return self._failed(chore, mail, error)
        except StoreError:
            # Nothing can be noted now; the next turn looks into Sent before it files anything.
            raise
        except Exception as error:  # noqa: BLE001 - One copy that cannot be filed must not hold up the others.
            get("chores").exception("a mail could not be filed in Sent", mailbox=chore.mailbox)
            return self._failed(chore, mail, MailboxError("fault", repr(error)))

    def _look_and_file(self, chore: Chore, account: MailboxAccount, mail: OutboxRow, raw: bytes) -> bool:
        errands = self._errands[account.name]
        first = chore.searched == 0
        if first and account.copy_to_sent == "always":
            # Committed before anything is filed: whoever comes after a crash looks before filing it once more.
            with self._store.write() as tx:
                chores.change(tx, chore.row, searched=1)
        elif errands.run(lambda box: lies_in_sent(box, mail.message_id or "", mail.token or ""), PATIENCE):
            return self._finish(chore, mail)
        elif first:
            with self._store.write() as tx:
                chores.change(tx, chore.row, searched=1, not_before=self._clock.now() + SECOND_LOOK)
            return False
        errands.run(lambda box: _append(box, raw), PATIENCE, again=False)
        return self._finish(chore, mail)

    def _finish(self, chore: Chore, mail: OutboxRow, error: MailboxError | None = None) -> bool:
        """Close the chore; our copy of the bytes goes, whether or not they lie in Sent."""
        now = self._clock.now()
        with self._store.write() as tx:
            chores.change(tx, chore.row, state="failed" if error else "done", error=_said(error) if error else None)
            outbox.drop_bytes(tx, mail)
            if error is not None:
                tell_owner(
                    tx, CORE, _not_filed(chore, error, words_of(self._settings, now)), now, self._settings.worktime
                )
        return True

    def _failed(self, chore: Chore, mail: OutboxRow, error: MailboxError) -> bool:
        """Try again with growing pauses; a day after acceptance our copy of the bytes must go."""
        now = self._clock.now()
        get("chores").warning("a mail could not be filed in Sent", mailbox=chore.mailbox, reason=error.code)
        if error.code == "missing_folder" or now - chore.created_at > LONGEST_KEPT:
            return self._finish(chore, mail, error)
        pause = pause_after(chore.attempts)
        with self._store.write() as tx:
            chores.change(tx, chore.row, attempts=chore.attempts + 1, not_before=now + pause, error=_said(error))
        return False


def _said(error: MailboxError) -> str:
    return f"{error.code}: {error}"


def _not_filed(chore: Chore, error: MailboxError, words: Words) -> Warn:
    return Warn(
        reason="not_filed",
        key=f"not_filed:{chore.mailbox}",
        text=words("not_filed", mailbox=words.quoted(chore.mailbox), error=error, setting='copy_to_sent = "never"'),
        urgency="today",
        once=timedelta(days=1),
    )


def lies_in_sent(mailbox: Mailbox, message_id: str, token: str) -> bool:
    """Whether a mail of ours is in Sent, by its Message-ID or, where a provider replaces that, by its own header.

    Raises:
        MailboxError: the server cannot tell; `missing_folder` where there is no Sent folder.
    """
    _open_sent(mailbox)
    if message_id and mailbox.uids_with_header("Message-ID", message_id):
        return True
    return bool(token and mailbox.uids_with_header("X-Whiteglove", token))


def _append(mailbox: Mailbox, raw: bytes) -> None:
    mailbox.append(_open_sent(mailbox), raw, seen=True)


def _open_sent(mailbox: Mailbox) -> str:
    folder = mailbox.folders().sent
    if folder is None:
        raise MailboxError("missing_folder", "the server names no Sent folder; set `sent` of this mailbox")
    mailbox.open(folder)
    return folder
