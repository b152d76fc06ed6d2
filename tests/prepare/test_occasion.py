"""What the facts of the ledger, the book and Sent make of an answer: told, withheld, and for which reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benches import (
    BIRCH,
    COMPLAINT,
    FRIDAY_REPORT,
    MANY,
    QUESTION,
    STATUS,
    TUESDAY_REPORT,
    acknowledging,
    acme,
    to_clients,
    to_owner,
)
from whiteglove.actions import Action, OpenIncident, Reply
from whiteglove.errors import SubmissionError
from whiteglove.events import MessageReceived
from whiteglove.ledger import IncidentKind, MailState, PromiseKind, PromiseState
from whiteglove.store import mutes
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

ADA = "Ada Birdwell <ada@acme.example>"


def bench(plugin: object = acknowledge, **options: object) -> Bench:
    given = {"clients": {"acme": acme()}, "toml": MANY, **options}
    if plugin is acknowledge:
        given = {"delay": "0s", **given}
    return Bench(plugin, **given)  # type: ignore[arg-type]


def late_bench(**options: object) -> Bench:
    """A client who was told a time that has passed without a report."""
    late = bench(**options)
    late.receive(STATUS)
    late.advance(days=1, hours=7)
    assert [promise.state for promise in late.promises] == [PromiseState.LATE]
    return late


class TestTold:
    def test_a_status_request_is_told_the_next_report_and_that_is_a_promise(self) -> None:
        with bench() as b:
            (mail,) = b.receive(STATUS)
            assert "Your next report comes tomorrow, Tuesday 3 March, at 16:00." in mail.text
            (promise,) = b.promises
            assert (promise.due, promise.state, promise.told) == (TUESDAY_REPORT, PromiseState.OPEN, True)

    def test_without_a_cadence_the_answer_by_time_is_told(self) -> None:
        with bench(clients={"acme": acme(report="[]")}) as b:
            (mail,) = b.receive(STATUS)
            # Eight working hours after Monday 10:00 are 1.5 h into Tuesday.
            assert "You will have my answer tomorrow, Tuesday 3 March, by 09:30." in mail.text
            (promise,) = b.promises
            assert (promise.kind, promise.obligation) == (PromiseKind.ANSWER, b.obligations[0].row)

    def test_without_either_there_is_no_time_to_tell(self) -> None:
        with bench(clients={"acme": acme(report="[]", reply_within=None)}) as b:
            assert b.receive(STATUS) == []
            assert b.promises == []
            assert b.mails == []

    def test_a_reply_that_would_tell_what_is_not_there_is_withheld(self) -> None:
        tells = acknowledging(
            on_message=lambda event: [Reply(reason="x", template="next_report", tells=PromiseKind.REPORT)]
        )
        with bench(tells, clients={"acme": acme(report="[]")}) as b:
            assert b.receive(STATUS) == []
            assert b.reasons == ["no_time_to_tell"]

    def test_the_second_mail_in_the_thread_is_told_nothing_more(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            assert b.receive("Any news?", answers="bench.1@elsewhere.example") == []
            assert b.reasons == ["told"]

    def test_so_is_one_that_joins_the_thread_through_an_older_reference_only(self) -> None:
        with bench() as b:
            b.receive(STATUS, headers={"References": "<root@acme.example>"})
            references = {"References": "<root@acme.example> <unknown@acme.example>"}
            assert b.receive("Any news?", subject="Another subject", headers=references) == []
            assert b.reasons == ["told"]

    def test_another_thread_gets_the_short_line_once(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            (mail,) = b.receive(STATUS, subject="Another matter")
            assert "As noted today: your next report comes tomorrow" in mail.text
            assert "(Written automatically; I read your mail myself.)" in mail.text
            assert b.receive("Any news?", answers=b.last_message_id, subject="Another matter") == []
            assert b.reasons == ["told"]
            assert len(b.promises) == 1

    def test_the_same_person_at_another_address_was_told_already(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            second = "Wile Coyote <wile.coyote@acme.example>"
            assert b.receive("Any news?", sender=second, answers="bench.1@elsewhere.example") == []
            assert b.reasons == ["told"]

    def test_another_person_of_the_client_is_told_the_same_promise(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            (mail,) = b.receive(STATUS, sender=ADA, answers="bench.1@elsewhere.example")
            assert mail.text.startswith("Hi Ada,")
            assert "tomorrow, Tuesday 3 March, at 16:00" in mail.text
            assert len(b.promises) == 1

    def test_two_threads_that_become_one_are_one(self) -> None:
        with bench() as b:
            b.receive(STATUS, headers={"References": "<one@acme.example>"})
            b.receive("Which paper do you recommend?", headers={"References": "<two@acme.example>"}, subject="Paper")
            joining = {"References": "<one@acme.example> <two@acme.example>"}
            assert b.receive("Any news?", headers=joining) == []
            assert b.reasons == ["told"]
            assert len({obligation.thread for obligation in b.obligations}) == 1

    def test_once_the_time_has_passed_the_next_one_is_told_anew(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.advance(days=1, hours=5)
            b.owner_sends("Here it is.", subject="Report")
            b.advance(hours=2)
            (mail,) = b.receive("Any news?", answers="bench.1@elsewhere.example")
            assert "Friday, 6 March" in mail.text


class TestTheOwnerIsThere:
    def test_two_mails_within_the_delay_get_one_answer(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.advance(minutes=1)
            b.receive("Any news?", answers="bench.1@elsewhere.example")
            mails = b.advance(minutes=2) + b.advance(minutes=5)
            assert len(mails) == 1
            assert b.reasons == ["told"]

    def test_a_quick_answer_in_the_thread_calls_it_off(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.advance(minutes=2)
            b.owner_sends("All is well.", answers="bench.1@elsewhere.example")
            assert b.advance(minutes=2) == []
            assert [(mail.state, mail.reason) for mail in b.mails] == [(MailState.CANCELLED, "answered")]
            assert b.logged("mail.cancelled")[0]["reason"] == "answered"

    @pytest.mark.parametrize("to", ["wile@acme.example", "wile.coyote@acme.example"])
    def test_so_does_a_new_mail_to_that_person(self, to: str) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.advance(minutes=2)
            b.owner_sends("Let us talk tomorrow.", subject="Something else", to=to)
            assert b.advance(minutes=2) == []
            assert b.reasons == ["answered"]

    def test_a_mail_to_a_colleague_of_theirs_in_another_thread_does_not(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.owner_sends("A question.", subject="Something else", to="ada@acme.example")
            assert len(b.advance(minutes=3)) == 1

    def test_an_answer_in_the_same_second_counts_in_the_thread_only(self) -> None:
        with bench(delay="3m") as b:
            b.receive(STATUS)
            b.owner_sends("All is well.", answers="bench.1@elsewhere.example")
            b.advance(minutes=3)
            assert b.reasons == ["answered"]

    def test_within_thirty_minutes_of_the_owners_own_mail_they_are_in_conversation(self) -> None:
        with bench() as b:
            b.owner_sends("The drafts are with you.", subject="Drafts")
            b.advance(minutes=29)
            assert b.receive(STATUS) == []
            assert b.reasons == ["in_conversation"]
            b.advance(minutes=2)
            assert len(b.receive("Any news?", answers=b.last_message_id)) == 1


class TestABrokenWord:
    def test_a_complaint_is_answered_by_nobody_but_the_owner_who_is_told_now(self) -> None:
        with bench() as b:
            (mail,) = b.receive(COMPLAINT)
            assert mail.recipient == "robin@vale.example"
            assert "reads as a complaint" in mail.text

    def test_while_it_is_open_a_status_request_is_not_answered_and_the_owner_told(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            (mail,) = b.receive(STATUS, sender=ADA, subject="Catalogue pages")
            assert mail.recipient == "robin@vale.example"
            assert "“Catalogue pages” and got no automatic answer: a complaint or missed deadline" in mail.text
            assert b.reasons == ["complaint_open"]

    def test_that_silence_ends_with_the_owners_answer(self) -> None:
        with bench() as b:
            b.receive(COMPLAINT)
            b.owner_sends("I am sorry; I call you at noon.", answers="bench.1@elsewhere.example")
            b.advance(hours=1)
            assert len(to_clients(b.receive(STATUS, sender=ADA, subject="Pages"))) == 1

    def test_the_calm_receipt_of_a_complaint_is_not_silenced_by_that_complaint(self) -> None:
        with bench(complaints="receipt") as b:
            (mail,) = to_clients(b.receive(COMPLAINT))
            assert "I will answer you personally tomorrow, Tuesday 3 March, by" in mail.text
            second = to_clients(b.receive(COMPLAINT, subject="Worse", sender=ADA))
            assert second == []
            assert b.reasons == ["complaint_open"]

    def test_an_open_incident_silences_every_answer_but_the_receipt_of_what_opened_it(self) -> None:
        def on_message(event: MessageReceived) -> list[Action]:
            receipt = Reply(reason="x", template="calm_receipt", tells=PromiseKind.ANSWER)
            kind = IncidentKind.COMPLAINT
            opened = OpenIncident(reason="x", client="acme", kind=kind, matter="x", message=event.message.row)
            return [opened, receipt]

        with bench(acknowledging(on_message=on_message)) as b:
            assert len(b.receive(QUESTION)) == 1
            assert to_clients(b.receive(QUESTION, sender=ADA, subject="Pages")) == []
            assert b.reasons == ["incident_open"]

    def test_a_late_promise_that_became_an_incident_silences_the_receipt_too(self) -> None:
        def on_message() -> list[Action]:
            kind = IncidentKind.PROMISE_LATE
            opened = OpenIncident(reason="x", client="acme", kind=kind, matter="promise:7", promise=7)
            return [opened, Reply(reason="x", template="calm_receipt", tells=PromiseKind.ANSWER)]

        with bench(acknowledging(on_message=on_message)) as b:
            assert to_clients(b.receive(QUESTION)) == []
            assert b.reasons == ["incident_open"]

    def test_after_a_late_promise_there_is_silence_and_the_owner_is_told_once_for_a_thread(self) -> None:
        with late_bench() as b:
            (mail,) = b.receive("Any news?", subject="News")
            assert mail.recipient == "robin@vale.example"
            assert "a promise to them is late" in mail.text
            assert b.receive("Any news yet?", subject="News", answers=b.last_message_id) == []
            assert b.reasons == ["promise_late", "promise_late"]

    def test_silence_holds_after_the_promise_was_broken(self) -> None:
        with late_bench() as b:
            b.advance(days=1, hours=2)
            assert [promise.state for promise in b.promises] == [PromiseState.BROKEN]
            assert to_clients(b.receive(STATUS, subject="News")) == []
            assert b.reasons == ["promise_late"]

    def test_and_ends_with_the_next_report(self) -> None:
        with late_bench() as b:
            b.advance(days=2, hours=15)
            b.owner_sends("Here it is.", subject="Report")
            assert [promise.state for promise in b.promises] == [PromiseState.BROKEN, PromiseState.KEPT]
            b.advance(hours=1)
            assert len(to_clients(b.receive(STATUS, subject="News"))) == 1

    def test_a_broken_answer_ends_with_the_answer(self) -> None:
        with bench(clients={"acme": acme(report="[]")}) as b:
            b.receive(STATUS)
            b.advance(days=3)
            assert [promise.state for promise in b.promises] == [PromiseState.BROKEN]
            b.receive(STATUS, subject="News")
            assert b.reasons == ["promise_late"]
            b.owner_sends("All is well.", answers="bench.1@elsewhere.example")
            b.advance(hours=1)
            assert len(to_clients(b.receive(STATUS, subject="Once more"))) == 1

    def test_a_promise_that_came_due_this_minute_keeps_the_answer_waiting_for_the_word(self) -> None:
        with bench(clients={"acme": acme("report_subject = 'Status'")}) as b:
            b.receive(STATUS)
            b.clock.move(TUESDAY_REPORT - b.clock.now() + timedelta(seconds=2))
            # The report lies in Sent, but nobody has read it yet when the question is handled.
            b.deliver(STATUS, sender=ADA, subject="News")
            for watcher in b.daemon.watchers:
                watcher.catch_up()
            with b.store.write() as tx:
                tx.exec_driver_sql("UPDATE folders SET searched_at = 0 WHERE role = 'sent'")
            b.daemon.desk.drain()
            assert b.mails[-1].state is MailState.PLANNED
            assert b.daemon.outbox.drain() == 0
            assert b.mails[-1].state is MailState.PLANNED
            raw = b.compose("Here.", sender="Robin Vale <robin@vale.example>", subject="Status", to="wile@acme.example")
            b.world.account.deliver(raw, "Sent", received_at=TUESDAY_REPORT - timedelta(minutes=40))
            (mail,) = to_clients(b.advance(seconds=10))
            assert "Friday, 6 March" in mail.text

    def test_a_promise_in_an_absence_entered_later_is_not_told_again(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            b.restart(owner={"away": ["2026-03-03"]})
            mails = b.receive(STATUS, sender=ADA, subject="Pages")
            assert to_clients(mails) == []
            assert b.reasons == ["promise_in_absence"]
            assert "the time promised to them lies on a day off" in to_owner(mails)[0].text

    def test_a_slot_nobody_was_told_moves_out_of_the_absence(self) -> None:
        with bench(owner={"away": ["2026-03-03"]}) as b:
            (mail,) = b.receive(STATUS)
            assert "Wednesday, 4 March" in mail.text


class TestWhoAndWhat:
    def test_people_of_another_client_among_the_recipients(self) -> None:
        with bench(clients={"acme": acme(), "birch": BIRCH}) as b:
            assert b.receive(STATUS, to="robin@vale.example, jutta@birch.example") == []
            assert b.reasons == ["several_clients"]

    def test_not_addressed(self) -> None:
        with bench() as b:
            assert b.receive(STATUS, to="kim@elsewhere.example", headers={"Cc": "robin@vale.example"}) == []
            assert b.reasons == ["not_addressed"]
            assert b.obligations == []

    @pytest.mark.parametrize(
        ("line", "reason"),
        [("acknowledge = false", "not_acknowledged"), ("muted_until = 2026-03-10", "muted")],
    )
    def test_the_clients_file_wants_none(self, line: str, reason: str) -> None:
        with bench(clients={"acme": acme(line)}) as b:
            assert b.receive(STATUS) == []
            assert b.reasons == [reason]
            assert len(b.obligations) == 1

    def test_the_mute_ends(self) -> None:
        with bench(clients={"acme": acme("muted_until = 2026-03-03")}) as b:
            b.advance(days=1)
            assert len(b.receive(STATUS)) == 1

    def test_a_word_from_the_command_line_silences_what_waits_already_and_ends_at_its_time(self) -> None:
        with bench(delay="10m", clients={"acme": acme(), "birch": BIRCH}) as b:
            b.receive(STATUS)
            with b.store.write() as tx:
                mutes.put(tx, "acme", b.clock.now() + timedelta(hours=1))
            assert b.advance(minutes=11) == []
            b.receive(STATUS, subject="Again")
            assert b.reasons == ["muted", "muted"]
            b.receive(STATUS, sender="Jutta <jutta@birch.example>")
            assert [mail.recipient for mail in b.advance(minutes=10)] == ["jutta@birch.example"]
            b.advance(minutes=39)
            b.receive(STATUS, subject="And now")
            (mail,) = b.advance(minutes=10)
            assert (mail.recipient, mail.subject) == ("wile@acme.example", "Re: And now")
            assert b.warned == []

    def test_an_unknown_person_at_a_clients_domain_is_recorded_and_not_answered(self) -> None:
        with bench() as b:
            assert b.receive(STATUS, sender="Roadrunner <road@acme.example>") == []
            assert len(b.reasons) == 1
            assert [obligation.address for obligation in b.obligations] == ["road@acme.example"]

    def test_with_acknowledge_domain_they_are_answered_and_greeted_by_no_name(self) -> None:
        with bench(clients={"acme": acme("acknowledge_domain = true")}) as b:
            path = {"Return-Path": "<road@acme.example>"}
            (mail,) = b.receive(STATUS, sender="Roadrunner <road@acme.example>", headers=path)
            assert mail.recipient == "road@acme.example"
            assert "Roadrunner" not in mail.text
            assert "Wile" not in mail.text

    def test_a_template_that_names_another_client_is_caught(self) -> None:
        own = {"acknowledge/next_report.en.txt": "{{ greeting }}\n\nAfter the Harbour Festival: {{ when }}."}
        with bench(clients={"acme": acme(), "birch": BIRCH}, templates=own) as b:
            (told,) = b.receive(STATUS)
            assert told.recipient == "robin@vale.example"
            assert "another client" in told.text
            assert b.reasons == ["discloses_client"]

    def test_a_value_that_names_another_client_is_caught(self) -> None:
        own = {"acknowledge/next_report.en.txt": "{{ greeting }}\n\n{{ remark }}"}
        telling = acknowledging(
            on_message=lambda event: [
                Reply(reason="x", template="next_report", values={"remark": "Birch Holding comes first."})
            ]
        )
        with bench(telling, clients={"acme": acme(), "birch": BIRCH}, templates=own) as b:
            assert to_clients(b.receive(QUESTION)) == []
            assert b.reasons == ["discloses_client"]

    def test_the_subject_that_the_client_wrote_is_no_disclosure(self) -> None:
        with bench(clients={"acme": acme(), "birch": BIRCH}) as b:
            (mail,) = b.receive(STATUS, subject="Birch Holding recommended you")
            assert mail.subject == "Re: Birch Holding recommended you"


class TestAgeAndLine:
    def test_what_is_older_than_max_age_is_not_answered(self) -> None:
        with bench() as b:
            b.deliver(STATUS, age=timedelta(hours=13))
            b.deliver(STATUS, sender=ADA, age=timedelta(hours=11))
            assert [mail.recipient for mail in b.run()] == ["ada@acme.example"]
            assert b.reasons == ["too_old"]

    def test_history_is_learned_from_and_never_answered(self) -> None:
        with bench(looked=False) as b:
            b.deliver(STATUS, age=timedelta(minutes=1))
            assert b.run() == []
            assert b.mails == []
            assert b.recorded == 1
            assert len(b.obligations) == 1
            assert len(b.receive(STATUS)) == 1

    def test_a_plugin_that_would_answer_history_is_held_back(self) -> None:
        rash = acknowledging(
            on_message=lambda event: [Reply(reason="x", template="answer_by", tells=PromiseKind.ANSWER)]
        )
        with bench(rash, looked=False) as b:
            b.deliver(STATUS)
            assert b.run() == []
            assert b.reasons == ["history"]
            assert b.warned == []

    def test_live_since_makes_what_lies_below_the_line_live(self) -> None:
        with bench(looked=False, daemon={"live_since": datetime(2026, 3, 2, 8, 30, tzinfo=UTC)}) as b:
            b.deliver(STATUS, age=timedelta(minutes=31))
            b.deliver(STATUS, sender=ADA, age=timedelta(minutes=30))
            assert [mail.recipient for mail in b.run()] == ["ada@acme.example"]


class TestLimits:
    @pytest.mark.parametrize(
        ("limit", "reason"), [("person", "limit_person"), ("domain", "limit_domain"), ("all", "limit_all")]
    )
    def test_a_limit_that_is_reached_withholds_and_the_owner_is_told_once(self, limit: str, reason: str) -> None:
        with bench(toml=MANY.replace(f'{limit} = "900', f'{limit} = "2')) as b:
            mails = [mail for number in range(4) for mail in b.receive(STATUS, subject=f"Matter {number}")]
            assert len(to_clients(mails)) == 2
            assert b.reasons == [reason] * 2
            assert len(to_owner(mails)) == 1

    def test_all_addresses_of_a_person_count_together(self) -> None:
        with bench(toml=MANY.replace('person = "900', 'person = "1')) as b:
            b.receive(STATUS)
            b.receive(STATUS, subject="Pages", sender="Wile Coyote <wile.coyote@acme.example>")
            assert b.reasons == ["limit_person"]

    def test_a_day_later_there_is_room_again(self) -> None:
        with bench(toml=MANY.replace('person = "900', 'person = "1')) as b:
            b.receive(STATUS)
            b.advance(days=1, minutes=1)
            assert len(to_clients(b.receive(STATUS, subject="Pages"))) == 1

    def test_nothing_more_goes_to_an_address_that_was_refused_for_good(self) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("permanent", "550 5.1.1 no such user", code=550))
            b.receive(STATUS)
            b.receive(STATUS, subject="Pages")
            assert b.reasons == ["failed_address"]
            assert len(to_clients(b.receive(STATUS, sender=ADA, subject="Pages"))) == 1


def test_an_answer_planned_for_one_report_tells_the_next_after_that_was_kept_early() -> None:
    with bench(delay="40m", clients={"acme": acme("report_subject = 'Status'")}) as b:
        b.clock.move(TUESDAY_REPORT - timedelta(hours=2) - b.clock.now())
        b.receive(STATUS, sender=ADA)
        b.owner_sends("Here it is.", subject="Status of the catalogue", to="wile@acme.example")
        (mail,) = to_clients(b.advance(minutes=45))
        assert "Friday, 6 March" in mail.text
        assert [promise.due for promise in b.promises if promise.told] == [FRIDAY_REPORT]


def test_the_time_told_is_the_time_in_the_ledger_whenever_it_is_asked_for() -> None:
    with bench(now=datetime(2026, 3, 27, 9, tzinfo=UTC)) as b:
        for hours in (0, 3, 3, 30, 30, 30):
            b.advance(hours=hours)
            b.receive(STATUS, subject=f"After {hours} hours", sender=ADA)
        told = [mail.due for mail in b.mails if mail.state is MailState.SENT and mail.client]
        assert told
        assert set(told) <= {promise.due for promise in b.promises}
