"""The project's own labelled mail is understood as well as is promised, the half that nobody tuned to as well."""

from __future__ import annotations

import pytest

from bench.evaluate import ALARM, EASY, Judged, figures, judge, macro, of_kind, own_rows, primary_of_kind
from whiteglove.classify import Lexicon
from whiteglove.message import Kind

SEEN, HELD_OUT = False, True


@pytest.fixture(scope="module", params=[SEEN, HELD_OUT], ids=["seen", "held out"])
def judged(request: pytest.FixtureRequest, lexicon: Lexicon) -> list[Judged]:
    return judge(row for row in own_rows() if row.held_out is request.param)


def test_both_halves_are_large_and_know_every_kind_and_language(judged: list[Judged]) -> None:
    assert len(judged) >= 350
    assert {row.row.language for row in judged} == {"en", "de", "fr", "es", "it", "pt", "nl"}
    assert all(of_kind(judged, kind).wanted >= 20 for kind in Kind if any(kind in one.row.kinds for one in judged))


def test_every_kind_is_told_well(judged: list[Judged]) -> None:
    assert macro(judged, of_kind) >= 0.80
    assert macro(judged, primary_of_kind) >= 0.80


def test_a_question_for_the_state_is_told_surely(judged: list[Judged]) -> None:
    found = of_kind(judged, Kind.STATUS_REQUEST)

    assert found.precision >= 0.90
    assert found.recall >= 0.80


def test_hardly_any_alarm_is_missed(judged: list[Judged]) -> None:
    found = figures(judged, lambda kinds: not ALARM.isdisjoint(kinds))

    assert found.precision >= 0.85
    assert found.recall >= 0.88


def test_what_needs_an_answer_is_not_taken_for_thanks(judged: list[Judged]) -> None:
    found = figures(judged, lambda kinds: not kinds <= EASY)

    assert found.precision >= 0.93
    assert found.recall >= 0.97


def test_what_is_answered_automatically_was_a_question_for_the_state(judged: list[Judged]) -> None:
    sure = [one for one in judged if one.found.kind is Kind.STATUS_REQUEST and one.found.confidence >= 0.8]
    right = sum(Kind.STATUS_REQUEST in one.row.kinds for one in sure)

    assert right >= 0.95 * len(sure)
