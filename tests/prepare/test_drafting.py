"""What a draft says, to whom, from whom; and when there can be none."""

from __future__ import annotations

from pathlib import Path

import pytest

from benches import BIRCH, FRIDAY_REPORT, STATUS, acme, to_owner
from drafty import bench, drafty, wish
from whiteglove.compose import own_ids
from whiteglove.errors import MailboxError
from whiteglove.ledger import DraftState, PromiseKind
from whiteglove.store import drafts, messages
from whiteglove.testing import Bench, SentMail

ADA = "Ada Birdwell <ada@acme.example>"
PERSONS_OWN = """
name = "Birke Verlag"
timezone = "Europe/Berlin"
language = "de"
address_form = "formal"
[[people]]
name = "Frau Dr. Jutta Forst"
addresses = ["jutta@birke.example"]
[[people]]
name = "Paul Ahorn"
addresses = ["paul@birke.example"]
address_form = "familiar"
language = "en"
timezone = "America/New_York"
"""
TWO_MAILBOXES = """
[[mailboxes]]
name = "billing"
address = "billing@vale.example"
imap = "imaps://billing@imap.vale.example"
smtp = "smtps://billing@smtp.vale.example"
password = { env = "WHITEGLOVE_BENCH_PASSWORD" }
"""


def only(b: Bench) -> SentMail:
    (draft,) = b.drafted
    return draft


def lines(mail: SentMail) -> str:
    return mail.text.replace("\r\n", "\n").rstrip()


class TestTheText:
    def test_all_of_it(self) -> None:
        one_project = acme('work = ["Tue 11:00-13:00"]') + '[[projects]]\nname = "Catalogue relaunch"\n'
        with bench(wish(tells=PromiseKind.REPORT), clients={"acme": one_project}) as b:
            b.receive(STATUS)
            mail = only(b)
            assert lines(mail) == (
                "Hi Wile,\n\n"
                "Your next report comes Tuesday, 3 March at 16:00. "
                "I have set aside 11:00–13:00 that day for it.\n"
                "What would help you most with Catalogue relaunch?\n\n"
                "Robin Vale"
            )
            assert mail.subject == "A question about Catalogue relaunch"
            assert str(mail.message["From"]) == "Robin Vale <robin@vale.example>"
            assert mail.recipient == "wile@acme.example"

    def test_the_owners_signature_ends_it_and_nothing_says_it_is_automatic(self, tmp_path: Path) -> None:
        (tmp_path / "signature.txt").write_text("Robin\nVale Studio\n")
        with bench(owner={"signature": str(tmp_path / "signature.txt")}) as b:
            b.receive(STATUS)
            assert lines(only(b)).endswith("?\n\nRobin\nVale Studio")
            assert "automatic" not in only(b).text
            assert only(b).message["Auto-Submitted"] is None

    def test_days_and_times_among_the_values_are_said_in_the_readers_words(self) -> None:
        values = {"at": FRIDAY_REPORT.isoformat(), "day": "2026-03-10"}
        with bench(wish(client="birke", values=values), clients={"birke": PERSONS_OWN}) as b:
            b.receive(STATUS, sender="Paul Ahorn <paul@birke.example>")
            assert "Day: on Tuesday, 10 March\n" in lines(only(b))
            assert (
                "Time: Friday, 6 March at 16:00 (10:00 in New York) / Friday, 6 March, 16:00 (10:00 in New York)"
                " / by Friday, 6 March at 16:00 (10:00 in New York)\n"
            ) in lines(only(b))

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            ("2026-03-01", "on Sunday, 1 March"),
            ("2026-03-04", "on Wednesday, 4 March"),
            ("2026-03-01T23:30:00+00:00", "on Monday, 2 March"),
        ],
    )
    def test_no_day_is_said_in_a_way_that_another_day_makes_wrong(self, day: str, said: str) -> None:
        with bench(wish(values={"day": day})) as b:
            b.receive(STATUS)
            assert f"Day: {said}\n" in lines(only(b))

    def test_language_and_form_are_the_persons(self) -> None:
        with bench(wish(client="birke"), clients={"birke": PERSONS_OWN}) as b:
            b.receive("Wie ist der Stand der Dinge?", sender="Jutta Forst <jutta@birke.example>")
            mail = only(b)
            assert lines(mail).startswith("Guten Tag Frau Dr. Jutta Forst,\n\nwas würde Ihnen am meisten helfen?")
            assert mail.subject == "Eine Frage"

    def test_a_plugin_cannot_take_the_cores_words(self) -> None:
        with bench(wish(values={"greeting": "Dear sucker,", "project": "Doom"})) as b:
            b.receive(STATUS)
            assert "sucker" not in only(b).text
            assert "Doom" not in only(b).text


