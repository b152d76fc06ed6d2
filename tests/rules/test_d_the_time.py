"""D, second half: the time that is told, as a calendar entry and over time.

RFC 6047 section 2.4; RFC 5546 sections 3.2.1 and 3.2.5; RFC 5545 sections 3.1, 3.2.19, 3.3.11, 3.6.1, 3.6.5, 3.8.4.7
and 3.8.7.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from benches import MANY, STATUS, TUESDAY_REPORT, acme, to_clients
from whiteglove.compose import calendar_entry
from whiteglove.ledger import PromiseState
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge


def entry(answer: SentMail) -> tuple[EmailMessage, bytes]:
    """The part that holds the calendar entry, and the entry."""
    (part,) = [part for part in answer.message.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(part, EmailMessage)
    return part, bytes(part.get_payload(decode=True))


def event_of(raw: bytes) -> Any:
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    return event


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY) as made:
        yield made


@pytest.fixture(scope="module")
def answer(bench: Bench) -> SentMail:
    (sent,) = bench.receive(STATUS)
    return sent


def test_r61_the_calendar_entry_is_published_and_asks_for_nothing(bench: Bench, answer: SentMail) -> None:
    part, raw = entry(answer)
    assert part["Content-Type"] == 'text/calendar; method="PUBLISH"; charset="UTF-8"'
    assert Calendar.from_ical(raw)["METHOD"] == "PUBLISH"
    assert b"ATTENDEE" not in raw
    assert b"RSVP" not in raw
    event = event_of(raw)
    (promise,) = bench.promises
    assert (event["UID"], int(event["SEQUENCE"])) == (promise.uid, 0)
    assert (event["DTSTART"].dt, event["DTSTAMP"].dt) == (TUESDAY_REPORT, bench.clock.now())
    (others,) = bench.receive(STATUS, sender="Ada Birdwell <ada@acme.example>", subject="Pages")
    assert event_of(entry(others)[1])["UID"] == promise.uid

    def changed(number: int, *, cancelled: bool = False) -> bytes:
        due, now = TUESDAY_REPORT + timedelta(hours=number), datetime(2026, 3, 2, tzinfo=UTC)
        return calendar_entry(uid=promise.uid, sequence=number, due=due, summary="Report", now=now, cancelled=cancelled)

    changes = [event_of(changed(number)) for number in range(3)]
    assert {str(one["UID"]) for one in changes} == {promise.uid}
    assert [int(one["SEQUENCE"]) for one in changes] == [0, 1, 2]
    assert Calendar.from_ical(changed(3, cancelled=True))["METHOD"] == "CANCEL"


def test_r62_the_calendar_entry_is_folded_and_escaped() -> None:
    project = "Каталог; весна, лето " * 14
    client = acme() + f'[[projects]]\nname = "{project.strip()}"\n'
    with Bench(acknowledge, delay="0s", clients={"acme": client}) as bench:
        (answer,) = bench.receive(STATUS)
    _, raw = entry(answer)
    lines = raw.split(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r") == len(lines) - 1
    assert all(len(line) <= 75 and line.decode("utf-8") is not None for line in lines)
    assert b"TZID" not in raw
    assert b"DTSTART:20260303T150000Z" in lines
    assert b"\\;" in raw
    assert str(event_of(raw)["SUMMARY"]).endswith(project.strip())


def test_r63_the_text_comes_first(answer: SentMail) -> None:
    assert answer.message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in answer.message.iter_parts()] == ["text/plain", "text/calendar"]


def test_r64_the_time_told_stays_the_same_and_never_lies_in_the_past() -> None:
    with Bench(acknowledge, delay="3m", clients={"acme": acme()}, toml=MANY) as bench:
        for number in range(5):
            bench.receive(STATUS, subject=f"Thread {number}")
            (answer,) = bench.advance(minutes=3)
            assert "Tuesday 3 March" in answer.text
            assert "16:00" in answer.text
            assert [promise.due for promise in bench.promises] == [TUESDAY_REPORT]
            bench.clock.move(timedelta(hours=5, minutes=40))
        bench.clock.move(TUESDAY_REPORT - bench.clock.now() - timedelta(minutes=1))
        bench.receive(STATUS, subject="One minute before")
        assert to_clients(bench.advance(minutes=4)) == []
        assert to_clients(bench.receive(STATUS, subject="After it")) == []
        assert bench.promises[0].state is PromiseState.LATE
        assert to_clients(bench.advance(hours=1)) == []
        assert bench.reasons == ["time_passed", "promise_late"]
