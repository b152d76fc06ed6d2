"""One mail a day, with everything in it, whatever happens to the daemon."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from benches import BIRCH, QUESTION, STATUS, acme, plugin
from whiteglove.actions import SendSummary, Warn
from whiteglove.app.templates import templates_of
from whiteglove.desk.acting import Actor
from whiteglove.desk.contexts import Contexts
from whiteglove.desk.summing import Drafted, build
from whiteglove.errors import ConfigurationError, SubmissionError
from whiteglove.events import ScheduleFired
from whiteglove.hookspecs import Context
from whiteglove.prepare import AnswerWriter
from whiteglove.schedule import Scheduler
from whiteglove.sections import Day, Mark, Place, Summary
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, daily_summary, incidents, priorities

MONDAY_EVENING = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


def only(mails: list[SentMail]) -> SentMail:
    (mail,) = mails
    return mail


def said(mail: SentMail) -> str:
    """The text on one line: how it is folded is not this plugin's affair."""
    return " ".join(mail.text.split())


def test_it_comes_at_its_time_to_the_owner_alone() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        assert bench.advance(hours=11, minutes=59) == []
        mail = only(bench.advance(minutes=1))
        assert mail.recipient == "robin@vale.example"
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert mail.message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
        (line,) = bench.logged("summary.sent")
        assert line["plugin"] == "daily_summary"


def test_its_time_is_a_setting() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING, at="21:30") as bench:
        assert len(bench.advance(hours=1, minutes=30)) == 1


def test_every_day_has_one_over_the_change_of_the_clocks() -> None:
    friday = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
    with Bench(daily_summary, now=friday) as bench:
        dates = []
        for _ in range(24 * 4):
            dates += [mail.message["Date"] for mail in bench.advance(hours=1)]
        assert [found[:16] for found in dates] == [
            "Sat, 28 Mar 2026", "Sun, 29 Mar 2026", "Mon, 30 Mar 2026", "Tue, 31 Mar 2026",
        ]  # fmt: skip


def test_a_restart_at_the_very_moment_sends_no_second_one() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        assert len(bench.advance(hours=12)) == 1
        assert bench.restart() == []
        assert bench.advance(minutes=1) == []
        # A new name of the schedule, a clock set back: the date is the key.
        assert bench.advance(hours=-2) == []
        assert bench.advance(hours=3) == []


def test_what_was_slept_through_is_one_summary_of_today() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        mail = only(bench.advance(days=3))
        assert mail.message["Date"].startswith("Thu, 05 Mar 2026")
        assert len(bench.advance(hours=12)) == 1


def test_reports_that_are_due_late_or_coming_stand_in_it() -> None:
    clients = {"acme": acme(report='["Tue 16:00"]'), "birch": BIRCH}
    with Bench(acknowledge, beside={"daily_summary": daily_summary}, delay="0s", clients=clients) as bench:
        bench.receive(STATUS)
        mail = only(bench.advance(hours=22))
        assert "report today at 16:00" in mail.text
        assert "promised" in mail.text
        assert "1 report due" in mail.subject
        mails = bench.advance(days=1)
        mail = next(mail for mail in mails if "Auto" not in mail.subject and "promise" in mail.subject)
        assert "the report was due yesterday at 16:00 and has not gone out" in said(mail)
        assert "whiteglove reports sent acme" in mail.text


def test_once_a_week_it_says_how_promises_were_kept() -> None:
    with Bench(acknowledge, beside={"daily_summary": (daily_summary, {"weekly": "Wed"})}, delay="0s") as bench:
        bench.receive(STATUS)
        assert "seven days" not in only(bench.advance(hours=22)).text
        bench.owner_sends("Here it is.", subject="Report")
        assert "1 kept in time, 0 kept late, 0 broken" in said(only(bench.advance(hours=24)))


def test_warnings_for_the_summary_are_told_in_it_once() -> None:
    def on_message(event: object) -> list[Warn]:
        return [Warn(reason="seen", key="seen", text="Acme wrote.", urgency="digest")]

    beside = {"other": plugin("other", on_message=on_message)}
    with Bench(daily_summary, now=MONDAY_EVENING, beside=beside) as bench:
        assert bench.receive(QUESTION) == []
        assert "Acme wrote." in only(bench.advance(hours=12)).text
        assert [warning.state for warning in bench.warned] == ["told"]
        assert "Acme wrote." not in only(bench.advance(days=1)).text


def test_one_that_the_server_refuses_is_tried_again_and_comes_once() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        bench.world.server.answer(SubmissionError("permanent", "554 no", code=554))
        assert bench.advance(hours=12) == []
        assert bench.logged("summary.sent") == []
        assert len(bench.advance(hours=2)) == 1
        assert bench.advance(hours=2) == []


