"""How long a folder was not searched: written down once it is over, known while it lasts."""

from __future__ import annotations

import sqlalchemy as sa

from store.conftest import DAY, HOUR, MINUTE, NOW
from whiteglove.store import folders, gaps
from whiteglove.store.folders import FolderState
from whiteglove.store.gaps import Gap


def watch(tx: sa.Connection, folder: str = "INBOX", role: str = "inbox", mailbox: str = "studio") -> None:
    folders.put(
        tx, FolderState(mailbox=mailbox, folder=folder, role=role, uidvalidity=1, line=1, cursor=0, searched_at=NOW)
    )


def longest(tx: sa.Connection, since: object = NOW - DAY, until: object = NOW + DAY) -> Gap | None:
    return gaps.longest(tx, ["studio"], since, until).get("studio")  # type: ignore[arg-type]


def test_the_longest_of_several_is_told(tx: sa.Connection) -> None:
    watch(tx)
    for at in (NOW + MINUTE, NOW + HOUR, NOW + 4 * HOUR, NOW + 5 * HOUR):
        folders.searched(tx, "studio", "INBOX", at)
    expected = Gap(mailbox="studio", since=NOW + HOUR, until=NOW + 4 * HOUR)
    assert longest(tx, until=NOW + 5 * HOUR) == expected
    assert expected.length == 3 * HOUR


def test_one_that_lasts_ends_with_the_time_that_was_asked_about(tx: sa.Connection) -> None:
    watch(tx)
    assert longest(tx, until=NOW + 2 * HOUR) == Gap(mailbox="studio", since=NOW, until=NOW + 2 * HOUR)


def test_short_ones_are_none(tx: sa.Connection) -> None:
    watch(tx)
    for minutes in range(1, 30):
        folders.searched(tx, "studio", "INBOX", NOW + minutes * MINUTE)
    assert longest(tx, until=NOW + 30 * MINUTE) is None


def test_one_that_was_over_before_is_not_told_again(tx: sa.Connection) -> None:
    watch(tx)
    folders.searched(tx, "studio", "INBOX", NOW + HOUR)
    assert longest(tx, since=NOW + HOUR, until=NOW + HOUR + MINUTE) is None


def test_sent_and_other_mailboxes_do_not_count(tx: sa.Connection) -> None:
    watch(tx)
    watch(tx, "Sent", "sent")
    watch(tx, mailbox="other")
    folders.searched(tx, "studio", "Sent", NOW + 9 * HOUR)
    folders.searched(tx, "other", "INBOX", NOW + 9 * HOUR)
    folders.searched(tx, "studio", "INBOX", NOW + MINUTE)
    assert longest(tx, until=NOW + 2 * MINUTE) is None


def test_what_is_old_is_dropped(tx: sa.Connection) -> None:
    watch(tx)
    folders.searched(tx, "studio", "INBOX", NOW + HOUR)
    folders.searched(tx, "studio", "INBOX", NOW + HOUR + gaps.KEPT + DAY)
    assert longest(tx, since=NOW - DAY, until=NOW + 2 * HOUR) == Gap(
        mailbox="studio", since=NOW + HOUR, until=NOW + HOUR + gaps.KEPT + DAY
    )
