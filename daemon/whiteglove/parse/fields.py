"""Header fields out of bytes: split, unfolded, decoded to text and cleaned, but not yet understood.

The standard library's header parser gives 8-bit values back as surrogates, and takes what follows a line that is no
field for the body; real mail has such lines above its From.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from whiteglove.text import clean, is_plain

LONGEST_HEADER = 256 * 1024

# A field goes on in lines that start with a blank; some gateways forget the blank before a parameter.
_FIELD = re.compile(
    rb"([!-9;-~]+)[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*|(?:(?<=;)|(?<=;\r))\n[a-z-]{3,20}=[^\n]*)*)(?:\n|$)"
)
_LINE = re.compile(rb"([^\n]*)(?:\n|$)")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_NEXT_FIELD = re.compile(r"\n(?![ \t])")
_PLAIN_FOLD = re.compile(r"\n[ \t]+")
_FOLD = re.compile(r"[\r\n]+[ \t]*")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields in order, unfolded and still encoded; `end` is where the body begins; `defects` as in `Message`.

    `values` holds what each name, in lower case, is given.
    """

    fields: tuple[tuple[str, str], ...]
    end: int
    defects: tuple[str, ...]
    values: Mapping[str, list[str]]

    def first(self, name: str) -> str | None:
        """The value of the first field of this name, which is given in lower case."""
        return self.values[name][0] if name in self.values else None


def read_header(raw: bytes, start: int = 0, stop: int | None = None) -> Header:
    """The header that starts at `start`, in a text whose lines end with LF or CRLF.

    Ends at the first empty line, or where something begins that can be no header. A line that is no field, but has
    fields below it, is passed over and noted as `bad_header`.
    """
    stop = len(raw) if stop is None else stop
    limit = min(stop, start + LONGEST_HEADER)
    return _read_usual(raw, start, limit) or _read_any(raw, start, limit, stop)


def _read_usual(raw: bytes, start: int, limit: int) -> Header | None:
    """The header in one piece, which is much quicker, where it is as nearly all are: printable ASCII above an empty
    line, in which every line goes on or starts a field whose name holds letters, digits and dashes. None for others."""
    blank = _BLANK_LINE.search(raw, start, limit)
    if blank is None:
        return None
    block = raw[start : blank.end()]
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if not is_plain(block):
        return None
    fields: list[tuple[str, str]] = []
    values: dict[str, list[str]] = {}
    for field in _NEXT_FIELD.split(block[:-2].decode("ascii")):
        name, colon, value = field.partition(":")
        if not colon or not name.replace("-", "_").isidentifier():
            return None
        value = value.strip(" \t")
        if "\n" in value:
            value = _PLAIN_FOLD.sub(" ", value).rstrip()
        fields.append((name, value))
        values.setdefault(name.lower(), []).append(value)
    return Header(tuple(fields), blank.end(), (), values)


def _read_any(raw: bytes, start: int, limit: int, stop: int) -> Header:
    """The header field by field, whatever stands between them."""
    fields: list[tuple[str, str]] = []
    values: dict[str, list[str]] = {}
    defects: list[str] = []
    at = start
    while at < limit:
        if found := _FIELD.match(raw, at, limit):
            name, value = found[1].decode("ascii"), _text(found[2])
            fields.append((name, value))
            values.setdefault(name.lower(), []).append(value)
            at = found.end()
            continue
        line = _LINE.match(raw, at, limit)
        assert line is not None
        if not line[1].rstrip(b"\r"):
            return Header(tuple(fields), line.end(), tuple(defects), values)
        if line.end() == limit < stop:
            break
        is_envelope = at == start and line[1].startswith((b"From ", b">From "))
        if not is_envelope and "bad_header" not in defects:
            defects.append("bad_header")
        if not is_envelope and _FIELD.match(raw, line.end(), limit) is None:
            return Header(tuple(fields), at, tuple(defects), values)
        at = line.end()
    if limit < stop:
        defects.append("truncated")
    return Header(tuple(fields), limit, tuple(defects), values)


def _text(value: bytes) -> str:
    value = value.rstrip()
    if value.isascii() and (usual := value.decode("ascii")).isprintable():
        return usual
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("cp1252", "replace")
    return clean(_FOLD.sub(" ", text)).replace("\n", " ")
