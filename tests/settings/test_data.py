"""The data files that come with the program."""

from __future__ import annotations

from whiteglove.settings.data import load_languages, load_lexicon
from whiteglove.settings.fields import LANGUAGES


def test_the_languages_that_come_along_can_be_chosen() -> None:
    languages = load_languages()
    assert {"en", "de"} <= set(languages) <= set(LANGUAGES)
    assert all(language.code == code for code, language in languages.items())


def test_the_lexicon_is_read_once() -> None:
    assert load_lexicon() is load_lexicon()
    assert load_lexicon().tongues
