"""The draft about what went wrong: what it says, when it lies there, when it goes; nothing is sent by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, STATUS, THANKS, acme, to_clients
from whiteglove.actions import UpdateIncident
from whiteglove.desk.incidents import update_incident
from whiteglove.ledger import DraftState, IncidentState
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, incidents, reports

FIRST = "bench.1@elsewhere.example"
MISSED = "The deadline was on Friday and nothing has arrived."
TWO = 'remedies = ["a call the same day", "an extra report on the next working day at 12:00"]'
PROJECT = '[[projects]]\nname = "Catalogue"\ndeadline = 2026-02-27\n'
GERMAN = """
name = "Birke GmbH"
timezone = "Europe/Berlin"
language = "de"
address_form = "{form}"
report = ["Tue 16:00", "Fri 16:00"]
remedies = ["ein Anruf am selben Tag", "ein zusätzlicher Bericht am nächsten Werktag um 12:00"]
[[people]]
name = "Jutta Forst"
addresses = ["jutta@birke.example"]
[[projects]]
name = "Hafenfest"
deadline = 2026-02-27
"""
JUTTA = "Jutta Forst <jutta@birke.example>"
TEXTS = {
    "complaint": "Ich bin sehr enttäuscht. Das ist inakzeptabel.",
    "deadline_missed": "Der Termin war am Freitag und es ist nichts gekommen.",
}


def bench(*lines: str, tables: str = "", **options: Any) -> Bench:
    return Bench(incidents, **{"clients": {"acme": acme(TWO, *lines) + tables}, **options})


def late_bench(**options: Any) -> Bench:
    """A report was promised for Tuesday at 16:00, and on Tuesday at 17:00 it is late."""
    beside = {"incidents": (incidents, options), "reports": reports}
    late = Bench(acknowledge, delay="0s", beside=beside, clients={"acme": acme(TWO)})
    late.receive(STATUS)
    late.advance(days=1, hours=7)
    return late


def own(b: Bench) -> list[DraftRow]:
    return [row for row in b.drafts if row.plugin == "incidents"]


def states(b: Bench) -> list[DraftState]:
    return [row.state for row in own(b)]


def drafted(b: Bench) -> list[SentMail]:
    """What lies in Drafts, with the line ends of a text."""
    return [replace(mail, text=mail.text.replace("\r\n", "\n")) for mail in b.drafted]


def text_of(b: Bench) -> str:
    (mail,) = drafted(b)
    return mail.text


def step(b: Bench, state: IncidentState) -> None:
    """The owner's word from the command line."""
    with b.store.write() as tx:
        update_incident(tx, UpdateIncident(reason="command", incident=1, state=state), b.clock.now())
    b.run()


