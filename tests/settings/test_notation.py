"""Values and keys as they stand in a TOML file."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.grammar import parse_clock, parse_duration
from whiteglove.message import Kind
from whiteglove.settings.notation import duration_text, toml_key, toml_value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (38, "38"),
        (0.5, "0.5"),
        ("x", '"x"'),
        ("Café “Elm”", '"Café “Elm”"'),
        ('a "word"\\', '"a \\"word\\"\\\\"'),
        ("two\nlines", '"two\\nlines"'),
        (["a", 1], '["a", 1]'),
        (("a",), '["a"]'),
        ([], "[]"),
        ({"env": "X"}, '{ env = "X" }'),
        ({"a b": 1}, '{ "a b" = 1 }'),
        (date(2026, 12, 1), "2026-12-01"),
        (datetime(2026, 12, 1, 8, tzinfo=UTC), "2026-12-01T08:00:00Z"),
        (time(8, 5), '"08:05"'),
        (timedelta(minutes=3), '"3m"'),
        (Kind.FYI, '"fyi"'),
        (1 + 2j, '"(1+2j)"'),
    ],
)
def test_a_value_is_written_as_in_a_file(value: object, written: str) -> None:
    assert toml_value(value) == written


_PLAIN = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.dates()
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.recursive(_PLAIN | _TEXT, lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner), max_leaves=10))
def test_what_is_written_is_read_again(value: Any) -> None:
    assert tomllib.loads(f"value = {toml_value(value)}") == {"value": value}


@given(st.timedeltas(timedelta(0), timedelta(days=36525)))
def test_a_span_reads_like_everywhere(span: timedelta) -> None:
    assert parse_duration(duration_text(span)) == span - timedelta(microseconds=span.microseconds)


def test_spans_are_written_as_people_write_them() -> None:
    spans = [timedelta(0), timedelta(minutes=90), timedelta(days=7), timedelta(seconds=90)]
    assert [duration_text(span) for span in spans] == ["0s", "1h 30m", "7d", "1m 30s"]


@given(st.times())
def test_a_time_of_day_reads_like_everywhere(at: time) -> None:
    assert parse_clock(toml_value(at).strip('"')) == at.replace(second=0, microsecond=0, fold=0)


def test_a_key_has_quotes_where_it_needs_them() -> None:
    assert toml_key("plugins", "daily_summary") == "plugins.daily_summary"
    assert toml_key("plugins", "my plugin") == 'plugins."my plugin"'
    assert toml_key("") == '""'
