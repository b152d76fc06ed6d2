"""What is taken out of every text before it goes anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.text import clean


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("plain, with\ttab\nand line", "plain, with\ttab\nand line"),
        ("NUL\x00 and bell\x07", "NUL and bell"),
        ("C1\x85 and escape\x1b[31m", "C1 and escape[31m"),
        ("half \ud83d of a pair", "half  of a pair"),
        ("a whole one 😀", "a whole one 😀"),
        ("dos\r\nmac\runix\n", "dos\nmac\nunix\n"),
        ("separated\u2028twice\u2029", "separated\ntwice\n"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", ""),
    ],
)
def test_r97_what_nobody_can_see_is_taken_out(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_a_clean_text_can_be_stored_and_is_clean_already(text: str) -> None:
    once = clean(text)

    assert once.encode().decode() == once
    assert "\x00" not in once
    assert clean(once) == once


@given(st.text(st.sampled_from("ab é\n\t\r\x00\x1b\x7f\x85\u00ad\u202e\u2028\u2067😀\ud83d")))
def test_r97_what_is_seen_to_be_clean_is_clean(text: str) -> None:
    removed = "\x00\x1b\x7f\x85\u202e\u2067\ud83d"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")

    assert clean(text) == "".join(character for character in lines if character not in removed)
