"""Mail on the bench: written as some mail program would, and as its reader sees what left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TypedDict, Unpack

WILE = "Wile Coyote <wile@acme.example>"


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that left, as its reader sees it; `message` has every header."""

    recipient: str
    subject: str
    text: str
    message: EmailMessage = field(repr=False, compare=False)


class Written(TypedDict, total=False):
    """What else of a mail can be chosen: `answers` is the Message-ID of the mail it replies to."""

    to: str | None
    subject: str
    answers: str | None
    headers: Mapping[str, str] | None


def read_mail(recipient: str, raw: bytes) -> SentMail:
    """The mail of these bytes as its reader sees it."""
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return SentMail(recipient, str(message["Subject"]), text, message)


def write_mail(
    text: str, *, sender: str, owner: str, message_id: str, at: datetime, **chosen: Unpack[Written]
) -> bytes:
    """The bytes of a mail, to this address of the owner's unless another recipient was chosen."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = chosen.get("to") or owner
    mail["Subject"] = chosen.get("subject", "Catalogue")
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}>"
    if answers := chosen.get("answers"):
        mail["In-Reply-To"] = f"<{answers}>"
        mail["References"] = f"<{answers}>"
    for name, value in (chosen.get("headers") or {}).items():
        mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()
