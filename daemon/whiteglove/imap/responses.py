"""What an IMAP server says, taken apart: the records of imaplib as nested values (RFC 9051 section 9).

imaplib hands out a response as pieces: a line, or a line that ends in `{n}` together with the literal it announces;
every response ends with a plain line. One message that makes no sense must not cost the others of its batch, so that
each response is read by itself. IMAPClient's parser reads all of them or none, and byte by byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Piece: TypeAlias = "bytes | tuple[bytes, bytes]"
Value: TypeAlias = "bytes | tuple[Value, ...] | None"

DEEPEST = 500
"""Levels of parentheses; deeper is an attack, not a mail."""

# Possessive throughout: what is matched letter by letter and may be given back costs a hundred octets for each letter.
_TOKEN = re.compile(
    rb'[ \t]*(?:([()])|"((?:[^"\\]++|\\.)*+)"|((?:[^ \t()"\[]++|\[[^\]]*+\])++)|([^ \t]))',
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_UID = re.compile(rb"\bUID (\d+)")
_PARENTHESIS, _QUOTED, _ATOM = 1, 2, 3


def responses(data: Iterable[object]) -> Iterator[list[Piece]]:
    """The pieces of each response. imaplib says `[None]` where there is none."""
    pieces: list[Piece] = []
    for piece in data:
        if isinstance(piece, tuple):
            pieces.append(piece)
        elif isinstance(piece, bytes):
            yield [*pieces, piece]
            pieces = []


def values(pieces: Sequence[Piece]) -> tuple[Value, ...]:
    """The values of one response: strings as bytes, NIL as None, lists as tuples. Raises `ValueError`."""
    stack: list[list[Value]] = [[]]
    for piece in pieces:
        text, literal = piece if isinstance(piece, tuple) else (piece, None)
        if literal is not None:
            text = text[: text.rfind(b"{")]
        for match in _TOKEN.finditer(text):
            kind = match.lastindex
            if kind == _ATOM:
                atom = match[_ATOM]
                stack[-1].append(None if atom.upper() == b"NIL" else atom)
            elif kind == _QUOTED:
                quoted = match[_QUOTED]
                stack[-1].append(_ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted)
            elif kind != _PARENTHESIS:
                raise ValueError(f"a stray {match[4]!r}")
            elif match[_PARENTHESIS] == b"(":
                stack.append([])
                if len(stack) > DEEPEST:
                    raise ValueError("nested too deep")
            else:
                done = tuple(stack.pop())
                if not stack:
                    raise ValueError("a parenthesis closes that none opened")
                stack[-1].append(done)
        if literal is not None:
            stack[-1].append(literal)
    if len(stack) > 1:
        raise ValueError("a parenthesis stays open")
    return tuple(stack[0])


def attributes(pieces: Sequence[Piece]) -> dict[str, Value]:
    """The items of one FETCH response by upper-case name, `BODY[1]<0>` as `BODY[1]`. Raises `ValueError`."""
    match values(pieces):
        case (bytes(), tuple() as items):
            names = [
                name.partition(b"<")[0].decode("latin-1").upper() for name in items[::2] if isinstance(name, bytes)
            ]
            return dict(zip(names, items[1::2], strict=True))
        case _:
            raise ValueError("no list of items")


def uid_of(pieces: Sequence[Piece]) -> int | None:
    """The UID that a FETCH response names somewhere, however little else of it makes sense."""
    for piece in pieces:
        if match := _UID.search(piece[0] if isinstance(piece, tuple) else piece):
            return int(match[1])
    return None


def numbers(data: Iterable[object]) -> list[int]:
    """The numbers of a SEARCH reply, over as many lines as the server cares to use; `(MODSEQ n)` is left out."""
    found: list[int] = []
    for line in data:
        if isinstance(line, bytes):
            found.extend(int(word) for word in line.partition(b"(")[0].split() if word.isdigit())
    return found


def number_set(uids: Iterable[int]) -> str:
    """UIDs as an IMAP sequence set, runs as `5:9`: some servers accept no line above 1,000 octets."""
    parts: list[str] = []
    first = last = -1
    for uid in sorted(set(uids)):
        if uid != last + 1:
            if first >= 0:
                parts.append(_run(first, last))
            first = uid
        last = uid
    if first >= 0:
        parts.append(_run(first, last))
    return ",".join(parts)


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}:{last}"


def quoted(text: str) -> str:
    """A string as IMAP quotes it. Raises `ValueError` for one that cannot be quoted (RFC 9051, `quoted`)."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("only printable ASCII can be quoted")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
