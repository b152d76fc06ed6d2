"""Answers reach their time: a word before one is due, a word where one is overdue, each once and in working hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benches import BIRCH, QUESTION, STATUS, THANKS, acme
from whiteglove.ledger import PromiseState
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, incidents, replies, reports

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Monday at 10:00 in Berlin, where work goes on to 17:30: eight working hours later it is Tuesday, 09:30."""
NEARLY = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
JUTTA = "Jutta <jutta@birch.example>"
RECEIPTS = (acknowledge, {"delay": "0s", "answer": ["question"]})
GERMAN = acme().replace('language = "en"', 'language = "de"')


def make(clients: Mapping[str, str] | None = None, **settings: Any) -> Bench:
    return Bench(replies, clients=clients or {"acme": acme()}, **settings)


def until(bench: Bench, moment: datetime) -> None:
    """Go on to this moment in steps of a few hours, as a daemon would meet it."""
    while bench.clock.now() < moment:
        bench.advance(seconds=min(timedelta(hours=5), moment - bench.clock.now()).total_seconds())


def told(bench: Bench, reason: str = "") -> list[str]:
    return [warning.text for warning in bench.warned if warning.reason.startswith(reason or "answer_")]


class TestNearlyOverdue:
    def test_an_hour_of_work_before_it_is_due_once(self) -> None:
        with make() as bench:
            bench.receive(QUESTION, subject="Paper")
            assert bench.obligations[0].due == DUE
            until(bench, NEARLY - MINUTE)
            assert told(bench) == []
            until(bench, NEARLY + MINUTE)
            bench.restart()
            until(bench, DUE - MINUTE)
            (text,) = told(bench)
        assert text == (
            "Acme GmbH: the answer to “Paper” is due tomorrow at 09:30 and has waited 7 working hours. "
            "Next step: answer, or write when you will."
        )

    def test_an_answer_in_time_ends_it(self) -> None:
        with make() as bench:
            bench.receive(QUESTION)
            assert list(bench.timers) == ["answer:1"]
            bench.advance(minutes=1)
            bench.owner_sends("The heavy one.")
            assert bench.timers == {}
            until(bench, DUE + MINUTE)
            assert told(bench) == []

    def test_how_long_before_is_the_owners_choice(self) -> None:
        with make(remind="3h") as bench:
            bench.receive(QUESTION)
            assert bench.timers == {"answer:1": NEARLY - timedelta(hours=2)}
        with make(remind="0s") as bench:
            bench.receive(QUESTION)
            assert bench.timers == {}

    def test_of_a_short_time_half_is_left(self) -> None:
        with make({"acme": acme(reply_within="40m")}) as bench:
            bench.receive(QUESTION)
            assert told(bench) == []
            assert bench.timers == {"answer:1": BEGIN + timedelta(minutes=20)}

    def test_a_promised_answer_says_so_and_counts_as_reminded_of(self) -> None:
        with make(beside={"acknowledge": RECEIPTS}) as bench:
            bench.receive(QUESTION, subject="Paper")
            until(bench, NEARLY)
            (promise,) = bench.promises
            assert promise.reminded_at == NEARLY
            assert len(bench.logged("promise.reminded")) == 1
            assert "is due tomorrow at 09:30, as they were told, and has waited" in told(bench)[0]

    def test_what_was_slept_through_is_overdue_and_no_more(self) -> None:
        with make() as bench:
            bench.receive(QUESTION)
            bench.clock.move(DUE + MINUTE - BEGIN)
            bench.restart()
            assert [warning.reason for warning in bench.warned] == ["answer_overdue"]

    def test_without_a_time_agreed_nothing_is_late(self) -> None:
        with make({"acme": acme(reply_within=None)}) as bench:
            bench.receive(QUESTION)
            assert len(bench.obligations) == 1
            until(bench, BEGIN + timedelta(days=4))
            assert told(bench) == []

    def test_what_was_open_before_the_plugin_was_there_is_minded_too(self) -> None:
        with Bench(reports, beside={}) as bench:
            bench.receive(QUESTION)
            bench._modules = {"replies": (replies, {})}
            bench.name = "replies"
            bench.restart()
            assert bench.timers == {"answer:1": NEARLY}


