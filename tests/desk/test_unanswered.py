"""Who waits for an answer, how long, and who comes first."""

from __future__ import annotations

from datetime import timedelta

from benches import BIRCH, COMPLAINT, QUESTION, THANKS, acme
from whiteglove.desk.summing import build
from whiteglove.sections import Mark, Place, Section
from whiteglove.testing import Bench
from whiteglove_plugins import daily_summary


def section(bench: Bench) -> Section:
    now = bench.clock.now()
    summary = build(bench.settings, bench.host, bench.store, None, now)
    return next(found for found in summary.sections if found.place is Place.NEEDS_YOU)


def test_each_question_is_a_line_with_its_subject_and_how_much_of_the_agreed_time_is_used() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.advance(hours=3)
        found = section(bench)
        (item,) = found.items
        assert (item.text, item.client, item.mark) == ("“Covers”: asks", "acme", Mark.PLAIN)
        assert item.detail == "3 of 8 working hours"
        assert found.headline == "1 needs you"


def test_only_working_time_counts() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION)
        bench.advance(days=1)
        # From 10:00 to 17:30 on Monday, from 09:00 to 10:00 on Tuesday.
        assert section(bench).items[0].detail == "8.5 of 8 working hours"


def test_a_part_of_an_hour_is_not_rounded_away() -> None:
    with Bench(daily_summary, owner={"language": "de"}) as bench:
        bench.receive(QUESTION)
        bench.advance(hours=3, minutes=45)
        assert section(bench).items[0].detail == "3,8 von 8 Arbeitsstunden"


def test_what_is_nearly_due_what_presses_and_what_is_late_are_marked() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.advance(hours=6)
        assert section(bench).items[0].mark is Mark.DUE
        bench.receive(COMPLAINT, subject="Delay")
        assert [(item.text[:7], item.mark) for item in section(bench).items] == [
            ("“Delay”", Mark.NOW),
            ("“Covers", Mark.DUE),
        ]
        bench.advance(days=1)
        assert [item.mark for item in section(bench).items] == [Mark.LATE, Mark.LATE]


def test_the_one_who_waits_longest_against_what_was_agreed_comes_first() -> None:
    clients = {"acme": acme(reply_within="8h"), "birch": BIRCH.replace("name =", 'reply_within = "1h"\nname =', 1)}
    with Bench(daily_summary, clients=clients) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.advance(minutes=30)
        bench.receive(QUESTION, subject="Walls", sender="Jutta <jutta@birch.example>")
        bench.advance(minutes=30)
        assert [item.client for item in section(bench).items] == ["birch", "acme"]


def test_thanks_and_answered_questions_need_nobody() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(THANKS)
        bench.receive(QUESTION, subject="Covers")
        bench.owner_sends("The smooth one.", answers=bench.last_message_id, subject="Re: Covers")
        found = section(bench)
        assert (found.items, found.headline, found.quiet) == ((), "", "every question is answered")


def test_no_time_agreed_is_no_time_named() -> None:
    with Bench(daily_summary, clients={"acme": acme(reply_within=None)}) as bench:
        bench.receive(QUESTION, subject="x" * 100)
        bench.advance(hours=2)
        (item,) = section(bench).items
        assert item.detail == "2 working hours"
        assert len(item.text) < 75


def test_a_client_who_left_the_book_needs_nobody() -> None:
    with Bench(daily_summary, clients={"acme": acme(), "birch": BIRCH}) as bench:
        bench.receive(QUESTION)
        bench.restart(clients={"birch": BIRCH})
        assert section(bench).items == ()


def test_it_is_said_in_german_to_who_reads_german() -> None:
    with Bench(daily_summary, owner={"language": "de"}) as bench:
        bench.receive(QUESTION, subject="Umschlag")
        bench.clock.move(timedelta(hours=1))
        found = section(bench)
        assert (found.title, found.headline) == ("Wartet auf Antwort", "1 Antwort offen")
        assert found.items[0].detail == "1 von 8 Arbeitsstunden"


def test_each_line_leads_to_its_message() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION, subject="Covers")
        (item,) = section(bench).items
        assert item.step == f"whiteglove explain {bench.last_message_id}"
        assert item.link == f"mid:{bench.last_message_id}"


def test_what_a_client_wrote_into_a_message_id_is_no_command_and_no_address() -> None:
    with Bench(daily_summary) as bench:
        for name in ("a;touch${IFS}b/c?d@acme.example", "-h@acme.example", "x" * 200 + "@acme.example"):
            raw = bench.compose(QUESTION, sender="Wile Coyote <wile@acme.example>", subject=name[:5])
            bench.world.account.deliver(raw.replace(bench.last_message_id.encode(), name.encode()))
        bench.run()
        steps = {item.step: item.link for item in section(bench).items}
        assert steps == {
            "whiteglove explain 'a;touch${IFS}b/c?d@acme.example'": "mid:a;touch$%7BIFS%7Db%2Fc%3Fd@acme.example",
            "whiteglove explain '<-h@acme.example>'": "mid:-h@acme.example",
            "": "",
        }


def test_of_several_days_only_working_time_counts_too() -> None:
    with Bench(daily_summary) as bench:
        bench.receive(QUESTION, subject="Covers")
        bench.advance(hours=5)
        bench.receive(QUESTION, subject="Walls")
        bench.advance(days=7)
        # Five days of 8.5 hours, and what was left of the first one less what was not over of the last.
        details = {item.text[1:6]: item.detail for item in section(bench).items}
        assert details == {"Cover": "47.5 of 8 working hours", "Walls": "42.5 of 8 working hours"}
