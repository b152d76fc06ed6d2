"""The owner's rules: the first that matches decides, on whole words, and never carries an address away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify import rule_vote
from whiteglove.clients import Rule
from whiteglove.message import Address, Guess, Kind

WILE = Address("Wile+shop@mail.acme.example", "Wile Coyote")


def vote(heading: str = "", text: str | None = "", **rule: str) -> Guess | None:
    return rule_vote([Rule(kind=Kind.FYI, **rule)], WILE, heading, text)


@pytest.mark.parametrize(
    "sender",
    ["wile+shop@mail.acme.example", "WILE@mail.acme.example", "mail.acme.example", "acme.example", "@acme.example"],
)
def test_a_sender_is_an_address_or_a_domain(sender: str) -> None:
    assert vote(sender=sender) == Guess(Kind.FYI, 1.0, "rule for this sender")


@pytest.mark.parametrize("sender", ["road@mail.acme.example", "wile@acme.example", "cme.example", "example.com"])
def test_another_sender_does_not_match(sender: str) -> None:
    assert vote(sender=sender) is None


@pytest.mark.parametrize(
    ("words", "text", "cue"),
    [
        ("FYI only", "This is fyi\n only, Robin.", "fyi only"),
        ("für später", "FUER SPÄTER, bitte", "FUER SPAeTER"),
        ("fuer spaeter", "nur für später", "fuer spaeter"),
        ("Straße", "strasse", "strasse"),
        ("reunion", "La Réunion de lundi", "Réunion"),
        ("don't answer", "Please don’t answer.", "don’t answer"),
        ("срочно", "Это СРОЧНО!", "СРОЧНО"),
        ("C++", "the C++ part", "C++"),
    ],
)
def test_words_are_found_whatever_their_case_accents_and_spacing(words: str, text: str, cue: str) -> None:
    assert vote(text=text, words=words) == Guess(Kind.FYI, 1.0, cue)


def test_words_are_whole_words() -> None:
    assert vote(text="a fyion onlyness", words="fyi only") is None
    assert vote(text="newspaper", words="news") is None


def test_all_that_a_rule_names_must_be_met() -> None:
    assert vote("Weekly numbers", "for the file", subject="weekly numbers", words="for the file", sender="acme.example")
    assert vote("Weekly numbers", "for you", subject="weekly numbers", words="for the file") is None
    assert vote("Numbers", "for the file", subject="weekly numbers", words="for the file") is None


def test_the_first_rule_that_matches_decides() -> None:
    rules = [
        Rule(kind=Kind.BILLING, words="invoice"),
        Rule(kind=Kind.FYI, words="file"),
        Rule(kind=Kind.THANKS, words="file"),
    ]

    assert rule_vote(rules, WILE, "", "for the file") == Guess(Kind.FYI, 1.0, "file")
    assert rule_vote(rules, WILE, "", "nothing") is None


def test_a_rule_that_names_nothing_matches_nothing() -> None:
    assert vote(text="anything") is None
    assert vote(text="anything", words="  ") is None


def test_a_text_that_could_not_be_read_has_no_words() -> None:
    assert vote(text=None, words="anything") is None
    assert vote("Weekly numbers", None, subject="weekly") == Guess(Kind.FYI, 1.0, "Weekly")


def test_a_cue_is_short_and_holds_no_address() -> None:
    guess = vote(text="so " * 60, words="so " * 60)

    assert guess is not None
    assert len(guess.cue) <= 80
    assert "@" not in str(vote(sender="acme.example"))


@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=60))
def test_no_rule_and_no_text_is_too_odd(words: str, text: str, sender: str) -> None:
    rule_vote([Rule(kind=Kind.FYI, sender=sender, subject=words, words=words)], WILE, text, text)
