"""The tutorial of `plugins/README.md`, read as what it tells its reader to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from authors.conftest import ROOT

README = (ROOT / "plugins" / "README.md").read_text("utf-8")
SECTION = README[README.index("## From nothing to a plugin that works") :].partition("\n## A package of your own")[0]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to type into a shell, or the text of the file at `path`."""

    text: str
    path: str = ""


def steps() -> Iterator[Step]:
    """In order. A file is the one that was named last before its text."""
    before = 0
    for block in re.finditer(r"^```(\w+)\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE):
        named = re.findall(r"`([\w./]+\.(?:py|toml))`", SECTION[before : block.start()])
        yield Step(block[2]) if block[1] == "sh" else Step(block[2], named[-1])
        before = block.end()
