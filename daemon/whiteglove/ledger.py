"""The record of contacts, obligations, promises and incidents, as plugins and pure functions read it.

Instants are UTC. Nothing here writes: the store fills these values, the desk and the outbox change them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from whiteglove.message import Address, Kind, RecordedMessage


class PromiseKind(StrEnum):
    """`REPORT`: the next status report. `ANSWER`: the owner's own answer to one obligation."""

    REPORT = "report"
    ANSWER = "answer"


class PromiseState(StrEnum):
    """`LATE` is still owed; `KEPT`, `BROKEN` and `MOVED` are final. A report kept late is `KEPT` with `late` set."""

    OPEN = "open"
    LATE = "late"
    KEPT = "kept"
    BROKEN = "broken"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A time told to a client. It exists once a mail that tells it was accepted, or may have been.

    `uid` and `sequence` are those of its calendar entry (RFC 5545). `evidence` says what closed it: `marker`,
    `report_subject`, `window`, `command`, `answer`. `told` is False for a slot used up without anybody being told.
    """

    row: int
    client: str
    kind: PromiseKind
    due: datetime
    state: PromiseState
    uid: str
    sequence: int = 0
    made_at: datetime | None = None
    closed_at: datetime | None = None
    late: bool = False
    evidence: str = ""
    evidence_message: int | None = None
    obligation: int | None = None
    told: bool = True


class ObligationState(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A client's message that still needs a human answer; later messages of the same thread join it.

    `due` follows from `reply_within` in working time and is None where nothing was agreed.
    """

    row: int
    client: str
    message: int
    thread: int
    address: str
    kinds: tuple[Kind, ...]
    opened_at: datetime
    due: datetime | None
    state: ObligationState
    answered_at: datetime | None = None
    answered_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The fact that an address was told a promise, in a thread, by one mail of the outbox."""

    promise: int
    address: str
    thread: int
    at: datetime
    rehearsed: bool = False


class MailState(StrEnum):
    """Where a mail of the outbox stands. `WITHHELD` was refused before sending; `UNKNOWN` may have reached the client
    and is never sent again."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


class Audience(StrEnum):
    """Who reads a mail. A client's copy is sent at most once, the owner's at least once."""

    CLIENT = "client"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail of the outbox, without its bytes. `message_id` is set once it was composed for sending."""

    row: int
    audience: Audience
    state: MailState
    plugin: str
    template: str
    to: Address
    reason: str
    message_id: str | None = None
    client: str | None = None
    answers: int | None = None
    thread: int | None = None
    promise: int | None = None
    due: datetime | None = None
    rehearsed: bool = False
    accepted_at: datetime | None = None


class IncidentKind(StrEnum):
    """What went wrong: the client complains, the client names a deadline as missed, a promise to them is late."""

    COMPLAINT = "complaint"
    DEADLINE_MISSED = "deadline_missed"
    PROMISE_LATE = "promise_late"


class IncidentState(StrEnum):
    """`ACKNOWLEDGED`: the owner wrote to the client about it. Until it is `RESOLVED` nothing automatic goes to them."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    REMEDY_OFFERED = "remedy_offered"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """One step of an incident: what happened (a reason code), the state it led to, and what proves it: a message, a
    promise, the words that were recognised (`cue`, at most 80 characters)."""

    at: datetime
    reason: str
    state: IncidentState
    message: int | None = None
    promise: int | None = None
    cue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A complaint, a missed deadline or a late promise, with its history, the oldest entry first.

    `matter` is what it is about, for example `thread:12`: there is one open incident for each matter of a client.
    """

    row: int
    client: str
    kind: IncidentKind
    matter: str
    state: IncidentState
    opened_at: datetime
    resolved_at: datetime | None = None
    entries: tuple[IncidentEntry, ...] = ()


class Ledger(Protocol):
    """What a plugin may read. Every answer is as of the moment the event is handled."""

    def next_report(self, client: str) -> datetime | None:
        """When this client hears next: their open promise, else the first free slot of their cadence; else None."""

    def open_promises(self, client: str) -> tuple[Promise, ...]:
        """Promises still owed to this client, late ones included, the earliest due first."""

    def closed_promises(self, since: datetime) -> tuple[Promise, ...]:
        """Promises to anybody that were kept, broken or moved since an instant, the earliest due first."""

    def open_obligations(self, client: str | None = None) -> tuple[Obligation, ...]:
        """What still waits for an answer, the oldest first; of all clients where none is named."""

    def obligation_of(self, message: int) -> Obligation | None:
        """The obligation that this message opened or joined, as long as it is open."""

    def told(self, address: str, promise: int) -> tuple[Told, ...]:
        """How often this address was told this promise, the latest last."""

    def messages(self, client: str, since: datetime) -> tuple[RecordedMessage, ...]:
        """What this client wrote and what the owner wrote to them, in order of arrival; automatic mail left out."""

    def message(self, row: int) -> RecordedMessage | None:
        """A recorded message by its row, for its subject and its time; None where retention has removed it."""

    def open_incidents(self, client: str | None = None) -> tuple[Incident, ...]:
        """Incidents that are not resolved, the oldest first; of all clients where none is named."""

    def resolved_incidents(self, since: datetime) -> tuple[Incident, ...]:
        """Incidents that were resolved since an instant, the oldest first."""
