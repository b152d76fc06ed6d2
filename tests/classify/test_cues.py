"""The cues that ship: each does what its own sentences say, and together they are right often enough.

The measurements on labelled mail run where `$WHITEGLOVE_CORPORA` names the folder with it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whiteglove.classify import Lexicon, classify
from whiteglove.classify.lexicon import Damper
from whiteglove.classify.sentences import Passage, split
from whiteglove.classify.tally import SURE
from whiteglove.message import Kind

Tables = dict[str, dict[str, Any]]


def entries(tables: Tables, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for language, table in tables.items():
        for entry in table.get(key, []):
            yield f"{language}.{entry['name']}", entry


def fired(text: str, lexicon: Lexicon) -> set[str]:
    """The names of the cues and dampers that speak in a text."""
    names = set()
    passage = Passage.of(split(text))
    for tongue in lexicon.spoken(frozenset(passage.words)):
        for index in (tongue.wishes, tongue.requests, tongue.asides):
            for number, matches in index.matches(passage).items():
                sentence = passage.sentences[number]
                for meaning, start, end in matches:
                    speaks = (
                        meaning.fits(sentence, start, end)
                        if isinstance(meaning, Damper)
                        else not meaning.is_silenced(sentence)
                    )
                    names |= {meaning.name} if speaks else set()
    return names


def test_english_and_german_know_every_kind(tables: Tables) -> None:
    asked = {str(kind) for kind in Kind if kind in RANKED}
    for language in ("en", "de"):
        assert {cue["kind"] for cue in tables[language]["cues"]} == asked


RANKED = {
    Kind.STATUS_REQUEST,
    Kind.DEADLINE_MISSED,
    Kind.COMPLAINT,
    Kind.URGENT_REQUEST,
    Kind.NEW_WORK,
    Kind.SCOPE_CHANGE,
    Kind.SCHEDULING,
    Kind.BILLING,
    Kind.QUESTION,
    Kind.THANKS,
    Kind.FYI,
}


def test_every_cue_shows_its_kind_in_its_examples(tables: Tables, lexicon: Lexicon) -> None:
    for name, cue in entries(tables, "cues"):
        for text in cue["example"]:
            assert name in fired(text, lexicon), f"{name} is silent in: {text}"
            result = classify("", text, lexicon)
            assert cue["kind"] in result.kinds, f"{name}: {text}"
            assert not result.abstained, f"{name}: {text}"


def test_no_cue_speaks_in_its_counter_examples(tables: Tables, lexicon: Lexicon) -> None:
    for name, cue in entries(tables, "cues"):
        for text in cue["counter"]:
            assert name not in fired(text, lexicon), f"{name} speaks in: {text}"
            if cue["kind"] != Kind.QUESTION:
                result = classify("", text, lexicon)
                assert result.abstained or cue["kind"] not in result.kinds, f"{name}: {text}"


def test_every_damper_works_in_its_examples_only(tables: Tables, lexicon: Lexicon) -> None:
    for name, damper in entries(tables, "dampers"):
        for text in damper["example"]:
            assert name in fired(text, lexicon), f"{name} is silent in: {text}"
        for text in damper["counter"]:
            assert name not in fired(text, lexicon), f"{name} speaks in: {text}"


def folder() -> Path:
    root = os.environ.get("WHITEGLOVE_CORPORA")
    if not root:
        pytest.skip("WHITEGLOVE_CORPORA names no folder with labelled text")
    return Path(root) / "text"


def rows(name: str) -> Iterator[dict[str, str]]:
    with (folder() / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def told(text: str, lexicon: Lexicon) -> set[str]:
    """The kinds of a text whose subject, where it has one, stands before ` || `; none where the classifier abstains."""
    subject, bar, body = text.partition(" || ")
    result = classify(subject if bar else "", body if bar else text, lexicon)
    return set() if result.abstained else {str(kind) for kind in result.kinds}


def test_questions_for_the_state_are_told_from_labelled_mail(lexicon: Lexicon) -> None:
    hits = wrong = missed = 0
    for row in rows("labelled_dev.tsv"):
        asked = "status_request" in {row["primary_label"], *row["other_labels"].split(",")}
        said = "status_request" in told(row["text"], lexicon)
        hits += asked and said
        wrong += said and not asked
        missed += asked and not said

    assert hits / (hits + wrong) >= 0.90
    assert hits / (hits + missed) >= 0.75


def test_plain_sentences_of_every_kind_are_known(lexicon: Lexicon) -> None:
    names = {"thanks_or_social": "thanks"}
    seeds = list(rows("seeds.tsv"))
    known = [names.get(row["label"], row["label"]) in told(row["text"], lexicon) for row in seeds]

    assert sum(known) / len(known) >= 0.95


@pytest.mark.parametrize(("name", "label"), [("parakweet.tsv", "-"), ("goemotions.tsv", "thanks_or_social")])
def test_mail_that_asks_for_no_state_is_left_alone(lexicon: Lexicon, name: str, label: str) -> None:
    plain = [row["text"] for row in rows(name) if row["our_label"] == label]
    found = [classify("", text, lexicon) for text in plain]
    asked = [one for one in found if Kind.STATUS_REQUEST in one.kinds and not one.abstained]
    answered = [one for one in asked if one.kind is Kind.STATUS_REQUEST and one.confidence >= SURE]

    assert len(answered) / len(plain) <= 0.005
    assert len(asked) / len(plain) <= 0.02
