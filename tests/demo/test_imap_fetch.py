"""The answer to FETCH, octet by octet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from whiteglove.demo.imap_fetch import fetched
from whiteglove.demo.imap_grammar import BadCommandError, items, values
from whiteglove.demo.maildrop import Mail

RAW = b"From: Wile <wile@acme.example>\r\nSubject: Catalogue\r\n\r\nHow are things?\r\n"
MAIL = Mail(7, RAW, datetime(2026, 11, 24, 9, 42, 11, tzinfo=UTC), frozenset({"\\Seen", "\\Answered"}))


def said(asked: str) -> bytes:
    [value] = values([(asked.encode(), None)])
    return fetched(2, MAIL, items(value))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("UID", b"UID 7"),
        ("(FLAGS UID)", b"FLAGS (\\Answered \\Seen) UID 7"),
        ("INTERNALDATE", b'INTERNALDATE "24-Nov-2026 09:42:11 +0000"'),
        ("RFC822.SIZE", b"RFC822.SIZE %d" % len(RAW)),
        ("BODY[]", b"BODY[] {%d}\r\n%b" % (len(RAW), RAW)),
        ("BODY.PEEK[TEXT]", b"BODY[TEXT] {17}\r\nHow are things?\r\n"),
        ("BODY.PEEK[1]<4.3>", b"BODY[1]<4> {3}\r\nare"),
        ("BODY.PEEK[1]<40.3>", b"BODY[1]<40> {0}\r\n"),
        ("BODY.PEEK[7]", b"BODY[7] {0}\r\n"),
        ("BODY.PEEK[header.fields (subject)]", b"BODY[HEADER.FIELDS (SUBJECT)] {22}\r\nSubject: Catalogue\r\n\r\n"),
        ("BODYSTRUCTURE", b'BODYSTRUCTURE ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 17 1 NIL NIL NIL NIL)'),
        ("ENVELOPE", b'ENVELOPE (NIL "Catalogue" %b %b %b NIL NIL NIL NIL NIL)' % (
            (b'(("Wile" NIL "wile" "acme.example"))',) * 3)),
    ],
)  # fmt: skip
def test_items(asked: str, answer: bytes) -> None:
    assert said(asked) == b"* 2 FETCH (" + answer + b")\r\n"


def test_a_section_that_no_mail_can_have() -> None:
    with pytest.raises(BadCommandError):
        said("BODY.PEEK[COVER]")
