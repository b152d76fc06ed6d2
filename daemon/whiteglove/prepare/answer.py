"""Answers to clients: rendered, composed, guarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.actions import Reply
from whiteglove.clients import AddressForm, Client, Owner
from whiteglove.codec import decode_action
from whiteglove.compose import Letter, calendar_entry, compose, own_ids, parent_references, render
from whiteglove.compose.subject import reply_subject
from whiteglove.guard import REHEARSAL, Refusal, guard
from whiteglove.ledger import Audience, PromiseKind
from whiteglove.log import get
from whiteglove.message import Address, RecordedMessage
from whiteglove.prepare.occasion import Occasion, is_undecided, read_facts, read_occasion
from whiteglove.prepare.prepared import Prepared, Templates, impossible
from whiteglove.prepare.telling import CORE
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store.outbox import OutboxRow
from whiteglove.wording import Language, greeting, say_block, say_day, say_time

LATE = Refusal("promise_late")


class AnswerWriter:
    """Prepares answers to clients. Holds values only; every fact comes from the transaction it is given."""

    def __init__(self, settings: Settings, templates: Templates, key: bytes) -> None:
        self._settings = settings
        self._templates = templates
        self._key = key

    def prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Prepared:
        """Prepare the answer to a client's message, as it would have to read at `now`."""
        action = decode_action(row.action)
        assert isinstance(action, Reply)
        client = self._settings.book.clients.get(row.client or "")
        account = next((known for known in self._settings.mailboxes if known.name == row.mailbox), None)
        if client is None:
            return impossible("client_left_book")
        if account is None:
            return impossible("mailbox_left")
        occasion = read_occasion(tx, row, client, self._settings, now)
        short = bool(action.again and occasion.told_elsewhere and not occasion.told_here)
        language = self._language(occasion)
        notice = (language.notice_short if short else language.notice)[self._form(occasion)]
        body = self._body(row, action, occasion, language, now, notice, short=short)
        if isinstance(body, Refusal):
            return impossible(body.reason)
        # The cause is the message, not the event: whatever is handled again leads to the same Message-ID.
        token = own_ids.message_token(self._key, str(row.answers), f"{row.plugin}:{row.template}", row.address)
        letter = self._letter(occasion, account, language, now, body, token)
        if action.calendar and action.tells and not short and occasion.due is not None:
            entry = self._calendar(occasion, action.tells, occasion.due, language, letter.sender, now)
            letter = replace(letter, calendar=entry)
        rehearsed = self._settings.daemon.mode == "rehearsal"
        if rehearsed:
            letter = as_rehearsal(letter, row.reason, self._templates, self._settings.owner)
        raw = compose(letter)
        refusal = guard(raw, read_facts(tx, row, occasion, self._settings, now, notice=notice, token=token))
        return Prepared(
            raw=raw,
            sender=letter.sender.address,
            recipient=letter.recipient.address,
            message_id=letter.message_id,
            token=token,
            due=occasion.due,
            short=short,
            rehearsed=rehearsed,
            refusal=refusal,
            undecided=refusal == LATE and is_undecided(occasion.promises, now),
        )

    def _letter(
        self, occasion: Occasion, account: MailboxAccount, language: Language, now: datetime, text: str, token: str
    ) -> Letter:
        sender = self._sender(account, occasion.message)
        return Letter(
            audience=Audience.CLIENT,
            sender=sender,
            recipient=occasion.message.author,
            subject=occasion.message.subject or language.subject[self._form(occasion)],
            reply=True,
            in_reply_to=occasion.message.message_id,
            references=parent_references(occasion.message),
            message_id=own_ids.own_message_id(token, sender.domain),
            token=token,
            date=now.astimezone(self._settings.worktime.zone),
            body=text,
            language=language.code,
            calendar=None,
            auto_submitted="auto-replied",
            rehearsal=False,
        )

    def _sender(self, account: MailboxAccount, message: RecordedMessage) -> Address:
        """The address of ours the message was written to, where this mailbox owns it; else the mailbox's own."""
        owner = self._settings.owner
        others = {other.address.casefold() for other in self._settings.mailboxes if other.name != account.name}
        own = {address.casefold(): address for address in (account.address, owner.address, *owner.aliases)}
        for address in message.to:
            known = own.get(address.folded) or own.get(address.untagged)
            if known and known.casefold() not in others:
                return Address(known, owner.name)
        return Address(account.address, owner.name)

    def _language(self, occasion: Occasion) -> Language:
        code = (occasion.person.language if occasion.person else None) or occasion.client.language
        return self._settings.languages[code]

    def _form(self, occasion: Occasion) -> AddressForm:
        return (occasion.person.address_form if occasion.person else None) or occasion.client.address_form

    def _body(
        self,
        row: OutboxRow,
        action: Reply,
        occasion: Occasion,
        language: Language,
        now: datetime,
        notice: str,
        *,
        short: bool,
    ) -> str | Refusal:
        """The plugin's text, the sentence that says the mail is automatic, the signature."""
        name = action.again if short and action.again else action.template
        template = self._templates.get((row.plugin, name, language.code))
        if template is None:
            return Refusal("no_template")
        values = self._values(action, occasion, language, now)
        error = ""
        try:
            said = render(template, values)
        except ValueError as fault:
            error = str(fault)
        else:
            if action.tells is not None and not holds(said, values["when"]):
                # Else a promise would be made that nobody was told of.
                error = "template: it has to say {{ when }}, the time that this mail is there to tell"
        if error:
            get("prepare").error("a template failed", plugin=row.plugin, template=name, error=error)
            return Refusal("template_failed")
        signature = self._settings.owner.signature.strip() or self._settings.owner.name
        return "\n\n".join((said, notice, signature))

    def _values(self, action: Reply, occasion: Occasion, language: Language, now: datetime) -> dict[str, object]:
        """What the template can say: the plugin's own values, and under names that no plugin can take, the core's."""
        client, person = occasion.client, occasion.person
        saying = Saying(
            now=now,
            owner_zone=self._settings.worktime.zone,
            reader_zone=ZoneInfo((person.timezone if person else None) or client.timezone),
            language=language,
        )
        when = block = told_on = None
        if occasion.due is not None:
            answer = action.tells is PromiseKind.ANSWER
            when = say_time(occasion.due, form="by" if answer else "at", **saying)
            worktime = self._settings.worktime
            work = None if answer else worktime.next_block(client.work, now, occasion.due, client.planned)
            if work is not None:
                block = say_block(*work, same_day_as=occasion.due, **saying)
        if occasion.told:
            told_on = say_day(occasion.told[-1].at, **saying)
        form = self._form(occasion)
        return {
            **action.values,
            "greeting": greeting(language, person.name if person else None, form),
            "when": when,
            "told_on": told_on,
            "block": block,
            "project": project_of(client),
            "formal": form is AddressForm.FORMAL,
            "owner_name": self._settings.owner.name,
        }

    def _calendar(
        self,
        occasion: Occasion,
        tells: PromiseKind,
        due: datetime,
        language: Language,
        sender: Address,
        now: datetime,
    ) -> bytes:
        """The time as a calendar entry; its UID is the promise's own, or the one that the promise will be given."""
        # Of several the last: the others were moved away from this time, to which the report was moved back.
        known = next((found for found in reversed(occasion.promises) if found.kind is tells and found.due == due), None)
        owner = self._settings.owner
        summary = language.calendar[tells].format(owner=owner.name)
        project = project_of(occasion.client)
        return calendar_entry(
            uid=known.uid if known else promise_uid(self._key, occasion.client.key, tells, due, owner.address),
            sequence=known.sequence if known else 0,
            due=due,
            summary=f"{summary}: {project}" if project else summary,
            now=now,
            organizer=sender,
        )


