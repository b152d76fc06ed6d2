"""What was learned: which words and cues speak for what, never surely, and the file that holds it."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest

from bench.learn import LEARNED, SCALE, made
from classify.layer import KINDS, learned
from whiteglove.classify import Lexicon, classify
from whiteglove.classify.learned import NOTHING, Learned, likelihood, marks, odds_of
from whiteglove.classify.sentences import Passage, split
from whiteglove.classify.tally import SURE
from whiteglove.errors import GrammarError
from whiteglove.message import Kind


def odds(layer: Learned, text: str, cues: dict[str, float] | None = None) -> dict[Kind, float]:
    return layer.odds(layer.listen(Passage.of(split(text))), cues or {})


def telling(layer: Learned, text: str) -> str:
    return layer.telling(layer.listen(Passage.of(split(text))), Kind.COMPLAINT)


def test_words_pairs_and_the_ends_are_looked_at() -> None:
    assert marks(split("The bench wobbles")) == marks(split("the BENCH, wobbles."))
    assert marks(split("The bench wobbles")) != marks(split("bench the wobbles"))
    assert marks(split("The bench wobbles")) != marks(split("The bench wobbles?"))
    assert marks(split("The bench wobbles")) != marks(split("The bench wobbles!"))
    assert marks(split("Room 12")) == marks(split("Room 7"))
    assert marks(split("The bench. It wobbles.")) != marks(split("The bench it wobbles."))


def test_each_kind_has_a_likelihood_of_its_own() -> None:
    layer = learned(wobbles=(90, -60), moved=(-60, 90))

    wobbles, moved = (odds(layer, text) for text in ("The bench wobbles", "The bench moved"))
    assert likelihood(wobbles[Kind.COMPLAINT]) > 0.9
    assert likelihood(moved[Kind.FYI]) > 0.9
    assert wobbles.keys() & moved.keys() == set()


def test_a_paragraph_is_heard_as_a_whole_and_no_surer_for_being_long() -> None:
    layer = learned(wobbles=(60, -60))
    one, two, diluted = (
        odds(layer, text)[Kind.COMPLAINT]
        for text in (
            "The bench wobbles.",
            "The bench wobbles. Then the bench wobbles.",
            "The bench wobbles. So the bench.",
        )
    )

    assert diluted < one < two


def test_a_cue_is_heard_with_the_words() -> None:
    layer = learned(cues={Kind.COMPLAINT: (75, 0)})

    assert odds(layer, "So the bench", {Kind.COMPLAINT: 0.9})[Kind.COMPLAINT] > 1
    assert odds(layer, "So the bench", {Kind.COMPLAINT: 0.6})[Kind.COMPLAINT] == 0
    assert odds(layer, "So the bench", {Kind.FYI: 0.9})[Kind.COMPLAINT] == 0


def test_of_unknown_words_nothing_is_said() -> None:
    assert odds(learned(wobbles=(90, -90)), "Lorem ipsum dolor wobbles") == {}


@pytest.mark.parametrize("figure", [0.01, 0.3, 0.5, 0.99])
def test_odds_and_likelihoods_are_each_other_s_mirror(figure: float) -> None:
    assert likelihood(odds_of(figure)) == pytest.approx(figure)


def test_the_words_that_say_most_are_told_as_they_were_written() -> None:
    layer = learned(schief=(90, 0))

    assert telling(layer, "Guten Tag! Übrigens hängt das Schild am Eingang SCHIEF!") == ("Schild am Eingang SCHIEF")
    assert telling(layer, "Schief.") == "Schief"


def test_a_paragraph_of_any_length_can_be_summed() -> None:
    asked = [f"w{number}xy" for number in range(10, 91)]
    many = f"{' '.join(asked[:40])}? {' '.join(asked[40:])}? Then? {'a ' * 150}?"
    longest = f"{'a ' * 190}?"
    for text in (many, longest, f"Then? {longest}"):
        layer = Learned(KINDS, [(mark, bytes((2 * NOTHING, 0))) for mark in sorted(marks(split(text)))], 0.1)
        found = odds(layer, text)
        assert found[Kind.COMPLAINT] > 5
        assert Kind.FYI not in found


def weights(kinds: int, rows: int) -> str:
    return base64.b64encode(zlib.compress(b"\x5f" * (3 + kinds) * rows)).decode()


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


@pytest.mark.long
def test_the_file_is_what_the_script_writes() -> None:
    written = made()

    assert f"scale = {SCALE}" in written
    # Another machine may round some weight the other way; another text, or another script, moves many.
    there, here = (raw_weights(text) for text in (LEARNED.read_text("utf-8"), written))
    assert len(here.keys() ^ there.keys()) <= len(there) / 1000
    assert sum(here[mark] != there[mark] for mark in here.keys() & there.keys()) <= len(there) / 100


def raw_weights(text: str) -> dict[bytes, bytes]:
    """The weights of each mark, as they are written."""
    packed_weights = text.partition("'''")[2].partition("'''")[0]
    raw = zlib.decompress(base64.b64decode(packed_weights))
    width = 3 + text.partition("]")[0].count('"') // 2
    return {raw[at : at + 3]: raw[at + 3 : at + width] for at in range(0, len(raw), width)}