class TestOverdue:
    def test_it_is_told_once(self) -> None:
        with make() as bench:
            bench.receive(QUESTION, subject="Paper")
            until(bench, DUE + MINUTE)
            bench.restart()
            until(bench, DUE + timedelta(days=2))
            (text,) = told(bench, "answer_overdue")
        assert text.startswith("Acme GmbH: the answer to “Paper” was due today at 09:30 and has waited 8 working")

    def test_a_late_promise_is_one_piece_of_news(self) -> None:
        beside = {"acknowledge": RECEIPTS, "incidents": incidents, "reports": reports}
        with make(beside=beside) as bench:
            bench.receive(QUESTION)
            until(bench, DUE + timedelta(hours=2))
            assert bench.promises[0].state is PromiseState.LATE
            assert told(bench, "answer_overdue") == []
            assert len(told(bench, "promise_late")) == 1

    def test_also_where_the_plugin_that_made_it_is_silent_about_it(self) -> None:
        with make(beside={"acknowledge": RECEIPTS}) as bench:
            bench.receive(QUESTION, subject="Paper")
            bench._modules.pop("acknowledge")
            bench.restart()
            until(bench, DUE + timedelta(hours=2))
            (text,) = told(bench, "promise_late")
        assert text.startswith("Acme GmbH: the answer to “Paper” was due today at 09:30, as they were told")

    def test_the_owner_hears_of_it_in_working_hours(self) -> None:
        friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
        with make({"acme": acme(reply_within="7h 30m")}, now=friday) as bench:
            bench.receive(QUESTION)
            until(bench, friday + timedelta(days=2))
            (late,) = [warning for warning in bench.warned if warning.reason == "answer_overdue"]
            assert bench.obligations[0].due == datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
            assert late.due == datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


class TestToldWhen:
    def test_whoever_knows_when_the_report_comes_waits_for_nothing_else(self) -> None:
        beside = {"acknowledge": (acknowledge, {"delay": "0s"})}
        with make({"acme": acme(report='["Fri 16:00"]')}, beside=beside) as bench:
            bench.receive(STATUS)
            assert len(bench.obligations) == 1
            until(bench, DUE + timedelta(hours=26))
            assert told(bench) == []

    def test_what_else_they_asked_is_still_minded(self) -> None:
        beside = {"acknowledge": (acknowledge, {"delay": "0s"})}
        with make({"acme": acme(report='["Fri 16:00"]')}, beside=beside) as bench:
            bench.receive(STATUS)
            bench.receive(QUESTION, subject="Paper")
            until(bench, DUE + timedelta(hours=2))
            assert all("“Paper”" in text and "Catalogue" not in text for text in told(bench))
            assert len(told(bench)) == 2

    def test_whoever_was_told_nothing_is_minded(self) -> None:
        with make({"acme": acme(report='["Fri 16:00"]')}) as bench:
            bench.receive(STATUS)
            until(bench, DUE + timedelta(hours=2))
            assert len(told(bench)) == 2


