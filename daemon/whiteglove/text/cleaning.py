"""What may reach a store, a log or a terminal: no NUL, no control characters, no half characters."""

from __future__ import annotations

import re

# C0 and C1 controls without tab and newline, lone surrogates, and the bidirectional overrides and isolates, which can
# make a subject or a name show something other than it is.
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_PLAIN = bytes(code for code in range(128) if not _UNCLEAN.match(chr(code)))
_NEWLINES = re.compile("\r\n?|[\u2028\u2029]")


def clean(text: str) -> str:
    """The text without NUL, control characters, lone surrogates and bidirectional overrides.

    Tabs stay, and every kind of line end becomes a newline.
    """
    if _is_clean(text):
        return text
    return _UNCLEAN.sub("", _NEWLINES.sub("\n", text))


def is_plain(data: bytes) -> bool:
    """Whether the bytes are nothing but printable ASCII, tabs and newlines."""
    return not data.translate(None, _PLAIN)


def _is_clean(text: str) -> bool:
    """Nearly every text is, which is seen sooner than by the pattern: what is printable holds nothing of the kind."""
    if text.isascii():
        return is_plain(text.encode())
    if text.replace("\n", " ").isprintable():
        return True
    return _UNCLEAN.search(text) is None and "\u2028" not in text and "\u2029" not in text
