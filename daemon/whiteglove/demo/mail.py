"""A mail taken apart as IMAP describes it: its sections, BODYSTRUCTURE and ENVELOPE (RFC 3501 section 7.4.2).

Sections are octets of the mail as it lies there. `email` does not keep them, so the parts are found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import getaddresses

DEEPEST = 40
"""Levels of parts within parts; what lies deeper is taken for one part."""

_HEADER_END = re.compile(rb"\A\r?\n|\r?\n\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:((?:.*\n[ \t])*.*\n?)", re.MULTILINE)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_PARAMETER = re.compile(rb';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;(]*))', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_QUOTABLE = re.compile(rb"[ -~]{0,1000}")
_SECTION = re.compile(
    r"(?:(\d{1,6}(?:\.\d{1,6})*)(?:\.(?=\D)|\Z))?(MIME|HEADER|TEXT|HEADER\.FIELDS(\.NOT)? \(([^()]*)\))?", re.IGNORECASE
)

Parameters = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Entity:
    """A mail or a part of one. `header` includes the empty line; a message/rfc822 has one part, the mail in it."""

    header: bytes
    body: bytes
    fields: dict[bytes, bytes]
    kind: bytes
    subkind: bytes
    parts: tuple[Entity, ...] = ()

    @property
    def is_multipart(self) -> bool:
        return self.kind.lower() == b"multipart"

    @property
    def is_mail(self) -> bool:
        return (self.kind.lower(), self.subkind.lower()) == (b"message", b"rfc822")

    @property
    def below(self) -> tuple[Entity, ...]:
        """What the numbers of sections count below this part: a mail of one part is its own part 1."""
        if self.is_mail and self.parts:
            return self.parts[0].below if self.parts[0].is_multipart else self.parts
        return self.parts


def read(raw: bytes, default: bytes = b"text/plain", depth: int = 0) -> Entity:
    """Take a mail or part apart, of the type `default` where it names none. Nothing in it makes this raise."""
    block = header(raw)
    # Of two fields of one name the first counts, as it does with Dovecot.
    fields = dict(reversed(list(header_fields(block))))
    kind, _, subkind = _word(fields.get(b"content-type") or default).partition(b"/")
    entity = Entity(block, raw[len(block) :], fields, kind, subkind)
    if depth == DEEPEST or not (entity.is_multipart or entity.is_mail):
        return entity
    default = b"message/rfc822" if subkind.lower() == b"digest" else b"text/plain"
    pieces = [entity.body] if entity.is_mail else _pieces(entity)
    return replace(entity, parts=tuple(read(piece, default, depth + 1) for piece in pieces))


def header(raw: bytes) -> bytes:
    """The header block with the empty line that ends it; everything where there is no such line."""
    end = _HEADER_END.search(raw)
    return raw[: end.end()] if end else raw


def header_fields(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names in lower case, and unfolded values."""
    for match in _FIELD.finditer(block):
        yield match[1].lower(), _FOLD.sub(b"", match[2]).strip()


def section(mail: Entity, name: str) -> bytes:
    """The octets of `HEADER`, `1.2`, `2.MIME`, "" …; none where there is no such part. Raises `ValueError`."""
    match = _SECTION.fullmatch(name)
    if match is None or (not match[1] and name.upper() == "MIME"):
        raise ValueError(name)
    what, part = (match[2] or "").upper(), mail
    if match[1]:
        below = mail.parts if mail.is_multipart else (mail,)
        for number in map(int, match[1].split(".")):
            if not 1 <= number <= len(below):
                return b""
            part = below[number - 1]
            below = part.below
        if what in ("", "MIME"):
            return part.header if what else part.body
        if not (part.is_mail and part.parts):
            return b""
        part = part.parts[0]
    if what.startswith("HEADER.FIELDS"):
        names = match[4].encode().lower().replace(b'"', b"").split()
        fields = (one for one in _FIELD.finditer(part.header) if (one[1].lower() in names) is not bool(match[3]))
        return b"".join(one[0] for one in fields) + b"\r\n"
    return {"HEADER": part.header, "TEXT": part.body}.get(what, part.header + part.body)


