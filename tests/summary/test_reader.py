"""Dates and moments as the owner reads them, in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from summary.days import LANGUAGES, reader
from whiteglove.sections import Mark

H = "\u00a0h\u00a0"


@pytest.mark.parametrize(
    ("code", "short", "long", "moment"),
    [
        ("en", "Sat 21 Nov", "Saturday, 21 November 2026", "Sat 21 Nov, 08:05"),
        ("de", "Sa 21. Nov.", "Samstag, 21. November 2026", "Sa 21. Nov., 8:05 Uhr"),
        ("fr", "sam. 21 nov.", "Samedi 21 novembre 2026", f"sam. 21 nov. à 8{H}05"),
        ("es", "sáb 21 nov", "Sábado, 21 de noviembre de 2026", "sáb 21 nov, 8:05"),
        ("it", "sab 21 nov", "Sabato 21 novembre 2026", "sab 21 nov, ore 8:05"),
        ("pt", "sáb 21 nov", "Sábado, 21 de novembro de 2026", "sáb 21 nov, 8h05"),
        ("nl", "za 21 nov", "Zaterdag 21 november 2026", "za 21 nov, 8.05 uur"),
    ],
)
def test_a_date_and_a_moment(code: str, short: str, long: str, moment: str) -> None:
    day = date(2026, 11, 21)

    assert reader(code).short_day(day) == short
    assert reader(code).long_day(day) == long
    assert reader(code).moment(datetime(2026, 11, 21, 7, 5, 59, tzinfo=UTC)) == moment


def test_the_first_of_a_month_is_counted_where_a_language_counts_it() -> None:
    assert reader("fr").short_day(date(2026, 12, 1)) == "mar. 1er déc."
    assert reader("it").long_day(date(2026, 12, 1)) == "Martedì 1º dicembre 2026"
    assert reader("en").short_day(date(2026, 12, 1)) == "Tue 1 Dec"


def test_a_moment_has_the_date_of_the_owners_zone() -> None:
    assert reader().moment(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)) == "Sun 22 Nov, 00:30"
    assert reader().moment(datetime(2026, 7, 1, 6, 0, tzinfo=UTC)) == "Wed 1 Jul, 08:00"


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_every_mark_has_a_word_of_its_own(code: str) -> None:
    words = [reader(code).word(mark.value) for mark in Mark if mark]

    assert len(set(words)) == len(Mark) - 1
    assert all(word == word.upper() and len(word) <= 9 for word in words)


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_the_short_names_are_distinct(code: str) -> None:
    assert len(set(LANGUAGES[code].short_weekdays)) == 7
    assert len(set(LANGUAGES[code].short_months)) == 12
