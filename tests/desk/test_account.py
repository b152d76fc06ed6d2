"""The core's own part of a summary: it stands there whatever plugins there are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from benches import QUESTION, STATUS, acme, plugin
from whiteglove.actions import Warn
from whiteglove.desk.account_words import words_in
from whiteglove.desk.summing import build
from whiteglove.errors import MailboxError, SubmissionError
from whiteglove.ledger import Audience, MailState
from whiteglove.sections import Mark, Place, Section
from whiteglove.store import outbox
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge, daily_summary


def section(bench: Bench, place: Place) -> Section:
    summary = build(bench.settings, bench.host, bench.store, None, bench.clock.now())
    return next(found for found in summary.sections if found.place is place)


def test_what_was_withheld_stands_there_with_its_reason_in_words() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme("acknowledge = false")}) as bench:
        bench.receive(STATUS, subject="Covers")
        bench.clock.move(timedelta(seconds=1))
        (item,) = section(bench, Place.HELD_BACK).items
        assert item.text == "“Covers”: the client's file says acknowledge = false"
        assert (item.client, item.mark) == ("acme", Mark.HELD)


def test_what_the_guard_refuses_at_the_last_moment_stands_there_too() -> None:
    with Bench(acknowledge, delay="1h") as bench:
        bench.receive(STATUS, subject="Covers")
        bench.advance(minutes=50)
        bench.owner_sends("A word on something else.", subject="Invoice", to="ada@acme.example, wile@acme.example")
        bench.advance(minutes=11)
        mail = bench.mails[-1]
        assert mail.settled_at == bench.clock.now()


def test_what_was_refused_and_what_nobody_knows_are_failures_and_part_of_the_headline() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
        bench.world.server.answer(SubmissionError("permanent", "550 no such user", code=550))
        bench.receive(STATUS, subject="Covers")
        bench.world.server.answer(SubmissionError("unknown", "connection lost"))
        bench.receive(STATUS, subject="Walls", sender="Ada <ada@acme.example>")
        bench.advance(seconds=12)
        bench.clock.move(timedelta(seconds=1))
        found = section(bench, Place.HELD_BACK)
        assert [item.mark for item in found.items] == [Mark.FAILED, Mark.FAILED]
        assert "for good" in found.items[0].text
        assert "Sent" in found.items[1].text
        assert found.headline == "2 failed"


def test_nothing_held_back_is_said_in_a_few_words() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.receive(STATUS)
        found = section(bench, Place.HELD_BACK)
        assert (found.items, found.quiet) == ((), "nothing was held back")


def test_what_is_parked_waits_for_a_person() -> None:
    def on_message(event: object) -> None:
        raise RuntimeError("no")

    with Bench(plugin(on_message=on_message)) as bench:
        bench.receive(QUESTION)
        for _ in range(5):
            bench.advance(hours=2)
        (item,) = section(bench, Place.HELD_BACK).items
        assert item.text == "one event could not be handled and waits for you"
        assert item.mark is Mark.FAILED
        rests = [found.text for found in section(bench, Place.HEALTH).items]
        assert "plugin made failed too often and rests" in rests


def test_what_plugins_wanted_told_in_the_summary_is_told() -> None:
    def on_message(event: object) -> list[Warn]:
        return [Warn(reason="seen", key="seen", text="Acme wrote.", urgency="digest", client="acme")]

    with Bench(plugin(on_message=on_message)) as bench:
        assert bench.receive(QUESTION) == []
        (item,) = section(bench, Place.TOLD).items
        assert (item.text, item.client) == ("Acme wrote.", "acme")


def test_each_mailbox_says_when_it_was_last_searched() -> None:
    with Bench(daily_summary) as bench:
        first, traffic = section(bench, Place.HEALTH).items
        assert (first.text, first.mark) == ("mailbox studio: last searched today, 10:00", Mark.OK)
        assert first.detail == ""
        assert traffic.text == "messages read: 0, mails sent: 0"


def test_a_mailbox_that_was_not_searched_for_long_is_not_well() -> None:
    with Bench(daily_summary) as bench:
        bench.world.account.fail("connect", MailboxError("unreachable", "no route"))
        bench.advance(hours=1)
        (item, _) = section(bench, Place.HEALTH).items
        assert (item.text, item.mark) == ("mailbox studio: not searched since today, 10:00", Mark.FAILED)
        assert item.detail == "longest gap 1 h, from today, 10:00"


def test_a_mailbox_that_was_never_searched_says_so() -> None:
    with Bench(daily_summary, looked=False) as bench:
        (item, _) = section(bench, Place.HEALTH).items
        assert (item.text, item.mark) == ("mailbox studio: a folder of it was never searched", Mark.FAILED)


def test_the_longest_gap_stays_known_once_the_mailbox_is_well_again() -> None:
    with Bench(daily_summary) as bench:
        bench.advance(hours=1, minutes=25)
        bench.advance(minutes=2)
        item = section(bench, Place.HEALTH).items[0]
        assert (item.mark, item.detail) == (Mark.OK, "longest gap 1 h 25 min, from today, 10:00")


def test_what_comes_due_next_is_named() -> None:
    with Bench(daily_summary) as bench:
        assert "due" not in section(bench, Place.HEALTH).items[-1].text
        bench.receive(QUESTION)
        assert section(bench, Place.HEALTH).items[-1].text == "next moment that comes due: tomorrow, 09:30"


def test_many_that_were_held_back_are_counted_by_their_reasons_and_what_failed_is_named() -> None:
    with Bench(daily_summary) as bench:
        with bench.store.write() as tx:
            for number in range(12):
                failed = number == 7
                outbox.plan(
                    tx,
                    key=f"mail {number}",
                    audience=Audience.CLIENT,
                    state=MailState.FAILED if failed else MailState.WITHHELD,
                    reason="status_request" if failed else "muted" if number else "promise_late",
                    plugin="acknowledge",
                    action="{}",
                    template="answer",
                    mailbox="studio",
                    address="wile@acme.example",
                    client="acme",
                    created_at=bench.clock.now(),
                    not_before=bench.clock.now(),
                    settled_at=bench.clock.now(),
                )
        bench.clock.move(timedelta(seconds=1))
        found = section(bench, Place.HELD_BACK)
        failed_one, muted, late = found.items
        assert (failed_one.client, failed_one.mark) == ("acme", Mark.FAILED)
        assert (muted.text, muted.mark) == ("10 mails: " + words_in("en")["muted"], Mark.HELD)
        assert late.text.startswith("1 mail: ")
        assert found.headline == "1 failed"


def test_a_date_that_is_over_shows_what_was_open_then_and_no_health() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.advance(days=1)
        bench.owner_sends("The smooth one.", answers=bench.last_message_id, subject="Re: Covers")
        bench.receive(QUESTION, subject="Walls")
        bench.advance(days=1)

        def open_on(day: date) -> list[str]:
            summary = build(bench.settings, bench.host, bench.store, day, bench.clock.now())
            assert Place.HEALTH not in [part.place for part in summary.sections]
            return [item.text for part in summary.sections if part.place is Place.NEEDS_YOU for item in part.items]

        assert open_on(date(2026, 3, 1)) == []
        assert open_on(date(2026, 3, 2)) == ["“Covers”: asks"]
        assert open_on(date(2026, 3, 3)) == ["“Walls”: asks"]


@pytest.mark.parametrize("language", ["de", "es", "fr", "it", "pt", "nl"])
def test_its_titles_are_in_the_owners_language(language: str) -> None:
    with Bench(daily_summary, owner={"language": language}) as bench:
        bench.receive(QUESTION, subject="Covers")
        english = words_in("en")
        for place, name in ((Place.NEEDS_YOU, "needs_you"), (Place.HELD_BACK, "not_sent"), (Place.HEALTH, "health")):
            found = section(bench, place)
            assert found.title == words_in(language)[name]
        assert section(bench, Place.NEEDS_YOU).title != english["needs_you"]
