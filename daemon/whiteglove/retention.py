"""Removing what has been kept long enough: small batches, each a commit of its own, so that nobody waits for them.

A round begins with the daemon and then every hour, since our mail's bytes are to be gone a day after it was accepted.
Whatever ends it, the next one goes on where it was: what is gone is gone, what is over is found.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from whiteglove.ports import Clock
from whiteglove.store import Store, memory, outbox, purge
from whiteglove.store.database import drop_old_copies

BATCH = 500
ROUND = timedelta(hours=1)


class Retention:
    """Removes what is over. Used by one thread."""

    def __init__(self, store: Store, retention: timedelta, clock: Clock) -> None:
        """`retention` is how long records are kept; strangers' have a shorter time of their own."""
        self._store = store
        self._retention = retention
        self._clock = clock
        self._next: datetime | None = None

    def step(self) -> int:
        """Remove one batch, if a round is due or under way; how many rows that were."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return 0
        with self._store.read() as tx:
            batch = purge.find(tx, now, self._retention, BATCH)
        if batch is not None:
            with self._store.write() as tx:
                return purge.remove(tx, batch)
        self._finish(now)
        self._next = now + ROUND
        return 0

    def _finish(self, now: datetime) -> None:
        """What is never much, at the end of a round."""
        with self._store.read() as tx:
            overdue = purge.overdue_bytes(tx, now)
        for number in overdue:
            with self._store.write() as tx:
                outbox.drop_bytes(tx, outbox.get(tx, number))
        with self._store.write() as tx:
            memory.drop_expired(tx, now)
        if self._store.path is not None:
            drop_old_copies(self._store.path, now)
