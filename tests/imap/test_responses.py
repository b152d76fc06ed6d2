"""The grammar of server responses: what is taken apart is what was said, and nothing else."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.imap.responses import (
    DEEPEST,
    Piece,
    Value,
    attributes,
    number_set,
    numbers,
    quoted,
    responses,
    uid_of,
    values,
)

strings = st.binary(max_size=20)
trees = st.recursive(st.none() | strings, lambda children: st.lists(children, max_size=4).map(tuple), max_leaves=20)


def said(value: Value, literals: bool) -> list[bytes | tuple[bytes, bytes]]:
    """A value as a server would say it, strings as literals or quoted where that is allowed."""
    pieces: list[bytes | tuple[bytes, bytes]] = []
    line = bytearray()

    def say(item: Value) -> None:
        nonlocal line
        if item is None:
            line += b"NIL "
        elif isinstance(item, tuple):
            line += b"("
            for child in item:
                say(child)
            line += b") "
        elif literals or any(byte in item for byte in b"\r\n\0") or any(byte > 127 for byte in item):
            pieces.append((bytes(line) + b"{%d}" % len(item), item))
            line = bytearray(b" ")
        else:
            line += b'"' + item.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'" '

    say(value)
    return [*pieces, bytes(line)]


@given(trees, st.booleans())
def test_what_was_said_comes_back(tree: Value, literals: bool) -> None:
    assert values(said(tree, literals)) == (tree,)


@given(st.lists(st.tuples(st.binary(), st.binary()) | st.binary()))
def test_nonsense_is_a_value_error_and_nothing_else(pieces: list[bytes | tuple[bytes, bytes]]) -> None:
    try:
        values(pieces)
    except ValueError:
        return


@pytest.mark.parametrize("line", [b"(a", b"a)", b'("a', b"(BODY[1)", b"(" * (DEEPEST + 5) + b")" * (DEEPEST + 5)])
def test_what_is_not_closed_or_too_deep_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        values([line])


def test_a_response_ends_with_a_plain_line() -> None:
    data = [(b"1 (UID 5 BODY[HEADER] {2}", b"ab"), b")", b"2 (UID 6)", None]

    assert list(responses(data)) == [[(b"1 (UID 5 BODY[HEADER] {2}", b"ab"), b")"], [b"2 (UID 6)"]]
    assert list(responses([None])) == []


def test_the_items_of_a_fetch_by_name() -> None:
    pieces: list[Piece] = [
        (b'3 (uid 7 RFC822.SIZE 12 BODY[HEADER.FIELDS ("From" "To")]<0> {3}', b"a)("),
        b" FLAGS (\\Seen) X NIL)",
    ]

    assert attributes(pieces) == {
        "UID": b"7",
        "RFC822.SIZE": b"12",
        'BODY[HEADER.FIELDS ("FROM" "TO")]': b"a)(",
        "FLAGS": (b"\\Seen",),
        "X": None,
    }


@pytest.mark.parametrize("line", [b"3", b"3 FETCH (UID 1)", b"3 (UID)", b"3 (UID 1 FLAGS)", b"3 ((UID) 1)", b"(UID 1)"])
def test_a_fetch_without_pairs_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        attributes([line])


@pytest.mark.parametrize("text", [b'"%s"' % (b"x" * 2_000_000), b"x" * 2_000_000, b"[%s]" % (b"x" * 2_000_000)])
def test_a_long_string_weighs_no_more_than_a_few_of_itself(text: bytes) -> None:
    tracemalloc.start()
    (read,) = values([text])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(read, bytes)
    assert len(read) >= 2_000_000
    assert peak < 20_000_000


def test_the_uid_is_found_in_a_response_that_makes_no_sense() -> None:
    assert uid_of([b"3 (UID 12 BODYSTRUCTURE ((("]) == 12
    assert uid_of([(b"3 (BODY[1] {1}", b"x"), b" UID 9)"]) == 9
    assert uid_of([b"3 (FLAGS ())"]) is None


def test_a_search_reply_over_several_lines() -> None:
    assert numbers([b"1 2", b"", None, b"7 (MODSEQ 99)"]) == [1, 2, 7]


@given(st.sets(st.integers(1, 60)))
def test_a_set_names_its_numbers_and_no_others(uids: set[int]) -> None:
    named: set[int] = set()
    for run in filter(None, number_set(uids).split(",")):
        first, _, last = run.partition(":")
        named.update(range(int(first), int(last or first) + 1))

    assert named == uids


def test_runs_are_short() -> None:
    assert number_set([5, 9, 6, 7, 7, 20]) == "5:7,9,20"


def test_quoting_keeps_out_what_cannot_be_quoted() -> None:
    assert quoted('a"b\\c') == '"a\\"b\\\\c"'
    for text in ("ä", "a\r\nb", "\0"):
        with pytest.raises(ValueError, match="ASCII"):
            quoted(text)
