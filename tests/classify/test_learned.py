"""What was learned: which words speak for what, never surely, and the file that holds it."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from typing import Any

import pytest

from bench.learn import LEARNED, SCALE, learn, packed, read, sentences_of_cues, table, taught_rows
from whiteglove.classify import Lexicon, classify
from whiteglove.classify.learned import LEAST, SUREST, Learned, marks
from whiteglove.classify.scoring import SURE
from whiteglove.classify.sentences import Sentence, split
from whiteglove.errors import GrammarError
from whiteglove.message import Kind

KINDS = (Kind.COMPLAINT, Kind.FYI)


def sentence(text: str) -> Sentence:
    (only,) = split(text)
    return only


def learned(**weights: tuple[int, int]) -> Learned:
    """Words with what each says of a complaint and of news, in steps of 0.1."""
    rows = {}
    for word, said in weights.items():
        (mark,) = marks(sentence(f"{word}?")) & marks(sentence(f"so {word} then"))
        rows[mark] = bytes(128 + steps for steps in said)
    return Learned(KINDS, rows, 0.1)


def test_words_pairs_and_the_end_are_looked_at() -> None:
    assert marks(sentence("The bench wobbles")) == marks(sentence("the BENCH, wobbles."))
    assert marks(sentence("The bench wobbles")) != marks(sentence("bench the wobbles"))
    assert marks(sentence("The bench wobbles")) != marks(sentence("The bench wobbles?"))
    assert marks(sentence("Room 12")) == marks(sentence("Room 7"))


def test_each_kind_has_a_likelihood_of_its_own() -> None:
    layer = learned(wobbles=(120, -120), moved=(-120, 120), bench=(0, 1))

    assert layer.likely(sentence("The bench wobbles")).keys() == {Kind.COMPLAINT}
    assert layer.likely(sentence("The bench moved")).keys() == {Kind.FYI}
    assert layer.likely(sentence("The bench wobbles"))[Kind.COMPLAINT] > 0.9


def test_unknown_words_are_as_likely_as_not_of_any_kind_and_unlikely_kinds_are_left_out() -> None:
    layer = learned(wobbles=(120, -120))

    assert layer.likely(sentence("Lorem ipsum")) == dict.fromkeys(KINDS, 0.5)
    assert all(figure >= LEAST for figure in layer.likely(sentence("The bench wobbles")).values())


def test_the_words_that_say_most_are_told_as_they_were_written() -> None:
    layer = learned(schief=(120, 0))

    assert layer.telling(sentence("Übrigens hängt das Schild am Eingang SCHIEF!"), Kind.COMPLAINT) == (
        "Schild am Eingang SCHIEF"
    )
    assert layer.telling(sentence("Schief."), Kind.COMPLAINT) == "Schief"


def test_a_sentence_of_any_length_can_be_summed() -> None:
    rows = {mark: bytes((255, 0)) for mark in marks(sentence(" ".join(f"w{n}x" for n in range(60))))}
    many = " ".join(f"w{n}x" for n in range(60))

    assert Learned(KINDS, rows, 0.1).likely(sentence(many)).keys() == {Kind.COMPLAINT}


def weights(kinds: int, rows: int) -> str:
    return base64.b85encode(zlib.compress(b"\x80" * (3 + kinds) * rows)).decode()


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"kinds": ["complaint"], "scale": 0.1},
        {"kinds": ["nonsense"], "scale": 0.1, "weights": weights(1, 1)},
        {"kinds": ["complaint"], "scale": "much", "weights": weights(1, 1)},
        {"kinds": ["complaint"], "scale": 0.1, "weights": "no weights"},
        {"kinds": ["complaint", "fyi"], "scale": 0.1, "weights": weights(1, 1)},
    ],
)
def test_a_faulty_file_is_named(written: dict[str, Any]) -> None:
    with pytest.raises(GrammarError, match=r"cues learned: "):
        Learned.from_table(written)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The hut is crooked and the door won't close.", Kind.COMPLAINT),
        ("Has the bell been cast?", Kind.STATUS_REQUEST),
        ("Could we have a third window as well?", Kind.SCOPE_CHANGE),
        ("Il tetto perde più di prima.", Kind.COMPLAINT),
    ],
)
def test_what_no_cue_knows_is_told_but_never_surely(lexicon: Lexicon, text: str, kind: Kind) -> None:
    found = classify("", text, lexicon)

    assert found.kind is kind
    assert found.confidence < SURE
    assert all(cue in text for cue in found.cues)


def test_it_adds_nothing_where_a_cue_was_taken_back() -> None:
    cue = {
        "name": "dented", "kind": "complaint", "weight": 0.9, "phrases": ["is [not] dented"], "unless": ["not dented"],
        "example": ["It is dented."], "counter": ["It is not dented."],
    }  # fmt: skip
    known = Lexicon.from_tables({"xx": {"cues": [cue]}})
    heard = replace(known, learned=learned(dented=(120, -120)))

    assert classify("", "Slightly dented on the left side", heard).kinds == (Kind.COMPLAINT,)
    assert classify("", "The lid is not dented on the left side", heard).abstained


def test_it_says_no_more_than_it_may() -> None:
    heard = Lexicon((), learned(dented=(127, -127)))

    assert classify("", "Dented!", heard).confidence == SUREST


@pytest.mark.long
def test_the_file_is_what_the_script_writes() -> None:
    made = table(packed(learn(read(taught_rows(), sentences_of_cues("counter")))))

    assert f"scale = {SCALE}" in made
    # Another machine may round some weight the other way; another text, or another script, moves many.
    there, here = (raw_weights(text) for text in (LEARNED.read_text("utf-8"), made))
    assert len(here.keys() ^ there.keys()) <= len(there) / 1000
    assert sum(here[mark] != there[mark] for mark in here.keys() & there.keys()) <= len(there) / 100


def raw_weights(text: str) -> dict[bytes, bytes]:
    """The weights of each mark, as they are written."""
    packed_weights = text.partition("'''")[2].partition("'''")[0]
    raw = zlib.decompress(base64.b85decode("".join(packed_weights.split())))
    width = 3 + text.partition("]")[0].count('"') // 2
    return {raw[at : at + 3]: raw[at + 3 : at + width] for at in range(0, len(raw), width)}
