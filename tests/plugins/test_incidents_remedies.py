"""What can be offered now: each remedy of the client's file with its day and hour, or left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benches import acme
from whiteglove.desk.contexts import Contexts
from whiteglove.testing import Bench
from whiteglove_plugins import incidents
from whiteglove_plugins.incidents.remedies import Way, kept_until, way_of, ways_forward

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=BERLIN)
FRIDAY = datetime(2026, 3, 6, 10, 0, tzinfo=BERLIN)
SATURDAY = datetime(2026, 3, 7, 10, 0, tzinfo=BERLIN)
AWAY = '[[dates]]\nwhat = "Trade fair"\nwhen = 2026-03-03\naway = true\n'


@contextmanager
def context(now: datetime = MONDAY, client: str | None = None, **options: Any) -> Iterator[tuple[Any, Any]]:
    """What a hook of the plugin is given at this time, and its client."""
    with Bench(incidents, now=now.astimezone(UTC), clients={"acme": client or acme()}, **options) as b:
        ctx = Contexts(b.settings, b.host, b.store).of("incidents", b.clock.now())
        yield ctx, b.settings.book.clients["acme"]


def offered(text: str, now: datetime = MONDAY, **options: Any) -> Way | None:
    with context(now, **options) as (ctx, client):
        return way_of(text, client, ctx)


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("a call the same day", Way("a call", "", on(2, 17, 30), True)),
        ("ein Anruf am selben Tag", Way("ein Anruf", "", on(2, 17, 30), True)),
        ("a call today at 15:00", Way("a call", "", on(2, 15), False)),
        ("noch heute ein Anruf", Way("", " ein Anruf", on(2, 17, 30), True)),
        ("an extra report on the next working day at 12:00", Way("an extra report", "", on(3, 12), False)),
        (
            "ein zusätzlicher Bericht am nächsten Werktag um 12:00",
            Way("ein zusätzlicher Bericht", "", on(3, 12), False),
        ),
        ("am nächsten Arbeitstag bis 12 Uhr eine Liste", Way("", " eine Liste", on(3, 12), True)),
        ("at 9:30 on the next business day, a call", Way("", " a call", on(3, 9, 30), False)),
        ("a draft by 3 pm tomorrow", Way("a draft", "", on(3, 15), True)),
        ("the pages on Friday at 12:00, in print", Way("the pages", " in print", on(6, 12), False)),
        ("the pages on Monday at 12:00", Way("the pages", "", on(2, 12), False)),
        ("the pages on Monday at 9:00", Way("the pages", "", on(9, 9), False)),
        ("die Seiten am Freitag", Way("die Seiten", "", on(6, 17, 30), True)),
        ("a call at 11:30", Way("a call", "", on(2, 11, 30), False)),
        ("a call at 10:30", Way("a call", "", on(3, 10, 30), False)),
        ("a fix within 4 hours", Way("a fix", "", on(2, 14), True)),
        ("eine Korrektur innerhalb von zwei Arbeitstagen", Way("eine Korrektur", "", on(4, 17, 30), True)),
        ("10 % off the next invoice", Way("10 % off the next invoice")),
        ("a morning of my time", Way("a morning of my time")),
        ("ein Gespräch am Morgen", Way("ein Gespräch am Morgen")),
    ],
)
def test_a_time_becomes_a_day_and_an_hour(text: str, way: Way) -> None:
    assert offered(text) == way


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("a call the same day", SATURDAY),
        ("a call the same day", MONDAY.replace(hour=16, minute=30)),
        ("a call today at 9:00", MONDAY),
        ("a call tomorrow", FRIDAY),
        ("a call at 25:00", MONDAY),
        ("an extra report on the next working day at 9:30", MONDAY.replace(hour=17)),
    ],
)
def test_what_cannot_be_kept_is_left_out(text: str, now: datetime) -> None:
    assert offered(text, now) is None


def test_the_next_working_day_is_after_the_weekend_and_an_absence() -> None:
    way = offered("a report on the next working day at 12:00", FRIDAY, owner={"away": ["2026-03-09/2026-03-10"]})
    assert way is not None
    assert way.at == on(11, 12)


def test_nothing_is_offered_on_a_day_on_which_either_side_is_away() -> None:
    for text in ("the pages on Tuesday", "the pages on Tuesday at 12:00"):
        assert offered(text) is not None
        assert offered(text, owner={"away": ["2026-03-03"]}) is None
    assert offered("a call tomorrow", owner={"away": ["2026-03-03"]}) is None
    assert offered("a call tomorrow", client=acme().replace("[[people]]", f"{AWAY}[[people]]", 1)) is None


def test_they_come_in_the_order_of_the_file_and_hold_until_the_first_can_no_longer_be_kept() -> None:
    file = acme('remedies = ["a report on the next working day at 12:00", "a call the same day", "a book"]')
    with context(client=file) as (ctx, client):
        ways = ways_forward(client, ctx)
        assert [way.before for way in ways] == ["a report", "a call", "a book"]
        assert kept_until(ways, ctx) == on(2, 17, 30) - timedelta(hours=1)
        assert kept_until(ways[:1], ctx) == on(3, 11)
        assert kept_until(ways[2:], ctx) is None
