"""Mails taken apart. What Dovecot makes of the same mails is compared in `test_imapd`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.demo.mail import DEEPEST, envelope, header, header_fields, read, section, string, structure
from whiteglove.imap.responses import values

NESTED = (
    b"From: wile@acme.example\r\nSubject: Fwd\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\nahead\r\n"
    b"--outer\r\n\r\nsee below\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: Inner\r\nContent-Type: multipart/alternative; boundary=\"in ner\"\r\n\r\n"
    b"--in ner\r\n\r\nplain\r\n--in ner\r\nContent-Type: text/html\r\n\r\n<p>\r\n--in ner--\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: Short\r\n\r\nshort\r\n"
    b"--outer--\r\nbehind\r\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("", NESTED),
        ("HEADER", NESTED[: NESTED.index(b"ahead")]),
        ("TEXT", NESTED[NESTED.index(b"ahead") :]),
        ("1", b"see below"),
        ("1.MIME", b"\r\n"),
        ("2.MIME", b"Content-Type: message/rfc822\r\n\r\n"),
        ("2.HEADER", b'Subject: Inner\r\nContent-Type: multipart/alternative; boundary="in ner"\r\n\r\n'),
        ("2.header.fields (SUBJECT)", b"Subject: Inner\r\n\r\n"),
        ("2.HEADER.FIELDS.NOT (Content-Type X)", b"Subject: Inner\r\n\r\n"),
        ("2.1", b"plain"),
        ("2.2", b"<p>"),
        ("2.2.MIME", b"Content-Type: text/html\r\n\r\n"),
        ("3.1", b"short"),
        ("3.TEXT", b"short"),
        ("3", b"Subject: Short\r\n\r\nshort"),
        ("1.HEADER", b""),
        ("1.1", b""),
        ("4", b""),
        ("0", b""),
        ("2.3", b""),
    ],
)
def test_sections(name: str, octets: bytes) -> None:
    assert section(read(NESTED), name) == octets


@pytest.mark.parametrize("name", ["MIME", "1.", ".1", "1MIME", "x", "HEADER.FIELDS", "1..2", "TEXT.1", "HEADER TEXT"])
def test_what_is_no_section(name: str) -> None:
    with pytest.raises(ValueError, match=name or "x"):
        section(read(NESTED), name)


def test_a_mail_of_one_part_is_its_own_part_one() -> None:
    mail = read(b"Subject: Hi\r\n\r\nText\r\n")

    assert section(mail, "1") == section(mail, "TEXT") == b"Text\r\n"
    assert section(mail, "1.MIME") == b"Subject: Hi\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "block"),
    [
        (b"A: b\r\n\r\ntext", b"A: b\r\n\r\n"),
        (b"\r\n\r\ntext", b"\r\n"),
        (b"A: b\r\n", b"A: b\r\n"),
        (b"", b""),
        (b"A: b\n\ntext", b"A: b\n\n"),
    ],
)
def test_where_a_header_ends(raw: bytes, block: bytes) -> None:
    assert header(raw) == block
    assert read(raw).body == raw[len(block) :]


def test_fields_are_unfolded_and_what_is_no_field_is_passed_over() -> None:
    block = b"A: b\r\n\tc\r\nnonsense\r\nD : e\r\n f\r\nA: again\r\n\r\n"

    assert list(header_fields(block)) == [(b"a", b"b\tc"), (b"d", b"e f"), (b"a", b"again")]
    assert read(block).fields == {b"a": b"b\tc", b"d": b"e f"}


def test_parameters_of_every_spelling() -> None:
    mail = read(
        b'Content-Type: Text/HTML ; CharSet = "x\\"y" ; format=flowed (so)\r\n'
        b"Content-Disposition: attachment; filename*=utf-8''%C3%9C.txt\r\n\r\n"
    )
    parameters = b'("CharSet" "x\\"y" "format" "flowed")'

    assert structure(mail).startswith(b'("Text" "HTML" ' + parameters)
    assert structure(mail).endswith(b'("attachment" ("filename*" "utf-8\'\'%C3%9C.txt")) NIL NIL)')


def test_an_envelope() -> None:
    mail = read(
        b'From: "Vale, Robin" <robin@vale.example>\r\nTo: Us: wile@acme.example, B <b@birch.example>;\r\n'
        b"Subject: =?utf-8?q?=C3=9C?=\r\nDate: Tue, 24 Nov 2026 10:42:11 +0100\r\n"
        b"Reply-To: r@vale.example\r\nIn-Reply-To: <1@acme.example>\r\nMessage-ID: <2@vale.example>\r\n\r\n"
    )
    robin = ((b"Vale, Robin", None, b"robin", b"vale.example"),)

    assert values([envelope(mail)]) == (
        (
            b"Tue, 24 Nov 2026 10:42:11 +0100",
            b"=?utf-8?q?=C3=9C?=",
            robin,
            robin,
            ((None, None, b"r", b"vale.example"),),
            ((None, None, b"wile", b"acme.example"), (b"B", None, b"b", b"birch.example")),
            None,
            None,
            b"<1@acme.example>",
            b"<2@vale.example>",
        ),
    )


def test_strings() -> None:
    assert string(None) == b"NIL"
    assert string(b'a "b" \\') == b'"a \\"b\\" \\\\"'
    assert string("Grüße".encode()) == b"{7}\r\nGr\xc3\xbc\xc3\x9fe"
    assert string(b"a\r\nb") == b"{4}\r\na\r\nb"
    assert string(b"x" * 1001) == b"{1001}\r\n" + b"x" * 1001


def test_depth_is_bounded() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * (DEEPEST * 3)
    depth, mail = 0, read(raw)
    while mail.parts:
        depth, mail = depth + 1, mail.parts[0]

    assert depth == DEEPEST
    assert structure(read(raw))


LINES = st.sampled_from(
    [
        b"", b"text", b"--b", b"--b--", b"--c", b"--c--", b" folded", b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: multipart/digest; boundary=c", b"Content-Type: message/rfc822", b"Content-Type:", b"From: <",
        b"Content-Disposition: ;", b"Content-Type: multipart/mixed; boundary", b"To: \xff, a@b.example",
    ]
)  # fmt: skip


@given(st.binary() | st.lists(LINES).map(b"\r\n".join))
def test_no_mail_makes_it_raise_and_nothing_is_lost(raw: bytes) -> None:
    mail = read(raw)

    assert mail.header + mail.body == raw == section(mail, "")
    assert structure(mail).count(b"(") > 0
    assert envelope(mail)
    for name in ("1", "2.1", "1.HEADER", "1.2.TEXT", "1.MIME"):
        assert section(mail, name) in raw
