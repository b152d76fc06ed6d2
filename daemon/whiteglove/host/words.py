"""What a plugin says to the owner: the texts that it brings, in each language that it brings them in.

They lie beside its module as `words/<plugin>.toml`, one table a language, and are read once, when the plugin is loaded.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

from whiteglove.errors import Problem

WordsByLanguage = Mapping[str, Mapping[str, str]]
"""Each text by its language and its name."""

_ENGLISH = "en"


def read_words(plugin: str, package: str) -> tuple[WordsByLanguage, list[Problem]]:
    """The plugin's texts, none where it brings none, and what is wrong with them.

    `package` is the dotted name of the package that holds the plugin's module, "" where there is none. What a language
    lacks is said in English, so that each of the tables is whole.
    """
    file = _file(plugin, package)
    if file is None:
        return {}, []
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        return {}, [Problem(str(file), 0, "", f"cannot be read as TOML: {error}")]
    if faults := list(_faults(tables)):
        return {}, [Problem(str(file), 0, key, fault) for key, fault in faults]
    english = tables[_ENGLISH]
    return {language: {**english, **texts} for language, texts in tables.items()}, []


def _file(plugin: str, package: str) -> Traversable | None:
    try:
        file = resources.files(package).joinpath("words", f"{plugin}.toml") if package else None
    except (ImportError, TypeError, ValueError):
        # A module made in memory, as in a test, has no folder.
        return None
    return file if file is not None and file.is_file() else None


def _faults(tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Found when the plugin is loaded, not when there is something to say: the key, and what is wrong there."""
    for language, texts in tables.items():
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            yield language, "must be a table of texts"
            return
    if _ENGLISH not in tables:
        yield _ENGLISH, "is missing; the texts in other languages are held against the English ones"
        return
    english = tables[_ENGLISH]
    for language, texts in tables.items():
        for name, text in texts.items():
            if name not in english:
                yield f"{language}.{name}", "is not among the English texts"
                continue
            try:
                unknown = _values(text) - _values(english[name])
            except ValueError as error:
                yield f"{language}.{name}", f"is no format: {error}"
                continue
            if unknown:
                yield f"{language}.{name}", f"has the value {{{min(unknown)}}}, which the English text lacks"


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
