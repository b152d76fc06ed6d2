"""SEARCH (RFC 3501 section 6.4.4) by number, flag, day of arrival and header; TEXT, BODY and the like are unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from whiteglove.demo import mail as mime
from whiteglove.demo.imap_grammar import DEEPEST, BadCommandError, Value, day, is_set, number_set, text, word
from whiteglove.demo.maildrop import Mail

_Test = Callable[[int, Mail], bool]

_FLAGS = {name.upper(): f"\\{name}" for name in ("Answered", "Deleted", "Draft", "Flagged", "Seen")}
_FIELDS = frozenset({"FROM", "TO", "CC", "BCC", "SUBJECT"})


def search(keys: Sequence[Value], view: Sequence[Mail]) -> list[tuple[int, Mail]]:
    """The mails that meet every key, with their numbers in this view of the folder. Raises `BadCommandError`."""
    test = _every(keys, view, 0)
    return [(number, mail) for number, mail in enumerate(view, 1) if test(number, mail)]


def _every(keys: Sequence[Value], view: Sequence[Mail], depth: int) -> _Test:
    left = list(reversed(keys))
    tests = [_one(left, view, depth)]
    while left:
        tests.append(_one(left, view, depth))
    return lambda number, mail: all(test(number, mail) for test in tests)


def _one(left: list[Value], view: Sequence[Mail], depth: int) -> _Test:
    """Take one key with its arguments off the end of what is left."""
    key = _next(left)
    if depth > DEEPEST:
        raise BadCommandError("that is nested too deep")
    if isinstance(key, list):
        return _every(key, view, depth + 1)
    if is_set(key):
        numbers = number_set(key, len(view))
        return lambda number, mail: any(number in some for some in numbers)
    name = word(key)
    if name == "NOT":
        test = _one(left, view, depth + 1)
        return lambda number, mail: not test(number, mail)
    if name == "OR":
        one, other = _one(left, view, depth + 1), _one(left, view, depth + 1)
        return lambda number, mail: one(number, mail) or other(number, mail)
    if name == "UID":
        uids = number_set(_next(left), view[-1].uid if view else 0)
        return lambda number, mail: any(mail.uid in some for some in uids)
    if name in ("SINCE", "BEFORE", "ON"):
        return _arrived(name, left)
    if name in _FIELDS or name == "HEADER":
        return _has(text(_next(left)) if name == "HEADER" else name, text(_next(left)))
    flag = _FLAGS.get(name.removeprefix("UN"))
    if flag is None and name != "ALL":
        raise BadCommandError(f"SEARCH has no {name!a} here")
    return lambda number, mail: flag is None or (flag in mail.flags) is not name.startswith("UN")


def _next(left: list[Value]) -> Value:
    if not left:
        raise BadCommandError("SEARCH ends too soon")
    return left.pop()


def _arrived(name: str, left: list[Value]) -> _Test:
    """By the day of INTERNALDATE as this server writes it, which is the day of UTC."""
    wanted = day(_next(left))
    if name == "SINCE":
        return lambda number, mail: mail.received_at.astimezone(UTC).date() >= wanted
    if name == "BEFORE":
        return lambda number, mail: mail.received_at.astimezone(UTC).date() < wanted
    return lambda number, mail: mail.received_at.astimezone(UTC).date() == wanted


def _has(name: str, value: str) -> _Test:
    """Whether a field of that name holds the value, in any case; the empty value asks for the field itself."""
    wanted, encoded = value.casefold(), name.encode("utf-8", "replace").lower()
    return lambda number, mail: any(
        field == encoded and wanted in _decoded(content).casefold()
        for field, content in mime.header_fields(mime.header(mail.raw))
    )


def _decoded(content: bytes) -> str:
    """With encoded words (RFC 2047) as what they stand for."""
    written = content.decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(written)))
    except (HeaderParseError, LookupError, ValueError):
        return written
