"""Text becomes sentences: folded without losing a place, cut where a person would cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify.sentences import LONGEST, READ_AT_MOST, fold, split


def texts(text: str) -> list[str]:
    return [" ".join(sentence.text.split()) for sentence in split(text)]


@given(st.text())
def test_folding_keeps_every_character_at_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folded_text_knows_only_plain_letters_and_marks(text: str) -> None:
    assert set(fold(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_ ,.!?\n")


@given(st.text(max_size=3000))
def test_no_text_is_too_odd_to_be_cut(text: str) -> None:
    for sentence in split(text):
        assert len(sentence.text) <= LONGEST
        assert sentence.folded.startswith(" ")
        assert len(sentence.folded) == len(sentence.text) + 1
        assert sentence.words[-1] in ("", "?", "!")
        assert (sentence.words[-1] == "?") == sentence.asked
        assert len(sentence.words) > 1


def test_case_accents_and_typographic_marks_are_folded() -> None:
    assert fold("Für Éric’s “Straße” – ÜBER") == "fur eric s  strase  , uber"


def test_sentences_end_with_their_marks_and_with_lines() -> None:
    assert texts("Hi Robin,\n\nAny news? It is late!\nRegards") == ["Hi Robin", "Any news?", "It is late!", "Regards"]


def test_a_blank_line_opens_a_paragraph() -> None:
    opening = [
        sentence.text
        for sentence in split("Hi Robin,\n\nAny news? It is late!\nNo?\n\n--\n\nRegards")
        if sentence.opens
    ]

    assert opening == ["Hi Robin", "Any news?", "Regards"]


def test_a_wrapped_line_goes_on() -> None:
    text = "Could you please be so kind and tell me how far you have come\nwith the brochure?"

    assert texts(text) == [" ".join(text.split())]


def test_a_list_is_no_wrapped_line() -> None:
    text = "These are the points that we would like to see in the draft\n1. the map\n2. the prices"

    assert len(texts(text)) == 3


def test_numbers_initials_and_abbreviations_end_no_sentence() -> None:
    for text in ("Wird es bis 24. November fertig?", "Please ask Dr. Elm about it.", "That is z. B. the map."):
        assert texts(text) == [text], text


def test_an_ellipsis_and_repeated_marks_end_one_sentence() -> None:
    assert texts("Well... Any news?! Tell me") == ["Well...", "Any news?!", "Tell me"]


def test_addresses_are_no_words() -> None:
    (sentence,) = split("See https://vale.example/order/status and write to any.news@vale.example today")

    assert "status" not in sentence.words
    assert "news" not in sentence.words
    assert sentence.text.startswith("See https://vale.example/order/status")


def test_invisible_characters_inside_words_are_left_out() -> None:
    (sentence,) = split("any ne\u00adws\u200b here")

    assert sentence.words == ["any", "news", "here", ""]


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert split("fu\u0308r")[0].words == split("für")[0].words


def test_a_question_is_known_behind_quotes_and_brackets() -> None:
    assert [s.asked for s in split('He asked "any news?"\n(is it done?)\nIt is done.\nDone!?')] == [
        True,
        True,
        False,
        True,
    ]


def test_what_has_no_word_is_no_sentence() -> None:
    assert split("") == []
    assert split(" \n???\n-- \n") == []


def test_a_long_text_is_read_up_to_its_limit() -> None:
    assert sum(len(sentence.text) for sentence in split("word " * READ_AT_MOST)) <= READ_AT_MOST


def test_an_endless_sentence_is_read_in_pieces_between_words() -> None:
    pieces = split("brochure " * 200)

    assert len(pieces) > 1
    assert {word for piece in pieces for word in piece.words} == {"brochure", ""}


def test_windows_line_ends_are_line_ends() -> None:
    assert texts("Hi\r\nAny news?\rBye") == ["Hi", "Any news?", "Bye"]
