"""The summary's part about contact: four weeks of each client, who is quiet, what interruptions cost, looks back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from benches import BIRCH, QUESTION, STATUS, acme
from whiteglove.desk.contexts import Contexts
from whiteglove.errors import ConfigurationError
from whiteglove.hookspecs import Context
from whiteglove.sections import Day, Mark, Place, Section, Trace
from whiteglove.store import notes
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import contact_frequency

DAILY = 'contact_limit = "2 per day"'
JUTTA = "Jutta Forst <jutta@birch.example>"


def bench(*lines: str, report: str = '["Tue 16:00", "Fri 16:00"]', **options: Any) -> Bench:
    """On a Monday at 10:00 in Berlin, with a limit of Acme's."""
    clients = {"acme": acme(*(lines or (DAILY,)), report=report), "birch": BIRCH}
    return Bench(contact_frequency, **{"clients": clients, **options})


def write(b: Bench, *texts: str, hours: float = 0) -> list[SentMail]:
    """Messages of Wile's, so many hours apart; the mails that left."""
    left = []
    for number, text in enumerate(texts):
        left += b.advance(hours=hours) if number and hours else []
        left += b.receive(text)
    return left


def context(b: Bench) -> Context[Any]:
    return Contexts(b.settings, b.host, b.store).of("contact_frequency", b.clock.now())


def section(b: Bench, *, since: timedelta = timedelta(days=1)) -> Section:
    """The plugin's part of a summary that is written now."""
    now, ctx = b.clock.now(), context(b)
    day = Day(date=ctx.worktime.local_date(now), since=now - since, until=now + timedelta(seconds=1))
    part: Section = b.host.call("contact_frequency", "summarise", now, day=day, ctx=ctx)
    return part


