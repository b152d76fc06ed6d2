"""Bytes to `Message`, whatever the bytes are. Nothing here raises; what was odd stands in `Message.defects`.

Defects: `no_header`, `bad_header` (a line that is no field), `truncated` (a header beyond all measure), `no_from`,
`bad_from`, `several_from` (the field more than once), `bad_address` (in any other field), `no_message_id`,
`bad_message_id`, `bad_references`, `no_date`, `bad_date`, `unknown_charset`, `no_boundary`, `no_end_boundary`,
`too_deep`, `too_many_parts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from whiteglove.message import Address, Message, Part
from whiteglove.parse.addresses import LONGEST_ADDRESS, parse_addresses
from whiteglove.parse.content import LONGEST_ENCODED, decode_part, text_part
from whiteglove.parse.fields import Header, read_header
from whiteglove.parse.identity import parse_date, parse_ids
from whiteglove.parse.mime import outline, read_tree
from whiteglove.parse.words import decode_words, has_unknown_charset, known_charset

__all__ = ["decode_part", "parse_header", "parse_whole", "text_part"]


def parse_header(header: bytes, *, structure: Part | None = None, size: int = 0) -> Message:
    """A message from its header block, and its structure where the server told it. Never raises.

    Without a structure, `Message.structure` is what the header alone tells: the parts of a multipart stay unknown.
    """
    found = read_header(_with_newlines(header))
    return _message(found, outline(found) if structure is None else structure, size, [])


def parse_whole(raw: bytes) -> tuple[Message, str | None]:
    """A message from all its bytes, and its text; None where it has none. Never raises."""
    size = len(raw)
    raw = _with_newlines(raw)
    header = read_header(raw)
    tree = read_tree(raw, header)
    part = text_part(tree.root)
    text = None
    if part is not None and part.section in tree.spans:
        start, stop = tree.spans[part.section]
        text = decode_part(raw[start : min(stop, start + LONGEST_ENCODED)], part)
    return _message(header, tree.root, size, tree.defects), text


def _with_newlines(raw: bytes) -> bytes:
    """Some old mail ends its lines with CR alone, and whatever handed it on may have put proper lines above it: where
    most lines end so, CR ends a line."""
    returns = raw.count(b"\r")
    if not returns or returns - raw.count(b"\r\n") <= raw.count(b"\n"):
        return raw
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _message(header: Header, structure: Part, size: int, tree_defects: Sequence[str]) -> Message:
    reader = _Reader(header)
    author = reader.author()
    return Message(
        message_id=reader.message_id(),
        author=author,
        sender=sender[0] if (sender := reader.addresses("sender")) else None,
        reply_to=reader.addresses("reply-to"),
        to=reader.addresses("to"),
        cc=reader.addresses("cc"),
        return_path=reader.return_path(),
        subject=reader.subject(),
        date=reader.date(),
        in_reply_to=reader.ids("in-reply-to"),
        references=reader.ids("references"),
        headers=header.fields,
        structure=structure,
        size=size,
        defects=tuple(dict.fromkeys([*header.defects, *reader.defects, *tree_defects, *_charset_defects(structure)])),
    )


def _charset_defects(structure: Part) -> list[str]:
    for part in structure.walk() if structure.children else (structure,):
        charset = part.parameters.get("charset")
        if charset and part.content_type.startswith("text/") and known_charset(charset) is None:
            return ["unknown_charset"]
    return []


class _Reader:
    """Understands the fields of one header, and gathers what was wrong with them."""

    def __init__(self, header: Header) -> None:
        self.defects = [] if header.fields else ["no_header"]
        self._header = header

    def author(self) -> tuple[Address, ...]:
        values = self._header.values.get("from", [])
        if len(values) > 1:
            self.defects.append("several_from")
        found, broken = _all_addresses(values)
        if broken or not found:
            self.defects.append("bad_from" if any(values) else "no_from")
        return found

    def addresses(self, name: str) -> tuple[Address, ...]:
        if name not in self._header.values:
            return ()
        found, broken = _all_addresses(self._header.values[name])
        if broken:
            self.defects.append("bad_address")
        return found

    def return_path(self) -> str | None:
        """The path as it stands between the brackets, `""` for the null path; of several the topmost counts."""
        value = self._header.first("return-path")
        if value is None:
            return None
        found, _ = parse_addresses(value)
        return found[0].address if found else value.strip(" \t<>")[:LONGEST_ADDRESS]

    def subject(self) -> str:
        value = self._header.first("subject") or ""
        if has_unknown_charset(value):
            self.defects.append("unknown_charset")
        return " ".join(decode_words(value).split())

    def message_id(self) -> str | None:
        value = self._header.first("message-id")
        if value is None:
            self.defects.append("no_message_id")
            return None
        ids, broken = parse_ids(value)
        if broken or len(ids) != 1:
            self.defects.append("bad_message_id")
        return ids[0] if len(ids) == 1 else None

    def ids(self, name: str) -> tuple[str, ...]:
        if name not in self._header.values:
            return ()
        ids, broken = parse_ids(" ".join(self._header.values[name]))
        if broken:
            self.defects.append("bad_references")
        return ids

    def date(self) -> datetime | None:
        value = self._header.first("date")
        if value is None:
            self.defects.append("no_date")
            return None
        found = parse_date(value)
        if found is None:
            self.defects.append("bad_date")
        return found


def _all_addresses(values: Sequence[str]) -> tuple[tuple[Address, ...], bool]:
    if len(values) == 1:
        return parse_addresses(values[0])
    found: list[Address] = []
    broken = False
    for value in values:
        some, odd = parse_addresses(value)
        found += some
        broken = broken or odd
    return tuple(found), broken
