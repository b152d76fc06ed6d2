"""A draft is a person's mail: clean, marked so that it is known again, and nowhere said to be automatic."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.compose import DraftLetter, compose_draft
from whiteglove.message import Address


def made(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "sender": Address("robin@vale.example", "Robin Vale"),
        "recipient": Address("wile@acme.example", "Wile Coyote"),
        "subject": "A question",
        "in_reply_to": None,
        "references": (),
        "message_id": "draft.abc@vale.example",
        "token": "abc",
        "date": datetime(2026, 11, 24, 10, 45, tzinfo=ZoneInfo("Europe/Berlin")),
        "body": "Hi Wile,\n\nwhat would help you most?\n",
    }
    return compose_draft(DraftLetter(**(fields | changes)))


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def test_all_of_it() -> None:
    assert made() == (
        b"From: Robin Vale <robin@vale.example>\r\n"
        b"To: Wile Coyote <wile@acme.example>\r\n"
        b"Subject: A question\r\n"
        b"Date: Tue, 24 Nov 2026 10:45:00 +0100\r\n"
        b"Message-ID: <draft.abc@vale.example>\r\n"
        b"References: <draft.abc@vale.example>\r\n"
        b"X-Whiteglove-Draft: abc\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=us-ascii\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hi Wile,\r\n\r\nwhat would help you most?\r\n"
    )


def test_an_answer_stands_in_its_thread() -> None:
    mail = read(made(in_reply_to="2@acme.example", references=("1@acme.example",)))

    assert mail["In-Reply-To"] == "<2@acme.example>"
    assert mail["References"].split() == ["<1@acme.example>", "<2@acme.example>"]


def test_what_cannot_be_answered_by_its_id_is_answered_without() -> None:
    mail = read(made(in_reply_to="no id at all"))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<draft.abc@vale.example>"


def test_it_does_not_say_that_it_is_automatic() -> None:
    mail = read(made())

    for name in ("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Whiteglove"):
        assert mail[name] is None


def test_no_text_of_it_makes_a_header_or_breaks_one() -> None:
    mail = read(made(subject="Grüße\r\nBcc: x@y.example", recipient=Address("wile@acme.example", 'W"\r\nX: 1')))

    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert mail["Subject"] == "Grüße Bcc: x@y.example"
    assert [a.addr_spec for a in mail["To"].addresses] == ["wile@acme.example"]


def test_letters_beyond_ascii_arrive() -> None:
    raw = made(body="Grüße aus Köln")

    assert raw.isascii()
    assert read(raw).get_content().strip() == "Grüße aus Köln"
