"""Public holidays by country and subdivision."""

from __future__ import annotations

import json
import sys
from datetime import date

import pytest

from whiteglove.errors import GrammarError
from whiteglove.settings import holidays


def test_a_subdivision_has_its_own_days_for_twelve_years() -> None:
    tables = holidays.holiday_tables(["DE-BE", "us-ny", "DE"], 2026)
    berlin, new_york, germany = tables["DE-BE"], tables["us-ny"], tables["DE"]
    assert isinstance(berlin, frozenset)
    assert isinstance(new_york, frozenset)
    assert isinstance(germany, frozenset)
    assert date(2026, 3, 8) in berlin - germany
    assert date(2026, 11, 26) in new_york
    assert {day.year for day in berlin} == set(range(2025, 2037))


@pytest.mark.parametrize(
    ("code", "words"), [("ZZ", "no country"), ("DE-XX", "known are BB, BE"), ("Berlin", "no country")]
)
def test_an_unknown_code_is_answered_with_a_right_one(code: str, words: str) -> None:
    fault = holidays.holiday_tables([code, "DE"], 2026)[code]
    assert isinstance(fault, GrammarError)
    assert words in str(fault)
    assert 'right would be "DE-BE"' in str(fault)


def test_the_tables_stay_out_of_this_process() -> None:
    loaded = sys.modules.pop("holidays", None)
    try:
        assert holidays.holiday_tables(["FR"], 2026)["FR"]
        assert "holidays" not in sys.modules
    finally:
        if loaded:
            sys.modules["holidays"] = loaded


def test_without_a_child_process_they_are_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert holidays.holiday_tables(["DE-BE"], 2026)["DE-BE"]


def test_nothing_is_started_where_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert holidays.holiday_tables([], 2026) == {}


def test_the_child_answers_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    holidays.main(["2026", "2026", "GB-SCT", "ZZ"])
    answer = json.loads(capsys.readouterr().out)
    assert date(2026, 11, 30).toordinal() in answer["GB-SCT"]
    assert "no country" in answer["ZZ"]
