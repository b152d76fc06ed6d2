"""What a mail of ours says, before it is bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from whiteglove.ledger import Audience
from whiteglove.message import Address, Message, RecordedMessage

AutoSubmitted = Literal["auto-replied", "auto-generated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that one automatic mail is made of.

    `subject` is decoded; for a `reply` it is the subject that is answered, as the client wrote it. `in_reply_to` is the
    Message-ID of the mail answered, None where it has none; `references` are the ids of that mail's own thread (see
    `parent_references`). Message-IDs are without angle brackets; one that is no legal id is left out of the mail.
    `date` is aware and in the owner's zone. `body` is the whole text, notice and signature included. `calendar` is a
    finished iCalendar object. `page` is the same as `body` as a whole HTML document; only the owner gets pages.
    `enclosed` is a whole message as it arrived, which only a teammate gets, or the owner in place of one.
    `auto_submitted` is `auto-replied` for an answer, else `auto-generated` (RFC 3834 section 5). A `rehearsal` goes to
    the owner under a subject of its own and joins nobody's thread.

    Raises `ValueError` for a `date` without a zone, for a `page` to a client or beside a `calendar`, and for a message
    `enclosed` to anybody but a teammate.
    """

    audience: Audience
    sender: Address
    recipient: Address
    subject: str
    reply: bool
    in_reply_to: str | None
    references: tuple[str, ...]
    message_id: str
    token: str
    date: datetime
    body: str
    language: str
    calendar: bytes | None
    auto_submitted: AutoSubmitted
    rehearsal: bool
    page: str | None = None
    enclosed: bytes | None = None

    def __post_init__(self) -> None:
        if self.date.utcoffset() is None:
            raise ValueError("a letter's date needs a zone, for example datetime.now(ZoneInfo('Europe/Berlin'))")
        if self.page is not None and self.audience is not Audience.OWNER:
            raise ValueError("a client gets plain text; a page goes to the owner alone")
        if self.page is not None and self.calendar is not None:
            raise ValueError("a letter holds a page or a calendar entry, not both")
        if self.enclosed is not None and self.audience is not Audience.COLLEAGUE:
            raise ValueError("a message is enclosed for a teammate alone")


def parent_references(parent: Message | RecordedMessage) -> tuple[str, ...]:
    """The ids that an answer to this mail quotes before the mail's own: its References, else its In-Reply-To where
    that names one message only (RFC 5322 section 3.6.4)."""
    if parent.references:
        return parent.references
    return parent.in_reply_to if len(parent.in_reply_to) == 1 else ()
