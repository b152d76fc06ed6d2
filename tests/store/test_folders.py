"""The line decides what is live; the cursor moves with what was read."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from store.conftest import HOUR, MINUTE, NOW
from whiteglove.store import folders
from whiteglove.store.folders import FolderState

INBOX = FolderState(mailbox="studio", folder="INBOX", role="inbox", uidvalidity=7, line=100, cursor=99)
SENT = FolderState(mailbox="studio", folder="Sent", role="sent", uidvalidity=8, line=50, cursor=49)
JUST_NOW = NOW.replace(microsecond=600_000)


@pytest.mark.parametrize(
    ("uid", "live"),
    [(99, False), (100, True), (101, True)],
)
def test_the_line_decides_and_no_clock(uid: int, live: bool) -> None:
    assert INBOX.is_live(uid, NOW - HOUR, None) is live


@pytest.mark.parametrize(
    ("received_at", "live"),
    [(NOW - MINUTE, False), (NOW, True), (NOW + MINUTE, True)],
)
@pytest.mark.parametrize("uid", [1, 200])
def test_after_a_renumbering_the_time_of_arrival_decides_in_whole_seconds(
    uid: int, received_at: object, live: bool
) -> None:
    state = replace(INBOX, live_from=JUST_NOW)

    assert state.is_live(uid, received_at, None) is live  # type: ignore[arg-type]


@pytest.mark.parametrize("uid", [1, 200])
def test_live_since_decides_whatever_the_line(uid: int) -> None:
    state = replace(INBOX, live_from=NOW + HOUR)

    assert state.is_live(uid, NOW, JUST_NOW)
    assert not state.is_live(uid, NOW - MINUTE, JUST_NOW)


def test_a_folder_never_watched_has_no_state(tx: sa.Connection) -> None:
    assert folders.get(tx, "studio", "INBOX") is None


def test_a_state_comes_back_as_it_was_put_and_is_replaced_by_the_next(tx: sa.Connection) -> None:
    full = replace(INBOX, history_cursor=40, live_from=JUST_NOW, searched_at=JUST_NOW, redraw=True)
    folders.put(tx, full)
    assert folders.get(tx, "studio", "INBOX") == full

    folders.put(tx, INBOX)
    assert folders.get(tx, "studio", "INBOX") == INBOX


def test_cursors_and_searches_move_for_one_folder_only(tx: sa.Connection) -> None:
    folders.put(tx, INBOX)
    folders.put(tx, SENT)
    folders.advance(tx, "studio", "INBOX", cursor=120)
    folders.advance_history(tx, "studio", "INBOX", cursor=60)
    folders.searched(tx, "studio", "INBOX", JUST_NOW)

    assert folders.get(tx, "studio", "INBOX") == replace(INBOX, cursor=120, history_cursor=60, searched_at=JUST_NOW)
    assert folders.get(tx, "studio", "Sent") == SENT


def test_everything_is_told_by_mailbox_and_role(tx: sa.Connection) -> None:
    attic = replace(INBOX, mailbox="attic")
    for state in (SENT, INBOX, attic):
        folders.put(tx, state)

    assert folders.everything(tx) == (attic, INBOX, SENT)


def test_all_lines_are_drawn_anew_together(tx: sa.Connection) -> None:
    folders.put(tx, INBOX)
    folders.put(tx, SENT)
    folders.redraw(tx)

    assert [state.redraw for state in folders.everything(tx)] == [True, True]


def test_sent_is_not_read_before_anybody_has_looked(tx: sa.Connection) -> None:
    folders.put(tx, INBOX)

    assert folders.sent_read_until(tx, ["studio"], NOW) is None
    assert folders.sent_read_until(tx, [], NOW) == NOW


def test_for_a_mailbox_without_a_sent_folder_nobody_waits(tx: sa.Connection) -> None:
    folders.note_missing(tx, "studio", "sent", NOW - HOUR)
    folders.note_missing(tx, "studio", "sent", NOW)

    assert folders.sent_read_until(tx, ["studio"], NOW + HOUR) == NOW


def test_sent_counts_as_read_up_to_the_slowest_mailbox(tx: sa.Connection) -> None:
    folders.put(tx, replace(SENT, searched_at=NOW))
    folders.put(tx, replace(SENT, mailbox="attic", searched_at=NOW - HOUR))
    folders.put(tx, replace(SENT, mailbox="gone from the configuration"))

    assert folders.sent_read_until(tx, ["studio", "attic"], NOW + HOUR) == NOW - HOUR


def test_sent_that_was_never_searched_is_not_read(tx: sa.Connection) -> None:
    folders.put(tx, replace(SENT, searched_at=NOW))
    folders.put(tx, replace(SENT, mailbox="attic"))

    assert folders.sent_read_until(tx, ["studio", "attic"], NOW) is None


def test_the_old_name_of_a_sent_folder_holds_nothing_up(tx: sa.Connection) -> None:
    folders.put(tx, replace(SENT, searched_at=NOW - HOUR))
    folders.put(tx, replace(SENT, folder="Gesendet", searched_at=NOW))

    assert folders.sent_read_until(tx, ["studio"], NOW) == NOW


def test_a_mailbox_is_stale_without_a_recent_search_of_a_watched_folder(tx: sa.Connection) -> None:
    folders.put(tx, replace(INBOX, searched_at=NOW - MINUTE))
    folders.put(tx, replace(INBOX, mailbox="slow", searched_at=NOW - HOUR))
    folders.put(tx, replace(SENT, mailbox="slow", searched_at=NOW))
    folders.put(tx, replace(INBOX, mailbox="new"))

    assert folders.stale(tx, ["new", "slow", "studio", "unknown"], NOW, 2 * MINUTE) == ("new", "slow", "unknown")
