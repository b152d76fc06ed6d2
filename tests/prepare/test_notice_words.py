"""What the core says in notices, it says in every language, and has words for every reason that it tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import whiteglove
from whiteglove import calling, changing
from whiteglove.desk import moving
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


def test_what_is_named_by_a_code_has_words() -> None:
    codes = {
        "change": changing._NEVER,
        "move": moving._WORDS.keys(),
        "call_step": calling._WITH_A_STEP,
    }

    names = {f"{said}_{code}" for said, known in codes.items() for code in known}

    assert len(names) == 12
    assert names <= words_in("en").keys()


def texts_of_warnings() -> Iterator[tuple[str, ast.expr]]:
    """What is given as the text of a warning, or first put into a variable of that name, and where."""
    root = Path(whiteglove.__file__).parent
    for path in root.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "Warn(" in source else ():
            place = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
            match node:
                case ast.Call(func=ast.Name(id="Warn"), keywords=keywords):
                    yield from ((place, word.value) for word in keywords if word.arg == "text")
                case ast.Assign(targets=[ast.Name(id="text")], value=value):
                    yield place, value


def test_no_warning_of_the_core_is_written_where_it_is_given() -> None:
    texts = list(texts_of_warnings())

    assert len(texts) > 20
    assert [place for place, text in texts if isinstance(text, ast.JoinedStr | ast.Constant | ast.BinOp)] == []


def test_a_notice_says_more_than_the_summary_where_that_helps() -> None:
    for code in LANGUAGES:
        assert "whiteglove check" in words_in(code)["discloses_client"]
        assert "whiteglove check" not in reasons_in(code)["discloses_client"]
