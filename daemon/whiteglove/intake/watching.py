"""When to look: at once after a (re)connection, after every hint of the server, and at every poll interval.

IDLE is a hint, the search is the truth. One thread and one connection for each mailbox; Sent is read on the working
connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from whiteglove.errands import Backoff, Errands
from whiteglove.errors import MailboxError, StoreError
from whiteglove.intake.reading import FolderReader
from whiteglove.intake.recording import INBOX, SENT
from whiteglove.intake.renumbering import RestingFolderError
from whiteglove.log import Journal, get
from whiteglove.ports import Clock, Mailbox

FIRST_SENT_PATIENCE = 120.0
LONGEST_PAUSE = 300.0
"""Seconds after a fault within which the mailbox is tried again, unless its login was refused."""
STORE_PAUSE = 5.0
"""Seconds until it is tried again where the store cannot be written. That is no fault of the server's: the connection
is kept, and the pause does not grow."""
STEADY = 60.0
"""Seconds after which a connection counts as one that lasts. A server that takes every login and ends the connection at
once is not to be asked again and again every second."""


class SentReader:
    """Reads the Sent folder of one mailbox, on its working connection, whenever somebody needs to know."""

    def __init__(self, errands: Errands, reader: FolderReader) -> None:
        self._errands = errands
        self._reader = reader

    def read(self, deadline: float = 30.0) -> None:
        """Read what is new in Sent.

        Raises:
            MailboxError: it could not be read now.
        """
        self._errands.run(self.read_with, deadline)

    def read_with(self, mailbox: Mailbox) -> None:
        """Read what is new in Sent over this connection, on the thread that owns it."""
        folder = mailbox.folders().sent
        if folder is None:
            self._reader.note_missing(SENT)
        else:
            self._reader.read(mailbox, folder, SENT)


class Watcher:
    """Watches the folders of one mailbox until it is stopped. `on_settled` is called once: when each folder has its
    line, or the mailbox was reported lost. `on_alert` gets what the server wants a person to read. `on_searched` is
    called whenever a folder was searched and nothing in it is unread any more, `on_failed` whenever an attempt ended in
    a fault that was reported, and while the next attempt is far off; `on_changed` when the mailbox is lost, with the
    first fault, and with None when it is there again."""

    def __init__(
        self,
        name: str,
        mailbox: Mailbox,
        folders: tuple[str, ...],
        reader: FolderReader,
        sent: SentReader,
        journal: Journal,
        clock: Clock,
        poll: Callable[[], timedelta],
        on_settled: Callable[[], None],
        on_fatal: Callable[[str, MailboxError], None],
        on_alert: Callable[[str, str], None],
        on_searched: Callable[[], None],
        on_failed: Callable[[], None],
        on_changed: Callable[[MailboxError | None], None],
    ) -> None:
        self.name = name
        self._mailbox = mailbox
        self._folders = folders
        self._reader = reader
        self._sent = sent
        self._journal = journal
        self._clock = clock
        self._poll = poll
        self._on_settled = on_settled
        self._on_fatal = on_fatal
        self._on_alert = on_alert
        self._on_searched = on_searched
        self._on_failed = on_failed
        self._on_changed = on_changed
        self._stop = threading.Event()
        self._backoff = Backoff(longest=LONGEST_PAUSE)
        self._lost_since: datetime | None = None
        self._told_reasons: set[str] = set()
        self._told_fatal = False
        self._found_at: float | None = None
        self._store_fault = ""
        self._thread = threading.Thread(target=self._watch, name=f"watch-{name}", daemon=True)

    @property
    def longest_pause(self) -> float:
        """Seconds within which it looks again, whatever the server does."""
        return max(self._poll().total_seconds(), LONGEST_PAUSE)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; `join` waits for it."""
        self._stop.set()
        self._mailbox.wake()

    def join(self, deadline: float) -> bool:
        """Whether the thread has ended within `deadline` seconds, or was never started."""
        if self._thread.ident is not None:
            self._thread.join(deadline)
        return not self._thread.is_alive()

    def catch_up(self) -> int:
        """Connect, read every folder once, and disconnect; for a single run without watching.

        Raises:
            MailboxError: the mailbox cannot be read.
        """
        self._mailbox.connect()
        try:
            self._sent.read(FIRST_SENT_PATIENCE)
            return self._read_folders()
        finally:
            self._mailbox.close()

    def _watch(self) -> None:
        while not self._stop.is_set():
            fatal, pause = False, 0.0
            try:
                try:
                    self._session()
                except MailboxError as error:
                    fatal, pause = error.fatal, error.pause
                    self._mailbox.close()
                    self._lost(error)
                    self._pass_on_alerts()
            except Exception:  # noqa: BLE001 - A full disk or a defect must not end the watching in silence.
                self._mailbox.close()
                get("watch").exception("the mailbox cannot be watched now", mailbox=self.name)
                self._on_failed()
            if self._found_at is not None and monotonic() - self._found_at > STEADY:
                self._backoff.succeeded()
            self._found_at = None
            self._rest(self._backoff.failed(fatal=fatal, pause=pause))
        self._mailbox.close()

    def _rest(self, seconds: float) -> None:
        """Let time pass until the next attempt, with a sign of life as often as there would be one without a pause."""
        until = monotonic() + seconds
        while not self._stop.wait(min(LONGEST_PAUSE, max(0.0, until - monotonic()))) and monotonic() < until:
            self._on_failed()

    def _session(self) -> None:
        """One connection, from login until it breaks or the daemon stops."""
        self._mailbox.connect()
        first = True
        while not self._stop.is_set():
            try:
                self._look(first=first)
            except StoreError as error:
                self._tell_of_store(str(error))
                self._stop.wait(STORE_PAUSE)
                continue
            self._store_fault = ""
            first = False
            if self._reader.rest(self._folders[0]):
                # It is not open, or not searched again soon: a hint of the server's would be of no use.
                self._stop.wait(self._poll().total_seconds())
            else:
                self._mailbox.wait(self._poll().total_seconds())

    def _look(self, *, first: bool) -> None:
        """Read every folder once, and before the first time Sent."""
        if first:
            self._first_sent()
        self._read_folders()
        self._pass_on_alerts()
        if first:
            self._found()

    def _tell_of_store(self, fault: str) -> None:
        """Once for as long as it lasts: a disk that is full must not be filled with lines about it."""
        if fault != self._store_fault:
            get("watch").error("the store cannot be written, the mailbox waits", mailbox=self.name, error=fault)
            self._store_fault = fault
        self._on_failed()

    def _first_sent(self) -> None:
        """Sent before the inbox: whether an old question is still open depends on what the owner wrote since."""
        try:
            self._sent.read(FIRST_SENT_PATIENCE)
        except MailboxError as error:
            get("watch").warning("Sent cannot be read yet", mailbox=self.name, reason=error.code)

    def _read_folders(self) -> int:
        """The first folder last: it then stays open for IDLE, with nothing between its search and the waiting."""
        number = 0
        for folder in reversed(self._folders):
            try:
                number += self._reader.read(self._mailbox, folder, INBOX)
            except RestingFolderError:
                # The reader has reported it; the mailbox's other folders are read all the same.
                self._on_failed()
            else:
                self._on_searched()
        return number

    def _pass_on_alerts(self) -> None:
        for text in self._mailbox.alerts():
            self._on_alert(self.name, text)

    def _found(self) -> None:
        self._found_at = monotonic()
        self._told_fatal = False
        self._told_reasons.clear()
        if self._lost_since is None:
            self._journal.write("mailbox.connected", mailbox=self.name)
        else:
            self._journal.write("mailbox.recovered", mailbox=self.name, since=self._lost_since.isoformat())
            self._on_changed(None)
        self._lost_since = None
        self._on_settled()

    def _lost(self, error: MailboxError) -> None:
        is_news = self._lost_since is None
        self._lost_since = self._lost_since or self._clock.now()
        if error.code not in self._told_reasons:
            # A server that comes back with a certificate that does not hold is another matter than its restart.
            self._told_reasons.add(error.code)
            self._journal.write("mailbox.lost", level="error", mailbox=self.name, reason=error.code, error=str(error))
        self._on_failed()
        if error.fatal and not self._told_fatal:
            self._on_fatal(self.name, error)
            self._told_fatal = True
        self._on_settled()
        if is_news:
            self._on_changed(error)
