"""Who was long silent and wants something soon: the figures to the owner, two drafts; and over-commitment."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from benches import BIRCH, QUESTION, URGENT, acme
from whiteglove.clients import AddressForm
from whiteglove.codec import decode_action
from whiteglove.compose import render
from whiteglove.desk.contexts import Contexts
from whiteglove.sections import Day, Mark, Section
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import MONDAY_MORNING, Bench
from whiteglove.wording import Language, greeting, say_date
from whiteglove_plugins import acknowledge, capacity, daily_summary

NEW_WORK = "We would like to commission a new website. Could you send me a quote for it?"
JUTTA = "Jutta Forst <jutta@birch.example>"
OWNER = {"hours": "Mon-Fri 09:00-17:00", "hours_per_week": 40}


def project(name: str, hours: float, deadline: str = "") -> str:
    end = f"deadline = {deadline}\n" if deadline else ""
    return f'[[projects]]\nname = "{name}"\nhours_per_week = {hours}\n{end}'


def bench(*projects: str, **options: Any) -> Bench:
    """The projects are Birch's."""
    clients = {"acme": acme(), "birch": BIRCH + "".join(projects)}
    return Bench(capacity, **{"clients": clients, "owner": OWNER, **options})


def returns(b: Bench, text: str = URGENT, days: float = 40) -> None:
    """Acme writes, is silent for so long, and writes again."""
    b.receive("Thank you very much!")
    b.advance(days=days)
    b.receive(text, subject="Spring")


def wishes(b: Bench) -> dict[str, dict[str, Any]]:
    """The values of each draft, by its key."""
    return {row.key: dict(wish_of(row).values) for row in b.drafts}


def wish_of(row: DraftRow) -> Any:
    return decode_action(row.action)


def section(b: Bench, day: date) -> Section | None:
    """The plugin's part of the summary of that date, written now."""
    now = b.clock.now()
    ctx = Contexts(b.settings, b.host, b.store).of("capacity", now)
    whole = Day(date=day, since=now - timedelta(days=1), until=now)
    part: Section | None = b.host.call("capacity", "summarise", now, day=whole, ctx=ctx)
    return part


