"""Whose address it is: the owner's, the team's, a client's person, a client's domain, in this order."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Book, Client, Colleague, DateRange, Owner, Person, Relation, WorkingHours
from whiteglove.message import Address

WILE = Person(name="Wile Coyote", addresses=("Wile@Acme.example", "wile.coyote@home.example"))
ADA = Person(name="Ada Birdwell", addresses=("ada@birch.example",))
ACME = Client(
    key="acme",
    name="Acme GmbH",
    timezone="Europe/Berlin",
    language="en",
    domains=("Acme.example", "cedar.example"),
    people=(WILE,),
)
BIRCH = Client(
    key="birch",
    name="Birch Holding",
    timezone="Europe/Berlin",
    language="de",
    domains=("sub.acme.example",),
    people=(ADA,),
)
OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours(((),) * 7),
    own_addresses=frozenset({"robin@vale.example", "robin@acme.example"}),
)
BOOK = Book(OWNER, {"acme": ACME, "birch": BIRCH}, (Colleague(name="Kim", address="Kim@acme.example"),))


@pytest.mark.parametrize(
    ("address", "relation", "client", "person"),
    [
        ("Robin@Vale.example", Relation.OWN, None, None),
        ("robin+shop@vale.example", Relation.OWN, None, None),
        ("robin@acme.example", Relation.OWN, None, None),
        ("kim@ACME.example", Relation.TEAM, None, None),
        ("wile@acme.example", Relation.CLIENT, ACME, WILE),
        ("WILE.COYOTE@home.example", Relation.CLIENT, ACME, WILE),
        ("ada@birch.example", Relation.CLIENT, BIRCH, ADA),
        ("wile+news@acme.example", Relation.CLIENT, ACME, None),
        ("kim+news@acme.example", Relation.CLIENT, ACME, None),
        ("somebody@acme.example", Relation.CLIENT, ACME, None),
        ("somebody@mail.office.acme.example", Relation.CLIENT, ACME, None),
        ("somebody@sub.acme.example", Relation.CLIENT, BIRCH, None),
        ("somebody@mail.sub.acme.example", Relation.CLIENT, BIRCH, None),
        ("somebody@cedar.example", Relation.CLIENT, ACME, None),
        ("somebody@notacme.example", Relation.STRANGER, None, None),
        ("somebody@acme.example.elsewhere.example", Relation.STRANGER, None, None),
        ("somebody@birch.example", Relation.STRANGER, None, None),
        ("wile@home.example", Relation.STRANGER, None, None),
        ("robin@elsewhere.example", Relation.STRANGER, None, None),
        ("acme.example", Relation.CLIENT, ACME, None),
        ("", Relation.STRANGER, None, None),
    ],
)
def test_each_address_is_somebodys(
    address: str, relation: Relation, client: Client | None, person: Person | None
) -> None:
    found = BOOK.recognise(Address(address, "Any Name"))

    assert (found.relation, found.client, found.person) == (relation, client, person)


def test_a_name_makes_nobody_known() -> None:
    assert BOOK.recognise(Address("eve@elsewhere.example", "wile@acme.example")).relation is Relation.STRANGER


@given(st.text(max_size=20))
def test_any_text_is_looked_up(text: str) -> None:
    assert BOOK.recognise(Address(text)).relation in Relation


def test_an_empty_book_knows_the_owner_only() -> None:
    book = Book(OWNER)

    assert book.recognise(Address("robin@vale.example")).relation is Relation.OWN
    assert book.recognise(Address("wile@acme.example")).relation is Relation.STRANGER


def test_clients_among_addresses_are_told_by_key_each_once() -> None:
    addresses = [
        Address(text)
        for text in (
            "wile@acme.example",
            "x@acme.example",
            "ada@birch.example",
            "robin@vale.example",
            "x@elsewhere.example",
        )
    ]

    assert BOOK.clients_among(addresses) == {"acme", "birch"}
    assert BOOK.clients_among(addresses[3:]) == frozenset()


@pytest.mark.parametrize(
    ("address", "person"),
    [("WILE@acme.example", WILE), ("wile.coyote@home.example", WILE), ("other@acme.example", None)],
)
def test_a_person_is_known_at_each_of_their_addresses(address: str, person: Person | None) -> None:
    assert ACME.person_at(Address(address)) is person


@pytest.mark.parametrize(
    ("address", "own"),
    [("ROBIN@vale.example", True), ("robin+x+y@vale.example", True), ("robin@vale.example.org", False)],
)
def test_mail_to_the_owner_reaches_them_with_any_tag(address: str, own: bool) -> None:
    assert OWNER.is_own(Address(address)) is own


@pytest.mark.parametrize(("day", "inside"), [(23, False), (24, True), (31, True), (1, False)])
def test_a_range_of_days_holds_its_first_and_its_last(day: int, inside: bool) -> None:
    assert (date(2026, 12, day) in DateRange(date(2026, 12, 24), date(2026, 12, 31))) is inside
