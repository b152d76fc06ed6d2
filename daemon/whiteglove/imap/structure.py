"""BODYSTRUCTURE (RFC 9051 section 7.5.2) as a tree of `message.Part`, with the section number of every part.

Reads what IMAPClient or `responses` made of it. Servers get it wrong in many ways and senders in more: nothing here
raises, what makes no sense is left out, and the tree has bounds whatever a message weighs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import collapse_rfc2231_value, decode_params
from typing import Any

from whiteglove.message import Part

DEEPEST = 40
MOST_PARTS = 1000
LONGEST_STRING = 2000
MOST_PARAMETERS = 100
"""Of one part. Whatever a sender writes there comes back from the server as it is."""

_ENCODING, _SIZE, _ENVELOPE, _BODY = 5, 6, 7, 8


def part_tree(structure: object) -> Part | None:
    """The message as a tree, or None where the server's answer holds no part at all.

    A message of one part is section `1`. A multipart has no number of its own: the outermost is `TEXT`, one that is
    the whole of an attached message `n.TEXT`. Parts below level `DEEPEST` and beyond `MOST_PARTS` are left out.
    """
    return _Reader().message(structure, "", 0)


class _Reader:
    """Counts the parts of one message."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def message(self, body: object, prefix: str, depth: int) -> Part | None:
        """The body of a whole message; `prefix` is the section of the part that holds it, "" for the mail itself."""
        dot = f"{prefix}." if prefix else ""
        section = f"{dot}TEXT" if _is_multipart(body) else f"{dot}1"
        return self.part(body, section, dot, depth)

    def part(self, body: object, section: str, dot: str, depth: int) -> Part | None:
        if not isinstance(body, Sequence) or isinstance(body, bytes | str) or len(body) < 2:
            return None
        if depth > DEEPEST or self._left <= 0:
            return None
        self._left -= 1
        if _is_multipart(body):
            return self._multipart(body, section, dot, depth)
        return self._single(body, section, depth)

    def _multipart(self, body: Sequence[Any], section: str, dot: str, depth: int) -> Part:
        """IMAPClient gathers the children into one list; the wire has them one after the other."""
        if isinstance(body[0], list):
            children, rest = list(body[0]), body[1:]
        elif not isinstance(body[0], tuple):
            children, rest = [], body[1:]
        else:
            count = next((at for at, item in enumerate(body) if not isinstance(item, tuple)), len(body))
            children, rest = list(body[:count]), body[count:]
        parts = []
        for number, child in enumerate(children, 1):
            below = f"{dot}{number}"
            part = self.part(child, below, f"{below}.", depth + 1)
            if part is not None:
                parts.append(part)
        parameters = _parameters(_at(rest, 1))
        disposition, filename = _disposition(rest[2:], parameters)
        return Part(
            content_type=f"multipart/{_lower(_at(rest, 0)) or 'mixed'}",
            section=section,
            parameters=parameters,
            disposition=disposition,
            filename=filename,
            children=tuple(parts),
        )

    def _single(self, body: Sequence[Any], section: str, depth: int) -> Part:
        main, sub = _lower(_at(body, 0)) or "application", _lower(_at(body, 1)) or "octet-stream"
        parameters = _parameters(_at(body, 2))
        children: tuple[Part, ...] = ()
        if main == "message" and isinstance(_at(body, _ENVELOPE), tuple):
            inner = self.message(_at(body, _BODY), section, depth + 1)
            children = (inner,) if inner else ()
        disposition, filename = _disposition(body[_SIZE + 1 :], parameters)
        return Part(
            content_type=f"{main}/{sub}",
            section=section,
            parameters=parameters,
            encoding=_lower(_at(body, _ENCODING)) or "7bit",
            size=_number(_at(body, _SIZE)),
            disposition=disposition,
            filename=filename,
            children=children,
        )


def _is_multipart(body: object) -> bool:
    """A multipart begins with its parts. For one without any, servers say `("multipart" "mixed" …)` or NIL."""
    if not isinstance(body, Sequence) or isinstance(body, bytes | str) or not body:
        return False
    first = body[0]
    return isinstance(first, tuple | list) or _lower(first) == "multipart" or (first is None and len(body) <= _SIZE)


def _at(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        cut = value[:LONGEST_STRING]
        try:
            return cut.decode()
        except UnicodeDecodeError:
            return cut.decode("latin-1")
    return str(value)[:LONGEST_STRING] if isinstance(value, int | str) else ""


def _lower(value: object) -> str:
    return _text(value).strip().lower()


def _number(value: object) -> int:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _parameters(flat: object) -> Mapping[str, str]:
    """Names and values that follow one another; continued and encoded ones (RFC 2231) put together."""
    if not isinstance(flat, tuple | list):
        return {}
    flat = flat[: 2 * MOST_PARAMETERS]
    pairs = [(_lower(name), _text(value)) for name, value in zip(flat[::2], flat[1::2], strict=False)]
    if not any("*" in name for name, _ in pairs):
        return dict(pairs)
    try:
        joined = decode_params([("", ""), *pairs])[1:]
        return {name: collapse_rfc2231_value(_unquoted(value)) for name, value in joined}
    except (ValueError, TypeError, LookupError):
        return dict(pairs)


def _unquoted(value: Any) -> Any:
    """`decode_params` quotes what it gives back, as if it stood in a header."""
    if isinstance(value, tuple):
        return (value[0], value[1], value[2].strip('"'))
    return value.strip('"')


def _disposition(items: Sequence[Any], parameters: Mapping[str, str]) -> tuple[str, str]:
    """The disposition and the file name.

    The disposition is looked for by its shape, `("attachment" (…))`, since servers leave out the line count or the
    checksum ahead of it. Old mail names the file in the content type.
    """
    for item in items:
        match item:
            case (bytes() as kind, (tuple() | None) as flat):
                named = _parameters(flat)
                return _lower(kind), _decoded(named.get("filename") or parameters.get("name", ""))
    return "", _decoded(parameters.get("name", ""))


def _decoded(name: str) -> str:
    """A file name with encoded words (RFC 2047), which do not belong there and are common."""
    if "=?" not in name:
        return name
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return name
