"""Cues, dampers and courtesies in a sentence, and the language that a text is in."""

from __future__ import annotations

from typing import Any

import pytest

from whiteglove.classify.lexicon import Damper, Index, Lexicon, Match
from whiteglove.classify.sentences import Passage, split
from whiteglove.errors import GrammarError


def cue(**changed: Any) -> dict[str, Any]:
    base = {"name": "news", "kind": "status_request", "weight": 0.9, "phrases": ["any news", "some news"]}
    return base | {"example": ["Any news?"], "counter": ["No."]} | changed


ENGLISH = {"common": ["the", "is", "and", "not"], "cues": [cue()]}
GERMAN = {"common": ["der", "ist", "und", "nicht"], "cues": [cue(phrases=["schon neues"])]}


def matches(text: str, *cues: dict[str, Any], **table: Any) -> list[Match]:
    (tongue,) = Lexicon.from_tables({"xx": {"cues": list(cues), **table}}).tongues
    return [match for index in (tongue.wishes, tongue.requests, tongue.asides) for match in in_first(index, text)]


def in_first(index: Index, text: str) -> list[Match]:
    """What stands in the first sentence of a text."""
    return index.matches(Passage.of(split(text))).get(0, [])


def words(text: str) -> frozenset[str]:
    return frozenset().union(*(sentence.words for sentence in split(text)))


def test_a_meaning_is_found_once_with_its_place() -> None:
    ((meaning, start, end),) = matches("Hello, any news or some news?", cue())

    assert meaning.name == "xx.news"
    assert " Hello, any news"[start:end] == "any news"


def test_each_meaning_of_a_sentence_is_found() -> None:
    found = matches("Any news on the invoice?", cue(), cue(name="bill", kind="billing", phrases=["invoice"]))

    assert {meaning.name for meaning, _, _ in found} == {"xx.news", "xx.bill"}


def test_cues_for_questions_and_asides_lie_apart() -> None:
    (tongue,) = Lexicon.from_tables(
        {"xx": {"cues": [cue(name=kind, kind=kind) for kind in ("status_request", "question", "thanks", "fyi")]}}
    ).tongues

    assert [m.name for m, _, _ in in_first(tongue.wishes, "any news")] == ["xx.status_request"]
    assert [m.name for m, _, _ in in_first(tongue.requests, "any news")] == ["xx.question"]
    assert {m.name for m, _, _ in in_first(tongue.asides, "any news")} == {"xx.thanks", "xx.fyi"}


def test_an_exception_silences_its_cue_in_the_same_sentence() -> None:
    tables = {"xx": {"cues": [cue(unless=["news page", "*paper"])]}}
    (tongue,) = Lexicon.from_tables(tables).tongues
    for text, silent in (("any news", False), ("any news page", True), ("any news in the newspaper", True)):
        (sentence,) = split(text)
        ((meaning, _, _),) = in_first(tongue.wishes, text)
        assert not isinstance(meaning, Damper)
        assert meaning.is_silenced(sentence) is silent


def test_a_courtesy_fits_only_where_it_fills_its_sentence() -> None:
    for text, fits in (("Hello Robin!", True), ("Hello Robin and which font do you like?", False)):
        ((meaning, start, end),) = matches(text, courtesies=["hello robin"])
        assert isinstance(meaning, Damper)
        assert meaning.fits(split(text)[0], start, end) is fits


def test_a_language_is_known_by_its_common_words() -> None:
    lexicon = Lexicon.from_tables({"en": ENGLISH, "de": GERMAN})
    english, german = lexicon.tongues

    assert lexicon.spoken(words("The shop is down and the phone is not.")) == (english,)
    assert lexicon.spoken(words("Der Shop ist kaputt und das Telefon nicht.")) == (german,)
    assert lexicon.spoken(words("The shop is down. Der Shop ist kaputt.")) == (english, german)


def test_too_few_common_words_leave_every_language_open() -> None:
    lexicon = Lexicon.from_tables({"en": ENGLISH, "de": GERMAN})

    assert lexicon.spoken(words("Status?")) == lexicon.tongues
    assert lexicon.spoken(words("")) == lexicon.tongues


def test_a_language_is_read_when_it_is_first_met_and_never_again() -> None:
    lexicon = Lexicon.from_tables({"en": ENGLISH, "de": GERMAN | {"cues": [cue(phrases=["(schon"])]}})

    (english,) = lexicon.spoken(words("The shop is down and the phone is not."))
    assert in_first(english.wishes, "Any news?")
    assert english.cues is english.cues
    with pytest.raises(GrammarError, match=r"cues de\.news"):
        _ = lexicon.spoken(words("Der Shop ist kaputt und das Telefon nicht."))[0].wishes
    with pytest.raises(GrammarError, match=r"cues de\.news"):
        lexicon.check()


def test_what_stands_in_a_passage_is_told_by_the_sentence_and_never_across_two() -> None:
    (tongue,) = Lexicon.from_tables({"en": {"cues": [cue(), cue(name="gone", phrases=["is gone"])]}}).tongues
    passage = Passage.of(split("Hello! Any news? It was any. News is gone, any news?"))

    found = tongue.wishes.matches(passage)

    assert {number: [meaning.name for meaning, _, _ in some] for number, some in found.items()} == {
        1: ["en.news"],
        3: ["en.gone", "en.news"],
    }


def test_an_empty_lexicon_knows_nothing() -> None:
    assert Lexicon.from_tables({}).spoken(words("any news")) == ()
