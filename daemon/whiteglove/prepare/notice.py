"""Notices to the owner: the warnings that are due, in one mail."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from whiteglove.compose import render
from whiteglove.prepare.owner_mail import OwnerMail, prepare_owner_mail
from whiteglove.prepare.prepared import Prepared, Templates
from whiteglove.prepare.telling import CORE
from whiteglove.settings import Settings
from whiteglove.store import warnings
from whiteglove.store.outbox import OutboxRow

TEMPLATE = "notice"


class NoticeWriter:
    """Prepares notices. They are sent at least once: the same notice keeps its Message-ID when repeated."""

    def __init__(self, settings: Settings, templates: Templates, key: bytes) -> None:
        self._settings = settings
        self._templates = templates
        self._key = key

    def prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Prepared:
        """Prepare the notice that holds the warnings of this outbox row."""
        owner, book = self._settings.owner, self._settings.book
        told = warnings.of_mail(tx, row.row)
        names = {client.key: client.name for client in book.clients.values()}
        items = [
            {"client": names.get(warning.client or "", ""), "text": warning.text, "times": warning.times}
            for warning in told
        ]
        source = self._templates[(CORE, TEMPLATE, owner.language)]
        mail = OwnerMail(
            cause=f"notice:{row.row}",
            template=TEMPLATE,
            subject=_subject([item["client"] for item in items], told[0].text if told else ""),
            text=render(source, {"warnings": items, "owner_name": owner.name}),
        )
        return prepare_owner_mail(mail, self._settings, self._key, row, now)


def _subject(clients: list[object], first: str) -> str:
    """One warning speaks for itself; of several the clients are named."""
    named = list(dict.fromkeys(str(client) for client in clients if client))
    if len(clients) == 1:
        headline = first.split("\n", 1)[0]
        return headline if len(headline) <= 120 else headline[:119] + "…"
    return f"whiteglove: {len(clients)} × {', '.join(named)}" if named else f"whiteglove: {len(clients)}"
