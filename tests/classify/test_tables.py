"""The tables of cues are read strictly: a fault is named with language, cue and key."""

from __future__ import annotations

from typing import Any

import pytest

from whiteglove.classify.lexicon import Lexicon
from whiteglove.errors import GrammarError

CUE = {
    "name": "any-news",
    "kind": "status_request",
    "weight": 0.9,
    "phrases": ["any news"],
    "example": ["Any news?"],
    "counter": ["No."],
}
DAMPER = {
    "name": "none",
    "kinds": ["status_request"],
    "phrases": ["no news"],
    "example": ["No news."],
    "counter": ["."],
}


def build(**table: Any) -> Lexicon:
    return Lexicon.from_tables({"xx": table}).check()


def test_a_sound_table_is_read() -> None:
    assert build(cues=[CUE], dampers=[DAMPER], words={"a": "b|c"}, courtesies=["hello there"]).tongues


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"wieght": 0.9}, r"cues xx\.any-news: unknown key 'wieght'"),
        ({"kind": "status"}, r"xx\.any-news: 'status' is not one of the kinds .*status_request"),
        ({"kind": "bounce"}, "'bounce' is not one of the kinds"),
        ({"weight": 1}, "weight must be a number from 0 to below 1"),
        ({"weight": True}, "weight must be a number"),
        ({"weight": "high"}, "weight must be a number"),
        ({"phrases": []}, "phrases is missing"),
        ({"phrases": "any news"}, "phrases must be a list of texts"),
        ({"phrases": ["any (news"]}, r"xx\.any-news: phrase 'any \(news': '\)' is missing"),
        ({"phrases": ["*frist"]}, "one whole word must always be there"),
        ({"unless": ["any )"]}, "outside of any bracket"),
        ({"example": []}, "example is missing"),
        ({"counter": []}, "counter is missing"),
        ({"name": ""}, "needs a name of its own"),
    ],
)
def test_a_faulty_cue_is_named(changed: dict[str, object], reason: str) -> None:
    with pytest.raises(GrammarError, match=reason):
        build(cues=[CUE | changed])


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"cue": []}, "cues xx: unknown key 'cue'"),
        ({"cues": CUE}, "cues must be a list of tables"),
        ({"cues": [CUE, CUE]}, "needs a name of its own.*any-news"),
        ({"words": ["a"]}, "words must be a table of texts"),
        ({"courtesies": "hello"}, "courtesies must be a list of texts"),
        ({"dampers": [DAMPER | {"kinds": []}]}, "kinds is missing"),
        ({"dampers": [DAMPER | {"factor": -1}]}, "factor must be a number"),
        ({"dampers": [DAMPER | {"kinds": ["list"]}]}, "'list' is not one of the kinds"),
    ],
)
def test_a_faulty_table_is_named(table: dict[str, Any], reason: str) -> None:
    with pytest.raises(GrammarError, match=reason):
        build(**table)


def test_an_exception_to_a_cue_needs_no_certain_word() -> None:
    assert build(cues=[CUE | {"unless": ["*frist"]}]).tongues