class TestTheSummary:
    def test_nobody_wrote(self) -> None:
        with bench() as b:
            part = section(b)
            assert (part.title, part.place, part.items, part.headline) == ("Contact", Place.CONTACT, (), "")
            assert part.quiet == "nobody wrote more than was agreed"

    def test_who_is_over_comes_first_then_everybody_by_how_much_they_wrote(self) -> None:
        with bench() as b:
            for _ in range(5):
                b.receive(QUESTION, sender=JUTTA)
            write(b, STATUS, STATUS, QUESTION, hours=2)
            b.owner_sends("All is well.")
            part = section(b)
            over, birch = part.items
            assert part.headline == "1 client over the limit"
            assert (over.client, over.mark, over.detail) == ("acme", Mark.NOW, "agreed: 2 per day")
            assert over.text == "3 messages today, every 2 h, 2 of them asked how things stand"
            assert over.step == "bring their part forward; 14:00–16:00 today is free"
            assert (birch.client, birch.text, birch.mark) == (
                "birch", "5 messages in seven days, within a minute of each other", Mark.PLAIN
            )  # fmt: skip

    def test_what_was_in_the_last_summary_is_not_in_this_one(self) -> None:
        with bench() as b:
            write(b, *[QUESTION] * 3)
            b.advance(hours=3)
            assert [item.client for item in section(b, since=timedelta(hours=2)).items] == ["acme"]
            assert section(b, since=timedelta(hours=2)).headline == ""
            b.receive(QUESTION)
            # One more on the same date: all of that date are told, not only the new one.
            assert section(b, since=timedelta(hours=2)).items[0].text.startswith("4 messages today")
            b.advance(days=8)
            assert [item.text for item in section(b).items] == ["4 messages in four weeks, none in the last seven days"]
            b.advance(days=28)
            assert section(b).items == ()

    def test_the_fullest_day_is_told_where_there_were_several(self) -> None:
        with bench() as b:
            write(b, *[QUESTION] * 5)
            b.advance(days=1)
            write(b, *[QUESTION] * 3)
            assert section(b, since=timedelta(days=2)).items[0].text.startswith("5 messages yesterday")

    def test_history_is_counted_and_nobody_is_over_because_of_it(self) -> None:
        with bench(looked=False) as b:
            for days in range(10):
                for _ in range(3):
                    b.deliver(STATUS, age=timedelta(days=days, minutes=5))
            b.run()
            part = section(b, since=timedelta(days=30))
            assert (part.headline, [item.mark for item in part.items]) == ("", [Mark.PLAIN])
            assert part.items[0].text.startswith("21 messages in seven days")
            assert b.warned == []

    def test_of_many_clients_those_who_wrote_least_are_only_counted(self) -> None:
        with bench(clients=many(14)) as b:
            for number in range(14):
                for _ in range(14 - number):
                    b.deliver(QUESTION, sender=f"Pat <pat@c{number:02}.example>")
            b.run()
            part = section(b)
            assert [item.client for item in part.items] == [*(f"c{number:02}" for number in range(8)), None]
            assert part.items[-1].text == "+ 6 more clients"

    def test_in_german(self) -> None:
        with bench(owner={"language": "de"}) as b:
            write(b, QUESTION)
            part = section(b)
            assert (part.title, part.items[0].text) == ("Kontakt", "1 Nachricht in sieben Tagen")

    def test_four_weeks_are_drawn_day_by_day_with_the_daily_limit(self) -> None:
        with bench(looked=False) as b:
            for days in (0, 1, 1, 27, 28):
                b.deliver(QUESTION, age=timedelta(days=days))
            b.deliver(QUESTION, sender=JUTTA)
            b.run()
            acme_line, birch = section(b).items
            assert acme_line.trace == Trace(
                values=(1, *(0 for _ in range(25)), 2, 1),
                limit=2,
                label="messages a day over four weeks: 4 in all, 2 on the fullest day",
            )
            assert birch.trace is not None
            assert (birch.trace.limit, birch.trace.values[-1]) == (None, 1)

    def test_days_are_the_owners_own_over_the_change_of_the_clocks(self) -> None:
        with bench(now=datetime(2026, 3, 31, 9, 0, tzinfo=UTC), looked=False) as b:
            # Just before and just after midnight in Berlin, in winter and in summer time.
            for moment in ((28, 22, 59), (28, 23, 1), (29, 21, 59), (29, 22, 1)):
                at = datetime(2026, 3, *moment, tzinfo=UTC)
                b.deliver(QUESTION, age=b.clock.now() - at)
            b.run()
            (line,) = section(b).items
            assert line.trace is not None
            assert line.trace.values[-4:] == (1, 2, 1, 0)

    def test_who_is_quiet_comes_before_who_wrote_little(self) -> None:
        with bench('quiet_after = "3d"') as b:
            write(b, QUESTION)
            b.advance(days=4)
            b.receive(QUESTION, sender=JUTTA)
            quiet, birch = section(b).items
            assert (quiet.client, quiet.mark) == ("acme", Mark.DUE)
            assert quiet.text == "nothing heard for 4 days, usually 3 at most"
            assert quiet.step == "write them a line, or call"
            assert birch.client == "birch"
            write(b, QUESTION)
            assert [item.mark for item in section(b).items] == [Mark.PLAIN, Mark.PLAIN]

    def test_a_date_that_is_over_shows_who_was_quiet_then(self) -> None:
        with bench('quiet_after = "3d"') as b:
            write(b, QUESTION)
            b.advance(days=4)
            b.advance(hours=2)
            write(b, QUESTION)
            b.advance(days=1)
            at, ctx = datetime(2026, 3, 6, 9, 1, tzinfo=UTC), context(b)
            day = Day(date=at.date(), since=at - timedelta(hours=10), until=at, is_past=True)
            assert [item.mark for item in contact_frequency.summarise(day, ctx).items] == [Mark.DUE]


