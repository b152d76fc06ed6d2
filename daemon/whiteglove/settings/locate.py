"""Where in a TOML text a key stands, so that a fault can be shown with its line.

`tomllib` gives no positions. This scanner walks a text that `tomllib` has already accepted and notes the line of each
table header and of each key; what stands inside an inline table or an array is found at the line of its key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]

_KEY_PART = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SYNTAX_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


class Positions:
    """The line, counted from 1, of every key and table of one TOML text."""

    def __init__(self, lines: Mapping[KeyPath, int]) -> None:
        self._lines = lines

    def line(self, path: Sequence[str | int]) -> int:
        """The line of this key, else of the nearest thing around it, else the first line of the file."""
        for length in range(len(path), 0, -1):
            if found := self._lines.get(tuple(path[:length])):
                return found
        return 1


NOWHERE = Positions(MappingProxyType({}))


def positions(text: str) -> Positions:
    """Find the keys of a text that `tomllib` accepts. Of any other text some positions may be missing; never raises."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.run()
    return Positions(MappingProxyType(scanner.lines))


def syntax_fault(error: ValueError | RecursionError, text: str) -> tuple[int, str]:
    """Line and human words for what `tomllib` found wrong with a text."""
    if isinstance(error, RecursionError):
        return 1, "lists or tables are nested too deeply to be read"
    message = str(error)
    found = _SYNTAX_PLACE.search(message)
    last = max(1, text.rstrip().count("\n") + 1)
    line = int(found[1]) if found and found[1] else last
    what = message[: found.start()] if found else message
    if not isinstance(error, tomllib.TOMLDecodeError) or "\n" in what:
        what = "a value cannot be read"
    return line, f"this is not valid TOML: {what[:1].lower()}{what[1:]}; {_advice(what)}"


def _advice(what: str) -> str:
    if what.startswith("Invalid value"):
        return 'texts stand in quotes, as in name = "Robin", dates and numbers do not'
    if what.startswith("Cannot"):
        return "each key and each [section] stands once in a file"
    if any(word in what for word in ("Unclosed", "Illegal", "string")):
        return "close what was opened on this line or above it"
    return 'a line is key = "value", [section] or # comment'


class _Scanner:
    """One pass over the text. `lines` grows; `_prefix` is the table that keys belong to at this point."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._prefix: KeyPath = ()
        self._last_index: dict[KeyPath, int] = {}

    def run(self) -> None:
        while True:
            self._skip_blank()
            if self._at >= len(self._text):
                return
            if self._text[self._at] == "[":
                self._header()
            else:
                self._pair()

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _skip_blank(self) -> None:
        if found := _BLANK.match(self._text, self._at):
            self._at = found.end()

    def _skip_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end + 1

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while found := _KEY_PART.match(self._text, self._at):
            self._at = found.end()
            parts.append(_bare(found[1]))
            if not found[2]:
                break
        return tuple(parts)

    def _header(self) -> None:
        line = self._here()
        repeated = self._text.startswith("[[", self._at)
        self._at += 2 if repeated else 1
        key = self._key()
        self._skip_line()
        if not key:
            return
        path: KeyPath = ()
        for part in key[:-1]:
            path = self._entered((*path, part))
        path = (*path, key[-1])
        if repeated:
            self._last_index[path] = self._last_index.get(path, -1) + 1
        self.lines.setdefault(path, line)
        self._prefix = self._entered(path)
        self.lines.setdefault(self._prefix, line)

    def _entered(self, path: KeyPath) -> KeyPath:
        """The path with the index of its newest entry where it names an array of tables."""
        return (*path, self._last_index[path]) if path in self._last_index else path

    def _pair(self) -> None:
        line = self._here()
        key = self._key()
        if not key:
            self._skip_line()
            return
        for length in range(1, len(key) + 1):
            self.lines.setdefault((*self._prefix, *key[:length]), line)
        self._skip_value()

    def _skip_value(self) -> None:
        """Move behind a value: strings and comments as wholes, to the end of the line on which no bracket is open."""
        depth = 0
        while self._at < len(self._text):
            char = self._text[self._at]
            if char in "\"'" and (found := _STRING.match(self._text, self._at)):
                self._at = found.end()
                continue
            if char == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
                continue
            if char == "\n" and depth <= 0:
                return
            depth += (char in "[{") - (char in "]}")
            self._at += 1


def _bare(written: str) -> str:
    """A key without its quotes. A key with an escape is rare enough to be read by the real parser."""
    if written[0] == "'":
        return written[1:-1]
    if written[0] != '"':
        return written
    if "\\" not in written:
        return written[1:-1]
    try:
        return next(iter(tomllib.loads(f"{written} = 0")))
    except (ValueError, StopIteration):
        return written[1:-1]
