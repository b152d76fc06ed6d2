"""Mailbox-side work: a mail that went out in the owner's name is to lie in Sent.

Some servers file it themselves, some seconds late. So it is searched at once and again after 3 s, and appended only
where neither found it. Before every further try it is searched again: an APPEND whose reply was lost may have worked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from whiteglove.errands import Errands
from whiteglove.errors import MailboxError
from whiteglove.log import get
from whiteglove.ports import Clock, Mailbox
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import Store, chores, outbox
from whiteglove.store.chores import Chore
from whiteglove.store.outbox import OutboxRow

BATCH = 20
SECOND_LOOK = timedelta(seconds=3)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)
LONGEST_KEPT = timedelta(hours=24)
PATIENCE = 40.0


class Chores:
    """Does what is due, on the working connections. Used by one thread."""

    def __init__(self, store: Store, settings: Settings, errands: Mapping[str, Errands], clock: Clock) -> None:
        self._store = store
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
        with self._store.read() as tx:
            return chores.next_due(tx)

    def _copy_to_sent(self, chore: Chore) -> bool:
        account = self._accounts.get(chore.mailbox)
        assert chore.mail is not None
        with self._store.read() as tx:
            mail = outbox.get(tx, chore.mail)
        if account is None or account.copy_to_sent == "never" or mail.raw is None:
            return self._finish(chore, mail, "done")
        try:
            return self._look_and_file(chore, account, mail)
        except MailboxError as error:
            return self._failed(chore, mail, error)

    def _look_and_file(self, chore: Chore, account: MailboxAccount, mail: OutboxRow) -> bool:
        errands = self._errands[account.name]
        look = account.copy_to_sent != "always" or chore.attempts > 0
        if look and errands.run(
            lambda mailbox: lies_in_sent(mailbox, mail.message_id or "", mail.token or ""), PATIENCE
        ):
            return self._finish(chore, mail, "done")
        if look and chore.searched == 0:
            with self._store.write() as tx:
                chores.change(tx, chore.row, searched=1, not_before=self._clock.now() + SECOND_LOOK)
            return False
        raw = mail.raw or b""
        errands.run(lambda mailbox: _append(mailbox, raw), PATIENCE, again=False)
        return self._finish(chore, mail, "done")

    def _finish(self, chore: Chore, mail: OutboxRow, state: str, error: str | None = None) -> bool:
        with self._store.write() as tx:
            chores.change(tx, chore.row, state=state, error=error)
            outbox.drop_bytes(tx, mail)
        return True

    def _failed(self, chore: Chore, mail: OutboxRow, error: MailboxError) -> bool:
        """Try again with growing pauses; a day after acceptance our copy of the bytes must go."""
        now = self._clock.now()
        get("chores").warning("a mail could not be filed in Sent", mailbox=chore.mailbox, reason=error.code)
        if error.code == "missing_folder" or now - chore.created_at > LONGEST_KEPT:
            return self._finish(chore, mail, "failed", f"{error.code}: {error}")
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(chore.attempts, 12))
        with self._store.write() as tx:
            chores.change(
                tx, chore.row, attempts=chore.attempts + 1, not_before=now + pause, error=f"{error.code}: {error}"
            )
        return False


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
