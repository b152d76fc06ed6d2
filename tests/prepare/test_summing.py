"""The summary as a mail: both forms, the owner's language, one Message-ID a date however often it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from benches import BIRCH, acme, plugin
from whiteglove.codec import encode_json, to_json
from whiteglove.errors import SubmissionError
from whiteglove.ledger import Audience, MailState
from whiteglove.prepare import SummaryWriter
from whiteglove.prepare.summing import TEMPLATE, reader_of
from whiteglove.sections import Day, Item, Mark, Place, Section, Summary
from whiteglove.store import outbox
from whiteglove.summary import as_page, as_text
from whiteglove.testing import Bench, SentMail

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUMMARY = Summary(
    day=Day(date=date(2026, 3, 2), since=NOW - timedelta(days=1), until=NOW),
    sections=(
        Section(
            title="Needs you",
            place=Place.NEEDS_YOU,
            headline="1 needs you",
            items=(Item(client="acme", text="“Grüße” waits", mark=Mark.NOW, step="whiteglove explain 1@acme.example"),),
        ),
    ),
    following=NOW + timedelta(days=1),
)


def bench(**options: Any) -> Bench:
    return Bench(plugin(), clients={"acme": acme(), "birch": BIRCH}, now=NOW, **options)


def planned(b: Bench, summary: Summary = SUMMARY, action: str | None = None) -> int:
    """Put a summary into the outbox, as the desk does."""
    with b.store.write() as tx:
        row = outbox.plan(
            tx,
            key=f"summary:{summary.day.date}:{action}",
            audience=Audience.OWNER,
            state=MailState.PLANNED,
            reason="summary",
            plugin="core",
            action=encode_json(to_json(summary)) if action is None else action,
            template=TEMPLATE,
            mailbox="bench",
            address="robin@vale.example",
            created_at=NOW,
            not_before=NOW,
        )
    assert row is not None
    return row


def sent(b: Bench, summary: Summary = SUMMARY) -> SentMail:
    planned(b, summary)
    (mail,) = b.run()
    return mail


def page_of(mail: SentMail) -> str:
    part = mail.message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_it_goes_to_the_owner_with_its_verdict_as_subject() -> None:
    with bench() as b:
        mail = sent(b)
        assert mail.recipient == "robin@vale.example"
        assert mail.subject == "1 needs you – Mon 2 Mar"
        assert mail.message["From"] == "whiteglove <robin@vale.example>"
        assert mail.message["To"] == "Robin Vale <robin@vale.example>"
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert "References" not in mail.message


def test_the_text_comes_first_and_the_page_says_the_same() -> None:
    with bench() as b:
        mail, reader = sent(b), reader_of(b.settings)
        assert mail.message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
        assert mail.text.replace("\r\n", "\n") == as_text(SUMMARY, reader).rstrip("\n")
        assert page_of(mail).replace("\r\n", "\n") == as_page(SUMMARY, reader).rstrip("\n")
        assert "NOW  Acme GmbH: “Grüße” waits" in mail.text


def test_it_speaks_the_owners_language_in_the_owners_zone() -> None:
    with bench(owner={"language": "de", "timezone": "America/New_York"}) as b:
        mail = sent(b)
        assert mail.subject == "1 needs you – Mo 2. März"
        assert mail.message["Content-Language"] == "de"
        assert "Zeitraum: So 1. März, 4:00 Uhr bis Mo 2. März, 4:00 Uhr" in mail.text
        assert '<html lang="de"' in page_of(mail)
        assert mail.message["Date"].endswith("-0500")


def test_sent_again_it_is_the_same_mail() -> None:
    with bench() as b:
        planned(b)
        b.world.server.answer(SubmissionError("unknown", "the connection broke"), accepted=True)
        (first,) = b.run()
        (second,) = b.advance(minutes=10)
        assert first.message["Message-ID"] == second.message["Message-ID"]
        assert (first.text, page_of(first)) == (second.text, page_of(second))


def test_each_date_and_each_store_has_a_message_id_of_its_own() -> None:
    tomorrow = replace(SUMMARY, day=replace(SUMMARY.day, date=date(2026, 3, 3)))
    with bench() as b, bench() as other:
        mails = [sent(b), sent(b, tomorrow), sent(other)]
        assert len({mail.message["Message-ID"] for mail in mails}) == 3


def test_the_message_id_hangs_on_key_and_date_alone() -> None:
    with bench() as b:
        row = planned(b)
        other = planned(b, action=encode_json(to_json(replace(SUMMARY, sections=()))))
        writer = SummaryWriter(b.settings, b.store.key)
        with b.store.read() as tx:
            prepared = [
                writer.prepare(tx, outbox.get(tx, number), moment)
                for number, moment in ((row, NOW), (other, NOW + timedelta(hours=3)))
            ]
        assert prepared[0].message_id == prepared[1].message_id
        assert prepared[0].raw != prepared[1].raw
        assert [mail.refusal for mail in prepared] == [None, None]


def test_a_large_day_of_wide_names_passes_the_guard() -> None:
    items = tuple(Item(client="birch", text="杉並出版株式会社 <&> " * 20, step="x" * 500) for _ in range(60))
    full = replace(SUMMARY, sections=tuple(Section(title="T", place=place, items=items) for place in Place))
    with bench() as b:
        assert sent(b, full).subject == "All quiet – Mon 2 Mar"


@pytest.mark.parametrize("action", ["", "{}", '{"day":3}'])
def test_a_row_without_a_summary_is_refused(action: str) -> None:
    with bench() as b:
        row = planned(b, action=action)
        with b.store.read() as tx, pytest.raises(ValueError, match=r"JSON|lacks|Expecting|Day"):
            SummaryWriter(b.settings, b.store.key).prepare(tx, outbox.get(tx, row), NOW)
