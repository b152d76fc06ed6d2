"""What both forms show: order, names, counts, lengths, the footer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from summary.days import BUSY, LANGUAGES, QUIET, reader, section, summary
from whiteglove.sections import Item, Mark, Place, Section
from whiteglove.summary.sheet import LONGEST_TEXT, MOST_ITEMS, sheet_of


def test_sections_stand_in_the_order_of_their_places() -> None:
    sheet = sheet_of(BUSY, reader())

    assert [part.title for part in sheet.parts] == ["Needs you", "Reports", "Contact", "Not sent", "Health"]
    assert sheet.clear == ("no incident is open",)


def test_sections_of_one_place_keep_their_order_and_one_without_words_says_nothing() -> None:
    item = Item(text="x")
    sheet = sheet_of(summary(*(section("", Place.OTHER, item, title=title) for title in "bca"), section()), reader())

    assert [part.title for part in sheet.parts] == ["b", "c", "a"]
    assert sheet.clear == ()


def test_a_client_stands_by_name_and_one_who_left_by_key() -> None:
    lines = [line for part in sheet_of(BUSY, reader()).parts for line in part.lines]

    assert [line.client for line in lines if line.client] == [
        *("Acme GmbH", "杉並出版株式会社", "Birch & Söhne <Verlag>", "Elm"),
        *("Acme GmbH", "gone", "Birch & Söhne <Verlag>", "Elm"),
    ]


def test_marks_are_words() -> None:
    first, second = sheet_of(BUSY, reader("de")).parts[0].lines
    plain = sheet_of(BUSY, reader("de")).parts[1].lines[1]

    assert (first.mark, first.word) == (Mark.NOW, "JETZT")
    assert (second.mark, second.word) == (Mark.DUE, "FÄLLIG")
    assert (plain.mark, plain.word) == (Mark.PLAIN, "")


@pytest.mark.parametrize(("count", "more"), [(MOST_ITEMS, ""), (MOST_ITEMS + 1, "+ 1 more"), (200, "+ 190 more")])
def test_a_long_list_is_cut_and_counted(count: int, more: str) -> None:
    items = [Item(text=str(number)) for number in range(count)]
    (part,) = sheet_of(summary(section("", Place.OTHER, *items)), reader()).parts

    assert part.count == count
    assert [line.text for line in part.lines] == [str(number) for number in range(MOST_ITEMS)]
    assert part.more == more


def test_whatever_is_handed_in_is_one_line_of_bounded_length() -> None:
    wild = "a\u202eb\r\nc" * 100
    item = Item(client="acme", text=wild, detail=wild, step=wild)
    made = summary(
        Section(title=wild, items=(item,), headline=wild), Section(title=wild, quiet=wild, place=Place.HEALTH)
    )
    sheet = sheet_of(made, reader(names={"acme": wild}))

    (part,) = sheet.parts
    (line,) = part.lines
    for text in (sheet.verdict, part.title, line.client, line.text, line.detail, line.step, *sheet.clear):
        assert len(text) <= LONGEST_TEXT
        assert text.endswith("…")
        assert "\n" not in text
        assert "\u202e" not in text


def test_the_footer_says_what_it_covers_and_when_the_next_one_comes() -> None:
    assert sheet_of(QUIET, reader()).footer == (
        "Covers Fri 20 Nov, 08:00 to Sat 21 Nov, 08:00 (Europe/Berlin).",
        "Next summary: Sun 22 Nov, 08:00.",
        "Written automatically by whiteglove from what it has recorded; “whiteglove summary” prints it at any time.",
    )


def test_a_next_summary_that_is_not_known_is_not_told() -> None:
    assert len(sheet_of(summary(following=None), reader()).footer) == 2


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_over_the_night_on_which_the_clock_is_put_back(code: str) -> None:
    later = sheet_of(summary(following=datetime(2026, 10, 25, 7, 0, tzinfo=UTC)), reader(code)).footer[1]

    assert "8" in later
    assert "25" in later
