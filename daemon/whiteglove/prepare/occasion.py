"""Everything the store and the book say about one answer to a client, read in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.clients import Client, Person
from whiteglove.guard import CONVERSATION, Facts, LimitUse
from whiteglove.ledger import Audience, MailState, Obligation, Promise, PromiseKind, PromiseState, Told
from whiteglove.message import GRAVE_KINDS, Address, RecordedMessage
from whiteglove.promises import next_report
from whiteglove.settings import Settings
from whiteglove.store import incidents, ledger, messages, mutes, outbox
from whiteglove.store.outbox import OutboxRow
from whiteglove.store.view import SLOTS_REMEMBERED

UNDECIDED_FOR = timedelta(seconds=60)
"""How long after a due time an answer waits for the word whether that promise was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The message to be answered, who wrote it, and what the ledger says.

    `addresses` are all of that person's, folded. `waiting` are those of the client's open obligations that matter here,
    `obligation` the one among them that the message opened or joined. `told` is where the person was told the time
    `due` before, and `owner_mail` what the owner wrote to the client lately.
    """

    message: RecordedMessage
    client: Client
    person: Person | None
    addresses: tuple[str, ...]
    promises: tuple[Promise, ...]
    waiting: tuple[Obligation, ...]
    obligation: Obligation | None
    due: datetime | None
    told: tuple[Told, ...]
    owner_mail: tuple[RecordedMessage, ...]

    @property
    def told_here(self) -> bool:
        return any(told.thread == self.message.thread for told in self.told)

    @property
    def told_elsewhere(self) -> bool:
        return any(told.thread != self.message.thread for told in self.told)


def addresses_of(client: Client, address: Address) -> tuple[str, ...]:
    """Every address, folded, of the person behind this one: who is told at one of them knows it at all."""
    person = client.person_at(address)
    return tuple(known.casefold() for known in person.addresses) if person else (address.folded,)


def read_occasion(tx: sa.Connection, row: OutboxRow, client: Client, settings: Settings, now: datetime) -> Occasion:
    """Read what an answer must know; `row.answers` names the message."""
    assert row.answers is not None
    message = messages.get(tx, row.answers)
    person = client.person_at(message.author)
    addresses = addresses_of(client, message.author)
    promises = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
    waiting = ledger.weighing_on(tx, client.key, message.thread)
    obligation = next((found for found in waiting if found.thread == message.thread), None)
    due: datetime | None = None
    if row.tells is PromiseKind.REPORT:
        due = next_report(client.report, settings.worktime, promises, now)
    elif row.tells is PromiseKind.ANSWER and obligation is not None:
        due = obligation.due
    told: tuple[Told, ...] = ()
    if row.tells is not None and due is not None:
        rehearsal = settings.daemon.mode == "rehearsal"
        told = outbox.told_times(tx, client.key, row.tells, due, addresses, rehearsed=rehearsal)
        told = told_still(told, promises, due)
    return Occasion(
        message=message,
        client=client,
        person=person,
        addresses=addresses,
        promises=promises,
        waiting=waiting,
        obligation=obligation,
        due=due,
        told=told,
        owner_mail=messages.owner_mail_to(tx, client.key, min(message.received_at, now - CONVERSATION)),
    )


def read_facts(
    tx: sa.Connection,
    row: OutboxRow,
    occasion: Occasion,
    settings: Settings,
    now: datetime,
    *,
    notice: str,
    token: str,
) -> Facts:
    """What the guard must know, as of this transaction."""
    message = occasion.message
    to_person = [mail for mail in occasion.owner_mail if _reaches(mail, occasion.addresses)]
    return Facts(
        now=now,
        audience=Audience.CLIENT,
        rehearsal=settings.daemon.mode == "rehearsal",
        book=settings.book,
        owner=settings.owner,
        client=occasion.client,
        person=occasion.person,
        recipient=message.author,
        verdicts=message.verdicts,
        live=not message.history,
        history=message.history,
        received_at=message.received_at,
        max_age=settings.daemon.max_age,
        recipients=message.to + message.cc,
        muted_until=mutes.until(tx, occasion.client.key),
        tells=row.tells,
        due=occasion.due,
        due_on_day_off=occasion.due is not None and settings.worktime.lies_on_day_off(occasion.due),
        promise_late=is_word_broken(occasion.promises, occasion.waiting, now),
        complaint_open=_complaint_open(occasion, row),
        incident_open=_incident_open(tx, occasion, row),
        last_owner_mail=to_person[-1].received_at if to_person else None,
        answered_since=any(answers(mail, message, occasion.addresses) for mail in occasion.owner_mail),
        told_here=occasion.told_here,
        another_answer=_another_answer(outbox.answering(tx, message.row), row),
        use=_use(tx, occasion, settings, now),
        failed_address=outbox.failed_for(tx, message.author.folded),
        notice=notice,
        token=token,
        answered_subject=message.subject,
    )


def told_still(told: Iterable[Told], promises: Sequence[Promise], due: datetime) -> tuple[Told, ...]:
    """What of this holds now: whoever was told `due` before the report was moved away from it was told something else
    since, or ought to have been, although it may have been moved back."""
    away = {
        promise.row: promise.closed_at
        for promise in promises
        if promise.state is PromiseState.MOVED and promise.due == due
    }
    # A rehearsal makes no promise, so that only its time says which of them it told.
    latest = max((at for at in away.values() if at is not None), default=None)
    return tuple(
        fact for fact in told if fact.promise not in away and (fact.promise or latest is None or fact.at > latest)
    )


def is_undecided(promises: Sequence[Promise], now: datetime) -> bool:
    """Whether a promise came due so recently that nobody can know yet if it was kept."""
    return any(
        promise.state is PromiseState.OPEN and promise.due <= now < promise.due + UNDECIDED_FOR for promise in promises
    )


def is_word_broken(promises: Sequence[Promise], waiting: Sequence[Obligation], now: datetime) -> bool:
    """Whether a promise to this client is owed after its time; then no automatic mail goes there.

    An open promise whose time has passed counts, judged or not: silence is the safe side. A broken report stays a
    broken word until a later report was given, also one that was moved when it was late already; a broken answer until
    the answer came.
    """
    return any(_is_unmended(promise, promises, waiting, now) for promise in promises)


def _is_unmended(promise: Promise, promises: Sequence[Promise], waiting: Sequence[Obligation], now: datetime) -> bool:
    match promise.state:
        case PromiseState.LATE:
            return True
        case PromiseState.OPEN:
            return promise.due <= now
        case PromiseState.MOVED if not promise.late:
            return False
        case PromiseState.BROKEN if promise.kind is PromiseKind.ANSWER:
            return any(obligation.row == promise.obligation for obligation in waiting)
        case PromiseState.BROKEN | PromiseState.MOVED:
            return not any(
                other.kind is PromiseKind.REPORT
                and other.state is PromiseState.KEPT
                and other.closed_at is not None
                and other.closed_at > promise.due
                for other in promises
            )
        case _:
            return False


def _complaint_open(occasion: Occasion, row: OutboxRow) -> bool:
    """Whether a complaint waits for its answer; one that this very mail promises an answer to does not count."""
    mine = occasion.obligation.row if occasion.obligation and row.tells is PromiseKind.ANSWER else None
    return any(GRAVE_KINDS.intersection(found.kinds) and found.row != mine for found in occasion.waiting)


def _incident_open(tx: sa.Connection, occasion: Occasion, row: OutboxRow) -> bool:
    """Whether anything with this client is not resolved. The incident that the answered message itself opened does not
    count against the mail that promises the owner's own answer to it."""
    if row.tells is not PromiseKind.ANSWER:
        return incidents.any_open(tx, occasion.client.key)
    found = incidents.open_ones(tx, occasion.client.key)
    return any(incident.entries[0].message != occasion.message.row for incident in found)


