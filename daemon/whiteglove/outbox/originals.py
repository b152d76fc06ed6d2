"""Clients' messages as they lie on the server, fetched at the moment when one is passed on and never kept."""

from __future__ import annotations

from collections.abc import Mapping

from whiteglove.errands import Errands
from whiteglove.errors import MailboxError
from whiteglove.message import RecordedMessage
from whiteglove.parse import parse_header
from whiteglove.ports import Fetched, Mailbox
from whiteglove.prepare.forwarding import LARGEST, Missing

DEADLINE = 40.0


class Originals:
    """Fetches them over the working connections."""

    def __init__(self, errands: Mapping[str, Errands], *, deadline: float = DEADLINE, largest: int = LARGEST) -> None:
        self._errands = errands
        self._deadline = deadline
        self._largest = largest

    def fetch(self, message: RecordedMessage) -> bytes | Missing:
        """The whole message, looked for where it arrived, by UID, else by Message-ID; or why there is none.

        Raises:
            MailboxError: the server cannot be asked now; try again later.
        """
        errands = self._errands.get(message.mailbox)
        if errands is None:
            return Missing.GONE
        try:
            return errands.run(lambda mailbox: _fetch(mailbox, message, self._largest), self._deadline)
        except MailboxError as error:
            if error.code == "missing_folder":
                return Missing.GONE
            raise


def _fetch(mailbox: Mailbox, message: RecordedMessage, largest: int) -> bytes | Missing:
    found = _found(mailbox, message)
    if found is None:
        return Missing.GONE
    if found.size > largest:
        return Missing.TOO_LARGE
    raw = mailbox.message(found.uid, largest + 1)
    if raw is None:
        return Missing.GONE
    # Some servers give a size that is not that of what they send.
    return raw if len(raw) <= largest else Missing.TOO_LARGE


def _found(mailbox: Mailbox, message: RecordedMessage) -> Fetched | None:
    status = mailbox.open(message.folder)
    found: list[Fetched] = []
    if status.uidvalidity == message.uidvalidity:
        found = mailbox.fetch([message.uid])
    if not found and message.message_id:
        uids = mailbox.uids_with_header("Message-ID", f"<{message.message_id}>")
        found = mailbox.fetch(uids[-1:]) if uids else []
    if not found or (message.message_id and parse_header(found[0].header).message_id != message.message_id):
        return None
    return found[0]
