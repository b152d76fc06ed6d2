"""What happened. Each event is immutable, is stored before anybody sees it, and is answered with the actions of
`actions.py`: the two files mirror each other, and nothing else crosses between the daemon and its plugins.

`id` is the store's number of the event, `at` the instant it describes (UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from whiteglove.clients import Client, Limit, Person
from whiteglove.ledger import ClientNote, Incident, Mail, Obligation, Promise, SeenDraft
from whiteglove.message import Json, RecordedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Event):
    """A client wrote. `text` is what is new in the message, quotes cut; None where it can no longer be read.

    `history` marks mail from before the daemon's line: it is
    there to be learned from, and nothing that goes to a client may follow from it.
    """

    message: RecordedMessage
    client: Client
    person: Person | None
    text: str | None = None
    history: bool = False
    obligation: Obligation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerSent(Event):
    """The owner wrote to a client from any mail program; seen in Sent. Automatic mail of ours never appears here."""

    message: RecordedMessage
    client: Client
    person: Person | None
    kept: Promise | None = None
    answered: tuple[Obligation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSeen(Event):
    """A mail of the owner's to a client lies in Drafts, as a person wrote or changed it; seen once for each version.

    `text` is what is new in it, quotes cut; None where it is gone meanwhile or can no longer be read. What was laid
    there by a plugin and is still untouched never appears here.
    """

    draft: SeenDraft
    client: Client
    person: Person | None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSent(Event):
    """A mail of ours was accepted by the server."""

    mail: Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFailed(Event):
    """A mail of ours was refused for good, or nobody can say whether it went out (`mail.state` is `unknown`)."""

    mail: Mail
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBounced(Event):
    """A mail of ours that was accepted came back: it never reached its reader. No further automatic mail goes to that
    address. `status` is the server's code (RFC 3463), empty where it gave none."""

    mail: Mail
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseEvent(Event):
    promise: Promise
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDue(PromiseEvent):
    """The promised instant has come and nothing has kept the promise yet; Sent is being read to be sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept(PromiseEvent):
    """The promise was kept; `promise.late` tells whether in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLate(PromiseEvent):
    """The promised instant passed, Sent was read up to it, and the promise is still owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(PromiseEvent):
    """A late promise was still owed at the next slot, or at the end of the next working day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMoved(PromiseEvent):
    """A report was moved: `promise` is the new one, `was_due` the old time. Who was told the old time is told."""

    was_due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationEvent(Event):
    obligation: Obligation
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationOpened(ObligationEvent):
    """A client's message needs an answer of the owner's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationAnswered(ObligationEvent):
    """The owner answered it, or a teammate to whom it was passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationOverdue(ObligationEvent):
    """The agreed time to answer has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent(Event):
    incident: Incident
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(IncidentEvent):
    """Something went wrong with a client; from now on nothing automatic goes to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdated(IncidentEvent):
    """Something happened about an open incident; its last entry says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(IncidentEvent):
    """The matter is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactExceeded(Event):
    """A client wrote more often than was agreed (`contact_limit`), told once for each local date of the owner's.

    `message` is the first one beyond the limit; `count` is how many there were up to it in the days of the limit, the
    last of which is `date`.
    """

    client: Client
    message: RecordedMessage
    limit: Limit
    count: int
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientQuiet(Event):
    """Nothing was heard of a client for longer than was agreed (`quiet_after`) or than they are used to; told once for
    each silence. `since` is the last real contact in either direction, `usual` the gap that was to be expected."""

    client: Client
    since: datetime
    usual: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientReturned(Event):
    """A client who was quiet has written again. `since` is the contact before that."""

    client: Client
    message: RecordedMessage
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientNoted(Event):
    """The owner noted something about a client, or a call with them (`whiteglove note`)."""

    client: Client
    note: ClientNote


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxLost(Event):
    """A mailbox cannot be reached since `at`; `code` says why. The daemon keeps trying."""

    mailbox: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxRecovered(Event):
    """A lost mailbox was reached again and caught up with."""

    mailbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRaised(Event):
    """The owner is to be told something. `urgency` is `now`, `today` or `digest`."""

    key: str
    text: str
    urgency: str
    reason: str
    client: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFired(Event):
    """A moment that the plugin itself asked for in `schedules` has come. `due` is when it should have been."""

    name: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Event):
    """A moment that the plugin set with `WakeAt` has come. `due` is when it should have been, `value` what it gave."""

    key: str
    due: datetime
    value: Json = None
