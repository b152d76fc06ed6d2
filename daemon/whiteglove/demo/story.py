"""The story that the demonstration plays: who writes what and when, and what whiteglove is expected to make of it.

What is expected is never shown. It is held against what was done, so that a story that comes out otherwise ends in an
error instead of a pretty picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")

ROBIN = "Robin Vale <robin@vale.example>"
WILE = "Wile Coyote <wile@acme.example>"
EDDA = "Edda Birch <edda@birch-soehne.example>"
SOLENE = "Solène Marchand <solene@atelier-cedre.example>"
PAULA = "Paula Reyes <paula@dune-coffee.example>"
MIRELA = "Mirela Stone <mirela@elm-street.example>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One mail and what follows from it until the next scene. Robin's own mails appear in Sent, as from any program.

    `name` is what later scenes refer to in `answers`. `expected` are the decisive lines of the log, as `event` or
    `event reason`, in any order.
    """

    name: str
    at: datetime
    sender: str
    subject: str
    text: str
    to: str = ROBIN
    cc: str = ""
    answers: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    expected: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        return _message_id(self.name, self.sender)

    def raw(self, answered: Scene | None = None) -> bytes:
        """The mail as a mail program writes it; `answered` is the scene that `answers` names."""
        mail = EmailMessage()
        mail["From"] = self.sender
        mail["To"] = self.to
        if self.cc:
            mail["Cc"] = self.cc
        mail["Subject"] = self.subject
        mail["Date"] = format_datetime(self.at)
        mail["Message-ID"] = f"<{self.message_id}>"
        if answered is not None:
            mail["In-Reply-To"] = mail["References"] = f"<{answered.message_id}>"
        for header, value in self.headers.items():
            mail[header] = value
        mail.set_content(self.text + "\n")
        return mail.as_bytes()


def _message_id(name: str, sender: str) -> str:
    return f"{name}@{sender.rpartition('@')[2].rstrip('>')}"


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


BEGIN = _at(24, 7, 58)
"""A Tuesday, two minutes before the first summary."""
BEGUN = ("mail.sent daily", "summary.sent daily")
"""What is expected before the first scene."""
END = _at(25, 8, 5)

PAST = (
    Scene(
        name="kick-off",
        at=_at(23, 10, 5),
        sender=EDDA,
        subject="Lagerverwaltung",
        text="Guten Tag Robin,\n\nanbei die Liste der Regale, wie besprochen zur Kenntnis.\n\nViele Grüße\nEdda Birch",
    ),
    Scene(
        name="labels",
        at=_at(23, 15, 20),
        sender=PAULA,
        subject="Labels",
        text="Hi Robin,\n\ndo you know a printer who does small labels?\n\nPaula",
    ),
    Scene(
        name="monday-news",
        at=_at(23, 16, 48),
        sender=WILE,
        subject="Catalogue relaunch",
        text="Hi Robin,\n\nany news?\n\nWile",
    ),
    Scene(
        name="monday-answer",
        at=_at(23, 17, 10),
        sender=ROBIN,
        to=WILE,
        subject="Re: Catalogue relaunch",
        text="Hi Wile,\n\nsearch works since noon, the rest is in tomorrow's report.\n\nRobin",
        answers="monday-news",
    ),
)
"""What lay in the mailbox before the daemon first looked: read to learn from, never answered."""

