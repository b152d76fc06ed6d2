"""What is shown of a name or a subject: one line, bounded, nothing that hides or turns."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.summary.showing import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two\r\nlines\tand  spaces ", "two lines and spaces"),
        ("a\x00b\x1b[31mc\x07", "ab[31mc"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2067a\u2069\u200f\u200e\u061cb", "ab"),
        ("zero\u200bwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("a\ud800b", "ab"),
    ],
)
def test_nothing_hidden_is_shown(text: str, expected: str) -> None:
    assert shown(text, 60) == expected


def test_what_is_long_is_cut_with_an_ellipsis() -> None:
    assert shown("x" * 10, 10) == "x" * 10
    assert shown("x" * 11, 10) == "x" * 9 + "…"
    assert shown("word " * 9, 11) == "word word…"


def test_no_sign_is_cut_apart() -> None:
    assert shown("abcde\u0301f", 6) == "abcd…"
    assert shown("ab👩\u200d💻cd", 5) == "ab…"


@given(st.text(), st.integers(1, 50))
def test_always_one_short_line(text: str, most: int) -> None:
    line = shown(text, most)

    assert len(line) <= most
    assert line == " ".join(line.split())
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in line)
