"""Searching large, sparse and lying mailboxes, on a server made of a set of UIDs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.errors import MailboxError
from whiteglove.imap import search as search_module
from whiteglove.imap.search import Search
from whiteglove.imap.wire import Reply


class Folder:
    """What `Search` needs of a wire: answers SEARCH and FETCH from a dictionary of Message-IDs by UID."""

    def __init__(self, mails: dict[int, str], header_search: str = "works") -> None:
        self.mails = mails
        self.exists = len(mails)
        self.header_search = header_search
        self.asked: list[tuple[str, ...]] = []
        self.longest = 0

    def ask(self, command: str, *arguments: str) -> Reply:
        self.asked.append((command, *arguments))
        return self._search(arguments) if command == "SEARCH" else self._fetch(arguments)

    def _search(self, arguments: tuple[str, ...]) -> Reply:
        kind, _, rest = arguments[0].partition(" ")
        if kind == "HEADER":
            if self.header_search == "refused":
                return Reply(False, "[SERVERBUG] unexpected", [])
            value = rest.partition(" ")[2].strip('"').casefold()
            found = [
                uid for uid, own in self.mails.items() if self.header_search == "works" and value in own.casefold()
            ]
        else:
            low, _, high = rest.partition(":")
            last = max(self.mails, default=0)
            bounds = sorted(last if bound == "*" else int(bound) for bound in (low, high or low))
            found = [uid for uid in self.mails if bounds[0] <= uid <= bounds[1]]
        self.longest = max(self.longest, len(found))
        return Reply(True, "", [b" ".join(b"%d" % uid for uid in found)])

    def _fetch(self, arguments: tuple[str, ...]) -> Reply:
        data: list[Any] = []
        for run in arguments[0].split(","):
            first, _, last = run.partition(":")
            for uid in range(int(first), int(last or first) + 1):
                block = f"Message-ID:\r\n {self.mails[uid]}\r\n\r\n".encode()
                data += [(b"1 (UID %d BODY[HEADER.FIELDS (X)] {%d}" % (uid, len(block)), block), b")"]
        return Reply(True, "", data)


def searching(folder: Folder, uidnext: int | None = None) -> Search:
    search = Search(folder, "here")  # type: ignore[arg-type]
    search.uidnext = uidnext
    return search


uid_sets = st.sets(st.integers(1, 5000), max_size=200)


@given(uid_sets, st.integers(1, 5100), st.none() | st.integers(0, 5100), st.booleans())
def test_every_uid_of_the_range_and_no_other(uids: set[int], low: int, high: int | None, told: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "WINDOW", 40)
        folder = Folder(dict.fromkeys(uids, ""))
        found = searching(folder, max(uids, default=0) + 1 if told else None).between(low, high)

    assert found == sorted(uid for uid in uids if low <= uid and (high is None or uid <= high))


@given(uid_sets, st.integers(1, 5100))
def test_an_old_uidnext_loses_nothing(uids: set[int], stale: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "WINDOW", 40)
        found = searching(Folder(dict.fromkeys(uids, "")), stale).between(1)

    assert found == sorted(uids)


def test_no_reply_of_a_dense_folder_outgrows_the_window() -> None:
    folder = Folder(dict.fromkeys(range(1, 100_001), ""))
    found = searching(folder, 100_001).between(1)

    assert len(found) == 100_000
    assert folder.longest <= search_module.WINDOW


def test_uids_far_apart_take_few_steps() -> None:
    folder = Folder(dict.fromkeys([1, 2_000_000_000, 4_000_000_000], ""))
    folder.exists = search_module.WINDOW + 1
    found = searching(folder, 4_000_000_001).between(1)

    assert found == [1, 2_000_000_000, 4_000_000_000]
    assert len(folder.asked) < 40


def test_above_the_largest_uid_nothing_is_asked_for() -> None:
    folder = Folder({2**32 - 1: "last"})
    assert searching(folder).between(2**32 - 1) == [2**32 - 1]
    asked = len(folder.asked)
    assert searching(folder).between(2**32) == []
    assert len(folder.asked) == asked


def test_one_search_in_a_folder_of_ordinary_size() -> None:
    folder = Folder(dict.fromkeys(range(1, 300), ""))
    searching(folder, 300).between(250)

    assert folder.asked == [("SEARCH", "UID 250:*")]


def test_what_is_found_moves_the_hint() -> None:
    search = searching(Folder({5: "", 9: ""}), 6)
    search.between(5)

    assert search.uidnext == 10


def test_since_has_english_months_whatever_the_locale() -> None:
    folder = Folder({3: ""})
    searching(folder).since(date(2026, 3, 5), 9)

    assert folder.asked == [("SEARCH", "UID 1:8", "SINCE 05-Mar-2026")]
    assert searching(folder).since(date(2026, 3, 5), 1) == []


def test_the_newest() -> None:
    uids = [1, *range(10_000, 10_010)]
    for uidnext in (None, 10_010, 9_000):
        search = searching(Folder(dict.fromkeys(uids, "")), uidnext)
        assert search.newest(3) == [10_007, 10_008, 10_009]
        assert search.newest(50) == uids
    assert searching(Folder({})).newest(3) == []


IDS = {uid: f"<{uid}@acme.example>" for uid in range(1, 301)}


@pytest.mark.parametrize("behaviour", ["works", "refused", "finds nothing"])
def test_a_header_is_found_whatever_the_server_makes_of_searching(behaviour: str) -> None:
    search = searching(Folder(IDS, behaviour), 301)

    assert search.with_header("Message-ID", "<299@ACME.example>") == [299]
    assert search.with_header("Message-ID", "<999@acme.example>") == []
    assert search.with_header("Message-ID", "<300@acme.example>") == [300]


def test_reading_instead_of_searching_stops_at_the_newest() -> None:
    assert searching(Folder(IDS, "refused"), 301).with_header("Message-ID", "<1@acme.example>") == []


def test_a_server_that_cannot_is_asked_once_and_one_that_can_is_believed() -> None:
    cannot, can = Folder(IDS, "refused"), Folder(IDS)
    search = searching(cannot, 301)
    for _ in range(3):
        search.with_header("Message-ID", "<9@acme.example>")
    assert sum("HEADER" in asked[1] for asked in cannot.asked if asked[0] == "SEARCH") == 1

    search = searching(can, 301)
    search.with_header("Message-ID", "<999@acme.example>")
    can.asked.clear()
    search.with_header("Message-ID", "<998@acme.example>")
    assert len(can.asked) == 1


def test_a_value_that_no_search_could_quote() -> None:
    assert searching(Folder({1: "<ä@acme.example>"}), 2).with_header("Message-ID", "<ä@acme.example>") == [1]


def test_a_search_refused() -> None:
    class Refusing(Folder):
        def ask(self, command: str, *arguments: str) -> Reply:
            return Reply(False, "[UNAVAILABLE] later", [])

    with pytest.raises(MailboxError) as error:
        searching(Refusing({})).between(1)
    assert error.value.code == "unavailable"
