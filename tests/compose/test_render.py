"""Templates: the author's words, everybody else's values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.compose.render import LONGEST_TEXT, render


def test_values_fill_the_template() -> None:
    assert (
        render("{{ greeting }}\n\nIt comes {{ when }}.", {"greeting": "Hi", "when": "today"}) == "Hi\n\nIt comes today."
    )


@given(st.text(st.sampled_from("{}%#7*ab \"'<>&"), max_size=30))
def test_a_value_is_never_evaluated(value: str) -> None:
    assert render("[{{ value }}]", {"value": value}) == f"[{value}]"


def test_plain_text_is_not_escaped() -> None:
    assert render("{{ name }}", {"name": "Tom & <Jerry>"}) == "Tom & <Jerry>"


def test_blank_lines_and_spaces_left_by_conditions_are_tidied() -> None:
    source = "Hi  \n\n{% if block %}\n{{ block }}\n{% endif %}\n\n\n   \nBye\n\n"

    assert render(source, {"block": None}) == "Hi\n\nBye"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ missing }}", "'missing' is undefined"),
        ("{% if x %}", "line 1"),
        ("{{ text.nothing.more }}", "nothing"),
        ("{{ text.__class__.__mro__ }}", "__class__"),
        ("{% set _ = items.append(1) %}", "append"),
        ("{{ text * 1000000000 }}", "multiply numbers only"),
        ("{{ 9 ** 9 ** 9 }}", "multiply numbers only"),
        ("{% include 'other' %}", "loader"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ text + 1 }}", "TypeError"),
        ("{{ range(9) }}", "'range' is undefined"),
    ],
)
def test_a_faulty_template_is_a_value_error_in_words(source: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^template") as caught:
        render(source, {"text": "a", "items": [1]})

    assert words in str(caught.value)


def test_a_template_that_runs_away_is_stopped() -> None:
    source = (
        "{% for a in items %}{% for b in items %}{% for c in items %}{{ text }}{% endfor %}{% endfor %}{% endfor %}"
    )

    with pytest.raises(ValueError, match=f"beyond {LONGEST_TEXT}"):
        render(source, {"items": list(range(1000)), "text": "x" * 1000})
