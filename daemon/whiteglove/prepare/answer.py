"""Answers to clients: rendered, composed, guarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.actions import Reply
from whiteglove.clients import AddressForm
from whiteglove.codec import decode_action
from whiteglove.compose import Letter, calendar_entry, compose, own_ids, parent_references, render
from whiteglove.guard import REHEARSAL, guard
from whiteglove.ledger import Audience, PromiseKind
from whiteglove.message import Address, RecordedMessage
from whiteglove.prepare.occasion import Occasion, is_undecided, read_facts, read_occasion
from whiteglove.prepare.prepared import Prepared, Templates, impossible
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store.outbox import OutboxRow
from whiteglove.wording import Language, greeting, say_block, say_day, say_time


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
        name = action.again if short and action.again else action.template
        language = self._language(occasion)
        template = self._templates.get((row.plugin, name, language.code))
        if template is None:
            return impossible("no_template")
        # The cause is the message, not the event: whatever is handled again leads to the same Message-ID.
        token = own_ids.message_token(self._key, str(row.answers), f"{row.plugin}:{row.template}", row.address)
        uid = self._calendar_uid(occasion, action)
        text, notice = self._text(template, action, occasion, language, now, short=short)
        letter = self._letter(occasion, account, language, now, text, token)
        if action.calendar and not short and occasion.due is not None:
            letter = replace(
                letter,
                calendar=self._calendar(
                    occasion, language, letter.sender, uid, action.tells or PromiseKind.REPORT, now
                ),
            )
        rehearsed = self._settings.daemon.mode == "rehearsal"
        if rehearsed:
            letter = self._rehearsal(letter, row)
        raw = compose(letter)
        facts = read_facts(tx, row, occasion, self._settings, now, notice=notice, token=token)
        return Prepared(
            raw=raw,
            sender=letter.sender.address,
            recipient=letter.recipient.address,
            message_id=letter.message_id,
            token=token,
            due=occasion.due,
            short=short,
            rehearsed=rehearsed,
            refusal=guard(raw, facts),
            undecided=is_undecided(occasion.promises, now),
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

    def _text(
        self, template: str, action: Reply, occasion: Occasion, language: Language, now: datetime, *, short: bool
    ) -> tuple[str, str]:
        """The whole text, and the sentence in it that says the mail is automatic."""
        client, person, worktime = occasion.client, occasion.person, self._settings.worktime
        form = self._form(occasion)
        reader_zone = ZoneInfo((person.timezone if person else None) or client.timezone)
        owner_zone = worktime.zone
        when = said_block = None
        if occasion.due is not None:
            when = say_time(occasion.due, now=now, owner_zone=owner_zone, reader_zone=reader_zone, language=language)
            block = worktime.next_block(client.work, now, occasion.due) if action.tells is PromiseKind.REPORT else None
            if block is not None:
                said_block = say_block(
                    *block,
                    now=now,
                    owner_zone=owner_zone,
                    reader_zone=reader_zone,
                    language=language,
                    same_day_as=occasion.due,
                )
        told_on = None
        if occasion.told:
            told_on = say_day(
                occasion.told[-1].at, now=now, owner_zone=owner_zone, reader_zone=reader_zone, language=language
            )
        values: dict[str, object] = {
            **action.values,
            "greeting": greeting(language, person.name if person else None, form),
            "when": when,
            "told_on": told_on,
            "block": said_block,
            "project": client.projects[0].name if len(client.projects) == 1 else None,
            "formal": form is AddressForm.FORMAL,
            "owner_name": self._settings.owner.name,
        }
        notice = (language.notice_short if short else language.notice)[form]
        signature = self._settings.owner.signature.strip() or self._settings.owner.name
        return "\n\n".join((render(template, values), notice, signature)), notice

    def _calendar_uid(self, occasion: Occasion, action: Reply) -> str:
        """The UID of a promise's calendar entry: the promise's own if it exists, else what it will be given."""
        if occasion.due is None or action.tells is None:
            return ""
        for promise in occasion.promises:
            if promise.kind is action.tells and promise.due == occasion.due and promise.uid:
                return promise.uid
        return promise_uid(self._key, occasion.client.key, action.tells, occasion.due, self._settings.owner.address)

    def _calendar(
        self,
        occasion: Occasion,
        language: Language,
        sender: Address,
        uid: str,
        tells: PromiseKind,
        now: datetime,
    ) -> bytes:
        assert occasion.due is not None
        project = occasion.client.projects[0].name if len(occasion.client.projects) == 1 else ""
        summary = language.calendar[tells].format(owner=self._settings.owner.name)
        return calendar_entry(
            uid=uid,
            sequence=0,
            due=occasion.due,
            summary=f"{summary}: {project}" if project else summary,
            now=now,
            organizer=sender,
        )

    def _rehearsal(self, letter: Letter, row: OutboxRow) -> Letter:
        """The same mail as the owner sees it in rehearsal: to the owner alone, outside of any thread."""
        owner = self._settings.owner
        recipient = f"{letter.recipient.name} <{letter.recipient.address}>".strip()
        template = self._templates[("core", "rehearsal", owner.language)]
        values = {"recipient": recipient, "reason": row.reason, "subject": letter.subject, "text": letter.body}
        return replace(
            letter,
            recipient=Address(owner.address, owner.name),
            subject=REHEARSAL + letter.subject,
            reply=False,
            in_reply_to=None,
            references=(),
            body=render(template, values),
            auto_submitted="auto-generated",
            rehearsal=True,
        )


def promise_uid(key: bytes, client: str, kind: PromiseKind, due: datetime, address: str) -> str:
    """The calendar UID (RFC 5545 section 3.8.4.7) of a promise, the same whoever is told first; names no client."""
    token = own_ids.message_token(key, client, f"{kind}:{due.isoformat()}", "calendar")
    return f"{token}@{address.rpartition('@')[2]}"
