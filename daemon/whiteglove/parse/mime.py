"""The MIME tree of a mail (RFC 2045, 2046) from its bytes, in time that grows with its length only.

Each level is one search for its boundary in the bytes as they are. Nothing is copied line by line, and depth, number
of parts and number of searches are bounded, whatever a mail claims to contain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from whiteglove.message import Part
from whiteglove.parse.fields import Header, read_header
from whiteglove.parse.words import decode_bytes, decode_words

DEEPEST = 40
MOST_PARTS = 1000
MOST_SEARCHES = 100_000
_LONGEST_BOUNDARY = 200

_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;\"]*)")
_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
_CONTINUED = re.compile(r"(.+?)\*(\d{1,3})?(\*)?$")
_FIRST_DELIMITER = re.compile(rb"--([^\s-][^\r\n]{0,70}?)\s*(?:\n|$)")


@dataclass(slots=True)
class Tree:
    """A message's parts. `spans` says, by section, where the encoded bytes of each part that holds data lie."""

    root: Part
    spans: dict[str, tuple[int, int]]
    defects: list[str]


def read_tree(raw: bytes, header: Header) -> Tree:
    """The tree of the message whose header has just been read; never raises, whatever the bytes are."""
    reader = _Reader(raw)
    root = reader.message(header, len(raw), "", 0)
    return Tree(root, reader.spans, list(dict.fromkeys(reader.defects)))


def outline(header: Header) -> Part:
    """What the header alone tells of the structure: one part, or a multipart whose parts are unknown."""
    kind = _Content.of(header, "text/plain")
    return kind.part("TEXT" if kind.content_type.startswith("multipart/") else "1", 0)


@dataclass(slots=True)
class _Content:
    """What the fields of one part say about it."""

    content_type: str
    parameters: Mapping[str, str]
    encoding: str
    disposition: str
    filename: str

    @classmethod
    def of(cls, header: Header, default: str) -> _Content:
        value = header.first("content-type") or ""
        found = _TYPE.match(value)
        parameters = read_parameters(value) if ";" in value else {}
        disposition = header.first("content-disposition") or ""
        named = read_parameters(disposition).get("filename") if ";" in disposition else None
        return cls(
            content_type=found[1].lower() if found else default,
            parameters=parameters,
            encoding=(header.first("content-transfer-encoding") or "7bit").partition(";")[0].strip().lower() or "7bit",
            disposition=disposition.partition(";")[0].strip().lower(),
            filename=decode_words(named or parameters.get("name", "")),
        )

    def part(self, section: str, size: int, children: tuple[Part, ...] = ()) -> Part:
        return Part(
            content_type=self.content_type, section=section, parameters=self.parameters, encoding=self.encoding,
            size=size, disposition=self.disposition, filename=self.filename, children=children,
        )  # fmt: skip


@dataclass(slots=True)
class _Reader:
    """Walks one message and counts its parts."""

    raw: bytes
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)
    count: int = 0
    searches: int = 0

    def message(self, header: Header, stop: int, prefix: str, depth: int) -> Part:
        """The body of a whole message; `prefix` is the section of the part that holds it, "" for the mail itself."""
        content = _Content.of(header, "text/plain")
        dot = f"{prefix}." if prefix else ""
        section = f"{dot}TEXT" if content.content_type.startswith("multipart/") else f"{dot}1"
        return self.part(content, header.end, stop, section, dot, depth)

    def part(self, content: _Content, start: int, stop: int, section: str, dot: str, depth: int) -> Part:
        self.count += 1
        children: tuple[Part, ...] = ()
        if depth >= DEEPEST:
            self.defects.append("too_deep")
        elif content.content_type.startswith("multipart/"):
            children = self.multipart(content, start, stop, dot, depth)
        elif content.content_type == "message/rfc822" and content.encoding not in ("base64", "quoted-printable"):
            children = (self.message(read_header(self.raw, start, stop), stop, section, depth + 1),)
        if not children:
            self.spans[section] = (start, stop)
        return content.part(section, stop - start, children)

    def multipart(self, content: _Content, start: int, stop: int, dot: str, depth: int) -> tuple[Part, ...]:
        default = "message/rfc822" if content.content_type == "multipart/digest" else "text/plain"
        children: list[Part] = []
        for number, (first, last) in enumerate(self.between_delimiters(content, start, stop), 1):
            if self.count >= MOST_PARTS:
                self.defects.append("too_many_parts")
                break
            header = read_header(self.raw, first, last)
            below = f"{dot}{number}"
            child = _Content.of(header, default)
            children.append(self.part(child, min(header.end, last), last, below, f"{below}.", depth + 1))
        return tuple(children)

    def between_delimiters(self, content: _Content, start: int, stop: int) -> list[tuple[int, int]]:
        """Where each part of a multipart begins and ends. Without its last delimiter, the last part ends with it."""
        boundary = content.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()[:_LONGEST_BOUNDARY]
        if not boundary:
            self.defects.append("no_boundary")
            guess = _FIRST_DELIMITER.match(self.raw, start, stop)
            if guess is None:
                return []
            boundary = guess[1]
        needle = b"\n--" + boundary
        parts: list[tuple[int, int]] = []
        opened: int | None = None
        # The line end before a delimiter belongs to it, also that of the header's last line.
        at = self.raw.find(needle, max(start - 1, 0), stop)
        while at >= 0 and len(parts) < MOST_PARTS and self.searches < MOST_SEARCHES:
            self.searches += 1
            after = at + len(needle)
            line_end = self.raw.find(b"\n", after, stop)
            line_end = stop if line_end < 0 else line_end
            rest = self.raw[after : min(line_end, after + 80)].strip()
            if rest in (b"", b"--"):
                if opened is not None:
                    parts.append((opened, max(opened, at - (self.raw[at - 1 : at] == b"\r"))))
                opened = min(line_end + 1, stop)
                if rest:
                    return parts
                at = line_end - 1
            at = self.raw.find(needle, max(at + 1, after), stop)
        if opened is not None:
            self.defects.append("no_end_boundary")
            parts.append((opened, stop))
        return parts


def read_parameters(value: str) -> dict[str, str]:
    """The parameters of a content type or disposition, names in lower case; continued and encoded ones (RFC 2231)
    put together and decoded."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(value):
        name, text = found[1].lower(), found[2].strip()
        if text.startswith('"'):
            text = text[1:-1] if "\\" not in text else re.sub(r"\\(.)", r"\1", text[1:-1])
        if "*" in name and (continued := _CONTINUED.match(name)):
            encoded = bool(continued[3] or not continued[2])
            pieces.setdefault(continued[1], []).append((int(continued[2] or 0), encoded, text))
        else:
            plain.setdefault(name, text)
    for name, parts in pieces.items():
        plain[name] = _joined(sorted(parts))
    return plain


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    charset, data = "", b""
    for number, encoded, text in parts:
        value = text
        if encoded and number == 0 and text.count("'") >= 2:
            charset, _, value = text.split("'", 2)
        data += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return decode_bytes(data, charset)
