"""Encoded words and charsets, right and wrong."""

import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.parse.words import decode_base64, decode_bytes, decode_words, has_unknown_charset, known_charset


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?caf=C3=A9_au_lait?=", "café au lait"),
        ("=?UTF-8?B?Y2Fmw6k=?=", "café"),
        ("=?iso-8859-1?Q?caf=E9?= today", "café today"),
        ("Re: =?utf-8?q?a?= =?utf-8?q?b?=", "Re: ab"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("=?utf-8?b?Y2Fmww==?= =?utf-8?b?qQ==?=", "café"),
        ("=?utf-8*fr?q?caf=C3=A9?=", "café"),
        ("=?utf-8?q?a?=b", "ab"),
        ("=?no-such?q?caf=C3=A9?=", "café"),
        ("=?iso-8859-1?q?Grüße?=", "Grüße"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?utf-8?q?=", "=?utf-8?q?="),
        ("=?utf-8?q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
    ],
)
def test_encoded_words_are_decoded_on_one_line(value: str, expected: str) -> None:
    assert decode_words(value) == expected


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), "iso-8859-1", "Grüße"),
        ("„Grüße“".encode("cp1252"), "iso-8859-1", "„Grüße“"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode("cp1252"), "us-ascii", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("Grüße".encode(), "x-no-such", "Grüße"),
        ("Grüße".encode(), "", "Grüße"),
        ("привет".encode("koi8-r"), "KOI8-R", "привет"),
        ("привет".encode("cp1251"), '"windows-1251"', "привет"),
        ("中文".encode("gb18030"), "gb2312", "中文"),
        ("Grüße"[:3].encode()[:-1], "utf-8", "Gr"),
        (b"a\x00b", "utf-8", "ab"),
    ],
)
def test_r95_a_charset_that_does_not_fit_gives_way(data: bytes, charset: str, expected: str) -> None:
    assert decode_bytes(data, charset) == expected


@pytest.mark.parametrize(
    "name", ["base64", "rot13", "zlib", "idna", "punycode", "unicode_escape", "undefined", "", "x\x00y", "ü"]
)
def test_codecs_that_are_no_charset_are_unknown(name: str) -> None:
    assert known_charset(name) is None


def test_unknown_charsets_of_a_header_are_noticed() -> None:
    assert has_unknown_charset("=?no-such?q?a?=")
    assert not has_unknown_charset("=?utf-8?q?a?=")
    assert not has_unknown_charset("no-such")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aG Vs\r\nbG 8=\r\n", b"hello"),
        (b"aGVsbG8gd", b"hello "),
        (b"a", b""),
        (b"", b""),
    ],
)
def test_base64_is_read_as_far_as_it_goes(data: bytes, expected: bytes) -> None:
    assert decode_base64(data) == expected


@given(st.text())
def test_any_value_can_be_decoded(value: str) -> None:
    assert "\n" not in decode_words(value.replace("\n", " "))


@given(st.text(st.sampled_from("=?utf-8bqBQ_*Aé ")))
def test_any_mixture_of_their_characters_can_be_decoded(value: str) -> None:
    assert isinstance(decode_words(value), str)


@given(st.binary(max_size=60), st.sampled_from(sorted(set(encodings.aliases.aliases.values()))))
def test_any_bytes_can_be_decoded_by_any_codec_of_python(data: bytes, charset: str) -> None:
    assert isinstance(decode_bytes(data, charset), str)
