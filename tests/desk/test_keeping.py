"""What the owner's own mail settles: the report, an answer, both, or neither."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benches import COMPLAINT, FRIDAY_REPORT, MANY, QUESTION, STATUS, TUESDAY_REPORT, acme, plugin, to_clients
from whiteglove.desk.keeping import Keeper
from whiteglove.ledger import Promise, PromiseKind, PromiseState
from whiteglove.store import ledger
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

ADA = "Ada Birdwell <ada@acme.example>"


def bench(*lines: str, **client: str) -> Bench:
    return Bench(acknowledge, delay="0s", clients={"acme": acme(*lines, **client)}, toml=MANY)


def promised(*lines: str, before: timedelta = timedelta(minutes=30)) -> Bench:
    """A client who was told Tuesday's report, and a clock that stands this long before it."""
    b = bench(*lines)
    b.receive(STATUS)
    b.clock.move(TUESDAY_REPORT - before - b.clock.now())
    b.run()
    return b


def reports(b: Bench) -> list[tuple[object, str, str]]:
    return [(promise.due, promise.state, promise.evidence) for promise in b.promises]


class TestTheReport:
    def test_a_mail_in_the_window_that_answers_nothing_is_the_report(self) -> None:
        with promised() as b:
            b.owner_sends("Here it is.", subject="How far we are")
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.KEPT, "window")]
            assert b.promises[0].late is False
            assert b.obligations == []

    def test_before_the_window_opens_it_is_not(self) -> None:
        with promised(before=timedelta(hours=25)) as b:
            b.owner_sends("A thought.", subject="Idea")
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.OPEN, "")]

    def test_an_answer_to_an_open_question_is_never_the_report_by_the_window_alone(self) -> None:
        with promised() as b:
            b.receive(QUESTION, subject="Paper", sender=ADA)
            b.owner_sends("This one.", subject="Re: Paper", answers=b.last_message_id, to="ada@acme.example")
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.OPEN, "")]
            assert [owed.address for owed in b.obligations] == ["wile@acme.example"]

    def test_nor_is_a_reply_to_a_mail_that_nobody_has_read_yet(self) -> None:
        with promised() as b:
            question = b.compose(QUESTION, sender=ADA, subject="Paper")
            answered = b.last_message_id
            # After a pause Sent is read first: the answer before the question.
            b.owner_sends("This one.", subject="Re: Paper", answers=answered, to="ada@acme.example")
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.OPEN, "")]
            b.world.account.deliver(question, received_at=b.clock.now() - timedelta(minutes=5))
            b.run()
            assert [owed.address for owed in b.obligations] == ["wile@acme.example"]

    def test_but_it_is_by_its_subject(self) -> None:
        with promised('report_subject = "Status"') as b:
            b.owner_sends("Here.", subject="Re: STATUS of the catalogue", answers="bench.1@elsewhere.example")
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.KEPT, "report_subject")]
            assert b.obligations == []

    def test_and_by_the_marker_of_our_draft(self) -> None:
        with promised() as b:
            b.owner_sends("Here.", answers="bench.1@elsewhere.example", headers={"X-Whiteglove-Report": "1"})
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.KEPT, "marker")]

    def test_it_answers_requests_for_one_and_nothing_else(self) -> None:
        with promised() as b:
            b.receive(QUESTION, subject="Paper", sender=ADA)
            b.owner_sends("Here it is.", subject="How far we are", to="wile@acme.example, ada@acme.example")
            assert [owed.address for owed in b.obligations] == ["ada@acme.example"]

    def test_kept_early_it_uses_up_the_slot_and_the_next_answer_tells_the_one_after(self) -> None:
        with promised() as b:
            b.owner_sends("Here it is.", subject="How far we are")
            b.advance(minutes=31)
            (mail,) = b.receive("Any news?", subject="News")
            assert "Friday, 6 March" in mail.text

    def test_so_it_does_where_nobody_was_told_of_the_slot(self) -> None:
        with bench() as b:
            b.clock.move(TUESDAY_REPORT - timedelta(hours=1) - b.clock.now())
            b.owner_sends("Here it is.", subject="How far we are")
            assert [(promise.due, promise.told) for promise in b.promises] == [(TUESDAY_REPORT, False)]
            b.advance(minutes=31)
            (mail,) = b.receive(STATUS)
            assert "Friday, 6 March" in mail.text
            b.advance(hours=2)
            assert b.logged("promise.late") == []

    def test_a_report_by_call_is_kept_by_no_mail(self) -> None:
        with bench(report='[{ at = "Tue 16:00", by = "call" }]') as b:
            b.receive(STATUS)
            b.clock.move(TUESDAY_REPORT - timedelta(minutes=30) - b.clock.now())
            b.owner_sends("A thought.", subject="Idea")
            assert [promise.state for promise in b.promises] == [PromiseState.OPEN]


