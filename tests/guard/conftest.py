"""A small world with three clients, and facts under which a mail may leave; each test changes one thing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from whiteglove.clients import Book, Client, Colleague, Limit, Owner, Person, Project, WorkingHours
from whiteglove.compose import Letter, compose
from whiteglove.guard import Facts, LimitUse
from whiteglove.ledger import Audience, PromiseKind
from whiteglove.message import Address, Verdicts

NOW = datetime(2026, 11, 24, 9, 45, tzinfo=UTC)
NOTICE = "This note was written automatically; I read your mail myself."
BODY = f"Hi Wile,\n\nyour next report on Catalogue relaunch comes today at 16:00.\n\n{NOTICE}\n\nRobin Vale\n"
OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours((((time(9), time(17)),),) * 7),
    own_addresses=frozenset({"robin@vale.example", "hello@vale.example"}),
)
WILE = Person(name="Wile Coyote", addresses=("wile@acme.example",))
ACME = Client(
    key="acme",
    name="Acme GmbH",
    timezone="America/New_York",
    language="en",
    domains=("acme.example",),
    people=(WILE,),
    projects=(Project(name="Catalogue relaunch"), Project(name="Website")),
)
BIRCH = Client(
    key="birch",
    name="Birch Ltd.",
    timezone="Europe/London",
    language="en",
    domains=("birch.example",),
    people=(
        Person(name="Jane Doe", addresses=("jane@birch.example", "jd@private.example")),
        Person(name="May", addresses=()),
    ),
    projects=(Project(name="Website"), Project(name="Harbour Lights"), Project(name="Newsletter")),
)
CEDAR = Client(
    key="cedar",
    name="Cedar AG",
    timezone="Europe/Berlin",
    language="de",
    people=(Person(name="木村 花子", addresses=("hanako@cedar.example",)),),
    projects=(Project(name="Newsletter"),),
)


def make_book(*, owner: Owner = OWNER, acme: Client = ACME) -> Book:
    clients = {client.key: client for client in (acme, BIRCH, CEDAR)}
    return Book(owner=owner, clients=clients, team=(Colleague(name="Kim", address="kim@vale.example"),))


def make_facts(**changes: Any) -> Facts:
    """Facts under which `make_mail()` may leave, with some replaced."""
    fields: dict[str, Any] = {
        "now": NOW,
        "audience": Audience.CLIENT,
        "rehearsal": False,
        "book": make_book(),
        "owner": OWNER,
        "client": ACME,
        "person": WILE,
        "recipient": Address("wile@acme.example", "Wile Coyote"),
        "verdicts": Verdicts(human=True, may_acknowledge=True, obliges=True),
        "live": True,
        "history": False,
        "received_at": NOW - timedelta(minutes=3),
        "max_age": timedelta(hours=12),
        "recipients": (Address("robin@vale.example"),),
        "tells": PromiseKind.REPORT,
        "due": NOW + timedelta(hours=5),
        "due_on_day_off": False,
        "promise_late": False,
        "complaint_open": False,
        "incident_open": False,
        "last_owner_mail": NOW - timedelta(days=2),
        "answered_since": False,
        "told_here": False,
        "another_answer": False,
        "use": tuple(
            LimitUse(name, count=1, limit=Limit(2, timedelta(days=1))) for name in ("person", "domain", "all")
        ),
        "failed_address": False,
        "notice": NOTICE,
        "token": "abcdefgh",
        "answered_subject": "How is the catalogue?",
    }
    return replace(Facts(**fields), **changes) if changes else Facts(**fields)


def make_mail(**changes: Any) -> bytes:
    """An acknowledgement to Wile as bytes, with some of the letter's fields replaced."""
    fields: dict[str, Any] = {
        "audience": Audience.CLIENT,
        "sender": Address("robin@vale.example", "Robin Vale"),
        "recipient": Address("wile@acme.example", "Wile Coyote"),
        "subject": "How is the catalogue?",
        "reply": True,
        "in_reply_to": "question@acme.example",
        "references": (),
        "message_id": "wg.abcdefgh@vale.example",
        "token": "abcdefgh",
        "date": NOW.astimezone(ZoneInfo("Europe/Berlin")),
        "body": BODY,
        "language": "en",
        "calendar": None,
        "auto_submitted": "auto-replied",
        "rehearsal": False,
    }
    return compose(Letter(**(fields | changes)))


@pytest.fixture(name="mail", scope="session")
def _mail() -> Callable[..., bytes]:
    return make_mail


@pytest.fixture(name="facts", scope="session")
def _facts() -> Callable[..., Facts]:
    return make_facts


@pytest.fixture(name="book", scope="session")
def _book() -> Callable[..., Book]:
    return make_book
