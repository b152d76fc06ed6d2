"""A header block split into fields, however badly it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.parse.fields import LONGEST_HEADER, read_header


def test_fields_keep_their_order_their_names_and_what_is_encoded() -> None:
    raw = b"Received: one\r\nSUBJECT: =?utf-8?q?caf=C3=A9?=\r\nReceived: two\r\n\r\nbody: no field\r\n"
    header = read_header(raw)

    assert header.fields == (("Received", "one"), ("SUBJECT", "=?utf-8?q?caf=C3=A9?="), ("Received", "two"))
    assert header.values["received"] == ["one", "two"]
    assert header.first("subject") == "=?utf-8?q?caf=C3=A9?="
    assert header.first("date") is None
    assert raw[header.end :] == b"body: no field\r\n"
    assert header.defects == ()


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_folded_values_become_one_line(end: bytes) -> None:
    raw = b"Subject: one" + end + b"\ttwo" + end + b"   three " + end + b"To: a@b.example" + end + end

    assert read_header(raw).fields == (("Subject", "one two three"), ("To", "a@b.example"))


def test_a_gateway_may_forget_the_blank_before_a_parameter() -> None:
    raw = b'Content-Type: multipart/mixed;\r\nboundary="b"\r\nTo: a@b.example\r\n\r\n'

    assert read_header(raw).fields == (("Content-Type", 'multipart/mixed; boundary="b"'), ("To", "a@b.example"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"a\x00b\x07c\x1b", "abc"),
        (b"a\rBcc: x@evil.example", "a Bcc: x@evil.example"),
        (b"", ""),
    ],
)
def test_r97_values_are_text_without_anything_that_could_break_out_of_it(value: bytes, expected: str) -> None:
    assert read_header(b"Subject: " + value + b"\n\n").fields == (("Subject", expected),)


@pytest.mark.parametrize(
    ("raw", "names", "body", "defects"),
    [
        (b"From robin@vale.example Tue Nov 24 10:42\nTo: x\n\nbody", ["To"], b"body", ()),
        (b"To: x\nthis is no field\nCc: y\n\nbody", ["To", "Cc"], b"body", ("bad_header",)),
        (b"To: x\nHello Robin,\nhow are you?\n", ["To"], b"Hello Robin,\nhow are you?\n", ("bad_header",)),
        (b"\nHello", [], b"Hello", ()),
        (b"To: x", ["To"], b"", ()),
        (b"", [], b"", ()),
        (b"To : x\nX-Empty:\n\n", ["To", "X-Empty"], b"", ()),
    ],
)
def test_a_header_ends_where_the_body_begins(
    raw: bytes, names: list[str], body: bytes, defects: tuple[str, ...]
) -> None:
    header = read_header(raw)

    assert [name for name, _ in header.fields] == names
    assert raw[header.end :] == body
    assert header.defects == defects


def test_a_header_without_end_is_cut_and_noted() -> None:
    header = read_header(b"X-Long: y\n" * LONGEST_HEADER)

    assert "truncated" in header.defects
    assert header.end <= LONGEST_HEADER


def test_only_the_given_stretch_is_read() -> None:
    raw = b"A: 1\n\nB: 2\n\nC: 3\n"

    assert read_header(raw, 6, 12).fields == (("B", "2"),)


@given(st.binary(max_size=400))
def test_any_bytes_have_a_header(raw: bytes) -> None:
    header = read_header(raw)

    assert 0 <= header.end <= len(raw)
    assert not any("\n" in value or "\r" in value for _, value in header.fields)
