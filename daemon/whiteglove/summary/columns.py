"""How much room a text takes in a terminal, and how it is broken into lines there."""

from __future__ import annotations

import unicodedata

_AS_PICTURE = "\ufe0f"
"""VARIATION SELECTOR-16: the sign before it is shown as a picture, which takes two columns."""


def width(text: str) -> int:
    """The columns that a text takes: two for a wide sign (UAX #11: W and F), none for what stands upon another.

    Signs of ambiguous width count as one. A sign joined from several counts as all of them, since some terminals show
    it so: rather too much than too little.
    """
    if text.isascii():
        return len(text)
    total, last = 0, 0
    for sign in text:
        if sign == _AS_PICTURE:
            total += last == 1
            last = 2
        elif not _stands_upon(sign):
            last = 2 if unicodedata.east_asian_width(sign) in "WF" else 1
            total += last
    return total


def wrapped(text: str, room: int) -> list[str]:
    """The text in lines of at most `room` columns, broken at spaces; a word that is longer than a line is cut.

    A no-break space holds what it joins. There is always a line, though it may be empty. `room` is at least two.
    """
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, room)
        lines += full
    return [*lines, line]


def filled(text: str, room: int) -> str:
    """The text with as many spaces behind it as it needs to take `room` columns."""
    return text + " " * (room - width(text))


def _cut(word: str, room: int) -> list[str]:
    pieces, piece = [], ""
    for sign in word:
        if piece and width(piece + sign) > room and not _stands_upon(sign):
            pieces.append(piece)
            piece = ""
        piece += sign
    return [*pieces, piece]


def _stands_upon(sign: str) -> bool:
    """Accents, joiners, and the second and third letter of a Korean syllable that is written by its letters."""
    return unicodedata.category(sign) in ("Mn", "Me", "Cf") or "\u1160" <= sign <= "\u11ff"
