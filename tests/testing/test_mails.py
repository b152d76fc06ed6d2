"""Mail on the bench is what a mail program writes, and is read as a person reads it."""

from __future__ import annotations

from datetime import UTC, datetime

from whiteglove.testing.mails import WILE, read_mail, write_mail

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_mail_is_read_as_it_was_written() -> None:
    raw = write_mail("Grüße", sender=WILE, owner="robin@vale.example", message_id="1@acme.example", at=NOW)
    mail = read_mail("robin@vale.example", raw)

    assert (mail.recipient, mail.subject, mail.text) == ("robin@vale.example", "Catalogue", "Grüße\n")
    assert mail.message["From"].addresses[0].addr_spec == "wile@acme.example"
    assert mail.message["Message-ID"] == "<1@acme.example>"
    assert mail.message["Date"].datetime == NOW
    assert mail.message["In-Reply-To"] is None


def test_what_is_chosen_stands_there() -> None:
    raw = write_mail(
        "Yes",
        sender=WILE,
        owner="robin@vale.example",
        message_id="2@acme.example",
        at=NOW,
        subject="Paper",
        answers="1@vale.example",
        headers={"X-Odd": "so"},
    )
    mail = read_mail("", raw)

    assert (mail.subject, mail.message["X-Odd"]) == ("Paper", "so")
    assert mail.message["In-Reply-To"] == mail.message["References"] == "<1@vale.example>"
