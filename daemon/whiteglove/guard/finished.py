"""A finished mail, read back from its bytes: narrower than any mail program reads, since only our own mails come here.

What is not exactly as it is composed here counts as not sound, or as no address; the checks then refuse the mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

# Fields whose values are codes and numbers, or are copied from the mail answered: no generated words. Subject and To
# hold what the recipient wrote, and are looked at by themselves.
_MECHANICAL = frozenset({
    "in-reply-to", "references", "date", "auto-submitted", "x-auto-response-suppress", "precedence", "mime-version",
    "content-type", "content-transfer-encoding", "content-language",
})  # fmt: skip
_CALENDAR_CODES = frozenset({
    "BEGIN", "END", "VERSION", "PRODID", "METHOD", "CALSCALE", "DTSTART", "DTEND", "DTSTAMP", "DURATION", "SEQUENCE",
    "STATUS", "TRANSP", "CLASS",
})  # fmt: skip
_CALENDAR_LINE = re.compile(r"([A-Za-z0-9-]*)(.*)")
_PART_FIELDS = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})

_ADDRESS = r"[^\s<>@,;:()\"\\\x7f-\U0010ffff]+@[^\s<>@,;:()\"\\\x7f-\U0010ffff]+"
_QUOTED_NAME = r'"(?:[^"\\\r\n]|\\.)*"'
_PLAIN_NAME = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*"
_MAILBOX = re.compile(rf"\s*(?:(?:{_QUOTED_NAME}|{_PLAIN_NAME})\s*<({_ADDRESS})>|({_ADDRESS}))\s*")
_FILE = re.compile(r'attachment; filename="[A-Za-z0-9 ._-]{1,60}"')
# A whole message that is passed on. What is in it is nobody's words of ours, and may be large: it is not looked into.
_ENCLOSING = re.compile(rb'\r\nContent-Type: multipart/mixed; boundary="(=_whiteglove\.[a-z2-7]{32})"\r\n')
_ENCLOSED = re.compile(
    rb"Content-Type: (?:(message/rfc822)\r\nContent-Transfer-Encoding: 7bit"
    rb"|(application/octet-stream)\r\nContent-Transfer-Encoding: base64)"
    rb'\r\nContent-Disposition: attachment; filename="message\.eml"'
)


@dataclass(frozen=True, slots=True)
class FinishedMail:
    """The bytes, read back.

    `headers` are the top-level fields in order, names in lower case, values unfolded and still encoded; `types` are the
    content types of the leaves of the MIME tree (a message that is passed on is one), `files` the dispositions of its
    parts, `beside` what else a part says
    of itself and what stands before and after the parts. `text`, `page` (HTML) and `calendar` are decoded, None where
    there is no such part. `sound` is False where anything could not be read without repairs.
    """

    raw: bytes
    headers: tuple[tuple[str, str], ...]
    types: tuple[str, ...]
    files: tuple[str, ...]
    beside: tuple[str, ...]
    text: str | None
    page: str | None
    calendar: str | None
    sound: bool

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.headers)

    def one(self, name: str) -> str:
        """The field; empty unless it stands there exactly once. The name in lower case."""
        values = [value for key, value in self.headers if key == name]
        return values[0] if len(values) == 1 else ""

    def address(self, name: str) -> str:
        """The one address of a field, folded; empty where it is not exactly one in the plainest form of RFC 5322."""
        found = _MAILBOX.fullmatch(self.one(name))
        return (found[1] or found[2]).casefold() if found else ""

    @property
    def subject(self) -> str:
        return decoded(self.one("subject"))

    @property
    def words(self) -> str:
        """All generated words outside of Subject and To: the text, the page with its markup, the calendar entry, other
        fields, names of files."""
        headers = (decoded(value) for name, value in self.headers if name not in _MECHANICAL | {"subject", "to"})
        texts = (self.text or "", self.page or "", _calendar_words(self.calendar or ""))
        return "\n".join((*texts, *headers, *self.files, *self.beside))


def read_back(raw: bytes) -> FinishedMail:
    """The mail as its bytes say it. Never raises."""
    own, enclosed = _apart(raw)
    mail = _read(own)
    return replace(mail, raw=raw, types=(*mail.types, *enclosed))


def _apart(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Our own bytes without the message that they pass on, and how that one is declared. What is not exactly two parts
    in the form in which they are composed here is left as it is, so that the whole is looked at."""
    head, blank, rest = raw.partition(b"\r\n\r\n")
    found = _ENCLOSING.search(head + b"\r\n")
    if found is None:
        return raw, ()
    pieces = (b"\r\n" + rest).split(b"\r\n--" + found[1])
    if len(pieces) != 4 or pieces[0] or pieces[3] != b"--\r\n" or not pieces[2].startswith(b"\r\n"):
        return raw, ()
    declared = _ENCLOSED.fullmatch(pieces[2][2:].partition(b"\r\n\r\n")[0])
    if declared is None:
        return raw, ()
    own = b"".join((head, blank, b"--", found[1], pieces[1], b"\r\n--", found[1], b"--\r\n"))
    return own, ((declared[1] or declared[2]).decode("ascii"),)


def _read(raw: bytes) -> FinishedMail:
    parsed = message_from_bytes(raw)
    parts = list(parsed.walk())
    sound = not any(part.defects for part in parts)
    texts: dict[str, str] = {}
    for part in parts:
        payload = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(payload, bytes):
            try:
                texts[part.get_content_type()] = payload.decode("utf-8")
            except UnicodeDecodeError:
                sound = False
    files = tuple(_unfolded(str(part["Content-Disposition"])) for part in parts if "Content-Disposition" in part)
    return FinishedMail(
        raw=raw,
        headers=tuple((name.lower(), _unfolded(str(value))) for name, value in parsed.items()),
        types=tuple(part.get_content_type() for part in parts if not part.is_multipart()),
        files=files,
        beside=tuple(_beside(parts)),
        text=texts.get("text/plain"),
        page=texts.get("text/html"),
        calendar=texts.get("text/calendar"),
        sound=sound and all(map(_FILE.fullmatch, files)),
    )


def _beside(parts: Sequence[Message]) -> Iterator[str]:
    for part in parts:
        yield from (str(text) for text in (part.preamble, part.epilogue, part.get_param("name")) if text)
    for part in parts[1:]:
        yield from (decoded(str(value)) for name, value in part.items() if name.lower() not in _PART_FIELDS)


def decoded(value: str) -> str:
    """A field's value with its encoded-words decoded; as it is where they cannot be."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _unfolded(value: str) -> str:
    return value.replace("\r\n", "").replace("\n", "")


def _calendar_words(calendar: str) -> str:
    """What of an iCalendar object is words: values and parameters, unfolded and unescaped; of codes the parameters."""
    lines = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").split("\n")
    named = (_CALENDAR_LINE.fullmatch(line) for line in lines)
    texts = (
        found[2].partition(":")[0] if found[1].upper() in _CALENDAR_CODES else found[2] for found in named if found
    )
    return "\n".join(texts).replace("\\n", " ").replace("\\N", " ")
