"""Drafts for the owner: a mail to a client, written in the client's words and language, that nobody has sent yet.

A draft is a person's mail as soon as it is sent. So it carries neither the sentence nor the headers of an automatic
one, and none of the guard's checks on those apply; that it tells nothing of another client is checked all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.actions import Draft
from whiteglove.clients import AddressForm, Client, Person
from whiteglove.codec import decode_action
from whiteglove.compose import DraftLetter, compose_draft, own_ids, parent_references, render
from whiteglove.compose.subject import reply_subject
from whiteglove.disclosure import disclosure_words
from whiteglove.guard import Refusal
from whiteglove.log import get
from whiteglove.message import Address, RecordedMessage
from whiteglove.prepare.prepared import Templates
from whiteglove.prepare.telling import CORE
from whiteglove.promises import next_report
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import ledger, messages
from whiteglove.store.drafts import DraftRow
from whiteglove.store.view import SLOTS_REMEMBERED
from whiteglove.wording import Language, greeting, say_block, say_date, say_time

REHEARSAL_LINE = "rehearsed_draft"
_LOOK_BACK = 50
"""Messages of a client among which the last one with a person is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDraft:
    """The bytes of a draft with what must be remembered of it; `mailbox` is the one in whose Drafts it belongs."""

    raw: bytes
    mailbox: str
    address: str
    message_id: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Whom the draft is for, and the last mail that they and the owner have exchanged."""

    client: Client
    person: Person
    address: Address
    language: Language
    form: AddressForm
    last: RecordedMessage | None
    answered: RecordedMessage | None


class DraftWriter:
    """Writes drafts. Holds values only; every fact comes from the transaction it is given."""

    def __init__(self, settings: Settings, templates: Templates, key: bytes) -> None:
        self._settings = settings
        self._templates = templates
        self._key = key

    def prepare(self, tx: sa.Connection, row: DraftRow, now: datetime) -> PreparedDraft | Refusal:
        """Write the draft as it has to read at `now`, or say why there can be none."""
        wish = decode_action(row.action)
        assert isinstance(wish, Draft)
        client = self._settings.book.clients.get(row.client)
        if client is None:
            return Refusal("client_left_book")
        reader = self._reader(tx, wish, client)
        if reader is None:
            return Refusal("no_recipient")
        body = self._templates.get((row.plugin, wish.template, reader.language.code))
        subject = self._templates.get((row.plugin, wish.subject, reader.language.code))
        if body is None or (subject is None and reader.answered is None):
            return Refusal("no_template")
        due = self._next_report(tx, client, now) if wish.tells is not None else None
        if wish.tells is not None and due is None:
            return Refusal("no_time_to_tell")
        values = self._values(wish, reader, due, now)
        try:
            text = render(body, values)
            title = _reply_to(reader) if reader.answered else " ".join(render(subject or "", values).split())
        except ValueError as error:
            get("prepare").error("a template failed", plugin=row.plugin, template=wish.template, error=str(error))
            return Refusal("template_failed")
        words = disclosure_words(self._settings.book, client)
        # The subject of an answer is the client's own.
        if words.found(text) or (reader.answered is None and words.found(title)):
            return Refusal("discloses_client")
        return self._finished(row, reader, text, title, now)

    def _finished(self, row: DraftRow, reader: _Reader, text: str, subject: str, now: datetime) -> PreparedDraft:
        account, sender = self._sender(reader)
        owner = self._settings.owner
        token = own_ids.draft_token(self._key, f"{row.row}:{row.created_at.isoformat()}:{row.plugin}:{row.key}")
        letter = DraftLetter(
            sender=sender,
            recipient=reader.address,
            subject=subject,
            in_reply_to=reader.answered.message_id if reader.answered else None,
            references=parent_references(reader.answered) if reader.answered else (),
            message_id=own_ids.draft_message_id(token, sender.domain),
            token=token,
            date=now.astimezone(self._settings.worktime.zone),
            body=f"{text}\n\n{owner.signature.strip() or owner.name}",
        )
        if self._settings.daemon.mode == "rehearsal":
            letter = self._rehearsal(letter)
        return PreparedDraft(
            raw=compose_draft(letter),
            mailbox=account.name,
            address=reader.address.folded,
            message_id=letter.message_id,
            token=token,
        )

    def _rehearsal(self, letter: DraftLetter) -> DraftLetter:
        """The same draft, to the owner and outside of any thread; its first line says whom it is for."""
        owner = self._settings.owner
        recipient = f"{letter.recipient.name} <{letter.recipient.address}>".strip()
        line = render(self._templates[(CORE, REHEARSAL_LINE, owner.language)], {"recipient": recipient})
        return replace(
            letter,
            recipient=Address(owner.address, owner.name),
            in_reply_to=None,
            references=(),
            body=f"{line}\n\n{letter.body}",
        )

    def _reader(self, tx: sa.Connection, wish: Draft, client: Client) -> _Reader | None:
        """Who is named, else who wrote the message answered, else who wrote or was written to last, else the first
        person with an address."""
        latest = messages.latest_of_client(tx, client.key, _LOOK_BACK)
        answered = messages.at(tx, wish.answers) if wish.answers is not None else None
        if answered is not None and answered.client != client.key:
            # Its subject and its thread are another client's.
            answered = None
        candidates = [Address(wish.to)] if wish.to else []
        candidates += [answered.author] if answered is not None else []
        candidates += [address for message in latest for address in _parties(message)]
        candidates += [Address(address) for person in client.people for address in person.addresses]
        known = ((client.person_at(address), address) for address in candidates)
        for person, address in known:
            if person is not None:
                addresses = {known.casefold() for known in person.addresses}
                return _Reader(
                    client=client,
                    person=person,
                    address=Address(address.address, person.name),
                    language=self._settings.languages[person.language or client.language],
                    form=person.address_form or client.address_form,
                    last=next((one for one in latest if any(a.folded in addresses for a in _parties(one))), None),
                    answered=answered,
                )
        return None

    def _sender(self, reader: _Reader) -> tuple[MailboxAccount, Address]:
        """The mailbox that this person last used, or the first, and the address of it that they know."""
        owner, accounts = self._settings.owner, self._settings.mailboxes
        last = reader.answered or reader.last
        account = next((known for known in accounts if last and known.name == last.mailbox), accounts[0])
        others = {other.address.casefold() for other in accounts if other.name != account.name}
        own = {address.casefold(): address for address in (account.address, owner.address, *owner.aliases)}
        for address in (last.author,) if last and last.outbound else last.to if last else ():
            known = own.get(address.folded) or own.get(address.untagged)
            if known and known.casefold() not in others:
                return account, Address(known, owner.name)
        return account, Address(account.address, owner.name)

    def _next_report(self, tx: sa.Connection, client: Client, now: datetime) -> datetime | None:
        promises = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
        return next_report(client.report, self._settings.worktime, promises, now)

    def _values(self, wish: Draft, reader: _Reader, due: datetime | None, now: datetime) -> Mapping[str, object]:
        """What the templates can say: the plugin's own values, and under names that no plugin can take, the core's."""
        client, worktime = reader.client, self._settings.worktime
        zone = ZoneInfo(reader.person.timezone or client.timezone)
        saying: dict[str, Any] = {
            "now": now,
            "owner_zone": worktime.zone,
            "reader_zone": zone,
            "language": reader.language,
            # Nobody knows on which day a draft is sent.
            "relative": False,
        }
        work = worktime.next_block(client.work, now, due, client.planned) if due is not None and due > now else None
        return {
            **wish.values,
            "greeting": greeting(reader.language, reader.person.name, reader.form),
            "when": say_time(due, **saying) if due is not None else None,
            "block": say_block(*work, same_day_as=due, **saying) if work is not None else None,
            "project": client.projects[0].name if len(client.projects) == 1 else None,
            "formal": reader.form is AddressForm.FORMAL,
            "owner_name": self._settings.owner.name,
            "say_day": _day_sayer(worktime.zone, now, reader.language),
            "say_time": _time_sayer(saying),
        }


def _parties(message: RecordedMessage) -> tuple[Address, ...]:
    """With whom the owner exchanged this message."""
    return message.to + message.cc if message.outbound else (message.author,)


def _reply_to(reader: _Reader) -> str:
    assert reader.answered is not None
    return reply_subject(reader.answered.subject or reader.language.subject[reader.form])


def _day_sayer(zone: ZoneInfo, now: datetime, language: Language) -> Callable[..., str]:
    """`say_day` for templates: an ISO date, or an ISO instant, whose date is the owner's; `form` is `on` or `plain`."""
    today = now.astimezone(zone).date()

    def said(value: str, form: Literal["on", "plain"] = "on") -> str:
        day = _instant(value).astimezone(zone).date() if "T" in value else date.fromisoformat(value)
        return say_date(day, today=today, language=language, form=form)

    return said


def _time_sayer(saying: Mapping[str, Any]) -> Callable[..., str]:
    """`say_time` for templates: an ISO instant with its offset; `form` is `at`, `by` or `plain`."""

    def said(value: str, form: Literal["at", "by", "plain"] = "at") -> str:
        return say_time(_instant(value), form=form, **saying)

    return said


def _instant(value: str) -> datetime:
    return datetime.fromisoformat(value)
