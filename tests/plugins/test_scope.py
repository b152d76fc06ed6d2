"""Wishes beyond the agreed scope: what is recorded, what lies in Drafts, what becomes of it, what the owner hears."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, QUESTION, acme
from whiteglove.cli.forgetting import _whom
from whiteglove.clients import AddressForm
from whiteglove.codec import decode_action
from whiteglove.compose import render
from whiteglove.desk.contexts import Contexts
from whiteglove.ledger import DraftState
from whiteglove.sections import Day, Mark, Section
from whiteglove.store import forgetting
from whiteglove.testing import MONDAY_MORNING, Bench
from whiteglove.wording import Language, greeting, say_date
from whiteglove_plugins import capacity, incidents, scope
from whiteglove_plugins.scope.requests import ChangeRequest, RequestState, request_from_json

SHOP = "Could you also add a shop to the site?"
MAP = "Could you also add a map?"
CHEAPER = "Could you make it a bit cheaper?"
NEW_WORK = "We would like to commission a new website. Could you send me a quote for it?"
CALL = "Could you call me on Friday at ten? I would take it as a favour."
INVOICE = "Could you send me the invoice for May again?"
UNHAPPY = "I am very disappointed. This is unacceptable, we expect a discount."
CATALOGUE = '[[projects]]\nname = "Catalogue relaunch"\nscope = "Catalogue pages and search; no shop."\n'
NEWSLETTER = '[[projects]]\nname = "Monthly newsletter"\nscope = "Four issues."\n'
NO_SCOPE = '[[projects]]\nname = "Catalogue relaunch"\n'
OWNER = {"hours": "Mon-Fri 09:00-17:00", "hours_per_week": 40}


def book(*projects: str) -> dict[str, str]:
    return {"acme": acme('hourly_rate = "90 EUR"') + "".join(projects or (CATALOGUE,))}


def bench(*projects: str, **options: Any) -> Bench:
    return Bench(scope, **{"clients": book(*projects), "owner": OWNER, **options})


def requests(b: Bench) -> list[ChangeRequest]:
    found = [request_from_json(value) for key, value in b.memory.items() if key.startswith("request:")]
    assert None not in found
    return [request for request in found if request is not None]


def request(b: Bench) -> ChangeRequest:
    (found,) = requests(b)
    return found


def wanted(b: Bench) -> list[tuple[str, dict[str, Any]]]:
    """Template and values of each draft that lies there or is to."""
    live = (DraftState.WANTED, DraftState.PLACED, DraftState.CHANGED)
    rows = [row for row in b.drafts if row.plugin == "scope" and row.state in live and not row.withdraw]
    wishes: list[Any] = [decode_action(row.action) for row in rows]
    return [(wish.template, dict(wish.values)) for wish in wishes]


def templates(b: Bench) -> list[str]:
    return [template for template, _ in wanted(b)]


def told(b: Bench) -> list[str]:
    return [warning.text for warning in b.warned if warning.plugin == "scope"]


def section(b: Bench, *, until: datetime | None = None) -> Section | None:
    """The plugin's part of the summary, of now or of an instant that is over."""
    now = b.clock.now()
    ctx = Contexts(b.settings, b.host, b.store).of("scope", now)
    until = until or now
    day = Day(date=until.date(), since=until - timedelta(days=1), until=until, is_past=until < now)
    part: Section | None = b.host.call("scope", "summarise", now, day=day, ctx=ctx)
    return part


def item(b: Bench) -> tuple[str, str, str, Mark]:
    found = section(b)
    assert found is not None
    (one,) = found.items
    return one.text, one.detail, one.step, one.mark


