"""The cues as they ship, read from their files, and the lexicon that is built from them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import whiteglove.classify
from whiteglove.classify import Lexicon

CUES = Path(whiteglove.classify.__file__).parent / "cues"


@pytest.fixture(scope="session")
def tables() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(CUES.glob("*.toml"))}


@pytest.fixture(scope="session")
def lexicon(tables: dict[str, dict[str, Any]]) -> Lexicon:
    return Lexicon.from_tables(tables).check()
