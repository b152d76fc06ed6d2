"""Whether a mail that comes back has failed for good, as servers of different makes say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.parse.returned import Returned, read_returned

STATUS = b"Reporting-MTA: dns; mx.vale.example\r\n\r\nFinal-Recipient: rfc822; wile@acme.example\r\n"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b"Action: failed\r\nStatus: 5.1.1\r\n", Returned(True, "5.1.1")),
        (b"ACTION:failed\r\nSTATUS:5.7.26\r\n", Returned(True, "5.7.26")),
        (b"Action: delayed\r\nStatus: 4.4.1\r\n", Returned(False, "4.4.1")),
        (b"Action: delivered\r\nStatus: 2.0.0\r\n", Returned(False, "2.0.0")),
        (b"Action: relayed\r\n", Returned(False, None)),
        (b"Action: delivered\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\n", Returned(True, "5.0.0")),
    ],
)
def test_the_fields_of_a_report_decide(fields: bytes, expected: Returned) -> None:
    assert read_returned(STATUS + fields) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (b"Hi. This is the mail program at vale.example. I gave up. 550 5.1.1 no such user", Returned(True, "5.1.1")),
        (b"The following address had permanent errors", Returned(True, None)),
        (b"Your message has been delayed. The server will keep trying for two days.", Returned(False, None)),
        (b"THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.", Returned(False, None)),
    ],
)
def test_a_report_without_fields_is_read_by_its_words(words: bytes, expected: Returned) -> None:
    assert read_returned(words) == expected


@given(st.binary(max_size=2000))
def test_whatever_the_bytes_are_nothing_is_raised(body: bytes) -> None:
    assert read_returned(body).failed in (True, False)
