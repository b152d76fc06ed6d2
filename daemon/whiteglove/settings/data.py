"""The language and cue files that come with the program, read into values of the floors below."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from whiteglove.classify import Lexicon
from whiteglove.wording import Language

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def load_languages() -> Mapping[str, Language]:
    """Every language that texts exist in, by its code; the files are `languages/CODE.toml`, read once in a
    process."""
    tables = _tables(_PACKAGE / "languages")
    return MappingProxyType({code: Language.from_table(code, table) for code, table in tables.items()})


@cache
def load_lexicon() -> Lexicon:
    """The classifier's cues of every language that has a file `classify/cues/CODE.toml`, and what was learned beside
    them, `learned.toml`; loaded once in a process, each language read when it is first met."""
    return Lexicon.from_tables(_tables(_PACKAGE / "classify" / "cues"))


def _tables(folder: Path) -> dict[str, dict[str, Any]]:
    """The parsed files of a folder by their names. They belong to the program, so a fault in them is a defect."""
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
