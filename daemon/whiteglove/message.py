"""What is known of one mail: addresses, MIME structure, the three verdicts, and the kinds of wishes.

A `Message` is what its headers and its structure say. The text is kept apart from it, since it is read in a second
step, lives in memory only and is never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What a plugin may hand over to be kept: a value of JSON."""


@dataclass(frozen=True, slots=True)
class Address:
    """An RFC 5322 addr-spec with its display name. Two addresses are the same mailbox when `folded` is equal."""

    address: str
    name: str = ""

    @property
    def folded(self) -> str:
        """The address in the form it is compared and indexed by."""
        return self.address.casefold()

    @property
    def local_part(self) -> str:
        return self.address.rpartition("@")[0].casefold()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].casefold()

    @property
    def untagged(self) -> str:
        """`folded` without a `+tag` in the local part."""
        return f"{self.local_part.partition('+')[0]}@{self.domain}"


class Kind(StrEnum):
    """What a message wants. Those from `AUTO_REPLY` on are told by headers and structure, never by the classifier."""

    STATUS_REQUEST = "status_request"
    DEADLINE_MISSED = "deadline_missed"
    COMPLAINT = "complaint"
    URGENT_REQUEST = "urgent_request"
    NEW_WORK = "new_work"
    SCOPE_CHANGE = "scope_change"
    SCHEDULING = "scheduling"
    BILLING = "billing"
    QUESTION = "question"
    THANKS = "thanks"
    FYI = "fyi"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    CALENDAR = "calendar"
    RECEIPT = "receipt"
    MACHINE_REPORT = "machine_report"
    SPAM = "spam"


MACHINE_KINDS = frozenset(
    {Kind.AUTO_REPLY, Kind.BOUNCE, Kind.LIST, Kind.CALENDAR, Kind.RECEIPT, Kind.MACHINE_REPORT, Kind.SPAM}
)
GRAVE_KINDS = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED})
EASY_KINDS = frozenset({Kind.THANKS, Kind.FYI})


@dataclass(frozen=True, slots=True)
class Part:
    """One node of a message's MIME tree, from IMAP BODYSTRUCTURE or from the bytes themselves.

    `section` is the IMAP part specifier (RFC 9051 section 6.4.5.1), `1` for a message that has one part only.
    `size` is in encoded octets. Names and values are lower case except `filename` and the values of `parameters`.
    """

    content_type: str
    section: str = "1"
    parameters: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "7bit"
    size: int = 0
    disposition: str = ""
    filename: str = ""
    children: tuple[Part, ...] = ()

    def walk(self) -> Iterator[Part]:
        """This part and everything below it, in the order of the message; a wrapped `message/rfc822` included."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail as its headers and structure tell it. Reading never fails: what was odd stands in `defects`.

    Message-IDs are without angle brackets. `return_path` is `None` where there is no such header and `""` for the null
    path `<>`. `headers` holds every field in order, unfolded and still encoded, names as written; `date` is what the
    sender claims and decides nothing.
    """

    message_id: str | None = None
    author: tuple[Address, ...] = ()
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    return_path: str | None = None
    subject: str = ""
    date: datetime | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    structure: Part | None = None
    size: int = 0
    defects: tuple[str, ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order; the name in any case."""
        wanted = name.casefold()
        return tuple(value for key, value in self.headers if key.casefold() == wanted)

    @property
    def recipients(self) -> tuple[Address, ...]:
        return self.to + self.cc


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The three verdicts on a message alone: who wrote it, may it be acknowledged, does it ask something of the owner.

    `reason` belongs to the first "no" in the order human, may_acknowledge, obliges, and is None where there is none.
    `kind` is set where headers or structure alone say what the mail is. `remarks` are recorded and decide nothing.
    """

    human: bool
    may_acknowledge: bool
    obliges: bool
    reason: str | None = None
    kind: Kind | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """A vote on what a message wants: from the classifier's own cues, from a rule of the client book, or from a plugin.

    `cue` is the evidence as it stands in the message, at most 80 characters. `confidence` is from 0 to 1.
    """

    kind: Kind
    confidence: float
    cue: str


@dataclass(frozen=True, slots=True)
class Classification:
    """What a message wants: the primary kind first. `abstained` means that no cue supported any kind strongly enough;
    the kind is then `question`, so that a person looks at it. At most three cues, each at most 80 characters.

    `urgency` says how much haste the words ask for, and the times by which they want something; `mood` how upset they
    are: from 0, calm, to 1.
    """

    kinds: tuple[Kind, ...]
    confidence: float
    abstained: bool = False
    cues: tuple[str, ...] = ()
    urgency: float = 0.0
    mood: float = 0.0

    @property
    def kind(self) -> Kind:
        return self.kinds[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessage:
    """A message as the store remembers it: ids, addresses, subject and verdicts, never a body.

    `row` is the store's own number. `received_at` is IMAP INTERNALDATE in UTC. `outbound` is the owner's own mail as
    seen in Sent. `client` is the key in the client book; `thread` groups what In-Reply-To and References join.
    """

    row: int
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    message_id: str | None
    received_at: datetime
    author: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    client: str
    thread: int
    outbound: bool = False
    history: bool = False
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    verdicts: Verdicts
    classification: Classification | None = None
    defects: tuple[str, ...] = ()
