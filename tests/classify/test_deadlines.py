"""Times named in a text: what is unambiguous becomes an instant in the writer's zone, anything else is left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.classify.deadlines import hastened, named_times
from whiteglove.message import Classification, Kind

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=BERLIN)


def local(text: str, zone: ZoneInfo = BERLIN) -> list[str]:
    return [named.at.astimezone(zone).strftime("%a %d.%m.%Y %H:%M") for named in named_times(text, MONDAY, zone)]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("I need it by Friday, please.", "Fri 06.03.2026 23:59"),
        ("Bitte bis Freitag schicken.", "Fri 06.03.2026 23:59"),
        ("Could I have it before 3 pm?", "Mon 02.03.2026 15:00"),
        ("bis spätestens 15 Uhr", "Mon 02.03.2026 15:00"),
        ("by Monday", "Mon 02.03.2026 23:59"),
        ("by 3:30 p.m. on Thursday", "Thu 05.03.2026 15:30"),
        ("bis morgen, 12 Uhr", "Tue 03.03.2026 12:00"),
        ("until tomorrow noon", "Tue 03.03.2026 12:00"),
        ("before Wednesday", "Wed 04.03.2026 00:00"),
        ("by the end of the day", "Mon 02.03.2026 23:59"),
        ("avant vendredi à 14h30", "Fri 06.03.2026 14:30"),
        ("d'ici demain", "Tue 03.03.2026 23:59"),
        ("para el viernes", "Fri 06.03.2026 23:59"),
        ("antes de las 14 h", "Mon 02.03.2026 14:00"),
        ("entro venerdì", "Fri 06.03.2026 23:59"),
        ("até amanhã", "Tue 03.03.2026 23:59"),
        ("até sexta-feira às 15 h", "Fri 06.03.2026 15:00"),
        ("voor vrijdag 16 uur", "Fri 06.03.2026 16:00"),
        ("by 24 November", "Tue 24.11.2026 23:59"),
        ("bis zum 24. November, 9 Uhr", "Tue 24.11.2026 09:00"),
        ("The fair is on 24.11. in Ulm.", "Tue 24.11.2026 23:59"),
        ("am 5.1.2027", "Tue 05.01.2027 23:59"),
        ("on November 24th, 2027", "Wed 24.11.2027 23:59"),
        ("el 24 de noviembre", "Tue 24.11.2026 23:59"),
        ("by 24/11", "Tue 24.11.2026 23:59"),
        ("on 2026-11-24", "Tue 24.11.2026 23:59"),
        ("It was due on 20.2.", "Fri 20.02.2026 23:59"),
        ("bis 30. Dezember", "Wed 30.12.2026 23:59"),
        ("Could you let me have the plans by Thursday morning?", "Thu 05.03.2026 12:00"),
        ("We'd need the texts no later than 5pm tomorrow.", "Tue 03.03.2026 17:00"),
        ("The printer wants it by 14:30.", "Mon 02.03.2026 14:30"),
        ("by close of business on Wednesday", "Wed 04.03.2026 23:59"),
        ("by EOD tomorrow", "Tue 03.03.2026 23:59"),
        ("by midnight", "Mon 02.03.2026 23:59"),
        ("by the end of March", "Tue 31.03.2026 23:59"),
        ("bis Ende Februar", "Sun 28.02.2027 23:59"),
        ("fino a domani no, entro fine dicembre sì", "Thu 31.12.2026 23:59"),
        ("by Friday, 6 March at 5pm", "Fri 06.03.2026 17:00"),
        ("bis Freitag, den 6. März, 12 Uhr", "Fri 06.03.2026 12:00"),
        ("By Monday the 9th, please.", "Mon 09.03.2026 23:59"),
        ("by Friday 13 March", "Fri 13.03.2026 23:59"),
        ("by Wed 5pm", "Wed 04.03.2026 17:00"),
        ("by 3pm Friday", "Fri 06.03.2026 15:00"),
        ("before the 15th of April", "Wed 15.04.2026 00:00"),
        ("bis morgen früh", "Tue 03.03.2026 12:00"),
        ("d'ici demain matin", "Tue 03.03.2026 12:00"),
        ("para mañana", "Tue 03.03.2026 23:59"),
        ("até o dia 15 de março", "Sun 15.03.2026 23:59"),
        ("uiterlijk vrijdag 12 uur", "Fri 06.03.2026 12:00"),
    ],
)
def test_what_means_one_time_is_resolved(text: str, at: str) -> None:
    assert local(text) == [at]


@pytest.mark.parametrize(
    "text",
    [
        "by 3/4",
        "by next Friday",
        "before 9 am",
        "by 31.2.",
        "version 2.1.3 by hand",
        "We met on Friday.",
        "by then",
        "vor allem",
        "25.30 euro",
        "until 25:10",
        "by 13 pm",
        "not before Monday",
        "Bitte nicht vor Freitag.",
        "He was born on 12 May 1970.",
        "by Monday the 10th",
        "by the end of the week",
        "until the 12th",
        "by 5",
        "bis bald",
        "para ti",
        "by the morning",
        "",
    ],
)
def test_what_could_mean_several_or_none_is_left_alone(text: str) -> None:
    assert local(text) == []


def test_a_date_is_a_deadline_only_where_something_is_wanted_by_then() -> None:
    wanted, named = named_times("Please send it by 20.11., the fair is on 24.11.", MONDAY, BERLIN)

    assert (wanted.words, wanted.deadline) == ("by 20.11.", True)
    assert (named.words, named.deadline) == ("24.11.", False)


def test_a_span_of_dates_is_no_deadline() -> None:
    first, last = named_times("Die Messe ist vom 3.4. bis 5.4. in Köln.", MONDAY, BERLIN)

    assert (first.words, first.deadline) == ("3.4.", False)
    assert (last.words, last.deadline) == ("5.4.", False)


def test_a_day_whose_name_and_date_differ_is_no_deadline() -> None:
    (named,) = named_times("by Friday 7 March", MONDAY, BERLIN)

    assert (named.words, named.deadline) == ("7 march", False)


def test_the_writers_zone_decides_what_day_it_is() -> None:
    late = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    (there,) = named_times("by tomorrow", late, ZoneInfo("America/New_York"))
    (here,) = named_times("by tomorrow", late, BERLIN)

    assert there.at == datetime(2026, 3, 4, 4, 59, tzinfo=UTC)
    assert here.at == datetime(2026, 3, 4, 22, 59, tzinfo=UTC)


def urgency(text: str | None, *kinds: Kind, before: float = 0.0) -> float:
    found = Classification(kinds or (Kind.QUESTION,), 0.7, urgency=before)
    return hastened(found, text, MONDAY, BERLIN).urgency


def test_the_sooner_something_is_wanted_the_more_haste_it_asks_for() -> None:
    wanted = ["by 24 November", "by Friday", "by tomorrow", "by 5 pm", "by noon"]

    assert [urgency(f"Could you send me the plans {when}?") for when in wanted] == [0.0, 0.1, 0.3, 0.5, 0.6]
    assert urgency("By Friday for us; the printer wants it by noon.") == 0.6
    assert urgency("Could you send me the plans by noon?", before=0.5) == 0.8


def test_what_is_named_and_not_wanted_asks_for_no_haste() -> None:
    assert urgency("The fair is on 3 March.") == 0.0
    assert urgency("By 20 February you had them.") == 0.0
    assert urgency("You will have our texts by noon.", Kind.FYI, Kind.THANKS) == 0.0
    assert urgency("You promised it by Monday.", Kind.DEADLINE_MISSED, Kind.COMPLAINT) == 0.0
    assert urgency(None) == 0.0


@given(st.text(max_size=400))
def test_whatever_is_written_is_read(text: str) -> None:
    named_times(text, MONDAY, BERLIN)


@given(
    st.lists(
        st.sampled_from(["by", "bis", "vor", "Friday", "24.", "11.", "3", "pm", "/", "45", "May", "0"]), max_size=30
    )
)
def test_whatever_is_put_together_is_read(words: list[str]) -> None:
    for named in named_times(" ".join(words), MONDAY, BERLIN):
        assert named.at.tzinfo is UTC
