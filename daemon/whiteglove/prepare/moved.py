"""A report was moved: everybody who was told the old time is told the new one, once, in a mail of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.clients import AddressForm, Client
from whiteglove.compose import Letter, calendar_entry, compose, own_ids, render
from whiteglove.guard import guard, move_facts
from whiteglove.ledger import Audience, MailState, Promise, PromiseKind, PromiseState
from whiteglove.log import get
from whiteglove.message import Address
from whiteglove.prepare.answer import Saying, as_rehearsal, holds, project_of
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.occasion import addresses_of
from whiteglove.prepare.prepared import Prepared, Templates, impossible
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.settings import Settings
from whiteglove.store import ledger, moves, mutes, outbox
from whiteglove.store.moves import TEMPLATE, TimeTold
from whiteglove.store.outbox import OutboxRow
from whiteglove.wording import greeting, say_time

SUBJECT = "moved_subject"
CALLED_OFF: Mapping[str, str] = {
    "moved_again": "the report was moved again before it went",
    "report_given": "the report was given before it went",
}
"""Why the mail of a move is called off: what it tells is no news any more."""


def plan_mails(tx: sa.Connection, settings: Settings, client: Client, promise: Promise, now: datetime) -> list[str]:
    """Put into the outbox what tells a moved promise to everybody who knows an older time of it; to which addresses.

    Each person gets one mail, at the address that was told last, however often this is asked. Who knows the new time
    already, since the report was moved back to it before anybody heard of the move, gets none.
    """
    addresses = []
    for person, facts in _told_by_person(tx, settings, client, promise).items():
        last = facts[-1]
        if last.due != promise.due:
            if _plan(tx, settings, promise, person, last, now):
                addresses.append(last.address)
        elif last.promise is not None and last.promise != promise.row:
            moves.is_told_again(tx, last, promise.row)
    return addresses


def _told_by_person(
    tx: sa.Connection, settings: Settings, client: Client, promise: Promise
) -> dict[str, list[TimeTold]]:
    """What each person was told of this report, the latest last; a person by their first address."""
    dues = {known.due for known in ledger.promises_of(tx, client.key) if known.uid == promise.uid}
    rehearsal = settings.daemon.mode == "rehearsal"
    found: dict[str, list[TimeTold]] = {}
    for fact in moves.times_told(tx, client.key, dues, rehearsed=rehearsal):
        found.setdefault(addresses_of(client, Address(fact.address))[0], []).append(fact)
    return found


def _plan(tx: sa.Connection, settings: Settings, promise: Promise, person: str, last: TimeTold, now: datetime) -> bool:
    known = {account.name for account in settings.mailboxes}
    planned = outbox.plan(
        tx,
        key=f"move:{promise.row}:{person}",
        audience=Audience.CLIENT,
        state=MailState.PLANNED,
        reason="moved",
        plugin=CORE,
        action="",
        template=TEMPLATE,
        mailbox=last.mailbox if last.mailbox in known else settings.mailboxes[0].name,
        address=last.address,
        client=promise.client,
        thread=last.thread,
        tells=PromiseKind.REPORT,
        promise=promise.row,
        created_at=now,
        not_before=now,
        valid_until=promise.due,
    )
    return planned is not None


def tell_of_untold_move(tx: sa.Connection, settings: Settings, row: OutboxRow, reason: str, now: datetime) -> None:
    """Tell the owner at once that somebody goes on believing an old time, as the mail about the move did not go."""
    client = settings.book.clients.get(row.client or "")
    if client is None or row.promise is None:
        return
    person, words = client.person_at(Address(row.address)), words_of(settings, now)
    warning = Warn(
        reason=reason,
        key=f"move_untold:{row.row}",
        text=words(
            "untold_move",
            client=client.name,
            person=person.name if person else row.address,
            due=words.moment(ledger.promise(tx, row.promise).due),
            why=words.texts.get(reason, reason),
        ),
        client=client.key,
    )
    tell_owner(tx, CORE, warning, now, settings.worktime)


class MoveWriter:
    """Prepares the mails of moves. Holds values only; every fact comes from the transaction it is given."""

    def __init__(self, settings: Settings, templates: Templates, key: bytes) -> None:
        self._settings = settings
        self._templates = templates
        self._key = key

    def prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Prepared:
        """Prepare the mail that tells one person the new time, and the one that they were told last."""
        client = self._settings.book.clients.get(row.client or "")
        if client is None or row.promise is None:
            return impossible("client_left_book")
        promise = ledger.promise(tx, row.promise)
        if promise.state is PromiseState.MOVED:
            return impossible("moved_again")
        if promise.state is PromiseState.KEPT:
            return impossible("report_given")
        people = _told_by_person(tx, self._settings, client, promise)
        known = people.get(addresses_of(client, Address(row.address))[0], [])
        before = next((fact.due for fact in reversed(known) if fact.due != promise.due), None)
        if before is None:
            return impossible("told")
        return self._mail(tx, row, client, promise, before, now)

    def _mail(
        self, tx: sa.Connection, row: OutboxRow, client: Client, promise: Promise, before: datetime, now: datetime
    ) -> Prepared:
        person = client.person_at(Address(row.address))
        form = (person.address_form if person else None) or client.address_form
        language = self._settings.languages[(person.language if person else None) or client.language]
        notice = language.notice[form]
        zones = Saying(
            now=now,
            owner_zone=self._settings.worktime.zone,
            reader_zone=ZoneInfo((person.timezone if person else None) or client.timezone),
            language=language,
        )
        when = say_time(promise.due, **zones)
        values = {
            "greeting": greeting(language, person.name if person else None, form),
            "was": say_time(before, form="plain", **zones),
            "when": when,
            "late": before <= now,
            "project": project_of(client),
            "formal": form is AddressForm.FORMAL,
        }
        try:
            subject = render(self._templates[(CORE, SUBJECT, language.code)], values)
            said = render(self._templates[(CORE, TEMPLATE, language.code)], values)
        except (KeyError, ValueError) as fault:
            get("prepare").error("a template failed", plugin=CORE, template=TEMPLATE, error=str(fault))
            return impossible("template_failed")
        if not holds(said, when):
            return impossible("template_failed")
        signature = self._settings.owner.signature.strip() or self._settings.owner.name
        letter = self._letter(row, promise, person.name if person else "", language.code, subject, now)
        entry = calendar_entry(
            uid=promise.uid,
            sequence=promise.sequence,
            due=promise.due,
            summary=self._entry(client, language.calendar[PromiseKind.REPORT]),
            now=now,
            organizer=letter.sender,
        )
        letter = replace(letter, body="\n\n".join((said, notice, signature)), calendar=entry)
        return self._guarded(tx, row, client, promise, letter, notice, now)

    def _letter(
        self, row: OutboxRow, promise: Promise, name: str, language: str, subject: str, now: datetime
    ) -> Letter:
        accounts, owner = self._settings.mailboxes, self._settings.owner
        account = next((known for known in accounts if known.name == row.mailbox), accounts[0])
        token = own_ids.message_token(self._key, f"move:{promise.row}", TEMPLATE, row.address)
        sender = Address(account.address, owner.name)
        return Letter(
            audience=Audience.CLIENT,
            sender=sender,
            recipient=Address(row.address, name),
            subject=subject,
            reply=False,
            in_reply_to=None,
            references=(),
            message_id=own_ids.own_message_id(token, sender.domain),
            token=token,
            date=now.astimezone(self._settings.worktime.zone),
            body="",
            language=language,
            calendar=None,
            auto_submitted="auto-generated",
            rehearsal=False,
        )

    def _entry(self, client: Client, title: str) -> str:
        summary, project = title.format(owner=self._settings.owner.name), project_of(client)
        return f"{summary}: {project}" if project else summary

    def _guarded(
        self,
        tx: sa.Connection,
        row: OutboxRow,
        client: Client,
        promise: Promise,
        letter: Letter,
        notice: str,
        now: datetime,
    ) -> Prepared:
        rehearsed = self._settings.daemon.mode == "rehearsal"
        facts = move_facts(
            now=now,
            rehearsal=rehearsed,
            book=self._settings.book,
            client=client,
            recipient=letter.recipient,
            due=promise.due,
            due_on_day_off=self._settings.worktime.lies_on_day_off(promise.due),
            muted_until=mutes.until(tx, client.key),
            failed_address=outbox.failed_for(tx, row.address),
            notice=notice,
            token=letter.token,
        )
        if rehearsed:
            letter = as_rehearsal(letter, row.reason, self._templates, self._settings.owner)
        raw = compose(letter)
        return Prepared(
            raw=raw,
            sender=letter.sender.address,
            recipient=letter.recipient.address,
            message_id=letter.message_id,
            token=letter.token,
            due=promise.due,
            rehearsed=rehearsed,
            refusal=guard(raw, facts),
        )
