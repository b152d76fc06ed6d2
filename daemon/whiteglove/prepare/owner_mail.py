"""What all mails to the owner have in common: from whom they come, how they are marked, that they join no thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from whiteglove.compose import Letter, compose, own_ids
from whiteglove.guard import guard, owner_facts
from whiteglove.ledger import Audience
from whiteglove.message import Address
from whiteglove.prepare.prepared import Prepared
from whiteglove.settings import Settings
from whiteglove.store.outbox import OutboxRow

FROM_NAME = "whiteglove"
"""Never another one, so that the owner's mail program can sort by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerMail:
    """What one mail to the owner says. `cause` and `template` make its Message-ID, which stays the same when it is sent
    again; `page` is the text as an HTML document."""

    cause: str
    template: str
    subject: str
    text: str
    page: str | None = None


def prepare_owner_mail(mail: OwnerMail, settings: Settings, key: bytes, row: OutboxRow, now: datetime) -> Prepared:
    """The mail as bytes, from the mailbox of this outbox row, or from the first where that one has left."""
    owner, accounts = settings.owner, settings.mailboxes
    account = next((known for known in accounts if known.name == row.mailbox), accounts[0])
    token = own_ids.message_token(key, mail.cause, mail.template, owner.address)
    sender = Address(account.address, FROM_NAME)
    letter = Letter(
        audience=Audience.OWNER,
        sender=sender,
        recipient=Address(owner.address, owner.name),
        subject=mail.subject,
        reply=False,
        in_reply_to=None,
        references=(),
        message_id=own_ids.own_message_id(token, sender.domain),
        token=token,
        date=now.astimezone(settings.worktime.zone),
        body=mail.text,
        language=owner.language,
        calendar=None,
        auto_submitted="auto-generated",
        rehearsal=False,
        page=mail.page,
    )
    raw = compose(letter)
    return Prepared(
        raw=raw,
        sender=sender.address,
        recipient=owner.address,
        message_id=letter.message_id,
        token=token,
        refusal=guard(raw, owner_facts(now=now, book=settings.book, token=token)),
    )
