"""A letter becomes RFC 5322 bytes: the same bytes for the same letter, always."""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from email.utils import format_datetime

from whiteglove.compose.fields import (
    LONGEST_LINE,
    PREFERRED,
    address_field,
    id_field,
    legal_ids,
    one_line,
    text_field,
    thread_ids,
    token_text,
)
from whiteglove.compose.letter import Letter
from whiteglove.compose.subject import REHEARSAL, reply_subject, trimmed
from whiteglove.text import clean

CALENDAR_NAME = "next-report.ics"
MESSAGE_NAME = "message.eml"

# "=_" cannot occur in quoted-printable text nor in base64, so no part can hold the boundary.
_BOUNDARY = "=_whiteglove"
_METHOD = re.compile(rb"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def compose(letter: Letter) -> bytes:
    """The letter as RFC 5322 bytes with CRLF line ends.

    Never raises, whatever the letter's texts hold: what may not stand in a header is dropped, a broken id is left out.
    An address that no ASCII header can hold stays as it is, so that the guard refuses the mail (RFC 6532 is not used).
    Every mail says that it is automatic (RFC 3834 section 5, MS-OXCMAIL X-Auto-Response-Suppress, Precedence).
    """
    lines = [
        address_field("From", letter.sender),
        address_field("To", letter.recipient),
        text_field("Subject", _subject(letter)),
        f"Date: {format_datetime(letter.date)}",
        id_field("Message-ID", [token_text(letter.message_id).replace("<", "").replace(">", "")]),
        *_thread(letter),
        f"Auto-Submitted: {token_text(letter.auto_submitted)}",
        "X-Auto-Response-Suppress: All",
        "Precedence: bulk",
        f"X-Whiteglove: {token_text(letter.token)}",
        "MIME-Version: 1.0",
    ]
    if _LANGUAGE.fullmatch(letter.language):
        lines.append(f"Content-Language: {letter.language}")
    body = body_text(letter.body)
    if letter.enclosed is not None:
        head = "\r\n".join(lines).encode("utf-8")
        return head + b"\r\n" + _with_message(body, letter.enclosed, token_text(letter.token))
    if letter.page is not None:
        lines.append(_with_page(body, body_text(letter.page)))
    elif letter.calendar is not None:
        lines.append(_with_calendar(body, letter.calendar))
    else:
        lines.append(text_part(body))
    return "\r\n".join(lines).encode("utf-8")


def _subject(letter: Letter) -> str:
    subject = one_line(letter.subject)
    if letter.reply:
        subject = reply_subject(subject)
    if letter.rehearsal and not subject.startswith(REHEARSAL):
        subject = REHEARSAL + subject
    return trimmed(subject).strip()


def _thread(letter: Letter) -> list[str]:
    """In-Reply-To and References; neither where the mail answered has no usable id (rule R54), nor in a rehearsal."""
    parent = legal_ids([letter.in_reply_to] if letter.in_reply_to else [])
    if not parent or letter.rehearsal:
        return []
    return [id_field("In-Reply-To", parent), id_field("References", thread_ids(letter.references, parent[0]))]


def body_text(body: str) -> str:
    """The body with line feeds only, cleaned, ending in exactly one."""
    return clean(body).rstrip() + "\n"


def text_part(body: str, *, enclosed: bool = False) -> str:
    """The text with its two header fields. Short lines of ASCII go as they are, everything else quoted-printable."""
    plain = (
        not enclosed
        and body.isascii()
        and "\nFrom " not in f"\n{body}"
        and max(map(len, body.split("\n"))) <= PREFERRED
    )
    if not plain:
        return _quoted_part("plain", body)
    lines = f"Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n{body}"
    return lines.replace("\n", "\r\n")


def _quoted_part(kind: str, text: str) -> str:
    """A text of any length of line with its two header fields, quoted-printable (RFC 2045 section 6.7)."""
    quoted = b2a_qp(text.encode("utf-8"), istext=True).decode("ascii")
    # A line that begins with "From " is changed by programs that keep mail in mbox files.
    quoted = f"\n{quoted}".replace("\nFrom ", "\n=46rom ")[1:]
    lines = f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}"
    return lines.replace("\n", "\r\n")


def _with_page(body: str, page: str) -> str:
    """The text first, the page after it as the better form of the same (RFC 2046 section 5.1.4)."""
    return "\r\n".join(
        [
            f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"',
            "",
            f"--{_BOUNDARY}",
            _quoted_part("plain", body) + f"--{_BOUNDARY}",
            _quoted_part("html", page) + f"--{_BOUNDARY}--",
            "",
        ]
    )


def _with_message(body: str, message: bytes, token: str) -> bytes:
    """The text first, then a whole message: as it is where any server takes it so, else as a file, since a message part
    must not be encoded (RFC 2046 section 5.2.1). The boundary holds what nobody can know who wrote that message."""
    boundary = f"{_BOUNDARY}.{token}"
    if b"\r" not in message:
        message = message.replace(b"\n", b"\r\n")
    as_it_is = is_plain_message(message) and boundary.encode() not in message
    kind, encoding = ("message/rfc822", "7bit") if as_it_is else ("application/octet-stream", "base64")
    lines = [
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
        "",
        f"--{boundary}",
        text_part(body, enclosed=True) + f"--{boundary}",
        f"Content-Type: {kind}",
        f"Content-Transfer-Encoding: {encoding}",
        f'Content-Disposition: attachment; filename="{MESSAGE_NAME}"',
        "",
        "",
    ]
    inside = message if as_it_is else encodebytes(message).replace(b"\n", b"\r\n")
    return "\r\n".join(lines).encode("utf-8") + inside + f"\r\n--{boundary}--\r\n".encode()


def is_plain_message(message: bytes) -> bool:
    """Whether every server takes these bytes as they are: ASCII without NUL, in lines that end properly and are not too
    long (RFC 5322 section 2.1)."""
    ends = message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n")
    return ends and message.isascii() and b"\0" not in message and max(map(len, message.split(b"\r\n"))) <= LONGEST_LINE


def _with_calendar(body: str, calendar: bytes) -> str:
    """The text first (rule R63), then the calendar entry; the method outside is the one inside (RFC 6047 2.4)."""
    method = _METHOD.search(calendar)
    return "\r\n".join(
        [
            f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"',
            "",
            f"--{_BOUNDARY}",
            text_part(body, enclosed=True) + f"--{_BOUNDARY}",
            f"Content-Type: text/calendar; method={method[1].decode('ascii') if method else 'PUBLISH'}; charset=UTF-8",
            "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{CALENDAR_NAME}"',
            "",
            encodebytes(calendar).decode("ascii").replace("\n", "\r\n") + f"--{_BOUNDARY}--",
            "",
        ]
    )
