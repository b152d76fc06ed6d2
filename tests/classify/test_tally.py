"""How what speaks for a kind adds up, and which words are shown for it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify.learned import SUREST
from whiteglove.classify.tally import HEARD, SUPPORTED, Tally, shortened
from whiteglove.message import Kind


def of(*weights: float, heard: float | None = None) -> Tally:
    tally = Tally()
    for number, weight in enumerate(weights):
        tally.add(Kind.BILLING, f"cue {number}", weight, f"words {number}")
    if heard is not None:
        tally.add(Kind.BILLING, HEARD, heard, "a sound")
    return tally


def test_the_best_counts_whole_and_the_others_half() -> None:
    assert of(0.6).score(Kind.BILLING) == 0.6
    assert of(0.6, 0.5).score(Kind.BILLING) == 0.6 + 0.4 * 0.25
    assert of().strength(Kind.BILLING) == 0.0


@given(st.lists(st.floats(0, 0.6), min_size=1, max_size=30))
def test_any_number_of_weak_cues_stays_weak(weights: list[float]) -> None:
    assert max(weights) <= of(*weights).score(Kind.BILLING) <= 0.8


@given(st.lists(st.floats(0, 0.79), max_size=5), st.floats(0, SUREST))
def test_what_was_heard_never_makes_sure(weights: list[float], heard: float) -> None:
    alone = of(*weights).strength(Kind.BILLING)

    assert max(alone, heard) - 1e-9 <= of(*weights, heard=heard).score(Kind.BILLING) <= max(alone, SUREST)


def test_the_same_cue_counts_once_with_its_best() -> None:
    tally = of(0.5)
    tally.add(Kind.BILLING, "cue 0", 0.7, "better words")
    tally.add(Kind.BILLING, "cue 0", 0.2, "worse words")

    assert tally.score(Kind.BILLING) == 0.7
    assert tally.cues([Kind.BILLING]) == ("better words",)


def test_what_is_half_likely_is_supported() -> None:
    assert of(SUPPORTED).supported == {Kind.BILLING}
    assert of(SUPPORTED - 0.01).supported == set()


def test_three_cues_are_shown_the_loudest_first_and_none_in_another() -> None:
    tally = of(0.1, 0.4, 0.3, 0.2)
    tally.add(Kind.BILLING, "part", 0.05, "words")

    assert tally.cues([Kind.BILLING]) == ("words 1", "words 2", "words 3")


def test_what_cues_found_is_shown_before_what_was_heard_and_not_once_more_in_longer_words() -> None:
    tally = of(0.1)
    tally.add(Kind.BILLING, HEARD, 0.6, lambda: "the words 0 again")
    assert tally.cues([Kind.BILLING]) == ("words 0",)

    tally.add(Kind.BILLING, HEARD, 0.7, lambda: "others")
    assert tally.cues([Kind.BILLING]) == ("words 0", "others")


def test_words_are_looked_up_when_they_are_shown() -> None:
    tally = Tally()
    tally.add(Kind.BILLING, HEARD, 0.6, lambda: "found late")

    assert tally.cues([Kind.BILLING]) == ("found late",)


def test_a_cue_is_one_line_of_eighty_characters() -> None:
    assert shortened(" two\n lines, ") == "two lines"
    assert len(shortened("x" * 200)) == 80
