"""The ledger and the memory as plugins read them: each question is one short reading transaction of its own, so that a
hook that is left behind holds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from whiteglove.actions import Json
from whiteglove.clients import Book
from whiteglove.ledger import (
    AnswerTimes,
    ClientNote,
    ClientSilence,
    Delegation,
    Incident,
    Obligation,
    PlacedDraft,
    Promise,
    Told,
)
from whiteglove.message import Kind, RecordedMessage
from whiteglove.promises import next_report, next_reports
from whiteglove.store import (
    contacts,
    delegations,
    drafts,
    figures,
    incidents,
    ledger,
    memory,
    messages,
    mutes,
    notes,
    outbox,
    silences,
)
from whiteglove.store.database import Store
from whiteglove.worktime import WorkingTime

SLOTS_REMEMBERED = timedelta(days=400)
"""How far back a used-up slot can matter: slots themselves are looked for no further ahead."""


class LedgerView:
    """Fills `whiteglove.ledger.Ledger` as of one instant."""

    def __init__(self, store: Store, book: Book, worktime: WorkingTime, now: datetime) -> None:
        self._store = store
        self._book = book
        self._worktime = worktime
        self._now = now

    def next_report(self, client: str) -> datetime | None:
        known = self._book.clients.get(client)
        if known is None:
            return None
        with self._store.read() as tx:
            # What is over and not owed says nothing of the reports to come.
            promises = ledger.promises_of(tx, client, self._now)
        return next_report(known.report, self._worktime, promises, self._now)

    def next_report_by_client(self) -> Mapping[str, datetime | None]:
        with self._store.read() as tx:
            promises = ledger.promises_of_all(tx, self._now)
        return {
            key: next_report(client.report, self._worktime, promises.get(key, ()), self._now)
            for key, client in self._book.clients.items()
        }

    def next_reports(self, client: str, count: int) -> tuple[datetime, ...]:
        known = self._book.clients.get(client)
        if known is None:
            return ()
        with self._store.read() as tx:
            # What is over and not owed says nothing of the reports to come.
            promises = ledger.promises_of(tx, client, self._now)
        return tuple(islice(next_reports(known.report, self._worktime, promises, self._now), count))

    def promises(self, client: str, since: datetime) -> tuple[Promise, ...]:
        with self._store.read() as tx:
            return ledger.promises_of(tx, client, since)

    def open_promises(self, client: str | None = None) -> tuple[Promise, ...]:
        with self._store.read() as tx:
            return ledger.owed(tx, client)

    def closed_promises(self, since: datetime) -> tuple[Promise, ...]:
        with self._store.read() as tx:
            return ledger.closed(tx, since)

    def open_obligations(self, client: str | None = None) -> tuple[Obligation, ...]:
        with self._store.read() as tx:
            return ledger.open_obligations(tx, client)

    def obligations(self, client: str, since: datetime) -> tuple[Obligation, ...]:
        with self._store.read() as tx:
            return ledger.obligations_of(tx, client, since)

    def answered(self, since: datetime) -> tuple[Obligation, ...]:
        with self._store.read() as tx:
            return ledger.answered(tx, since)

    def answer_times(self, since: datetime, before: datetime) -> AnswerTimes:
        with self._store.read() as tx:
            return figures.answer_times(tx, since, before)

    def obligation_of(self, message: int) -> Obligation | None:
        with self._store.read() as tx:
            recorded = messages.get(tx, message)
            return ledger.open_in_thread(tx, recorded.client, recorded.thread)

    def told(self, address: str, promise: int) -> tuple[Told, ...]:
        with self._store.read() as tx:
            return outbox.told_of_promise(tx, promise, address.casefold())

    def messages(self, client: str, since: datetime, before: datetime | None = None) -> tuple[RecordedMessage, ...]:
        with self._store.read() as tx:
            return messages.of_client(tx, client, since, before)

    def written(self, client: str, moments: Sequence[datetime]) -> tuple[int, ...]:
        with self._store.read() as tx:
            return figures.between(tx, [client], moments)[client]

    def written_by_client(self, moments: Sequence[datetime]) -> Mapping[str, tuple[int, ...]]:
        with self._store.read() as tx:
            return figures.between(tx, self._book.clients, moments)

    def written_by_kind(self, client: str, since: datetime, before: datetime) -> Mapping[Kind, int]:
        with self._store.read() as tx:
            return figures.by_kind(tx, [client], since, before)[client]

    def kinds_by_client(self, since: datetime, before: datetime) -> Mapping[str, Mapping[Kind, int]]:
        with self._store.read() as tx:
            return figures.by_kind(tx, self._book.clients, since, before)

    def silences(self, moment: datetime) -> tuple[ClientSilence, ...]:
        with self._store.read() as tx:
            found = silences.lasting_at(tx, moment)
        return tuple(ClientSilence(client=one.client, since=one.since, usual=one.usual) for one in found)

    def notes(self, client: str, since: datetime) -> tuple[ClientNote, ...]:
        with self._store.read() as tx:
            return notes.of_client(tx, client, since)

    def calls(self, since: datetime) -> tuple[ClientNote, ...]:
        with self._store.read() as tx:
            return notes.calls(tx, since)

    def last_contact(self, client: str, *, outbound: bool | None = None) -> datetime | None:
        with self._store.read() as tx:
            return contacts.last(tx, client, outbound)

    def drafts(self, client: str, since: datetime | None = None) -> tuple[PlacedDraft, ...]:
        with self._store.read() as tx:
            found = drafts.live(tx, client) if since is None else drafts.of_client(tx, client, since)
        return tuple(draft.as_placed() for draft in found)

    def delegations(self, client: str | None = None, since: datetime | None = None) -> tuple[Delegation, ...]:
        with self._store.read() as tx:
            return delegations.known(tx, client, since)

    def muted_until(self, client: str) -> datetime | None:
        known = self._book.clients.get(client)
        with self._store.read() as tx:
            words = [mutes.until(tx, client), known.muted_until if known else None]
        return max((word for word in words if word is not None), default=None)

    def message(self, row: int) -> RecordedMessage | None:
        with self._store.read() as tx:
            return messages.at(tx, row)

    def open_incidents(self, client: str | None = None) -> tuple[Incident, ...]:
        with self._store.read() as tx:
            return incidents.open_ones(tx, client)

    def resolved_incidents(self, since: datetime) -> tuple[Incident, ...]:
        with self._store.read() as tx:
            return incidents.resolved(tx, since)


class MemoryView:
    """Fills `whiteglove.hookspecs.Memory` for one plugin."""

    def __init__(self, store: Store, plugin: str, now: datetime) -> None:
        self._store = store
        self._plugin = plugin
        self._now = now

    def get(self, key: str) -> Json:
        with self._store.read() as tx:
            return memory.get(tx, self._plugin, key, self._now)

    def items(self, prefix: str = "") -> Mapping[str, Json]:
        with self._store.read() as tx:
            return memory.items(tx, self._plugin, prefix, self._now)
