"""Servers whose numbers do not hold: how often a folder may be renumbered before it is left alone for a while.

A new UIDVALIDITY means that the folder is read again, with all of its recent history. A server that gives one at every
look would have that done at every poll for ever. Such a folder is looked at at growing intervals instead. That is the
simplest thing that loses nothing: what came meanwhile is found at the next look, late by half an hour at most. To read
no more than the newest mail would be cheaper, and would miss what was moved into the folder with an older date.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from whiteglove.errors import MailboxError

MOST = 3
"""Renumberings, each within `CALM` of the one before, after which a folder is left alone. A mailbox that is moved to
another server, or restored, has one or two."""
CALM = timedelta(hours=1)
FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(minutes=30)
"""Below the hour within which some mailbox must have been searched, lest the watchdog restart the daemon."""


class RestingFolderError(MailboxError):
    """A folder is left alone for now, since its server renumbers it again and again. Not a fault of the connection."""

    def __init__(self, folder: str, rest: timedelta) -> None:
        text = f"the server renumbers {folder} again and again; it is looked at again in {rest.total_seconds():.0f} s"
        super().__init__("resting", text, pause=rest.total_seconds())


class Renumberings:
    """Counts the renumberings of one mailbox's folders. In memory alone: a daemon that starts anew reads each folder a
    few times more."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, datetime]] = {}

    def note(self, folder: str, now: datetime) -> int:
        """Count one more; how many there have been, each within an hour of the one before."""
        count, last = self._counts.get(folder, (0, now))
        count = count + 1 if now - last <= CALM else 1
        self._counts[folder] = count, now
        return count

    def rest(self, folder: str, now: datetime) -> timedelta:
        """For how long the folder is still to be left alone, zero where it may be looked at."""
        count, last = self._counts.get(folder, (0, now))
        if count < MOST:
            return timedelta(0)
        rest = min(LONGEST_REST, FIRST_REST * (1 << min(count - MOST, 10)))
        return max(timedelta(0), last + rest - now)
