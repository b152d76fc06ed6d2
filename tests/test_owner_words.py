"""What the owner reads: times on their own clock, in their own words, nothing longer than a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from whiteglove.clients import Owner, WorkingHours
from whiteglove.owner_words import say_when, shortened, spoken

ROBIN = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="en",
    hours=WorkingHours((((time(9), time(17)),),) * 7),
)
GERMAN = replace(ROBIN, language="de")
NOW = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "english", "german"),
    [
        ("2026-03-02T22:45Z", "today at 23:45", "heute um 23:45"),
        ("2026-03-02T23:15Z", "tomorrow at 00:15", "morgen um 00:15"),
        ("2026-03-04T15:00Z", "Wednesday 2026-03-04 at 16:00", "Mittwoch, 04.03.2026 um 16:00"),
        ("2026-03-01T15:00Z", "Sunday 2026-03-01 at 16:00", "Sonntag, 01.03.2026 um 16:00"),
    ],
)
def test_a_moment_is_said_on_the_owners_clock(instant: str, english: str, german: str) -> None:
    assert say_when(datetime.fromisoformat(instant), NOW, ROBIN) == english
    assert say_when(datetime.fromisoformat(instant), NOW, GERMAN) == german


def test_where_there_are_no_words_in_a_language_the_english_ones_stand() -> None:
    words = {"it": "report"}, {"it": "Bericht"}
    said = [spoken(replace(ROBIN, language=code), *words)["it"] for code in ("en", "de", "fr")]
    assert said == ["report", "Bericht", "report"]


def test_a_text_is_one_line_of_a_length() -> None:
    assert shortened("Paper\n for the  cover") == "Paper for the cover"
    assert shortened("x" * 80) == "x" * 80
    assert shortened("x" * 81) == "x" * 79 + "…"
    assert shortened("Catalogue", 5) == "Cata…"
