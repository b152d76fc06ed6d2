"""The daily summary: what the desk has put together becomes a mail to the owner."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from whiteglove import codec
from whiteglove.prepare.owner_mail import OwnerMail, prepare_owner_mail
from whiteglove.prepare.prepared import Prepared
from whiteglove.sections import Summary
from whiteglove.settings import Settings
from whiteglove.store.outbox import OutboxRow
from whiteglove.summary import Reader, as_page, as_text, subject

TEMPLATE = "summary"


class SummaryWriter:
    """Prepares summaries. Each is the whole of a stored `Summary`: nothing is looked up again, so that a summary sent
    twice says the same under the same Message-ID."""

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._settings = settings
        self._key = key

    def prepare(self, tx: sa.Connection, row: OutboxRow, now: datetime) -> Prepared:
        """Prepare the mail of the summary in this outbox row. Raises ValueError where the row holds none."""
        summary = codec.from_json(Summary, codec.decode_json(row.action))
        reader = reader_of(self._settings)
        mail = OwnerMail(
            cause=f"summary:{summary.day.date.isoformat()}",
            template=TEMPLATE,
            subject=subject(summary, reader),
            text=as_text(summary, reader),
            page=as_page(summary, reader),
        )
        return prepare_owner_mail(mail, self._settings, self._key, row, now)


def reader_of(settings: Settings) -> Reader:
    """The owner as the reader of a summary."""
    return Reader(
        language=settings.languages[settings.owner.language],
        zone=settings.worktime.zone,
        names={key: client.name for key, client in settings.book.clients.items()},
    )