class TestWhatIsRecorded:
    def test_a_wish_that_the_scope_leaves_out(self) -> None:
        with bench() as b:
            b.receive(SHOP, subject="One more thing")
            found = request(b)
            assert (found.messages, found.project, found.clause) == ((1,), "Catalogue relaunch", "no shop")
            assert (found.scope, found.more, found.less) == ("Catalogue pages and search; no shop.", True, False)
            assert (found.state, found.at) == (RequestState.OPEN, MONDAY_MORNING)
            (warning,) = b.warned
            assert (warning.urgency, warning.client, warning.key) == ("today", "acme", "scope:1")
            assert warning.text == (
                "Acme GmbH: Wile Coyote wrote today at 10:00 (“One more thing”) and wants something changed or added. "
                "The scope of “Catalogue relaunch” says “no shop”. Next step: fill in the brackets of the draft in "
                "Drafts and send it."
            )

    def test_a_price_request_with_its_words(self) -> None:
        with bench() as b:
            b.receive(CHEAPER)
            found = request(b)
            assert (found.more, found.less, found.said) == (False, True, "Wile Coyote: cheaper")
            (text,) = told(b)
            assert "wants to pay less (“cheaper”)" in text

    def test_both_at_once(self) -> None:
        with bench() as b:
            b.receive(f"{SHOP} As a favour, of course.")
            assert (request(b).more, request(b).less) == (True, True)
            assert "wants something changed or added, and to pay less (“As a favour”)" in told(b)[0]

    def test_nothing_of_the_text_and_no_address_is_kept(self) -> None:
        with bench() as b:
            b.receive(f"{SHOP} My telephone is 555. As a favour, of course.", subject="One more thing")
            kept = json.dumps(b.memory)
            assert not re.search("555|telephone|add a shop|acme.example|One more thing", kept)

    @pytest.mark.parametrize("text", [QUESTION, INVOICE, "Thank you very much!", COMPLAINT, CALL])
    def test_anything_else_is_no_wish(self, text: str) -> None:
        with bench() as b:
            b.receive(text)
            assert (requests(b), b.drafts, told(b)) == ([], [], [])

    def test_a_bill_that_is_too_high_is_one(self) -> None:
        with bench() as b:
            b.receive("The invoice for May is too high, could you reduce your rate?")
            assert templates(b) == ["less"]

    def test_what_lies_before_the_line_is_none(self) -> None:
        with bench(looked=False) as b:
            b.deliver(SHOP)
            b.run()
            assert (requests(b), told(b)) == ([], [])

    def test_one_for_each_thread(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.receive(f"{CHEAPER}", answers=b.last_message_id)
            assert (request(b).messages, request(b).more, request(b).less) == ((1, 2), True, True)
            assert (len(wanted(b)), len(told(b))) == (1, 1)
            b.receive(MAP, subject="Another")
            assert [found.messages for found in requests(b)] == [(1, 2), (3,)]

    @pytest.mark.parametrize(
        ("projects", "subject", "project", "said"),
        [
            ((CATALOGUE, NEWSLETTER), "The newsletter", "Monthly newsletter", "No word of the mail stands in the"),
            ((CATALOGUE, NEWSLETTER), "Catalogue", "Catalogue relaunch", "The scope of “Catalogue relaunch” says “no"),
            ((CATALOGUE, NEWSLETTER), "A wish", "", "Which project it is about cannot be told."),
            ((NO_SCOPE,), "A wish", "Catalogue relaunch", "No scope is on file for “Catalogue relaunch”."),
            ((CATALOGUE,), "Search", "Catalogue relaunch", "says “no shop”"),
        ],
    )  # fmt: skip
    def test_which_project_is_meant(self, projects: tuple[str, ...], subject: str, project: str, said: str) -> None:
        with bench(*projects) as b:
            b.receive(SHOP, subject=subject)
            assert request(b).project == project
            assert said in told(b)[0]

    def test_words_that_the_scope_names_are_named_and_nothing_is_made_of_them(self) -> None:
        with bench() as b:
            b.receive("Could you also add a filter to the search pages?", subject="A wish")
            assert "The scope of “Catalogue relaunch” names “pages”, “search”." in told(b)[0]
            assert "Next step: see whether that is part of it already; if not," in told(b)[0]
            assert wanted(b)[0][1]["excluded"] is False

    def test_a_project_that_was_done_long_ago_is_not_meant(self) -> None:
        with bench(CATALOGUE + "deadline = 2026-02-10\n", NEWSLETTER) as b:
            b.receive(SHOP, subject="A wish")
            assert request(b).project == "Monthly newsletter"


class TestTheDraft:
    def test_it_lies_there_as_an_answer_with_the_next_free_day(self) -> None:
        with bench() as b:
            b.receive(SHOP, subject="One more thing")
            assert wanted(b) == [
                ("more", {
                    "scope": "Catalogue pages and search; no shop", "work": "Catalogue relaunch", "excluded": True,
                    "rate": "90 EUR", "start": "2026-03-03",
                }),
            ]  # fmt: skip
            (draft,) = b.drafted
            assert (draft.recipient, draft.subject) == ("wile@acme.example", "Re: One more thing")
            assert "I would begin on Tuesday, 3 March, and you would have it by [day]." in " ".join(draft.text.split())
            assert "X-Whiteglove" not in draft.message

    def test_when_that_day_has_come_another_one_takes_its_place(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.advance(days=1)
            (draft,) = b.drafted
            assert "I would begin on Wednesday, 4 March" in " ".join(draft.text.split())
            assert set(b.timers) == {"request:acme:1"}

    def test_after_two_weeks_none_is_laid_there_any_more(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.advance(days=14)
            assert len(wanted(b)) == 1
            b.advance(days=2)
            assert (wanted(b), b.timers) == ([], {})
            assert item(b)[2] == "say at what price and by when, or what could be left out instead"

    def test_nothing_free_leaves_the_day_open(self) -> None:
        with bench(CATALOGUE + "hours_per_week = 40\n") as b:
            b.receive(SHOP)
            assert wanted(b)[0][1]["start"] is None
            assert "I would begin on [day]" in " ".join(b.drafted[0].text.split())

    def test_of_which_project_nobody_knows_nothing_is_quoted(self) -> None:
        with bench(CATALOGUE, NEWSLETTER) as b:
            b.receive(SHOP, subject="A wish")
            assert "What we agreed is [what was agreed]" in " ".join(b.drafted[0].text.split())

    def test_where_nothing_is_on_file_there_is_none(self) -> None:
        with bench(NO_SCOPE) as b:
            b.receive(SHOP)
            assert wanted(b) == []
            assert "say at what price and by when" in told(b)[0]

    def test_a_price_request_is_answered_with_less_work_for_less(self) -> None:
        with bench() as b:
            b.receive(CHEAPER)
            assert templates(b) == ["less"]
            said = " ".join(b.drafted[0].text.split())
            assert "stays as it is" in said
            b.advance(days=5)
            assert templates(b) == ["less"]

    def test_without_drafts_none_is_laid(self) -> None:
        with bench(drafts=False) as b:
            b.receive(SHOP)
            assert (wanted(b), len(requests(b)), len(told(b))) == ([], 1, 1)

    def test_an_answer_that_was_read_first_leaves_nothing_to_draft(self) -> None:
        with bench() as b:
            b.deliver(SHOP)
            b.world.account.deliver(
                b.compose("Let me see.", sender="Robin Vale <robin@vale.example>", to="wile@acme.example",
                          answers=b.last_message_id),
                folder="Sent",
            )  # fmt: skip
            b.run()
            assert (b.drafts, told(b)) == ([], [])
            # Sent is read first, so that the answer has the first row.
            assert [step.message for step in request(b).steps] == [1]

    def test_in_german(self) -> None:
        with bench(owner={**OWNER, "language": "de"}) as b:
            b.receive(SHOP, subject="Wunsch")
            assert told(b)[0].startswith("Acme GmbH: Wile Coyote hat heute um 10 Uhr geschrieben („Wunsch“) und möchte")


class TestBesideOthers:
    def test_an_open_incident_leaves_the_record_and_no_draft(self) -> None:
        with bench(beside={"incidents": incidents}) as b:
            b.receive(COMPLAINT, subject="Trouble")
            b.receive(SHOP, subject="One more thing")
            assert (len(requests(b)), wanted(b)) == (1, [])
            assert "settle the open incident first" in told(b)[0]
            assert item(b)[2].startswith("settle the open incident first")

    def test_an_incident_takes_a_draft_away_that_lies_there(self) -> None:
        with bench(beside={"incidents": incidents}) as b:
            b.receive(SHOP, subject="One more thing")
            assert len(wanted(b)) == 1
            b.receive(COMPLAINT, subject="Trouble")
            assert (wanted(b), b.timers) == ([], {})

    def test_a_complaint_with_a_price_request_is_recorded_and_nothing_is_drafted(self) -> None:
        with bench(beside={"incidents": incidents}) as b:
            b.receive(UNHAPPY)
            assert (request(b).less, wanted(b), told(b)) == (True, [], [])

    def test_of_a_client_who_was_long_silent_capacity_takes_care(self) -> None:
        with bench(beside={"capacity": capacity}) as b:
            b.receive("Thank you very much!")
            b.advance(days=40)
            b.receive(NEW_WORK)
            assert {row.plugin for row in b.drafts} == {"capacity"}
            assert (requests(b), told(b)) == ([], [])

    def test_new_work_of_a_client_with_a_running_project_is_a_wish(self) -> None:
        with bench(beside={"capacity": capacity}) as b:
            b.receive("Thank you very much!")
            b.advance(days=4)
            b.receive(NEW_WORK)
            assert {row.plugin for row in b.drafts} == {"scope"}

    def test_new_work_of_a_client_without_a_scope_is_none(self) -> None:
        with bench(NO_SCOPE) as b:
            b.receive(NEW_WORK)
            assert (requests(b), told(b)) == ([], [])

    def test_how_long_is_a_setting(self) -> None:
        with bench(beside={"capacity": (capacity, {"silent": "60d"})}, silent="60d") as b:
            b.receive("Thank you very much!")
            b.advance(days=40)
            b.receive(NEW_WORK)
            assert {row.plugin for row in b.drafts} == {"scope"}


class TestWhatBecomesOfIt:
    def test_the_draft_that_was_sent_is_an_offer(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.advance(hours=2)
            b.owner_sends_draft()
            assert (request(b).state, request(b).steps[-1].message) == (RequestState.OFFERED, 2)
            assert b.timers == {}
            b.advance(days=3)
            assert wanted(b) == []

    def test_any_other_answer_is_noted_and_takes_the_draft_away(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.advance(hours=2)
            b.owner_sends("Let me think.", answers=b.last_message_id)
            assert (request(b).state, request(b).steps[-1].message) == (RequestState.OPEN, 2)
            assert (wanted(b), b.timers, b.drafted) == ([], {}, [])

    def test_a_mail_about_something_else_changes_nothing(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.owner_sends("The report.", subject="Status")
            assert (request(b).steps, len(wanted(b))) == ((), 1)

    @pytest.mark.parametrize(
        ("now", "state"),
        [
            ("Catalogue pages, search and a shop.", RequestState.AGREED),
            ("Catalogue pages and search; no map.", RequestState.OFFERED),
            ("Catalogue pages, search and a map; no shop.", RequestState.OFFERED),
            ("Catalogue pages and search; no shop, no thing.", RequestState.DECLINED),
        ],
    )
    def test_the_scope_in_the_file_is_the_owners_word(self, now: str, state: RequestState) -> None:
        with bench() as b:
            b.receive(SHOP, subject="One more thing")
            b.owner_sends_draft()
            b.restart(clients=book(CATALOGUE.replace("Catalogue pages and search; no shop.", now)))
            assert request(b).state is state

    def test_a_project_that_left_the_file_drops_its_wishes(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.restart(clients=book(NEWSLETTER))
            assert (request(b).state, wanted(b)) == (RequestState.DROPPED, [])

    def test_a_client_who_left_the_book_drops_theirs(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.restart(clients={"birch": BIRCH})
            assert request(b).state is RequestState.DROPPED

    def test_silence_after_the_owners_word_drops_it(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.owner_sends_draft()
            b.advance(days=29)
            assert request(b).state is RequestState.OFFERED
            b.advance(days=2)
            assert request(b).state is RequestState.DROPPED

    def test_what_waits_for_the_owner_is_never_dropped(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            b.advance(days=100)
            assert request(b).state is RequestState.OPEN
            b.owner_sends("Hm.", answers=b.last_message_id)
            b.receive(QUESTION, answers=b.last_message_id)
            b.advance(days=100)
            assert request(b).state is RequestState.OPEN

    def test_a_further_wish_in_a_thread_that_is_settled_is_another_one(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            first = b.last_message_id
            b.owner_sends_draft()
            b.advance(days=31)
            b.receive(MAP, answers=first)
            assert [found.state for found in requests(b)] == [RequestState.DROPPED, RequestState.OPEN]


class TestForgetting:
    def forget(self, b: Bench, who: str) -> None:
        with b.store.write() as tx:
            forgetting.forget(tx, b.store, forgetting.find(tx, _whom(b.settings, b.store, who)))

    def test_a_persons_words_go_with_them_at_once(self) -> None:
        with bench() as b:
            b.receive(CHEAPER)
            self.forget(b, "wile@acme.example")
            assert "cheaper" not in json.dumps(b.memory)
            assert item(b)[0] == "a mail without a subject (Catalogue relaunch): to pay less"
            b.advance(days=1)
            assert request(b).state is RequestState.DROPPED

    def test_of_somebody_without_a_name_no_words_are_kept(self) -> None:
        with bench() as b:
            b.receive(CHEAPER, sender="someone@acme.example")
            assert (request(b).less, request(b).said) == (True, "")

    def test_a_client_takes_everything(self) -> None:
        with bench() as b:
            b.receive(UNHAPPY)
            assert len(b.memory) == 2
            self.forget(b, "acme")
            assert b.memory == {}


class TestCounts:
    def test_from_the_second_complaint_with_a_price_request_on(self) -> None:
        with bench() as b:
            b.receive(UNHAPPY, subject="One")
            b.advance(days=1)
            b.receive(COMPLAINT, subject="Two")
            assert told(b) == []
            b.advance(days=1)
            b.receive(UNHAPPY, subject="Three")
            assert told(b) == ["Acme GmbH: 3 complaints, 2 with a price request, since Mon 2 Mar."]

    def test_ninety_days_are_counted(self) -> None:
        with bench() as b:
            b.receive(UNHAPPY, subject="One")
            b.advance(days=91)
            b.receive(UNHAPPY, subject="Two")
            assert told(b) == []

    def test_those_from_before_the_line_count_and_are_not_told(self) -> None:
        with bench(looked=False) as b:
            b.deliver(UNHAPPY, age=timedelta(days=3), subject="One")
            b.deliver(UNHAPPY, age=timedelta(days=2), subject="Two")
            b.run()
            assert told(b) == []
            b.receive(UNHAPPY, subject="Three")
            assert told(b) == ["Acme GmbH: 3 complaints, 3 with a price request, since Fri 27 Feb."]


class TestTheSummary:
    def test_without_a_wish_there_is_none(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            assert section(b) is None

    def test_how_a_wish_goes_on(self) -> None:
        with bench() as b:
            b.receive(SHOP, subject="One more thing")
            what = "“One more thing” (Catalogue relaunch): something changed or added"
            found = section(b)
            assert found is not None
            assert (found.title, found.headline) == ("Wishes beyond the scope", "1 wish beyond the scope to answer")
            assert item(b) == (
                what, "since today", "fill in the brackets of the draft in Drafts and send it", Mark.DUE
            )  # fmt: skip
            b.advance(days=2)
            b.owner_sends_draft()
            wait = "wait for their answer; what is agreed goes into the scope in clients/acme.toml"
            assert item(b) == (what, "for 2 days, offered today", wait, Mark.PLAIN)
            assert section(b).headline == ""  # type: ignore[union-attr]
            b.advance(days=1)
            b.receive("That works, please go ahead.", answers=b.last_message_id)
            decide = "read their answer; what is agreed goes into the scope in clients/acme.toml"
            assert item(b)[1:] == ("for 3 days, offered yesterday, they wrote today", decide, Mark.DUE)
            b.restart(clients=book(CATALOGUE.replace("no shop", "a shop")))
            assert item(b) == (f"{what}: agreed", "", "", Mark.OK)
            b.advance(days=2)
            assert section(b) is None

    def test_of_a_day_that_is_over_what_was_open_then(self) -> None:
        with bench() as b:
            b.receive(SHOP)
            evening = b.clock.now() + timedelta(hours=8)
            b.advance(days=1)
            b.owner_sends_draft()
            b.restart(clients=book(CATALOGUE.replace("no shop", "a shop")))
            found = section(b, until=evening)
            assert found is not None
            assert (found.items[0].mark, found.items[0].detail) == (Mark.DUE, "since today")
            assert section(b, until=MONDAY_MORNING - timedelta(days=1)) is None

    def test_what_waits_comes_first(self) -> None:
        with bench() as b:
            b.receive(SHOP, subject="First")
            b.owner_sends_draft()
            b.advance(days=1)
            b.receive(MAP, subject="Second")
            found = section(b)
            assert found is not None
            assert [one.text[:8] for one in found.items] == ["“Second”", "“First” "]


TEMPLATES = files("whiteglove_plugins.scope").joinpath("templates", "scope")
MORE: dict[str, object] = {
    "scope": "Catalogue pages and search; no shop", "work": "Catalogue relaunch", "excluded": True, "rate": "90 EUR",
    "start": "2026-03-09",
}  # fmt: skip
UNCLEAR = {**MORE, "excluded": False}
BARE: dict[str, object] = {"scope": None, "work": None, "excluded": False, "rate": None, "start": None}


@cache
def language_of(code: str) -> Language:
    table = files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8")
    return Language.from_table(code, tomllib.loads(table))


def text(name: str, code: str, *, formal: bool = False, **values: object) -> str:
    """The template, filled in as the core fills it."""
    language = language_of(code)
    form = AddressForm.FORMAL if formal else AddressForm.FAMILIAR
    core = {
        "greeting": greeting(language, "Wile Coyote", form),
        "formal": formal,
        "say_day": lambda value: say_date(date.fromisoformat(value), today=MONDAY_MORNING.date(), language=language),
    }
    return render(TEMPLATES.joinpath(f"{name}.{code}.txt").read_text("utf-8"), {**values, **core})


class TestTheTexts:
    def test_more_work(self) -> None:
        assert text("more", "en", **MORE).split("\n\n")[1].strip() == (
            "[That is a good idea.] It is not part of what we agreed for Catalogue relaunch: “Catalogue pages and "
            "search; no shop”. I can add it for [price: hours × 90 EUR]. I would begin on Monday, 9 March, and you "
            "would have it by [day]. Or it comes in place of [part], and the price and the date stay as they are. "
            "Which do you prefer?"
        )
        assert "and [what is new in it] is not part of that." in text("more", "en", **UNCLEAR)

    def test_less_money(self) -> None:
        assert "stays as it is. If it has to cost less, there can be less in it" in text("less", "en", **MORE)
        assert "bleibt, wie er ist" in text("less", "de", formal=True, **MORE)

    @pytest.mark.parametrize(
        ("name", "values", "code", "formal"),
        [
            (name, values, code, formal)
            for name, values, code, formal in product(
                ["more", "less", "subject"], [MORE, UNCLEAR, BARE], ["en", "de"], [False, True]
            )
        ],
    )
    def test_each_reads_cleanly(self, name: str, values: dict[str, object], code: str, formal: bool) -> None:
        shown = text(name, code, formal=formal, **values)
        assert "None" not in shown
        assert "  " not in shown
        assert not {"!", "{", "}"} & set(shown)
        assert not re.search(r"sorry|unfortunately|but |already said|leider|aber |bereits", shown)
        if code == "de":
            words = set(re.findall(r"\w+", shown))
            assert not words & ({"du", "dir", "dich", "dein"} if formal else {"Sie", "Ihnen", "Ihr"})


def test_the_owner_is_spoken_to_in_seven_languages() -> None:
    file = Path(str(files("whiteglove_plugins.scope"))) / "words" / "scope.toml"
    tables = tomllib.loads(file.read_text("utf-8"))
    assert list(tables) == ["en", "de", "es", "fr", "it", "pt", "nl"]
    for language, words in tables.items():
        assert words.keys() == tables["en"].keys(), language
        for name, said in words.items():
            assert set(re.findall(r"\{(\w+)", said)) == set(re.findall(r"\{(\w+)", tables["en"][name])), name
