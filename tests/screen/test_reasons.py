"""Every reason can be given, and every reason that is given is explained."""

import re
from pathlib import Path

import whiteglove.screen
from whiteglove.screen import REASONS, REMARKS

SOURCES = Path(whiteglove.screen.__file__).parent.glob("*.py")


def test_every_code_that_a_rule_gives_is_explained_and_the_other_way_round() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "reasons.py")
    given = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', text))

    assert REASONS.keys() <= given
    assert REMARKS.keys() <= given
    assert set(re.findall(r'Finding\("(\w+)"', text)) <= REASONS.keys()


def test_every_explanation_is_one_line_for_a_person() -> None:
    for code, explanation in {**REASONS, **REMARKS}.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
        assert 10 < len(explanation) < 120
        assert not explanation.endswith(".")