class Saying(TypedDict):
    """What every way of saying a time needs."""

    now: datetime
    owner_zone: ZoneInfo
    reader_zone: ZoneInfo
    language: Language


def holds(text: str, when: object) -> bool:
    """Whether the text says this time, however it breaks its lines and begins its sentences."""
    return when is None or "".join(str(when).split()).casefold() in "".join(text.split()).casefold()


def as_rehearsal(letter: Letter, reason: str, templates: Templates, owner: Owner) -> Letter:
    """The same mail as the owner sees it in rehearsal: to the owner alone, outside of any thread."""
    recipient = f"{letter.recipient.name} <{letter.recipient.address}>".strip()
    subject = reply_subject(letter.subject) if letter.reply else letter.subject
    template = templates[(CORE, "rehearsal", owner.language)]
    values = {"recipient": recipient, "reason": reason, "subject": subject, "text": letter.body}
    return replace(
        letter,
        recipient=Address(owner.address, owner.name),
        subject=REHEARSAL + subject,
        reply=False,
        in_reply_to=None,
        references=(),
        body=render(template, values),
        auto_submitted="auto-generated",
        rehearsal=True,
    )


def project_of(client: Client) -> str | None:
    """The client's matter by its name, where they have one only."""
    return client.projects[0].name if len(client.projects) == 1 else None


def promise_uid(key: bytes, client: str, kind: PromiseKind, due: datetime, address: str) -> str:
    """The calendar UID (RFC 5545 section 3.8.4.7) of a promise, the same whoever is told first; names no client."""
    token = own_ids.message_token(key, client, f"{kind}:{due.isoformat()}", "calendar")
    return f"{token}@{address.rpartition('@')[2]}"
