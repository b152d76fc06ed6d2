"""Addresses are compared folded; headers, parts and kinds are found as they are written."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.message import (
    EASY_KINDS,
    GRAVE_KINDS,
    MACHINE_KINDS,
    Address,
    Classification,
    Kind,
    Message,
    Part,
)

LOCAL = st.text("abcXYZ019._-", min_size=1, max_size=8)
DOMAIN = st.text("abcXYZ", min_size=1, max_size=8).map(lambda name: f"{name}.example")


@pytest.mark.parametrize(
    ("address", "local_part", "domain", "untagged"),
    [
        ("Wile@Acme.Example", "wile", "acme.example", "wile@acme.example"),
        ("wile+News@acme.example", "wile+news", "acme.example", "wile@acme.example"),
        ("a+b+c@acme.example", "a+b+c", "acme.example", "a@acme.example"),
        ('"at @ home"@acme.example', '"at @ home"', "acme.example", '"at @ home"@acme.example'),
        ("STRASSE@GROSS.example", "strasse", "gross.example", "strasse@gross.example"),
        ("nobody", "", "nobody", "@nobody"),
        ("", "", "", "@"),
    ],
)
def test_an_address_has_two_halves_in_one_case(address: str, local_part: str, domain: str, untagged: str) -> None:
    found = Address(address, "Wile Coyote")

    assert (found.local_part, found.domain, found.untagged) == (local_part, domain, untagged)
    assert found.address == address


@given(LOCAL, DOMAIN)
def test_case_makes_no_other_mailbox(local: str, domain: str) -> None:
    one, other = Address(f"{local}@{domain}"), Address(f"{local.swapcase()}@{domain.swapcase()}")

    assert one.folded == other.folded
    assert one.folded == f"{one.local_part}@{one.domain}"


@given(LOCAL, st.text("abc+", max_size=6), DOMAIN)
def test_a_tag_makes_no_other_person(local: str, tag: str, domain: str) -> None:
    assert Address(f"{local}+{tag}@{domain}").untagged == Address(f"{local}@{domain}").folded


def test_the_parts_of_a_message_come_in_its_order_with_what_they_hold() -> None:
    inner = Part("message/rfc822", "2", children=(Part("text/html", "2.1"),))
    whole = Part("multipart/mixed", "TEXT", children=(Part("text/plain", "1"), inner, Part("image/png", "3")))

    assert [part.section for part in whole.walk()] == ["TEXT", "1", "2", "2.1", "3"]


def test_a_part_alone_is_the_message() -> None:
    assert [part.section for part in Part("text/plain").walk()] == ["1"]


def test_every_value_of_a_header_is_found_in_order_whatever_its_case() -> None:
    message = Message(headers=(("Received", "one"), ("subject", "x"), ("RECEIVED", "two")))

    assert message.all("received") == ("one", "two")
    assert message.all("Subject") == ("x",)
    assert message.all("Date") == ()


def test_recipients_are_those_of_to_and_of_cc() -> None:
    to, cc = Address("robin@vale.example"), Address("ada@acme.example")

    assert Message(to=(to,), cc=(cc,)).recipients == (to, cc)


def test_kinds_are_what_a_person_wants_or_what_a_machine_is() -> None:
    kinds = list(Kind)

    assert frozenset(kinds[kinds.index(Kind.AUTO_REPLY) :]) == MACHINE_KINDS
    assert not MACHINE_KINDS & (GRAVE_KINDS | EASY_KINDS)
    assert not GRAVE_KINDS & EASY_KINDS


def test_the_primary_kind_is_the_first() -> None:
    assert Classification((Kind.COMPLAINT, Kind.STATUS_REQUEST), 0.9).kind is Kind.COMPLAINT


def test_nothing_that_is_known_can_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Message().subject = "another"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Address("wile@acme.example").name = "another"  # type: ignore[misc]