class TestWhoReturns:
    def test_the_owner_is_told_the_figures_at_once_and_two_drafts_lie_ready(self) -> None:
        # The 40th day after the first Monday is a Saturday, 11 April.
        with bench(project("Festival", 20), project("Brochure", 12, "2026-04-23")) as b:
            returns(b)
            (warning,) = b.warned
            assert (warning.urgency, warning.client, warning.key) == ("now", "acme", "capacity:2")
            assert warning.text == (
                "Acme GmbH: Wile Coyote wrote today at 11:00 (“Spring”), after 40 days of silence, and calls it "
                "urgent. Of 40 h a week 32 are committed (12 until Thu 23 Apr, 20 without an end). Free: 0 h in the "
                "rest of this week, 8 h next week. You could offer 8 h a week from Mon 13 Apr; 20 h a week from "
                "Mon 27 Apr. Next "
                "step: choose one of two drafts in Drafts, “from …” or “not before …”, and send it today."
            )
            assert wishes(b) == {
                "capacity:2:from": {"start": "2026-04-13", "hours": 8},
                "capacity:2:not_before": {
                    "start": "2026-04-27", "hours": 20, "ends": "2026-04-23", "committed": True,
                },
            }  # fmt: skip
            assert [row.answers for row in b.drafts] == [2, 2]
            assert [row.until for row in b.drafts] == [
                datetime(2026, 4, 12, 22, 0, tzinfo=UTC), datetime(2026, 4, 26, 22, 0, tzinfo=UTC),
            ]  # fmt: skip

    def test_new_work_is_told_in_working_time(self) -> None:
        with bench(project("Festival", 20)) as b:
            returns(b, NEW_WORK)
            assert [(warning.urgency, "asks for new work" in warning.text) for warning in b.warned] == [("today", True)]

    @pytest.mark.parametrize(("days", "told"), [(29.9, 0), (30, 1)])
    def test_thirty_days_are_long(self, days: float, told: int) -> None:
        with bench() as b:
            returns(b, days=days)
            assert len(b.warned) == told

    def test_how_long_is_a_setting(self) -> None:
        with bench(silent="5d") as b:
            returns(b, days=6)
            assert len(b.warned) == 1

    def test_a_question_gets_none_and_neither_does_a_second_message(self) -> None:
        with bench() as b:
            returns(b, QUESTION)
            b.advance(minutes=5)
            b.receive(URGENT)
            assert (b.warned, b.drafts) == ([], [])

    def test_a_client_of_whom_nothing_was_ever_heard_does_not_return(self) -> None:
        with bench() as b:
            b.receive(URGENT)
            assert b.warned == []

    def test_what_the_owner_wrote_breaks_no_silence_of_theirs_and_a_call_does(self) -> None:
        for contact, told in ((lambda b: b.owner_sends("Are you there?"), 1), (lambda b: b.notes_call(), 0)):
            with bench() as b:
                b.receive("Thank you very much!")
                b.advance(days=38)
                contact(b)
                b.advance(days=2)
                b.receive(URGENT)
                assert len(b.warned) == told

    def test_known_from_history(self) -> None:
        with bench(looked=False, daemon={"history": "90d"}) as b:
            b.deliver(URGENT, age=timedelta(days=50))
            b.run()
            assert b.warned == []
            b.receive(URGENT)
            assert "after 50 days of silence" in b.warned[0].text

    def test_beside_the_word_that_it_is_urgent_the_owner_gets_one_mail(self) -> None:
        with bench(beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as b:
            b.receive("Thank you very much!")
            b.advance(days=40)
            mails = [mail for mail in b.receive(URGENT) if mail.recipient == "robin@vale.example"]
            assert len(mails) == 1
            assert "after 40 days of silence" in " ".join(mails[0].text.split())

    def test_without_drafts_none_is_laid(self) -> None:
        with bench(project("Festival", 20), drafts=False) as b:
            returns(b)
            assert b.drafts == []
            assert b.warned[0].text.endswith("Next step: say today from when, or that it is a no.")

    def test_where_nothing_is_free_no_yes_is_laid_ready_and_the_day_is_left_open(self) -> None:
        with bench(project("Festival", 39)) as b:
            returns(b)
            assert wishes(b) == {
                "capacity:2:not_before": {"start": None, "hours": None, "ends": None, "committed": True}
            }
            assert "In the next half year there is nothing to offer." in b.warned[0].text

    def test_without_commitments_none_are_named(self) -> None:
        with bench() as b:
            returns(b)
            assert wishes(b)["capacity:2:not_before"]["committed"] is False
            assert "Of 40 h a week none are committed." in b.warned[0].text

    def test_the_owners_answer_takes_both_away(self) -> None:
        with bench() as b:
            returns(b)
            b.owner_sends("Something else.", subject="Other")
            assert {row.state for row in b.drafts} & {"withdrawn"} == set()
            b.owner_sends("From Monday.", answers=f"bench.{b._number - 1}@elsewhere.example")
            assert all(row.withdraw or row.state == "withdrawn" for row in b.drafts)

    def test_they_lie_in_drafts_as_answers_in_the_thread(self) -> None:
        with bench(project("Festival", 20), project("Brochure", 12, "2026-04-23")) as b:
            returns(b)
            first, second = b.drafted
            assert (first.recipient, first.subject) == ("wile@acme.example", "Re: Spring")
            assert first.message["In-Reply-To"] == f"<{b.last_message_id}>"
            assert "I could start on Monday, 13 April, with 8 hours a week." in " ".join(first.text.split())
            assert "that end on Thursday, 23 April, and I will keep them" in " ".join(second.text.split())

    def test_in_german(self) -> None:
        with bench(project("Festival", 20), owner={**OWNER, "language": "de"}) as b:
            returns(b)
            assert (
                "Von 40 Std. je Woche sind 20 vergeben (20 ohne Ende). Frei: 0 Std. im Rest dieser" in b.warned[0].text
            )

    def test_nothing_in_the_drafts_tells_of_another_client(self) -> None:
        with bench(project("Festival", 20), project("Brochure", 12, "2026-04-23")) as b:
            returns(b)
            said = json.dumps(wishes(b))
            assert not re.search("birch|jutta|forst|festival|brochure", said, re.IGNORECASE)


class TestTheSummary:
    def test_over_commitment_stands_there_every_day(self) -> None:
        with bench(project("Festival", 30), project("Brochure", 12.5, "2026-03-20")) as b:
            for day in (date(2026, 3, 2), date(2026, 3, 4)):
                found = section(b, day)
                assert found is not None
                assert found.headline == "2.5 h a week too many committed"
                (item,) = found.items
                assert item.text == (
                    "the projects take 42.5 h a week, and there are 40: 2.5 too many, until Fri 20 Mar"
                )
                assert item.mark == Mark.NOW
            assert section(b, date(2026, 3, 21)) is None

    def test_without_it_mondays_say_how_the_week_stands(self) -> None:
        with bench(project("Festival", 30)) as b:
            found = section(b, date(2026, 3, 2))
            assert found is not None
            assert (found.headline, [item.text for item in found.items]) == (
                "", ["30 of 40 h a week are committed; free: 9.8 h this week, 10 h next week"]
            )  # fmt: skip
            assert section(b, date(2026, 3, 3)) is None

    def test_a_book_without_hours_says_nothing(self) -> None:
        with bench() as b:
            assert section(b, date(2026, 3, 2)) is None

    def test_it_reaches_the_owners_mail(self) -> None:
        evening = MONDAY_MORNING + timedelta(hours=10)
        beside = {"daily_summary": daily_summary}
        with bench(project("Festival", 50), beside=beside, now=evening) as b:
            (mail,) = b.advance(hours=12)
            assert "10 h a week too many committed" in mail.subject
            assert "and no deadline ends that" in " ".join(mail.text.split())


@cache
def language_of(code: str) -> Language:
    table = files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8")
    return Language.from_table(code, tomllib.loads(table))


def said_day(value: str, code: str) -> str:
    return say_date(date.fromisoformat(value), today=MONDAY_MORNING.date(), language=language_of(code))


def text(name: str, code: str, *, formal: bool = False, **values: object) -> str:
    """The template, filled in as the core fills it."""
    source = files("whiteglove_plugins").joinpath("templates", "capacity", f"{name}.{code}.txt").read_text("utf-8")
    form = AddressForm.FORMAL if formal else AddressForm.FAMILIAR
    core = {
        "greeting": greeting(language_of(code), "Wile Coyote", form),
        "formal": formal,
        "say_day": lambda value: said_day(value, code),
    }
    return render(source, {**values, **core})


OPEN: dict[str, object] = {"start": None, "hours": None, "ends": None, "committed": True}
DATED: dict[str, object] = {"start": "2026-03-23", "hours": 20, "ends": "2026-03-20", "committed": True}


class TestTheTexts:
    def test_from(self) -> None:
        assert text("from", "en", start="2026-03-10", hours=8) == (
            "Hi Wile,\n\nIt is good to hear from you again. I could start on Tuesday, 10 March, with 8 hours a week. "
            "Would that help you, or is there a day by which it has to be done?"
        )
        german = text("from", "de", start="2026-03-10", hours=8)
        assert "Ich könnte am Dienstag, 10. März anfangen, mit 8 Stunden" in german

    def test_not_before(self) -> None:
        assert text("not_before", "en", **DATED) == (
            "Hi Wile,\n\nIt is good to hear from you again. I have prior commitments that end on Friday, 20 March, "
            "and I will keep them, as I would keep one to you. I can start on Monday, 23 March and not before, with 20 "
            "hours a week. Would that still be in time for you?"
        )
        assert "I can start on [day] and not before, with [number] hours a week." in text("not_before", "en", **OPEN)
        assert "commitments" not in text("not_before", "en", **{**OPEN, "committed": False})

    @pytest.mark.parametrize(
        ("name", "values", "code", "formal"),
        [
            (name, values, code, formal)
            for (name, values), code, formal in product(
                [("from", {"start": "2026-03-10", "hours": 8}), ("not_before", DATED), ("not_before", OPEN),
                 ("subject", {})],
                ["en", "de"],
                [False, True],
            )
        ],
    )  # fmt: skip
    def test_each_reads_cleanly(self, name: str, values: dict[str, object], code: str, formal: bool) -> None:
        shown = text(name, code, formal=formal, **values)
        assert "None" not in shown
        assert "  " not in shown
        assert not {"!", "{", "}"} & set(shown)
        if code == "de" and name != "subject":
            words = set(re.findall(r"\w+", shown))
            assert not words & ({"du", "dir", "dich", "dein"} if formal else {"Sie", "Ihnen", "Ihr"})
