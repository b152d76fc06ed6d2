"""Mails of a client's person that differ in their subject and their text alone, and the verdicts on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time

from rules.mails import mail
from whiteglove.clients import Book, Client, Owner, Person, WorkingHours
from whiteglove.message import Verdicts
from whiteglove.parse import parse_whole
from whiteglove.screen import screen

Judge = Callable[[str, str], Verdicts]

ROBIN = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours((((time(9), time(17)),),) * 7),
    own_addresses=frozenset({"robin@vale.example"}),
)
WILE = Person(name="Wile Coyote", addresses=("wile@acme.example",))
ACME = Client(key="acme", name="Acme", timezone="UTC", language="en", people=(WILE,))
BOOK = Book(owner=ROBIN, clients={"acme": ACME})


def verdicts(subject: str, text: str) -> Verdicts:
    """The verdicts on a mail with nothing in its header that speaks of a machine."""
    message, plain = parse_whole(mail(Subject=subject, Content_Type="text/plain; charset=utf-8", text=text))
    return screen(message, plain, BOOK)


def known(*tables: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [row for table in tables for row in table]