class TestWhatItSays:
    def test_of_a_complaint(self) -> None:
        with bench(tables=PROJECT) as b:
            mails = b.receive(COMPLAINT)
            assert to_clients(mails) == []
            (mail,) = drafted(b)
            assert (mail.recipient, mail.subject) == ("wile@acme.example", "Re: Catalogue")
            assert mail.text == (
                "Hi Wile,\n\nYou have told me what went wrong with “Catalogue”: [in one sentence, in their terms; they "
                "wrote “am very disappointed”]. You are right to say so. It was mine to get right, and I am sorry.\n\n"
                "What it has cost you so far I cannot undo. From here I can offer you one of these:\n\n"
                "- a call by Monday, 2 March at 17:30\n"
                "- an extra report on Tuesday, 3 March at 12:00\n\n"
                "From now on [what is different, so that it stays a single case]. Which of the two helps you more?\n\n"
                "Robin Vale\n"
            )

    def test_of_a_missed_deadline_by_the_project_and_its_day(self) -> None:
        with bench(tables=PROJECT) as b:
            b.receive(MISSED)
            assert "You were to have “Catalogue” on Friday, 27 February, and I missed that date." in text_of(b)

    def test_what_is_not_on_record_is_left_to_the_owner(self) -> None:
        other = PROJECT.replace("Catalogue", "Shop")
        with bench(tables=PROJECT + other) as b:
            b.receive(MISSED, subject="Where is it?")
            assert "You were to have [what was due] on [day], and I missed that date." in text_of(b)
        with bench(tables=PROJECT + other) as b:
            b.receive(MISSED, subject="The shop")
            assert "You were to have “Shop” on Friday, 27 February" in text_of(b)

    def test_of_a_broken_promise(self) -> None:
        with late_bench() as b:
            b.advance(days=1, hours=1)
            (mail,) = [mail for mail in drafted(b) if "What I promised you" in mail.subject]
            assert mail.subject == "What I promised you for Tuesday, 3 March, 16:00"
            assert (
                "I promised you a report for Tuesday, 3 March, 16:00, and you did not get it. I had named" in mail.text
            )
            assert "- an extra report on Thursday, 5 March at 12:00\n- [another way: what, and by when]\n" in mail.text

    def test_of_a_late_promise_that_they_had_to_ask_for(self) -> None:
        with late_bench() as b:
            b.receive(COMPLAINT, subject="The report")
            (mail,) = [mail for mail in drafted(b) if mail.subject == "Re: The report"]
            assert "and you did not get it; you had to ask me for it. I had named that time myself" in mail.text
            assert "Send it in place of the short note that lies there too." in b.warned[-1].text

    def test_of_an_answer_that_never_came(self) -> None:
        file = acme(TWO, report="[]")
        with Bench(acknowledge, delay="0s", beside={"incidents": incidents}, clients={"acme": file}) as b:
            b.receive(STATUS)
            b.advance(days=3)
            assert "I promised you an answer for Tuesday, 3 March, 09:30, and you did not get it." in text_of(b)

    def test_without_remedies_both_ways_are_the_owners(self) -> None:
        with Bench(incidents) as b:
            b.receive(COMPLAINT)
            assert "- [one way: what, and by when]\n- [another way: what, and by when]\n" in text_of(b)

    @pytest.mark.parametrize("kind", TEXTS)
    def test_german_says_sie_or_du_and_never_both(self, kind: str) -> None:
        words = {}
        for form in ("familiar", "formal"):
            with Bench(incidents, clients={"birke": GERMAN.format(form=form)}) as b:
                b.receive(TEXTS[kind], sender=JUTTA)
                text = text_of(b)
                assert "- ein Anruf bis Montag, 2. März, 17:30 Uhr\n" in text
                assert "- ein zusätzlicher Bericht am Dienstag, 3. März, um 12 Uhr\n" in text
                words[form] = set(text.replace(",", " ").replace(".", " ").split())
        assert not words["familiar"] & {"Sie", "Ihnen", "Ihr", "haben"}
        assert not words["formal"] & {"du", "dir", "dich", "hast"}

    @pytest.mark.parametrize(
        ("language", "remedy", "said"),
        [
            ("en", "within 4 hours a list of what is missing", "by Monday, 2 March at 14:00 a list of what is missing"),
            ("en", "on Friday at 12:00 the missing pages", "on Friday, 6 March at 12:00 the missing pages"),
            ("de", "am Freitag um 12 Uhr die Seiten", "am Freitag, 6. März, um 12 Uhr die Seiten"),
        ],
    )
    def test_a_remedy_may_begin_with_its_time(self, language: str, remedy: str, said: str) -> None:
        client = acme(f'remedies = ["{remedy}"]').replace('language = "en"', f'language = "{language}"')
        with Bench(incidents, clients={"acme": client}) as b:
            b.receive(COMPLAINT)
            assert f"\n- {said}\r\n" in b.drafted[0].text

    def test_remedies_in_another_language_than_the_readers_are_left_out(self) -> None:
        reader = GERMAN.format(form="formal").replace(
            '"jutta@birke.example"]', '"jutta@birke.example"]\nlanguage = "en"'
        )
        with Bench(incidents, clients={"birke": reader}) as b:
            b.receive(COMPLAINT, sender=JUTTA)
            assert "Anruf" not in text_of(b)
            assert "- [one way: what, and by when]" in text_of(b)

    def test_where_there_is_no_text_the_owner_gets_the_brief(self) -> None:
        with Bench(incidents, clients={"birke": GERMAN.format(form="formal").replace('"de"', '"fr"')}) as b:
            b.receive("Je suis très déçu. C’est inacceptable.", sender=JUTTA)
            assert b.drafted == []
            assert "words about what went wrong, with two ways forward. There is no draft" in b.warned[-1].text
            assert "in writing" not in b.warned[0].text

    def test_it_names_no_other_client(self) -> None:
        file = acme('remedies = ["the same that Birch Holding got"]')
        with Bench(incidents, clients={"acme": file, "birch": BIRCH}) as b:
            b.receive(COMPLAINT)
            assert b.drafted == []
            assert [row.error for row in own(b)] == ["discloses_client"]


