"""The cues that ship for price requests: each speaks in its examples and is silent in its counter-examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from whiteglove.classify import Lexicon
from whiteglove.classify.lexicon import Cue
from whiteglove.classify.price_cues import PRICE_CUES
from whiteglove.classify.price_requests import price_request
from whiteglove.classify.sentences import Passage, split
from whiteglove.settings.fields import LANGUAGES


def cues() -> Iterator[tuple[str, dict[str, Any]]]:
    for language, table in PRICE_CUES.items():
        for entry in table["cues"]:
            yield f"{language}.{entry['name']}", entry


NAMED = list(cues())


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.from_tables(PRICE_CUES)


def speaking(text: str, lexicon: Lexicon) -> set[str]:
    return {
        cue.name
        for sentence in split(text)
        for tongue in lexicon.spoken(frozenset(sentence.words))
        for cue, _, _ in tongue.wishes.matches(Passage.of([sentence])).get(0, ())
        if isinstance(cue, Cue) and not cue.is_silenced(sentence)
    }


@pytest.mark.parametrize(("name", "cue"), NAMED, ids=[name for name, _ in NAMED])
def test_each_speaks_in_its_examples_and_nowhere_else(name: str, cue: dict[str, Any], lexicon: Lexicon) -> None:
    for text in cue["example"]:
        assert name in speaking(text, lexicon), text
        assert price_request("", text), text
    for text in cue["counter"]:
        assert name not in speaking(text, lexicon), text


def test_no_counter_example_is_a_price_request_in_any_language() -> None:
    assert [text for _, cue in NAMED for text in cue["counter"] if price_request("", text)] == []


def test_every_language_of_the_owner_has_some() -> None:
    assert set(PRICE_CUES) == set(LANGUAGES)
    assert {len(table["cues"]) for table in PRICE_CUES.values()} == {4}
