"""The parts of a summary are values that can be stored and read again as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime

from whiteglove.codec import decode_json, encode_json, from_json, to_json
from whiteglove.sections import Day, Item, Mark, Place, Section, Summary


def test_a_summary_comes_back_from_the_store_as_it_was() -> None:
    at = datetime(2026, 3, 2, 7, tzinfo=UTC)
    item = Item(text="“Covers”: asks", client="acme", mark=Mark.NOW, detail="6 of 8 working hours", step="answer")
    summary = Summary(
        day=Day(date=date(2026, 3, 2), since=at, until=at),
        sections=(Section(title="Needs you", place=Place.NEEDS_YOU, items=(item,), headline="1 needs you"),),
        following=at,
    )

    assert from_json(Summary, decode_json(encode_json(to_json(summary)))) == summary


def test_what_costs_most_if_it_is_ignored_comes_first() -> None:
    # That a summary comes late is said before anything else in it.
    assert sorted(Place)[:2] == [Place.COMES_LATE, Place.NEEDS_YOU]
    assert sorted(Place)[-1] is Place.HEALTH
