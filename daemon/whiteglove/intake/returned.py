"""Mail of ours that comes back: recognised by the token that it carries, which nobody can make up.

A report is written by a machine that is in nobody's book, so nothing of it is stored but what any stranger's mail
leaves; the event is about our own mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from whiteglove.clients import Book
from whiteglove.compose import own_ids
from whiteglove.intake.recording import Read
from whiteglove.message import Kind, Message, Part
from whiteglove.parse.returned import read_returned
from whiteglove.ports import Mailbox
from whiteglove.screen import screen

LIMIT = 64 * 1024
"""Octets of a report that are read: its own words, its fields, and the header of the mail that it gives back."""

_WHOLE = Part(content_type="multipart/report", section="TEXT")
_NAMED = re.compile(
    rb"\bwg\.[a-z2-7]{32}@[^\s<>]{1,255}|^X-Whiteglove:[ \t]*([a-z2-7]{32})", re.IGNORECASE | re.MULTILINE
)


def find_returned(connection: Mailbox, read: Sequence[Read], book: Book, key: bytes) -> dict[int, tuple[str, str]]:
    """By UID, the token of our mail that a report says has failed, and the code that it gives ("" without one).

    Raises:
        MailboxError: the reports cannot be fetched now.
    """
    reports = {one.fetched.uid: one for one in read if _is_report(one.message, book)}
    bodies = connection.fetch_sections([(uid, _WHOLE) for uid in reports], LIMIT) if reports else {}
    found: dict[int, tuple[str, str]] = {}
    for uid, body in bodies.items():
        returned = read_returned(body)
        token = next(_tokens(reports[uid].message, body, key), None)
        if token is not None and returned.failed:
            found[uid] = token, returned.status or ""
    return found


def _is_report(message: Message, book: Book) -> bool:
    """Whether a machine gives mail back here, as far as its header and structure tell. Most mail is from people, and is
    not looked at twice."""
    structure = message.structure
    might_be = (
        message.return_path in (None, "")
        or (structure is not None and structure.content_type == "multipart/report")
        or any(author.local_part in ("mailer-daemon", "postmaster") for author in message.author)
    )
    return might_be and screen(message, None, book).kind is Kind.BOUNCE


def _tokens(message: Message, body: bytes, key: bytes) -> Iterator[str]:
    """Every token of ours that the report names: in its own thread fields, or in what it gives back."""
    for name in (*message.in_reply_to, *message.references):
        if token := own_ids.token_of(name, key):
            yield token
    for found in _NAMED.finditer(body):
        text = (found[1] or found[0]).decode("ascii", "replace")
        if token := own_ids.token_of(text, key):
            yield token
