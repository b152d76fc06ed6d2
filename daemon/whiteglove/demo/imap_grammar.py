"""What an IMAP client says, taken apart (RFC 3501 section 9): arguments, sets of numbers, dates, items of FETCH."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

Value: TypeAlias = "str | bytes | list[Value]"
"""An atom; a quoted string or literal; a list in parentheses."""

DEEPEST = 50
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_TOKEN = re.compile(rb'\s*(?:([()])|"((?:[^"\\\r\n]|\\["\\])*)"|((?:[^\s()"\[\]{]|\[[^\[\]]*\])+)|(\S))')
_NUMBER = r"(?:\d{1,10}|\*)"
_SET = re.compile(rf"{_NUMBER}(?::{_NUMBER})?(?:,{_NUMBER}(?::{_NUMBER})?)*")
_DAY = re.compile(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4})")
_SECTION = re.compile(r"BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,10})\.(\d{1,10})>)?", re.IGNORECASE)
_ITEMS = frozenset({"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE"})


class BadCommandError(Exception):
    """What the client said is no IMAP, or none that this server knows; it is answered with BAD."""


@dataclass(frozen=True, slots=True)
class Item:
    """What FETCH asks for, by the `name` it is answered with: of `BODY[section]` the octets from `start` to `end`."""

    name: str
    section: str | None = None
    start: int = 0
    end: int | None = None
    is_peek: bool = True


def values(pieces: Sequence[tuple[bytes, bytes | None]]) -> list[Value]:
    """The values of a command that came in pieces, each a stretch of a line and the literal that ends it."""
    stack: list[list[Value]] = [[]]
    for line, literal in pieces:
        for match in _TOKEN.finditer(line.rstrip()):
            parenthesis, quoted, atom, _ = match.groups()
            if quoted is not None:
                stack[-1].append(re.sub(rb"\\(.)", rb"\1", quoted))
            elif atom is not None:
                stack[-1].append(atom.decode("latin-1"))
            elif parenthesis == b"(" and len(stack) < DEEPEST:
                stack.append([])
            elif parenthesis == b")" and len(stack) > 1:
                done = stack.pop()
                stack[-1].append(done)
            else:
                raise BadCommandError(f"{match[0].strip().decode('latin-1')!a} makes no sense there")
        if literal is not None:
            stack[-1].append(literal)
    if len(stack) > 1:
        raise BadCommandError("a parenthesis stays open")
    return stack[0]


def exactly(count: int, arguments: list[Value]) -> list[Value]:
    """The arguments, where there are so many."""
    if len(arguments) != count:
        raise BadCommandError(f"{len(arguments)} arguments where {count} were expected")
    return arguments


def text(value: Value) -> str:
    """An atom or string; only a list is neither."""
    if isinstance(value, list):
        raise BadCommandError("a string was expected and not a list")
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def word(value: Value) -> str:
    """An atom in upper case."""
    if not isinstance(value, str):
        raise BadCommandError("a word was expected")
    return value.upper()


def flags(value: Value) -> frozenset[str]:
    r"""One flag or a list of them; those with a backslash as the RFC writes them."""
    given = [text(one) for one in (value if isinstance(value, list) else [value])]
    return frozenset("\\" + flag[1:].capitalize() if flag.startswith("\\") else flag for flag in given)


def is_set(value: Value) -> bool:
    return isinstance(value, str) and _SET.fullmatch(value) is not None


def number_set(value: Value, last: int) -> list[range]:
    """`1,5:*` as ranges. `*` is the `last` number there is, so that `7:*` holds it even where it is less than 7."""
    if not is_set(value):
        raise BadCommandError("a set of numbers was expected, like 1,5:*")
    ends = ([last if end == "*" else int(end) for end in part.split(":")] for part in text(value).split(","))
    return [range(min(pair), max(pair) + 1) for pair in ends]


def day(value: Value) -> date:
    """`24-Nov-2026`."""
    match = _DAY.fullmatch(text(value))
    try:
        if match is not None:
            return date(int(match[3]), MONTHS.index(match[2].capitalize()) + 1, int(match[1]))
    except ValueError:
        pass
    raise BadCommandError("a date was expected, like 24-Nov-2026")


def moment(value: Value) -> datetime:
    """`24-Nov-2026 10:42:11 +0100`."""
    written, _, clock = text(value).strip().partition(" ")
    try:
        return datetime.strptime(f"{day(written)} {clock}", "%Y-%m-%d %H:%M:%S %z")
    except ValueError as error:
        raise BadCommandError("a date and time was expected, like 24-Nov-2026 10:42:11 +0100") from error


def written_moment(instant: datetime) -> str:
    """An instant as INTERNALDATE, in UTC."""
    utc = instant.astimezone(UTC)
    return f'"{utc.day:02d}-{MONTHS[utc.month - 1]}-{utc:%Y %H:%M:%S} +0000"'


def items(value: Value) -> list[Item]:
    """What FETCH asks for."""
    return [_item(text(one)) for one in (value if isinstance(value, list) else [value])]


def _item(asked: str) -> Item:
    if asked.upper() in _ITEMS:
        return Item(asked.upper())
    match = _SECTION.fullmatch(asked)
    if match is None:
        raise BadCommandError(f"FETCH has no {asked!a} here")
    peek, section, start, length = match.groups()
    name = f"BODY[{section.upper()}]" + (f"<{start}>" if start else "")
    first = int(start or 0)
    return Item(name, section, first, first + int(length) if length else None, is_peek=bool(peek))
