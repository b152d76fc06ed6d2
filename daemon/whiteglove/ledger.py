"""The record of contacts, obligations, promises and incidents, as plugins and pure functions read it.

Instants are UTC. Nothing here writes: the store fills these values, the desk and the outbox change them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    `report_subject`, `window`, `call`, `command`, `answer`, `team` (a teammate's answer), `moved`. `told` is False for
    a slot that was used up or moved without anybody being told; one that was moved so is closed without a word when its
    time passes (`passed`).
    """

    row: int
    client: str
    kind: PromiseKind
    due: datetime
    state: PromiseState
    uid: str
    sequence: int = 0
    made_at: datetime | None = None
    reminded_at: datetime | None = None
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


class DelegationState(StrEnum):
    """`HANDED_OVER`: the teammate owes the answer. `DONE`: the client has it. `RETURNED`: it is the owner's again."""

    HANDED_OVER = "handed_over"
    DONE = "done"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A message that was passed to a teammate (`address`), and with it, where there is one, the obligation."""

    row: int
    client: str
    message: int
    obligation: int | None
    address: str
    state: DelegationState
    handed_at: datetime
    due: datetime | None = None
    settled_at: datetime | None = None


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
    """Who reads a mail. A client's copy is sent at most once, the owner's and a teammate's at least once."""

    CLIENT = "client"
    COLLEAGUE = "colleague"
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


