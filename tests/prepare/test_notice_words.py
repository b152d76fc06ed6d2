"""What the core says in notices, it says in every language, and has words for every reason that it tells."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from whiteglove.guard import REASONS as REFUSED
from whiteglove.prepare.notice_words import TOLD_INSTEAD, _tables, reasons_in, words_in
from whiteglove.screen.reasons import REASONS as SCREENED
from whiteglove.settings.fields import LANGUAGES

OTHERS = [code for code in LANGUAGES if code != "en"]


def values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_says_everything_itself_with_the_same_values(code: str) -> None:
    english, own = words_in("en"), {**_tables("reasons.toml")[code], **_tables("notices.toml")[code]}

    assert own.keys() == english.keys()
    assert {name: values(text) for name, text in own.items()} == {name: values(text) for name, text in english.items()}


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_reason_has_words_without_values(code: str) -> None:
    words = words_in(code)

    for reason in {**SCREENED, **REFUSED, **TOLD_INSTEAD}:
        assert words[reason]
        assert values(words[reason]) == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_is_written_as_it_is(code: str) -> None:
    own = words_in(code) if code != "en" else _tables("notices.toml")["en"]

    assert [text for text in own.values() if "'" in text or '"' in text or "  " in text] == []
    assert code != "fr" or [text for text in own.values() if re.search(r"[^\u202f][:;!?»]", text)] == []


def test_who_reads_another_language_gets_english() -> None:
    assert words_in("xx") == words_in("en")
    assert reasons_in("xx") == reasons_in("en")
    assert words_in("it")["muted"] == reasons_in("it")["muted"] != reasons_in("en")["muted"]


def test_a_notice_says_more_than_the_summary_where_that_helps() -> None:
    for code in LANGUAGES:
        assert "whiteglove check" in words_in(code)["discloses_client"]
        assert "whiteglove check" not in reasons_in(code)["discloses_client"]
