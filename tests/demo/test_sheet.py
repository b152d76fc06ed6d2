"""Rows become lines that fit into a terminal, and that a terminal cannot obey."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from whiteglove.demo.sheet import COLUMNS, Sheet
from whiteglove.demo.timeline import Row

AT = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def lines(*rows: Row, colour: bool = False) -> list[str]:
    sheet = Sheet(BERLIN, colour=colour)
    return [line for row in rows for line in sheet.lines(row)]


def test_a_date_and_a_time_stand_where_they_change() -> None:
    rows = [Row(AT, "wants", "a"), Row(AT, "owed", "b"), Row(AT + timedelta(minutes=1), "late", "c")]
    assert lines(*rows, Row(AT + timedelta(days=1, minutes=1), "kept", "d")) == [
        "",
        "Tuesday, 24 November 2026",
        "",
        "10:12  wants      a",
        "       owed       b",
        "",
        "10:13  late       c",
        "",
        "Wednesday, 25 November 2026",
        "",
        "10:13  kept       d",
    ]


def test_what_arrives_stands_apart_also_within_a_minute() -> None:
    assert lines(Row(AT, "late", "a"), Row(AT, "arrives", "b", "in"))[-2:] == ["", "       arrives    b"]


def test_no_line_is_wider_than_it_may_be() -> None:
    row = Row(AT, "arrives", "word " * 60, "in", ("    indented " + "words " * 60, ""))
    found = lines(row)
    assert max(map(len, found)) <= COLUMNS
    assert [line for line in found if "words" in line][1].startswith(" " * 18 + "│     words")


def test_a_path_stays_whole() -> None:
    path = "/tmp/" + "a-b" * 60
    assert any(line.endswith(" " + path) for line in Sheet(BERLIN, colour=False).entry("", "page", path))


def test_colour_is_all_that_a_terminal_is_told() -> None:
    rows = [Row(AT, "arrives", "\x1b[2Jgone\x07", "in", ("\x1b]0;title\x07",))]
    plain, coloured = "\n".join(lines(*rows)), "\n".join(lines(*rows, colour=True))
    assert "\x1b" not in plain
    assert set(re.findall(r"\x1b.", coloured)) == {"\x1b["}
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
