"""G5: the time told is the time in the ledger, in words that are right at the moment of sending: over midnight in
either zone, over the nights in which the clocks change, over an absence that begins meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from benches import MANY, STATUS, TUESDAY_REPORT, acme, to_clients, to_owner
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

BERLIN = ZoneInfo("Europe/Berlin")
ADA = "Ada Birdwell <ada@acme.example>"


def entry_of(mail: SentMail) -> datetime:
    """The time in the calendar entry: for machines, so without any words."""
    lines = mail.message.get_payload()[1].get_payload(decode=True).decode().splitlines()
    (start,) = (line for line in lines if line.startswith("DTSTART"))
    return datetime.strptime(start.rpartition(":")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def words_for(due: datetime, sent: datetime, reader: ZoneInfo) -> str:
    """Which of "today" and "tomorrow" is true for the owner and the reader alike when the mail is sent, or neither."""
    days = {(due.astimezone(zone).date() - sent.astimezone(zone).date()).days for zone in (BERLIN, reader)}
    same_now = len({sent.astimezone(zone).date() for zone in (BERLIN, reader)}) == 1
    same_then = len({due.astimezone(zone).date() for zone in (BERLIN, reader)}) == 1
    if not (same_now and same_then and len(days) == 1):
        return ""
    return {0: "today", 1: "tomorrow"}.get(days.pop(), "")


NIGHTS = {
    "the owner's midnight": ("2026-03-02T22:58Z", "Europe/Berlin", "16:00"),
    "the reader's midnight in the west": ("2026-03-03T04:58Z", "America/New_York", "16:00"),
    "the owner's, read in the west": ("2026-03-02T22:58Z", "America/New_York", "16:00"),
    "the reader's midnight in the east": ("2026-03-02T14:58Z", "Asia/Tokyo", "17:00"),
    "the owner's, read in the east": ("2026-03-02T22:58Z", "Pacific/Auckland", "16:00"),
    "the skipped hour": ("2026-03-29T00:58Z", "Europe/Berlin", "16:00"),
    "the doubled hour": ("2026-10-25T00:58Z", "Europe/Berlin", "02:30"),
    "the reader's clocks change": ("2026-03-08T06:58Z", "America/New_York", "16:00"),
    "a place without change": ("2026-10-24T21:58Z", "Asia/Kolkata", "23:45"),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_words_and_date_are_right_when_the_mail_leaves_whatever_they_were_when_it_was_decided(night: str) -> None:
    begin, zone, at = NIGHTS[night]
    reader = ZoneInfo(zone)
    book = {"acme": acme(report=f'["Mon-Sun {at}"]').replace("Europe/Berlin", zone, 1)}
    owner = {"hours": "Mon-Sun 09:00-17:30"}
    with Bench(
        acknowledge, delay="3m", now=datetime.fromisoformat(begin), clients=book, owner=owner, toml=MANY
    ) as bench:
        assert bench.receive(STATUS) == []
        (answer,) = bench.advance(minutes=4)
        sent = bench.clock.now()
        (promise,) = bench.promises
        due = promise.due
        assert due > sent
        assert entry_of(answer) == due
        local = due.astimezone(BERLIN)
        expected = words_for(due, sent, reader)
        said = " ".join(answer.text.split("This note", maxsplit=1)[0].split())
        assert [word for word in ("today", "tomorrow") if word in said] == ([expected] if expected else [])
        assert f"{local:%A} {local.day} {local:%B}" in said.replace(",", "")
        assert f"{local:%H:%M}" in said
        theirs = due.astimezone(reader)
        if theirs.utcoffset() != local.utcoffset():
            assert f"{theirs:%H:%M} in " in said
            assert (f"{theirs:%A}" in said) or theirs.date() == local.date()


def test_a_time_that_passes_while_the_answer_waits_is_not_told() -> None:
    with Bench(
        acknowledge, delay="3m", now=datetime(2026, 3, 3, 14, 58, tzinfo=UTC), clients={"acme": acme()}
    ) as bench:
        bench.receive(STATUS)
        sent = bench.advance(minutes=4)
        assert to_clients(sent) == []
        assert bench.reasons == ["time_passed"]
        assert bench.promises == []


def test_an_absence_that_begins_while_the_answer_waits_moves_what_nobody_was_told() -> None:
    with Bench(acknowledge, delay="3m", clients={"acme": acme()}) as bench:
        assert bench.receive(STATUS) == []
        bench.restart(owner={"away": ["2026-03-03"]})
        (answer,) = bench.advance(minutes=4)
        assert "Wednesday, 4 March" in answer.text
        assert [promise.due for promise in bench.promises] == [TUESDAY_REPORT.replace(day=4)]
        assert entry_of(answer) == TUESDAY_REPORT.replace(day=4)


@pytest.mark.parametrize("delay", ["0s", "3m"])
def test_a_promise_that_came_to_lie_in_an_absence_is_told_nobody_else_and_the_owner_knows(delay: str) -> None:
    with Bench(acknowledge, delay=delay, clients={"acme": acme()}, toml=MANY) as bench:
        bench.receive(STATUS)
        bench.advance(minutes=4)
        assert [promise.due for promise in bench.promises] == [TUESDAY_REPORT]
        first = bench.receive(STATUS, sender=ADA, subject="Search") if delay == "3m" else []
        assert first == []
        bench.restart(owner={"away": ["2026-03-02/2026-03-06"]})
        later = bench.receive(STATUS, sender=ADA, subject="Search") if delay == "0s" else bench.advance(minutes=4)
        assert to_clients(later) == []
        assert set(bench.reasons) == {"promise_in_absence"}
        (told,) = to_owner(later)
        assert "absence of yours" in told.text.replace("\r\n", " ")
        assert [promise.due for promise in bench.promises] == [TUESDAY_REPORT]


def test_a_template_that_leaves_the_time_out_makes_no_promise() -> None:
    own = {"acknowledge/next_report.en.txt": "{{ greeting }}\n\nSoon."}
    with Bench(acknowledge, delay="0s", templates=own) as bench:
        (told,) = bench.receive(STATUS)
        assert told.recipient == "robin@vale.example"
        assert "template" in told.text
        assert bench.reasons == ["template_failed"]
        assert bench.promises == []


def test_one_time_for_everybody_until_it_has_passed() -> None:
    """Another cadence, by reload, moves no promise that is open."""
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY) as bench:
        (first,) = bench.receive(STATUS)
        bench.restart(clients={"acme": acme(report='["Thu 11:00"]')})
        (second,) = bench.receive(STATUS, sender=ADA, subject="Search")
        assert entry_of(first) == entry_of(second) == TUESDAY_REPORT
        uids = {line for mail in (first, second) for line in uid_of(mail)}
        assert len(uids) == 1


def uid_of(mail: SentMail) -> list[str]:
    lines = mail.message.get_payload()[1].get_payload(decode=True).decode().splitlines()
    return [line for line in lines if line.startswith("UID")]
