"""Environment variables in place of keys."""

from __future__ import annotations

from typing import Any

import pytest

from whiteglove.settings.environment import override
from whiteglove.settings.locate import KeyPath
from whiteglove.settings.models import ConfigurationFile


def placed(data: dict[str, Any], **environ: str) -> dict[KeyPath, str]:
    found, problems = override(data, environ, ConfigurationFile)
    assert problems == []
    return found


def test_text_is_taken_as_it_stands() -> None:
    data: dict[str, Any] = {"owner": {"name": "Robin", "timezone": "Europe/Berlin"}}
    found = placed(
        data,
        WHITEGLOVE_OWNER__TIMEZONE="Asia/Tokyo",
        WHITEGLOVE_OWNER__NAME="123",
        WHITEGLOVE_DAEMON__MODE="live",
        HOME="/",
    )
    assert data == {"owner": {"name": "123", "timezone": "Asia/Tokyo"}, "daemon": {"mode": "live"}}
    assert found[("owner", "timezone")] == "WHITEGLOVE_OWNER__TIMEZONE"


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("OWNER__HOURS_PER_WEEK", "30", 30),
        ("OWNER__HOURS_PER_WEEK", "many", "many"),
        ("OWNER__ALIASES", '["a@vale.example"]', ["a@vale.example"]),
        ("OWNER__ALIASES", "a@vale.example", "a@vale.example"),
        ("OWNER__HOURS", "Mon-Fri 09:00-12:00", "Mon-Fri 09:00-12:00"),
        ("OWNER__HOURS", '["Mon 09:00-12:00"]', ["Mon 09:00-12:00"]),
        ("OWNER__NAME", "[Robin]", "[Robin]"),
        ("TEAM", '[{ name = "Kim", address = "kim@vale.example" }]', [{"name": "Kim", "address": "kim@vale.example"}]),
        ("PLUGINS__REPORTS__AT", "08:00", "08:00"),
        ("PLUGINS__REPORTS__ON", "2026-11-22", "2026-11-22"),
        ("PLUGINS__REPORTS__SURE", "0.9", 0.9),
        ("PLUGINS__REPORTS__ENABLED", "false", False),
        ("PLUGINS__REPORTS__REMIND", '["1d"]', ["1d"]),
    ],
)
def test_what_is_no_text_is_read_as_toml(variable: str, text: str, value: object) -> None:
    data: dict[str, Any] = {}
    path = next(iter(placed(data, **{f"WHITEGLOVE_{variable}": text})))
    here: Any = data
    for part in path:
        here = here[part]
    assert here == value


def test_an_entry_of_a_list_is_named_by_its_number() -> None:
    data: dict[str, Any] = {"mailboxes": [{"name": "one"}, {"name": "two"}]}
    placed(data, WHITEGLOVE_MAILBOXES__1__NAME="second", WHITEGLOVE_MAILBOXES__1__PASSWORD='{ env = "X" }')
    assert data["mailboxes"] == [{"name": "one"}, {"name": "second", "password": {"env": "X"}}]


def test_a_plugin_keeps_the_spelling_of_the_file() -> None:
    data: dict[str, Any] = {"plugins": {"My-Plugin": {"at": "08:00"}}}
    placed(data, WHITEGLOVE_PLUGINS__MY_PLUGIN__AT="09:00")
    assert data == {"plugins": {"My-Plugin": {"at": "09:00"}}}


def test_variables_with_another_purpose_are_left_alone() -> None:
    data: dict[str, Any] = {
        "mailboxes": [{"password": {"env": "WHITEGLOVE_STUDIO"}, "smtp_password": {"env": "WHITEGLOVE_SMTP"}}, 7]
    }
    before = repr(data)
    found = placed(data, WHITEGLOVE_STUDIO="x", WHITEGLOVE_SMTP="y", WHITEGLOVE_CONFIG="/z", WHITEGLOVE_CORPORA="/c")
    assert (repr(data), found) == (before, {})


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("WHITEGLOVE_", "names no key; right would be WHITEGLOVE_OWNER__TIMEZONE"),
        ("WHITEGLOVE_OWNER____NAME", "names no key"),
        ("WHITEGLOVE_OWNER__NAME__FIRST", "WHITEGLOVE_OWNER__NAME is a value and has no keys"),
        ("WHITEGLOVE_MAILBOXES__1__NAME", "WHITEGLOVE_MAILBOXES has 1 entries, counted from 0"),
        ("WHITEGLOVE_MAILBOXES__STUDIO__NAME", "WHITEGLOVE_MAILBOXES has 1 entries, counted from 0"),
        ("WHITEGLOVE_MAILBOXES__7", "WHITEGLOVE_MAILBOXES has 1 entries, counted from 0"),
    ],
)
def test_a_name_that_leads_nowhere_is_a_problem(variable: str, words: str) -> None:
    data: dict[str, Any] = {"owner": {"name": "Robin"}, "mailboxes": [{"name": "studio"}]}
    found, problems = override(data, {variable: "sesame"}, ConfigurationFile)
    assert found == {}
    assert str(problems[0]).startswith(f"environment: {variable}: ")
    assert words in str(problems[0])
    assert "sesame" not in str(problems[0])
