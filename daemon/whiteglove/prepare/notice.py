"""Notices to the owner: the warnings that are due, in one mail."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from whiteglove.compose import Letter, compose, own_ids, render
from whiteglove.guard import guard, owner_facts
from whiteglove.ledger import Audience
from whiteglove.message import Address
from whiteglove.prepare.prepared import Prepared, Templates
from whiteglove.prepare.telling import CORE
from whiteglove.settings import Settings
from whiteglove.store import warnings
from whiteglove.store.outbox import OutboxRow

TEMPLATE = "notice"


class NoticeWriter:
    """Prepares mails to the owner. They are sent at least once: the same notice keeps its Message-ID when repeated."""

    def __init__(self, settings: Settings, templates: Templates, key: bytes) -> None:
        self._settings = settings
        self._templates = templates
        self._key = key

    def prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Prepared:
        """Prepare the notice that holds the warnings of this outbox row."""
        owner, book = self._settings.owner, self._settings.book
        account = next((known for known in self._settings.mailboxes if known.name == row.mailbox), None)
        account = account or self._settings.mailboxes[0]
        told = warnings.of_mail(tx, row.row)
        names = {client.key: client.name for client in book.clients.values()}
        items = [
            {"client": names.get(warning.client or "", ""), "text": warning.text, "times": warning.times}
            for warning in told
        ]
        token = own_ids.message_token(self._key, f"notice:{row.row}", TEMPLATE, owner.address)
        source = self._templates[(CORE, TEMPLATE, owner.language)]
        sender = Address(account.address, "whiteglove")
        letter = Letter(
            audience=Audience.OWNER,
            sender=sender,
            recipient=Address(owner.address, owner.name),
            subject=_subject([item["client"] for item in items], told[0].text if told else ""),
            reply=False,
            in_reply_to=None,
            references=(),
            message_id=own_ids.own_message_id(token, sender.domain),
            token=token,
            date=now.astimezone(self._settings.worktime.zone),
            body=render(source, {"warnings": items, "owner_name": owner.name}),
            language=owner.language,
            calendar=None,
            auto_submitted="auto-generated",
            rehearsal=False,
        )
        raw = compose(letter)
        return Prepared(
            raw=raw,
            sender=sender.address,
            recipient=owner.address,
            message_id=letter.message_id,
            token=token,
            refusal=guard(raw, owner_facts(now=now, book=book, token=token)),
        )


def _subject(clients: list[object], first: str) -> str:
    """One warning speaks for itself; of several the clients are named."""
    named = list(dict.fromkeys(str(client) for client in clients if client))
    if len(clients) == 1:
        headline = first.split("\n", 1)[0]
        return headline if len(headline) <= 120 else headline[:119] + "…"
    return f"whiteglove: {len(clients)} × {', '.join(named)}" if named else f"whiteglove: {len(clients)}"