class TestLate:
    @pytest.mark.parametrize(
        ("lines", "subject", "headers", "evidence"),
        [
            ((), "How far we are", None, "window"),
            (('report_subject = "Status"',), "Status", None, "report_subject"),
            ((), "How far we are", {"X-Whiteglove-Report": "1"}, "marker"),
        ],
    )
    def test_the_report_keeps_it_late_and_ends_the_silence(
        self, lines: tuple[str, ...], subject: str, headers: dict[str, str] | None, evidence: str
    ) -> None:
        with promised(*lines, before=timedelta(hours=-1)) as b:
            assert [promise.state for promise in b.promises] == [PromiseState.LATE]
            b.receive("Any news?", subject="News")
            assert b.reasons == ["promise_late"]
            b.owner_sends("Here it is.", subject=subject, headers=headers)
            (promise,) = b.promises
            assert (promise.state, promise.late, promise.evidence) == (PromiseState.KEPT, True, evidence)
            b.advance(minutes=31)
            assert len(to_clients(b.receive("Any news?", subject="More news"))) == 1

    def test_reports_sent_does_too(self) -> None:
        with promised(before=timedelta(hours=-1)) as b:
            assert sent(b) == b.promises[0]
            (promise,) = b.promises
            assert (promise.state, promise.late, promise.evidence) == (PromiseState.KEPT, True, "command")
            b.run()
            assert len(to_clients(b.receive("Any news?", subject="More news"))) == 1

    def test_after_it_was_broken_no_mail_mends_it(self) -> None:
        with promised(before=timedelta(days=-2)) as b:
            assert [promise.state for promise in b.promises] == [PromiseState.BROKEN]
            b.owner_sends("Here it is.", subject="How far we are")
            assert reports(b)[0] == (TUESDAY_REPORT, PromiseState.BROKEN, "")


def sent(b: Bench) -> Promise | None:
    with b.store.write() as tx:
        return Keeper(b.settings, b.store).report_sent(tx, b.settings.book.clients["acme"], b.clock.now(), "command")


