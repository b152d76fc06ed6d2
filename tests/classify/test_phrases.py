"""A phrase in a sentence: where it stands, and what makes a look at it needless."""

from __future__ import annotations

from whiteglove.classify.phrases import Anchor, Phrase

PHRASE = Phrase("any[ ,.!?]+news(?!\\w)", Anchor(frozenset({"news"}), -1, frozenset({"any"})), (frozenset({"any"}),))
OPENING = Phrase("news(?!\\w)", Anchor(frozenset({"news"})), (), opens=True, leads=frozenset({"so"}))


def test_a_match_is_a_whole_word_with_its_place() -> None:
    assert PHRASE.search(" is there any news") == (10, 18)
    assert PHRASE.search(" many news and any news") == (15, 23)
    assert PHRASE.search(" any newspaper") is None


def test_an_opening_phrase_stands_first_in_its_clause_or_behind_a_lead_in() -> None:
    for text in (" news on the shop", " hi robin, news", " so news", " all fine. news"):
        assert OPENING.search(text), text
    for text in (" the news", " and so bad news"):
        assert OPENING.search(text) is None, text


def test_a_sentence_without_the_words_is_not_near() -> None:
    assert PHRASE.is_near(frozenset({"any", "news", "today"}))
    assert not PHRASE.is_near(frozenset({"news", "today"}))
    assert not PHRASE.is_near(frozenset({"any", "today"}))
