"""The kinds of values in the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from whiteglove.clients import DateRange, ReportSlot, WorkBlock
from whiteglove.errors import GrammarError
from whiteglove.settings import fields


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("robin@vale.example", "robin@vale.example"),
        (" Robin.V+x@Vale.Example ", "Robin.V+x@vale.example"),
        ("o'neil@vale.example", "o'neil@vale.example"),
        ("robin@localhost", "robin@localhost"),
        ("kim@bäckerei.example", "kim@xn--bckerei-5wa.example"),
    ],
)
def test_an_address_keeps_its_local_part_and_folds_its_domain(text: str, address: str) -> None:
    assert fields.email_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "robin",
        "@vale.example",
        "robin@",
        "Robin <robin@vale.example>",
        "a b@vale.example",
        "a@b@c.example",
        "a@b..example",
        "a@-b.example",
        "a\r\n@vale.example",
        "a@vale_.example",
        "\x7f@vale.example",
        "a\x00@vale.example",
        f"a@{'b' * 64}.example",
    ],
)
def test_a_wrong_address_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match=r'right would be "robin@vale\.example"'):
        fields.email_address(text)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Acme.Example", "acme.example"),
        ("@acme.example", "acme.example"),
        ("bäckerei.example.", "xn--bckerei-5wa.example"),
    ],
)
def test_a_domain_is_folded(text: str, domain: str) -> None:
    assert fields.domain(text) == domain


@pytest.mark.parametrize("text", ["", "acme", "*.acme.example", "kim@acme.example", "acme..example", "a b.example"])
def test_a_wrong_domain_is_answered_with_a_right_one(text: str) -> None:
    with pytest.raises(GrammarError, match=r'right would be "acme\.example"'):
        fields.domain(text)


def test_a_zone_is_one_of_the_database() -> None:
    assert fields.zone("America/New_York") == "America/New_York"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Europe/Berln", 'did you mean "Europe/Berlin"'),
        ("europe/berlin", 'did you mean "Europe/Berlin"'),
        ("Europe", "?"),
        ("localtime", '"Europe/Berlin"'),
        ("/etc/localtime", '"Europe/Berlin"'),
        ("../x", '"Europe/Berlin"'),
        ("", '"Europe/Berlin"'),
        ("a\0b", '"Europe/Berlin"'),
    ],
)
def test_a_wrong_zone_is_answered_with_a_right_one(text: str, words: str) -> None:
    with pytest.raises(GrammarError) as caught:
        fields.zone(text)
    assert words in str(caught.value)


def test_a_language_is_one_of_seven() -> None:
    assert fields.language("DE") == "de"
    with pytest.raises(GrammarError, match="en, de, fr"):
        fields.language("tlh")


@pytest.mark.parametrize("text", ["", "  ", "two\nlines", "a\rb", "a\0b", "a\u2028b"])
def test_one_line_is_one_line(text: str) -> None:
    with pytest.raises(GrammarError):
        fields.one_line(text)


def test_one_line_may_hold_any_letters() -> None:
    assert fields.one_line(" Société\u00a0Générale – 株式会社 ") == "Société\u00a0Générale – 株式会社"


def test_prose_has_lines_and_no_control_characters() -> None:
    assert fields.prose("one\r\n\ttwo\n") == "one\n\ttwo"
    with pytest.raises(GrammarError):
        fields.prose("a\x1b[31m")


@pytest.mark.parametrize(
    ("kind", "value", "meaning"),
    [
        (fields.Cadence, "Tue 16:00", (ReportSlot(1, time(16)),)),
        (fields.Cadence, [{"at": "Tue 16:00", "by": "call"}], (ReportSlot(1, time(16), "call"),)),
        (fields.Work, "Tue 11:00-13:00", (WorkBlock(1, time(11), time(13)),)),
        (fields.Day, date(2026, 12, 18), date(2026, 12, 18)),
        (fields.Day, "2026-12-18", date(2026, 12, 18)),
        (fields.Days, date(2026, 12, 18), DateRange(date(2026, 12, 18), date(2026, 12, 18))),
        (fields.Days, "2026-12-18/2026-12-19", DateRange(date(2026, 12, 18), date(2026, 12, 19))),
        (fields.DayOrInstant, datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (fields.Duration, "8h", timedelta(hours=8)),
        (fields.OptionalLine, " ", ""),
    ],
)
def test_a_value_becomes_what_the_program_works_with(kind: Any, value: object, meaning: object) -> None:
    assert TypeAdapter[Any](kind).validate_python(value) == meaning


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (fields.Cadence, 16),
        (fields.Cadence, [16]),
        (fields.Work, [date(2026, 12, 18)]),
        (fields.Hours, 9),
        (fields.Day, datetime(2026, 12, 18, tzinfo=UTC)),
        (fields.Days, 2026),
        (fields.DayOrInstant, "2026-12-01"),
        (fields.Instant, date(2026, 12, 1)),
        (fields.Instant, datetime(2026, 12, 1)),  # noqa: DTZ001
        (fields.Duration, 8),
        (fields.OneLine, True),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Any](kind).validate_python(value)


def test_a_close_word_is_offered_and_a_distant_one_is_not() -> None:
    assert fields.unlike("adress", ["address", "name"]) == '; did you mean "address"?'
    assert fields.unlike("zzz", ["address", "name"]) == ""


@pytest.mark.parametrize(
    "read", [fields.one_line, fields.prose, fields.domain, fields.email_address, fields.zone, fields.language]
)
@given(text=st.text() | st.text(alphabet="a.-@ß", max_size=80))
def test_no_text_raises_anything_but_a_grammar_error(read: Callable[[str], str], text: str) -> None:
    try:
        assert isinstance(read(text), str)
    except GrammarError:
        return
