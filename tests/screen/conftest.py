"""A small book, and mails from its people that a test changes in one thing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time

import pytest

from whiteglove.clients import Book, Client, Colleague, Owner, Person, WorkingHours
from whiteglove.message import Verdicts
from whiteglove.parse import parse_whole
from whiteglove.screen import screen
from whiteglove.screen.evidence import Evidence

OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours((((time(9), time(17)),),) * 7),
    own_addresses=frozenset({"robin@vale.example", "hello@vale.example"}),
)
ACME = Client(
    key="acme",
    name="Acme GmbH",
    timezone="America/New_York",
    language="en",
    domains=("acme.example",),
    people=(Person(name="Wile Coyote", addresses=("wile@acme.example",)),),
)
BIRCH = Client(
    key="birch",
    name="Birch Ltd.",
    timezone="Europe/London",
    language="en",
    domains=("birch.example",),
    acknowledge_domain=True,
    people=(Person(name="Jane Doe", addresses=("jane@birch.example",)),),
)
QUESTION = "Hello,\n\nhow is the catalogue coming along?\n\nWile\n"

Judge = Callable[..., Verdicts]
Look = Callable[..., Evidence]


@pytest.fixture
def book() -> Book:
    return Book(
        owner=OWNER, clients={"acme": ACME, "birch": BIRCH}, team=(Colleague(name="Kim", address="kim@vale.example"),)
    )


def mail(extra: Sequence[str], changes: Mapping[str, str | None]) -> bytes:
    """A client's question, as the server delivers it. `changes` replace a field or the `text`, None takes one out;
    `extra` are whole fields on top."""
    fields: dict[str, str | None] = {
        "Return-Path": "<wile@acme.example>",
        "From": "Wile Coyote <wile@acme.example>",
        "To": "Robin Vale <robin@vale.example>",
        "Subject": "The catalogue",
        "Date": "Tue, 24 Nov 2026 10:42:09 +0100",
        "Message-ID": "<one@acme.example>",
    }
    text = changes.get("text") or ("" if "text" in changes else QUESTION)
    fields |= {name.replace("_", "-"): value for name, value in changes.items() if name != "text"}
    lines = [*extra, *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return ("\n".join(lines) + "\n\n" + text).encode("utf-8", "surrogateescape")


@pytest.fixture
def judge(book: Book) -> Judge:
    """The verdicts on a client's question, changed as `mail` says."""

    def judged(*extra: str, authserv_id: str | None = None, junk: bool = False, **changes: str | None) -> Verdicts:
        message, text = parse_whole(mail(extra, changes))
        return screen(message, text, book, authserv_id=authserv_id, junk=junk)

    return judged


@pytest.fixture
def look(book: Book) -> Look:
    """The evidence on a client's question, changed as `mail` says, for one rule alone."""

    def looked(*extra: str, authserv_id: str | None = None, junk: bool = False, **changes: str | None) -> Evidence:
        message, text = parse_whole(mail(extra, changes))
        return Evidence.of(message, text, book, authserv_id, junk)

    return looked
