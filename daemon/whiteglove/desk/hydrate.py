"""From a stored event to the event that plugins see. An event whose subject no longer calls for it is obsolete."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from whiteglove.clients import Book, Client
from whiteglove.events import (
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    DraftSeen,
    Event,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    MailBounced,
    MailboxLost,
    MailboxRecovered,
    MailFailed,
    MailSent,
    MessageReceived,
    ObligationAnswered,
    ObligationOpened,
    ObligationOverdue,
    OwnerSent,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseLate,
    PromiseMoved,
    ScheduleFired,
    TimerFired,
    WarningRaised,
)
from whiteglove.ledger import Promise
from whiteglove.message import RecordedMessage
from whiteglove.store import incidents, ledger, messages, notes, outbox, seen_drafts, silences, warnings
from whiteglove.store.events import EventRow

_HOOKS: dict[str, tuple[type[Event], ...]] = {
    "on_message": (MessageReceived,),
    "on_sent": (OwnerSent,),
    "on_draft": (DraftSeen,),
    "on_delivery": (MailSent, MailFailed, MailBounced),
    "on_promise": (PromiseDue, PromiseKept, PromiseLate, PromiseBroken, PromiseMoved),
    "on_obligation": (ObligationOpened, ObligationAnswered, ObligationOverdue),
    "on_incident": (IncidentOpened, IncidentUpdated, IncidentResolved),
    "on_client": (ContactExceeded, ClientQuiet, ClientReturned, ClientNoted),
    "on_mailbox": (MailboxLost, MailboxRecovered),
    "on_warning": (WarningRaised,),
    "on_timer": (TimerFired,),
    "on_schedule": (ScheduleFired,),
}
_HOOK_OF: dict[str, str | None] = {cls.__name__: hook for hook, kinds in _HOOKS.items() for cls in kinds}
# What the clock says about a missed promise is between the scheduler and the core; plugins hear what became of it.
_HOOK_OF |= {"PromisePassed": None, "PromiseOverdue": None}
# And so is what becomes of a message that was passed to a teammate.
_HOOK_OF |= {"TeamAnswered": None, "DelegationLapsed": None}
_PROMISE_EVENTS = {cls.__name__: cls for cls in (PromiseDue, PromiseKept, PromiseLate, PromiseBroken)}
_INCIDENT_EVENTS = {cls.__name__: cls for cls in (IncidentOpened, IncidentUpdated, IncidentResolved)}
_OBLIGATION_EVENTS = {cls.__name__: cls for cls in (ObligationOpened, ObligationAnswered, ObligationOverdue)}


def hook_of(kind: str) -> str | None:
    """The hook that events of this type are for; None for a type that no plugin sees. ValueError for an unknown one."""
    if kind not in _HOOK_OF:
        raise ValueError(f"no event is called {kind!r}")
    return _HOOK_OF[kind]


def hydrate(
    tx: sa.Connection,
    row: EventRow,
    book: Book,
    message: RecordedMessage | None = None,
    text: str | None = None,
) -> Event | None:
    """The event of this row; None where its client has left the book, so that nobody is concerned any more. `message`
    is what it is about where that is a message and was read already."""
    subject = row.subject_row or 0
    match row.type:
        case "MessageReceived" | "OwnerSent":
            return _about_message(tx, row, message or messages.get(tx, subject), book, text)
        case "DraftSeen":
            return _being_written(tx, row, book, text)
        case "MailboxLost":
            return MailboxLost(id=row.row, at=row.at, mailbox=row.details["mailbox"], code=row.details["code"])
        case "MailboxRecovered":
            return MailboxRecovered(id=row.row, at=row.at, mailbox=row.details["mailbox"])
        case "MailSent":
            return MailSent(id=row.row, at=row.at, mail=outbox.get(tx, subject).as_mail())
        case "MailFailed":
            mail = outbox.get(tx, subject)
            return MailFailed(id=row.row, at=row.at, mail=mail.as_mail(), error=mail.error or "")
        case "MailBounced":
            returned = outbox.get(tx, subject).as_mail()
            return MailBounced(id=row.row, at=row.at, mail=returned, status=row.details["status"])
        case "WarningRaised":
            warning = warnings.get(tx, subject)
            return WarningRaised(
                id=row.row,
                at=row.at,
                key=warning.key,
                text=warning.text,
                urgency=warning.urgency,
                reason=warning.reason,
                client=warning.client,
            )
        case "ScheduleFired":
            due = datetime.fromisoformat(row.details["due"])
            return ScheduleFired(id=row.row, at=row.at, name=row.details["name"], due=due)
        case "TimerFired":
            due = datetime.fromisoformat(row.details["due"])
            return TimerFired(id=row.row, at=row.at, key=row.details["key"], due=due, value=row.details["value"])
        case "PromiseMoved":
            return _moved(row, ledger.promise(tx, subject), book)
        case "ClientQuiet" | "ClientReturned":
            return _silent(tx, row, book)
        case name if name in _PROMISE_EVENTS:
            promise = ledger.promise(tx, subject)
            client = book.clients.get(promise.client)
            return _PROMISE_EVENTS[name](id=row.row, at=row.at, promise=promise, client=client) if client else None
        case name if name in _OBLIGATION_EVENTS:
            obligation = ledger.obligation(tx, subject)
            client = book.clients.get(obligation.client)
            if client is None:
                return None
            return _OBLIGATION_EVENTS[name](id=row.row, at=row.at, obligation=obligation, client=client)
        case name if name in _INCIDENT_EVENTS:
            incident = incidents.get(tx, subject)
            client = book.clients.get(incident.client)
            return _INCIDENT_EVENTS[name](id=row.row, at=row.at, incident=incident, client=client) if client else None
        case "ClientNoted":
            return _noted(tx, row, book)
        case "ContactExceeded":
            return _contact(row, messages.get(tx, subject), book)
        case other:
            raise ValueError(f"event {row.row}: plugins see no {other}")


def _being_written(tx: sa.Connection, row: EventRow, book: Book, text: str | None) -> Event | None:
    draft = seen_drafts.get(tx, row.subject_row or 0)
    client = book.clients.get(draft.client) if draft is not None else None
    if draft is None or client is None:
        return None
    person = next((found for address in draft.to if (found := client.person_at(address))), None)
    return DraftSeen(id=row.row, at=row.at, draft=draft.as_seen(), client=client, person=person, text=text)


def _moved(row: EventRow, promise: Promise, book: Book) -> Event | None:
    client = book.clients.get(promise.client)
    if client is None:
        return None
    was_due = datetime.fromisoformat(row.details["was_due"])
    return PromiseMoved(id=row.row, at=row.at, promise=promise, client=client, was_due=was_due)


def _silent(tx: sa.Connection, row: EventRow, book: Book) -> Event | None:
    """A silence that began is its own subject; one that ended is told by the message that ended it."""
    if row.type == "ClientQuiet":
        silence = silences.get(tx, row.subject_row or 0)
        client = book.clients.get(silence.client)
        if client is None or silence.ended_at is not None:
            return None
        return ClientQuiet(id=row.row, at=row.at, client=client, since=silence.since, usual=silence.usual)
    message = messages.get(tx, row.subject_row or 0)
    returned = book.clients.get(message.client)
    if returned is None:
        return None
    since = datetime.fromisoformat(row.details["since"])
    return ClientReturned(id=row.row, at=row.at, client=returned, message=message, since=since)


def _noted(tx: sa.Connection, row: EventRow, book: Book) -> Event | None:
    note = notes.find(tx, row.subject_row or 0)
    client = book.clients.get(note.client) if note is not None else None
    return ClientNoted(id=row.row, at=row.at, client=client, note=note) if note is not None and client else None


def _contact(row: EventRow, message: RecordedMessage, book: Book) -> Event | None:
    client = book.clients.get(message.client)
    if client is None or client.contact_limit is None:
        return None
    return ContactExceeded(
        id=row.row,
        at=row.at,
        client=client,
        message=message,
        limit=client.contact_limit,
        count=row.details["count"],
        date=date.fromisoformat(row.details["date"]),
    )


def _about_message(
    tx: sa.Connection, row: EventRow, message: RecordedMessage, book: Book, text: str | None
) -> Event | None:
    client: Client | None = book.clients.get(message.client)
    if client is None:
        return None
    if row.type == "MessageReceived":
        return MessageReceived(
            id=row.row,
            at=row.at,
            message=message,
            client=client,
            person=client.person_at(message.author),
            text=text,
            history=message.history,
            obligation=ledger.open_in_thread(tx, client.key, message.thread),
        )
    kept = row.details.get("kept")
    people = (client.person_at(address) for address in message.to + message.cc)
    return OwnerSent(
        id=row.row,
        at=row.at,
        message=message,
        client=client,
        person=next((person for person in people if person), None),
        kept=ledger.promise(tx, kept) if kept else None,
        answered=tuple(ledger.obligation(tx, found) for found in row.details.get("answered", ())),
    )
