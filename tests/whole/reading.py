"""A mail that went out, as its reader's program shows it."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from servers.sink import Received


def read(received: Received) -> EmailMessage:
    return message_from_bytes(received.message, policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
