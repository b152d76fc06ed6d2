"""A client's mail of unknown fate: never sent again, looked for in Sent, and told to the owner only then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benches import COMPLAINT, STATUS, TUESDAY_REPORT, acme, to_clients, to_owner
from outbox.conftest import BROKEN, Power, bench, power_cut, state
from whiteglove.errors import MailboxError
from whiteglove.ledger import MailState, PromiseState
from whiteglove.store import outbox


class TestTheLastWordIsLost:
    def test_sent_is_asked_before_the_owner_is(self) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN)
            assert b.receive(STATUS) == []
            assert (state(b), b.promises, b.warned) == (MailState.SUBMITTING, [], [])
            assert b.daemon.outbox.next_look() == b.clock.now() + timedelta(seconds=3)
            for _ in range(3):
                assert b.advance(seconds=3) == []
            (mail,) = b.advance(seconds=3)
            assert mail.recipient == "robin@vale.example"
            assert "Nobody can say whether the automatic answer to Acme GmbH went out" in mail.text
            assert "the connection broke after the final dot" in mail.text
            assert state(b, 0) is MailState.UNKNOWN
            assert b.daemon.outbox.next_look() is None
            assert to_clients(b.advance(hours=20)) == []

    def test_the_owner_is_told_in_their_language(self) -> None:
        with bench(owner={"language": "de"}) as b:
            b.world.server.answer(BROKEN)
            b.receive(STATUS)
            b.advance(seconds=12)
            assert "ob die automatische Antwort an Acme GmbH hinausging (the connection broke" in b.warned[0].text

    @pytest.mark.parametrize("seconds", [0, 5, 12])
    def test_filed_by_the_server_meanwhile_nobody_is_alarmed(self, seconds: int) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN, accepted=True)
            if seconds:
                assert len(b.receive(STATUS)) == 1
                b.clock.move(timedelta(seconds=seconds))
                b.world.account.deliver(b.world.server.sent[0].message, "Sent")
                assert b.run() == []
            else:
                submit = b.world.server.submit

                def filing(sender: str, recipient: str, raw: bytes) -> str:
                    b.world.account.deliver(raw, "Sent")
                    return submit(sender, recipient, raw)

                b.world.server.submit = filing  # type: ignore[method-assign]
                assert len(b.receive(STATUS)) == 1
            assert (state(b), b.mails[0].raw, b.warned) == (MailState.SENT, None, [])
            assert b.logged("mail.sent")[-1]["reason"] == "found_in_sent"
            assert [promise.due for promise in b.promises] == [TUESDAY_REPORT]
            assert b.logged("mail.unknown") == []
            b.advance(seconds=10)
            assert len(b.world.account.mails("Sent")) == 1

    def test_it_counts_as_told_and_made(self) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN)
            b.receive(STATUS)
            b.advance(seconds=12)
            assert [promise.state for promise in b.promises] == [PromiseState.OPEN]
            assert to_clients(b.receive("Any news?", answers="bench.1@elsewhere.example")) == []
            assert b.reasons == ["told"]

    def test_nothing_more_goes_to_that_client_until_it_is_known(self) -> None:
        """What it told would else be told once more, or in full where a short line is due."""
        with bench() as b:
            b.world.server.answer(BROKEN)
            b.deliver(STATUS)
            b.deliver("Any news?", answers="bench.1@elsewhere.example")
            b.deliver(STATUS, subject="Pages")
            assert b.run() == []
            assert b.advance(seconds=3) == []
            assert [mail.recipient for mail in b.advance(seconds=9)] == ["robin@vale.example", "wile@acme.example"]
            assert b.reasons == ["told"]
            assert len(b.promises) == 1

    def test_other_clients_do_not_wait_for_it(self) -> None:
        birch = acme().replace("acme.example", "birch.example").replace("Acme GmbH", "Birch")
        with bench(clients={"acme": acme(), "birch": birch}) as b:
            b.world.server.answer(BROKEN)
            b.deliver(STATUS)
            b.deliver(STATUS, sender="<wile@birch.example>", subject="Pages")
            assert [mail.recipient for mail in b.run()] == ["wile@birch.example"]

    def test_while_sent_cannot_be_asked_it_waits_for_minutes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN)
            monkeypatch.setattr(b.world.account, "_raise_fault", _only("uids_with_header"))
            b.receive(STATUS)
            assert b.advance(minutes=9) == []
            assert state(b) is MailState.SUBMITTING
            assert len(b.advance(minutes=1)) == 1
            assert state(b, 0) is MailState.UNKNOWN

    def test_a_process_that_ends_meanwhile_leaves_it_to_the_next(self) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN)
            b.receive(STATUS)
            assert state(b) is MailState.SUBMITTING
            (mail,) = b.restart()
            assert "Nobody can say" in mail.text
            assert state(b, 0) is MailState.UNKNOWN
            assert to_clients(b.advance(hours=20)) == []

    def test_seen_in_sent_later_it_is_known_to_have_gone(self) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN, accepted=True)
            b.receive(STATUS)
            b.advance(seconds=12)
            b.world.account.deliver(b.world.server.sent[0].message, "Sent")
            b.run()
            assert state(b, 0) is MailState.SENT
            assert b.mails[0].raw is None
            assert b.logged("mail.sent")[-1]["reason"] == "found_in_sent"
            assert len(b.promises) == 1

    def test_recorded_from_sent_between_the_last_look_and_its_result(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN, accepted=True)
            b.receive(STATUS)
            b.world.account.deliver(b.world.server.sent[0].message, "Sent")
            # The server does not find it by its header, and the reader of Sent has it.
            monkeypatch.setattr(b.daemon.outbox._doubts, "_lies_in_sent", lambda *_: False)
            b.advance(seconds=12)
            assert (state(b), b.warned) == (MailState.SENT, [])

    def test_seen_in_sent_right_before_the_daemon_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            b.world.server.answer(BROKEN, accepted=True)
            b.receive(STATUS)
            b.advance(seconds=12)
            b.world.account.deliver(b.world.server.sent[0].message, "Sent")
            monkeypatch.setattr(b.daemon.sent["studio"]._reader, "_settled", lambda token: None)
            b.daemon.sent["studio"].read()
            assert state(b, 0) is MailState.UNKNOWN
            b.restart()
            assert state(b, 0) is MailState.SENT
            assert b.mails[0].raw is None

    def test_a_transport_with_a_defect_is_believed_to_have_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:

            def submit(*_: object) -> str:
                monkeypatch.undo()
                raise RuntimeError("a defect")

            monkeypatch.setattr(b.world.server, "submit", submit)
            assert b.receive(STATUS) == []
            assert [mail.recipient for mail in b.advance(seconds=12)] == ["robin@vale.example"]
            assert state(b, 0) is MailState.UNKNOWN


class TestACrash:
    def test_before_the_server_had_it_and_not_in_sent_it_is_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            power_cut(b, monkeypatch, "submit")
            assert state(b) is MailState.SUBMITTING
            mails = b.restart()
            assert [mail.recipient for mail in mails] == ["robin@vale.example"]
            assert "the daemon ended while handing it over" in mails[0].text
            assert state(b, 0) is MailState.UNKNOWN
            assert to_clients(b.advance(hours=20)) == []
            assert len(b.promises) == 1

    def test_found_in_sent_it_was_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            power_cut(b, monkeypatch, "submit", after=True)
            b.world.account.deliver(b.world.server.sent[0].message, "Sent")
            mails = b.restart()
            assert to_owner(mails) == []
            assert state(b) is MailState.SENT
            assert [promise.due for promise in b.promises] == [TUESDAY_REPORT]
            # The copy is there; none is added.
            b.advance(seconds=10)
            assert len(b.world.account.mails("Sent")) == 1

    def test_while_sent_cannot_be_asked_it_waits_and_then_is_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            power_cut(b, monkeypatch, "submit")
            monkeypatch.setattr(b.world.account, "_raise_fault", _down)
            assert b.restart() == []
            assert state(b) is MailState.SUBMITTING
            b.advance(minutes=5)
            assert state(b) is MailState.SUBMITTING
            b.advance(minutes=6)
            assert state(b, 0) is MailState.UNKNOWN

    def test_the_owners_notice_is_sent_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(clients={"acme": acme()}) as b:

            def submit(*_: Any) -> Any:
                raise Power

            with monkeypatch.context() as patch:
                patch.setattr(b.world.server, "submit", submit)
                with pytest.raises(Power):
                    b.receive(COMPLAINT)
            assert state(b) is MailState.SUBMITTING
            (mail,) = b.restart()
            assert "reads as a complaint" in mail.text
            assert [warned.state for warned in b.warned] == ["told"]

    def test_a_rehearsal_is_not_sent_to_the_client_by_the_live_daemon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(daemon={"mode": "rehearsal"}) as b:
            power_cut(b, monkeypatch, "submit")
            assert b.restart(daemon={"mode": "live"}) == []
            assert b.promises == []

    def test_what_was_claimed_is_free(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            with b.store.write() as tx:
                outbox.change(tx, [1], state=MailState.CLAIMED)
            b.restart()
            assert len(b.advance(minutes=3)) == 1

    def test_an_answer_time_is_not_promised_after_the_answer_came(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(clients={"acme": acme(report="[]")}) as b:
            power_cut(b, monkeypatch, "submit")
            b.clock.move(timedelta(minutes=10))
            raw = b.compose(
                "Well.", sender="robin@vale.example", to="wile@acme.example", answers="bench.1@elsewhere.example"
            )
            b.world.account.deliver(raw, "Sent")
            monkeypatch.setattr(b.world.account, "_raise_fault", _only("uids_with_header"))
            b.restart()
            monkeypatch.undo()
            assert b.obligations == []
            b.advance(minutes=1)
            assert state(b, 0) is MailState.UNKNOWN
            assert b.promises == []

    def test_nor_a_report_that_was_given_meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(now=TUESDAY_REPORT - timedelta(minutes=50)) as b:
            power_cut(b, monkeypatch, "submit")
            b.clock.move(timedelta(minutes=10))
            raw = b.compose("Here.", sender="robin@vale.example", to="wile@acme.example", subject="Report")
            b.world.account.deliver(raw, "Sent")
            monkeypatch.setattr(b.world.account, "_raise_fault", _only("uids_with_header"))
            b.restart()
            monkeypatch.undo()
            b.advance(minutes=1)
            assert state(b, 0) is MailState.UNKNOWN
            assert [(promise.state, promise.told) for promise in b.promises] == [(PromiseState.KEPT, False)]
            b.advance(hours=3)
            assert b.logged("promise.late") == []


def _down(operation: str) -> None:
    raise MailboxError("unreachable", "nobody there")


def _only(broken: str) -> Any:
    def fault(operation: str) -> None:
        if operation == broken:
            raise MailboxError("unavailable", "try later")

    return fault
