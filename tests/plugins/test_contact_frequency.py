"""Who writes more often than was agreed: one warning a date with the numbers, and a part of the summary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from benches import BIRCH, QUESTION, STATUS, acme, plugin
from whiteglove.actions import Note
from whiteglove.clients import Limit
from whiteglove.desk.contexts import Contexts
from whiteglove.errors import ConfigurationError
from whiteglove.hookspecs import Context
from whiteglove.sections import Day, Mark, Place, Section, Trace
from whiteglove.store import notes
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, contact_frequency

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
        left += b.receive(text, subject=f"Matter {b.recorded}")
    return left


def context(b: Bench) -> Context[Any]:
    return Contexts(b.settings, b.host, b.store).of("contact_frequency", b.clock.now())


def section(b: Bench, *, since: timedelta = timedelta(days=1)) -> Section:
    """The plugin's part of a summary that is written now."""
    now, ctx = b.clock.now(), context(b)
    day = Day(date=ctx.worktime.local_date(now), since=now - since, until=now + timedelta(seconds=1))
    part: Section = b.host.call("contact_frequency", "summarise", now, day=day, ctx=ctx)
    return part


class TestTheWarning:
    def test_it_has_the_numbers_and_a_next_step_and_goes_to_the_owner_alone(self) -> None:
        with bench() as b:
            # The first mail too many is told in the next working minute, which is now.
            (mail,) = write(b, STATUS, QUESTION, STATUS, hours=2)
            assert mail.recipient == "robin@vale.example"
            assert (
                "Acme GmbH wrote 3 messages today (agreed: 2 per day), every 2.0 h, 2 of them asked how things stand. "
                "They next hear from you tomorrow 16:00. Next step: bring that report forward, or offer a short one "
                "every day."
            ) in " ".join(mail.text.split())
            assert [row.state for row in b.mails if row.client == "acme"] == []

    def test_those_that_came_together_are_counted_together(self) -> None:
        with bench() as b:
            for _ in range(4):
                b.deliver(STATUS)
            b.run()
            (warning,) = b.warned
            assert (
                "wrote 4 messages today (agreed: 2 per day), within a minute of each other, all of them" in warning.text
            )
            assert (warning.key, warning.reason, warning.client, warning.urgency) == (
                "contact_exceeded:acme:2026-03-02", "contact_exceeded", "acme", "today"
            )  # fmt: skip

    def test_a_date_is_told_once_and_the_next_date_again(self) -> None:
        with bench() as b:
            write(b, *[QUESTION] * 12, hours=3)
            assert [warning.key[-2:] for warning in b.warned] == ["02", "03"]

    @pytest.mark.parametrize("urgency", ["now", "digest"])
    def test_how_urgent_it_is_is_a_setting(self, urgency: str) -> None:
        # Saturday: nobody works.
        with bench(urgency=urgency, now=datetime(2026, 3, 7, 9, 0, tzinfo=UTC)) as b:
            assert len(write(b, *[QUESTION] * 3)) == (urgency == "now")
            assert [warning.urgency for warning in b.warned] == [urgency]

    def test_without_a_setting_it_waits_for_the_next_working_minute(self) -> None:
        with bench(now=datetime(2026, 3, 7, 9, 0, tzinfo=UTC)) as b:
            assert write(b, *[QUESTION] * 3) == []
            assert b.advance(hours=46, minutes=59) == []
            (mail,) = b.advance(minutes=1)
            # It is Monday by then.
            assert "Acme GmbH wrote 3 messages on 2026-03-07" in " ".join(mail.text.split())

    def test_any_other_urgency_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="urgency"):
            bench(urgency="soon")

    def test_who_keeps_to_it_is_not_spoken_of(self) -> None:
        with bench() as b:
            write(b, QUESTION, QUESTION)
            for _ in range(5):
                b.receive(QUESTION, sender=JUTTA)
            b.receive("Out until Monday.", headers={"Auto-Submitted": "auto-replied"})
            b.owner_sends("All is well.")
            assert b.warned == []

    def test_what_was_agreed_otherwise_meanwhile_is_not_held_against_them(self) -> None:
        heard: list[Any] = []
        with bench(beside={"heard": plugin(on_client=lambda event: heard.append(event))}) as b:
            write(b, *[QUESTION] * 3)
            raised = replace(heard[0], limit=Limit(3, timedelta(days=1)))
            assert contact_frequency.on_client(raised, context(b)) == [Note(reason="within_limit")]


