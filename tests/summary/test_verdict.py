"""The first sentence, and the subject made of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summary.days import BUSY, BUSY_GERMAN, DAY, LANGUAGES, QUIET, reader, section, summary
from whiteglove.sections import Item, Mark, Place
from whiteglove.summary import subject, verdict
from whiteglove.summary.verdict import LONGEST_SUBJECT


def test_headlines_in_the_order_of_their_sections() -> None:
    assert verdict(BUSY, reader()) == "2 need you, 1 report due, 1 failed"
    assert subject(BUSY, reader()) == "2 need you, 1 report due, 1 failed – Sat 21 Nov"
    assert subject(BUSY_GERMAN, reader("de")) == "1 wartet auf dich, 1 Bericht fällig – Sa 21. Nov."


def test_a_quiet_day_says_so() -> None:
    assert subject(QUIET, reader()) == "All quiet – Sat 21 Nov"
    assert subject(summary(), reader("de")) == "Alles ruhig – Sa 21. Nov."


def test_a_daemon_that_is_not_well_says_so_first() -> None:
    needs = section("2 need you", Place.NEEDS_YOU)
    blind = Item(text="mailbox studio", mark=Mark.FAILED)

    assert verdict(summary(needs, section("no mail read since 09:12", Place.HEALTH, blind)), reader()) == (
        "No mail read since 09:12, 2 need you"
    )
    well = section("running since Monday", Place.HEALTH, Item(text="mailbox studio", mark=Mark.OK))
    assert verdict(summary(needs, well), reader()) == "2 need you, running since Monday"


def test_what_does_not_fit_is_counted() -> None:
    many = summary(*(section(f"{number} things to look at today", Place(place)) for number, place in enumerate(Place)))

    assert verdict(many, reader()) == f"0 things to look at today, + {len(Place) - 1} more"
    assert len(subject(many, reader())) <= LONGEST_SUBJECT
    long = summary(section("an endless " + "very " * 30 + "long headline"), section("1 more"))
    assert verdict(long, reader()).startswith("An endless very very")
    assert verdict(long, reader()).endswith("…")


def test_no_client_is_named() -> None:
    item = Item(text="late", client="acme")
    telling = section("ACME GmbH: late", Place.REPORTS, item, item, title="Reports")

    assert verdict(summary(telling, section("1 failed", Place.HELD_BACK)), reader()) == "Reports: 2, 1 failed"
    assert verdict(summary(replace(telling, title="Acme GmbH")), reader()) == "+ 2 more"
    # A name is a row of whole words: Elm is a client, an elmwood is not.
    assert verdict(summary(section("1 elmwood due")), reader()) == "1 elmwood due"


headlines = st.lists(st.text(max_size=80), max_size=8)


@pytest.mark.parametrize("code", sorted(LANGUAGES))
@given(headlines=headlines, days=st.integers(0, 365))
def test_a_subject_is_one_short_line(code: str, headlines: list[str], days: int) -> None:
    day = replace(DAY, date=date(2026, 1, 1) + timedelta(days=days))
    made = replace(summary(*map(section, headlines)), day=day)

    line = subject(made, reader(code))

    assert 0 < len(line) <= LONGEST_SUBJECT
    assert line == " ".join(line.split(" ")) == line.strip()
    assert "\n" not in line
    assert line.startswith(verdict(made, reader(code)))
