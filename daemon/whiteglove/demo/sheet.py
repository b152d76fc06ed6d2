"""Rows as lines of text: a time, a word, what happened; a mail below it, behind a bar."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from whiteglove.demo.timeline import Row

COLUMNS = 100
MARGIN = 18
_BAR = "│ "
_BOLD = "1"
_COLOURS = {"in": "36", "good": "32", "held": "33", "grave": "31;1", "owner": "35", "plain": "2"}


class Sheet:
    """Makes lines of at most `COLUMNS` columns. A time stands where it changes, a date above its first row."""

    def __init__(self, zone: ZoneInfo, *, colour: bool) -> None:
        self._zone = zone
        self._colour = colour
        self._day = self._time = ""

    def lines(self, row: Row) -> Iterator[str]:
        local = row.at.astimezone(self._zone)
        day, time = local.strftime("%A, %d %B %Y"), local.strftime("%H:%M")
        if day != self._day:
            yield from ("", self.heading(day))
        if day != self._day or time != self._time or row.tone == "in":
            yield ""
        shown = "" if (day, time) == (self._day, self._time) else time
        self._day, self._time = day, time
        colour = _COLOURS[row.tone]
        yield from self.entry(shown, row.word, row.text, colour)
        for quoted in row.quoted:
            yield from (" " * MARGIN + self._dyed(_BAR, colour) + line for line in _wrapped(quoted, len(_BAR)))

    def heading(self, text: str) -> str:
        return self._dyed(text, _BOLD)

    def entry(self, time: str, word: str, text: str, colour: str = _BOLD) -> Iterator[str]:
        """One row without a mail: two narrow columns, and the text in what is left."""
        first, *rest = _wrapped(text)
        yield f"{time:7}{self._dyed(f'{word:11}', colour)}{first}"
        yield from (" " * MARGIN + line for line in rest)

    def _dyed(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour else text


def _wrapped(text: str, less: int = 0) -> list[str]:
    """The text in lines that fit, as far indented as it is, without anything that a terminal would obey. A word that is
    too long stays whole: it is an address that somebody wants to copy."""
    seen = "".join(char if unicodedata.category(char)[0] != "C" else "�" for char in text)
    indent = seen[: len(seen) - len(seen.lstrip())]
    width = COLUMNS - MARGIN - less
    return textwrap.wrap(seen, width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False) or [""]
