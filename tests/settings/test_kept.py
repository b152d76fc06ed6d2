"""A key that a plugin speaks of is kept where passwords are, and its faults name the plugin's section."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteglove.errors import ConfigurationError
from whiteglove.settings import Settings, load
from whiteglove.settings.kept import kept

PATH = ("plugins", "hook")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(write(tmp_path), {"HOME": str(tmp_path)})


def write(folder: Path) -> Path:
    (folder / "key").write_text("from the file\n")
    file = folder / "whiteglove.toml"
    file.write_text(
        "[owner]\n"
        'name = "Robin Vale"\n'
        'address = "robin@vale.example"\n'
        'timezone = "Europe/Berlin"\n'
        "[[mailboxes]]\n"
        'name = "studio"\n'
        'imap = "imaps://robin@imap.vale.example"\n'
        'smtp = "smtps://robin@smtp.vale.example"\n'
        'password = { env = "PASSWORD" }\n'
        "[plugins.acknowledge]\n"
    )
    return file


def test_a_variable_and_a_file_beside_the_configuration(settings: Settings) -> None:
    assert kept({"env": "HOOK"}, settings, PATH, {"HOOK": "s3cret"}).reveal() == "s3cret"
    assert kept({"file": "key"}, settings, PATH, {}).reveal() == "from the file"


def test_a_credential_lies_beside_the_configuration_too(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "hook").write_text("s3cret")
    assert kept({"credential": "hook"}, settings, PATH, {}).reveal() == "s3cret"


def test_what_is_no_place_names_the_section_and_not_the_value(settings: Settings) -> None:
    with pytest.raises(ConfigurationError) as error:
        kept("s3cret", settings, PATH, {})
    (problem,) = error.value.problems
    assert problem.key == "plugins.hook"
    assert "s3cret" not in str(error.value)


def test_a_key_that_is_not_there_says_where_it_was_looked_for(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="HOOK is not set"):
        kept({"env": "HOOK"}, settings, PATH, {}).reveal()