class TestToWhom:
    def test_who_is_named(self) -> None:
        with bench(wish(to="ADA@acme.example")) as b:
            b.receive(STATUS)
            assert only(b).recipient.casefold() == "ada@acme.example"
            assert lines(only(b)).startswith("Hi Ada,")

    def test_a_stranger_who_is_named_is_not_written_to(self) -> None:
        with bench(wish(to="mallory@elsewhere.example")) as b:
            b.receive(STATUS, sender=ADA)
            assert only(b).recipient == "ada@acme.example"

    def test_who_was_written_to_last(self) -> None:
        with bench() as b:
            b.owner_sends("Hello Ada", to=ADA)
            b.advance(hours=1)
            with b.store.write() as tx:
                drafts.want(tx, "drafty", wish(), b.clock.now())
            b.run()
            assert only(b).recipient == "ada@acme.example"

    def test_without_any_mail_it_is_the_first_person(self) -> None:
        with bench() as b:
            with b.store.write() as tx:
                drafts.want(tx, "drafty", wish(), b.clock.now())
            b.run()
            assert only(b).recipient == "wile@acme.example"
            assert str(only(b).message["From"]) == "Robin Vale <robin@vale.example>"

    def test_an_answer_goes_to_who_asked_in_their_thread(self) -> None:
        with bench(wish(key="other", to="wile@acme.example")) as b:
            b.receive("One", sender=ADA, subject="AW: Paper")
            with b.store.write() as tx:
                (asked,) = messages.latest_of_client(tx, "acme", 1)
                drafts.want(tx, "drafty", wish(answers=asked.row, subject="none"), b.clock.now())
            b.receive("Two")
            mail = b.drafted[-1]
            assert (mail.recipient, mail.subject) == ("ada@acme.example", "Re: Paper")
            assert mail.message["In-Reply-To"] == "<bench.1@elsewhere.example>"
            assert mail.message["References"] == "<bench.1@elsewhere.example>"

    def test_another_clients_message_is_never_answered(self) -> None:
        with bench(wish(key="other"), clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive("x", sender="Jutta Forst <jutta@birch.example>", subject="Harbour")
            with b.store.write() as tx:
                (asked,) = messages.latest_of_client(tx, "birch", 1)
                drafts.want(tx, "drafty", wish(answers=asked.row), b.clock.now())
            b.run()
            mail = b.drafted[-1]
            assert (mail.recipient, mail.subject) == ("wile@acme.example", "A question")
            assert mail.message["In-Reply-To"] is None


class TestFromWhom:
    def test_the_address_that_the_person_wrote_to(self) -> None:
        with bench(owner={"aliases": ["hello@vale.example"]}) as b:
            b.receive(STATUS, to="hello@vale.example")
            assert only(b).message["From"].addresses[0].addr_spec == "hello@vale.example"

    def test_another_mailboxs_address_stays_with_that_mailbox(self) -> None:
        with bench(toml=TWO_MAILBOXES, owner={"aliases": ["billing@vale.example"]}) as b:
            b.receive(STATUS, to="billing@vale.example, robin@vale.example")
            assert b.drafts[0].mailbox == "studio"
            assert only(b).message["From"].addresses[0].addr_spec == "robin@vale.example"


class TestItsMarks:
    def test_they_are_those_of_a_draft_and_of_no_automatic_mail(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            mail, (row,) = only(b).message, b.drafts
            message_id = str(mail["Message-ID"]).strip("<>")
            assert row.token is not None
            assert (mail["X-Whiteglove-Draft"], message_id) == (row.token, row.message_id)
            assert message_id == f"draft.{row.token}@vale.example"
            assert own_ids.draft_token_of(message_id, b.store.key) == row.token
            assert own_ids.token_of(message_id, b.store.key) is None
            assert str(mail["References"]).strip("<>") == message_id

    def test_each_draft_has_its_own(self) -> None:
        with bench(wish(), wish(key="other")) as b:
            b.receive(STATUS)
            assert len({draft.token for draft in b.drafts}) == 2


class TestRehearsal:
    def test_it_is_addressed_to_the_owner_and_says_whom_it_is_for(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.receive(STATUS)
            mail = only(b)
            assert mail.recipient == "robin@vale.example"
            first, _, rest = lines(mail).partition("\n\n")
            assert first == (
                "This is a rehearsal: in live mode this draft would be for Wile Coyote <wile@acme.example>."
            )
            assert rest.startswith("Hi Wile,")


class TestWhatCannotBeWritten:
    def failed(self, b: Bench) -> str | None:
        (draft,) = b.drafts
        assert draft.state is DraftState.FAILED
        assert b.drafted == []
        return draft.error

    def test_no_text_in_the_readers_language_is_a_brief_to_the_owner(self) -> None:
        french = acme().replace('language = "en"', 'language = "fr"')
        with bench(wish(brief="Ask Wile what he needs."), clients={"acme": french}) as b:
            mails = to_owner(b.receive(STATUS))
            assert self.failed(b) == "no_template"
            (warned,) = [one for one in b.warned if one.key == "draft:drafty:ask"]
            assert (warned.urgency, warned.client) == ("today", "acme")
            assert warned.text.startswith("Acme GmbH: Ask Wile what he needs. ")
            assert any("Ask Wile what he needs." in mail.text for mail in mails)

    def test_a_draft_that_would_tell_of_another_client_is_not_written(self) -> None:
        values = {"words": " after what we did for Birch Holding"}
        with bench(wish(values=values), clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(STATUS)
            assert self.failed(b) == "discloses_client"
            assert "another client" in b.warned[-1].text

    def test_nor_by_its_subject(self) -> None:
        project = acme() + '[[projects]]\nname = "Spring"\n'
        with bench(clients={"acme": project, "birch": BIRCH}, templates={}) as b:
            b.receive(STATUS)
            assert only(b).subject == "A question about Spring"
        told = {"drafty/ask_subject.en.txt": "As for Jutta Forst"}
        with bench(clients={"acme": project, "birch": BIRCH}, templates=told) as b:
            b.receive(STATUS)
            assert self.failed(b) == "discloses_client"

    def test_a_broken_template(self) -> None:
        with bench(wish(template="broken")) as b:
            b.receive(STATUS)
            assert self.failed(b) == "template_failed"

    @pytest.mark.parametrize("value", ["soon", "2026-03-04T10:00:00"])
    def test_a_value_that_is_no_time(self, value: str) -> None:
        with bench(wish(values={"at": value})) as b:
            b.receive(STATUS)
            assert self.failed(b) == "template_failed"

    def test_a_time_to_tell_that_there_is_not(self) -> None:
        with bench(wish(tells=PromiseKind.REPORT), clients={"acme": acme(report="[]")}) as b:
            b.receive(STATUS)
            assert self.failed(b) == "no_time_to_tell"

    def test_a_client_who_left_the_book_is_not_written_to(self) -> None:
        with Bench(drafty(wish()), clients={"acme": acme(), "birch": BIRCH}) as b:
            b.world.account.fail("append", MailboxError("timeout", "no answer"), times=9)
            b.receive(STATUS)
            b.restart(clients={"birch": BIRCH})
            assert b.drafts[0].state is DraftState.WITHDRAWN
