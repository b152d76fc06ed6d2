"""Passwords: where they come from, and where they never turn up."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from whiteglove.errors import ConfigurationError, GrammarError, Problem
from whiteglove.settings.secrets import LARGEST, Secret, SecretSource, parse_source

PLACE = Problem("whiteglove.toml", 7, "mailboxes[0].password", "")


NOWHERE = Path("/nowhere")


def secret(
    kind: str,
    *argument: str,
    environ: dict[str, str] | None = None,
    seconds: float = 20.0,
    credentials: Path = Path("/etc/whiteglove/credentials"),
) -> Secret:
    return Secret(SecretSource(kind, argument), PLACE, environ or {"PATH": "/usr/bin:/bin"}, seconds, credentials)


def complaint(unreadable: Secret) -> str:
    with pytest.raises(ConfigurationError) as caught:
        unreadable.reveal()
    return str(caught.value)


@pytest.mark.parametrize("written", ["sesame", "sesame\n", "sesame\r\n"])
def test_every_source_gives_the_password_without_its_newline(tmp_path: Path, written: str) -> None:
    (tmp_path / "studio").write_bytes(written.encode())
    assert secret("file", str(tmp_path / "studio")).reveal() == "sesame"
    assert secret("credential", "studio", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)}).reveal() == "sesame"
    assert secret("env", "STUDIO", environ={"STUDIO": written}).reveal() == "sesame"
    assert secret("command", "printf", "%s", written).reveal() == "sesame"


def test_a_credential_of_a_whole_folder_bears_the_units_name(tmp_path: Path) -> None:
    """`LoadCredential=whiteglove:/etc/whiteglove/credentials` names its files so; one given by name comes first."""
    asked = secret("credential", "studio", environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    (tmp_path / "whiteglove_studio").write_text("open\n")
    assert asked.reveal() == "open"
    (tmp_path / "studio").write_text("sesame\n")
    assert asked.reveal() == "sesame"


def test_outside_a_service_a_credential_is_read_where_the_service_has_it_from(tmp_path: Path) -> None:
    (tmp_path / "studio").write_text("sesame\n")
    assert secret("credential", "studio", credentials=tmp_path).reveal() == "sesame"
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path / "given")}
    assert "cannot be read" in complaint(secret("credential", "studio", environ=given, credentials=tmp_path))


def test_blanks_are_part_of_a_password() -> None:
    assert secret("env", "STUDIO", environ={"STUDIO": " open sesame "}).reveal() == " open sesame "


def test_a_password_is_read_again_each_time(tmp_path: Path) -> None:
    kept = tmp_path / "studio"
    kept.write_text("old")
    asked = secret("file", str(kept))
    assert asked.reveal() == "old"
    kept.write_text("new")
    assert asked.reveal() == "new"


def test_a_command_sees_the_environment_and_no_shell() -> None:
    asked = secret("command", "sh", "-c", 'printf %s "$STUDIO"', environ={"PATH": "/usr/bin:/bin", "STUDIO": "a; b"})
    assert asked.reveal() == "a; b"
    assert secret("command", "printf", "%s", "$HOME `id`").reveal() == "$HOME `id`"


def test_a_command_that_does_not_answer_is_ended_with_its_children() -> None:
    text = complaint(secret("command", "sh", "-c", "sleep 300 & sleep 300", seconds=0.2))
    assert "the command sh did not answer within 0.2 s" in text
    assert "run it by hand" in text


def test_a_command_that_never_stops_talking_is_cut_off() -> None:
    assert "no password" in complaint(secret("command", "yes"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (secret("env", "STUDIO"), "STUDIO is not set; set it"),
        (secret("env", "STUDIO", environ={"STUDIO": ""}), "STUDIO is empty; put the password there"),
        (secret("env", "STUDIO", environ={"STUDIO": "sesame\nuser: kim"}), "several lines"),
        (secret("env", "STUDIO", environ={"STUDIO": "sesame" * LARGEST}), "no password"),
        (secret("credential", "studio", credentials=NOWHERE), "cannot be read from /nowhere/studio (no such file"),
        (secret("credential", "studio", environ={"CREDENTIALS_DIRECTORY": "/nowhere"}), "no such file"),
        (
            secret("credential", "studio", environ={"CREDENTIALS_DIRECTORY": "/nowhere"}),
            "put the password into /etc/whiteglove/credentials/studio, LoadCredential=whiteglove:/etc/whiteglove/cred",
        ),
        (secret("file", "/nowhere/studio"), "the file /nowhere/studio cannot be read (no such file or directory)"),
        (secret("file", "/"), "is a directory"),
        (secret("command", "no-such-program-here"), "cannot be started"),
        (secret("command", "sh", "-c", "echo sesame; echo sesame >&2; exit 3"), "ended with exit code 3; run it"),
        (secret("command", "printf", "sesame\\377"), "no UTF-8"),
    ],
)
def test_a_password_that_cannot_be_read_says_what_to_do_and_nothing_else(asked: Secret, words: str) -> None:
    text = complaint(asked)
    assert text.startswith("whiteglove.toml:7: mailboxes[0].password: ")
    assert words in text
    assert "sesame" not in text


UNUSABLE = {
    "several lines": b"sesame\nsesame",
    "no text": b"sesame\xff",
    "a NUL": b"sesame\0",
    "long": b"sesame" * LARGEST,
}


def unusable(folder: Path, why: str) -> Secret:
    (folder / "studio").write_bytes(UNUSABLE[why])
    return secret("file", str(folder / "studio"))


@pytest.mark.parametrize("why", sorted(UNUSABLE))
def test_a_traceback_with_all_its_variables_does_not_hold_the_password(tmp_path: Path, why: str) -> None:
    asked = unusable(tmp_path, why)
    with pytest.raises(ConfigurationError) as caught:
        asked.reveal()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "ses" + "ame" not in "".join(shown.format())
    assert caught.value.__context__ is None


def test_a_repr_names_the_place_and_not_the_words_of_a_command() -> None:
    assert repr(secret("command", "printf", "sesame")) == "Secret(the command printf)"
    assert repr(secret("env", "STUDIO", environ={"STUDIO": "sesame"})) == "Secret(the environment variable STUDIO)"
    assert f"{[secret('credential', 'studio')]}" == "[Secret(the credential 'studio')]"


@pytest.mark.parametrize(
    ("table", "source"),
    [
        ({"credential": "studio"}, SecretSource("credential", ("studio",))),
        ({"env": "STUDIO"}, SecretSource("env", ("STUDIO",))),
        ({"file": "studio.key"}, SecretSource("file", ("studio.key",))),
        ({"command": ["pass", "studio"]}, SecretSource("command", ("pass", "studio"))),
    ],
)
def test_a_table_names_one_place(table: dict[str, Any], source: SecretSource) -> None:
    assert parse_source(table) == source


@pytest.mark.parametrize(
    "value",
    [
        "sesame",
        7,
        ["sesame"],
        {},
        {"sesame": "sesame"},
        {"env": "STUDIO", "file": "sesame"},
        {"env": "STUDIO", "sesame": "x"},
        {"env": ""},
        {"env": ["sesame"]},
        {"env": "A=sesame"},
        {"credential": "../sesame"},
        {"credential": ".."},
        {"command": "pass sesame"},
        {"command": []},
        {"command": ["pass", 7]},
        {"command": ["pass", ""]},
        {"file": "a\0sesame"},
    ],
)
def test_a_wrong_place_is_answered_with_right_ones_and_not_repeated(value: object) -> None:
    with pytest.raises(GrammarError, match="right would be") as caught:
        parse_source(value)
    assert "sesame" not in str(caught.value)
