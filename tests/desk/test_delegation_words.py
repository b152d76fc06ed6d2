"""What comes back is told in all seven languages, with the same values."""

from __future__ import annotations

from string import Formatter

import pytest

from whiteglove.desk.delegation_words import texts_in
from whiteglove.settings.fields import LANGUAGES


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_the_same(language: str) -> None:
    english, texts = texts_in("en"), texts_in(language)
    assert {name: values(text) for name, text in texts.items()} == {
        name: values(text) for name, text in english.items()
    }
    assert language == "en" or texts["overdue"] != english["overdue"]
    assert not any("'" in text or "  " in text for text in texts.values())