def structure(part: Entity) -> bytes:
    """BODYSTRUCTURE; of the fields that a server may leave out only Content-Disposition is told."""
    parameters = _parameters(part.fields.get(b"content-type", b""))
    told = part.fields.get(b"content-disposition")
    disposition = b"(%b %b)" % (string(_word(told)), _flat(_parameters(told))) if told else b"NIL"
    if part.is_multipart:
        # One without parts is against the grammar, and gets an empty part, as it does from Dovecot.
        parts = b"".join(structure(one) for one in part.parts or (read(b""),))
        return b"(%b %b %b %b NIL NIL)" % (parts, string(part.subkind), _flat(parameters), disposition)
    is_text = part.kind.lower() == b"text"
    if is_text and not any(name.lower() == b"charset" for name, _ in parameters):
        parameters.append((b"charset", b"us-ascii"))
    items = [
        string(part.kind),
        string(part.subkind),
        _flat(parameters),
        string(part.fields.get(b"content-id")),
        string(part.fields.get(b"content-description")),
        string(_word(part.fields.get(b"content-transfer-encoding", b"7bit"))),
        b"%d" % len(part.body),
    ]
    if part.is_mail and part.parts:
        items += [envelope(part.parts[0]), structure(part.parts[0])]
    if is_text or (part.is_mail and part.parts):
        items.append(b"%d" % part.body.count(b"\n"))
    return b"(%b NIL %b NIL NIL)" % (b" ".join(items), disposition)


def envelope(mail: Entity) -> bytes:
    """ENVELOPE, with the members of a group in place of the group."""
    get = mail.fields.get
    senders = [_addresses(get(name) or get(b"from")) for name in (b"from", b"sender", b"reply-to")]
    others = [_addresses(get(name)) for name in (b"to", b"cc", b"bcc")]
    date, subject, answers, own = (string(get(name)) for name in (b"date", b"subject", b"in-reply-to", b"message-id"))
    return b"(%b)" % b" ".join([date, subject, *senders, *others, answers, own])


def string(value: bytes | None) -> bytes:
    """As IMAP writes it: quoted where that is possible, else a literal; NIL for None."""
    if value is None:
        return b"NIL"
    if _QUOTABLE.fullmatch(value):
        return b'"%b"' % value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return b"{%d}\r\n%b" % (len(value), value)


def _flat(parameters: Parameters) -> bytes:
    return b"(%b)" % b" ".join(string(text) for pair in parameters for text in pair) if parameters else b"NIL"


def _addresses(value: bytes | None) -> bytes:
    found = []
    for name, address in getaddresses([(value or b"").decode("latin-1")]):
        local, _, domain = (text.encode("latin-1") for text in address.rpartition("@"))
        if local:
            found.append(b"(%b NIL %b %b)" % (string(name.encode("latin-1") or None), string(local), string(domain)))
    return b"(%b)" % b"".join(found) if found else b"NIL"


def _word(value: bytes) -> bytes:
    """What stands ahead of parameters and comments."""
    return re.split(rb"[;(\s]", value, maxsplit=1)[0]


def _parameters(value: bytes) -> Parameters:
    return [(one[1], one[3] if one[2] is None else _ESCAPED.sub(rb"\1", one[2])) for one in _PARAMETER.finditer(value)]


def _pieces(part: Entity) -> list[bytes]:
    """What lies between the lines of the boundary; the line end ahead of each is a part of it (RFC 2046, 5.1.1)."""
    named = _parameters(part.fields.get(b"content-type", b""))
    boundary = next((value for name, value in named if name.lower() == b"boundary"), b"")
    if not boundary:
        return []
    pieces, begin = [], -1
    for line in re.finditer(rb"^--%b(--)?[ \t]*\r?(?:\n|\Z)" % re.escape(boundary), part.body, re.MULTILINE):
        if begin >= 0:
            pieces.append(re.sub(rb"\r?\n\Z", b"", part.body[begin : line.start()]))
        if line[1]:
            return pieces
        begin = line.end()
    return [*pieces, part.body[begin:]] if begin >= 0 else pieces