class TestTheWords:
    @pytest.mark.parametrize(
        ("limit", "hours", "said"),
        [
            ("2 per hour", 0.25, "wrote 3 messages within an hour (agreed: 2 per hour), every 15 min"),
            ("2 per minute", 0.001, "wrote 3 messages within a minute (agreed: 2 per minute), within a minute of each"),
            ("2 per week", 60, "wrote 3 messages in the 7 days up to 2026-03-07 (agreed: 2 per week), every 2.5 days"),
            ("2 per week", 20, "wrote 3 messages in the 7 days up to today (agreed: 2 per week), every 20.0 h"),
        ],
    )
    def test_other_spans(self, limit: str, hours: float, said: str) -> None:
        with bench(f'contact_limit = "{limit}"') as b:
            write(b, *[QUESTION] * 3, hours=hours)
            (warning,) = b.warned
            assert said in warning.text

    def test_yesterdays_messages_are_yesterdays(self) -> None:
        with bench() as b:
            for days in (1, 1, 1, 3, 3, 3):
                b.deliver(QUESTION, age=timedelta(days=days))
            b.run()
            texts = [warning.text for warning in b.warned]
            assert "wrote 3 messages yesterday (" in texts[0]
            assert "wrote 3 messages on 2026-02-27 (" in texts[1]

    @pytest.mark.parametrize(
        ("report", "text", "said"),
        [
            ('["Mon 16:00"]', STATUS, "hear from you today 16:00. Next step: send that report now, or offer a short"),
            ('["Thu 16:00"]', STATUS, "hear from you Thursday 16:00. Next step: bring that report forward, or offer"),
            ('["Thu 16:00"]', QUESTION, "hear from you Thursday 16:00. Next step: ask them what is behind it; a call"),
            ("[]", STATUS, "No report to them is planned. Next step: agree on fixed times at which they hear"),
            ("[]", QUESTION, "No report to them is planned. Next step: ask them what is behind it"),
        ],
    )
    def test_the_next_step_fits(self, report: str, text: str, said: str) -> None:
        with bench(report=report) as b:
            write(b, text, text, text)
            (warning,) = b.warned
            assert said in warning.text

    def test_a_report_a_week_ahead_has_its_date(self) -> None:
        with bench(report='["Mon 09:00"]') as b:
            write(b, *[QUESTION] * 3)
            assert "They next hear from you 2026-03-09 09:00." in b.warned[0].text

    def test_what_is_late_is_what_they_ask_for(self) -> None:
        with bench(beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as b:
            b.receive(STATUS)
            b.advance(days=1, hours=7)
            write(b, *[STATUS] * 3)
            (warning,) = [warning for warning in b.warned if warning.plugin == "contact_frequency"]
            assert "What was promised them for today 16:00 has not gone out. Next step: send what was" in warning.text

    def test_in_german(self) -> None:
        with bench(owner={"language": "de"}) as b:
            write(b, STATUS, STATUS, QUESTION, hours=2)
            assert b.warned[0].text == (
                "Acme GmbH hat heute 3 Nachrichten geschrieben (vereinbart: 2 je Tag), alle 2,0 h, 2 davon fragen nach "
                "dem Stand. Der nächste Bericht dorthin: morgen 16:00. Nächster Schritt: den Bericht vorziehen oder "
                "täglich einen kurzen anbieten."
            )

    def test_both_languages_have_the_same_words_with_the_same_values(self) -> None:
        english, german = contact_frequency._ENGLISH, contact_frequency._GERMAN
        assert english.keys() == german.keys()
        for name, text in english.items():
            assert text.count("{") == german[name].count("{"), name

    def test_a_silence_and_its_end_are_others_business(self) -> None:
        with bench(clients={"acme": acme('quiet_after = "3d"')}) as b:
            write(b, QUESTION)
            b.advance(days=4)
            write(b, QUESTION)
            assert (len(b.logged("client.quiet")), len(b.logged("client.returned"))) == (1, 1)
            assert (b.warned, b.failures) == ([], [])


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
            assert over.text == "3 messages today, every 2.0 h, 2 of them asked how things stand"
            assert over.step.startswith("bring that report forward")
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
            assert total.text == "interruptions this month: 1.0 h, 90.00 EUR"

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
