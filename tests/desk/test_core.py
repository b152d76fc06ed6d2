"""What must be true of an event whatever plugins there are: obligations, promises, the log, the owner's warning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benches import BIRCH, COMPLAINT, QUESTION, STATUS, THANKS, TUESDAY_REPORT, acme, plugin, to_owner
from whiteglove.events import ObligationEvent, ObligationOpened, ObligationOverdue
from whiteglove.ledger import ObligationState, PromiseState
from whiteglove.message import Kind
from whiteglove.store import ledger, messages
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

NOTHING = plugin()
TRUSTED = 'authserv_id = "mx.vale.example"'
FORGED = {"Authentication-Results": "mx.vale.example; dmarc=fail header.from=acme.example"}


class TestObligations:
    def test_a_question_opens_one_with_the_agreed_time(self) -> None:
        with Bench(NOTHING) as bench:
            bench.receive(QUESTION)
            (owed,) = bench.obligations
            assert (owed.client, owed.kinds, owed.state) == ("acme", (Kind.QUESTION,), ObligationState.OPEN)
            assert owed.due == datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
            (line,) = bench.logged("obligation.opened")
            assert (line["client"], line["kind"], line["due"]) == ("acme", "question", "2026-03-03T08:30:00+00:00")

    def test_thanks_oblige_nobody(self) -> None:
        with Bench(NOTHING) as bench:
            bench.receive(THANKS)
            assert bench.obligations == []
            with bench.store.read() as tx:
                assert messages.get(tx, 1).verdicts.obliges is False

    def test_a_further_mail_of_the_thread_joins(self) -> None:
        with Bench(NOTHING) as bench:
            bench.receive(QUESTION)
            bench.advance(hours=1)
            bench.receive(COMPLAINT, answers=bench.last_message_id)
            (owed,) = bench.obligations
            assert owed.kinds == (Kind.QUESTION, Kind.COMPLAINT)
            assert owed.due == datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
            assert len(bench.logged("obligation.opened")) == 1

    def test_history_opens_one_only_where_no_later_mail_of_the_owner_answers_it(self) -> None:
        with Bench(NOTHING, looked=False, clients={"acme": acme()}) as bench:
            bench.deliver(QUESTION, subject="Answered", age=timedelta(days=3))
            raw = bench.compose(
                "This one.", sender="robin@vale.example", to="wile@acme.example", answers=bench.last_message_id
            )
            bench.world.account.deliver(raw, "Sent", received_at=bench.clock.now() - timedelta(days=2))
            bench.deliver(QUESTION, subject="Waiting", age=timedelta(days=1))
            bench.run()
            (owed,) = bench.obligations
            assert owed.opened_at == bench.clock.now() - timedelta(days=1)
            assert bench.logged("obligation.opened")[0]["history"] is True

    def test_an_answer_that_was_read_before_the_question_closes_it_at_once(self) -> None:
        with Bench(NOTHING) as bench:
            bench.clock.move(timedelta(minutes=10))
            bench.owner_sends("This one.", subject="Paper")
            bench.deliver(QUESTION, age=timedelta(minutes=5))
            bench.run()
            assert bench.obligations == []

    def test_it_becomes_overdue_and_says_so_once(self) -> None:
        with Bench(NOTHING) as bench:
            bench.receive(QUESTION)
            bench.advance(days=1)
            bench.advance(days=1)
            assert [owed.state for owed in bench.obligations] == [ObligationState.OVERDUE]
            assert len(bench.logged("obligation.overdue")) == 1

    def test_an_answer_read_in_the_same_look_comes_before_the_overdue(self) -> None:
        with Bench(NOTHING) as bench:
            bench.receive(QUESTION)
            raw = bench.compose("This one.", sender="robin@vale.example", to="wile@acme.example")
            bench.world.account.deliver(raw, "Sent", received_at=bench.clock.now() + timedelta(hours=1))
            bench.advance(days=2)
            assert bench.obligations == []
            assert bench.logged("obligation.overdue") == []
            assert bench.logged("obligation.answered")[0]["client"] == "acme"

    def test_what_was_overdue_before_anybody_watched_is_marked_and_told_to_nobody(self) -> None:
        heard: list[ObligationEvent] = []
        made = plugin(on_obligation=lambda event: heard.append(event))
        with Bench(made, looked=False) as bench:
            bench.deliver(QUESTION, subject="Long ago", age=timedelta(days=9))
            bench.deliver(QUESTION, subject="Today", age=timedelta(hours=1))
            bench.run()
            assert [owed.state for owed in bench.obligations] == [ObligationState.OVERDUE, ObligationState.OPEN]
            assert [type(event) for event in heard] == [ObligationOpened, ObligationOpened]
            assert [line["history"] for line in bench.logged("obligation.overdue")] == [True]
            # What becomes overdue under the owner's eyes is told as anything else.
            bench.advance(days=2)
            assert [type(event) for event in heard[2:]] == [ObligationOverdue]
            assert "history" not in bench.logged("obligation.overdue")[1]

    def test_what_became_overdue_while_the_daemon_was_down_is_told(self) -> None:
        heard: list[ObligationEvent] = []
        with Bench(plugin(on_obligation=lambda event: heard.append(event))) as bench:
            bench.deliver(QUESTION)
            bench.clock.move(timedelta(days=9))
            bench.restart()
            assert [type(event) for event in heard] == [ObligationOpened, ObligationOverdue]


class TestPromises:
    def test_late_and_broken_are_logged_once_each(self) -> None:
        with Bench(acknowledge, delay="0s") as bench:
            bench.receive(STATUS)
            bench.advance(days=1, hours=6, seconds=1)
            assert [promise.state for promise in bench.promises] == [PromiseState.LATE]
            # Late is told at once, broken at the end of the next working day.
            mails = bench.advance(days=1, hours=2)
            assert [promise.state for promise in bench.promises] == [PromiseState.BROKEN]
            assert "is still owed" in to_owner(mails)[0].text
            assert len(bench.logged("promise.late")) == len(bench.logged("promise.broken")) == 1
            assert bench.logged("promise.late")[0]["due"] == TUESDAY_REPORT.isoformat()

    @pytest.mark.parametrize(("minutes", "late"), [(-10, False), (10, True)])
    def test_kept_says_whether_in_time(self, minutes: int, late: bool) -> None:
        with Bench(acknowledge, delay="0s") as bench:
            bench.receive(STATUS)
            bench.clock.move(TUESDAY_REPORT + timedelta(minutes=minutes) - bench.clock.now())
            bench.run()
            bench.owner_sends("Here it is.", subject="Report")
            (line,) = bench.logged("promise.kept")
            assert (line["late"], line["reason"], line["client"]) == (late, "window", "acme")

    def test_a_report_that_was_read_late_but_sent_in_time_is_never_called_late(self) -> None:
        with Bench(acknowledge, delay="0s") as bench:
            bench.receive(STATUS)
            raw = bench.compose("Here it is.", sender="robin@vale.example", to="wile@acme.example", subject="Report")
            bench.world.account.deliver(raw, "Sent", received_at=TUESDAY_REPORT - timedelta(minutes=8))
            bench.advance(days=1, hours=8)
            assert bench.logged("promise.late") == []
            assert bench.logged("promise.kept")[0]["late"] is False


class TestForgery:
    def test_the_owner_is_told_now_whatever_the_mail_wants(self) -> None:
        with Bench(NOTHING, toml=TRUSTED) as bench:
            (mail,) = bench.receive(QUESTION, headers=FORGED)
            assert "may be forged" in mail.text
            assert "“Catalogue”" in mail.text

    def test_they_are_told_in_their_language(self) -> None:
        with Bench(NOTHING, toml=TRUSTED, owner={"language": "de"}) as bench:
            bench.receive(QUESTION, headers=FORGED)
            assert "Eine Mail („Catalogue“) gibt an, von dort zu kommen" in bench.warned[0].text
            bench.advance(days=1)
            bench.receive(QUESTION, headers=FORGED, subject="")
            assert "Eine Mail gibt an, von dort zu kommen" in bench.warned[1].text

    def test_nothing_goes_to_the_forger(self) -> None:
        with Bench(acknowledge, delay="0s", toml=TRUSTED) as bench:
            mails = bench.receive(STATUS, headers=FORGED)
            assert [mail.recipient for mail in mails] == ["robin@vale.example"]
            assert bench.reasons == ["not_authentic"]

    def test_in_history_nobody_is_told(self) -> None:
        with Bench(NOTHING, toml=TRUSTED, looked=False) as bench:
            bench.deliver(QUESTION, headers=FORGED)
            assert bench.run() == []


class TestAClientWhoLeftTheBook:
    def test_what_waited_for_them_is_done_with(self) -> None:
        with Bench(acknowledge, delay="0s", clients={"acme": acme(), "birch": BIRCH}) as bench:
            bench.receive(STATUS)
            bench.deliver(STATUS, subject="Not handled yet")
            for watcher in bench.daemon.watchers:
                watcher.catch_up()
            bench.restart(clients={"birch": BIRCH})
            bench.advance(days=3)
            assert bench.reasons == []
            with bench.store.read() as tx:
                assert [promise.state for promise in ledger.owed(tx)] == [PromiseState.OPEN]
            assert bench.warned == []
            assert bench.failures == []


def test_a_machine_is_no_obligation_and_nobodys_question() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.receive(STATUS, headers={"Auto-Submitted": "auto-replied"})
        assert bench.mails == []
        assert bench.obligations == []
