"""One mail a day, with everything in it, whatever happens to the daemon."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benches import BIRCH, QUESTION, STATUS, acme, plugin
from whiteglove.actions import Warn
from whiteglove.errors import ConfigurationError, SubmissionError
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge, daily_summary

MONDAY_EVENING = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


def only(mails: list[SentMail]) -> SentMail:
    (mail,) = mails
    return mail


def said(mail: SentMail) -> str:
    """The text on one line: how it is folded is not this plugin's affair."""
    return " ".join(mail.text.split())


def test_it_comes_at_its_time_to_the_owner_alone() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        assert bench.advance(hours=11, minutes=59) == []
        mail = only(bench.advance(minutes=1))
        assert mail.recipient == "robin@vale.example"
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert mail.message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
        (line,) = bench.logged("summary.sent")
        assert line["plugin"] == "daily_summary"


def test_its_time_is_a_setting() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING, at="21:30") as bench:
        assert len(bench.advance(hours=1, minutes=30)) == 1


def test_every_day_has_one_over_the_change_of_the_clocks() -> None:
    friday = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
    with Bench(daily_summary, now=friday) as bench:
        dates = []
        for _ in range(24 * 4):
            dates += [mail.message["Date"] for mail in bench.advance(hours=1)]
        assert [found[:16] for found in dates] == [
            "Sat, 28 Mar 2026", "Sun, 29 Mar 2026", "Mon, 30 Mar 2026", "Tue, 31 Mar 2026",
        ]  # fmt: skip


def test_a_restart_at_the_very_moment_sends_no_second_one() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        assert len(bench.advance(hours=12)) == 1
        assert bench.restart() == []
        assert bench.advance(minutes=1) == []
        # A new name of the schedule, a clock set back: the date is the key.
        assert bench.advance(hours=-2) == []
        assert bench.advance(hours=3) == []


def test_what_was_slept_through_is_one_summary_of_today() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        mail = only(bench.advance(days=3))
        assert mail.message["Date"].startswith("Thu, 05 Mar 2026")
        assert len(bench.advance(hours=12)) == 1


def test_reports_that_are_due_late_or_coming_stand_in_it() -> None:
    clients = {"acme": acme(report='["Tue 16:00"]'), "birch": BIRCH}
    with Bench(acknowledge, beside={"daily_summary": daily_summary}, delay="0s", clients=clients) as bench:
        bench.receive(STATUS)
        mail = only(bench.advance(hours=22))
        assert "report today at 16:00" in mail.text
        assert "promised" in mail.text
        assert "1 report due" in mail.subject
        mails = bench.advance(days=1)
        mail = next(mail for mail in mails if "Auto" not in mail.subject and "promise" in mail.subject)
        assert "the report promised for 2026-03-03 16:00 has not gone out" in said(mail)
        assert "whiteglove reports sent acme" in mail.text


def test_once_a_week_it_says_how_promises_were_kept() -> None:
    with Bench(acknowledge, beside={"daily_summary": (daily_summary, {"weekly": "Wed"})}, delay="0s") as bench:
        bench.receive(STATUS)
        assert "seven days" not in only(bench.advance(hours=22)).text
        bench.owner_sends("Here it is.", subject="Report")
        assert "1 kept in time, 0 kept late, 0 broken" in said(only(bench.advance(hours=24)))


def test_warnings_for_the_summary_are_told_in_it_once() -> None:
    def on_message(event: object) -> list[Warn]:
        return [Warn(reason="seen", key="seen", text="Acme wrote.", urgency="digest")]

    beside = {"other": plugin("other", on_message=on_message)}
    with Bench(daily_summary, now=MONDAY_EVENING, beside=beside) as bench:
        assert bench.receive(QUESTION) == []
        assert "Acme wrote." in only(bench.advance(hours=12)).text
        assert [warning.state for warning in bench.warned] == ["told"]
        assert "Acme wrote." not in only(bench.advance(days=1)).text


def test_one_that_the_server_refuses_is_tried_again_and_comes_once() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        bench.world.server.answer(SubmissionError("permanent", "554 no", code=554))
        assert bench.advance(hours=12) == []
        assert bench.logged("summary.sent") == []
        assert len(bench.advance(hours=2)) == 1
        assert bench.advance(hours=2) == []


def test_a_notice_does_not_slip_into_a_summary_that_waits() -> None:
    with Bench(acknowledge, beside={"daily_summary": daily_summary}, now=MONDAY_EVENING, delay="0s") as bench:
        bench.world.server.answer(SubmissionError("temporary", "451 later", code=451))
        assert bench.advance(hours=12) == []
        notice = only(bench.receive("I am very disappointed. This is unacceptable."))
        assert "disappointed" not in notice.text
        assert "complaint" in notice.text
        assert [mail.template for mail in bench.mails] == ["summary", "notice"]


def test_in_rehearsal_it_comes_all_the_same() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING, daemon={"mode": "rehearsal"}) as bench:
        assert len(bench.advance(hours=12)) == 1


def test_it_says_when_the_next_one_comes() -> None:
    with Bench(daily_summary, now=MONDAY_EVENING) as bench:
        assert "4 Mar, 08:00." in said(only(bench.advance(hours=12)))


def test_a_wrong_time_is_named_with_its_key() -> None:
    with pytest.raises(ConfigurationError, match="at"):
        Bench(daily_summary, at="8 o'clock")


def test_tomorrows_report_comes_after_todays_and_is_no_headline() -> None:
    clients = {"acme": acme(report='["Wed 09:00"]'), "birch": acme(report='["Tue 16:00"]').replace("acme", "birch")}
    with Bench(daily_summary, now=MONDAY_EVENING, clients=clients) as bench:
        mail = only(bench.advance(hours=12))
        assert said(mail).index("report today at 16:00") < said(mail).index("report tomorrow at 09:00")
        assert mail.subject.startswith("1 report due")
