"""Whom a text tells of: whole words, any case; and what is left of a value without them."""

from __future__ import annotations

import pytest

from whiteglove.actions import Json
from whiteglove.store.traces import Traces

TRACES = Traces(
    addresses=["Wile@Acme.example"],
    names=["Wile Coyote", "Jürgen Überall"],
    subjects=[
        "Catalogue, second proof",
        "Question",
        "",
        "The long subject " + "of a mail that nobody would quote as a whole " * 3,
    ],
    key="acme",
)


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <wile@acme.example>: no such user",
        "x-wile@acme.example-1",
        "WILE COYOTE wrote",
        "Wile\n  Coyote wrote",
        "jürgen überall",
        "Acme GmbH wrote “Catalogue, second proof” and got no answer",
        "“The long subject of a mail that nobody would quote as a who…”",
        "wrote “Question” and",
        "acme",
        "contact:acme:2026-03-02",
        "KeyError('acme')",
    ],
)
def test_it_tells_of_them(text: str) -> None:
    assert TRACES.occur_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "Question",
        "a question",
        "“Questions”",
        "Wile Coyotes",
        "Wile and Coyote",
        "at the acme of it",
        "acmes",
        "Catalogue",
        "Catalogue, second proofs",
        "jutta@birch.example",
    ],
)
def test_it_does_not(text: str | None) -> None:
    assert not TRACES.occur_in(text)


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("wile@acme.example", None),
        ("birch", "birch"),
        (17, 17),
        (None, None),
        ({"acme": {"seen": 1}, "birch": {"seen": 2}}, {"birch": {"seen": 2}}),
        ({"client": "acme", "count": 3}, {"count": 3}),
        (["acme", "birch", None, 0], ["birch", None, 0]),
        ([{"to": "wile@acme.example"}, {"to": "jutta@birch.example"}], [{"to": "jutta@birch.example"}]),
        ({"last": {"to": "Wile Coyote"}, "empty": [], "none": None}, {"empty": [], "none": None}),
    ],
)
def test_the_rest_of_a_value_is_left(value: Json, left: Json) -> None:
    assert TRACES.without(value) == left
    assert TRACES.are_in(value) == (value != left)


def test_nobody_is_found_nowhere() -> None:
    nobody = Traces(addresses=[], names=[""], subjects=[])
    assert not nobody.occur_in("anything at all")
    assert not nobody.are_in({"a": ["b"]})
