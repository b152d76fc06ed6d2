"""Encoded words (RFC 2047) and charsets, as tolerantly as mail needs it."""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache

from whiteglove.text import clean

_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")

# Names that mail uses and Python does not know, and names that mean more than they say: what is declared as the older
# set is often written in the one that contains it.
_ALIASES = {
    "gb2312": "gb18030", "x-gbk": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "x-sjis": "cp932", "shift_jis": "cp932", "iso-2022-jp-ms": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "windows-874": "cp874", "x-windows-874": "cp874",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "ansi": "cp1252", "x-ansi": "cp1252", "us-ascii": "ascii",
    "utf8mb4": "utf-8", "utf-8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "unicode": "utf-8", "x-unicode": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "x-mac-roman": "mac-roman", "macintosh": "mac-roman", "x-macroman": "mac-roman",
    "cp-850": "cp850", "dos-850": "cp850",
}  # fmt: skip
# Charsets that know no state, so that what ends with a whole character can be decoded at once.
_WHOLE = frozenset({"utf-8", "ascii", "cp1252"})
# Codecs of Python that are no charset of mail; some take time that grows with the square of the text.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})


@lru_cache(maxsize=256)
def known_charset(name: str) -> str | None:
    """Python's name for a declared charset, or None where the charset is unknown."""
    wanted = name.strip().strip("\"'").lower()
    try:
        info = codecs.lookup(_ALIASES.get(wanted, wanted))
    except (LookupError, ValueError):
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name.replace("-", "_") not in _NO_CHARSETS else None


def decode_bytes(data: bytes, charset: str = "") -> str:
    """The bytes as text: by the declared charset, else as UTF-8, else as Windows-1252, which takes anything.

    A character cut off at the end, as where only the first part of a mail was fetched, is left out.
    """
    declared = known_charset(charset) if charset else None
    for name in (declared, "utf-8"):
        if name is None:
            continue
        try:
            return clean(_decoded(data, name))
        except (ValueError, LookupError):
            continue
    return clean(data.decode("cp1252", "replace"))


def _decoded(data: bytes, name: str) -> str:
    if name in _WHOLE:
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            pass
    return codecs.getincrementaldecoder(name)("strict").decode(data, final=False)


def decode_words(value: str) -> str:
    """A header value with its encoded words decoded, on one line. What cannot be decoded stays as it is."""
    if "=?" not in value:
        return value
    joined = _BETWEEN.sub(r"\1", value)
    pieces: list[str] = []
    run: list[bytes] = []
    run_charset, at = "", 0

    def end_run() -> None:
        if run:
            pieces.append(decode_bytes(b"".join(run), run_charset))
            run.clear()

    for word in _WORD.finditer(joined):
        data = _word_bytes(word[2], word[3], word[1])
        if word.start() != at or word[1].lower() != run_charset or data is None:
            end_run()
        pieces.append(joined[at : word.start()])
        at, run_charset = word.end(), word[1].lower()
        if data is None:
            pieces.append(word[0])
        else:
            # Some programs cut a character in two between words, so that words of one charset are decoded together.
            run.append(data)
    end_run()
    pieces.append(joined[at:])
    return clean("".join(pieces)).replace("\n", " ")


def has_unknown_charset(value: str) -> bool:
    """Whether an encoded word names a charset that nobody knows."""
    return "=?" in value and any(known_charset(word[1]) is None for word in _WORD.finditer(value))


def _word_bytes(encoding: str, text: str, charset: str) -> bytes | None:
    if encoding in "bB":
        return decode_base64(text.encode("ascii", "ignore"))
    # What stands there as it is, although it is no ASCII, is given back in the charset that the word declares.
    raw = text.encode() if text.isascii() else text.encode(known_charset(charset) or "utf-8", "replace")
    return binascii.a2b_qp(raw, header=True)


def decode_base64(data: bytes) -> bytes | None:
    """Base64 with whatever does not belong there left out, and without its end where that is missing."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data.partition(b"=")[0])
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    try:
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return None