DAY = (
    Scene(
        name="stand",
        at=_at(24, 8, 41),
        sender=EDDA,
        subject="Lagerverwaltung",
        text="Guten Tag Robin,\n\nwie ist denn der aktuelle Stand?\n\nFreundliche Grüße\nEdda Birch",
        expected=("mail.sent status_request", "promise.made status_request"),
    ),
    Scene(
        name="newsletter-47",
        at=_at(24, 9, 2),
        sender="Type & Paper Weekly <news@type-paper.example>",
        subject="Seven grids you will love",
        text="Hello Robin,\n\nhow are things progressing with your grids? Seven new ones.",
        headers={"List-Id": "<weekly.type-paper.example>", "List-Unsubscribe": "<https://type-paper.example/out>"},
        expected=("message.received list_headers",),
    ),
    Scene(
        name="labels-answer",
        at=_at(24, 9, 15),
        sender=ROBIN,
        to=PAULA,
        subject="Re: Labels",
        text="Hi Paula,\n\nask Fern Press, they did mine.\n\nRobin",
        answers="labels",
        expected=("obligation.answered",),
    ),
    Scene(
        name="etat",
        at=_at(24, 9, 30),
        sender=SOLENE,
        subject="Refonte du configurateur",
        text="Bonjour,\n\noù en est la refonte ?\n\nBien cordialement\nSolène Marchand",
        expected=("mail.sent status_request", "promise.made status_request"),
    ),
    Scene(
        name="progress",
        at=_at(24, 10, 12),
        sender=WILE,
        subject="Catalogue relaunch",
        text="Hi Robin,\n\nhow are things progressing?\n\nWile",
        expected=("mail.sent status_request", "promise.made status_request"),
    ),
    Scene(
        name="still-there",
        at=_at(24, 10, 50),
        sender=WILE,
        subject="Re: Catalogue relaunch",
        text="Hi Robin,\n\nany update?\n\nWile",
        answers="progress",
        expected=("mail.withheld told",),
    ),
    Scene(
        name="away",
        at=_at(24, 11, 5),
        sender=SOLENE,
        subject="Absence du bureau : Re: Refonte du configurateur",
        text="Bonjour,\n\nje suis absente aujourd'hui et de retour demain.",
        headers={"Auto-Submitted": "auto-replied"},
        expected=("message.received auto_submitted",),
    ),
    Scene(
        name="sachets",
        at=_at(24, 11, 20),
        sender=PAULA,
        subject="Sachets",
        text="Hi Robin,\n\nwhere do things stand with the sachets?\n\nPaula",
    ),
    Scene(
        name="sachets-answer",
        at=_at(24, 11, 21),
        sender=ROBIN,
        to=PAULA,
        subject="Re: Sachets",
        text="Hi Paula,\n\nthe proofs are in your letter box.\n\nRobin",
        answers="sachets",
        expected=("mail.cancelled answered", "obligation.answered"),
    ),
    Scene(
        name="other-thread",
        at=_at(24, 11, 45),
        sender=WILE,
        subject="Search box",
        text="Robin, any news on the search box?\n\nWile",
        expected=("mail.sent status_request",),
    ),
    Scene(
        name="seats",
        at=_at(24, 12, 31),
        sender=MIRELA,
        subject="Seat map",
        text="Robin,\n\nwe are very disappointed. The seat map is still wrong, for the third time.\n\nMirela Stone",
        expected=("incident.opened complaint", "mail.sent complaint"),
    ),
    Scene(
        name="seats-again",
        at=_at(24, 13, 10),
        sender=MIRELA,
        subject="Box office",
        text="Robin, what is the status of the box office?\n\nMirela Stone",
        expected=("mail.withheld complaint_open", "mail.sent complaint_open"),
    ),
    Scene(
        name="two-houses",
        at=_at(24, 13, 40),
        sender=PAULA,
        cc=MIRELA,
        subject="Beans for the foyer",
        text="Hi Robin, hi Mirela,\n\nwhat is the status of the sign for the foyer?\n\nPaula",
        expected=("message.received several_clients", "mail.withheld several_clients"),
    ),
    Scene(
        name="fourth",
        at=_at(24, 14, 20),
        sender=WILE,
        subject="Re: Catalogue relaunch",
        text="Hi Robin,\n\njust checking in: how far along are you?\n\nWile",
        answers="progress",
        expected=("mail.withheld told", "contact.exceeded", "mail.sent contact_exceeded"),
    ),
    Scene(
        name="board",
        at=_at(24, 14, 45),
        sender=PAULA,
        subject="Menu board",
        text="Hi Robin,\n\nwhat is the status of the menu board?\n\nPaula",
        expected=("mail.sent status_request", "promise.made status_request"),
    ),
    Scene(
        name="stranger",
        at=_at(24, 15, 3),
        sender="Juniper Lane <juniper@elsewhere.example>",
        subject="A website",
        text="Hello, what is the status of my website?",
        expected=("message.received stranger",),
    ),
    Scene(
        name="report",
        at=_at(24, 15, 52),
        sender=ROBIN,
        to=WILE,
        subject="Catalogue relaunch: report",
        text="Hi Wile,\n\nthe catalogue pages are done, search follows on Friday. Screenshots below.\n\nRobin",
        expected=("promise.kept window", "obligation.answered", "obligation.answered"),
    ),
    Scene(
        name="thanks",
        at=_at(24, 16, 4),
        sender=WILE,
        subject="Re: Catalogue relaunch: report",
        text="Great, thank you!\n\nWile",
        answers="report",
        expected=("promise.late", "incident.opened promise_late", "mail.sent promise_late"),
    ),
    Scene(
        name="stand-again",
        at=_at(24, 17, 12),
        sender=EDDA,
        subject="Lagerverwaltung",
        text="Guten Tag Robin,\n\ngibt es etwas Neues zur Lagerverwaltung?\n\nFreundliche Grüße\nEdda Birch",
        expected=("mail.withheld promise_late", "mail.sent promise_late", "mail.sent daily", "summary.sent daily"),
    ),
)
