"""What all mails to the owner have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

from benches import plugin
from whiteglove.ledger import Audience, MailState
from whiteglove.prepare.owner_mail import OwnerMail, prepare_owner_mail
from whiteglove.prepare.prepared import Prepared
from whiteglove.store import outbox
from whiteglove.testing import Bench

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAIL = OwnerMail(cause="notice:1", template="notice", subject="The sky falls", text="It does.\n")


def prepared(mail: OwnerMail = MAIL, *, mailbox: str = "bench", at: datetime = NOW, **owner: Any) -> Prepared:
    with Bench(plugin(), now=NOW, owner=owner) as bench:
        with bench.store.write() as tx:
            number = outbox.plan(
                tx,
                key="it",
                audience=Audience.OWNER,
                state=MailState.PLANNED,
                reason="test",
                plugin="core",
                action="",
                template=mail.template,
                mailbox=mailbox,
                address="robin@vale.example",
                created_at=NOW,
                not_before=NOW,
            )
            assert number is not None
            row = outbox.get(tx, number)
        return prepare_owner_mail(mail, bench.settings, b"a key", row, at)


def test_it_is_marked_and_joins_no_thread() -> None:
    done = prepared()
    message = message_from_bytes(done.raw)

    assert done.refusal is None
    assert (done.sender, done.recipient) == ("robin@vale.example", "robin@vale.example")
    assert message["From"] == "whiteglove <robin@vale.example>"
    assert message["Subject"] == "The sky falls"
    assert message["Message-ID"] == f"<{done.message_id}>"
    assert message["X-Whiteglove"] == done.token
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] is None
    assert message["Date"] == "Mon, 02 Mar 2026 10:00:00 +0100"


def test_cause_and_template_make_the_message_id() -> None:
    again = prepared(replace(MAIL, subject="Other", text="Other.\n"), at=NOW.replace(hour=12))

    assert again.message_id == prepared().message_id
    assert prepared(replace(MAIL, cause="notice:2")).message_id != again.message_id
    assert prepared(replace(MAIL, template="other")).message_id != again.message_id


def test_where_the_mailbox_has_left_the_first_one_sends() -> None:
    assert prepared(mailbox="gone").sender == "robin@vale.example"


def test_a_page_comes_after_the_text() -> None:
    done = prepared(replace(MAIL, page="<p>It does.</p>"))
    message = message_from_bytes(done.raw)

    assert done.refusal is None
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
