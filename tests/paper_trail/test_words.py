"""The same things can be said in both languages."""

from __future__ import annotations

from string import Formatter

from whiteglove.ledger import IncidentKind, IncidentState, PromiseKind
from whiteglove.paper_trail import Missing, Way
from whiteglove.paper_trail.words import words_in

ENGLISH, GERMAN = words_in("en"), words_in("de")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    assert {name: fields(text) for name, text in ENGLISH.items()} == {
        name: fields(text) for name, text in GERMAN.items()
    }


def test_another_language_gets_the_english_words() -> None:
    assert words_in("fr") is ENGLISH
    assert (ENGLISH["language"], GERMAN["language"]) == ("en", "de")


def test_everything_that_can_be_on_record_has_its_words() -> None:
    names = [*map(str, Way), *(f"way_{way}" for way in Way), *(f"missing_{reason}" for reason in Missing)]
    names += [*map(str, PromiseKind), *(f"state_{state}" for state in IncidentState)]
    names += [f"{what}_{kind}" for what in ("kind", "step") for kind in IncidentKind]
    assert [name for name in names if name not in ENGLISH] == []