class Severity(StrEnum):
    """How grave an incident is, the least first; of two the graver one is `max(one, other, key=Severity.rank)`."""

    MINOR = "minor"
    SERIOUS = "serious"
    GRAVE = "grave"

    def rank(self) -> int:
        """Its place in the order, from 0; texts alone would be ordered by the alphabet."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """One step of an incident: what happened (a reason code), the state it led to, and what proves it: a message, a
    promise, the words that were recognised (`cue`, at most 80 characters). `severity` is how grave the matter was
    judged at this step, None where it was not."""

    at: datetime
    reason: str
    state: IncidentState
    message: int | None = None
    promise: int | None = None
    cue: str = ""
    severity: Severity | None = None


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

    @property
    def severity(self) -> Severity:
        """The gravest that any step was judged, so that it only rises; minor where none was judged."""
        judged = [entry.severity for entry in self.entries if entry.severity is not None]
        return max(judged, key=Severity.rank, default=Severity.MINOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientNote:
    """What the owner noted about a client. A `call` counts as contact; `outbound` says that the owner made it,
    `minutes` how long it took, where that was told."""

    row: int
    client: str
    at: datetime
    text: str
    call: bool = False
    outbound: bool = False
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSilence:
    """A client of whom nothing was heard since `since`, the last real contact in either direction; `usual` is the gap
    that was to be expected at most."""

    client: str
    since: datetime
    usual: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTimes:
    """How long `number` answers took. There may be very many, so that of an even `sample` of them, and of the `longest`
    by the clock, it is said when each was asked for and when it was given."""

    number: int
    sample: tuple[tuple[datetime, datetime], ...]
    longest: tuple[tuple[datetime, datetime], ...]


class DraftState(StrEnum):
    """`WANTED` is to be laid in Drafts, `PLACED` lies there as it was written, `CHANGED` was edited by a person. `SENT`
    was seen in Sent, `WITHDRAWN` was taken away again, `GONE` was deleted by a person; `FAILED` never got there."""

    WANTED = "wanted"
    PLACED = "placed"
    CHANGED = "changed"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDraft:
    """A mail of the owner's to a client that lies in Drafts, without its text. `others` are further clients who are
    among the recipients, by their keys; `in_reply_to` are the Message-IDs that it answers."""

    row: int
    mailbox: str
    client: str
    message_id: str | None
    subject: str
    to: tuple[Address, ...]
    others: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDraft:
    """A mail to a client that was laid ready for the owner, without its text."""

    row: int
    plugin: str
    key: str
    client: str
    template: str
    state: DraftState
    created_at: datetime
    placed_at: datetime | None = None
    settled_at: datetime | None = None


class Ledger(Protocol):
    """What a plugin may read. Every answer is as of the moment the event is handled."""

    def next_report(self, client: str) -> datetime | None:
        """When this client hears next: their open promise, else the first free slot of their cadence; else None."""

    def next_report_by_client(self) -> Mapping[str, datetime | None]:
        """The same as `next_report` of every client in the book, by key, in one question."""

    def next_reports(self, client: str, count: int) -> tuple[datetime, ...]:
        """The next so many report times, ascending: what is owed, then the free slots of the cadence."""

    def promises(self, client: str, since: datetime) -> tuple[Promise, ...]:
        """Everything promised to this client that was due since an instant or is still owed, the earliest due first."""

    def open_promises(self, client: str | None = None) -> tuple[Promise, ...]:
        """Promises still owed to this client, late ones included, the earliest due first; to all where none is
        named."""

    def closed_promises(self, since: datetime) -> tuple[Promise, ...]:
        """Promises to anybody that were kept, broken or moved since an instant, the earliest due first."""

    def open_obligations(self, client: str | None = None) -> tuple[Obligation, ...]:
        """What still waits for an answer, the oldest first; of all clients where none is named."""

    def obligations(self, client: str, since: datetime) -> tuple[Obligation, ...]:
        """What this client asked since an instant, answered or not, the oldest first."""

    def answered(self, since: datetime) -> tuple[Obligation, ...]:
        """What the owner answered since an instant, of all clients, in the order of the answers."""

    def answer_times(self, since: datetime, before: datetime) -> AnswerTimes:
        """How long the answers took that the owner gave between two instants, to all clients."""

    def obligation_of(self, message: int) -> Obligation | None:
        """The obligation that this message opened or joined, as long as it is open."""

    def told(self, address: str, promise: int) -> tuple[Told, ...]:
        """How often this address was told this promise, the latest last."""

    def messages(self, client: str, since: datetime, before: datetime | None = None) -> tuple[RecordedMessage, ...]:
        """What this client wrote and what the owner wrote to them between two instants, or since one, in order of
        arrival; automatic mail left out."""

    def written(self, client: str, moments: Sequence[datetime]) -> tuple[int, ...]:
        """How many messages this client wrote from each of these instants, which ascend, to the next one."""

    def written_by_kind(self, client: str, since: datetime, before: datetime) -> Mapping[Kind, int]:
        """How many of the messages that this client wrote between two instants wanted what in the first place."""

    def written_by_client(self, moments: Sequence[datetime]) -> Mapping[str, tuple[int, ...]]:
        """The same as `written` of every client in the book, by key, in one question."""

    def kinds_by_client(self, since: datetime, before: datetime) -> Mapping[str, Mapping[Kind, int]]:
        """The same as `written_by_kind` of every client in the book, by key, in one question."""

    def silences(self, moment: datetime) -> tuple[ClientSilence, ...]:
        """Of whom nothing was heard for too long, as of an instant, the longest silence first."""

    def notes(self, client: str, since: datetime) -> tuple[ClientNote, ...]:
        """What the owner noted about this client since an instant, calls too, the oldest first."""

    def calls(self, since: datetime) -> tuple[ClientNote, ...]:
        """The calls with any client that were noted since an instant, the oldest first."""

    def last_contact(self, client: str, *, outbound: bool | None = None) -> datetime | None:
        """When there last was real contact, by mail of a person's or by a call: from the owner (`outbound`), from the
        client (False), or from either."""

    def drafts(self, client: str, since: datetime | None = None) -> tuple[PlacedDraft, ...]:
        """The drafts to this client that are wanted or lie in Drafts, the oldest first; with `since` also those whose
        end, for example that the owner deleted them, was noticed after that instant."""

    def delegations(self, client: str | None = None, since: datetime | None = None) -> tuple[Delegation, ...]:
        """What teammates have, the oldest first; of all clients where none is named. With `since` also what was done or
        came back after that instant."""

    def muted_until(self, client: str) -> datetime | None:
        """Until when nothing automatic goes to this client, by the owner's word on the command line or in the file."""

    def message(self, row: int) -> RecordedMessage | None:
        """A recorded message by its row, for its subject and its time; None where retention has removed it."""

    def open_incidents(self, client: str | None = None) -> tuple[Incident, ...]:
        """Incidents that are not resolved, the oldest first; of all clients where none is named."""

    def resolved_incidents(self, since: datetime) -> tuple[Incident, ...]:
        """Incidents that were resolved since an instant, the oldest first."""
