"""One `Re:`, whatever stood there before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.compose.subject import LONGEST, reply_subject, trimmed


@pytest.mark.parametrize(
    "subject",
    [
        "Catalogue",
        "Re: Catalogue",
        "RE: re: Re: Catalogue",
        "AW: Catalogue",
        "Aw: AW: RE: Catalogue",
        "Antw: Catalogue",
        "Antwort: Catalogue",
        "RÉ: Catalogue",
        "RE\u0301 : Catalogue",
        "RÉP : Catalogue",
        "RES: Catalogue",
        "RESP: Catalogue",
        "R: Catalogue",
        "RIF: Catalogue",
        "SV: VS: Catalogue",
        "Re[2]: Catalogue",
        "Re(3): Re^2: Catalogue",
        "Re:Catalogue",
        "re:catalogue".replace("c", "C"),
    ],
)
def test_marks_of_answers_become_one(subject: str) -> None:
    assert reply_subject(subject) == "Re: Catalogue"


@pytest.mark.parametrize(
    "subject",
    [
        "Fwd: Catalogue",
        "WG: Catalogue",
        "Report: May",
        "Resume: Kim",
        "r: a note",
        "Read this",
        "Swap",
        "[shop] Re: Cat",
    ],
)
def test_other_words_stay(subject: str) -> None:
    assert reply_subject(subject) == f"Re: {subject}"


@given(st.text(max_size=60))
def test_an_answer_to_an_answer_has_the_same_subject(subject: str) -> None:
    once = reply_subject(subject)

    assert reply_subject(once) == once


@given(st.text(max_size=400))
def test_a_subject_is_at_most_two_hundred_characters(subject: str) -> None:
    short = trimmed(subject)

    assert len(short) <= LONGEST
    assert short == subject or short.endswith("…")


def test_a_cut_does_not_part_a_letter_from_its_accent() -> None:
    assert trimmed("x" * 198 + "e\u0301" + "y" * 9) == "x" * 198 + "…"
