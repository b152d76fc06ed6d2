"""What clients say, right and wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.demo.imap_grammar import (
    DEEPEST,
    BadCommandError,
    Item,
    day,
    exactly,
    flags,
    items,
    moment,
    number_set,
    text,
    values,
    word,
    written_moment,
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", []),
        (b"LOGIN robin secret", ["LOGIN", "robin", "secret"]),
        (b'LOGIN "robin vale" "a\\"b\\\\c"', ["LOGIN", b"robin vale", b'a"b\\c']),
        (b'LIST "" %', ["LIST", b"", "%"]),
        (b"STORE 1:* +FLAGS (\\Seen \\Draft)", ["STORE", "1:*", "+FLAGS", ["\\Seen", "\\Draft"]]),
        (b"FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (To Cc)]<0.9>)", [
            "FETCH", "1", ["UID", "BODY.PEEK[HEADER.FIELDS (To Cc)]<0.9>"]]),
        (b"SEARCH (OR (1) ()) ", ["SEARCH", ["OR", ["1"], []]]),
    ],
)  # fmt: skip
def test_a_line(line: bytes, said: list[Any]) -> None:
    assert values([(line, None)]) == said


def test_literals_stand_where_they_were_announced() -> None:
    assert values([(b"APPEND ", b"Sent"), (b" (\\Seen) ", b"a (b"), (b"", None)]) == [
        "APPEND",
        b"Sent",
        ["\\Seen"],
        b"a (b",
    ]


@pytest.mark.parametrize("line", [b"(", b")", b"a ) (", b'"open', b"[a", b"a]", b"{x", b'"\\n"', b"(" * (DEEPEST + 1)])
def test_what_makes_no_sense(line: bytes) -> None:
    with pytest.raises(BadCommandError):
        values([(line, None)])


@given(st.lists(st.tuples(st.binary(), st.none() | st.binary())))
def test_no_line_raises_anything_else(pieces: list[tuple[bytes, bytes | None]]) -> None:
    try:
        read = values(pieces)
    except BadCommandError:
        return
    for value in read:
        for reader in (items, flags, day, moment, lambda one: number_set(one, 9)):
            try:
                reader(value)
            except BadCommandError:
                continue


@pytest.mark.parametrize(
    ("given", "last", "held"),
    [
        ("1", 9, {1}),
        ("1:3,7", 9, {1, 2, 3, 7}),
        ("3:1", 9, {1, 2, 3}),
        ("8:*", 9, {8, 9}),
        ("20:*", 9, set(range(9, 21))),
    ],
)
def test_sets_of_numbers(given: str, last: int, held: set[int]) -> None:
    assert {number for some in number_set(given, last) for number in some} == held


@pytest.mark.parametrize("given", ["", "1:", "a", "1:2:3", ",", "1 2", "99999999999", b"1", ["1"]])
def test_what_is_no_set(given: Any) -> None:
    with pytest.raises(BadCommandError):
        number_set(given, 9)


def test_days_and_moments() -> None:
    zone = timezone(timedelta(hours=1))

    assert day("4-nov-2026") == date(2026, 11, 4)
    assert day(b"24-Nov-2026") == date(2026, 11, 24)
    assert moment(b"24-Nov-2026 10:42:11 +0100") == datetime(2026, 11, 24, 10, 42, 11, tzinfo=zone)
    assert moment(b" 4-Nov-2026 10:42:11 -0000") == datetime(2026, 11, 4, 10, 42, 11, tzinfo=UTC)
    assert written_moment(datetime(2026, 11, 4, 0, 42, 11, 999, tzinfo=zone)) == '"03-Nov-2026 23:42:11 +0000"'


@pytest.mark.parametrize(
    "given", ["today", "31-Feb-2026", "1-Foo-2026", "24-Nov-2026 25:00:00 +0100", "24-Nov-2026", []]
)
def test_what_is_no_moment(given: Any) -> None:
    with pytest.raises(BadCommandError):
        moment(given)


@given(st.integers(0, 2**32))
def test_a_moment_survives_being_written(seconds: int) -> None:
    instant = datetime.fromtimestamp(seconds, UTC)

    assert moment(written_moment(instant).strip('"')) == instant


def test_flags_of_the_system_have_one_spelling() -> None:
    assert flags(["\\SEEN", "\\draft", "Later"]) == {"\\Seen", "\\Draft", "Later"}
    assert flags("\\Seen") == {"\\Seen"}


def test_items() -> None:
    assert items(["uid", "Flags", "BODY.PEEK[1.2]<5.10>", "BODY[header.fields (To)]"]) == [
        Item("UID"),
        Item("FLAGS"),
        Item("BODY[1.2]<5>", "1.2", 5, 15),
        Item("BODY[HEADER.FIELDS (TO)]", "header.fields (To)", is_peek=False),
    ]
    assert items("BODY[]") == [Item("BODY[]", "", is_peek=False)]


@pytest.mark.parametrize("asked", ["FOO", "BODY", "BODY[1]<5>", "BODY.PEEK", [["UID"]]])
def test_what_is_no_item(asked: Any) -> None:
    with pytest.raises(BadCommandError):
        items(asked)


def test_the_wrong_sort_of_value() -> None:
    for reader, value in ((word, b"quoted"), (word, []), (text, [])):
        with pytest.raises(BadCommandError):
            reader(value)
    with pytest.raises(BadCommandError, match=re.escape("2 arguments where 1 were expected")):
        exactly(1, ["a", "b"])
