"""Who has fallen silent: looked for at most once an hour, in the owner's working time, so that nobody is told at night.

A silence is told once. It is looked for only where every mailbox was read a short while ago: what a server has and the
daemon has not may be the very contact that is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.clients import Client
from whiteglove.habits import COUNTED, SHARPER_FOR, exceeded, pauses, shortest
from whiteglove.log import Journal
from whiteglove.ports import Clock
from whiteglove.settings import Settings
from whiteglove.store import Store, contacts, events, folders, incidents, silences

EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""When it is tried again where the mailboxes were not read."""
FRESH = timedelta(hours=1)

_SENT = "sent"
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Quiet:
    client: str
    since: datetime
    usual: timedelta


class Silences:
    """Records silences as they begin and end, each beginning with its event. Used by one thread."""

    def __init__(self, store: Store, settings: Settings, journal: Journal, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._journal = journal
        self._clock = clock
        self._next: datetime | None = None

    def look(self) -> int:
        """Note who has fallen silent, and end the silences of those who were heard of since; how many began."""
        now = self._clock.now()
        if (self._next is not None and now < self._next) or not self._is_working_time(now):
            return 0
        with self._store.read() as tx:
            is_read = self._is_all_read(tx, now)
            found = list(self._found(tx, now)) if is_read else []
            over = list(_over(tx))
        self._next = now + (EVERY if is_read else AGAIN)
        if found or over:
            with self._store.write() as tx:
                for row, at in over:
                    silences.end(tx, row, at)
                for quiet in found:
                    begun = silences.begin(tx, quiet.client, quiet.since, quiet.usual, now)
                    events.add(tx, "ClientQuiet", now, begun)
        for quiet in found:
            self._journal.write("client.quiet", client=quiet.client, since=quiet.since.isoformat())
        return len(found)

    def _is_working_time(self, now: datetime) -> bool:
        return self._settings.worktime.between(now, now + _A_MOMENT) > timedelta(0)

    def _is_all_read(self, tx: sa.Connection, now: datetime) -> bool:
        """Whether every folder that is watched, and Sent, was read lately."""
        accounts = self._settings.mailboxes
        since = now - max(FRESH, 3 * self._settings.daemon.poll)
        read = {
            (one.mailbox, one.folder)
            for one in folders.everything(tx)
            if one.role != _SENT and one.searched_at is not None and one.searched_at >= since
        }
        sent = folders.sent_read_until(tx, [account.name for account in accounts], now)
        watched = {(account.name, folder) for account in accounts for folder in account.folders}
        return watched <= read and sent is not None and sent >= since

    def _found(self, tx: sa.Connection, now: datetime) -> Iterator[_Quiet]:
        resolved = {incident.client for incident in incidents.resolved(tx, now - SHARPER_FOR)}
        for client in self._settings.book.clients.values():
            last = contacts.last(tx, client.key)
            if last is None or now - last < shortest(client.quiet_after) or silences.was_noticed(tx, client.key, last):
                continue
            sharper = client.key in resolved or incidents.any_open(tx, client.key)
            usual = self._exceeded(tx, client, last, now, sharper=sharper)
            if usual is not None:
                yield _Quiet(client.key, last, usual)

    def _exceeded(
        self, tx: sa.Connection, client: Client, last: datetime, now: datetime, *, sharper: bool
    ) -> timedelta | None:
        worktime = self._settings.worktime
        known = silences.contacts(tx, client.key, last - COUNTED)
        away = pauses(client, worktime, worktime.local_date(last - COUNTED), worktime.local_date(now))
        return exceeded(known, away, client.quiet_after, now, sharper=sharper)


def _over(tx: sa.Connection) -> Iterator[tuple[int, datetime]]:
    """The silences that have ended, each with the contact that ended it. A call is noted by the command line, and
    reaches nobody as an event."""
    for silence in silences.lasting(tx):
        last = contacts.last(tx, silence.client)
        if last is not None and last > silence.since:
            yield silence.row, last
