"""The phrases by which answers on absence are recognised: every fragment is usable, and none fits just anything."""

from __future__ import annotations

import re

import pytest

from screen.test_phrases import ORDINARY, without_escapes
from whiteglove.screen import absences

TABLES = {name: table for name, table in vars(absences).items() if name.isupper() and name != "ABSENCE_WORDS"}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_fragment_is_a_valid_expression_that_ordinary_words_do_not_fit(name: str) -> None:
    for fragment in TABLES[name]:
        expression = re.compile(fragment, re.IGNORECASE)
        assert not expression.match("")
        assert [text for text in ORDINARY if expression.match(text)] == []
        assert without_escapes(fragment) == without_escapes(fragment).lower()
    assert len(set(TABLES[name])) == len(TABLES[name])


def test_a_search_is_only_saved_where_it_could_not_have_found_anything() -> None:
    for phrase in absences.ABSENCE_PHRASES:
        assert any(word in phrase for word in absences.ABSENCE_WORDS), phrase
