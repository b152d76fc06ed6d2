"""Faults as sentences."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.fields import Section
from whiteglove.settings.locate import positions
from whiteglove.settings.models import ConfigurationFile, MailboxSection
from whiteglove.settings.problems import Source, dotted, field_at

RIGHT: dict[str, Any] = {"owner": {"name": "R", "address": "r@vale.example", "timezone": "UTC"}}


def sentences(data: dict[str, Any], model: type[Section] = ConfigurationFile) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return [f"{problem.key}: {problem.text}" for problem in Source("f.toml").problems(caught.value, model)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "owner: is missing; write [owner] and below it name, address, timezone"),
        (RIGHT | {"ownr": 1}, 'ownr: there is no such key; did you mean "owner"?'),
        (
            RIGHT | {"daemon": {"hours": "x"}},
            "daemon.hours: there is no such key here; it belongs into the section owner",
        ),
        (
            RIGHT | {"limits": {"zzz": 1}},
            "limits.zzz: there is no such key; known here are person, domain, all",
        ),
        (RIGHT | {"daemon": 7}, "daemon: must be a section of its own; right would be [daemon]"),
        (RIGHT | {"team": {"name": "Kim"}}, "team: must be a list in brackets"),
        (RIGHT | {"team": ["Kim"]}, "team[0]: must be a section of its own; right would be [[team]]"),
        (RIGHT | {"plugins": []}, "plugins: must be a section of its own; right would be [plugins]"),
        (RIGHT | {"plugins": {"x": 1}}, "plugins.x: is a section of its own; right would be [plugins.NAME] with"),
        (RIGHT | {"daemon": {"mode": "lve"}}, 'daemon.mode: must be "rehearsal" or "live"'),
        (RIGHT | {"daemon": {"poll": 60}}, 'daemon.poll: must be text in quotes; right would be poll = "60s"'),
        (RIGHT | {"daemon": {"poll": "4s"}}, 'daemon.poll: is shorter than servers like; right would be "60s"'),
        (
            RIGHT | {"owner": RIGHT["owner"] | {"hours_per_week": "38"}},
            "owner.hours_per_week: must be a number without quotes; right would be hours_per_week = 38",
        ),
        (
            RIGHT | {"owner": RIGHT["owner"] | {"hours_per_week": 0}},
            "owner.hours_per_week: must be greater than 0; right would be hours_per_week = 38",
        ),
        (
            RIGHT | {"owner": RIGHT["owner"] | {"hours_per_week": float("inf")}},
            "owner.hours_per_week: must be",
        ),
        (
            RIGHT | {"owner": RIGHT["owner"] | {"aliases": "a@vale.example"}},
            'owner.aliases: must be a list in brackets; right would be aliases = ["hello@vale.example"]',
        ),
        (
            RIGHT | {"daemon": {"live_since": "2026"}},
            "daemon.live_since: must be a date with a time and an offset; right would be live_since = 2026-11-22T08",
        ),
    ],
)
def test_a_fault_of_the_configuration_is_a_sentence(data: dict[str, Any], sentence: str) -> None:
    assert any(found.startswith(sentence) for found in sentences(data)), sentences(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, 'name: is missing; right would be name = "Acme GmbH"'),
        ({"name": ""}, "name: is empty; write something"),
        (
            {"name": "A", "acknowledge": "yes"},
            "acknowledge: must be true or false, without quotes; right would be acknowledge = true",
        ),
        ({"name": "A", "engagement": "contrat"}, 'engagement: "contrat" is none of casual, contract'),
        (
            {"name": "A", "people": [{"name": "W", "addresses": []}]},
            'people[0].addresses: must have at least one entry; right would be addresses = ["wile@acme.example"]',
        ),
        (
            {"name": "A", "people": [{"name": "W"}]},
            "people[0].addresses: is missing; right would be addresses = [",
        ),
        (
            {"name": "A", "projects": [{"name": "P", "deadline": 7}]},
            "projects[0].deadline: must be a date; right would be deadline = 2026-12-18",
        ),
        ({"name": "A", "rules": [{"words": "w", "kind": "fy"}]}, 'rules[0].kind: "fy" is none of'),
        ({"name": "A", "report": [7]}, 'report: must be a list in brackets; right would be report = ["Tue 16:00"'),
    ],
)
def test_a_fault_of_a_client_is_a_sentence(data: dict[str, Any], sentence: str) -> None:
    assert any(found.startswith(sentence) for found in sentences(data, ClientFile)), sentences(data, ClientFile)


def test_the_problems_of_a_file_come_in_the_order_of_its_lines() -> None:
    text = '[daemon]\npoll = 1\nmode = "x"\n[owner]\nzzz = 1\n'
    source = Source("f.toml", positions(text))
    with pytest.raises(ValidationError) as caught:
        ConfigurationFile.model_validate({"daemon": {"poll": 1, "mode": "x"}, "owner": {"zzz": 1}})
    lines = [problem.line for problem in source.problems(caught.value, ConfigurationFile)]
    assert lines == [2, 3, 4, 4, 4, 5]


def test_a_value_from_the_environment_is_reported_under_the_variable() -> None:
    source = Source("f.toml", overrides={("owner", "timezone"): "WHITEGLOVE_OWNER__TIMEZONE"})
    assert str(source.problem(("owner", "timezone"), "is odd")) == "environment: WHITEGLOVE_OWNER__TIMEZONE: is odd"
    assert str(source.problem(("owner", "timezone", 0), "is odd")) == "environment: WHITEGLOVE_OWNER__TIMEZONE: is odd"
    assert str(source.problem(("owner", "name"), "is odd")) == "f.toml:1: owner.name: is odd"


def test_a_path_is_written_with_dots_and_brackets() -> None:
    assert dotted(("mailboxes", 0, "password", "env")) == "mailboxes[0].password.env"


def test_a_field_is_found_by_its_path_as_far_as_models_reach() -> None:
    found, owner = field_at(ConfigurationFile, ("mailboxes", 0, "folders", 1))
    assert found is not None
    assert found.examples == [["INBOX"]]
    assert owner is MailboxSection
    assert field_at(ConfigurationFile, ("plugins", "x", "y"))[0] is None
    assert field_at(ConfigurationFile, ("owner", "name", "first")) == (None, None)


def test_a_section_that_takes_nothing_says_so() -> None:
    class Nothing(Section):
        """A plugin without settings."""

    assert sentences({"tone": 1}, Nothing) == ["tone: there is no such key; this section takes none"]
