"""What the owner reads: words of their language, times on their own clock, numbers as they write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from whiteglove.owner_words import Words, shortened
from whiteglove.settings.data import load_languages


def test_a_text_is_one_line_of_a_length() -> None:
    assert shortened("Paper\n for the  cover") == "Paper for the cover"
    assert shortened("x" * 80) == "x" * 80
    assert shortened("x" * 81) == "x" * 79 + "…"
    assert shortened("Catalogue", 5) == "Cata…"


TEXTS = {"one_open": "1 is open", "some_open": "{count} are open", "until": "It lasts until {day}."}
LANGUAGES = load_languages()
TODAY, YESTERDAY = datetime(2026, 3, 2, 23, 5, tzinfo=UTC), datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
FRIDAY, JANUARY = datetime(2026, 3, 6, 9, 0, tzinfo=UTC), datetime(2027, 1, 1, 0, 5, tzinfo=UTC)


def words(code: str = "en") -> Words:
    """At five past midnight of a Tuesday in Berlin, which is Monday in UTC."""
    return Words(texts=TEXTS, language=LANGUAGES[code], zone=ZoneInfo("Europe/Berlin"), now=TODAY)


def test_a_text_is_filled_in_and_a_number_of_things_has_its_own() -> None:
    assert words()("until", day="Friday") == "It lasts until Friday."
    counted = [words().counted("open", count) for count in (0, 1, 2, 12_345)]
    assert counted == ["", "1 is open", "2 are open", "12,345 are open"]
    with pytest.raises(KeyError):
        words()("unknown")


def test_an_abbreviation_at_the_end_of_a_sentence_has_one_full_stop() -> None:
    assert words("de")("until", day=words("de").day(date(2026, 4, 3))) == "It lasts until Fr 3. Apr."
    assert words()("until", day="now …") == "It lasts until now …."


@pytest.mark.parametrize(
    ("code", "when"),
    [
        ("en", ["today at 00:05", "yesterday at 16:30", "on Friday at 10:00", "on 1 January 2027 at 01:05"]),
        ("de", ["heute um 0:05 Uhr", "gestern um 16:30 Uhr", "am Freitag um 10 Uhr", "am 1. Januar 2027 um 1:05 Uhr"]),
        ("es", ["hoy a las 0:05", "ayer a las 16:30", "el viernes a las 10:00", "el 1 de enero de 2027 a la 1:05"]),
        (
            "fr",
            [
                "aujourd’hui à 0\u00a0h\u00a005", "hier à 16\u00a0h\u00a030", "vendredi à 10\u00a0h",
                "le 1er janvier 2027 à 1\u00a0h\u00a005",
            ],
        ),
        ("it", ["oggi alle 0:05", "ieri alle 16:30", "venerdì alle 10", "venerdì 1º gennaio 2027 all’1:05"]),
        ("pt", ["hoje às 0h05", "ontem às 16h30", "na sexta-feira às 10h00", "no dia 1 de janeiro de 2027 à 1h05"]),
        (
            "nl",
            ["vandaag om 0.05 uur", "gisteren om 16.30 uur", "vrijdag om 10.00 uur", "op 1 januari 2027 om 1.05 uur"],
        ),
    ],
)  # fmt: skip
def test_a_moment_within_a_sentence(code: str, when: list[str]) -> None:
    assert [words(code).when(instant) for instant in (TODAY, YESTERDAY, FRIDAY, JANUARY)] == when


@pytest.mark.parametrize(
    ("code", "moments", "day", "full"),
    [
        ("en", ["today, 00:05", "Fri 6 Mar, 10:00"], "Fri 1 Jan 2027", "Fri 6 Mar 2026, 10:00"),
        ("de", ["heute, 0:05 Uhr", "Fr 6. März, 10:00 Uhr"], "Fr 1. Jan. 2027", "Fr 6. März 2026, 10:00 Uhr"),
        ("pt", ["hoje, 0h05", "sex 6 mar, 10h00"], "sex 1 jan 2027", "sex 6 mar 2026, 10h00"),
    ],
)
def test_a_moment_and_a_day_after_a_preposition(code: str, moments: list[str], day: str, full: str) -> None:
    said = words(code)
    assert [said.moment(TODAY), said.moment(FRIDAY)] == moments
    assert said.day(JANUARY.date()) == day
    assert said.in_full(FRIDAY) == full


def test_what_is_read_later_is_said_as_of_then() -> None:
    assert words().when(FRIDAY, read_at=FRIDAY) == "today at 10:00"
    assert words().moment(FRIDAY, read_at=FRIDAY) == "today, 10:00"
    assert words().on(FRIDAY.date(), read_at=FRIDAY) == "today"
    assert words().on(FRIDAY.date()) == "on Friday"


def test_a_time_of_day_and_hours_set_aside() -> None:
    assert words("nl").clock(FRIDAY) == "10.00 uur"
    assert words().clock(FRIDAY, zone=ZoneInfo("America/New_York")) == "04:00"
    assert words().block(FRIDAY, FRIDAY.replace(hour=11)) == "10:00–12:00 on Friday"


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("en", ["2.5", "20", "1234", "12,345.7"]),
        ("de", ["2,5", "20", "1234", "12.345,7"]),
        ("es", ["2,5", "20", "1234", "12\u202f345,7"]),
        ("fr", ["2,5", "20", "1234", "12\u202f345,7"]),
        ("it", ["2,5", "20", "1234", "12.345,7"]),
        ("pt", ["2,5", "20", "1234", "12\u202f345,7"]),
        ("nl", ["2,5", "20", "1234", "12.345,7"]),
    ],
)
def test_numbers_as_they_are_written(code: str, numbers: list[str]) -> None:
    assert [words(code).number(number) for number in (2.5, 20.0, 1234.0, 12345.67)] == numbers
    assert words(code).number(0.04) == "0"


def test_what_is_quoted() -> None:
    assert [words(code).quoted("Paper") for code in LANGUAGES] == [
        "„Paper“", "“Paper”", "«Paper»", "«\u202fPaper\u202f»", "«Paper»", "‘Paper’", "«Paper»",
    ]  # fmt: skip