class TestWhenItLiesThere:
    def test_the_owner_may_not_want_it(self) -> None:
        with bench(drafts=False) as b:
            b.receive(COMPLAINT)
            assert b.drafts == []
            assert "Drafts" not in b.warned[0].text

    def test_a_late_report_has_its_short_note_and_no_second_draft(self) -> None:
        with late_bench() as b:
            assert own(b) == []
            assert [row.template for row in b.drafts if row.state is DraftState.PLACED].count("late") == 1

    def test_a_missed_deadline_that_nothing_supports_is_not_owned(self) -> None:
        with bench() as b:
            b.receive(MISSED)
            assert (own(b), b.drafted) == ([], [])

    def test_nor_in_the_words_for_a_complaint_about_it(self) -> None:
        with bench() as b:
            b.receive(MISSED)
            b.receive(COMPLAINT, answers=FIRST, subject="Re: Catalogue")
            assert "they wrote “am very disappointed”" in text_of(b)
            b.receive(MISSED, answers=FIRST, subject="Re: Catalogue")
            assert "they wrote “am very disappointed”" in text_of(b)
            assert "A draft for it lies in Drafts" in b.warned[-1].text

    def test_a_second_complaint_replaces_the_untouched_one_and_answers_the_newer_mail(self) -> None:
        with bench(tables=PROJECT) as b:
            b.receive(COMPLAINT)
            b.advance(hours=1)
            b.receive(MISSED, answers=FIRST, subject="Re: Catalogue")
            assert states(b) == [DraftState.WITHDRAWN, DraftState.PLACED]
            assert own(b)[-1].answers == 2
            assert "I missed that date" in text_of(b)

    def test_after_the_owners_own_words_there_is_none(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            b.owner_sends("I am sorry.", answers=FIRST)
            b.receive(COMPLAINT, answers=FIRST)
            assert states(b) == [DraftState.WITHDRAWN]
            assert "Drafts" not in b.warned[-1].text

    def test_an_answer_that_is_read_before_the_complaint_leaves_none(self) -> None:
        with bench() as b:
            b.owner_sends("I am sorry.", answers="bench.2@elsewhere.example")
            b.deliver(COMPLAINT, age=timedelta(minutes=10))
            b.run()
            assert b.drafted == []

    def test_it_is_written_anew_when_a_time_can_no_longer_be_kept(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            assert "a call by Monday, 2 March at 17:30" in text_of(b)
            b.advance(hours=6, minutes=31)
            assert "a call" not in text_of(b)
            assert "an extra report on Tuesday, 3 March at 12:00\n- [another way" in text_of(b)
            b.advance(hours=19)
            assert "a call by Tuesday, 3 March at 17:30" in text_of(b)
            assert "an extra report on Wednesday, 4 March at 12:00" in text_of(b)

    def test_what_a_person_has_deleted_does_not_come_back(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            (mail,) = b.world.account.mails("Drafts")
            b.world.account.expunge(mail.uid, "Drafts")
            b.advance(days=1)
            assert b.drafted == []
            assert DraftState.GONE in states(b)

    @pytest.mark.parametrize(
        "state", [IncidentState.ACKNOWLEDGED, IncidentState.REMEDY_OFFERED, IncidentState.RESOLVED]
    )
    def test_the_owners_word_takes_it_away(self, state: IncidentState) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            step(b, state)
            assert (states(b), b.drafted) == ([DraftState.WITHDRAWN], [])
            b.advance(days=3)
            assert b.drafted == []

    def test_a_mail_about_something_else_leaves_it_there(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            b.owner_sends("A question.", subject="Invoice", to="Ada Birdwell <ada@acme.example>")
            assert states(b) == [DraftState.PLACED]


class TestWhatItLeadsTo:
    def test_sent_it_offers_a_remedy(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            b.advance(minutes=20)
            b.owner_sends_draft()
            (incident,) = b.incidents
            assert [(entry.reason, entry.state) for entry in incident.entries] == [
                ("complaint", "opened"),
                ("remedy_offered", "remedy_offered"),
            ]
            assert incident.entries[-1].message == 2
            assert states(b) == [DraftState.SENT]

    def test_of_a_broken_promise_too_and_its_thread_belongs_to_the_matter(self) -> None:
        with late_bench() as b:
            b.advance(days=1, hours=1)
            at = next(i for i, mail in enumerate(b.drafted) if "What I promised you" in mail.subject)
            sent = b.drafted[at]
            b.owner_sends_draft(at)
            assert b.incidents[0].state is IncidentState.REMEDY_OFFERED
            answers = str(sent.message["Message-ID"]).strip("<>")
            b.receive("The report, please.", answers=answers, subject=f"Re: {sent.subject}")
            b.receive(THANKS, answers=answers, subject=f"Re: {sent.subject}")
            reasons = [entry.reason for entry in b.incidents[0].entries]
            assert reasons[-3:] == ["remedy_offered", "client_wrote", "thanked"]
            assert b.incidents[0].state is IncidentState.REMEDY_OFFERED

    def test_thanks_are_noted_and_end_nothing(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            b.receive(THANKS, answers=FIRST)
            b.owner_sends("I am sorry.", answers=FIRST)
            b.receive("Which paper do you recommend?", answers=FIRST)
            b.receive(THANKS, answers=FIRST)
            b.receive(THANKS, subject="Lunch")
            (incident,) = b.incidents
            assert [entry.reason for entry in incident.entries] == ["complaint", "owner_wrote", "thanked"]
            assert incident.state is IncidentState.ACKNOWLEDGED
