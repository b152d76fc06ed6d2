"""A client's mail at most once, the owner's at least once, whatever servers and crashes do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benches import COMPLAINT, MANY, STATUS, TUESDAY_REPORT, acme, plugin, to_clients, to_owner
from outbox.conftest import ADA, BUSY, DOWN, OFFICE, REFUSED, bench, state
from whiteglove.actions import Warn
from whiteglove.errors import MailboxError, StoreError, SubmissionError
from whiteglove.ledger import MailState
from whiteglove.prepare import AnswerWriter
from whiteglove.store import outbox, warnings
from whiteglove.store import schema as tables
from whiteglove.testing import Bench


class TestServersThatSayNo:
    def test_refused_for_good_the_owner_is_told_and_nothing_more_goes_there(self) -> None:
        with bench() as b:
            b.world.server.answer(REFUSED)
            (mail,) = b.receive(STATUS)
            assert mail.recipient == "robin@vale.example"
            assert "refused by the server (550 5.1.1 no such user)" in mail.text
            assert (state(b, 0), b.promises) == (MailState.FAILED, [])
            assert b.advance(days=1) == []

    def test_for_now_it_is_tried_again_after_half_an_hour(self) -> None:
        with bench() as b:
            b.world.server.answer(BUSY)
            assert b.receive(STATUS) == []
            (line,) = b.logged("mail.deferred")
            assert line["due"] == "2026-03-02T09:30:00+00:00"
            assert b.advance(minutes=29) == []
            (mail,) = b.advance(minutes=1)
            assert mail.recipient == "wile@acme.example"
            assert [promise.due for promise in b.promises] == [TUESDAY_REPORT]

    def test_the_same_mail_keeps_its_message_id_over_the_tries(self) -> None:
        with bench() as b:
            b.world.server.answer(BUSY, accepted=True)
            b.receive(STATUS)
            b.advance(minutes=30)
            first, second = (sent.message for sent in b.world.server.sent)
            assert first.partition(b"Message-ID: ")[2][:40] == second.partition(b"Message-ID: ")[2][:40]

    def test_what_the_owner_answered_while_it_waited_is_called_off(self) -> None:
        with bench() as b:
            b.world.server.answer(BUSY)
            b.receive(STATUS)
            b.owner_sends("All is well.", answers="bench.1@elsewhere.example")
            assert b.advance(minutes=30) == []
            assert b.reasons == ["answered"]

    def test_when_the_time_to_be_told_has_come_it_is_withheld(self) -> None:
        with bench(now=TUESDAY_REPORT - timedelta(minutes=70)) as b:
            b.world.server.answer(BUSY, times=9)
            b.receive(STATUS)
            for _ in range(8):
                b.advance(minutes=10)
            assert state(b) is MailState.WITHHELD
            assert b.reasons == ["time_passed"]
            # It is not the Friday report that was asked for and decided on.
            assert to_clients(b.advance(days=1)) == []

    def test_a_refused_login_waits_longer(self) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("temporary", "535 no", code=535))
            b.receive(STATUS)
            assert b.advance(minutes=14) == []
            assert len(to_clients(b.advance(minutes=1))) == 1


class TestNoConnection:
    def test_a_short_break_costs_seconds(self) -> None:
        with bench() as b:
            b.world.server.answer(DOWN)
            b.receive(STATUS)
            assert len(b.advance(seconds=30)) == 1

    def test_a_long_one_at_most_some_minutes_more(self) -> None:
        with bench() as b:
            b.world.server.answer(DOWN, times=10)
            b.receive(STATUS)
            waited = timedelta(0)
            while state(b) is MailState.DEFERRED:
                b.advance(minutes=1)
                waited += timedelta(minutes=1)
            assert timedelta(minutes=30) < waited < timedelta(minutes=50)

    @pytest.mark.parametrize(("code", "minutes"), [(535, 15), (421, 30)])
    def test_a_refused_login_or_a_closing_server_is_no_reason_to_try_every_mail(self, code: int, minutes: int) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("temporary", f"{code} no", code=code))
            for number in range(4):
                b.deliver(STATUS, subject=f"Matter {number}")
            assert b.run() == []
            assert len(b.logged("mail.deferred")) == 1
            assert len(to_clients(b.advance(minutes=minutes))) == 4

    def test_nobody_knocks_again_for_each_mail(self) -> None:
        with bench() as b:
            for number in range(5):
                b.deliver(STATUS, subject=f"Matter {number}")
            b.world.server.answer(DOWN)
            assert b.run() == []
            assert [mail.attempts for mail in b.mails] == [1, 0, 0, 0, 0]
            assert len(b.advance(seconds=30)) == 5

    def test_another_mailbox_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(toml=OFFICE + MANY, looked=False) as b:
            b.world.account.create("Office")
            b.run()

            class Down:
                def submit(self, *_: object) -> str:
                    raise DOWN

            transports: Any = b.daemon.transports
            transports["studio"] = Down()
            b.deliver(STATUS)
            b.deliver(STATUS, sender=ADA, subject="Pages")
            raw = b.compose(STATUS, sender=ADA, subject="Office matter", to="office@vale.example")
            b.world.account.deliver(raw, "Office")
            assert [mail.subject for mail in b.run()] == ["Re: Office matter"]


class TestTheLastLookIntoSent:
    def test_an_answer_nobody_has_read_yet_is_read_before_the_mail_goes(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.clock.move(timedelta(minutes=2))
            raw = b.compose("Well.", sender="robin@vale.example", to="wile@acme.example")
            b.world.account.deliver(raw, "Sent")
            b.clock.move(timedelta(minutes=1))
            assert b.daemon.outbox.drain() == 0
            assert b.reasons == ["answered"]

    def test_where_sent_cannot_be_read_the_mail_waits(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.clock.move(timedelta(minutes=3))
            b.world.account.fail("folders", MailboxError("unavailable", "try later"), times=2)
            assert b.daemon.outbox.drain() == 0
            assert state(b) is MailState.PLANNED
            assert len(b.advance(seconds=30)) == 1

    def test_a_mail_that_has_not_waited_goes_at_once(self) -> None:
        with bench() as b:
            b.deliver(STATUS)
            for watcher in b.daemon.watchers:
                watcher.catch_up()
            b.daemon.desk.drain()
            b.world.account.fail("folders", MailboxError("unavailable", "try later"), times=9)
            assert b.daemon.outbox.drain() == 1

    def test_a_backlog_is_preceded_by_one_look_not_by_one_each(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            for number in range(6):
                b.deliver(STATUS, subject=f"Matter {number}")
            for watcher in b.daemon.watchers:
                watcher.catch_up()
            b.daemon.desk.drain()
            b.clock.move(timedelta(seconds=20))
            looks: list[str] = []
            read = b.daemon.sent["studio"].read
            monkeypatch.setattr(
                b.daemon.sent["studio"], "read", lambda *deadline: (looks.append("look"), read(*deadline))
            )
            assert b.daemon.outbox.drain() == 6
            assert looks == ["look"]

    def test_what_became_of_the_mail_before_does_not_wait_for_that_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench() as b:
            b.deliver(STATUS)
            b.deliver(STATUS, sender=ADA, subject="Pages")
            for watcher in b.daemon.watchers:
                watcher.catch_up()
            b.daemon.desk.drain()
            with b.store.write() as tx:
                # The second has waited, and Sent was last read before it came due.
                outbox.change(tx, [2], created_at=b.clock.now() - timedelta(minutes=1))
                tx.exec_driver_sql("UPDATE folders SET searched_at = 0 WHERE role = 'sent'")
            seen: list[MailState] = []
            monkeypatch.setattr(b.daemon.sent["studio"], "read", lambda *_: seen.append(state(b, 0)))
            assert b.daemon.outbox.drain() == 2
            assert seen == [MailState.SENT]


class TestWhatNobodyForesaw:
    def test_one_mail_that_cannot_be_written_does_not_hold_up_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(delay="3m") as b:
            b.deliver(STATUS)
            b.deliver(STATUS, sender=ADA, subject="Pages")
            b.run()
            prepare = AnswerWriter.prepare

            def failing(self: AnswerWriter, tx: Any, row: Any, now: datetime) -> Any:
                if row.row == 1:
                    raise KeyError("a defect")
                return prepare(self, tx, row, now)

            monkeypatch.setattr(AnswerWriter, "prepare", failing)
            mails = b.advance(minutes=3)
            assert [mail.recipient for mail in mails] == ["ada@acme.example"]
            for _ in range(4):
                mails = b.advance(minutes=9)
            assert b.reasons == ["not_written"]
            assert "the answer could not be written" in to_owner(mails)[0].text

    def test_a_full_disk_is_not_the_mails_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.clock.move(timedelta(minutes=3))

            def full(*_: Any) -> None:
                raise StoreError("database or disk is full")

            with monkeypatch.context() as patch:
                patch.setattr(AnswerWriter, "prepare", full)
                for _ in range(9):
                    with pytest.raises(StoreError):
                        b.daemon.outbox.drain()
            assert len(b.run()) == 1
            assert b.mails[0].attempts == 0

    def test_what_became_of_a_mail_is_written_when_the_disk_has_room_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with bench() as b:

            def full(*_: Any, **__: Any) -> None:
                raise OSError("no space left")

            with monkeypatch.context() as patch:
                patch.setattr(outbox, "tell", full)
                assert len(b.receive(STATUS)) == 1
                assert state(b) is MailState.SUBMITTING
                b.advance(seconds=6)
            assert b.advance(seconds=6) == []
            assert state(b) is MailState.SENT
            assert [promise.due for promise in b.promises] == [TUESDAY_REPORT]
            assert len(b.world.server.sent) == 1

    def test_a_mail_called_off_by_the_command_line_meanwhile_is_not_sent(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.clock.move(timedelta(minutes=3))
            read = b.daemon.sent["studio"].read

            def read_and_cancel(*deadline: float) -> None:
                read(*deadline)
                with b.store.write() as tx:
                    outbox.change(tx, [1], state=MailState.CANCELLED, reason="by_hand")

            b.daemon.sent["studio"].read = read_and_cancel  # type: ignore[method-assign]
            assert b.daemon.outbox.drain() == 0
            assert b.reasons == ["by_hand"]


def test_the_owner_is_told_instead_also_where_the_reason_came_up_while_the_mail_waited() -> None:
    with bench(delay="3m", clients={"acme": acme()}) as b:
        b.receive(STATUS)
        b.receive(COMPLAINT, sender=ADA, subject="Pages")
        mails = b.advance(minutes=3)
        assert to_clients(mails) == []
        assert "a complaint or missed deadline of theirs waits" in to_owner(mails)[0].text
        assert b.reasons == ["complaint_open"]


def test_the_next_due_time_is_the_earliest_of_all_that_waits() -> None:
    with bench(delay="3m") as b:
        assert b.daemon.outbox.next_due() is None
        b.receive(STATUS)
        assert b.daemon.outbox.next_due() == datetime(2026, 3, 2, 9, 3, tzinfo=UTC)


def test_an_idle_outbox_writes_nothing() -> None:
    with bench() as b:
        b.store.write = None  # type: ignore[assignment]
        assert b.daemon.outbox.drain() == 0


def test_between_the_decision_and_the_server_there_is_one_commit() -> None:
    with bench() as b:
        b.receive(STATUS)
        b.deliver(STATUS, sender=ADA, subject="Pages")
        for watcher in b.daemon.watchers:
            watcher.catch_up()
        b.daemon.desk.drain()
        steps: list[str] = []
        write, submit = b.store.write, b.world.server.submit

        def counted() -> Any:
            steps.append("commit")
            return write()

        def handed_over(*arguments: Any) -> str:
            steps.append("server")
            return submit(*arguments)

        b.store.write = counted  # type: ignore[method-assign]
        b.world.server.submit = handed_over  # type: ignore[method-assign]
        b.daemon.outbox.drain()
        assert steps == ["commit", "server", "commit"]


def test_a_backlog_costs_one_commit_a_mail() -> None:
    with bench() as b:
        for number in range(5):
            b.deliver(STATUS, subject=f"Matter {number}")
        for watcher in b.daemon.watchers:
            watcher.catch_up()
        b.daemon.desk.drain()
        commits = 0
        write = b.store.write

        def counted() -> Any:
            nonlocal commits
            commits += 1
            return write()

        b.store.write = counted  # type: ignore[method-assign]
        assert b.daemon.outbox.drain() == 5
        assert commits == 6
        assert {mail.state for mail in b.mails} == {MailState.SENT}


def test_the_result_of_one_mail_is_a_fact_for_the_next() -> None:
    with bench(toml=MANY.replace('person = "900', 'person = "2')) as b:
        for number in range(4):
            b.deliver(STATUS, subject=f"Matter {number}")
        mails = b.run()
        assert ["As noted today" in mail.text for mail in to_clients(mails)] == [False, True]
        assert b.reasons == ["limit_person"] * 2


def test_a_stop_leaves_what_waits_for_the_next_start() -> None:
    with bench() as b:
        for number in range(3):
            b.deliver(STATUS, subject=f"Matter {number}")
        for watcher in b.daemon.watchers:
            watcher.catch_up()
        b.daemon.desk.drain()
        stops = iter([False, False, True, True])
        assert b.daemon.outbox.drain(lambda: next(stops)) == 1
        assert [mail.state for mail in b.mails] == [MailState.SENT, MailState.PLANNED, MailState.PLANNED]


def test_the_digest_makes_no_mail() -> None:
    digest = plugin(on_message=lambda event: [Warn(reason="x", key="k", text="Later.", urgency="digest")])
    with Bench(digest) as b:
        b.receive("Hello")
        assert b.advance(days=10) == []
        with b.store.read() as tx:
            assert warnings.due(tx, b.clock.now() + timedelta(days=400)) == ()


STEPS = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(["wile", "ada"]), st.integers(0, 2)),
    st.tuples(st.just("complain"), st.sampled_from(["wile", "ada"]), st.integers(0, 2)),
    st.tuples(st.just("answer"), st.sampled_from(["wile", "ada"]), st.integers(0, 2)),
    st.tuples(st.just("report"), st.just("wile"), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from(["minutes", "hours"]), st.integers(1, 40)),
    st.tuples(st.just("fault"), st.sampled_from(["temporary", "permanent", "unknown"]), st.sampled_from([0, 451])),
    st.tuples(st.just("restart"), st.just(""), st.just(0)),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=4, max_size=25), delay=st.sampled_from(["0s", "3m"]))
@pytest.mark.long
def test_whatever_happens_no_client_is_told_twice_or_anything_but_the_ledgers_time(
    steps: list[tuple[str, str, int]], delay: str
) -> None:
    threads: dict[int, str] = {}
    with bench(delay=delay) as b:
        for step, who, number in steps:
            subject = f"Matter {number}"
            if step in ("ask", "complain"):
                text = STATUS if step == "ask" else COMPLAINT
                b.receive(text, sender=f"<{who}@acme.example>", subject=subject, answers=threads.get(number))
                threads.setdefault(number, b.last_message_id)
            elif step == "answer":
                b.owner_sends("Well.", to=f"{who}@acme.example", subject=subject, answers=threads.get(number))
            elif step == "report":
                b.owner_sends("Here it is.", subject="How far we are")
            elif step == "wait":
                b.advance(**{who: number})
            elif step == "fault":
                b.world.server.answer(SubmissionError(who, "no", code=number), accepted=who == "unknown")
            else:
                b.restart()
        b.advance(days=2)
        # Of the owner's notices one that may have arrived comes again; of the clients' mails none does.
        sent = [message_from_bytes(mail.message) for mail in b.world.server.sent if "acme" in mail.recipient]
        assert len({mail["Message-ID"] for mail in sent}) == len(sent)
        assert len({mail["In-Reply-To"] for mail in sent}) == len(sent)
        gone = [mail for mail in b.mails if mail.client and mail.state in (MailState.SENT, MailState.UNKNOWN)]
        dues = {promise.due for promise in b.promises}
        for mail in gone:
            assert mail.due in dues
            assert mail.submitted_at is not None
            assert mail.submitted_at < mail.due
            # No automatic mail while a word stands broken.
            passed = [promise for promise in b.promises if promise.due <= mail.submitted_at]
            assert all(promise.closed_at and promise.closed_at <= mail.submitted_at for promise in passed)
        with b.store.read() as tx:
            told = list(tx.execute(tables.told.select()))
        assert len({(row.address, row.thread, row.due) for row in told}) == len(told)
        # Nothing waits for ever, and nothing was lost on the way.
        assert not [mail for mail in b.mails if mail.state in (MailState.SUBMITTING, MailState.CLAIMED)]
        assert b.logged("message.parked") == []
        assert '"level": "error", "event": "an event' not in b.log.getvalue()