def _reaches(mail: RecordedMessage, addresses: Collection[str]) -> bool:
    return any(address.folded in addresses for address in mail.to + mail.cc)


def answers(mail: RecordedMessage, message: RecordedMessage, addresses: Collection[str]) -> bool:
    """Whether the owner's mail came after the message, in its thread or to its author. INTERNALDATE has whole seconds:
    within the same second only the thread can tell what came after what."""
    if mail.thread == message.thread:
        return mail.received_at >= message.received_at
    return mail.received_at > message.received_at and _reaches(mail, addresses)


def _another_answer(mails: Sequence[OutboxRow], row: OutboxRow) -> bool:
    """Whether an earlier decided mail answers the same message; of two that wait, the earlier one goes."""
    gone = (MailState.WITHHELD, MailState.CANCELLED, MailState.FAILED)
    return any(mail.row != row.row and mail.state not in gone and (mail.row < row.row or not row.row) for mail in mails)


def _use(tx: sa.Connection, occasion: Occasion, settings: Settings, now: datetime) -> tuple[LimitUse, ...]:
    limits = settings.limits
    domain = occasion.message.author.domain
    return (
        LimitUse("person", outbox.count_to_addresses(tx, occasion.addresses, now - limits.person.per), limits.person),
        LimitUse("domain", outbox.count_to_domain(tx, domain, now - limits.domain.per), limits.domain),
        LimitUse("all", outbox.count_all(tx, now - limits.all.per), limits.all),
    )
