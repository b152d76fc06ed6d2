"""What a person who waits sees of a long backlog, and what the log says of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from whiteglove import log
from whiteglove.intake.backlog import BAR_WIDTH, LINE_INTERVAL, LONG, Backlog


class Desk:
    """A backlog with a clock that is moved by hand, what it shows, and what it logs."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.shown: list[str] = []
        self.output = io.StringIO()
        log.configure("json", self.output)
        self.backlog = Backlog(log.event_log(), lambda: self.seconds)
        self.backlog.show = self.shown.append

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.getvalue().splitlines()]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_bar_says_how_much_how_fast_and_how_long_yet(desk: Desk) -> None:
    with desk.backlog.reading("studio", "INBOX", 4800) as has_read:
        desk.seconds += 3
        has_read(1200)
        desk.seconds += 3
        has_read(1200)
    assert desk.shown == [
        "reading studio [======>                 ] 1,200 of 4,800 · 400 a second · 9 s to go",
        "reading studio [============>           ] 2,400 of 4,800 · 400 a second · 6 s to go",
        "",
    ]
    assert len(desk.shown[0].partition("[")[2].partition("]")[0]) == BAR_WIDTH


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.01, "1 s"), (1.19, "119 s"), (1.2, "2 min"), (71.9, "119 min"), (100, "2 h 46 min")]
)
def test_the_time_yet_is_told_as_people_do(desk: Desk, seconds: float, said: str) -> None:
    with desk.backlog.reading("studio", "INBOX", 1010) as has_read:
        desk.seconds += seconds * 0.1
        has_read(1)
        desk.seconds += seconds * 0.9
        has_read(9)
    assert desk.shown[-2].endswith(f" · {said} to go")


def test_several_mailboxes_have_one_bar_which_goes_with_the_last_of_them(desk: Desk) -> None:
    with desk.backlog.reading("studio", "INBOX", 1000) as first:
        with desk.backlog.reading("archive", "INBOX", 3000) as second:
            desk.seconds += 1
            first(500)
            desk.seconds += 1
            second(500)
        desk.seconds += 1
        first(500)
    assert [(text.partition(" [")[0], text.partition("] ")[2].partition(" ·")[0]) for text in desk.shown] == [
        ("reading 2 mailboxes", "500 of 4,000"),
        ("reading 2 mailboxes", "1,000 of 4,000"),
        ("reading studio", "1,000 of 1,000"),
        ("", ""),
    ]


def test_the_log_has_a_line_every_half_minute_for_each_folder(desk: Desk) -> None:
    with desk.backlog.reading("studio", "INBOX", 100_000) as has_read:
        for _ in range(100):
            desk.seconds += LINE_INTERVAL / 40
            has_read(30)
    assert [
        (line["event"], line["mailbox"], line["folder"], line["done"], line["total"], line["rate"], line["remaining"])
        for line in desk.lines
    ] == [
        ("mailbox.reading", "studio", "INBOX", 1200, 100_000, 40.0, 2470),
        ("mailbox.reading", "studio", "INBOX", 2400, 100_000, 40.0, 2440),
    ]


def test_a_short_one_is_worth_no_word(desk: Desk) -> None:
    with desk.backlog.reading("studio", "INBOX", LONG - 1) as has_read:
        desk.seconds += 10 * LINE_INTERVAL
        has_read(50)
    assert (desk.shown, desk.lines) == ([], [])


def test_the_bar_goes_where_reading_ends_with_a_fault(desk: Desk) -> None:
    reading = desk.backlog.reading("studio", "INBOX", LONG)
    has_read = reading.__enter__()
    desk.seconds += 1
    has_read(50)
    gone = OSError("gone")
    assert not reading.__exit__(OSError, gone, None)
    assert (len(desk.shown), desk.shown[-1]) == (2, "")


def test_it_is_drawn_ten_times_a_second_at_most(desk: Desk) -> None:
    with desk.backlog.reading("studio", "INBOX", 10_000) as has_read:
        for _ in range(200):
            desk.seconds += 0.005
            has_read(50)
    assert 9 <= len(desk.shown) - 1 <= 11