def test_a_notice_does_not_slip_into_a_summary_that_waits() -> None:
    with Bench(acknowledge, beside={"daily_summary": daily_summary}, now=MONDAY_EVENING, delay="0s") as bench:
        bench.world.server.answer(SubmissionError("temporary", "451 later", code=451))
        assert bench.advance(hours=12) == []
        notice = only(bench.receive("I am very disappointed. This is unacceptable."))
        assert "disappointed" not in notice.text
        assert "complaint" in notice.text
        assert [mail.template for mail in bench.mails] == ["summary", "notice"]


def test_in_rehearsal_it_comes_all_the_same() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING, daemon={"mode": "rehearsal"}) as bench:
        assert len(bench.advance(hours=12)) == 1


def test_it_says_when_the_next_one_comes() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        assert "4 Mar, 08:00." in said(only(bench.advance(hours=12)))


def test_a_wrong_time_is_named_with_its_key() -> None:
    with pytest.raises(ConfigurationError, match="at"):
        Bench(daily_summary, at="8 o'clock")


def test_tomorrows_report_comes_after_todays_and_is_no_headline() -> None:
    clients = {"acme": acme(report='["Wed 09:00"]'), "birch": acme(report='["Tue 16:00"]').replace("acme", "birch")}
    with Bench(daily_summary, now=MONDAY_EVENING, clients=clients) as bench:
        mail = only(bench.advance(hours=12))
        assert said(mail).index("report today at 16:00") < said(mail).index("report tomorrow at 09:00")
        assert mail.subject.startswith("1 report due")


YEARS = [("Europe/Berlin", 2026), ("America/New_York", 2026), ("Pacific/Apia", 2011), ("Asia/Kolkata", 2026)]
"""On Friday, 30 December 2011, Apia had no such date: it went to the other side of the date line."""


def plan(bench: Bench, actor: Actor, ctx: Context[Any]) -> None:
    """Put what the plugin asks for into the outbox."""
    event = ScheduleFired(id=1, at=ctx.now, name="summary", due=ctx.now)
    for action in daily_summary.on_schedule(event, ctx) or ():
        assert isinstance(action, SendSummary)
        drafted = Drafted(Summary(day=Day(date=action.date, since=ctx.now, until=ctx.now), sections=()), ())
        with bench.store.write() as tx:
            actor.summary(tx, "daily_summary", action, drafted, event, ctx.now)


@pytest.mark.parametrize(("zone", "year"), YEARS)
@pytest.mark.long
def test_a_year_has_one_summary_for_each_local_date(zone: str, year: int) -> None:
    """At half past two, which the clocks skip or repeat where they change; over restarts, and with a clock that is set
    back now and then. The mails are planned as the desk plans them, without their text."""
    chance, here = Random(year), ZoneInfo(zone)
    begin = datetime(year, 1, 1, 12, tzinfo=here).astimezone(UTC)
    dates = {begin.astimezone(here).date()}
    with Bench(daily_summary, now=begin, owner={"timezone": zone}, at="02:30") as bench:
        contexts = Contexts(bench.settings, bench.host, bench.store)
        actor = Actor(bench.settings, AnswerWriter(bench.settings, templates_of(bench.host), bench.store.key))
        schedules = {"daily_summary": tuple(daily_summary.schedules(contexts.of("daily_summary", begin)))}
        scheduler = Scheduler(bench.store, bench.settings, schedules, bench.clock)
        while bench.clock.now() < begin + timedelta(days=365):
            hours = -3 if chance.random() < 0.05 else chance.uniform(5, 15)
            bench.clock.move(timedelta(hours=hours))
            if chance.random() < 0.1:
                scheduler = Scheduler(bench.store, bench.settings, schedules, bench.clock)
            now = bench.clock.now()
            dates.add(now.astimezone(here).date())
            if scheduler.look():
                plan(bench, actor, contexts.of("daily_summary", now))
        keys = [mail.key for mail in bench.mails]
    # What was before the daemon was there was not missed, and the last date may not have come to its time.
    _, *between, last = (f"summary:{found.isoformat()}" for found in sorted(dates))
    assert [key for key in keys if key != last] == between
    assert len(between) in (363, 364)


def test_a_late_one_stands_for_all_dates_since_the_last_and_says_so() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        in_time = only(bench.advance(hours=12))
        assert "late" not in in_time.subject
        mail = only(bench.advance(days=2, hours=3))
        assert mail.subject.startswith("Late")
        assert "this summary was to come Wed 4 Mar, 08:00, and holds everything since Tue 3 Mar, 08:00" in said(mail)
        assert "mailbox studio was not read from Tue 3 Mar, 08:00 to Thu 5 Mar, 11:00" in said(mail)
        assert "Comes late" not in only(bench.advance(hours=21)).text


def test_a_look_back_that_was_slept_through_is_made_up_for() -> None:
    saturday = datetime(2026, 2, 28, 19, 0, tzinfo=UTC)
    with Bench(daily_summary, now=saturday) as bench:
        bench.receive(QUESTION)
        bench.owner_sends("The smooth one.", answers=bench.last_message_id, subject="Re: Catalogue")
        assert "The month that is over" in only(bench.advance(hours=12)).text
        late = only(bench.advance(days=2))
        assert "The week that is over" in late.text
        assert "The month that is over" not in late.text
        assert "The week that is over" not in only(bench.advance(days=1)).text


