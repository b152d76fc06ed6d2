"""Five more languages: each says the same with the same values."""

from __future__ import annotations

from string import Formatter

import pytest

from whiteglove.desk.account_translations import TRANSLATED
from whiteglove.desk.account_words import words_in


@pytest.mark.parametrize("language", sorted(TRANSLATED))
def test_each_word_has_the_values_of_the_english_one(language: str) -> None:
    english = words_in("en")
    for name, text in TRANSLATED[language].items():
        assert values(text) == values(english[name]), name


def test_all_have_the_same_words_but_for_units_that_are_the_same_everywhere() -> None:
    units = {"days", "hours", "minutes"}
    (words,) = {frozenset(table) - units for table in TRANSLATED.values()}
    assert {"needs_you", "not_sent", "health", "comes_late", "last_week", "last_month"} <= words


def values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
