"""What a configuration says and its owner may not have meant."""

from __future__ import annotations

from datetime import date

import pytest

from cli.conftest import ACME, BIRCH, Home
from whiteglove.cli.advising import clashes, not_kept_apart, overcommitted

TODAY = date(2026, 11, 22)
TEMPLATES = [("en", "{% if weekday %}Your next report on {{ project }} comes {{ when }}.{% endif %}")]


@pytest.mark.parametrize(
    ("owner", "hours", "told"),
    [
        ("hours_per_week = 38", 38, None),
        ("hours_per_week = 38", 39, "the projects need 39 hours a week, and there are 38"),
        ('hours = "Mon-Fri 09:00-17:00"', 40, None),
        ('hours = "Mon-Fri 09:00-17:00"', 40.5, "the projects need 40.5 hours a week, and there are 40"),
        ('hours = ["Mon 09:00-12:00", "Tue 22:00-24:00"]', 6, "and there are 5"),
    ],
)
def test_more_work_than_hours_is_told(home: Home, owner: str, hours: float, told: str | None) -> None:
    home.owner = owner
    home.clients = {"acme": f'{ACME}\n[[projects]]\nname = "Shop"\nhours_per_week = {hours}\n'}
    text = overcommitted(home.write().settings(), TODAY)
    assert text is None if told is None else told in (text or "")


def test_what_ends_it_is_told_and_work_that_is_over_counts_no_more(home: Home) -> None:
    home.owner = "hours_per_week = 38"
    shop = '[[projects]]\nname = "Shop"\nhours_per_week = 30\n'
    home.clients = {"acme": f'{ACME}\n{shop}[[projects]]\nname = "Pages"\nhours_per_week = 12\ndeadline = 2026-12-18\n'}
    settings = home.write().settings()
    told = overcommitted(settings, date(2026, 12, 18)) or ""
    assert "need 42 hours a week, and there are 38: 4 too many, until 2026-12-18;" in told
    assert overcommitted(settings, date(2026, 12, 19)) is None
    home.clients = {"acme": ACME + shop.replace("30", "39")}
    assert "1 too many, and no deadline ends that;" in (overcommitted(home.write().settings(), TODAY) or "")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Report Ltd", "report"),
        ("Monday", "monday"),
        ("Your next", "your next"),
        ("Birch Holding", None),
        ("Weekday", None),
        ("Project", None),
        ("Guarantee", None),
    ],
)
def test_a_name_that_is_a_word_of_the_texts_is_told(home: Home, name: str, word: str | None) -> None:
    home.clients["birch"] = BIRCH.replace("Birch Holding", name)
    settings = home.write().settings()
    assert [text.split("”")[0] for text in clashes(settings, TEMPLATES)] == ([f"“{word}"] if word else [])


def test_a_word_that_was_allowed_is_not_told(home: Home) -> None:
    home.clients["birch"] = BIRCH.replace("Birch Holding", "May")
    assert list(clashes(home.write().settings(), TEMPLATES))
    home.owner = 'allow_words = ["May"]'
    assert list(clashes(home.write().settings(), TEMPLATES)) == []


def test_only_the_languages_that_somebody_reads_count(home: Home) -> None:
    home.clients["birch"] = BIRCH.replace("Birch Holding", "Montag")
    assert list(clashes(home.write().settings(), TEMPLATES)) == []
    home.clients["acme"] = ACME.replace("[[people]]", '[[people]]\nlanguage = "de"', 1)
    assert len(list(clashes(home.write().settings(), TEMPLATES))) == 1


def test_names_that_are_not_kept_apart_are_told(home: Home) -> None:
    assert list(not_kept_apart(home.write().settings())) == []
    project = '[[projects]]\nname = "Website"\n[[projects]]\nname = "Birch portal"\n'
    home.clients["acme"] += project
    home.clients["birch"] = BIRCH.replace("Birch Holding", "Birch GmbH") + '[[projects]]\nname = "website"\n'
    home.clients["vale"] = BIRCH.replace("Birch Holding", "Vale AG").replace("birch", "vale").replace("Jutta", "Ida")
    of_projects, of_the_entry, of_the_owner = not_kept_apart(home.write().settings())
    assert of_projects.startswith("“website” is a project of Acme GmbH and Birch GmbH")
    assert of_the_entry.startswith("“birch” tells of Birch GmbH and stands in what is written about Acme GmbH too")
    assert of_the_owner.startswith("“vale” tells of Vale AG and stands in your own name")
