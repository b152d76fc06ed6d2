"""A reader over a mailbox in memory, with everything around it that it needs."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove import log
from whiteglove.clients import Book, Client, Owner, Person, WorkingHours
from whiteglove.inprocess import Account, InProcessMailbox
from whiteglove.intake.backlog import Backlog
from whiteglove.intake.reading import FolderReader, ReadingTerms
from whiteglove.intake.recording import INBOX
from whiteglove.owner_words import Words
from whiteglove.prepare.notice_words import words_in
from whiteglove.settings.data import load_languages
from whiteglove.store import Store
from whiteglove.store.schema import events, messages
from whiteglove.testing import BenchClock
from whiteglove.texts import Texts
from whiteglove.worktime import WorkingTime

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BOOK = Book(
    owner=Owner(
        name="Robin Vale",
        address="robin@vale.example",
        timezone="Europe/Berlin",
        language="en",
        hours=WorkingHours(tuple(() for _ in range(7))),
        own_addresses=frozenset({"robin@vale.example"}),
    ),
    clients={
        "acme": Client(
            key="acme",
            name="Acme GmbH",
            timezone="Europe/Berlin",
            language="en",
            domains=("acme.example",),
            people=(Person(name="Wile Coyote", addresses=("wile@acme.example",)),),
        )
    },
)


@dataclass
class Mailroom:
    """One mailbox, one store, one reader. `read` reads a folder and returns how many messages were new."""

    clock: BenchClock = field(default_factory=lambda: BenchClock(NOON))
    store: Store = field(default_factory=Store.empty)
    live_since: datetime | None = None
    history: timedelta = timedelta(days=30)
    settled: list[str] = field(default_factory=list)
    batches: int = 0

    def __post_init__(self) -> None:
        self.account = Account(now=self.clock.now)
        self.connection = InProcessMailbox(self.account)
        self.connection.connect()
        self.output = io.StringIO()
        log.configure("json", self.output)
        self.texts = Texts({})
        self.backlog = Backlog(log.event_log())
        self.reader = FolderReader(
            "studio",
            self.store,
            self.texts,
            log.event_log(),
            self.clock,
            terms=lambda: ReadingTerms(
                book=BOOK,
                live_since=self.live_since,
                history=self.history,
                authserv_id=None,
                worktime=WorkingTime(ZoneInfo("Europe/Berlin"), BOOK.owner.hours),
                words=Words(
                    texts=words_in("en"),
                    language=load_languages()["en"],
                    zone=ZoneInfo("Europe/Berlin"),
                    now=self.clock.now(),
                ),
            ),
            after_batch=self._batch,
            settled=self.settled.append,
            backlog=self.backlog,
        )

    def _batch(self) -> None:
        self.batches += 1

    def read(self, folder: str = "INBOX", role: str = INBOX) -> int:
        return self.reader.read(self.connection, folder, role)

    def mail(
        self,
        message_id: str | None = "m1@acme.example",
        *,
        sender: str = "Wile Coyote <wile@acme.example>",
        to: str = "robin@vale.example",
        text: str = "How are things progressing?\n",
        subject: str = "Catalogue",
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = to
        mail["Subject"] = subject
        mail["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
        if message_id:
            mail["Message-ID"] = f"<{message_id}>"
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()

    def deliver(self, message: bytes, folder: str = "INBOX", *, ago: timedelta = timedelta(0)) -> int:
        return self.account.deliver(message, folder, received_at=self.clock.now() - ago)

    @property
    def rows(self) -> list[sa.Row[Any]]:
        with self.store.read() as tx:
            return list(tx.execute(sa.select(messages).order_by(messages.c.row)))

    @property
    def events(self) -> list[tuple[str, int | None]]:
        with self.store.read() as tx:
            return [(row.type, row.subject_row) for row in tx.execute(sa.select(events).order_by(events.c.row))]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.getvalue().splitlines()]
