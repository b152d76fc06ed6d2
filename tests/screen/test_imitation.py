"""Strangers who look like a client, and those who do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screen.conftest import ACME, BIRCH, OWNER
from whiteglove.clients import Book, Person
from whiteglove.message import Address, Message
from whiteglove.screen import imitated


def of(book: Book, address: str, name: str = "") -> str | None:
    found = imitated(Message(author=(Address(address, name),)), book)
    return found.key if found else None


@pytest.mark.parametrize(
    "domain",
    [
        "acrne.example",
        "mail.acrne.example",
        "xn--cme-5cd.example",
        "acm\u0435.example",
        "\u00e1cme.example",
        "acme-example.com",
        "acme.example.evil.example",
        "acme.exampl",
        "acm.example",
        "amce.example",
        "acmee.example",
        "acne.example",
    ],
)
def test_a_domain_that_reads_like_a_clients(book: Book, domain: str) -> None:
    assert of(book, f"mallory@{domain}") == "acme"


@pytest.mark.parametrize(
    "domain", ["else.example", "acmes-garden.example", "example", "acme.org", "cedar.example", "birchwood.example"]
)
def test_a_domain_that_does_not(book: Book, domain: str) -> None:
    assert of(book, f"mallory@{domain}") is None


@pytest.mark.parametrize(
    "name",
    [
        "Wile Coyote",
        "WILE  COYOTE",
        "Coyote, Wile",
        "Wile Coyote (private)",
        "Wile C\u043eyote",
        "wile@acme.example",
        "Ask anybody@acme.example",
        "Acme GmbH",
        "ACME",
    ],
)
def test_a_name_that_is_a_clients(book: Book, name: str) -> None:
    assert of(book, "mallory@evil.example", name) == "acme"


@pytest.mark.parametrize("name", ["", "Wile", "Coyote", "Wile E. Coyote", "Acme Garden Ltd", "x@else.example"])
def test_a_name_that_is_not(book: Book, name: str) -> None:
    assert of(book, "mallory@evil.example", name) is None


@pytest.mark.parametrize(
    "address",
    ["wile@acme.example", "new@acme.example", "robin@vale.example", "hello+wile@vale.example", "kim@vale.example"],
)
def test_who_is_known_imitates_nobody(book: Book, address: str) -> None:
    assert of(book, address, "Jane Doe") is None
    assert imitated(Message(), book) is None


def test_neighbours_at_a_provider_of_mailboxes_are_no_look_alikes(book: Book) -> None:
    private = Person(name="Ann Lee", addresses=("ann@gmail.example",))
    acme = replace(book.clients["acme"], people=(*book.clients["acme"].people, private))
    shared = replace(book, clients={"acme": acme})
    assert of(shared, "somebody@gmail.example") is None
    assert of(shared, "somebody@ymail.example") is None
    assert of(shared, "somebody@gmai1.example") == "acme"


@given(local=st.text(min_size=1, max_size=20), domain=st.text(max_size=60), name=st.text(max_size=60))
def test_no_sender_makes_it_raise(local: str, domain: str, name: str) -> None:
    of(Book(owner=OWNER, clients={"acme": ACME, "birch": BIRCH}), f"{local}@{domain}", name)