class TestTheCost:
    def test_each_kind_takes_its_minutes_and_a_call_its_own(self) -> None:
        with bench('hourly_rate = "90 EUR"', minutes={"question": 20}) as b:
            write(b, STATUS, QUESTION, "Thank you very much!")
            with b.store.write() as tx:
                notes.add(tx, client="acme", at=b.clock.now(), text="", call=True, minutes=34)
                notes.add(tx, client="acme", at=b.clock.now(), text="", call=True)
                notes.add(tx, client="acme", at=b.clock.now(), text="Likes blue.")
            line, total = section(b).items
            # 5 minutes, 20, 1 and 34: an hour.
            assert line.detail == "90.00 EUR"
            assert total.text == "interruptions this month: 1 h, 90.00 EUR"

    def test_currencies_are_not_added_up_and_who_has_no_rate_costs_nothing(self) -> None:
        clients = {
            "acme": acme('hourly_rate = "60 USD"'),
            "birch": BIRCH.replace("name =", 'hourly_rate = "30 EUR"\nname =', 1),
            "cedar": many(1)["c00"],
        }
        with bench(clients=clients, owner={"language": "de"}) as b:
            for sender in ("Wile <wile@acme.example>", JUTTA, "Pat <pat@c00.example>"):
                b.receive(QUESTION, sender=sender)
            part = section(b)
            assert {item.client: item.detail for item in part.items} == {
                "acme": "10,00 USD", "birch": "5,00 EUR", "cedar": "", None: ""
            }  # fmt: skip
            assert part.items[-1].text == "Unterbrechungen in diesem Monat: 0,3 Std., 5,00 EUR, 10,00 USD"

    @pytest.mark.parametrize(
        ("language", "rate", "said"),
        [("en", 36_000, "12,000.00 EUR"), ("en", 3_600, "1200.00 EUR"), ("de", 36_000, "12.000,00 EUR")],
    )
    def test_thousands_are_set_apart_as_the_owner_writes_them(self, language: str, rate: int, said: str) -> None:
        rated = f'hourly_rate = "{rate} EUR"'
        with bench(rated, owner={"language": language}, minutes={"question": 20}) as b:
            write(b, QUESTION)
            assert section(b).items[0].detail == said

    def test_without_a_rate_no_cost_is_spoken_of(self) -> None:
        with bench() as b:
            write(b, QUESTION)
            assert [item.client for item in section(b).items] == ["acme"]

    def test_a_month_begins_anew(self) -> None:
        with bench('hourly_rate = "60 EUR"', now=datetime(2026, 3, 31, 9, 0, tzinfo=UTC)) as b:
            write(b, QUESTION)
            assert section(b).items[0].detail == "10.00 EUR"
            b.advance(days=1)
            assert [item.detail for item in section(b).items] == [""]

    def test_minutes_below_nothing_are_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="question"):
            bench(minutes={"question": -1})


class TestTheLookBack:
    def back(self, b: Bench, on: date, previous: date | None = None) -> Section:
        ctx = context(b)
        until = ctx.worktime.instant(on, time(8))
        return contact_frequency.summarise(
            Day(date=on, since=until - timedelta(days=1), until=until, previous=previous), ctx
        )

    def test_a_week_is_told_on_its_day_against_the_one_before(self) -> None:
        with bench('hourly_rate = "60 EUR"') as b:
            write(b, QUESTION, QUESTION)
            b.advance(days=7)
            write(b, QUESTION)
            b.receive(QUESTION, sender=JUTTA)
            b.receive(QUESTION, sender=JUTTA)
            part = self.back(b, date(2026, 3, 16))
            assert [(item.client, item.text, item.detail) for item in part.week] == [
                (None, "3 messages of 2 clients", "the week before: 2"),
                ("birch", "2 messages", "before: 0"),
                ("acme", "1 message", "before: 2; 10.00 EUR"),
                (None, "interruptions: 0.2 h, 10.00 EUR", "before: 20.00 EUR"),
            ]
            assert part.month == ()
            assert self.back(b, date(2026, 3, 17), date(2026, 3, 16)).week == ()
            # Monday's never came.
            assert self.back(b, date(2026, 3, 17), date(2026, 3, 15)).week == part.week

    def test_a_call_costs_in_the_week_in_which_it_was(self) -> None:
        with bench('hourly_rate = "60 EUR"') as b:
            for minutes in (30, 15, 5):
                b.notes_call(minutes=minutes)
                write(b, QUESTION)
                b.advance(days=7)
            assert [(item.text, item.detail) for item in self.back(b, date(2026, 3, 16)).week][-1] == (
                "interruptions: 0.4 h, 25.00 EUR", "before: 40.00 EUR"
            )  # fmt: skip

    def test_a_month_is_told_once_it_is_over(self) -> None:
        with bench() as b:
            write(b, QUESTION, QUESTION)
            part = self.back(b, date(2026, 4, 1), date(2026, 3, 31))
            assert [item.text for item in part.month] == ["2 messages of 1 client", "2 messages"]
            assert part.month[0].detail == "the month before: 0"
            assert self.back(b, date(2026, 4, 2), date(2026, 4, 1)).month == ()

    def test_where_nobody_wrote_nothing_is_said(self) -> None:
        with bench() as b:
            assert self.back(b, date(2026, 3, 2)).week == ()


def many(number: int) -> dict[str, str]:
    return {
        f"c{index:02}": f'name = "Client {index}"\n[[people]]\nname = "Pat"\naddresses = ["pat@c{index:02}.example"]\n'
        for index in range(number)
    }
