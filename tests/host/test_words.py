"""A plugin's words beside its module, checked when it is loaded."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whiteglove.host.words import WordsByLanguage, read_words

Read = Callable[[str], tuple[WordsByLanguage, list[tuple[str, str]]]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Reads a file of words of a plugin `greet` in a package on the path; of a fault, its key and what is said."""
    name = "made_for_words"
    folder = tmp_path / name
    (folder / "words").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()

    def reading(toml: str) -> tuple[WordsByLanguage, list[tuple[str, str]]]:
        (folder / "words" / "greet.toml").write_text(toml, encoding="utf-8")
        words, problems = read_words("greet", name)
        return words, [(problem.key, problem.text) for problem in problems]

    yield reading
    sys.modules.pop(name, None)


def test_what_a_language_lacks_is_said_in_english(read: Read) -> None:
    words, faults = read('[en]\nhello = "Hello {name}"\nbye = "Bye"\n[de]\nhello = "Guten Tag"\n')

    assert words == {
        "en": {"hello": "Hello {name}", "bye": "Bye"},
        "de": {"hello": "Guten Tag", "bye": "Bye"},
    }
    assert faults == []


def test_a_plugin_may_have_none() -> None:
    assert read_words("llm", "whiteglove_plugins") == ({}, [])
    assert read_words("made_in_memory", "") == ({}, [])


@pytest.mark.parametrize(
    ("toml", "key", "fault"),
    [
        ("[en", "", "cannot be read as TOML"),
        ("[en]\nhello = 1", "en", "must be a table of texts"),
        ('hello = "Hello"', "hello", "must be a table of texts"),
        ('[de]\nhello = "Hallo"', "en", "is missing"),
        ('[en]\nhello = "Hello"\n[de]\nhallo = "Hallo"', "de.hallo", "is not among the English texts"),
        ('[en]\nhello = "Hello"\n[de]\nhello = "Hallo {name}"', "de.hello", "has the value {name}"),
        ('[en]\nhello = "Hello {"', "en.hello", "is no format"),
    ],
)
def test_a_fault_is_named_with_its_key(read: Read, toml: str, key: str, fault: str) -> None:
    words, faults = read(toml)

    assert words == {}
    ((named, said),) = faults
    assert named == key
    assert said.startswith(fault)
