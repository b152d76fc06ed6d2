"""The phrases by which machines are recognised: every fragment is usable, and none fits just anything."""

import re

import pytest

from whiteglove.screen import phrases

TABLES = {name: table for name, table in vars(phrases).items() if name.isupper()}
ORDINARY = (
    "Delivery of the posters on Friday",
    "Your last message arrived, thank you",
    "The following pages are wrong",
    "Reading your draft now",
    "Automatic checks in the shop",
    "Office hours next week",
    "Report for the board",
    "I am sorry to hear that",
    "The user account page is done",
)


def without_escapes(fragment: str) -> str:
    """What is left to compare with text in lower case."""
    return re.sub(r"\\.", "", fragment)


# Words that save a search, or that say something only beside others.
ORDINARY_TABLES = {
    "AUTOMATIC_WORDS", "CHALLENGE_WORDS", "FIRST_PERSONS", "NO_ANSWER_WORDS", "REPORTING_WORDS",
    "TICKET_WORDS",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TABLES.keys() - ORDINARY_TABLES))
def test_every_fragment_is_a_valid_expression_that_ordinary_words_do_not_fit(name: str) -> None:
    for fragment in TABLES[name]:
        expression = re.compile(fragment, re.IGNORECASE)
        assert not expression.match("")
        assert [text for text in ORDINARY if expression.match(text)] == []
        assert without_escapes(fragment) == without_escapes(fragment).lower()
    assert len(set(TABLES[name])) == len(TABLES[name])


def test_a_search_is_only_saved_where_it_could_not_have_found_anything() -> None:
    for words, table in (
        (phrases.AUTOMATIC_WORDS, phrases.AUTOMATIC_PHRASES),
        (phrases.NO_ANSWER_WORDS, phrases.NO_ANSWER_PHRASES + phrases.UNMONITORED_PHRASES),
        (phrases.TICKET_WORDS, phrases.TICKET_NUMBER),
    ):
        for phrase in table:
            assert any(word in phrase for word in words), phrase
    unsaid = [
        p
        for p in phrases.CHALLENGE_PHRASES
        if not any(re.search(word, p.replace("[- ]", "-")) for word in phrases.CHALLENGE_WORDS)
    ]
    assert len(unsaid) <= 1
