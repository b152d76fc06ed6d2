"""Today's work in its order, with the reasons beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from benches import COMPLAINT, QUESTION, STATUS
from whiteglove.desk.summing import build
from whiteglove.sections import Item, Mark, Place, Section
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, incidents, priorities

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def client(key: str, *projects: str, head: str = "") -> str:
    """A client's file; each project is its name and what else there is of it, `Pages; profile = "high"`."""
    lines = [
        f'name = "{key.title()}"',
        'timezone = "Europe/Berlin"',
        'language = "en"',
        'reply_within = "2h"',
        head,
        f'[[people]]\nname = "Pat {key.title()}"\naddresses = ["pat@{key}.example"]',
    ]
    for project in projects:
        name, *keys = project.split("; ")
        lines.append("\n".join(("[[projects]]", f'name = "{name}"', *keys)))
    return "\n".join(lines)


def make(clients: dict[str, str], **settings: Any) -> Bench:
    return Bench(priorities, clients=clients, now=MONDAY, **settings)


def section(bench: Bench, day: date | None = None) -> Section:
    summary = build(bench.settings, bench.host, bench.store, day, bench.clock.now())
    (found,) = [one for one in summary.sections if one.place is Place.WORK]
    return found


def lines(bench: Bench) -> list[str]:
    return [f"{item.client}: {item.text}" if item.client else item.text for item in section(bench).items]


def item(bench: Bench, key: str) -> Item:
    return next(found for found in section(bench).items if found.client == key)


def test_the_profile_before_the_deadline_and_what_has_none_last_of_its_profile() -> None:
    clients = {
        "acme": client("acme", "Shop", "Pages; deadline = 2026-03-06", "Print; deadline = 2026-03-03"),
        "birch": client("birch", 'Fair; profile = "high"', 'Book; profile = "high"; deadline = 2026-04-17'),
        "cedar": client("cedar", 'Signs; profile = "low"; deadline = 2026-03-02', "Maps; deadline = 2026-03-06"),
    }
    with make(clients) as bench:
        assert lines(bench) == [
            "birch: Book: high profile, deadline on 17 April",
            "birch: Fair: high profile",
            "acme: Print: deadline tomorrow",
            "acme: Pages: deadline on Friday",
            "cedar: Maps: deadline on Friday",
            "acme: Shop: no deadline",
            "cedar: Signs: low profile, deadline today",
        ]
        assert [found.mark for found in section(bench).items][2:4] == [Mark.DUE, Mark.PLAIN]


def test_overdue_answers_then_incidents_decide_between_equals() -> None:
    clients = {key: client(key, "Pages; deadline = 2026-03-06") for key in ("acme", "birch", "cedar")}
    with make(clients, beside={"incidents": incidents}) as bench:
        bench.receive(COMPLAINT, sender="pat@birch.example")
        bench.owner_sends("I am sorry. I will call you.", to="pat@birch.example", answers=bench.last_message_id)
        for subject in ("Paper", "Ink"):
            bench.receive(QUESTION, sender="pat@cedar.example", subject=subject)
        bench.advance(hours=3)
        assert lines(bench) == [
            "cedar: Pages: deadline on Friday, 2 answers overdue",
            "birch: Pages: deadline on Friday, incident open",
            "acme: Pages: deadline on Friday",
        ]
        assert [found.mark for found in section(bench).items] == [Mark.LATE, Mark.NOW, Mark.PLAIN]


def test_a_broken_word_comes_before_everything() -> None:
    clients = {
        "acme": client("acme", 'Fair; profile = "high"; deadline = 2026-03-03'),
        "birch": client("birch", "Maps", 'Signs; profile = "low"', head='report = ["Mon 11:00"]'),
    }
    with make(clients, beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as bench:
        bench.receive(STATUS, sender="pat@birch.example")
        bench.advance(hours=1, minutes=1)
        first, *rest = lines(bench)
        assert first == "birch: Maps: the report was due today at 11:00 and is late"
        assert rest[-1] == "birch: Signs: low profile"


def test_an_answer_that_was_promised_is_counted_once() -> None:
    receipts = (acknowledge, {"delay": "0s", "answer": ["question"]})
    with make({"acme": client("acme", "Pages")}, beside={"acknowledge": receipts}) as bench:
        bench.receive(QUESTION, sender="pat@acme.example")
        bench.advance(hours=3)
        assert lines(bench) == ["acme: Pages: the answer was due today at 12:00 and is late"]


def test_a_client_without_projects_stands_there_while_something_is_owed() -> None:
    with make({"acme": client("acme")}) as bench:
        assert section(bench).items == ()
        assert section(bench).quiet == "no project is in the book"
        bench.receive(QUESTION, sender="pat@acme.example")
        bench.advance(hours=3)
        assert lines(bench) == ["acme: 1 answer overdue"]


def test_a_deadline_that_passed_is_late_until_it_is_old() -> None:
    projects = ("Pages; deadline = 2026-02-27", "Print; deadline = 2026-02-10")
    with make({"acme": client("acme", *projects)}) as bench:
        assert lines(bench) == ["acme: Pages: the deadline was on Friday"]
        assert item(bench, "acme").mark is Mark.LATE


def test_hours_set_aside_today_stand_beside_it_while_they_lie_ahead() -> None:
    clients = {"acme": client("acme", "Pages", head='work = ["Mon 11:00-13:00", "Tue 09:00-10:00"]')}
    with make(clients) as bench:
        assert item(bench, "acme").detail == "set aside: 11:00–13:00 today"
        bench.advance(hours=2)
        assert item(bench, "acme").detail == ""


def test_no_more_than_the_owner_wants_and_the_rest_counted() -> None:
    clients = {"acme": client("acme", *(f"Part {number}" for number in range(5)))}
    with make(clients, most=2) as bench:
        assert lines(bench) == ["acme: Part 0: no deadline", "acme: Part 1: no deadline", "and 3 more"]


def test_of_another_date_the_deadlines_are_told_from_there() -> None:
    with make({"acme": client("acme", "Pages; deadline = 2026-03-03")}) as bench:
        (found,) = section(bench, MONDAY.date() + timedelta(days=1)).items
        assert found.text == "Pages: deadline today"


def test_in_german() -> None:
    clients = {"acme": client("acme", 'Pages; profile = "high"; deadline = 2026-03-06')}
    with make(clients, owner={"language": "de"}) as bench:
        bench.receive(QUESTION, sender="pat@acme.example")
        bench.advance(hours=3)
        assert lines(bench) == ["acme: Pages: hohe Bedeutung, Frist am Freitag, 1 Antwort überfällig"]
