"""The calendar entry: read back with the library, and looked at as bytes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from whiteglove.compose.calendar import calendar_entry
from whiteglove.message import Address

NOW = datetime(2026, 11, 24, 9, 45, 12, 345, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 16, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def entry(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "uid": "promise-1@vale.example",
        "sequence": 0,
        "due": DUE,
        "summary": "Report",
        "now": NOW,
    }
    return calendar_entry(**(fields | changes))


def event_of(raw: bytes) -> Any:
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    return event


def test_r61_it_is_published_and_asks_nobody() -> None:
    raw = entry()

    assert b"METHOD:PUBLISH\r\n" in raw
    assert b"PRODID:-//whiteglove//" in raw
    assert b"ATTENDEE" not in raw
    assert b"RRULE" not in raw


def test_r61_times_are_utc_whole_seconds() -> None:
    raw = entry()

    assert b"DTSTART:20261124T150000Z\r\n" in raw
    assert b"DTSTAMP:20261124T094512Z\r\n" in raw
    assert b"TZID" not in raw


def test_r61_a_move_keeps_the_uid_and_raises_the_sequence() -> None:
    events = [event_of(entry(sequence=number, due=DUE + timedelta(days=number))) for number in range(3)]

    assert {str(event["uid"]) for event in events} == {"promise-1@vale.example"}
    assert [int(event["sequence"]) for event in events] == [0, 1, 2]


def test_r61_a_withdrawn_time_is_cancelled() -> None:
    raw = entry(cancelled=True, sequence=3)

    assert b"METHOD:CANCEL\r\n" in raw
    assert b"STATUS:CANCELLED\r\n" in raw


@pytest.mark.parametrize("summary", ["Отчёт " * 50, 'Report; with, signs\\ and "quotes"', "日本語" * 60, "a" * 300])
def test_r62_long_and_odd_summaries_are_folded_and_escaped(summary: str) -> None:
    raw = entry(summary=summary)

    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert all(line.decode("utf-8") is not None for line in raw.split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert str(event_of(raw)["summary"]) == summary.strip()


def test_a_summary_cannot_add_a_property() -> None:
    raw = entry(summary="Report\r\nATTENDEE:mailto:x@y.example\0")

    assert str(event_of(raw)["summary"]) == "Report ATTENDEE:mailto:x@y.example"
    assert b"\r\nATTENDEE" not in raw


def test_the_publisher_is_named() -> None:
    event = event_of(entry(organizer=Address("robin@vale.example", 'Robin "R" Vale')))

    assert str(event["organizer"]) == "mailto:robin@vale.example"
    assert event["organizer"].params["cn"] == "Robin 'R' Vale"


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        entry(due=datetime(2026, 11, 24, 16, 0))  # noqa: DTZ001 - exactly this is refused
