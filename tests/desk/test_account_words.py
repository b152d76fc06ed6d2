"""What the core says in a summary, it says in every language it speaks, and has words for every reason."""

from __future__ import annotations

import string

import pytest

from whiteglove.desk.account_words import words_in
from whiteglove.guard import REASONS
from whiteglove.message import MACHINE_KINDS, Kind


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_and_every_kind_that_obliges_has_words(language: str) -> None:
    words = words_in(language)
    assert [reason for reason in REASONS if not words.get(reason)] == []
    assert [kind for kind in set(Kind) - set(MACHINE_KINDS) if not words.get(f"kind_{kind}")] == []


def test_the_translation_says_the_same_and_fills_in_the_same() -> None:
    english, german = words_in("en"), words_in("de")
    assert set(english) == set(german)
    assert {name: placeholders(text) for name, text in german.items()} == {
        name: placeholders(text) for name, text in english.items()
    }


def test_who_reads_another_language_gets_english() -> None:
    assert words_in("xx") == words_in("en")
    assert words_in("it")["muted"] == words_in("en")["muted"]
