"""Where a client keeps writing too often: one step after another, each once, one draft at a time."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, QUESTION, STATUS, acme
from whiteglove.clients import AddressForm
from whiteglove.codec import decode_action
from whiteglove.compose import render
from whiteglove.store import memory, mutes
from whiteglove.testing import Bench
from whiteglove.wording import Language, forbidden_in, greeting, say_date
from whiteglove_plugins import contact_frequency, incidents

DAILY = 'contact_limit = "1 per day"'
PROJECT = '[[projects]]\nname = "Catalogue"\ndeadline = 2026-03-27\nhours_per_week = 12\n'
STEPS = ["ask", "cadence", "interval", "prices"]


def bench(*lines: str, more: str = "", report: str = '["Tue 16:00", "Fri 16:00"]', **options: Any) -> Bench:
    """On a Monday at 10:00 in Berlin; Acme may write once a day."""
    clients = {"acme": acme(DAILY, *lines, report=report) + more, "birch": BIRCH}
    return Bench(contact_frequency, **{"clients": clients, **options})


def days(b: Bench, number: int, text: str = STATUS) -> None:
    """So many days on which Acme writes twice."""
    for _ in range(number):
        for _ in range(2):
            b.deliver(text)
        b.run()
        b.advance(days=1)


def states(b: Bench) -> list[tuple[str, str]]:
    """What became of each draft, by its step."""
    return [(row.template, row.state) for row in b.drafts]


def step(b: Bench) -> str | None:
    found = b.memory.get("ladder:acme")
    return found["step"] if found else None


def values(b: Bench) -> dict[str, Any]:
    wish: Any = decode_action(b.drafts[-1].action)
    return dict(wish.values)


class TestTheSteps:
    def test_the_first_warning_comes_with_a_draft_that_asks(self) -> None:
        with bench() as b:
            days(b, 1)
            assert states(b) == [("ask", "placed")]
            (draft,) = b.drafted
            assert (draft.recipient, draft.message["X-Whiteglove"]) == ("wile@acme.example", None)
            assert b.warned[0].text.endswith("A draft that asks what is behind it lies in Drafts.")

    def test_each_follows_where_it_goes_on_after_the_one_before_was_sent(self) -> None:
        with bench(more=PROJECT) as b:
            seen = []
            for _ in STEPS:
                days(b, 1)
                while step(b) in seen:
                    days(b, 1)
                seen.append(step(b))
                b.owner_sends_draft()
            assert seen == STEPS
            days(b, 7)
            assert states(b) == [(name, "sent") for name in STEPS]
            assert step(b) == "reconsider"
            # It ends there; what goes on is told, and nothing is laid there any more.
            number = len(b.warned)
            days(b, 2)
            assert [row.reason for row in b.warned[number:]] == ["contact_exceeded"] * 2
            assert len(b.drafts) == 4

    def test_one_that_lies_there_for_some_days_counts_as_used_and_goes_when_the_next_comes(self) -> None:
        with bench() as b:
            days(b, 5)
            assert states(b) == [("ask", "placed")]
            days(b, 1)
            assert states(b) == [("ask", "withdrawn"), ("cadence", "placed")]
            assert len(b.drafted) == 1

    def test_one_that_a_person_has_changed_stays(self) -> None:
        with bench() as b:
            days(b, 1)
            (mail,) = b.world.account.mails("Drafts")
            b.world.account.expunge(mail.uid, "Drafts")
            b.world.account.deliver(mail.message.replace(b"closer", b"nearer"), folder="Drafts")
            days(b, 5)
            assert states(b) == [("ask", "changed"), ("cadence", "placed")]
            assert len(b.drafted) == 2

    def test_what_was_written_before_the_draft_was_sent_says_nothing_about_it(self) -> None:
        clients = {"acme": acme('contact_limit = "3 per week"'), "birch": BIRCH}
        with bench(clients=clients) as b:
            days(b, 3)
            assert states(b) == [("ask", "placed")]
            b.owner_sends_draft()
            b.advance(days=2)
            days(b, 4)
            # On this Wednesday the seven days reach back to Thursday; the draft was sent on that day.
            assert (b.clock.now() - timedelta(days=1)).strftime("%a") == "Tue"
            days(b, 1)
            assert step(b) == "ask"
            days(b, 1)
            assert step(b) == "cadence"

    def test_after_four_calm_weeks_it_begins_anew(self) -> None:
        with bench() as b:
            days(b, 6)
            b.advance(days=26)
            days(b, 1)
            assert step(b) == "interval"
            b.advance(days=28)
            assert memory_is_over(b)
            days(b, 1)
            assert step(b) == "ask"
            assert [name for name, _ in states(b)] == ["ask", "cadence", "interval", "ask"]

    def test_who_hears_every_working_day_is_offered_nothing_tighter(self) -> None:
        with bench(report='["Mon-Fri 17:00"]') as b:
            days(b, 6)
            assert [name for name, _ in states(b)] == ["ask", "interval"]

    def test_without_drafts_the_advice_is_the_same(self) -> None:
        with bench(drafts=False) as b:
            days(b, 6)
            assert b.drafts == []
            assert "it goes on, so offer a report every day" in b.warned[-1].text
            assert "lies in Drafts" not in b.warned[-1].text
            assert step(b) == "cadence"

    @pytest.mark.parametrize("what", ["complaint", "muted", "away"])
    def test_nothing_is_laid_there_where_something_else_comes_first(self, what: str) -> None:
        away = '[[dates]]\nwhat = "Closed"\nwhen = "2026-03-01/2026-03-09"\naway = true\n'
        with bench(more=away if what == "away" else "", beside={"incidents": incidents}) as b:
            if what == "complaint":
                b.receive(COMPLAINT)
            if what == "muted":
                with b.store.write() as tx:
                    mutes.put(tx, "acme", b.clock.now() + timedelta(days=9))
            days(b, 2)
            assert [row for row in b.drafts if row.plugin == "contact_frequency"] == []
            assert step(b) is None
            assert [row.reason for row in b.warned if row.plugin == "contact_frequency"] == ["contact_exceeded"] * 2

    def test_answers_to_the_owners_mails_are_a_conversation_and_no_reason_for_a_step(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            b.owner_sends("The blue one.", answers=b.last_message_id)
            b.receive(QUESTION, answers=b.last_message_id)
            (text,) = [row.text for row in b.warned]
            assert text.endswith("Next step: pick up the phone, or stop until tomorrow, 09:00.")
            assert states(b) == []
            b.advance(days=1)
            days(b, 1)
            assert states(b) == [("ask", "placed")]

    def test_where_there_are_no_words_in_their_language_the_owner_gets_what_it_was_for(self) -> None:
        with bench(clients={"acme": acme(DAILY).replace('language = "en"', 'language = "fr"')}) as b:
            days(b, 1)
            assert states(b) == [("ask", "failed")]
            told = [row.text for row in b.warned if row.plugin != "contact_frequency"]
            assert told[0].startswith("Acme GmbH: A mail that asks what is behind their messages was to be laid ready.")


def memory_is_over(b: Bench) -> bool:
    with b.store.read() as tx:
        return memory.get(tx, "contact_frequency", "ladder:acme", b.clock.now()) is None


class TestWhatLiesThereStaysTrue:
    """The draft of a step is written anew where the file or the day says something else by now."""

    def laid(self, before: str, *lines: str, more: str = "") -> Bench:
        """On a Monday, with the draft of the step after this one in Drafts."""
        b = bench(*lines, more=more)
        then = (b.clock.now() - timedelta(days=9)).isoformat()
        with b.store.write() as tx:
            kept = {"step": before, "at": then, "began": then}
            memory.put(tx, "contact_frequency", "ladder:acme", kept, None)
        for _ in range(2):
            b.deliver(STATUS, sender="Ada <ada@acme.example>")
        b.run()
        return b

    def test_a_deadline_that_has_come_is_no_end_any_more(self) -> None:
        near = PROJECT.replace("2026-03-27", "2026-03-04")
        with self.laid("ask", more=near + PROJECT.replace("Catalogue", "Shop")) as b:
            assert "until Catalogue is due, on Wednesday, 4 March." in b.drafted[0].text
            b.advance(days=1)
            assert states(b) == [("cadence", "placed")]
            b.advance(hours=14)
            assert states(b) == [("cadence", "withdrawn"), ("cadence", "placed")]
            (draft,) = b.drafted
            assert "until Shop is due, on Friday, 27 March." in draft.text
            assert draft.recipient == "ada@acme.example"

    def test_one_that_was_moved_in_the_file_is_named_by_its_new_day(self) -> None:
        with self.laid("ask", more=PROJECT) as b:
            later = acme(DAILY) + PROJECT.replace("2026-03-27", "2026-04-02")
            b.restart(clients={"acme": later, "birch": BIRCH})
            assert ["until Catalogue is due, on Thursday, 2 April." in mail.text for mail in b.drafted] == [True]

    def test_the_cadence_that_it_says_is_the_one_in_the_file(self) -> None:
        with self.laid("cadence") as b:
            b.restart(clients={"acme": acme(DAILY, report='["Wed 09:00"]'), "birch": BIRCH})
            assert ["every Wednesday at 09:00" in mail.text for mail in b.drafted] == [True]

    def test_where_there_is_nothing_tighter_to_offer_it_goes(self) -> None:
        with self.laid("ask") as b:
            b.restart(clients={"acme": acme(DAILY, report='["Mon-Fri 17:00"]'), "birch": BIRCH})
            assert states(b) == [("cadence", "withdrawn")]

    def test_what_reads_the_same_is_left_as_it_lies(self) -> None:
        for before in ("cadence", "interval"):
            with self.laid(before, 'hourly_rate = "90 EUR"', more=PROJECT) as b:
                (mail,) = b.world.account.mails("Drafts")
                b.restart()
                b.advance(days=2)
                assert b.world.account.mails("Drafts") == (mail,)

    def test_what_a_person_has_changed_stays_theirs(self) -> None:
        with self.laid("ask", more=PROJECT) as b:
            (mail,) = b.world.account.mails("Drafts")
            b.world.account.expunge(mail.uid, "Drafts")
            b.world.account.deliver(mail.message.replace(b"gladly", b"happily"), folder="Drafts")
            b.restart(clients={"acme": acme(DAILY), "birch": BIRCH})
            assert ["happily" in mail.text for mail in b.drafted] == [True]


class TestReconsidering:
    LADDER = '[[projects]]\nname = "Catalogue"\nhours_per_week = 12\n'

    def advice(self, *lines: str, more: str = "", **options: Any) -> str:
        """What is told after the last step; time is not played but remembered."""
        with bench(*lines, more=more, **options) as b:
            then = (b.clock.now() - timedelta(days=9)).isoformat()
            with b.store.write() as tx:
                kept = {"step": "prices", "at": then, "began": then}
                memory.put(tx, "contact_frequency", "ladder:acme", kept, None)
            b.notes_call(outbound=False)
            days(b, 1)
            (text,) = [row.text for row in b.warned if row.reason == "step_reconsider"]
            assert b.drafted == []
            return str(text)

    def test_the_draft_with_two_prices_stays_for_the_next_project(self) -> None:
        with bench() as b:
            then = (b.clock.now() - timedelta(days=9)).isoformat()
            with b.store.write() as tx:
                kept = {"step": "interval", "at": then, "began": then}
                memory.put(tx, "contact_frequency", "ladder:acme", kept, None)
            days(b, 7)
            assert step(b) == "reconsider"
            assert states(b) == [("prices", "placed")]

    def test_grade_cost_and_what_parting_would_mean_stand_there(self) -> None:
        said = self.advice('grade = "C"', 'hourly_rate = "90 EUR"', more=self.LADDER, owner={"hours_per_week": 38})
        assert said == (
            "Acme GmbH: every step was tried once since Sat 21 Feb, and they still write as often. Grade C. Since Thu "
            "1 Jan their messages and calls took 0.2 h, 15.00 EUR. Parting would free 12 hours a week. That is 32 % of "
            "yours. At the rate in their file it would cost 1080 EUR a week. Next step: go on as it is, agree on other "
            "terms, or part in good order once the present work is done."
        )

    def test_what_no_file_says_is_left_out(self) -> None:
        said = self.advice()
        assert "took 0.2 h. Next step: go on" in said
        assert "Grade" not in said

    def test_a_project_that_is_over_takes_no_hours(self) -> None:
        assert "Parting" not in self.advice(more=self.LADDER + "deadline = 2026-03-01\n")


class TestWhatIsGivenToTheDraft:
    def drafted(self, at: str, *lines: str, more: str = "", text: str = STATUS, **options: Any) -> dict[str, Any]:
        before = {"cadence": "ask", "interval": "cadence", "prices": "interval"}.get(at)
        with bench(*lines, more=more, **options) as b:
            if before is not None:
                then = (b.clock.now() - timedelta(days=9)).isoformat()
                with b.store.write() as tx:
                    kept = {"step": before, "at": then, "began": then}
                    memory.put(tx, "contact_frequency", "ladder:acme", kept, None)
            days(b, 1, text)
            assert b.drafts[-1].template == at
            return {"to": b.drafted[-1].recipient, **values(b)}

    def test_whether_they_ask_how_things_stand_and_may_be_called(self) -> None:
        asked = self.drafted("ask")
        assert (asked["about_status"], asked["call"], asked["elsewhere"]) == (True, True, False)
        asked = self.drafted("ask", "in_writing = true", text=QUESTION)
        assert (asked["about_status"], asked["call"]) == (False, False)

    def test_the_hour_of_their_reports_and_the_next_deadline(self) -> None:
        given = self.drafted("cadence", more=PROJECT)
        assert (given["at"], given["until"]) == ("16:00", {"project": "Catalogue", "on": "2026-03-27"})
        given = self.drafted("cadence", more=PROJECT.replace("2026-03-27", "2026-06-27"), report="[]")
        assert (given["at"], given["until"], given["reports"]) == (None, None, False)

    def test_the_days_of_the_cadence(self) -> None:
        given = self.drafted("interval", report='["Tue 16:00", "Fri 16:00", { at = "Mon 09:00", by = "call" }]')
        assert given["rhythm"] == [
            {"at": "09:00", "by": "call", "days": [0]}, {"at": "16:00", "by": "mail", "days": [1, 4]}
        ]  # fmt: skip
        assert given["within"] == 8

    def test_a_price_only_where_the_file_has_rate_and_hours(self) -> None:
        given = self.drafted("prices", 'hourly_rate = "87.50 EUR"', more=PROJECT)
        assert (given["hours"], given["rate"], given["week"], given["currency"]) == ("12", "87.50", "1050", "EUR")
        for lines, more in (
            ((), PROJECT),
            (('hourly_rate = "87.50 EUR"',), PROJECT.replace("hours_per_week = 12\n", "")),
            (('hourly_rate = "87.50 EUR"',), PROJECT + PROJECT.replace("Catalogue", "Shop")),
        ):
            assert self.drafted("prices", *lines, more=more)["week"] is None

    def test_it_goes_to_whoever_writes_most(self) -> None:
        with bench() as b:
            for sender in ("Ada <ada@acme.example>", "Ada <ada@acme.example>", "Wile <wile@acme.example>"):
                b.deliver(STATUS, sender=sender)
            b.run()
            assert b.drafted[-1].recipient == "ada@acme.example"


@cache
def language_of(code: str) -> Language:
    return Language.from_table(
        code, tomllib.loads(files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8"))
    )


def said(name: str, code: str, form: AddressForm, **given: Any) -> str:
    folder = files("whiteglove_plugins").joinpath("contact_frequency", "templates", "contact_frequency")
    language, today = language_of(code), date(2026, 3, 2)
    known = {
        "greeting": greeting(language, "Wile Coyote", form), "formal": form is AddressForm.FORMAL,
        "project": "Catalogue", "about_status": True, "call": True, "elsewhere": False, "at": "16:00", "reports": True,
        "within": 8, "until": {"project": "Catalogue", "on": "2026-03-27"},
        "rhythm": [{"at": "16:00", "by": "mail", "days": [1, 4]}],
        "hours": "12", "rate": "90", "week": "1080", "currency": "EUR",
        "say_day": lambda value: say_date(date.fromisoformat(value), today=today, language=language),
    }  # fmt: skip
    return render(folder.joinpath(f"{name}.{code}.txt").read_text("utf-8"), {**known, **given})


EMPTY: dict[str, Any] = {
    "project": None, "about_status": False, "call": False, "elsewhere": True, "at": None, "reports": False,
    "within": None, "until": None, "rhythm": [], "hours": None, "rate": None, "week": None, "currency": None,
}  # fmt: skip


class TestTheTemplates:
    @pytest.mark.parametrize(
        ("name", "code", "form", "given"), list(product(STEPS, ("en", "de"), AddressForm, ({}, EMPTY)))
    )
    def test_each_reads_cleanly_and_counts_nothing(
        self, name: str, code: str, form: AddressForm, given: dict[str, Any]
    ) -> None:
        text = said(name, code, form, **given)
        assert not re.search(r"None|  |!|\{|\}|\n\n\n| [,.;]", text)
        assert forbidden_in(text, language_of(code)) == ()
        # Nobody's mails are counted at them, and no interruption is spoken of.
        assert not re.search(r"\b(messages?|mails?|times|often|interrupt\w*|Nachrichten|oft|stör\w*)\b", text)
        is_priced = re.search(r"\d+ EUR|\[price\]|\[Preis\]", text) is not None
        assert is_priced == (name == "prices")
        assert text.endswith(("?", "."))
        assert len(text) < 600

    @pytest.mark.parametrize("name", [*STEPS, *(f"{name}_subject" for name in STEPS)])
    def test_the_german_form_of_address_is_never_mixed(self, name: str) -> None:
        familiar, formal = (set(re.findall(r"\w+", said(name, "de", form))) for form in AddressForm)
        assert not familiar & {"Sie", "Ihr", "Ihre", "Ihnen", "haben", "schreiben"}
        assert not formal & {"du", "dein", "deine", "dir", "dich", "euch", "hast", "schreib", "weißt"}

    def test_who_lives_elsewhere_is_told_whose_clock_it_is(self) -> None:
        for name in ("cadence", "interval"):
            assert "16:00, my time" in said(name, "en", AddressForm.FAMILIAR, elsewhere=True)
            assert "nach meiner Zeit" in said(name, "de", AddressForm.FORMAL, elsewhere=True)

    def test_what_only_a_person_can_know_stands_in_brackets(self) -> None:
        form = AddressForm.FAMILIAR
        assert "at [17:00], my time, until [milestone]." in said("cadence", "en", form, **EMPTY)
        assert "every [Tuesday and Friday at 16:00]" in said("interval", "en", form, **EMPTY)
        assert "By [date]: [price].\n- By [earlier date]: [price]." in said("prices", "en", form, **EMPTY)
        assert "87,50 EUR die Stunde" in said("prices", "de", form, rate="87.50")

    def test_the_question_in_both_languages(self) -> None:
        assert said("ask", "en", AddressForm.FORMAL) == (
            "Dear Wile Coyote,\n\nI would like you to know where we stand with Catalogue without having to ask. Is "
            "there something behind it that I should know: someone at your end who waits for it, or a date that has "
            "come closer? If there is one part that you need first, tell me which, and I will take that one first. If "
            "it is easier by phone, tell me when I may call."
        )
        assert said("ask", "de", AddressForm.FAMILIAR) == (
            "Hallo Wile,\n\nich möchte, dass du weißt, wo wir bei „Catalogue“ stehen, ohne danach fragen zu müssen. "
            "Steckt etwas dahinter, das ich wissen sollte: Wartet bei euch jemand darauf, oder ist ein Termin näher "
            "gerückt? Wenn ein Teil zuerst gebraucht wird, sag mir, welcher, dann nehme ich mir den zuerst vor. Wenn "
            "das am Telefon leichter geht: Wann darf ich anrufen?"
        )
