"""Bytes to a message: every field understood, every oddity noted, nothing ever raised."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.message import Address, Message, Part
from whiteglove.parse import parse_header, parse_whole

RAW = b"""\
Return-Path: <wile@acme.example>
Received: from mx.acme.example by mx.vale.example; Tue, 24 Nov 2026 10:42:10 +0100
From: "Wile Coyote" <wile@acme.example>
Sender: Office <office@acme.example>
Reply-To: replies@acme.example
To: Robin Vale <robin@vale.example>, kim@vale.example
Cc: Jane <jane@acme.example>
Subject: =?utf-8?q?Catalogue_=E2=80=93?= next version
Date: Tue, 24 Nov 2026 10:42:09 +0100
Message-ID: <one@acme.example>
In-Reply-To: <zero@vale.example>
References: <first@vale.example>
 <zero@vale.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

How is it coming along=3F
"""


MAC = RAW.replace(b"\n", b"\r")


@pytest.mark.parametrize(
    "raw",
    [
        RAW,
        RAW.replace(b"\n", b"\r\n"),
        MAC,
        MAC.replace(b"\r", b"\n", 2),
        MAC.replace(b"\r", b"\r\n", 2),
    ],
)
def test_a_whole_message_is_understood(raw: bytes) -> None:
    message, text = parse_whole(raw)

    assert message.message_id == "one@acme.example"
    assert message.author == (Address("wile@acme.example", "Wile Coyote"),)
    assert message.sender == Address("office@acme.example", "Office")
    assert message.reply_to == (Address("replies@acme.example"),)
    assert message.to == (Address("robin@vale.example", "Robin Vale"), Address("kim@vale.example"))
    assert message.cc == (Address("jane@acme.example", "Jane"),)
    assert message.return_path == "wile@acme.example"
    assert message.subject == "Catalogue – next version"
    assert message.date == datetime(2026, 11, 24, 9, 42, 9, tzinfo=UTC)
    assert message.in_reply_to == ("zero@vale.example",)
    assert message.references == ("first@vale.example", "zero@vale.example")
    assert message.all("subject") == ("=?utf-8?q?Catalogue_=E2=80=93?= next version",)
    assert message.size == len(raw)
    assert message.defects == ()
    assert text is not None
    assert text.strip() == "How is it coming along?"


def test_a_header_alone_gives_the_same_message_with_the_structure_it_is_told() -> None:
    whole, _ = parse_whole(RAW)
    header = RAW[: RAW.index(b"\n\n") + 2]
    told = parse_header(header, structure=whole.structure, size=len(RAW))

    assert told == whole


def test_without_a_structure_the_header_tells_what_it_can() -> None:
    message = parse_header(b"From: a@acme.example\nContent-Type: multipart/report; report-type=delivery-status\n\n")

    assert message.structure is not None
    assert message.structure.content_type == "multipart/report"
    assert message.structure.parameters == {"report-type": "delivery-status"}


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (b"Return-Path: <>\n", ""),
        (b"Return-Path: < >\n", ""),
        (b"Return-Path:\n", ""),
        (b"Return-Path: wile@acme.example\n", "wile@acme.example"),
        (b"Return-Path: <MAILER-DAEMON>\n", "MAILER-DAEMON"),
        (b"Return-Path: <top@acme.example>\nReturn-Path: <>\n", "top@acme.example"),
        (b"To: x@y.example\n", None),
    ],
)
def test_the_return_path_is_read_as_it_stands(header: bytes, path: str | None) -> None:
    assert parse_header(header + b"\n").return_path == path


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (b"", "no_header"),
        (b"\n\nHello", "no_header"),
        (b"To: x@y.example\n\n", "no_from"),
        (b"From:\n\n", "no_from"),
        (b"From: nobody at all\n\n", "bad_from"),
        (b"From: a@b.example\nFrom: a@b.example\n\n", "several_from"),
        (b"To: broken@\n\n", "bad_address"),
        (b"From: a@b.example\n\n", "no_message_id"),
        (b"Message-ID: <broken>\n\n", "bad_message_id"),
        (b"Message-ID: <a@b.example> <c@d.example>\n\n", "bad_message_id"),
        (b"References: <a@b.example> <broken>\n\n", "bad_references"),
        (b"From: a@b.example\n\n", "no_date"),
        (b"Date: tomorrow\n\n", "bad_date"),
        (b"Subject: =?no-such?q?x?=\n\n", "unknown_charset"),
        (b"Content-Type: text/plain; charset=no-such\n\nHello", "unknown_charset"),
        (b"Content-Type: multipart/mixed\n\nHello", "no_boundary"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello", "no_end_boundary"),
        (b"Content-Type: message/rfc822\n\n" * 50, "too_deep"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 2000, "too_many_parts"),
        (b"X: y\n" * 100_000, "truncated"),
        (b"From: a@b.example\nno field\nTo: x@y.example\n\n", "bad_header"),
    ],
)
def test_what_is_odd_is_noted(raw: bytes, defect: str) -> None:
    assert defect in parse_whole(raw)[0].defects


@pytest.mark.parametrize(
    "value", [b"<a@b.example>\r\n Bcc: x@evil.example", b"<a@b.example\nBcc: x@evil.example>", b"<a b@c.example>"]
)
def test_r55_a_broken_message_id_is_left_out_and_carries_nothing_along(value: bytes) -> None:
    message, _ = parse_whole(b"Message-ID: " + value + b"\n\n")

    assert message.message_id in (None, "a@b.example")


def test_r100_a_subject_stays_one_line_whatever_is_encoded_in_it() -> None:
    message, _ = parse_whole(b"Subject: =?utf-8?q?cancel_all_reports=0D=0ABcc:_x@evil.example=00?=\n\n")

    assert message.subject == "cancel all reports Bcc: x@evil.example"


def test_a_message_without_text_has_none() -> None:
    assert parse_whole(b"Content-Type: application/pdf\n\nJVBERi0=")[1] is None
    assert parse_whole(b"Content-Type: multipart/mixed; boundary=b\n\nnothing")[1] is None


def test_html_is_read_where_there_is_no_plain_text() -> None:
    raw = b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Hello</p>\n--b--\n"

    assert parse_whole(raw)[1] == "Hello"


FIELDS = st.sampled_from(
    [b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"References", b"Return-Path", b"Content-Type"]
)
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"<a@b.example>", b"=?utf-8?b?AAAA?=", b"multipart/mixed; boundary=b", b"text/html; charset=x"]),
)
MAILS = st.tuples(
    st.lists(st.tuples(FIELDS, VALUES).map(b": ".join), max_size=12).map(b"\n".join), st.binary(max_size=200)
)


@given(st.one_of(st.binary(max_size=500), MAILS.map(b"\n\n".join)))
def test_r94_any_bytes_are_a_message(raw: bytes) -> None:
    message, text = parse_whole(raw)

    assert isinstance(message, Message)
    assert text is None or isinstance(text, str)
    assert isinstance(message.structure, Part)
    shown = [message.subject, message.message_id or "", *(address.name for address in message.author + message.to)]
    assert all("\n" not in value and "\x00" not in value for value in shown)
    assert "".join(shown).encode("utf-8") is not None
