"""SEARCH over a folder of four mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from whiteglove.demo.imap_grammar import BadCommandError, values
from whiteglove.demo.imap_search import search
from whiteglove.demo.maildrop import Mail

LATE = datetime(2026, 11, 24, 0, 30, tzinfo=timezone(timedelta(hours=1)))
VIEW = [
    Mail(3, b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nTo: robin@vale.example\r\n\r\n", LATE, frozenset({"\\Seen"})),
    Mail(5, b"Subject: Catalogue\r\n =?broken\r\nX-Note: \r\n\r\n", LATE + timedelta(hours=1), frozenset({"\\Draft"})),
    Mail(8, "Subject: Grüße\r\nMessage-ID: <Eight@acme.example>\r\n\r\n".encode(), LATE + timedelta(days=1)),
    Mail(9, b"", datetime(2026, 11, 30, 12, tzinfo=UTC), frozenset({"\\Seen", "\\Deleted"})),
]


@pytest.mark.parametrize(
    ("keys", "uids"),
    [
        ("ALL", [3, 5, 8, 9]),
        ("2:3", [5, 8]),
        ("*", [9]),
        ("UID 5:8", [5, 8]),
        ("UID 10:*", [9]),
        ("UID *", [9]),
        ("UID 4:4294967295", [5, 8, 9]),
        ("SINCE 24-Nov-2026", [5, 8, 9]),
        ("BEFORE 24-Nov-2026", [3]),
        ("ON 24-Nov-2026", [5, 8]),
        ("UID 1:8 SINCE 24-Nov-2026", [5, 8]),
        ("SEEN", [3, 9]),
        ("UNSEEN", [5, 8]),
        ("UNDELETED SEEN", [3]),
        ("NOT SEEN", [5, 8]),
        ("OR DRAFT DELETED", [5, 9]),
        ("OR (SEEN UNDELETED) UID 8", [3, 8]),
        ('HEADER Message-ID "<eight@ACME.example>"', [8]),
        ("HEADER message-id acme", [8]),
        ('HEADER X-Note ""', [5]),
        ('HEADER Subject ""', [3, 5, 8]),
        ("SUBJECT catalogue", [5]),
        ('SUBJECT "grü"', [3, 8]),
        ("TO robin", [3]),
        ("(ALL)", [3, 5, 8, 9]),
    ],
)
def test_what_is_found(keys: str, uids: list[int]) -> None:
    found = search(values([(keys.encode(), None)]), VIEW)

    assert [mail.uid for _, mail in found] == uids
    assert all(VIEW[number - 1] is mail for number, mail in found)


def test_an_empty_folder() -> None:
    for keys in (["ALL"], ["*"], ["UID", "*"], ["UID", "1:*"]):
        assert search(keys, []) == []


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "FOO",
        "UID",
        "UID x",
        "NOT",
        "OR ALL",
        "SINCE yesterday",
        "HEADER Subject",
        "()",
        '"ALL"',
        "UNALL",
        "NOT " * 99,
    ],
)
def test_what_is_not_understood(keys: str) -> None:
    with pytest.raises(BadCommandError):
        search(values([(keys.encode(), None)]), VIEW)
