"""What a day took is known to the minute, and nothing else of it is."""

from whiteglove.testing import bench
from whiteglove_plugins import daily_summary

import timelog

STATUS = "How are things progressing?"
THANKS = "Thank you very much!"


def test_a_message_takes_the_minutes_of_its_kind() -> None:
    with bench(timelog, message=4, kinds={"status_request": 7}) as desk:
        desk.receive(STATUS)
        desk.receive("Which paper do you recommend for the cover?")
        first, second = desk.memory.values()
        assert first == {"date": "2026-03-02", "client": "acme", "kind": "status_request", "minutes": 7}
        assert (second["kind"], second["minutes"]) == ("question", 4)


def test_what_takes_no_time_is_no_entry() -> None:
    with bench(timelog) as desk:
        desk.receive(THANKS)
        assert desk.memory == {}


def test_a_call_takes_as_long_as_was_noted() -> None:
    with bench(timelog) as desk:
        desk.notes_call(minutes=25, text="They would rather have it green.")
        desk.notes_call(text="Nobody looked at the clock.")
        desk.run()
        assert list(desk.memory.values()) == [{"date": "2026-03-02", "client": "acme", "kind": "call", "minutes": 25}]


def test_an_entry_ends_with_its_time() -> None:
    with bench(timelog, keep="30d") as desk:
        desk.receive(STATUS)
        desk.advance(days=31)
        desk.receive("Any update?", subject="Pages")
        assert [entry["date"] for entry in desk.memory.values()][-1] == "2026-04-02"


def test_the_summary_says_what_the_day_took() -> None:
    with bench(timelog, beside={"daily_summary": daily_summary}, owner={"language": "de"}) as desk:
        desk.receive(STATUS)
        desk.notes_call(minutes=25)
        desk.run()
        (mail,) = desk.advance(hours=23)
        assert "Zeit für Kunden, gestern" in mail.text
        assert "30 Minuten" in mail.text
