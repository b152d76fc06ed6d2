"""A message that is passed to a teammate: once, to the team alone, and the answer is owed until it is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches import BIRCH, QUESTION, acme, plugin, to_owner
from whiteglove.actions import Forward, Warn
from whiteglove.desk.delegating import objection
from whiteglove.errors import MailboxError, SubmissionError
from whiteglove.ledger import DelegationState, MailState, ObligationState
from whiteglove.store import decisions
from whiteglove.testing import Bench

KIM = "kim@vale.example"
TEAM = f"""
[[team]]
name = "Kim"
address = "{KIM}"
[[team]]
name = "Lee"
address = "Lee@Vale.example"
"""
DUE = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
"""Eight working hours after Monday at 10:00 in Berlin."""
WARNING = plugin(on_message=lambda event: [Warn(reason="x", key="x", text="Look.")])
REFUSED = SubmissionError("permanent", "550 5.1.1 no such user", code=550, step="RCPT")
DOWN = SubmissionError("temporary", "no connection")


def passing(to: str = KIM, **more: Any) -> ModuleType:
    """A plugin that passes every message on."""
    return plugin(
        on_message=lambda event: [
            Forward(reason="by_rule", message=event.message.row, to=to, brief="They ask about paper.", **more)
        ]
    )


def bench(to: str = KIM, **options: Any) -> Bench:
    return Bench(passing(to), **{"toml": TEAM, "clients": {"acme": acme()}, **options})


def states(b: Bench) -> list[DelegationState]:
    return [one.state for one in b.delegations]


def kim_answers(b: Bench, **written: Any) -> None:
    """Kim writes to Wile, with the owner in Cc, in the thread."""
    headers = {"Cc": "robin@vale.example", **written.pop("headers", {})}
    chosen = {"to": "wile@acme.example", "answers": "bench.1@elsewhere.example", "subject": "Re: Paper", **written}
    b.receive("The matt one.", sender=chosen.pop("sender", f"Kim <{KIM}>"), headers=headers, **chosen)


class TestHandingOver:
    def test_one_mail_goes_to_the_teammate_and_the_answer_is_theirs(self) -> None:
        with bench() as b:
            (mail,) = b.receive(QUESTION, subject="Paper")
            assert (mail.recipient, mail.subject) == (KIM, "Acme GmbH: Paper")
            (passed,) = b.delegations
            assert (passed.state, passed.obligation, passed.due) == (DelegationState.HANDED_OVER, 1, DUE)
            (line,) = b.logged("obligation.delegated")
            assert (line["client"], line["due"]) == ("acme", DUE.isoformat())
            assert KIM not in b.log.getvalue()

    def test_an_address_is_found_whatever_its_case(self) -> None:
        with bench("lee@VALE.example") as b:
            (mail,) = b.receive(QUESTION)
            assert mail.recipient == "Lee@vale.example"

    def test_once_for_each_message_and_address_whoever_asks(self) -> None:
        with Bench(passing(), toml=TEAM, beside={"other": passing()}) as b:
            assert len(b.receive(QUESTION)) == 1
            assert len(b.delegations) == 1

    def test_a_further_message_of_the_thread_is_passed_on_too(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            assert len(b.receive("And the ink?", answers="bench.1@elsewhere.example")) == 1
            assert [one.obligation for one in b.delegations] == [1, 1]

    def test_it_lies_in_sent_and_only_its_hash_is_kept(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            b.advance(seconds=5)
            assert len(b.world.account.mails("Sent")) == 1
            assert b.mails[0].raw is None

    def test_what_is_no_question_is_done_when_it_has_left(self) -> None:
        with bench() as b:
            b.receive("Thank you very much!")
            assert b.obligations == []
            assert states(b) == [DelegationState.DONE]
            assert b.logged("obligation.delegated") == []

    def test_a_time_of_its_own(self) -> None:
        due = datetime(2026, 3, 2, 11, tzinfo=UTC)
        with Bench(passing(due=due), toml=TEAM, clients={"acme": acme()}) as b:
            b.receive(QUESTION)
            assert b.delegations[0].due == due


class TestWhatIsRefused:
    @pytest.mark.parametrize("to", ["wile@acme.example", "robin@vale.example", "nobody@elsewhere.example", "Kim", ""])
    def test_whoever_is_not_of_the_team_gets_nothing(self, to: str) -> None:
        with bench(to, raises=False) as b:
            assert b.receive(QUESTION) == []
            assert (b.mails, b.delegations) == ([], [])
            (line,) = b.logged("plugin.failed")
            assert line["error"] == "Forward goes to an address of [[team]], and `to` is none"

    def test_history(self) -> None:
        with bench(looked=False, raises=False) as b:
            b.deliver(QUESTION, age=timedelta(hours=1))
            assert b.run() == []
            assert "before the daemon's line" in b.logged("plugin.failed")[0]["error"]

    @pytest.mark.parametrize("message", [99, 2])
    def test_what_is_no_clients_message(self, message: int) -> None:
        wish = Forward(reason="x", message=message, to=KIM, brief="")
        with Bench(plugin(on_sent=lambda event: [wish]), toml=TEAM, raises=False) as b:
            b.receive(QUESTION)
            b.owner_sends("The matt one.", answers=b.last_message_id)
            assert b.mails == []
            assert "a message that a client wrote" in b.logged("plugin.failed")[0]["error"]

    def test_an_answer_whose_time_has_passed(self) -> None:
        with bench(raises=False) as b:
            b.deliver(QUESTION, age=timedelta(days=3))
            assert b.run() == []
            assert "whose time has passed" in b.logged("plugin.failed")[0]["error"]

    def test_never_anybody_but_a_team_address(self) -> None:
        def wish(to: str) -> Forward:
            return Forward(reason="x", message=1, to=to, brief="")

        nearly = [
            f"{KIM}.",
            f" {KIM}",
            f"Kim <{KIM}>",
            f"{KIM}, x@y.example",
            "jutta@birch.example",
            "kim+x@vale.example",
        ]

        with Bench(plugin(), toml=TEAM, clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(QUESTION)

            @given(st.one_of(st.emails(), st.sampled_from(nearly), st.text(max_size=30)))
            @settings(deadline=None)
            def is_refused(to: str) -> None:
                with b.store.read() as tx:
                    fault = objection(tx, wish(to), b.settings, b.clock.now())
                assert fault == "Forward goes to an address of [[team]], and `to` is none"

            is_refused()
            with b.store.read() as tx:
                assert objection(tx, wish(KIM.upper()), b.settings, b.clock.now()) is None


class TestWhoeverAnswers:
    def test_the_owner(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            b.owner_sends("The matt one.", answers="bench.1@elsewhere.example")
            assert (b.obligations, states(b)) == ([], [DelegationState.DONE])

    def test_the_teammate_with_the_owner_in_copy(self) -> None:
        with bench() as b:
            b.receive(QUESTION, subject="Paper")
            b.clock.move(timedelta(minutes=9))
            kim_answers(b)
            assert (b.obligations, states(b)) == ([], [DelegationState.DONE])
            assert len(b.logged("obligation.answered")) == 1
            # Neither a client nor a stranger: nothing is said to Kim, and nothing of the mail is kept.
            assert len(b.world.server.sent) == 1
            assert b.advance(days=3) == []

    @pytest.mark.parametrize(
        "otherwise",
        [
            {"to": "robin@vale.example"},
            {"answers": "elsewhere@elsewhere.example"},
            {"sender": "Kim <kim@elsewhere.example>"},
            {"headers": {"Auto-Submitted": "auto-replied"}},
        ],
        ids=["not to the client", "another thread", "a stranger", "a machine"],
    )
    def test_what_is_no_answer_of_the_teams(self, otherwise: dict[str, Any]) -> None:
        with bench() as b:
            b.receive(QUESTION)
            kim_answers(b, **otherwise)
            assert states(b) == [DelegationState.HANDED_OVER]

    def test_an_answer_while_the_mail_waits_calls_it_off(self) -> None:
        with bench() as b:
            b.world.server.answer(DOWN)
            assert b.receive(QUESTION) == []
            b.owner_sends("The matt one.", answers="bench.1@elsewhere.example")
            assert b.advance(minutes=5) == []
            assert [(mail.state, mail.reason) for mail in b.mails] == [(MailState.CANCELLED, "answered")]


class TestWhatComesBack:
    def test_when_its_time_is_over_the_owner_hears_of_it_once(self) -> None:
        with bench() as b:
            b.receive(QUESTION, subject="Paper")
            assert b.advance(hours=20) == []
            (mail,) = b.advance(hours=4)
            assert mail.recipient == "robin@vale.example"
            assert "the answer to “Paper” is yours again: Kim has had it since yesterday, 10:00" in mail.text
            assert states(b) == [DelegationState.RETURNED]
            (line,) = b.logged("obligation.returned")
            assert (line["reason"], line["client"]) == ("overdue", "acme")
            assert b.advance(days=2) == []

    def test_a_late_answer_of_the_teammate_counts_all_the_same(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            b.advance(days=1)
            kim_answers(b)
            assert (b.obligations, states(b)) == ([], [DelegationState.RETURNED])

    def test_a_mail_that_still_waits_then_is_called_off(self) -> None:
        with bench() as b:
            b.world.server.answer(DOWN, times=500)
            b.receive(QUESTION)
            while b.clock.now() < DUE:
                b.advance(minutes=90)
            b.advance(minutes=10)
            assert (b.mails[0].state, b.mails[0].reason) == (MailState.CANCELLED, "came_back")

    def test_refused_the_owner_is_told_at_once(self) -> None:
        with bench() as b:
            b.world.server.answer(REFUSED)
            mails = b.receive(QUESTION, subject="Paper") + b.run()
            (mail,) = to_owner(mails)
            assert "“Paper” did not reach Kim (550 5.1.1 no such user) and is yours again" in mail.text
            assert states(b) == [DelegationState.RETURNED]
            # It was Kim's address, and no client's must be taken for dead.
            assert b.obligations[0].state is ObligationState.OPEN

    def test_what_bounces_comes_back(self) -> None:
        with bench() as b:
            b.receive(QUESTION, subject="Paper")
            sent = b.world.server.sent[0].message
            b.world.account.deliver(_bounce(sent))
            mails = b.run() + b.run()
            assert "“Paper” did not reach Kim (it came back undelivered, 5.1.1)" in to_owner(mails)[0].text
            assert states(b) == [DelegationState.RETURNED]

    def test_whoever_left_the_team_meanwhile_gets_nothing(self) -> None:
        with bench() as b:
            b.world.server.answer(DOWN)
            b.receive(QUESTION)
            b._toml = ""
            mails = b.restart() + b.advance(minutes=2) + b.run()
            assert [mail.recipient for mail in mails] == ["robin@vale.example"]
            assert (b.mails[0].state, b.mails[0].reason) == (MailState.WITHHELD, "wrong_recipient")

    @pytest.mark.parametrize(("language", "said"), [("en", "(you said so)"), ("de", "(so wurde es verlangt)")])
    def test_what_the_owner_calls_off(self, language: str, said: str) -> None:
        with bench(owner={"language": language}) as b:
            b.world.server.answer(DOWN)
            b.receive(QUESTION)
            with b.store.write() as tx:
                assert decisions.call_off(tx, b.mails[0], b.clock.now())
            b.run()
            assert states(b) == [DelegationState.RETURNED]
            # Not why it still waited then.
            assert said in b.warned[0].text


class TestRehearsal:
    def test_the_owner_sees_what_would_go_and_goes_on_owing_the_answer(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            (mail,) = b.receive(QUESTION, subject="Paper")
            assert (mail.recipient, mail.subject) == ("robin@vale.example", "Rehearsal: Acme GmbH: Paper")
            assert f"Kim <{KIM}>" in mail.text
            assert b.delegations == []
            assert len(b.obligations) == 1

    def test_what_waited_as_a_rehearsal_never_goes_to_the_teammate(self) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            b.world.server.answer(DOWN)
            b.receive(QUESTION)
            b.restart(daemon={"mode": "live"})
            assert b.advance(days=1) == []
            assert [mail.state for mail in b.mails] == [MailState.CANCELLED]

    def test_one_that_was_to_go_out_before_the_mode_changed_is_the_owners_again(self) -> None:
        with bench() as b:
            b.world.server.answer(DOWN)
            b.receive(QUESTION)
            b.restart(daemon={"mode": "rehearsal"})
            b.advance(minutes=5)
            b.run()
            assert {sent.recipient for sent in b.world.server.sent} == {"robin@vale.example"}
            assert states(b) == [DelegationState.RETURNED]


class TestServers:
    def test_at_least_once_under_one_message_id(self) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("unknown", "the connection broke"), accepted=True)
            b.receive(QUESTION)
            b.advance(minutes=5)
            first, second = b.world.server.sent
            assert first.message.partition(b"Message-ID: ")[2][:60] == second.message.partition(b"Message-ID: ")[2][:60]
            assert states(b) == [DelegationState.HANDED_OVER]

    def test_it_waits_for_the_message_and_then_goes_without(self) -> None:
        with bench() as b:
            b.world.account.fail("message", MailboxError("unavailable", "later"), times=2)
            assert b.receive(QUESTION) == []
            (mail,) = b.advance(seconds=30)
            assert "The message is attached as it arrived." in mail.text
            b.world.account.fail("message", MailboxError("unavailable", "later"), times=99)
            b.receive(QUESTION, subject="Ink")
            (mail,) = b.advance(minutes=31)
            assert "could not be fetched" in mail.text

    def test_the_owners_own_mail_goes_first(self) -> None:
        with Bench(passing(), toml=TEAM, beside={"warning": WARNING}) as b:
            b.world.server.answer(DOWN)
            b.receive(QUESTION)
            b.world.server.sent.clear()
            mails = b.advance(minutes=10)
            assert [mail.recipient for mail in mails] == ["robin@vale.example", KIM]


def _bounce(sent: bytes) -> bytes:
    header = sent.partition(b"\r\n\r\n")[0]
    return b"\r\n".join(
        [
            b"Return-Path: <>",
            b"From: MAILER-DAEMON@vale.example",
            b"To: robin@vale.example",
            b"Subject: Undelivered Mail Returned to Sender",
            b"Message-ID: <bounce.1@vale.example>",
            b"Date: Mon, 02 Mar 2026 10:00:00 +0100",
            b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            b"",
            b"--b",
            b"Content-Type: text/plain",
            b"",
            b"It could not be delivered.",
            b"--b",
            b"Content-Type: message/delivery-status",
            b"",
            b"Reporting-MTA: dns; mx.vale.example",
            b"",
            b"Final-Recipient: rfc822; kim@vale.example",
            b"Action: failed",
            b"Status: 5.1.1",
            b"--b",
            b"Content-Type: text/rfc822-headers",
            b"",
            header,
            b"",
            b"--b--",
            b"",
        ]
    )
