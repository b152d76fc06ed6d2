"""The room that texts take in a terminal, and their lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.summary.columns import filled, width, wrapped


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("plain", 5),
        ("Söhne", 5),
        ("So\u0308hne", 5),
        ("杉並出版", 8),
        ("ﾊﾝｶｸ", 4),
        ("한국", 4),
        ("한", 2),
        ("😀", 2),
        ("❤", 1),
        ("❤\ufe0f", 2),
        ("👩\u200d💻", 4),
        ("a\u00a0b", 3),
    ],
)
def test_the_columns_of_a_text(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(filled(text, 9)) == 9


def test_lines_break_at_spaces_and_nowhere_else() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("8\u00a0h\u00a000 o'clock", 6) == ["8\u00a0h\u00a000", "o'cloc", "k"]
    assert wrapped("", 10) == [""]


def test_a_word_that_is_too_long_is_cut_between_its_signs() -> None:
    assert wrapped("ab " + "x" * 8, 5) == ["ab", "xxxxx", "xxx"]
    assert wrapped("杉並出版", 5) == ["杉並", "出版"]
    assert wrapped("aaae\u0301\u0301b", 4) == ["aaae\u0301\u0301", "b"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.integers(2, 40))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, room: int) -> None:
    lines = wrapped(text, room)

    assert all(width(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
