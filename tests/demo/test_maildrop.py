"""Folders in memory."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from whiteglove.demo.maildrop import Folder

THEN = datetime(2026, 11, 24, 9, 42, 11, tzinfo=UTC)


def test_uids_ascend_and_are_never_used_again() -> None:
    folder = Folder("INBOX")
    assert [folder.add(b"one", THEN), folder.add(b"two", THEN, ["\\Deleted"])] == [1, 2]
    folder.expunge()
    assert folder.add(b"three", THEN) == 3
    mails, uidnext = folder.look()

    assert ([mail.uid for mail in mails], uidnext) == ([1, 3], 4)
    assert folder.uidvalidity > 0


def test_lines_end_with_crlf() -> None:
    folder = Folder("INBOX")
    folder.add(b"a\nb\r\nc", THEN)

    assert folder.look()[0][0].raw == b"a\r\nb\r\nc"


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(ValueError, match="zone"):
        Folder("INBOX").add(b"", datetime(2026, 11, 24, 9, 42))  # noqa: DTZ001 - That is what is refused.


def test_mails_once_read_stay_as_they_were() -> None:
    folder = Folder("INBOX")
    uid = folder.add(b"", THEN)
    before, _ = folder.look()
    after = folder.flag(uid, lambda flags: flags | {"\\Seen"})

    assert before[0].flags == frozenset()
    assert after is not None
    assert after.flags == {"\\Seen"}
    assert folder.flag(9, lambda flags: flags) is None


def test_only_what_is_deleted_and_named_is_removed() -> None:
    folder = Folder("INBOX")
    for _ in range(3):
        folder.add(b"", THEN, ["\\Deleted"])
    folder.flag(3, lambda flags: frozenset())
    folder.expunge({1, 3})

    assert [mail.uid for mail in folder.look()[0]] == [2, 3]


def test_watchers_are_told_when_it_is_done() -> None:
    folder = Folder("INBOX")
    seen: list[int] = []
    folder.watchers.add(lambda: seen.append(len(folder.look()[0])))
    folder.add(b"", THEN, ["\\Deleted"])
    folder.flag(1, lambda flags: flags)
    folder.expunge()

    assert seen == [1, 1, 0]
