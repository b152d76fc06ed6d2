"""A small IMAP server on this machine with its mail in memory: the mail provider of the demonstration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from whiteglove.demo.imap_session import SPECIAL_USES, Session
from whiteglove.demo.listening import Client, Listener
from whiteglove.demo.maildrop import Folder, Mail


class ImapServer(Listener):
    """IMAP4rev1 in the clear on loopback. A context manager; `port` is known once it has started.

    Every user has INBOX, Sent, Drafts, Junk and Trash. `deliver` and `mails` may be called from any thread, and before
    `start` and after `stop`, too.
    """

    def __init__(
        self, users: Mapping[str, str], *, port: int = 0, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`users` are names with passwords. `clock` gives INTERNALDATE to what comes without one; it must be aware."""
        super().__init__(port)
        self._passwords = dict(users)
        self._clock = clock
        self._folders = {user: {name: Folder(name) for name in ("INBOX", *SPECIAL_USES)} for user in users}

    def deliver(
        self,
        user: str,
        raw: bytes,
        folder: str = "INBOX",
        received_at: datetime | None = None,
        flags: Iterable[str] = (),
    ) -> int:
        r"""File a mail, tell at once whoever idles on the folder, and return its UID.

        `received_at` (aware) becomes INTERNALDATE; without it the clock is asked. `flags` are written as `\Seen`.
        Raises `KeyError` for an unknown user or folder and `ValueError` for a naive time.
        """
        return self._folders[user][folder].add(raw, received_at or self._clock(), flags)

    def mails(self, user: str, folder: str = "INBOX") -> list[Mail]:
        """What lies in a folder, in the order in which it came. Raises `KeyError` for an unknown user or folder."""
        return self._folders[user][folder].look()[0]

    def converse(self, client: Client) -> None:
        Session(client, self._log_in, self._clock).run()

    def _log_in(self, user: str, password: str) -> Mapping[str, Folder] | None:
        return self._folders[user] if self._passwords.get(user) == password else None
