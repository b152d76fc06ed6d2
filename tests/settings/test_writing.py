"""Commented configuration files: what is given, what is left out, and what may be taken back in."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from pydantic import BaseModel, Field

from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.models import ConfigurationFile
from whiteglove.settings.outline import PluginSection, client_outline, configuration_outline
from whiteglove.settings.writing import WIDTH, commented

from .conftest import Folder


class Place(BaseModel):
    where: str = Field(examples=["roof"])


class Horn(BaseModel):
    tune: str = Field(default="fanfare", description="What it plays.")
    secret: str
    long: str = Field(default="x" * 90, description="A long one. " * 20)
    places: list[Place] = []


OUTLINE = configuration_outline([PluginSection("horn", "Blows.", Horn)])
GIVEN: dict[str, Any] = {
    "owner": {"name": 'Robin "R" Vale', "holidays": "DE-BE", "hours_per_week": 20},
    "daemon": {"mode": "live"},
    "mailboxes": [
        {"name": "studio", "password": {"env": "PW"}},
        {"name": "office", "sent": "Gesendet", "folders": ["Work"]},
    ],
}


def taken_in(text: str) -> str:
    """The same file with every key and table that is a comment put in force."""
    return re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)


def test_what_is_given_stands_there_and_the_rest_has_its_default_or_an_example() -> None:
    data = tomllib.loads(commented(OUTLINE, GIVEN))
    assert data["owner"] == {
        "name": 'Robin "R" Vale',
        "address": "robin@vale.example",
        "timezone": "Europe/Berlin",
        "language": "en",
        "hours": "Mon-Fri 09:00-17:30",
        "holidays": "DE-BE",
        "hours_per_week": 20,
    }
    assert data["daemon"]["mode"] == "live"
    assert data["limits"] == {"person": "2 per day", "domain": "20 per hour", "all": "60 per hour"}
    assert [box["name"] for box in data["mailboxes"]] == ["studio", "office"]
    assert data["mailboxes"][0]["password"] == {"env": "PW"}
    assert data["mailboxes"][1]["sent"] == "Gesendet"
    assert set(data) == {"owner", "daemon", "limits", "mailboxes"}


def test_what_is_written_is_a_right_configuration(folder: Folder) -> None:
    settings = folder.load(commented(OUTLINE, GIVEN))
    assert [account.name for account in settings.mailboxes] == ["studio", "office"]


def test_leaving_the_defaults_where_they_are_changes_nothing() -> None:
    data = tomllib.loads(commented(OUTLINE, GIVEN))
    small = {
        "owner": {key: data["owner"][key] for key in ("name", "address", "timezone")},
        "mailboxes": [{key: box[key] for key in ("name", "imap", "smtp")} for box in data["mailboxes"]],
    }
    plain = commented(OUTLINE, {"mailboxes": [{"name": "studio"}, {"name": "office"}], "owner": small["owner"]})
    assert ConfigurationFile.model_validate(tomllib.loads(plain)) == ConfigurationFile.model_validate(small)


def test_every_comment_that_is_a_key_can_be_taken_in() -> None:
    text = taken_in(commented(configuration_outline([]), {"mailboxes": [{}]}))
    file = ConfigurationFile.model_validate(tomllib.loads(text))
    assert [member.name for member in file.team] == ["Kim"]
    written = set(re.findall(r"^(\w+) = ", text, re.MULTILINE))
    assert written == {key.name for table in configuration_outline([]).everything() for key in table.keys}


def test_only_the_first_of_several_is_explained() -> None:
    text = commented(OUTLINE, GIVEN)
    assert text.count("[[mailboxes]]") == 2
    assert text.count("What logs and commands call it.") == 1
    assert text.count("The accounts that are watched") == 1


def test_a_plugin_that_is_not_given_is_a_comment_and_one_that_is_given_is_enabled() -> None:
    without = commented(OUTLINE, {})
    assert "# Blows.\n# [plugins.horn]\n" in without
    assert "plugins" not in tomllib.loads(without)
    given = commented(OUTLINE, {"plugins": {"horn": {"secret": "s", "places": [{"where": "attic"}, {}]}}})
    assert "# Blows.\n[plugins.horn]\n" in given
    assert tomllib.loads(given)["plugins"]["horn"] == {
        "tune": "fanfare",
        "secret": "s",
        "long": "x" * 90,
        "places": [{"where": "attic"}, {"where": "roof"}],
    }


def test_a_key_that_must_be_there_and_has_no_example_is_left_to_the_reader() -> None:
    text = commented(OUTLINE, {"plugins": {"horn": {}}})
    assert "\n# secret = …\n" in text
    assert "secret" not in tomllib.loads(text)["plugins"]["horn"]


def test_a_comment_stands_beside_its_key_or_above_it_and_no_line_of_it_is_too_long() -> None:
    lines = commented(OUTLINE, {"plugins": {"horn": {"secret": "s"}}}, "One.\n" + "two " * 60).splitlines()
    assert lines[:2] == ["# One.", "# " + "two " * 28 + "two"]
    assert 'tune = "fanfare"  # What it plays.' in lines
    at = next(number for number, line in enumerate(lines) if line.startswith("long = "))
    assert lines[at - 1].startswith("# ")
    assert "#" not in lines[at]
    assert [line for line in lines if len(line) > WIDTH] == []


def test_comments_of_a_table_stand_in_one_column() -> None:
    text = commented(OUTLINE, {})
    (daemon,) = re.findall(r"^\[daemon\]\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    assert len({line.rindex("# ") for line in daemon.splitlines()}) == 1


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"ovner": {}}, "ovner"),
        ({"owner": {"nmae": "R"}}, "owner.nmae"),
        ({"mailboxes": [{}, {"port": 1}]}, "mailboxes.port"),
        ({"plugins": {"hron": {}}}, "plugins.hron"),
        ({"plugins": {"horn": {"tone": 1}}}, "plugins.horn.tone"),
    ],
)
def test_a_value_that_has_no_place_is_refused(values: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=rf"^there is no key {key}$"):
        commented(OUTLINE, values)


def test_a_clients_file_can_be_written_too() -> None:
    given = {"name": "Acme GmbH", "people": [{"name": "Wile Coyote", "addresses": ["wile@acme.example"]}]}
    text = commented(client_outline(), given)
    assert ClientFile.model_validate(tomllib.loads(text)) == ClientFile.model_validate(given)
    assert text.startswith('name = "Acme GmbH"')
    whole = ClientFile.model_validate(tomllib.loads(taken_in(text)))
    assert [len(part) for part in (whole.people, whole.projects, whole.dates, whole.rules)] == [1, 1, 1, 1]


def test_a_file_ends_with_one_line_break() -> None:
    for text in (commented(OUTLINE, {}), commented(client_outline(), {}, "A client.")):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "\n\n\n" not in text
