"""The text that a person reads: which part of a mail holds it, and what its bytes say."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from whiteglove.message import Part
from whiteglove.parse.words import decode_base64, decode_bytes
from whiteglove.text import html_to_text

LONGEST_TEXT = 512 * 1024
LONGEST_ENCODED = 2 * LONGEST_TEXT
"""Octets of one part that are decoded; three for a letter, as quoted-printable writes them, are no mail that counts."""
_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)


def text_part(structure: Part | None) -> Part | None:
    """The part to read: the first plain text that is no attachment, else the first HTML, else None.

    Attached messages are not looked into. Where there is nothing but attachments, a text among them without a file name
    is taken.
    """
    if structure is None:
        return None
    texts = list(_texts(structure))
    for is_wanted in (_is_plain, _is_html, _is_unnamed):
        for part in texts:
            if is_wanted(part):
                return part
    return None


def _texts(part: Part) -> Iterator[Part]:
    """The text parts of a mail itself; of an encrypted one nothing, of a multipart/related only what it shows."""
    if part.content_type.startswith("text/"):
        yield part
    elif part.content_type != "multipart/encrypted" and not part.content_type.startswith("message/"):
        for child in part.children:
            yield from _texts(child)


def _is_plain(part: Part) -> bool:
    """An empty plain text beside HTML is an apology for being HTML."""
    return part.content_type in ("text/plain", "text/enriched") and part.disposition != "attachment" and part.size > 2


def _is_html(part: Part) -> bool:
    return part.content_type in ("text/html", "text/x-amp-html") and part.disposition != "attachment"


def _is_unnamed(part: Part) -> bool:
    return part.content_type in ("text/plain", "text/html", "text/x-unknown") and not part.filename


def decode_part(payload: bytes, part: Part) -> str:
    """The text of a part as it was fetched: transfer encoding, charset and HTML undone. Never raises.

    `payload` may be cut off at any byte. A charset that is unknown or does not fit gives way to UTF-8, then to
    Windows-1252. Of a text beyond `LONGEST_TEXT` octets only the beginning is read.
    """
    data = _transfer_decoded(payload[:LONGEST_ENCODED], part.encoding)[:LONGEST_TEXT]
    charset = part.parameters.get("charset", "")
    if part.content_type != "text/html":
        return decode_bytes(data, charset)
    if not charset and (declared := _META_CHARSET.search(data[:2048])):
        charset = declared[1].decode("ascii")
    return html_to_text(decode_bytes(data, charset))


def _transfer_decoded(payload: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return binascii.a2b_qp(payload)
    if encoding == "base64":
        decoded = decode_base64(payload)
        return payload if decoded is None else decoded
    return payload