class TestReportsSent:
    def test_without_a_promise_it_uses_up_the_next_slot(self) -> None:
        with bench() as b:
            first, second = sent(b), sent(b)
            assert first is not None
            assert second is not None
            assert [first.due, second.due] == [TUESDAY_REPORT, FRIDAY_REPORT]
            assert (first.evidence, first.told) == ("command", False)

    def test_it_answers_who_asked_for_the_report(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.receive(QUESTION, subject="Paper")
            sent(b)
            assert [owed.kinds[0] for owed in b.obligations] == ["question"]

    def test_without_a_cadence_there_is_nothing_to_keep(self) -> None:
        with bench(report="[]") as b:
            assert sent(b) is None
            assert b.promises == []


class TestAnswers:
    def test_in_the_thread_it_answers_whoever_asked_there(self) -> None:
        with bench() as b:
            b.receive(QUESTION)
            b.advance(minutes=5)
            b.owner_sends("This one.", answers="bench.1@elsewhere.example", to="ada@acme.example")
            assert b.obligations == []

    @pytest.mark.parametrize("to", ["wile@acme.example", "wile.coyote@acme.example"])
    def test_in_a_new_thread_it_answers_what_that_person_asked_before(self, to: str) -> None:
        with bench(report="[]") as b:
            b.receive(QUESTION)
            b.receive(QUESTION, subject="Paper", sender=ADA)
            b.advance(minutes=5)
            b.owner_sends("About your questions.", subject="Yours", to=to)
            assert [owed.address for owed in b.obligations] == ["ada@acme.example"]

    def test_what_is_asked_later_stays_open(self) -> None:
        with bench(report="[]") as b:
            b.owner_sends("Hello", subject="Hello")
            b.advance(minutes=1)
            b.receive(QUESTION)
            assert len(b.obligations) == 1

    def test_an_answer_keeps_the_promise_of_it(self) -> None:
        with bench(report="[]") as b:
            b.receive(STATUS)
            b.advance(hours=1)
            b.owner_sends("All is well.", answers="bench.1@elsewhere.example")
            (promise,) = b.promises
            assert (promise.kind, promise.state, promise.evidence) == (PromiseKind.ANSWER, PromiseState.KEPT, "answer")
            assert promise.late is False

    def test_after_its_time_it_is_kept_late(self) -> None:
        with bench(report="[]") as b:
            b.receive(STATUS)
            b.advance(days=1)
            b.owner_sends("All is well.", answers="bench.1@elsewhere.example")
            (promise,) = b.promises
            assert (promise.state, promise.late) == (PromiseState.KEPT, True)

    def test_a_complaint_is_answered_by_the_owners_mail_to_that_person(self) -> None:
        with bench(report="[]") as b:
            b.receive(COMPLAINT)
            b.advance(minutes=5)
            b.owner_sends("I am sorry.", subject="Sorry")
            with b.store.read() as tx:
                assert ledger.open_obligations(tx) == ()


class TestMailFromBeforeTheLine:
    def test_it_answers_what_it_is_read_after_and_no_plugin_hears_of_it(self) -> None:
        heard: list[object] = []
        made = plugin(on_sent=lambda event: heard.append(event))
        with Bench(made, daemon={"mode": "rehearsal"}, clients={"acme": acme()}) as b:
            b.receive(QUESTION, subject="Paper")
            b.receive(QUESTION, subject="Ink", sender=ADA)
            assert len(b.obligations) == 2
            # The owner answers while the daemon is being taken from rehearsal to live.
            b.clock.move(timedelta(minutes=5))
            raw = b.compose("This one.", sender="robin@vale.example", to="wile@acme.example")
            b.world.account.deliver(raw, "Sent", received_at=b.clock.now())
            assert b.restart(daemon={"mode": "live"}) == []
            assert [owed.address for owed in b.obligations] == ["ada@acme.example"]
            assert heard == []

    def test_it_keeps_no_report(self) -> None:
        with Bench(
            plugin(), looked=False, now=TUESDAY_REPORT, clients={"acme": acme('report_subject = "Status"')}
        ) as b:
            raw = b.compose("All is well.", sender="robin@vale.example", to="wile@acme.example", subject="Status")
            b.world.account.deliver(raw, "Sent", received_at=TUESDAY_REPORT - timedelta(minutes=10))
            b.run()
            assert reports(b) == []
            assert b.logged("promise.kept") == []


class TestACall:
    CALLS = '[{ at = "Tue 16:00", by = "call" }, "Fri 16:00"]'

    def calls(self, b: Bench) -> Promise | None:
        with b.store.write() as tx:
            keeper = Keeper(b.settings, b.store)
            return keeper.call_made(tx, b.settings.book.clients["acme"], b.clock.now())

    def test_in_its_time_it_is_the_report(self) -> None:
        with bench(report=self.CALLS) as b:
            b.receive(STATUS)
            b.receive(QUESTION, subject="Paper", sender=ADA)
            b.clock.move(TUESDAY_REPORT - timedelta(hours=1) - b.clock.now())
            assert self.calls(b) is not None
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.KEPT, "call")]
            assert [owed.address for owed in b.obligations] == ["ada@acme.example"]
            b.advance(hours=2)
            assert reports(b) == [(TUESDAY_REPORT, PromiseState.KEPT, "call")]

    def test_it_uses_up_a_slot_that_nobody_was_told(self) -> None:
        with bench(report=self.CALLS) as b:
            b.clock.move(TUESDAY_REPORT - timedelta(hours=1) - b.clock.now())
            kept = self.calls(b)
            assert kept is not None
            assert (kept.due, kept.told, kept.late) == (TUESDAY_REPORT, False, False)
            assert self.calls(b) is None

    def test_late_it_keeps_the_promise_late(self) -> None:
        with bench(report=self.CALLS) as b:
            b.receive(STATUS)
            b.clock.move(TUESDAY_REPORT - b.clock.now())
            b.advance(minutes=30)
            assert [promise.state for promise in b.promises] == [PromiseState.LATE]
            kept = self.calls(b)
            assert kept is not None
            assert kept.late

    def test_at_any_other_time_or_for_a_report_by_mail_it_keeps_nothing(self) -> None:
        with bench(report=self.CALLS) as b:
            b.clock.move(TUESDAY_REPORT - timedelta(hours=25) - b.clock.now())
            assert self.calls(b) is None
            b.clock.move(FRIDAY_REPORT - timedelta(hours=1) - b.clock.now())
            assert self.calls(b) is None
        with bench(report="[]") as b:
            assert self.calls(b) is None
