"""What the core says in a summary, it says in every language, and has words for every reason."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from whiteglove.cli.reasons import _REASONS as KNOWN
from whiteglove.desk.account_words import _tables, words_in
from whiteglove.guard import REASONS as REFUSED
from whiteglove.message import MACHINE_KINDS, Kind
from whiteglove.prepare.notice_words import reasons_in
from whiteglove.screen import REASONS as SCREENED
from whiteglove.settings.fields import LANGUAGES

OTHERS = [code for code in LANGUAGES if code != "en"]


def values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_reason_and_every_kind_that_obliges_has_words(code: str) -> None:
    words = words_in(code)

    # Those that the command line explains are all there are, but for the reasons that plugins invent.
    assert [reason for reason in {**KNOWN, **REFUSED, **SCREENED} if not words.get(reason)] == []
    assert [kind for kind in set(Kind) - set(MACHINE_KINDS) if not words.get(f"kind_{kind}")] == []


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_says_everything_itself_with_the_same_values(code: str) -> None:
    english, own = _tables()["en"], _tables()[code]

    assert own.keys() == english.keys()
    assert {name: values(text) for name, text in own.items()} == {name: values(text) for name, text in english.items()}
    assert not own.keys() & reasons_in(code).keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_is_written_as_it_is(code: str) -> None:
    own = _tables()[code]

    assert [text for text in own.values() if "'" in text or '"' in text or "  " in text] == []
    assert code != "fr" or [text for text in own.values() if re.search(r"[^\u202f][:;!?»]", text)] == []


def test_a_reason_is_explained_as_on_the_command_line() -> None:
    words = words_in("en")

    assert [code for code, text in KNOWN.items() if words[code].replace("’", "'") != text] == []


def test_who_reads_another_language_gets_english() -> None:
    assert words_in("xx") == words_in("en")
    assert words_in("it")["muted"] != words_in("en")["muted"]
