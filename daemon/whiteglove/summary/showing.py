"""Names, subjects and what plugins wrote, as they may be shown: on one line, of bounded length, nothing hidden."""

from __future__ import annotations

import unicodedata

from whiteglove.text import clean

# Needed within words of Persian and the scripts of India, and within signs that are made of several.
_JOINERS = "\u200c\u200d"
_HOLDING = _JOINERS + "\ufe0e\ufe0f"


def shown(text: str, most: int) -> str:
    """The text on one line, at most `most` characters of it, an ellipsis where it was cut.

    Control characters and whatever turns the direction of reading or takes no room are left out: a subject must not
    look like something that it is not.
    """
    seen = "".join(c for c in clean(text) if unicodedata.category(c) != "Cf" or c in _JOINERS)
    line = " ".join(seen.split())
    if len(line) <= most:
        return line
    end = most - 1
    # A cut between a letter and its accents, or within a joined sign, would show another letter or a broken sign.
    while end and (unicodedata.combining(line[end]) or line[end] in _HOLDING or line[end - 1] in _HOLDING):
        end -= 1
    return line[:end].rstrip() + "…"
