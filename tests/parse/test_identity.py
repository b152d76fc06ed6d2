"""Message-IDs that may be copied, and dates as far as they make sense."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.parse.identity import LONGEST_ID, MOST_REFERENCES, parse_date, parse_ids


@pytest.mark.parametrize(
    ("value", "ids", "broken"),
    [
        ("<a@acme.example>", ("a@acme.example",), False),
        ("<a@acme.example> <b@acme.example>", ("a@acme.example", "b@acme.example"), False),
        ("<a@b.example><c@d.example>,<e@f.example>", ("a@b.example", "c@d.example", "e@f.example"), False),
        ("<a@acme.example> <a@acme.example>", ("a@acme.example",), False),
        ("a@acme.example", ("a@acme.example",), False),
        ('Your message of "Mon, 23 Nov" <a@acme.example>', ("a@acme.example",), False),
        ("< a@acme.example >", ("a@acme.example",), False),
        ("<a=b+c/d$e@[192.0.2.1]>", ("a=b+c/d$e@[192.0.2.1]",), False),
        ("", (), False),
        ("<>", (), True),
        ("<no-at-sign>", (), True),
        ("<a b@acme.example>", (), True),
        ("<ä@acme.example>", (), True),
        ("<@acme.example>", (), True),
        ("<a@>", (), True),
        ("<a@acme.example> <broken>", ("a@acme.example",), True),
        ("<" + "a" * LONGEST_ID + "@acme.example>", (), True),
    ],
)  # fmt: skip
def test_r55_only_ids_that_may_be_copied_are_kept(value: str, ids: tuple[str, ...], broken: bool) -> None:
    assert parse_ids(value) == (ids, broken)


def test_of_a_long_list_the_first_and_the_newest_are_kept() -> None:
    value = " ".join(f"<{number}@acme.example>" for number in range(1000))
    ids, broken = parse_ids(value)

    assert len(ids) == MOST_REFERENCES
    assert ids[0] == "0@acme.example"
    assert ids[-1] == "999@acme.example"
    assert not broken


@given(st.text(st.sampled_from("<>a@ .,é\x00\n")))
def test_ids_hold_nothing_that_could_break_a_header(value: str) -> None:
    for found in parse_ids(value)[0]:
        assert found.isascii()
        assert found.isprintable()
        assert not set(found) & set("<> ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Tue, 24 Nov 2026 10:42:09 +0100", datetime(2026, 11, 24, 9, 42, 9, tzinfo=UTC)),
        ("24 Nov 2026 10:42 GMT", datetime(2026, 11, 24, 10, 42, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:42:09 -0000", datetime(2026, 11, 24, 10, 42, 9, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:42:09", datetime(2026, 11, 24, 10, 42, 9, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:42:09 +0100 (CET)", datetime(2026, 11, 24, 9, 42, 9, tzinfo=UTC)),
        ("tomorrow", None),
        ("", None),
        ("Tue, 31 Feb 2026 10:42:09 +0100", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Tue, 24 Nov 2026 10:42:09 +999999999999", None),
    ],
)
def test_r98_a_date_is_utc_or_nothing(value: str, expected: datetime | None) -> None:
    assert parse_date(value) == expected


@given(st.one_of(st.text(), st.text(st.sampled_from("0123456789 :+-NovTue,"))))
def test_any_value_can_be_asked_for_its_date(value: str) -> None:
    found = parse_date(value)

    assert found is None or found.utcoffset() is not None
