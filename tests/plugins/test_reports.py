"""Reports go out at their time: reminders and drafts before, an honest note after, a word about the rhythm at first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benches import BIRCH, COMPLAINT, FRIDAY_REPORT, QUESTION, STATUS, TUESDAY_REPORT, acme
from whiteglove.ledger import DraftState, PromiseState
from whiteglove.store.drafts import DraftRow
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, incidents, reports

HOUR = timedelta(hours=1)
GERMAN = """
name = "Birke GmbH"
timezone = "Europe/Berlin"
language = "de"
address_form = "formal"
report = ["Tue 16:00", { at = "Thu 10:00", by = "call" }]
reply_within = "8h"
[[people]]
name = "Dr. Jutta Forst"
addresses = ["jutta@birke.example"]
[[projects]]
name = "Hafenfest"
deadline = 2026-04-17
"""


def make(clients: Mapping[str, str] | None = None, **settings: Any) -> Bench:
    beside = {"acknowledge": (acknowledge, {"delay": "0s"}), "incidents": incidents}
    return Bench(reports, beside=beside, clients=clients or {"acme": acme()}, **settings)


def until(bench: Bench, moment: datetime) -> list[SentMail]:
    """Go on to this moment, stopping wherever something is due on the way, as a daemon would."""
    mails: list[SentMail] = []
    while (now := bench.clock.now()) < moment:
        due = bench.daemon.scheduler.next_run() or moment
        mails += bench.advance(seconds=(min(due, moment) - now).total_seconds())
    return mails


def placed(bench: Bench, name: str) -> list[DraftRow]:
    return [row for row in bench.drafts if row.key.startswith(f"{name}:") and row.state is DraftState.PLACED]


def told(bench: Bench, reason: str) -> list[str]:
    return [warning.text for warning in bench.warned if warning.reason == reason]


def text_of(bench: Bench, subject: str) -> str:
    (mail,) = [mail for mail in bench.drafted if subject in mail.subject]
    return mail.text


class TestReminders:
    def test_a_working_day_and_an_hour_before_each_once(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT - timedelta(days=1) - timedelta(minutes=1))
            assert told(bench, "report_due") == []
            until(bench, TUESDAY_REPORT - timedelta(days=1) + timedelta(minutes=1))
            assert len(told(bench, "report_due")) == 1
            until(bench, TUESDAY_REPORT - HOUR + timedelta(minutes=1))
            bench.restart()
            first, second = told(bench, "report_due")
        assert first.startswith("Acme GmbH: the report is due tomorrow at 16:00, as they were told.")
        assert second.startswith("Acme GmbH: the report is due today at 16:00, as they were told.")
        assert "Drafts" in second

    def test_the_promise_says_that_it_was_reminded_of_and_the_log_too(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT - HOUR)
            (promise,) = bench.promises
            assert promise.reminded_at == TUESDAY_REPORT - HOUR
            assert [line["client"] for line in bench.logged("promise.reminded")] == ["acme", "acme"]

    def test_a_day_is_a_working_day(self) -> None:
        monday = acme(report='["Mon 16:00"]')
        due = datetime(2026, 3, 9, 15, tzinfo=UTC)
        with make({"acme": monday}) as bench:
            until(bench, due - timedelta(days=4))
            before = len(told(bench, "report_due"))
            until(bench, due - timedelta(days=3) + timedelta(minutes=1))
            assert len(told(bench, "report_due")) == before + 1

    def test_several_slept_through_are_one(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            bench.clock.move(TUESDAY_REPORT - timedelta(minutes=30) - bench.clock.now())
            bench.restart()
            assert len(told(bench, "report_due")) == 1

    def test_a_report_given_early_ends_them_and_the_next_one_is_its_own(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT - 4 * HOUR)
            bench.owner_sends("All pages are done.", subject="Status")
            until(bench, TUESDAY_REPORT + HOUR)
            assert len(told(bench, "report_due")) == 1
            assert placed(bench, "report") == []
            until(bench, FRIDAY_REPORT - HOUR + timedelta(minutes=1))
            assert len(told(bench, "report_due")) == 3

    def test_a_call_is_no_mail_to_be_drafted(self) -> None:
        with make({"birke": GERMAN}) as bench:
            until(bench, datetime(2026, 3, 5, 8, 1, tzinfo=UTC))
            call = told(bench, "report_due")[-1]
            assert "the call is due today at 10:00" in call
            assert "whiteglove note" in call
            assert not any("2026-03-05" in row.key for row in bench.drafts)

    def test_when_to_remind_is_the_owners_choice(self) -> None:
        with make(remind=["30m"]) as bench:
            until(bench, TUESDAY_REPORT - timedelta(minutes=31))
            assert told(bench, "report_due") == []
            until(bench, TUESDAY_REPORT)
            assert len(told(bench, "report_due")) == 1


class TestTheDraft:
    def test_it_holds_what_the_report_needs(self) -> None:
        with make({"birch": BIRCH.replace("[[projects]]", "[[projects]]\ndeadline = 2026-04-17")}) as bench:
            bench.receive(QUESTION, sender="Jutta <jutta@birch.example>", subject="Paper for the cover")
            until(bench, datetime(2026, 3, 4, 9, 1, tzinfo=UTC))
            text = text_of(bench, "Status report: Harbour festival")
        assert text.startswith("Hi Jutta,")
        assert "Done since my last report:" in text
        assert "- Paper for the cover (" in text
        assert "[answer]" in text
        assert "- Harbour festival: Friday, 17 April" in text
        assert "My next report comes Wednesday, 11 March at 11:00." in text
        assert "automatically" not in text

    def test_sent_on_it_is_the_report(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT - HOUR + timedelta(minutes=1))
            (row,) = placed(bench, "report")
            bench.owner_sends(
                "All pages are done.", subject="Where we are", headers={"X-Whiteglove-Draft": str(row.token)}
            )
            promise = bench.promises[0]
            assert (promise.state, promise.evidence) == (PromiseState.KEPT, "marker")
            assert [known.state for known in bench.drafts if known.row == row.row] == [DraftState.SENT]

    def test_its_subject_is_the_one_that_proves_it(self) -> None:
        with make({"acme": acme('report_subject = "Weekly status"')}) as bench:
            until(bench, TUESDAY_REPORT - HOUR + timedelta(minutes=1))
            assert "Weekly status" in [mail.subject for mail in bench.drafted]

    def test_nothing_is_laid_ready_where_the_owner_does_not_want_it(self) -> None:
        with make(drafts=False, introduce=False) as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT + HOUR)
            assert bench.drafts == []
            assert len(told(bench, "report_due")) == 2

    def test_an_open_incident_has_its_place(self) -> None:
        with make() as bench:
            bench.receive(COMPLAINT, subject="Where is it")
            until(bench, TUESDAY_REPORT - HOUR + timedelta(minutes=1))
            text = text_of(bench, "Status report")
        assert "What went wrong, and where it stands:" in text
        assert "- Where is it (Monday, 2 March): [what has been done about it]" in text

    def test_nothing_of_it_is_relative_to_a_day_on_which_it_may_not_be_sent(self) -> None:
        with make() as bench:
            bench.receive(QUESTION, subject="Paper")
            bench.receive(STATUS, subject="How far")
            until(bench, TUESDAY_REPORT + HOUR)
            texts = " ".join(mail.text for mail in bench.drafted)
        assert not {"today", "tomorrow", "yesterday"} & set(texts.replace(",", " ").split())


class TestLate:
    def test_two_honest_lines_lie_ready_and_the_owner_knows_at_once(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT - timedelta(minutes=1))
            mails = bench.advance(minutes=1, seconds=30)
            assert [mail.recipient for mail in mails] == ["robin@vale.example"]
            (note,) = placed(bench, "late")
            text = next(mail.text for mail in bench.drafted if "is not with you" in mail.text)
            assert [incident.kind for incident in bench.incidents] == ["promise_late"]
            assert note.is_report is False
        said = " ".join(text.split())
        assert "The report I promised for Tuesday, 3 March, 16:00 is not with you. It will be by" in said
        assert text.count("sorry") == 1

    def test_no_cheerful_answer_follows(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT + timedelta(minutes=2))
            sent = bench.receive("Any news?", subject="Pages")
            assert [mail.recipient for mail in sent if mail.recipient != "robin@vale.example"] == []
            assert bench.reasons == ["promise_late"]

    def test_once_the_report_is_out_the_note_is_taken_away(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT + timedelta(minutes=2))
            bench.owner_sends("Here it is.", subject="Status")
            bench.advance(minutes=1)
            assert placed(bench, "late") == []
            assert placed(bench, "report") == []

    def test_the_note_that_it_is_late_is_not_the_report(self) -> None:
        with make() as bench:
            bench.receive(STATUS)
            until(bench, TUESDAY_REPORT + timedelta(minutes=2))
            late = next(at for at, mail in enumerate(bench.drafted) if "is not with you" in mail.text)
            bench.owner_sends_draft(late)
            assert [promise.state for promise in bench.promises] == [PromiseState.LATE]
            assert [incident.state for incident in bench.incidents] != ["resolved"]
            bench.owner_sends("Here it is.", subject="The catalogue")
            assert [(promise.state, promise.late) for promise in bench.promises] == [(PromiseState.KEPT, True)]

    def test_a_slot_that_nobody_was_promised_is_only_pointed_out(self) -> None:
        with make() as bench:
            until(bench, TUESDAY_REPORT + timedelta(minutes=2))
            (text,) = told(bench, "report_unnoticed")
            assert bench.incidents == []
            assert placed(bench, "late") == []
        assert text.startswith("Acme GmbH: a report was planned today at 16:00 and has not gone out")
        assert "whiteglove reports sent acme" in text

    def test_so_is_one_that_was_moved(self) -> None:
        moved = TUESDAY_REPORT + 20 * HOUR
        with make() as bench:
            bench.moves_report(moved)
            until(bench, TUESDAY_REPORT + HOUR)
            assert told(bench, "report_unnoticed") == []
            until(bench, moved + timedelta(minutes=2))
            (text,) = told(bench, "report_unnoticed")
        assert text.startswith("Acme GmbH: a report was planned today at 12:00 and has not gone out")

    def test_nor_that_where_it_went_out(self) -> None:
        with make() as bench:
            until(bench, TUESDAY_REPORT - HOUR)
            bench.owner_sends("All pages are done.", subject="Status")
            until(bench, TUESDAY_REPORT + HOUR)
            assert told(bench, "report_unnoticed") == []

    def test_a_restart_at_that_moment_loses_nothing_and_doubles_nothing(self) -> None:
        with make() as bench:
            until(bench, TUESDAY_REPORT + timedelta(seconds=30))
            bench.restart()
            bench.clock.move(timedelta(minutes=5))
            bench.restart()
            bench.restart()
            assert len(told(bench, "report_unnoticed")) == 1


class TestTheRhythm:
    def test_a_client_with_a_cadence_gets_one_draft_that_introduces_it(self) -> None:
        with make() as bench:
            text = " ".join(text_of(bench, "When you will hear from me").split())
            bench.restart()
            bench.advance(hours=3)
            assert len([row for row in bench.drafts if row.key == "rhythm:acme"]) == 1
        assert "you will hear from me every Tuesday and Friday at 16:00" in text
        assert "The first time is Tuesday, 3 March" in text
        assert "within 8 working hours" in text

    def test_it_names_a_first_time_that_is_still_to_come(self) -> None:
        with make() as bench:
            for at in ("Tuesday, 3 March", "Friday, 6 March", "Tuesday, 10 March"):
                assert f"The first time is {at}" in " ".join(text_of(bench, "When you will hear from me").split())
                bench.advance(days=1, hours=7)
                bench.advance(days=2)
            bench.advance(days=40)
            assert [mail for mail in bench.drafted if mail.subject.startswith("When you will hear")] == []

    def test_a_client_file_that_comes_later_gets_its_own(self) -> None:
        with make() as bench:
            bench.restart(clients={"acme": acme(), "birch": BIRCH})
            assert [row.key for row in bench.drafts] == ["rhythm:acme", "rhythm:birch"]

    def test_in_german_and_formally(self) -> None:
        with make({"birke": GERMAN}) as bench:
            text = " ".join(text_of(bench, "Wann Sie von mir hören").split())
        assert "Sie hören von mir jeden Dienstag um 16:00 Uhr" in text
        assert "bekommen einen Anruf von mir jeden Donnerstag um 10:00 Uhr" in text
        assert "Guten Tag" in text

    def test_without_a_cadence_there_is_nothing_to_introduce(self) -> None:
        with make({"acme": acme(report="[]")}) as bench:
            assert bench.drafts == []

    def test_one_that_was_deleted_never_comes_back(self) -> None:
        with make() as bench:
            for mail in bench.world.account.mails("Drafts"):
                bench.world.account.expunge(mail.uid, "Drafts")
            bench.restart()
            bench.advance(hours=26)
            assert [row.key for row in bench.drafts if row.key.startswith("rhythm")] == ["rhythm:acme"]


@pytest.mark.parametrize("hours", [7, 23, 31])
def test_a_restart_at_any_hour_changes_nothing(hours: int) -> None:
    def story(*, restarts: bool) -> list[tuple[str, str]]:
        with make() as bench:
            bench.receive(STATUS)
            for _ in range(hours):
                bench.advance(hours=1)
            if restarts:
                bench.restart()
            until(bench, FRIDAY_REPORT + HOUR)
            return sorted((warning.reason, warning.key) for warning in bench.warned)

    assert story(restarts=True) == story(restarts=False)
