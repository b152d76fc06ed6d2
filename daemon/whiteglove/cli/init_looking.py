"""A look into a mailbox before anything is configured: its Sent and Drafts, and whom the owner writes with.

Folders are opened by EXAMINE and of each message only the header is read, by BODY.PEEK: nothing changes there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from whiteglove.cli.init_proposing import Correspondence
from whiteglove.imap.connect import Credentials, Timeouts, connect
from whiteglove.imap.faults import translated
from whiteglove.imap.folders import Listed, Role, find, listed
from whiteglove.parse import parse_header
from whiteglove.ports import Folders, Mailbox
from whiteglove.screen import marked_as_junk
from whiteglove.settings import MailboxAccount

NEWEST = 2000
"""Messages of one folder that are looked at, so that a large mailbox does not take minutes."""
_AT_ONCE = 100
_NO_UID_ABOVE = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look found. `read` counts the headers read, by folder; `guessed` names the folders that `auto` would not
    find and that look right all the same."""

    folders: Folders
    guessed: Folders
    names: tuple[str, ...]
    read: dict[str, int]


def look(
    mailbox: Mailbox,
    account: MailboxAccount,
    since: date,
    correspondence: Correspondence,
    names_there: Callable[[], list[Listed]],
) -> Seen:
    """Log in, find the folders, and count who writes with whom since that day. Raises `MailboxError`.

    `names_there` lists all folders; it is asked where the server names no Sent or no Drafts.
    """
    mailbox.connect()
    try:
        folders = mailbox.folders()
        there = names_there() if None in (folders.sent, folders.drafts) else []
        guessed = Folders(
            sent=folders.sent or _by_last_name(there, Role.SENT),
            drafts=folders.drafts or _by_last_name(there, Role.DRAFTS),
        )
        read = {}
        for folder in account.folders:
            read[folder] = _read(mailbox, folder, since, correspondence, sent=False)
        if guessed.sent is not None:
            read[guessed.sent] = _read(mailbox, guessed.sent, since, correspondence, sent=True)
        return Seen(
            folders=folders, guessed=guessed, names=tuple(one.name for one in there if one.selectable), read=read
        )
    finally:
        mailbox.close()


def all_folders(account: MailboxAccount) -> list[Listed]:
    """Every folder of an account that logs in by password, on a connection of its own. Raises `MailboxError`."""
    secret = account.password
    credentials = Credentials(password=secret.reveal if secret is not None else None)
    connection = connect(account.imap, credentials, Timeouts())
    with translated(f"{account.imap.host}:{account.imap.port}"):
        connection.wire.forget_responses()
        found = listed(connection.wire.list('""', '"*"')[1])
        connection.wire.logout()
    return found


def _by_last_name(folders: list[Listed], role: Role) -> str | None:
    """The folder whose last level has a name that such folders have, wherever in the tree it lies."""
    last = {
        folder.name: Listed(folder.name.rpartition(folder.separator)[2] if folder.separator else folder.name)
        for folder in folders
        if folder.selectable
    }
    best = find(list(last.values()), role)
    return next((name for name, alone in last.items() if alone.name == best), None)


def _read(mailbox: Mailbox, folder: str, since: date, correspondence: Correspondence, *, sent: bool) -> int:
    """How many headers of the folder's newest messages were read."""
    status = mailbox.open(folder)
    uids = mailbox.uids_since(since, status.uidnext or _NO_UID_ABOVE)[-NEWEST:]
    count = 0
    for start in range(0, len(uids), _AT_ONCE):
        for fetched in mailbox.fetch(uids[start : start + _AT_ONCE]):
            message = parse_header(fetched.header, structure=fetched.structure, size=fetched.size)
            if sent:
                correspondence.take_sent(message)
            else:
                correspondence.take_received(message, junk=marked_as_junk(fetched.flags))
            count += 1
    return count
