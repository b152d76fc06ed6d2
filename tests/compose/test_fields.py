"""Header fields: what is put in can be read back, and can never become a field of its own."""

from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.compose.fields import (
    LONGEST_LINE,
    PREFERRED,
    address_field,
    id_field,
    legal_ids,
    one_line,
    text_field,
    thread_ids,
)
from whiteglove.message import Address

ANY_TEXT = st.text(max_size=300) | st.text(st.sampled_from('aé \r\n\t\0\x1b\u2028=?_"\\,<>@:;日😀'), max_size=300)


def value_of(field: str) -> str:
    """What a mail program shows for the field."""
    name, _, value = field.replace("\r\n", "").partition(":")
    assert name.isalpha()
    return str(make_header(decode_header(value.strip())))


@given(ANY_TEXT)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    line = one_line(text)

    assert value_of(text_field("Subject", line)) == line


@given(ANY_TEXT)
def test_a_text_stays_one_field_of_printable_ascii(text: str) -> None:
    field = text_field("Subject", one_line(text))

    assert all(part.isascii() and part.isprintable() for part in field.split("\r\n"))
    assert all(part.startswith(" ") and part.strip() for part in field.split("\r\n")[1:])


@pytest.mark.parametrize(
    "text",
    [
        "Ü" * 180,
        "日本語の件名" * 30,
        "😀 " * 90,
        "Straße und Größe, sehr lang " * 7,
        "plain words " * 16,
        "é" + "a" * 190,
        "Re: " + "ключ " * 20,
    ],
)
def test_r57_lines_are_at_most_78_and_those_with_encoded_words_76_long(text: str) -> None:
    field = text_field("Subject", one_line(text))

    lines = field.split("\r\n")
    assert all(len(line) <= (76 if "=?" in line else PREFERRED) for line in lines)
    assert all(len(word) <= 75 for word in field.split() if word.startswith("=?"))
    assert value_of(field) == one_line(text)


def test_only_the_words_that_need_it_are_encoded() -> None:
    assert text_field("Subject", "Re: Stand der Übersicht heute") == (
        "Subject: Re: Stand der =?utf-8?q?=C3=9Cbersicht?= heute"
    )


def test_a_text_that_looks_encoded_is_shown_as_it_was_typed() -> None:
    field = text_field("Subject", "=?utf-8?q?Bcc=3A_x?=")

    assert value_of(field) == "=?utf-8?q?Bcc=3A_x?="


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Wile Coyote", "To: Wile Coyote <wile@acme.example>"),
        ("Coyote, Wile", 'To: "Coyote, Wile" <wile@acme.example>'),
        ('Wile "W." Coyote', 'To: "Wile \\"W.\\" Coyote" <wile@acme.example>'),
        ("Wilé Coyote", "To: =?utf-8?q?Wil=C3=A9_Coyote?= <wile@acme.example>"),
        ("", "To: <wile@acme.example>"),
    ],
)
def test_a_name_is_quoted_or_encoded_where_it_must_be(name: str, written: str) -> None:
    assert address_field("To", Address("wile@acme.example", name)) == written


@given(ANY_TEXT)
def test_a_name_never_becomes_an_address_or_a_field(name: str) -> None:
    field = address_field("To", Address("wile@acme.example", name))

    shown, address = parseaddr(field.replace("\r\n", "").removeprefix("To:"))
    assert address == "wile@acme.example"
    assert str(make_header(decode_header(shown))) == one_line(name)[:100].rstrip()
    assert all(part.isprintable() and part[0] in " T" for part in field.split("\r\n"))


@given(ANY_TEXT)
def test_r55_an_address_cannot_end_its_line(address: str) -> None:
    assert "\n" not in address_field("To", Address(address)).replace("\r\n ", "")


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "no-at",
        "a@b@c",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example\r\n Bcc: x@y.example",
        "ü@b.example",
        "a@" + "b" * 999,
    ],
)
def test_r55_a_broken_id_is_left_out(broken: str) -> None:
    assert legal_ids(["good@id.example", broken]) == ["good@id.example"]


def test_r54_the_parent_ends_the_references_once() -> None:
    assert thread_ids(["a@x.example", "c@x.example", "b@x.example"], "c@x.example") == [
        "a@x.example",
        "b@x.example",
        "c@x.example",
    ]


@given(st.lists(st.integers(1, 460), max_size=60), st.integers(1, 460))
def test_r54_references_keep_their_ends_and_stay_one_legal_line(sizes: list[int], size: int) -> None:
    references = [f"{at}.{'r' * length}@x.example" for at, length in enumerate(sizes)]
    parent = f"p{'p' * size}@x.example"

    kept = thread_ids(references, parent)

    assert len(id_field("References", kept).replace("\r\n", "")) <= LONGEST_LINE
    assert kept[-1] == parent
    if len(kept) > 1:
        assert kept[0] == references[0]
        assert kept[1:-1] == references[len(references) - len(kept) + 2 :]
