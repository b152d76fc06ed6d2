"""A draft becomes RFC 5322 bytes: a mail that a person reads, changes and sends in their own name.

It says nowhere that it is automatic, for what is sent from it is not. Mail programs change drafts: some give them a
Message-ID of their own, some drop the header fields they do not know. So a draft is marked three times, by its
Message-ID, by `X-Whiteglove-Draft`, and where it answers nothing by its own Message-ID in References, which programs
keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from whiteglove.compose.assemble import body_text, text_part
from whiteglove.compose.fields import address_field, id_field, legal_ids, one_line, text_field, thread_ids
from whiteglove.compose.subject import trimmed
from whiteglove.message import Address

MARK = "X-Whiteglove-Draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLetter:
    """Everything that a draft is made of. `subject` is the whole subject; `in_reply_to` the Message-ID of the mail it
    answers and `references` the ids of that mail's thread, both without angle brackets. `date` is aware."""

    sender: Address
    recipient: Address
    subject: str
    in_reply_to: str | None
    references: tuple[str, ...]
    message_id: str
    token: str
    date: datetime
    body: str


def as_compared(raw: bytes) -> bytes:
    """A draft's bytes in the form in which two are compared: the same, whatever a server makes of the line ends."""
    return raw.replace(b"\r\n", b"\n").rstrip()


def compose_draft(letter: DraftLetter) -> bytes:
    """The draft as RFC 5322 bytes with CRLF line ends. Never raises, whatever its texts hold."""
    parent = legal_ids([letter.in_reply_to] if letter.in_reply_to else [])
    thread = [id_field("References", [letter.message_id])]
    if parent:
        thread = [id_field("In-Reply-To", parent), id_field("References", thread_ids(letter.references, parent[0]))]
    lines = [
        address_field("From", letter.sender),
        address_field("To", letter.recipient),
        text_field("Subject", trimmed(one_line(letter.subject)).strip()),
        f"Date: {format_datetime(letter.date)}",
        id_field("Message-ID", [letter.message_id]),
        *thread,
        f"{MARK}: {letter.token}",
        "MIME-Version: 1.0",
        text_part(body_text(letter.body)),
    ]
    return "\r\n".join(lines).encode("utf-8")
