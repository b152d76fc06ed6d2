"""Cues in the paragraphs of a message, and what these sound like as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from classify.layer import learned
from whiteglove.classify import Lexicon, classify
from whiteglove.classify.learned import MOST_WORDS, SUREST
from whiteglove.classify.paragraphs import Reading, paragraphs, wishes
from whiteglove.classify.sentences import split
from whiteglove.message import Kind


def cut(text: str) -> list[list[str]]:
    readings = [Reading(sentence, 1.0) for sentence in split(text)]
    return [[reading.sentence.text for reading in paragraph] for paragraph in paragraphs(readings)]


def test_a_blank_line_parts_two_paragraphs_and_a_line_end_none() -> None:
    assert cut("Hi Robin,\n\nthe sign is up. It hangs askew.\nCall me.\n\nWile") == [
        ["Hi Robin"],
        ["the sign is up.", "It hangs askew.", "Call me."],
        ["Wile"],
    ]


def test_a_long_paragraph_is_read_in_pieces() -> None:
    pieces = cut("One two three four five six seven. " * 40)

    assert sum(map(len, pieces)) == 40
    assert max(len(" ".join(piece).split()) for piece in pieces) <= MOST_WORDS
    assert len(pieces) > 2


def test_what_cues_alone_say_can_be_asked_for(lexicon: Lexicon) -> None:
    found = wishes("How are things progressing? Please send the invoice.", replace(lexicon, learned=None))

    assert found[Kind.STATUS_REQUEST] >= 0.8
    assert Kind.COMPLAINT not in found


def news(**weights: tuple[int, int]) -> Lexicon:
    cue = {
        "name": "dented", "kind": "complaint", "weight": 0.9, "phrases": ["is [not] dented"], "unless": ["not dented"],
        "example": ["It is dented."], "counter": ["It is not dented."],
    }  # fmt: skip
    return replace(Lexicon.from_tables({"xx": {"cues": [cue]}}), learned=learned(**weights))


def test_where_a_cue_was_taken_back_it_adds_only_what_is_very_likely() -> None:
    known = {"is": (0, 0), "not": (0, 0)}
    likely, insisting = news(dented=(35, -90), **known), news(dented=(95, -90), **known)

    assert classify("", "So then the bench, dented", likely).kinds == (Kind.COMPLAINT,)
    assert classify("", "So then the bench is not dented", likely).abstained
    assert classify("", "So then the bench is not dented", insisting).kinds == (Kind.COMPLAINT,)


@pytest.mark.parametrize(("said", "confidence"), [(90, 0.9), (-40, SUREST), (-95, None)])
def test_a_cue_is_believed_as_far_as_its_paragraph_bears_it_out(said: int, confidence: float | None) -> None:
    found = classify("", "So then the bench is dented", news(dented=(said, 0), then=(min(said + 60, 0), 0)))

    assert found.confidence == confidence or (confidence is None and Kind.COMPLAINT not in found.kinds)


def test_it_says_no_more_than_it_may() -> None:
    heard = Lexicon((), learned(dented=(95, -95)))

    assert classify("", "So then dented", heard).confidence == SUREST


def test_a_cue_stands_where_its_sentence_alone_bears_it_out() -> None:
    heard = news(dented=(60, 0), then=(-95, 0), so=(-95, 0))

    assert classify("", "So then. So then. So then. The bench is dented.", heard).confidence == 0.9


def test_a_subject_is_not_heard_beside_a_text_and_is_where_it_is_all() -> None:
    heard = Lexicon((), learned(dented=(95, -95), bench=(-95, -95)))

    assert classify("So then dented", "So then the bench", heard).abstained
    assert classify("So then dented", "", heard).kinds == (Kind.COMPLAINT,)


@pytest.mark.parametrize("text", ["Dented", "Hello dented so then", "Dented Dented"])
def test_names_and_greetings_are_not_heard(text: str) -> None:
    assert classify("", text, Lexicon((), learned(dented=(95, -95)))).abstained


def test_a_question_is_one_beside_whatever_news() -> None:
    heard = Lexicon((), learned(moved=(-95, 95)))

    assert classify("", "So then the bench moved. The bench?", heard).kinds == (Kind.QUESTION,)
    assert classify("", "So then the bench moved?", heard).kinds == (Kind.FYI,)
