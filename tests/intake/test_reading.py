"""Which messages are read: the line, the cursor, history, renumbering, and what a broken connection leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intake.mailroom import NOON, Mailroom
from whiteglove.errors import MailboxError
from whiteglove.intake import backlog
from whiteglove.intake.recording import SENT
from whiteglove.intake.renumbering import LONGEST_REST, MOST, RestingFolderError
from whiteglove.store import folders, mode


def history_of(room: Mailroom) -> list[bool]:
    return [row.history for row in room.rows]


def test_what_lay_there_before_the_first_look_is_history_and_what_comes_after_is_live() -> None:
    room = Mailroom()
    room.deliver(room.mail("old@acme.example"))
    room.read()
    room.deliver(room.mail("new@acme.example", text="Any news?\n"))
    room.read()

    assert history_of(room) == [True, False]


def test_history_older_than_configured_is_left_alone() -> None:
    room = Mailroom()
    room.deliver(room.mail("ancient@acme.example"), ago=timedelta(days=31))
    room.deliver(room.mail("recent@acme.example", text="Any news?\n"), ago=timedelta(days=29))

    assert room.read() == 1
    assert room.rows[0].message_id == "recent@acme.example"


def test_live_since_makes_what_lies_below_the_line_live() -> None:
    room = Mailroom(live_since=NOON - timedelta(hours=1, microseconds=-1))
    room.deliver(room.mail("before@acme.example"), ago=timedelta(hours=2))
    room.deliver(room.mail("after@acme.example", text="Any news?\n"), ago=timedelta(hours=1))
    room.read()

    assert {row.message_id: row.history for row in room.rows} == {
        "before@acme.example": True,
        "after@acme.example": False,
    }


def test_nothing_is_recorded_twice_however_often_the_folder_is_read() -> None:
    room = Mailroom()
    room.read()
    for number in range(5):
        room.deliver(room.mail(f"m{number}@acme.example", subject=f"Matter {number}"))
    assert [room.read(), room.read(), room.read()] == [5, 0, 0]
    assert len(room.rows) == 5


def test_how_far_a_long_backlog_has_come_is_shown_batch_by_batch_and_a_short_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backlog, "BAR_INTERVAL", 0.0)
    monkeypatch.setattr(backlog, "LONG", 120)
    room, shown = Mailroom(), list[str]()
    room.backlog.show = shown.append
    for number in range(119):
        room.deliver(room.mail(f"m{number}@acme.example", subject=f"Matter {number}"))
    room.read()
    assert shown == []
    for number in range(120):
        room.deliver(room.mail(f"n{number}@acme.example", subject=f"Matter {number}"))
    room.read()
    numbers = [text.partition("] ")[2].partition(" ·")[0] for text in shown]
    assert numbers == ["50 of 120", "100 of 120", "120 of 120", ""]


def test_a_backlog_is_read_in_batches() -> None:
    room = Mailroom()
    room.read()
    for number in range(120):
        room.deliver(room.mail(f"m{number}@acme.example", subject=f"Matter {number}"))

    assert room.read() == 120
    assert room.batches == 3


@pytest.mark.parametrize("operation", ["fetch", "fetch_sections", "uids_above"])
def test_a_connection_that_breaks_in_the_middle_loses_nothing(operation: str) -> None:
    room = Mailroom()
    room.read()
    for number in range(70):
        room.deliver(room.mail(f"m{number}@acme.example", subject=f"Matter {number}"))
    room.account.fail(operation, MailboxError("unreachable", "cut"))

    with pytest.raises(MailboxError):
        room.read()
    room.connection.connect()
    room.read()

    assert sorted(row.message_id for row in room.rows) == sorted(f"m{number}@acme.example" for number in range(70))


def test_history_that_was_interrupted_is_read_to_its_end() -> None:
    room = Mailroom()
    for number in range(70):
        room.deliver(room.mail(f"m{number}@acme.example", subject=f"Matter {number}"))
    room.account.fail("fetch", MailboxError("unreachable", "cut"))
    with pytest.raises(MailboxError):
        room.read()
    room.connection.connect()
    room.deliver(room.mail("new@acme.example", text="Any news?\n"))
    room.read()

    assert history_of(room).count(True) == 70
    assert [row.message_id for row in room.rows if not row.history] == ["new@acme.example"]


def test_a_message_that_vanishes_between_search_and_fetch_is_no_error() -> None:
    room = Mailroom()
    room.read()
    uid = room.deliver(room.mail("gone@acme.example"))
    room.deliver(room.mail("here@acme.example", text="Any news?\n"))
    fetch = room.connection.fetch
    room.connection.fetch = lambda uids: (room.account.expunge(uid), fetch(uids))[1]  # type: ignore[method-assign]

    assert room.read() == 1
    assert room.read() == 0


def test_after_a_renumbering_known_mail_is_recognised_and_unknown_mail_is_read() -> None:
    room = Mailroom()
    room.read()
    room.deliver(room.mail("known@acme.example"))
    room.read()
    room.clock.move(timedelta(minutes=5))
    room.account.renumber()
    room.deliver(room.mail("missed@acme.example", text="Any news?\n"))

    room.read()

    assert [(row.message_id, row.history) for row in room.rows] == [
        ("known@acme.example", False),
        ("missed@acme.example", False),
    ]
    assert len(room.events) == 2
    assert [line["event"] for line in room.lines].count("mailbox.renumbered") == 1
    room.deliver(room.mail("later@acme.example", text="And now?\n"))
    assert room.read() == 1


def test_a_renumbering_never_makes_old_mail_live() -> None:
    room = Mailroom()
    room.deliver(room.mail("old@acme.example"), ago=timedelta(days=40))
    room.read()
    room.clock.move(timedelta(days=1))
    room.account.renumber()

    room.read()

    assert all(room_row.history for room_row in room.rows)


def test_a_folder_that_is_renumbered_at_every_look_is_looked_at_less_often_and_loses_nothing() -> None:
    room = Mailroom()
    room.read()
    looks = resting = 0
    for minute in range(180):
        room.deliver(room.mail(f"m{minute}@acme.example", text=f"Question {minute}?\n"))
        room.account.renumber()
        try:
            room.read()
            looks += 1
        except RestingFolderError:
            resting += 1
        room.clock.move(timedelta(minutes=1))
    room.clock.move(LONGEST_REST)
    room.read()

    assert looks < 12
    assert looks + resting == 180
    assert sorted(row.message_id for row in room.rows) == sorted(f"m{minute}@acme.example" for minute in range(180))
    assert len(room.events) == 180
    assert history_of(room) == [False] * 180
    told = [line.get("reason") for line in room.lines if line["event"] == "mailbox.renumbered"]
    assert told == [None, None, "too_often"]


def test_other_folders_are_read_while_one_rests() -> None:
    room = Mailroom()
    room.account.create("Clients")
    room.read()
    room.read("Clients")
    for _ in range(MOST):
        room.account.renumber()
        room.read()
    room.account.renumber("Clients")
    room.deliver(room.mail(), "Clients")

    with pytest.raises(RestingFolderError):
        room.read()
    assert room.read("Clients") == 1


def test_going_live_draws_a_new_line() -> None:
    room = Mailroom()
    room.read()
    with room.store.write() as tx:
        mode.enter(tx, "rehearsal")
    room.deliver(room.mail("rehearsed@acme.example"))
    room.read()
    room.deliver(room.mail("unseen@acme.example", text="Any news?\n"))
    with room.store.write() as tx:
        assert mode.enter(tx, "live") is True
    room.read()
    room.deliver(room.mail("live@acme.example", text="And now?\n"))
    room.read()

    assert {row.message_id: row.history for row in room.rows} == {
        "rehearsed@acme.example": True,
        "unseen@acme.example": True,
        "live@acme.example": False,
    }


def test_the_instant_of_the_search_is_noted_for_sent() -> None:
    room = Mailroom()
    with room.store.read() as tx:
        assert folders.sent_read_until(tx, ["studio"], NOON) is None
    room.read("Sent", SENT)

    with room.store.read() as tx:
        assert folders.sent_read_until(tx, ["studio"], NOON) == NOON
