"""What our own plugins say to the owner: the same in all seven languages, written as each of them is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import whiteglove_plugins
from whiteglove.settings.fields import LANGUAGES

FOLDER = Path(whiteglove_plugins.__file__).parent
FILES = sorted(FOLDER.glob("**/words/*.toml"))
WORDS = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in FILES}
EVERY = [(plugin, code) for plugin in WORDS for code in LANGUAGES]


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def source(plugin: str) -> str:
    package = FOLDER / plugin
    files = sorted(package.glob("*.py")) if package.is_dir() else [package.with_suffix(".py")]
    return "\n".join(path.read_text("utf-8") for path in files)


def said_by(text: str) -> re.Pattern[str]:
    """The names of all words that a plugin's source may ask for: its strings, with anything in place of a value."""
    strings = re.findall(r'"((?:[a-z0-9]|_|\{[^{}"]*\})+)"', text)
    names = {re.sub(r"\\{.*?\\}", r"\\w+", re.escape(string)) for string in strings}
    return re.compile("|".join(sorted(names | {rf"(?:one|some)_{name}" for name in names})))


@pytest.mark.parametrize(("plugin", "code"), EVERY)
def test_each_language_says_everything_with_the_same_values(plugin: str, code: str) -> None:
    english, texts = WORDS[plugin]["en"], WORDS[plugin].get(code, {})

    assert texts.keys() == english.keys()
    assert {name: values(text) for name, text in texts.items()} == {
        name: values(text) for name, text in english.items()
    }


@pytest.mark.parametrize(("plugin", "code"), EVERY)
def test_each_language_is_written_as_it_is(plugin: str, code: str) -> None:
    texts = WORDS[plugin].get(code, {})

    assert {name: text for name, text in texts.items() if "'" in text or '"' in text or "  " in text} == {}
    # A narrow space that does not break stands before French signs of two parts.
    clash = {name: text for name, text in texts.items() if re.search(r"[^\u202f\d][:;!?»]", text)}
    assert clash == {} or code != "fr"


@pytest.mark.parametrize("plugin", WORDS)
def test_dates_and_numbers_are_no_formats(plugin: str) -> None:
    every = [text for texts in WORDS[plugin].values() for text in texts.values()]

    assert [text for text in every if any(spec for _, _, spec, _ in Formatter().parse(text))] == []


@pytest.mark.parametrize("plugin", WORDS)
def test_nothing_is_written_that_is_never_said(plugin: str) -> None:
    known = said_by(source(plugin))

    assert [name for name in WORDS[plugin]["en"] if known.fullmatch(name) is None] == []


def test_no_plugin_has_words_of_its_own_way() -> None:
    """One way for all: a file of words, and `ctx.words`."""
    others = {path.name for path in FOLDER.rglob("*.py") if "_GERMAN" in path.read_text("utf-8")}

    assert others == set()