def test_a_look_back_has_answers_in_working_time_and_the_time_before() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.advance(hours=2)
        bench.owner_sends("The smooth one.", answers=bench.last_message_id, subject="Re: Covers")
        bench.receive(QUESTION, subject="Walls")
        bench.advance(days=1)
        bench.owner_sends("White.", answers=bench.last_message_id, subject="Re: Walls")
        mails = [mail for _ in range(13) for mail in bench.advance(days=1)]
        # In the week after it there was none, of which nothing is said.
        told = said(only([mail for mail in mails if "The week that is over" in mail.text]))
        assert "2 answers: half of them within 5.2 h of working time, the longest took 8.5 h" in told


def test_a_report_has_a_brief_of_what_is_open_and_near() -> None:
    lines = ('work = ["Tue 11:00-13:00"]',)
    more = '[[projects]]\nname = "Catalogue"\ndeadline = 2026-03-06\n[[dates]]\nwhat = "Fair"\nwhen = 2026-03-04\n'
    clients = {"acme": acme(*lines, report='["Tue 16:00"]') + more}
    beside = {"incidents": incidents}
    with Bench(daily_summary, clients=clients, beside=beside) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.receive("I am very disappointed. This is unacceptable.", subject="Delay")
        mail = bench.advance(hours=22)[-1]
        assert (
            "report today at 16:00: an incident is open; 2 questions of theirs are open; deadline of Catalogue on "
            "Friday; Fair tomorrow; set aside: 11:00–13:00 today"
        ) in said(mail)
        assert "whiteglove clients acme" in mail.text


def test_a_promise_with_little_work_before_it_or_on_a_day_off_is_at_risk() -> None:
    clients = {"acme": acme(report='["Tue 09:30"]')}
    beside = {"daily_summary": daily_summary}
    with Bench(acknowledge, beside=beside, delay="0s", clients=clients) as bench:
        bench.receive(STATUS)
        assert "at risk: 30 min of work left" in said(bench.advance(hours=22)[-1])


def test_a_broken_promise_is_said_once() -> None:
    clients = {"acme": acme(report='["Tue 16:00"]')}
    beside = {"daily_summary": daily_summary}
    with Bench(acknowledge, beside=beside, delay="0s", clients=clients) as bench:
        bench.receive(STATUS)
        mails = [mail for _ in range(4) for mail in bench.advance(days=1)]
        told = [mail for mail in mails if "was not given" in said(mail)]
        assert len(told) == 1
        assert "the report was due on Tuesday at 16:00 and was not given" in said(told[0])


def test_of_a_date_that_is_over_it_says_what_became_of_its_promises() -> None:
    clients = {"acme": acme(report='["Tue 16:00"]')}
    beside = {"daily_summary": daily_summary}
    with Bench(acknowledge, beside=beside, delay="0s", clients=clients) as bench:
        bench.receive(STATUS)
        bench.advance(days=1)
        bench.owner_sends("Here it is.", subject="Report")
        bench.advance(days=5)
        summary = build(bench.settings, bench.host, bench.store, date(2026, 3, 3), bench.clock.now())
        (item,) = next(part for part in summary.sections if part.place is Place.REPORTS).items
        assert (item.text, item.mark) == ("the report promised for 16:00: kept in time", Mark.OK)
        summary = build(bench.settings, bench.host, bench.store, date(2026, 3, 4), bench.clock.now())
        part = next(part for part in summary.sections if part.place is Place.REPORTS)
        assert (part.items, part.quiet) == ((), "nothing was promised for that date")


def statements(number: int, day: date | None) -> int:
    """How many questions the store is asked for a summary on a Monday, of a book of so many clients."""
    clients = {
        f"client{at}": acme(report='["Tue 16:00"]').replace("acme", f"client{at}").replace("Acme", f"Client {at}")
        for at in range(number)
    }
    asked: list[str] = []

    def ask(connection: object, cursor: object, statement: str, *others: object) -> None:
        asked.append(statement)

    with Bench(daily_summary, now=MONDAY_EVENING, clients=clients, beside={"priorities": priorities}) as bench:
        for at in range(number):
            bench.receive(QUESTION, sender=f"Wile <wile@client{at}.example>")
        bench.advance(days=6, hours=12)
        sa.event.listen(bench.store._reader, "before_cursor_execute", ask)
        build(bench.settings, bench.host, bench.store, day, bench.clock.now())
    return len(asked)


@pytest.mark.parametrize(("day", "each"), [(None, 0), (date(2026, 3, 4), 1)])
def test_a_further_client_costs_the_store_no_question(day: date | None, each: int) -> None:
    """Only what was promised for a date that is over is asked for each; all else is asked for all of them at once."""
    assert statements(5, day) - statements(2, day) == 3 * each
