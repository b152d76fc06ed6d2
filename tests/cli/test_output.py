"""Answers for programs and for people."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.cli.output import ago, bold, instant, local, print_facts, print_json, print_table, visible
from whiteglove.message import Kind

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def printed(value: object, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding)
    with redirect_stdout(out):
        print_json(value)
        out.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NOON, "2026-11-24T12:00:00+00:00"),
        (NOON.astimezone(BERLIN), "2026-11-24T13:00:00+01:00"),
        (date(2026, 12, 18), "2026-12-18"),
        (time(16, 0), "16:00:00"),
        (timedelta(days=7), "P7D"),
        (timedelta(hours=8), "PT8H"),
        (timedelta(days=1, minutes=90), "PT25H30M"),
        (timedelta(seconds=45), "PT45S"),
        (timedelta(0), "P0D"),
        (Path("/var/lib"), "/var/lib"),
        (Kind.FYI, "fyi"),
    ],
)
def test_what_json_has_no_form_for_is_text(value: object, expected: str) -> None:
    assert json.loads(printed({"value": value})) == {"value": expected}


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=[]))))
def test_one_line_of_json_in_any_encoding(encoding: str, value: dict[str, str]) -> None:
    text = printed(value, encoding)
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert json.loads(text) == value


def test_columns_are_as_wide_as_their_widest_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("a", 1, None), ("longer", 22, "x")], heading=("KEY", "N", "MORE"))
    assert capsys.readouterr().out == "KEY     N   MORE\na       1\nlonger  22  x\n"


def test_a_table_without_rows_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([], heading=("KEY",))
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 40 columns that shows bold type."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    return Terminal()


def test_wide_signs_take_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([("杉並", "1"), ("Søre", "2")])
    assert capsys.readouterr().out == "杉並  1\nSøre  2\n"


def test_headings_are_bold_in_a_terminal(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_table([("a", 1)], heading=("KEY", "N"))
    assert terminal.getvalue() == "\x1b[1mKEY  N\x1b[0m\na    1\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_not_in_a_terminal_that_wants_none(
    name: str, value: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redirect_stdout(terminal):
        assert bold("x") != "x"
        monkeypatch.setenv(name, value)
        assert bold("x") == "x"


def test_facts_keep_to_the_width_of_a_terminal(terminal: Terminal) -> None:
    with redirect_stdout(terminal):
        print_facts([("Mode", "live"), ("Plugins", "acknowledge, incidents, contact_frequency, daily_summary")])
    assert terminal.getvalue().splitlines() == [
        "\x1b[1mMode\x1b[0m     live",
        "\x1b[1mPlugins\x1b[0m  acknowledge, incidents,",
        "         contact_frequency,",
        "         daily_summary",
    ]


def test_facts_go_whole_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_facts([("Mode", "live"), ("Plugins", "acknowledge, " * 20)])
    mode, plugins = capsys.readouterr().out.splitlines()
    assert mode == "Mode     live"
    assert plugins.count("acknowledge") == 20


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    assert visible("two\nlines\tand \x1b[31mred\x07") == "two lines and �[31mred�"
    assert visible("right\u202eleft") == "right�left"


def test_instants_stand_in_the_owners_zone() -> None:
    assert instant(NOON, BERLIN) == "2026-11-24T13:00:00+01:00"
    assert instant(datetime(2026, 7, 1, 12, 0, 0, 999, tzinfo=UTC), BERLIN) == "2026-07-01T14:00:00+02:00"
    assert instant(None, BERLIN) is None
    assert local(NOON, BERLIN) == "Tue 24 Nov 2026 13:00"
    assert local(None, BERLIN) == "–"


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=-3), "0 s ago"),
        (timedelta(seconds=119), "119 s ago"),
        (timedelta(seconds=120), "2 min ago"),
        (timedelta(minutes=119), "119 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=14), "14 days ago"),
    ],
)
def test_how_long_ago(passed: timedelta, expected: str) -> None:
    assert ago(NOON - passed, NOON) == expected
    assert ago(None, NOON) == "never"
