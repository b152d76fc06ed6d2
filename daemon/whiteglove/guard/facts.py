"""What the guard is told, and what it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from whiteglove.clients import Book, Client, Limit, Owner, Person
from whiteglove.disclosure import Disclosure
from whiteglove.ledger import Audience, PromiseKind
from whiteglove.message import Address, Verdicts

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "wrong_recipient": "it would not go to exactly the one person it is for, known as one of this client's",
        "wrong_sender": "it would not come from one of the owner's own addresses",
        "unscreened": "nobody judged whether the message may be acknowledged",
        "history": "the message is from before the daemon's line",
        "not_live": "the message does not count as live",
        "too_old": "the message is older than max_age",
        "not_acknowledged": "the client's file says acknowledge = false",
        "muted": "the client is muted for now",
        "failed_address": "a mail to this address failed for good",
        "several_clients": "people of another client are among the recipients of the message",
        "promise_late": "a promise to this client is late",
        "complaint_open": "a complaint or a missed deadline of this client is not answered yet",
        "incident_open": "an incident with this client is open",
        "answered": "the owner answered meanwhile",
        "in_conversation": "the owner wrote to this person within 30 minutes",
        "no_time_to_tell": "there is no time to tell",
        "time_passed": "the time to be told is not in the future",
        "promise_in_absence": "the time to be told lies on a day off or in an absence",
        "told": "this person was told this time in this thread already",
        "another_answer": "another automatic mail answers this message",
        "limit_person": "the limit of automatic mails to this person is reached",
        "limit_domain": "the limit of automatic mails to this domain is reached",
        "limit_all": "the limit of all automatic mails is reached",
        "not_marked": "it does not say, in its headers and its text, that it is automatic, or a rehearsal",
        "discloses_client": "its words would tell of another client",
        "malformed": "its bytes are no clean mail, or are too many",
    }
)
"""Why a mail was withheld. A message that may not be acknowledged gives its verdict's own reason instead."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The mail is not to be sent; `reason` is a key of `REASONS`, or the reason of the message's verdict."""

    reason: str


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How far one limit is used up: `name` is `person`, `domain` or `all`, `count` the mails within its period."""

    name: Literal["person", "domain", "all"]
    count: int
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known, at this moment, of the mail and of the message it answers. Instants are aware.

    `recipient` is the address that the mail is for, as its owner writes it; in a `rehearsal` the bytes go to the owner
    instead. `live` and `history` say where the message lies; `received_at` is its INTERNALDATE. `recipients` are its To
    and Cc, `answered_subject` its decoded subject. `tells` and `due` are the promise in the mail. `last_owner_mail` is
    the owner's last own mail to this person, `answered_since` whether the owner answered this message. `told_here`:
    this thread has the time already, in full or as the short line. `notice` is the sentence that must stand in
    the text, `token` what stands in `X-Whiteglove`. `other_words` are those of `disclosure_words`; without them they
    are looked up. `muted_until` is the owner's word from the command line, beside the client's file. `moves` marks the
    mail that tells a moved time: it answers nothing, and follows from the owner's own decision.
    """

    now: datetime
    audience: Audience
    rehearsal: bool
    book: Book
    owner: Owner
    client: Client | None
    person: Person | None
    recipient: Address
    verdicts: Verdicts | None
    live: bool
    history: bool
    received_at: datetime | None
    max_age: timedelta
    recipients: tuple[Address, ...]
    tells: PromiseKind | None
    due: datetime | None
    due_on_day_off: bool
    promise_late: bool
    complaint_open: bool
    incident_open: bool
    last_owner_mail: datetime | None
    answered_since: bool
    told_here: bool
    another_answer: bool
    use: tuple[LimitUse, ...]
    failed_address: bool
    notice: str
    token: str
    answered_subject: str = ""
    other_words: Disclosure | None = None
    muted_until: datetime | None = None
    moves: bool = False


def move_facts(
    *,
    now: datetime,
    rehearsal: bool,
    book: Book,
    client: Client,
    recipient: Address,
    due: datetime,
    due_on_day_off: bool,
    muted_until: datetime | None,
    failed_address: bool,
    notice: str,
    token: str,
) -> Facts:
    """The facts for the mail that tells one person the new time `due` of a report: no message is answered, so nothing
    that is known of one can withhold it."""
    return Facts(
        now=now, audience=Audience.CLIENT, rehearsal=rehearsal, book=book, owner=book.owner, client=client,
        person=client.person_at(recipient), recipient=recipient, verdicts=None, live=False, history=False,
        received_at=None, max_age=timedelta(0), recipients=(), tells=PromiseKind.REPORT, due=due,
        due_on_day_off=due_on_day_off, promise_late=False, complaint_open=False, incident_open=False,
        last_owner_mail=None, answered_since=False, told_here=False, another_answer=False, use=(),
        failed_address=failed_address, notice=notice, token=token, muted_until=muted_until, moves=True,
    )  # fmt: skip


def team_facts(
    *,
    now: datetime,
    rehearsal: bool,
    book: Book,
    client: Client,
    recipient: Address,
    notice: str,
    token: str,
    answered_subject: str,
) -> Facts:
    """The facts for the mail that hands a client's message over to a teammate (`recipient`). It is no answer: what
    keeps one from a client does not keep it back."""
    return Facts(
        now=now, audience=Audience.COLLEAGUE, rehearsal=rehearsal, book=book, owner=book.owner, client=client,
        person=None, recipient=recipient, verdicts=None, live=False, history=False, received_at=None,
        max_age=timedelta(0), recipients=(), tells=None, due=None, due_on_day_off=False, promise_late=False,
        complaint_open=False, incident_open=False, last_owner_mail=None, answered_since=False, told_here=False,
        another_answer=False, use=(), failed_address=False, notice=notice, token=token,
        answered_subject=answered_subject,
    )  # fmt: skip


def owner_facts(*, now: datetime, book: Book, token: str = "") -> Facts:
    """The facts for a mail to the owner, of whom nothing is withheld but a mail that is not theirs, or broken."""
    owner = book.owner
    return Facts(
        now=now, audience=Audience.OWNER, rehearsal=False, book=book, owner=owner, client=None, person=None,
        recipient=Address(owner.address, owner.name), verdicts=None, live=False, history=False, received_at=None,
        max_age=timedelta(0), recipients=(), tells=None, due=None, due_on_day_off=False, promise_late=False,
        complaint_open=False, incident_open=False, last_owner_mail=None, answered_since=False, told_here=False,
        another_answer=False, use=(), failed_address=False, notice="", token=token,
    )  # fmt: skip