class TestTogether:
    def three(self, bench: Bench) -> None:
        """Three threads, half an hour apart."""
        for number, subject in enumerate(("Paper", "Ink", "Cover")):
            if number:
                bench.advance(minutes=30)
            bench.receive(QUESTION, subject=subject)

    def test_several_of_one_client_are_one_warning(self) -> None:
        with make() as bench:
            self.three(bench)
            assert len(bench.timers) == 3
            until(bench, NEARLY + MINUTE)
            (text,) = told(bench)
            assert text.startswith("Acme GmbH: 3 answers are due soon: “Paper” is due tomorrow at 09:30")
            assert "“Cover” is due tomorrow at 10:30" in text
            assert bench.timers == {}
            until(bench, DUE - MINUTE)
            assert len(told(bench)) == 1

    def test_overdue_ones_too(self) -> None:
        with make() as bench:
            self.three(bench)
            bench.clock.move(timedelta(days=1))
            bench.restart()
            (text,) = told(bench, "answer_overdue")
            assert text.startswith("Acme GmbH: 3 answers are overdue: “Paper” was due")
            until(bench, DUE + timedelta(days=3))
            assert len(told(bench)) == 1

    def test_one_that_is_answered_in_between_is_not_named(self) -> None:
        with make() as bench:
            self.three(bench)
            until(bench, NEARLY + MINUTE)
            bench.owner_sends("Ink is fine.", subject="Re: Cover", answers=bench.last_message_id)
            until(bench, DUE + MINUTE)
            (text,) = told(bench, "answer_overdue")
            assert text.startswith("Acme GmbH: 2 answers are overdue or due soon: “Paper” was due")
            assert "Cover" not in text

    def test_later_ones_and_other_clients_have_their_own(self) -> None:
        birch = BIRCH.replace("report =", 'reply_within = "8h"\nreport =')
        with make({"acme": acme(), "birch": birch}) as bench:
            bench.receive(QUESTION, subject="Paper")
            bench.receive(QUESTION, sender=JUTTA, subject="Ink")
            bench.advance(hours=2)
            bench.receive(QUESTION, subject="Cover")
            until(bench, DUE + timedelta(hours=2) - MINUTE)
            soon = told(bench, "answer_due")
        assert [text.partition(" is due")[0] for text in soon] == [
            "Acme GmbH: the answer to “Paper”",
            "Birch Holding: the answer to “Ink”",
            "Acme GmbH: the answer to “Cover”",
        ]
        assert not any("Birch" in text and "Acme" in text for text in soon)

    def test_a_few_are_named_and_the_others_counted(self) -> None:
        with make() as bench:
            for number in range(7):
                bench.receive(QUESTION, subject=f"Matter {number}")
            until(bench, NEARLY + MINUTE)
            (text,) = told(bench)
        assert "7 answers are due soon" in text
        assert "Matter 4" in text
        assert "Matter 5" not in text
        assert "; and 2 more." in text


class TestWhatWaits:
    """What the ledger opens, since this plugin rests on it."""

    def test_a_burst_in_one_thread_is_one_answer_owed_since_the_first(self) -> None:
        with make() as bench:
            bench.receive(QUESTION, subject="Paper")
            first = bench.last_message_id
            for _ in range(4):
                bench.advance(minutes=5)
                bench.receive("And which ink?", subject="Re: Paper", answers=first)
            (obligation,) = bench.obligations
            assert obligation.due == DUE
            until(bench, DUE + MINUTE)
            assert [len(told(bench, reason)) for reason in ("answer_due", "answer_overdue")] == [1, 1]

    @pytest.mark.parametrize(
        ("text", "headers"),
        [
            (THANKS, {}),
            ("I am out of the office until Monday.", {"Auto-Submitted": "auto-replied"}),
            ("Which paper? I am out of the office until Monday.", {"X-Autoreply": "yes"}),
        ],
        ids=["thanks", "out of office", "out of office, with a question in it"],
    )
    def test_thanks_and_machines_wait_for_nothing(self, text: str, headers: dict[str, str]) -> None:
        with make() as bench:
            bench.receive(text, headers=headers)
            assert (bench.recorded, bench.obligations, bench.timers) == (1, [], {})

    def test_a_receipt_waits_for_nothing(self) -> None:
        with make() as bench:
            mail = bench.compose("Your message was read.", sender="wile@acme.example", subject="Read: Paper")
            plain, report = b"Content-Type: text/plain", b"Content-Type: multipart/report; boundary=b;"
            assert plain in mail
            head = mail.replace(plain, report + b" report-type=disposition-notification;", 1)
            head, _, text = head.partition(b"\n\n")
            parts = (b"text/plain\n\n" + text, b"message/disposition-notification\n\nDisposition: manual; displayed\n")
            body = b"".join(b"--b\nContent-Type: " + part + b"\n" for part in parts) + b"--b--\n"
            bench.world.account.deliver(head + b"\n\n" + body, received_at=bench.clock.now())
            bench.run()
            assert (bench.recorded, bench.obligations) == (1, [])


def test_in_german() -> None:
    with make({"acme": GERMAN}, owner={"language": "de"}) as bench:
        bench.receive("Welches Papier empfehlen Sie für den Umschlag?", subject="Papier")
        until(bench, NEARLY)
        until(bench, DUE + MINUTE)
        soon, late = told(bench)
    assert soon.startswith(
        "Acme GmbH: Die Antwort auf „Papier“ ist morgen um 9:30 Uhr fällig und wartet seit 7 Arbeitsstunden."
    )
    assert "war heute um 9:30 Uhr fällig" in late
