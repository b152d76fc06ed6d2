"""Reading messages from servers that describe some of them wrongly, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.errors import MailboxError
from whiteglove.imap.fetching import LARGEST_HEADER, fetch, fetch_sections, received_at
from whiteglove.imap.wire import Reply
from whiteglove.message import Part

HEADER = b"Subject: Catalogue\r\n\r\n"
TEXT = b'("text" "plain" NIL NIL NIL "7bit" 3 1)'


def described(uid: int, structure: bytes = TEXT, date: bytes = b"24-Nov-2026 10:42:11 +0100") -> list[Any]:
    head = b'%d (UID %d FLAGS (\\Seen $JUNK) INTERNALDATE "%s" RFC822.SIZE 120 BODY[HEADER]<0> {%d}' % (
        uid,
        uid,
        date,
        len(HEADER),
    )
    return [(head, HEADER), b" BODYSTRUCTURE " + structure + b")"]


class Server:
    """Answers one command after the other; keeps what was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, ...]] = []

    def ask(self, command: str, *arguments: str) -> Reply:
        self.asked.append((command, *arguments))
        return self.replies.pop(0)


def ok(*data: Any) -> Reply:
    return Reply(True, "", list(data))


def no(*data: Any, text: str = "some failed") -> Reply:
    return Reply(False, text, list(data))


def fetched(server: Server, *uids: int) -> Any:
    return fetch(server, "here", uids)  # type: ignore[arg-type]


def test_one_command_for_a_batch() -> None:
    server = Server(ok(*described(5), *described(6)))
    five, six = fetched(server, 6, 5)

    assert (five.uid, six.uid, five.size, five.header) == (5, 6, 120, HEADER)
    assert five.received_at == datetime(2026, 11, 24, 9, 42, 11, tzinfo=UTC)
    assert five.structure == Part("text/plain", size=3)
    assert five.flags == {"\\seen", "$junk"}
    assert server.asked == [
        ("FETCH", "5:6", f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.{LARGEST_HEADER}> BODYSTRUCTURE)")
    ]


def test_a_structure_that_makes_no_sense_is_none() -> None:
    [mail] = fetched(Server(ok(*described(5, b"NIL"))), 5)

    assert mail.structure is None


def test_a_reply_that_cannot_be_read_costs_only_the_structure_of_that_message() -> None:
    server = Server(
        ok(*described(5, b"((("), *described(6)),
        ok((b'5 (UID 5 INTERNALDATE "24-Nov-2026 10:42:11 +0100" RFC822.SIZE 120 BODY[HEADER] {22}', HEADER), b")"),
    )
    five, six = fetched(server, 5, 6)

    assert (five.header, five.structure) == (HEADER, None)
    assert six.structure is not None


def test_what_came_ahead_of_a_no_counts_and_the_rest_is_asked_for_singly() -> None:
    server = Server(no(*described(5)), ok(*described(6)))

    assert [mail.uid for mail in fetched(server, 5, 6)] == [5, 6]
    assert [asked[1] for asked in server.asked] == ["5:6", "6"]


def test_a_message_that_can_only_be_dated_is_recorded_all_the_same() -> None:
    bare = b'5 (UID 5 INTERNALDATE "24-Nov-2026 10:42:11 +0100" RFC822.SIZE 120)'
    [mail] = fetched(Server(no(), no(), ok(bare)), 5)

    assert (mail.header, mail.size, mail.structure) == (b"", 120, None)


def test_a_message_that_went_meanwhile_is_left_out() -> None:
    gone = b'5 (UID 5 INTERNALDATE "01-Jan-1970 00:00:00 +0000" RFC822.SIZE 0 BODY[HEADER]<0> NIL BODYSTRUCTURE NIL)'

    assert fetched(Server(ok(gone), ok(None)), 5) == []
    assert fetched(Server(ok(None)), 5) == []
    assert fetched(Server(no(), no(), no(), ok(b"")), 5) == []


def test_a_message_that_is_there_and_cannot_be_read_is_no_silent_loss() -> None:
    with pytest.raises(MailboxError, match="message 5"):
        fetched(Server(no(), no(), no(), ok(b"5")), 5)


@pytest.mark.parametrize("text", ["[UNAVAILABLE] later", "BAD Request is throttled."])
def test_a_busy_server_is_not_asked_fifty_times(text: str) -> None:
    server = Server(no(text=text))
    with pytest.raises(MailboxError) as error:
        fetched(server, *range(1, 51))

    assert error.value.code == "unavailable"
    assert len(server.asked) == 1


def test_other_messages_and_changed_flags_are_passed_over() -> None:
    [mail] = fetched(Server(ok(b"9 (FLAGS (\\Seen))", *described(5), b"5 (UID 5 FLAGS ())", *described(8))), 5)

    assert mail.uid == 5


def test_sections_take_few_commands() -> None:
    plain, nested = Part("text/plain", "1"), Part("text/plain", "1.1")
    server = Server(
        ok((b"1 (UID 5 BODY[1]<0> {3}", b"abc"), b")", (b"2 (UID 7 BODY[1]<0> {3}", b"def"), b")"),
        ok((b"3 (UID 6 BODY[1.1] {9}", b"ghijklmno"), b")"),
    )
    found = fetch_sections(server, "here", [(5, plain), (6, nested), (7, plain)], 4)  # type: ignore[arg-type]

    assert found == {5: b"abc", 6: b"ghij", 7: b"def"}
    assert server.asked == [
        ("FETCH", "5,7", "(UID BODY.PEEK[1]<0.4>)"),
        ("FETCH", "6", "(UID BODY.PEEK[1.1]<0.4>)"),
    ]


def test_a_section_that_fails_does_not_cost_its_neighbours() -> None:
    server = Server(no(), ok((b"1 (UID 5 BODY[1]<0> {1}", b"a"), b")"), no())
    wanted = [(5, Part("text/plain")), (6, Part("text/plain"))]

    assert fetch_sections(server, "here", wanted, 4) == {5: b"a"}  # type: ignore[arg-type]


def test_a_part_without_content_and_one_that_is_gone() -> None:
    server = Server(ok(b'1 (UID 5 BODY[1]<0> "")', b"2 (UID 6 BODY[1]<0> NIL)", b"3 (((", b"4 (FLAGS ())"))
    wanted = [(uid, Part("text/plain")) for uid in (5, 6)]
    server.replies.append(ok(None))

    assert fetch_sections(server, "here", wanted, 4) == {5: b""}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "instant"),
    [
        (b"24-Nov-2026 10:42:11 +0100", datetime(2026, 11, 24, 9, 42, 11, tzinfo=UTC)),
        (b" 4-nov-2026 23:59:60 -0930", datetime(2026, 11, 5, 9, 29, 59, tzinfo=UTC)),
        (b"24-Nov-2026 10:42:11", datetime(2026, 11, 24, 10, 42, 11, tzinfo=UTC)),
        (b"24-Foo-2026 10:42:11 +0100", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"01-Jan-0001 00:00:00 +2300", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"yesterday", datetime(1970, 1, 1, tzinfo=UTC)),
        (None, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_dates(said: bytes | None, instant: datetime) -> None:
    assert received_at(said) == instant


@given(st.binary() | st.from_regex(rb"\A\d{1,2}-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}\Z"))
def test_no_date_makes_it_raise(said: bytes) -> None:
    assert received_at(said).tzinfo is UTC
