"""A client's message on its way to a teammate: what they must know, the message itself, and how to answer it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import sqlalchemy as sa

from whiteglove.actions import Forward
from whiteglove.clients import Client
from whiteglove.codec import decode_action
from whiteglove.compose import Letter, compose, own_ids, render
from whiteglove.guard import guard, team_facts
from whiteglove.ledger import Audience, Delegation, DelegationState
from whiteglove.log import get
from whiteglove.message import Address, RecordedMessage
from whiteglove.prepare.answer import as_rehearsal
from whiteglove.prepare.prepared import Prepared, Templates, impossible
from whiteglove.prepare.telling import CORE
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import delegations, ledger, messages
from whiteglove.store.outbox import OutboxRow
from whiteglove.wording import say_time

TEMPLATE = "forward"
NOTICE = "forward_notice"
LARGEST = 10 * 1024 * 1024
"""Octets of a message that is attached; a larger one is left where it lies, and the mail says so."""
CAME_BACK = "came_back"
"""Why such a mail is called off: its time was over, and the answer is the owner's again."""


class Missing(StrEnum):
    """Why a message is not attached: it is too large, it is no longer there, or its server could not be asked."""

    TOO_LARGE = "too_large"
    GONE = "gone"
    UNREADABLE = "unreadable"


Original: TypeAlias = bytes | Missing | None
"""A message as it lies on the server, or why it is not here. None on trial, where nothing is fetched."""


class _Owed(NamedTuple):
    """Whether an answer goes with the message, and by when."""

    answer: bool
    due: datetime | None


class ForwardWriter:
    """Prepares what goes to teammates. Sent at least once: repeated, it keeps its Message-ID."""

    def __init__(self, settings: Settings, templates: Templates, key: bytes) -> None:
        self._settings = settings
        self._templates = templates
        self._key = key

    def prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime, original: Original = None) -> Prepared:
        """Prepare the mail that hands a message over, as it would have to read at `now`; `original` is the message."""
        wish = decode_action(row.action) if row.action else None
        client = self._settings.book.clients.get(row.client or "")
        account = next((known for known in self._settings.mailboxes if known.name == row.mailbox), None)
        message = messages.at(tx, row.answers) if row.answers is not None else None
        if client is None:
            return impossible("client_left_book")
        if account is None:
            return impossible("mailbox_left")
        if message is None or not isinstance(wish, Forward):
            return impossible("not_written")
        handed = delegations.of_mail(tx, row.row)
        if handed is not None and handed.obligation is not None and handed.state is not DelegationState.HANDED_OVER:
            return impossible("answered" if handed.state is DelegationState.DONE else CAME_BACK)
        owed = _owed(tx, wish, message, handed)
        return self._mail(row, wish, client, account, message, owed, original, now)

    def _mail(
        self,
        row: OutboxRow,
        wish: Forward,
        client: Client,
        account: MailboxAccount,
        message: RecordedMessage,
        owed: _Owed,
        original: Original,
        now: datetime,
    ) -> Prepared:
        owner = self._settings.owner
        sender = self._sender(account, message)
        try:
            notice = render(self._template(NOTICE), {"owner_name": owner.name})
            body = render(self._template(TEMPLATE), self._values(wish, client, message, sender, owed, original, now))
        except (KeyError, ValueError) as fault:
            get("prepare").error("a template failed", plugin=CORE, template=TEMPLATE, error=str(fault))
            return impossible("template_failed")
        token = own_ids.message_token(self._key, f"forward:{message.row}", TEMPLATE, row.address)
        letter = Letter(
            audience=Audience.COLLEAGUE,
            sender=sender,
            recipient=self._teammate(row.address),
            subject=f"{client.name}: {message.subject}" if message.subject.strip() else client.name,
            reply=False,
            in_reply_to=None,
            references=(),
            message_id=own_ids.own_message_id(token, sender.domain),
            token=token,
            date=now.astimezone(self._settings.worktime.zone),
            body=f"{body}\n\n{notice}",
            language=owner.language,
            calendar=None,
            auto_submitted="auto-generated",
            rehearsal=False,
            enclosed=original if isinstance(original, bytes) else None,
        )
        return self._guarded(row, client, message, letter, notice, now)

    def _guarded(
        self, row: OutboxRow, client: Client, message: RecordedMessage, letter: Letter, notice: str, now: datetime
    ) -> Prepared:
        rehearsed = self._settings.daemon.mode == "rehearsal"
        facts = team_facts(
            now=now,
            rehearsal=rehearsed,
            book=self._settings.book,
            client=client,
            recipient=letter.recipient,
            notice=notice,
            token=letter.token,
            answered_subject=message.subject,
        )
        if rehearsed:
            # The owner has the message itself.
            letter = replace(as_rehearsal(letter, row.reason, self._templates, self._settings.owner), enclosed=None)
        raw = compose(letter)
        return Prepared(
            raw=raw,
            sender=letter.sender.address,
            recipient=letter.recipient.address,
            message_id=letter.message_id,
            token=letter.token,
            rehearsed=rehearsed,
            refusal=guard(raw, facts),
        )

    def _values(
        self,
        wish: Forward,
        client: Client,
        message: RecordedMessage,
        sender: Address,
        owed: _Owed,
        original: Original,
        now: datetime,
    ) -> dict[str, object]:
        zone = self._settings.worktime.zone
        language = self._settings.languages[self._settings.owner.language]
        when = None
        if owed.due is not None:
            # Nobody knows on which day a teammate reads it.
            when = say_time(
                owed.due, now=now, owner_zone=zone, reader_zone=zone, language=language, form="by", relative=False
            )
        return {
            "client": client.name,
            "author": f"{message.author.name} <{message.author.address}>".strip(),
            "brief": wish.brief.strip(),
            "owed": owed.answer,
            "when": when,
            "zone": zone.key,
            "owner_name": self._settings.owner.name,
            "owner_address": sender.address,
            "missing": str(original) if isinstance(original, Missing) else "",
        }

    def _template(self, name: str) -> str:
        return self._templates[(CORE, name, self._settings.owner.language)]

    def _sender(self, account: MailboxAccount, message: RecordedMessage) -> Address:
        """The address of ours that the client wrote to, where this mailbox owns it; else the mailbox's own."""
        owner = self._settings.owner
        others = {other.address.casefold() for other in self._settings.mailboxes if other.name != account.name}
        own = {address.casefold(): address for address in (account.address, owner.address, *owner.aliases)}
        for address in message.to:
            found = own.get(address.folded) or own.get(address.untagged)
            if found and found.casefold() not in others:
                return Address(found, owner.name)
        return Address(account.address, owner.name)

    def _teammate(self, address: str) -> Address:
        """As the configuration writes it; as it stands in the outbox for one who has left the team."""
        known = (one for one in self._settings.book.team if one.address.casefold() == address)
        return next((Address(one.address, one.name) for one in known), Address(address))


def _owed(tx: sa.Connection, wish: Forward, message: RecordedMessage, handed: Delegation | None) -> _Owed:
    """What is handed over, or in a rehearsal would be."""
    if handed is not None:
        return _Owed(handed.obligation is not None, handed.due)
    obligation = ledger.open_in_thread(tx, message.client, message.thread)
    return _Owed(obligation is not None, (wish.due or obligation.due) if obligation is not None else None)
