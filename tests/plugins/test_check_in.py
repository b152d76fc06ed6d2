"""A short word where it has been quiet: one concrete thing, one draft at a time, gone with the next contact."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benches import COMPLAINT, QUESTION, THANKS, acme
from drafty import drafty
from drafty import wish as draft
from whiteglove.clients import AddressForm
from whiteglove.codec import decode_action
from whiteglove.compose import render
from whiteglove.store import events, mutes, notes
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import MONDAY_MORNING, Bench
from whiteglove.wording import Language, greeting, say_date, say_time
from whiteglove_plugins import acknowledge, check_in, incidents

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FAIR = '[[dates]]\nwhat = "Spring fair"\nwhen = 2026-03-05\n'
CATALOGUE = '[[projects]]\nname = "Catalogue"\ndeadline = 2026-03-06\n'
TUESDAY_EVENING = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)


def bench(*lines: str, more: str = "", **options: Any) -> Bench:
    return Bench(check_in, **{"clients": {"acme": acme(*lines) + more}, **options})


def wanted(b: Bench) -> list[tuple[str, dict[str, Any]]]:
    """Template and values of each draft that lies there or is to."""
    return [
        (row.template, {name: value for name, value in wish(row).values.items() if name != "quiet"})
        for row in b.drafts
        if row.state in ("wanted", "placed", "changed") and not row.withdraw
    ]


def wish(row: DraftRow) -> Any:
    return decode_action(row.action)


def noted(b: Bench, text: str) -> None:
    with b.store.write() as tx:
        row = notes.add(tx, client="acme", at=b.clock.now(), text=text)
        events.add(tx, "ClientNoted", b.clock.now(), row)


class TestWhatIsSaid:
    def test_an_open_question_with_its_subject_and_the_time_of_its_answer(self) -> None:
        with bench(clients={"acme": acme(reply_within="12h")}) as b:
            b.receive(QUESTION, subject="Paper")
            assert b.advance(days=1) == []
            (row,) = b.drafts
            assert (row.key, row.template, row.answers) == ("check_in:acme:2026-03-03", "open_question", 1)
            assert row.until == TUESDAY_EVENING
            (draft,) = b.drafted
            assert (draft.recipient, draft.subject) == ("wile@acme.example", "Re: Paper")
            said = " ".join(draft.text.split())
            assert "Your question about “Paper” is open with me. You will have my answer by Tuesday, 3 March at" in said
            assert "X-Whiteglove" not in draft.message

    def test_no_time_is_told_that_has_passed(self) -> None:
        with bench() as b:
            b.receive(QUESTION, subject="Paper")
            b.advance(days=2)
            assert wanted(b) == [("open_question", {"subject": "Paper", "due": None})]

    def test_a_date_of_theirs(self) -> None:
        with bench(more=FAIR) as b:
            b.advance(days=1)
            assert wanted(b) == [("date_near", {"what": "Spring fair", "day": "2026-03-05"})]
            assert "“Spring fair” is on Thursday, 5 March, and I have it in mind." in b.drafted[0].text
            assert wish(b.drafts[0]).brief == "Acme GmbH: “Spring fair”, Thu 5 Mar."

    def test_an_absence_that_is_near(self) -> None:
        with bench(more=FAIR.replace("2026-03-05", '"2026-03-05/2026-03-09"') + "away = true\n") as b:
            b.advance(days=1)
            assert wanted(b) == [("away_near", {"what": "Spring fair", "day": "2026-03-05"})]

    def test_a_deadline_that_is_near(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            assert wanted(b) == [("deadline_near", {"what": "Catalogue", "day": "2026-03-06"})]

    def test_a_note_in_brackets(self) -> None:
        with bench() as b:
            b.receive(THANKS)
            noted(b, "ask about\nthe samples")
            b.advance(days=1)
            assert wanted(b) == [("noted", {"what": "ask about the samples"})]
            assert "[Your note: “ask about the samples”." in " ".join(b.drafted[0].text.split())

    def test_one_thing_alone_the_question_before_the_nearest_date_before_the_note(self) -> None:
        with bench(more=FAIR + CATALOGUE) as b:
            noted(b, "ask about the samples")
            b.receive(QUESTION, subject="Paper")
            seen = []
            for _ in range(4):
                b.advance(days=1)
                seen += [template for template, _ in wanted(b)]
                b.owner_sends("A word.", subject="Word", to="Ada <ada@acme.example>")
            # The note is older than what the owner has written since.
            assert seen == ["open_question", "date_near", "deadline_near"]

    def test_without_anything_to_say_there_is_no_draft(self) -> None:
        with bench(more=FAIR.replace("03-05", "03-25")) as b:
            b.receive(THANKS)
            b.advance(days=1)
            assert b.drafts == []

    def test_what_was_sent_is_not_said_again_and_what_was_not_is(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            b.advance(days=1)
            assert [row.key for row in b.drafts] == ["check_in:acme:2026-03-03", "check_in:acme:2026-03-04"]
            b.owner_sends("The catalogue stands well.")
            b.advance(days=1)
            assert wanted(b) == []
            assert len(b.drafts) == 2

    def test_nor_what_the_owner_deleted(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            for mail in b.world.account.mails("Drafts"):
                b.world.account.expunge(mail.uid, "Drafts")
            b.advance(days=1)
            b.advance(days=1)
            assert [row.key for row in b.drafts] == ["check_in:acme:2026-03-03"]


class TestWhen:
    def test_not_where_there_was_contact_that_day(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(hours=23, minutes=30)
            b.receive(THANKS)
            b.advance(minutes=30)
            assert b.drafts == []
            b.advance(days=1)
            assert len(b.drafts) == 1

    @pytest.mark.parametrize("contact", ["their mail", "own mail", "call"])
    def test_contact_takes_it_away(self, contact: str) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            assert len(b.drafted) == 1
            b.advance(minutes=10)
            if contact == "their mail":
                b.receive(THANKS)
            elif contact == "own mail":
                b.owner_sends("Hello.")
            else:
                b.notes_call()
                b.run()
            assert wanted(b) == []
            assert b.drafted == []

    def test_it_is_gone_at_the_end_of_the_working_day(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            b.advance(hours=7, minutes=29)
            assert len(b.drafted) == 1
            b.advance(minutes=1)
            assert b.drafted == []

    def test_a_note_that_is_no_call_leaves_it(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            noted(b, "likes blue")
            b.run()
            assert len(b.drafted) == 1

    @pytest.mark.parametrize(
        ("engagement", "days"), [("contract", 1), ("retainer", 1), ("permanent", 1), ("casual", None)]
    )
    def test_by_engagement(self, engagement: str, days: int | None) -> None:
        with bench(f'engagement = "{engagement}"', more=CATALOGUE) as b:
            b.receive(THANKS)
            b.advance(days=1)
            assert len(b.drafts) == (days or 0)

    def test_as_configured(self) -> None:
        with bench(more=CATALOGUE, every={"contract": "2d"}) as b:
            b.receive(THANKS)
            b.advance(days=1)
            assert b.drafts == []
            b.advance(days=1)
            assert len(b.drafts) == 1

    def test_at_its_time_on_working_days(self) -> None:
        with bench(more=CATALOGUE.replace("03-06", "03-12"), owner={"away": ["2026-03-09"]}, at="11:30") as b:
            days = []
            for _ in range(24 * 9 + 2):
                before = len(b.drafts)
                b.advance(hours=1)
                days += [row.created_at.day for row in b.drafts[before:]]
            # From a week before the deadline on; not on the weekend, nor on the day off.
            assert days == [5, 6, 10, 11]

    def test_one_that_comes_late_still_ends_with_the_day_and_after_work_there_is_none(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1, hours=6)
            assert [row.until for row in b.drafts] == [TUESDAY_EVENING]
        with bench(more=CATALOGUE) as b:
            b.advance(days=1, hours=8)
            assert b.drafts == []


class TestWhenNot:
    def test_while_they_are_away(self) -> None:
        away = '[[dates]]\nwhat = "Fair"\nwhen = 2026-03-03\naway = true\n'
        with bench(more=CATALOGUE + away) as b:
            b.advance(days=1)
            assert b.drafts == []
            b.advance(days=1)
            assert len(b.drafts) == 1

    def test_while_they_are_muted(self) -> None:
        with bench("muted_until = 2026-03-05", more=CATALOGUE) as b:
            b.advance(days=1)
            assert b.drafts == []

    def test_while_the_command_line_says_that_they_are_muted(self) -> None:
        with bench(more=CATALOGUE) as b:
            with b.store.write() as tx:
                mutes.put(tx, "acme", b.clock.now() + timedelta(days=2))
            b.advance(days=1)
            assert b.drafts == []

    def test_while_an_incident_is_open_or_a_complaint_waits(self) -> None:
        for beside in ({"incidents": incidents}, {}):
            with bench(more=CATALOGUE, beside=beside) as b:
                b.receive(COMPLAINT)
                b.advance(days=1)
                assert [row for row in b.drafts if row.plugin == "check_in"] == []

    def test_while_a_promise_is_late(self) -> None:
        with bench(more=CATALOGUE, beside={"acknowledge": (acknowledge, {"delay": "0s"})}) as b:
            b.receive("How are things progressing?")
            b.advance(days=1, hours=7)
            assert b.promises[0].state == "late"
            before = len(b.drafts)
            b.advance(hours=17)
            assert len(b.drafts) == before

    def test_never_two_at_once(self) -> None:
        with bench('quiet_after = "20h"', more=CATALOGUE) as b:
            b.receive(THANKS)
            b.advance(days=1)
            assert len(wanted(b)) == 1
            b.advance(hours=1)
            assert len(b.warned) == 1
            assert len(b.drafts) == 1

    def test_nor_beside_one_that_another_plugin_laid_ready(self) -> None:
        asking = drafty(draft())
        with bench(more=CATALOGUE, beside={"drafty": asking}) as b:
            b.receive(THANKS)
            b.advance(days=1)
            assert [row.plugin for row in b.drafts] == ["drafty"]
            b.owner_sends_draft()
            b.advance(days=1)
            assert [row.plugin for row in b.drafts] == ["drafty", "check_in"]

    def test_but_beside_one_that_the_owner_left_lying(self) -> None:
        with bench(more=CATALOGUE.replace("03-06", "03-20"), beside={"drafty": drafty(draft())}) as b:
            b.receive(THANKS)
            b.advance(days=11)
            assert [row.plugin for row in b.drafts] == ["drafty"]
            b.advance(days=4)
            assert [row.plugin for row in b.drafts] == ["drafty", "check_in"]

    def test_one_that_the_owner_is_writing_on_stays_alone(self) -> None:
        with bench(more=CATALOGUE) as b:
            b.advance(days=1)
            with b.store.write() as tx:
                tx.exec_driver_sql("UPDATE drafts SET state = 'changed'")
            b.advance(days=1)
            assert len(b.drafts) == 1

    def test_without_drafts_none_is_laid(self) -> None:
        with bench('quiet_after = "3d"', more=CATALOGUE, drafts=False) as b:
            b.receive(THANKS)
            b.advance(days=1)
            b.advance(days=2, hours=1)
            assert b.drafts == []
            assert len(b.warned) == 1


class TestASilence:
    def test_the_owner_is_told_the_figures(self) -> None:
        with bench('quiet_after = "7d"', every={"contract": "30d"}) as b:
            b.receive(THANKS)
            b.advance(days=8)
            (warning,) = b.warned
            assert (warning.urgency, warning.client) == ("today", "acme")
            assert warning.text == (
                "Acme GmbH: no mail and no call, from either side, for 8 days, since Mon 2 Mar; at most 7 days were "
                "to be expected. Next step: write or call, with one thing that is worth their time."
            )
            assert b.drafts == []

    def test_with_something_to_say_a_draft_opens_the_door(self) -> None:
        later = CATALOGUE.replace("03-06", "03-13")
        with bench('quiet_after = "7d"', more=later, every={"contract": "30d"}) as b:
            b.receive(THANKS)
            b.advance(days=8)
            assert b.warned[0].text.endswith("a draft with something to say lies in Drafts; send it, or call.")
            (draft,) = b.drafted
            text = " ".join(draft.text.split())
            assert "“Catalogue” is to be done on Friday, 13 March." in text
            assert "If a call is easier, tell me when it suits you." in text
            # To the end of the next working day.
            assert b.drafts[0].until == datetime(2026, 3, 11, 16, 30, tzinfo=UTC)

    def test_a_casual_client_is_told_too(self) -> None:
        with bench('quiet_after = "7d"', 'engagement = "casual"') as b:
            b.receive(THANKS)
            b.advance(days=8)
            assert len(b.warned) == 1

    def test_an_incident_is_named(self) -> None:
        with bench('quiet_after = "8d"', more=CATALOGUE, beside={"incidents": incidents}) as b:
            b.receive(COMPLAINT)
            b.advance(days=4, hours=1)
            (told,) = [warning for warning in b.warned if warning.plugin == "check_in"]
            assert "at most 4 days were to be expected. An incident with them is open." in told.text
            assert [row for row in b.drafts if row.plugin == "check_in"] == []

    def test_in_german(self) -> None:
        with bench('quiet_after = "30h"', owner={"language": "de"}) as b:
            b.receive(THANKS)
            b.advance(days=2)
            assert "seit Mo 2. März (2 Tage); zu erwarten waren höchstens 30 Std." in b.warned[0].text


def test_why_there_is_no_draft_is_on_record() -> None:
    with bench() as b:
        b.receive(THANKS)
        b.advance(days=1)
        with b.store.read() as tx:
            rows = tx.exec_driver_sql("SELECT reason FROM handlings").scalars().all()
        assert "nothing_to_say" in rows


@cache
def language_of(code: str) -> Language:
    table = files("whiteglove").joinpath("languages", f"{code}.toml").read_text("utf-8")
    return Language.from_table(code, tomllib.loads(table))


def text(name: str, code: str, *, formal: bool = False, **values: object) -> str:
    """The template, filled in as the core fills it."""
    zone = ZoneInfo("Europe/Berlin")
    saying: dict[str, Any] = {
        "now": MONDAY_MORNING, "owner_zone": zone, "reader_zone": zone, "language": language_of(code),
    }  # fmt: skip
    source = files("whiteglove_plugins").joinpath("templates", "check_in", f"{name}.{code}.txt").read_text("utf-8")
    form = AddressForm.FORMAL if formal else AddressForm.FAMILIAR
    core = {
        "greeting": greeting(language_of(code), "Wile Coyote", form),
        "formal": formal,
        "project": None,
        "say_day": lambda day, form="on": say_date(
            date.fromisoformat(day), today=MONDAY_MORNING.date(), language=language_of(code), form=form
        ),
        "say_time": lambda at, form: say_time(datetime.fromisoformat(at), form=form, relative=False, **saying),
    }
    return render(source, {**values, **core})


QUESTIONS = [{"subject": "Paper", "due": due} for due in ("2026-03-03T16:00:00+00:00", None)]
DATED = {"what": "Catalogue", "day": "2026-03-06"}
TEXTS: list[tuple[str, dict[str, Any]]] = [
    *(("open_question", values) for values in QUESTIONS),
    *((name, DATED) for name in ("date_near", "away_near", "deadline_near", "noted")),
]


class TestTheTexts:
    @pytest.mark.parametrize(
        ("text_of", "code", "formal", "quiet"), list(product(TEXTS, ["en", "de"], [False, True], [False, True]))
    )
    def test_each_reads_cleanly(
        self, text_of: tuple[str, dict[str, Any]], code: str, formal: bool, quiet: bool
    ) -> None:
        name, values = text_of
        shown = text(name, code, formal=formal, quiet=quiet, **values)
        assert "None" not in shown
        assert "  " not in shown
        assert not {"!", "{", "}"} & set(shown)
        assert len(shown) < 400
        if code == "de":
            words = set(re.findall(r"\w+", shown))
            assert not words & ({"du", "dir", "dich", "deine"} if formal else {"Sie", "Ihnen", "Ihre"})

    @pytest.mark.parametrize(("name", "code"), list(product(["subject", "open_question_subject"], ["en", "de"])))
    def test_each_subject_is_one_line(self, name: str, code: str) -> None:
        assert text(name, code, subject="Paper").strip().count("\n") == 0

    def test_the_question(self) -> None:
        assert text("open_question", "en", quiet=False, **QUESTIONS[0]) == (
            "Hi Wile,\n\nYour question about “Paper” is open with me. You will have my answer by Tuesday, 3 March "
            "at 17:00."
        )
        assert text("open_question", "de", formal=True, quiet=True, **QUESTIONS[1]) == (
            "Guten Tag Wile Coyote,\n\nIhre Frage zu „Paper“ liegt noch bei mir. [Die Antwort, oder der Tag, an dem "
            "sie kommt.] Wenn ein Anruf einfacher ist: Wann passt es Ihnen?"
        )

    def test_what_the_file_calls_it_stands_in_quotation_marks(self) -> None:
        given = {"what": "Closed for stocktaking", "day": "2026-03-06"}
        assert text("date_near", "en", quiet=False, **given) == (
            "Hi Wile,\n\n“Closed for stocktaking” is on Friday, 6 March, and I have it in mind. [A line of your own.]"
        )
        assert text("date_near", "de", quiet=False, **given) == (
            "Hallo Wile,\n\nich denke an „Closed for stocktaking“ am Freitag, 6. März. [Ein Satz von mir.]"
        )
        for code, said in (("en", "“Closed for stocktaking” is to be"), ("de", "„Closed for stocktaking“ soll am")):
            assert said in text("deadline_near", code, quiet=False, **given)
