"""A draft is known again by its words, and what is kept of them tells none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whiteglove.store.draft_words import SAMPLE, has_subject, share_in, sketch_of

KEY = b"k" * 32
TEXT = "The catalogue comes on Tuesday at four, with the new pages and the index that you asked for."


def test_the_same_words_are_all_there_however_they_are_set() -> None:
    sketch = sketch_of(KEY, "Pages", TEXT)

    assert share_in(sketch, KEY, TEXT) == 1.0
    assert share_in(sketch, KEY, f"Hello,\n\n{TEXT.upper().replace(' ', chr(10))}\n\nRobin") == 1.0


def test_of_other_words_none() -> None:
    assert share_in(sketch_of(KEY, "", TEXT), KEY, "We meet at the station, and I bring an umbrella along.") == 0.0


def test_of_changed_ones_a_part() -> None:
    share = share_in(sketch_of(KEY, "", TEXT), KEY, TEXT.replace("on Tuesday at four", "tomorrow"))

    assert 0.5 < share < 1.0


def test_what_a_person_replaces_does_not_count() -> None:
    sketch = sketch_of(KEY, "", f"{TEXT} [What is done, and what comes after it.] Does that suit you?")

    assert share_in(sketch, KEY, f"{TEXT} All of it is done. Does that suit you?") == 1.0


def test_nor_does_the_signature() -> None:
    sketch = sketch_of(KEY, "", f"{TEXT}\nRobin Vale, Nordstr. 5, Berlin", "Robin Vale, Nordstr. 5, Berlin")

    assert share_in(sketch, KEY, "Something else.\nRobin Vale, Nordstr. 5, Berlin") == 0.0


def test_a_draft_of_very_few_words_is_in_nothing() -> None:
    assert share_in(sketch_of(KEY, "", "Hi Wile"), KEY, "Hi Wile") == 0.0


def test_the_subject_whatever_its_marks() -> None:
    sketch = sketch_of(KEY, "Pages", TEXT)

    assert has_subject(sketch, KEY, "AW: Re:  pages")
    assert not has_subject(sketch, KEY, "The pages")


def test_another_store_knows_nothing_of_it() -> None:
    sketch = sketch_of(KEY, "Pages", TEXT)

    assert share_in(sketch, b"o" * 32, TEXT) == 0.0
    assert not has_subject(sketch, b"o" * 32, "Pages")


def test_of_a_long_draft_a_fair_sample_is_kept() -> None:
    words = [f"word{number}" for number in range(4000)]
    sketch = sketch_of(KEY, "", " ".join(words))

    assert len(sketch) == 8 + 4 * SAMPLE
    assert 0.3 < share_in(sketch, KEY, " ".join(words[:2000])) < 0.7


@given(st.text(), st.text())
def test_no_text_is_too_odd(subject: str, text: str) -> None:
    sketch = sketch_of(KEY, subject, text)

    assert has_subject(sketch, KEY, subject)
    assert share_in(sketch, KEY, text) in (0.0, 1.0)
