"""What happened, in order, each with what it rests on; nothing that nobody was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from whiteglove.ledger import (
    ClientNote,
    Incident,
    IncidentEntry,
    IncidentKind,
    IncidentState,
    Promise,
    PromiseKind,
    PromiseState,
)
from whiteglove.message import Address
from whiteglove.paper_trail import Letter, Missing, Trail, Way
from whiteglove.paper_trail.story import clock, people, story_of, visible

AT = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
HOUR = timedelta(hours=1)
WILE = Address("wile@acme.example", "Wile Coyote")
ROBIN = Address("robin@vale.example", "Robin Vale")
LETTER = Letter(
    number=1, at=AT, way=Way.FROM_CLIENT, author=WILE, to=(ROBIN,), subject="Catalogue", row=7, file="messages/1.eml"
)
TRAIL = Trail(
    client="Acme GmbH", owner="Robin Vale", zone=ZoneInfo("Europe/Berlin"), language="en", since=AT - 100 * HOUR
)
PROMISE = Promise(
    row=1, client="acme", kind=PromiseKind.REPORT, due=AT + HOUR, state=PromiseState.OPEN, uid="1", made_at=AT
)


def told(trail: Trail) -> list[str]:
    return [entry.what for entry in story_of(trail)]


def test_messages_say_who_wrote_to_whom_and_where_they_lie() -> None:
    letters = (
        LETTER,
        replace(LETTER, at=AT + HOUR, way=Way.FROM_OWNER, author=ROBIN, to=(WILE,), file="", missing=Missing.GONE),
        replace(LETTER, at=AT + 2 * HOUR, way=Way.AUTOMATIC, author=ROBIN, to=(WILE,)),
    )
    first, second, third = story_of(replace(TRAIL, letters=letters))
    assert (first.what, first.quote, first.file) == (
        "Wile Coyote <wile@acme.example> wrote", "Catalogue", "messages/1.eml",
    )  # fmt: skip
    assert second.what == (
        "Robin Vale <robin@vale.example> wrote to Wile Coyote <wile@acme.example> (not in the mailbox any more)"
    )
    assert third.what.startswith("Automatic note to Wile Coyote")


def test_everything_stands_in_the_order_of_time_and_a_message_before_what_followed() -> None:
    entry = IncidentEntry(at=AT, reason="complaint", state=IncidentState.OPENED, message=7, cue="unacceptable")
    incident = Incident(
        row=3,
        client="acme",
        kind=IncidentKind.COMPLAINT,
        matter="thread:1",
        state=IncidentState.OPENED,
        opened_at=AT,
        entries=(
            entry,
            replace(entry, reason="judged"),
            replace(entry, at=AT - HOUR, reason="of_tomorrow", message=99, cue=""),
        ),
    )
    call = ClientNote(row=1, client="acme", at=AT - 2 * HOUR, text="Wants blue", call=True, minutes=12)
    trail = replace(TRAIL, letters=(LETTER,), incidents=(incident,), calls=(call, replace(call, outbound=True)))
    story = story_of(trail)
    assert [entry.what for entry in story] == [
        "Acme GmbH called, 12 min",
        "Robin Vale called, 12 min",
        "Matter 3 (complaint): of tomorrow; open",
        "Wile Coyote <wile@acme.example> wrote",
        "Matter 3 (complaint): complaint in a message; open",
    ]
    assert (story[0].quote, story[2].file) == ("Wants blue", "")
    assert (story[-1].quote, story[-1].file) == ("unacceptable", "messages/1.eml")


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        ({"state": PromiseState.OPEN}, []),
        ({"state": PromiseState.KEPT}, ["The report due 2026-11-24 11:42 +01:00 was given"]),
        (
            {"state": PromiseState.KEPT, "late": True},
            [
                "2026-11-24 11:42 +01:00 has passed: the report was not there",
                "The report due 2026-11-24 11:42 +01:00 was given, late",
            ],
        ),
        ({"state": PromiseState.LATE}, ["2026-11-24 11:42 +01:00 has passed: the report was not there"]),
        (
            {"state": PromiseState.BROKEN},
            [
                "2026-11-24 11:42 +01:00 has passed: the report was not there",
                "Not kept: the report due 2026-11-24 11:42 +01:00",
            ],
        ),
        (
            {"state": PromiseState.KEPT, "kind": PromiseKind.ANSWER},
            ["The answer due 2026-11-24 11:42 +01:00 was given"],
        ),
    ],
)
def test_a_promise_is_told_from_its_making_to_its_end(changes: dict[str, object], ending: list[str]) -> None:
    closed = None if changes["state"] in (PromiseState.OPEN, PromiseState.LATE) else AT + 3 * HOUR
    promise = replace(PROMISE, closed_at=closed, **changes)  # type: ignore[arg-type]
    made, *rest = told(replace(TRAIL, promises=(promise,)))
    assert made == f"Told: the {promise.kind} comes 2026-11-24 11:42 +01:00"
    assert rest == ending


def test_a_move_says_from_when_to_when() -> None:
    old = replace(PROMISE, state=PromiseState.MOVED, closed_at=AT + HOUR / 2)
    new = replace(PROMISE, row=2, sequence=1, due=AT + 24 * HOUR, made_at=AT + HOUR / 2 + HOUR / 60)
    assert told(replace(TRAIL, promises=(old, new)))[1:] == [
        "Moved: the report due 2026-11-24 11:42 +01:00 comes 2026-11-25 10:42 +01:00",
        "Told: the report comes 2026-11-25 10:42 +01:00",
    ]


def test_what_nobody_was_told_and_what_was_before_is_left_out() -> None:
    slot = replace(PROMISE, told=False, state=PromiseState.KEPT, closed_at=AT)
    early = replace(LETTER, at=TRAIL.since - timedelta(seconds=1))
    assert told(replace(TRAIL, promises=(slot,), letters=(early, replace(LETTER, at=TRAIL.since)))) == [
        "Wile Coyote <wile@acme.example> wrote"
    ]


def test_a_time_has_its_offset_and_a_text_nothing_invisible() -> None:
    assert clock(AT, ZoneInfo("America/New_York")) == "2026-11-24 04:42 -05:00"
    assert people((WILE, Address("ada@acme.example"))) == "Wile Coyote <wile@acme.example>, ada@acme.example"
    assert visible("a\n\tb \u202egnp.exe\x1b[2J") == "a b �gnp.exe�[2J"
