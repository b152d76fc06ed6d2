"""What plugins say to an event, to a mail before it goes, and about what a message wants."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from benches import MANY, QUESTION, STATUS, acknowledging, plugin, to_clients
from whiteglove.actions import Approve, Drop, Hold, Note, Reply
from whiteglove.hookspecs import Schedule
from whiteglove.ledger import MailState, PromiseKind
from whiteglove.message import Guess, Kind
from whiteglove.store import events
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

QUICK = (acknowledge, {"delay": "0s"})


def reviewing(verdict: Any, name: str = "reviewer") -> object:
    def review(mail: Any) -> Any:
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    return plugin(name, review=review)


class TestOneAnswer:
    def test_the_reply_of_a_second_plugin_is_withheld(self) -> None:
        second = plugin("second", on_message=lambda event: [Reply(reason="mine", template="mine")])
        with Bench(acknowledge, beside={"second": second}, delay="0s") as bench:
            assert len(to_clients(bench.receive(STATUS))) == 1
            assert [(mail.plugin, mail.reason) for mail in bench.mails] == [
                ("acknowledge", "status_request"),
                ("second", "another_answer"),
            ]
            assert bench.logged("mail.withheld")[0]["reason"] == "another_answer"

    def test_so_is_one_that_comes_later_after_a_failure(self) -> None:
        calls = []

        def on_message(event: Any) -> list[Any]:
            calls.append(event)
            if len(calls) == 1:
                raise RuntimeError("a defect")
            return [Reply(reason="mine", template="mine")]

        with Bench(plugin("second", on_message=on_message), beside={"acknowledge": QUICK}) as bench:
            assert len(to_clients(bench.receive(STATUS))) == 1
            assert bench.advance(minutes=1) == []
            assert bench.reasons == ["another_answer"]

    def test_two_replies_of_one_plugin_are_one(self) -> None:
        twice = acknowledging(
            on_message=lambda event: [
                Reply(reason="x", template="next_report", tells=PromiseKind.REPORT),
                Reply(reason="y", template="answer_by", tells=PromiseKind.ANSWER),
            ]
        )
        with Bench(twice) as bench:
            assert len(bench.receive(STATUS)) == 1
            assert bench.reasons == ["another_answer"]


class TestReview:
    def test_approval_lets_it_go(self) -> None:
        with Bench(reviewing(Approve()), beside={"acknowledge": QUICK}) as bench:
            assert len(bench.receive(STATUS)) == 1

    def test_a_reviewer_sees_whom_it_is_for_and_why(self) -> None:
        seen: list[Any] = []
        reviewer = plugin("reviewer", review=lambda mail, event: seen.append((mail, event)))
        with Bench(reviewer, beside={"acknowledge": QUICK}) as bench:
            bench.receive(STATUS)
        ((mail, event),) = seen
        assert (mail.to.address, mail.reason, mail.client) == ("wile@acme.example", "status_request", "acme")
        assert event.message.subject == "Catalogue"

    def test_drop_is_the_end_of_it(self) -> None:
        with Bench(reviewing(Drop(reason="too_cold")), beside={"acknowledge": QUICK}) as bench:
            assert bench.receive(STATUS) == []
            assert bench.reasons == ["too_cold"]

    def test_hold_waits_until_its_time(self) -> None:
        def review(ctx: Any) -> Hold:
            return Hold(reason="lunch", until=ctx.now + timedelta(hours=1))

        with Bench(plugin("reviewer", review=review), beside={"acknowledge": QUICK}) as bench:
            assert bench.receive(STATUS) == []
            assert bench.logged("mail.planned")[0]["reason"] == "lunch"
            assert bench.advance(minutes=59) == []
            assert len(to_clients(bench.advance(minutes=1))) == 1
            assert bench.warned == []

    @pytest.mark.parametrize("verdict", [Hold(reason="ask_me"), RuntimeError("a defect")])
    def test_without_a_time_it_waits_for_a_person_who_is_told(self, verdict: Any) -> None:
        with Bench(reviewing(verdict), beside={"acknowledge": QUICK}) as bench:
            mails = bench.receive(STATUS)
            assert to_clients(mails) == []
            reason = "ask_me" if isinstance(verdict, Hold) else "review_failed:reviewer"
            assert [mail.error for mail in bench.mails if mail.client] == [f"held: {reason}"]
            said = reason if isinstance(verdict, Hold) else "the plugin “reviewer” could not look at it"
            assert f"is held back ({said})" in mails[0].text

    @pytest.mark.parametrize(
        ("verdict", "said"),
        [
            (Hold(reason="ask_me"), "wird zurückgehalten (ask_me)"),
            (Hold(reason="muted"), "wird zurückgehalten (der Kunde ist vorerst stummgeschaltet)"),
            (RuntimeError("a defect"), "wird zurückgehalten (das Plugin „reviewer“ konnte sie nicht prüfen)"),
        ],
        ids=["of_the_plugin", "of_the_core", "failed"],
    )
    def test_the_owner_is_told_so_in_their_language(self, verdict: Any, said: str) -> None:
        with Bench(reviewing(verdict), beside={"acknowledge": QUICK}, owner={"language": "de"}) as bench:
            bench.receive(STATUS)
            assert said in bench.warned[0].text

    def test_and_is_withheld_when_its_time_is_over(self) -> None:
        with Bench(reviewing(Hold(reason="ask_me")), beside={"acknowledge": QUICK}) as bench:
            bench.receive(STATUS)
            mails = bench.advance(days=1, hours=6)
            assert to_clients(mails) == []
            assert [mail.state for mail in bench.mails if mail.client] == [MailState.WITHHELD]
            assert bench.reasons == ["time_passed"]

    def test_a_held_answer_that_tells_no_time_ages_out(self) -> None:
        own = {"acknowledge/answer_by.en.txt": "{{ greeting }}\n\nHello."}
        plain = acknowledging(
            on_message=lambda event: [Reply(reason="x", template="answer_by")],
            review=lambda mail: Hold(reason="ask_me"),
        )
        with Bench(plain, templates=own) as bench:
            bench.receive(QUESTION)
            bench.advance(hours=13)
            assert bench.reasons == ["too_old"]

    def test_an_overrun_holds(self) -> None:
        slow = plugin("slow", review=lambda mail: time.sleep(0.3))
        with Bench(slow, beside={"acknowledge": QUICK}, budget=0.1) as bench:
            assert to_clients(bench.receive(STATUS)) == []
            assert bench.mails[0].state is MailState.PLANNED

    def test_the_strictest_of_several_wins(self) -> None:
        beside = {"second": reviewing(Drop(reason="no"), "second"), "acknowledge": QUICK}
        with Bench(reviewing(Hold(reason="wait")), beside=beside) as bench:
            assert bench.receive(STATUS) == []
            assert bench.reasons == ["no"]


class TestVotes:
    def test_a_vote_is_weighed_and_an_exact_one_decides(self) -> None:
        voting = plugin("voting", classify=lambda message, text: [Guess(Kind.STATUS_REQUEST, 1.0, "so I say")])
        with Bench(voting, beside={"acknowledge": QUICK}) as bench:
            assert len(to_clients(bench.receive("Bananas."))) == 1

    def test_a_plugin_sees_the_new_text_without_quotes(self) -> None:
        texts: list[str | None] = []
        with Bench(plugin("voting", classify=lambda text: texts.append(text))) as bench:
            bench.receive("Any news?\n\nOn Monday, Robin wrote:\n> Hello\n")
        assert texts == ["Any news?"]

    @pytest.mark.parametrize("fault", ["raise", "hang"])
    def test_a_voter_that_fails_has_no_vote(self, fault: str) -> None:
        def classify(message: Any) -> None:
            if fault == "hang":
                time.sleep(0.3)
            raise RuntimeError("a defect")

        with Bench(plugin("voting", classify=classify), beside={"acknowledge": QUICK}, budget=0.1) as bench:
            assert len(to_clients(bench.receive(STATUS))) == 1
            assert len(bench.failures) == 1

    def test_a_suspended_voter_is_not_asked(self) -> None:
        calls: list[int] = []

        def classify(message: Any) -> None:
            calls.append(1)
            raise RuntimeError("a defect")

        with Bench(plugin("voting", classify=classify), toml=MANY) as bench:
            for number in range(7):
                bench.receive(STATUS, subject=f"Matter {number}")
            assert len(calls) == 5


def test_a_schedule_is_for_the_plugin_that_asked() -> None:
    heard: list[str] = []

    def scheduled(name: str) -> object:
        return plugin(
            name,
            schedules=lambda ctx: [Schedule(name="tick", every=timedelta(hours=1))],
            on_schedule=lambda event: heard.append(name),
        )

    with Bench(scheduled("one"), beside={"two": scheduled("two")}) as bench:
        bench.advance(hours=1)
        assert sorted(heard) == ["one", "two"]


def test_a_note_leaves_its_reason_in_the_record() -> None:
    with Bench(plugin(on_message=lambda event: [Note(reason="seen_and_left")])) as bench:
        bench.receive("Hello")
        with bench.store.read() as tx:
            assert [handling.reason for handling in events.handlings_of(tx, 1)] == ["seen_and_left"]
