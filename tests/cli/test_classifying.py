"""`classify`: one JSON object a line, for every message, whatever it is."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Done, Home, ask
from whiteglove.cli import classifying
from whiteglove.cli.classifying import Knowledge, describe
from whiteglove.message import Message

KEYS = [
    "path",
    "message_id",
    "human",
    "may_acknowledge",
    "obliges",
    "reason",
    "client",
    "kind",
    "kinds",
    "abstained",
    "confidence",
    "cues",
    "defects",
]


def mail(text: str = "How are things progressing?", *, subject: str = "Catalogue", more: str = "") -> bytes:
    return (
        f"From: Wile Coyote <wile@acme.example>\nTo: robin@vale.example\nSubject: {subject}\n"
        f"Date: Tue, 24 Nov 2026 10:42:00 +0100\nMessage-ID: <m1@acme.example>\n{more}\n{text}\n"
    ).encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "m1.eml").write_bytes(mail())
    return tmp_path / "m1.eml"


def lines(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_a_line_has_exactly_these_keys_with_and_without_json(home: Home, file: Path) -> None:
    (said,) = lines(home.ask("classify", str(file)))
    assert list(said) == KEYS
    assert home.ask("classify", "--json", str(file)) == home.ask("classify", str(file))
    assert said["path"] == str(file)
    assert said["message_id"] == "m1@acme.example"
    assert (said["human"], said["may_acknowledge"], said["obliges"], said["reason"]) == (True, True, True, None)
    assert said["client"] == "acme"
    assert said["kind"] == "status_request"
    assert said["kinds"][0] == "status_request"
    assert said["abstained"] is False
    assert 0 < said["confidence"] <= 1
    assert said["cues"]
    assert said["defects"] == []


def test_without_a_configuration_nobody_is_known_and_the_kind_is_told(file: Path) -> None:
    done = ask("classify", str(file))
    assert done.code == 0
    assert done.err == ""
    (said,) = lines(done)
    assert list(said) == KEYS
    assert (said["client"], said["may_acknowledge"], said["obliges"]) == (None, False, False)
    assert said["kind"] == "status_request"


@pytest.mark.parametrize("how", ["option", "environment", "usual place"])
def test_a_broken_configuration_is_never_passed_over(
    home: Home, file: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.path.write_text("[owner]\n")
    if how == "environment":
        monkeypatch.setenv("WHITEGLOVE_CONFIG", str(home.path))
    if how == "usual place":
        monkeypatch.setenv("CONFIGURATION_DIRECTORY", str(home.folder))
    done = home.ask("classify", str(file)) if how == "option" else ask("classify", str(file))
    assert done.code == 2
    assert done.out == ""
    assert f"{home.path}:1: owner.name: is missing" in done.err


def test_a_configuration_that_was_named_and_is_not_there_is_a_fault(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("classify", str(file), "--config", "/nowhere.toml").code == 2
    monkeypatch.setenv("WHITEGLOVE_CONFIG", "/nowhere.toml")
    assert ask("classify", str(file)).code == 2


def test_a_rule_of_the_owners_decides_the_kind(home: Home, tmp_path: Path) -> None:
    (tmp_path / "lunch.eml").write_bytes(mail(subject="Lunch"))
    (said,) = lines(home.ask("classify", str(tmp_path / "lunch.eml")))
    assert (said["kind"], said["confidence"], said["obliges"]) == ("fyi", 1.0, False)


def test_a_machine_is_told_by_its_headers_and_has_its_kind(home: Home, tmp_path: Path) -> None:
    (tmp_path / "list.eml").write_bytes(mail(more="List-Id: <news.acme.example>\n"))
    (said,) = lines(home.ask("classify", str(tmp_path / "list.eml")))
    assert (said["human"], said["reason"], said["kind"], said["kinds"]) == (False, "list_headers", "list", ["list"])
    assert (said["obliges"], said["abstained"], said["confidence"]) == (False, False, 1.0)


def test_the_client_is_any_author_as_it_is_to_the_daemon(home: Home, tmp_path: Path) -> None:
    raw = mail().replace(b"From: ", b"From: Eve <eve@elsewhere.example>, ")
    (tmp_path / "two.eml").write_bytes(raw)
    assert lines(home.ask("classify", str(tmp_path / "two.eml")))[0]["client"] == "acme"


@pytest.mark.parametrize("raw", [b"", b"\0\xff\xfe" * 100, b"From: \n\n", b"no header at all", b"\n\n\n"])
def test_whatever_the_bytes_are_there_is_a_line_and_exit_0(home: Home, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "odd.eml").write_bytes(raw)
    done = home.ask("classify", str(tmp_path / "odd.eml"))
    assert done.code == 0
    assert done.err == ""
    (said,) = lines(done)
    assert list(said) == KEYS
    assert said["human"] is False
    assert said["defects"]


def test_a_message_that_nobody_foresaw_is_unreadable_and_the_next_is_not(
    home: Home, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.eml").write_bytes(b"From: crash@acme.example\n\n")
    parse = classifying.parse_whole

    def breaking(raw: bytes) -> tuple[Message, str | None]:
        if b"crash" in raw:
            raise RecursionError
        return parse(raw)

    monkeypatch.setattr(classifying, "parse_whole", breaking)
    done = home.ask("classify", str(tmp_path / "a.eml"), str(file))
    assert done.code == 0
    first, second = lines(done)
    assert (first["reason"], first["defects"], first["kind"]) == ("unreadable", ["unreadable"], "question")
    assert second["kind"] == "status_request"


def test_what_is_missing_is_told_and_the_rest_is_classified(home: Home, file: Path) -> None:
    done = home.ask("classify", "/nowhere/at/all", str(file))
    assert done.code == 1
    assert done.err == "whiteglove: /nowhere/at/all: no such file or directory\n"
    assert [said["path"] for said in lines(done)] == [str(file)]


def test_a_file_name_that_is_no_text_is_told_as_json_can(home: Home, tmp_path: Path) -> None:
    name = os.fsdecode(bytes(tmp_path / "m") + b"\xff.eml")
    Path(name).write_bytes(mail())
    (said,) = lines(home.ask("classify", name))
    assert said["path"] == name


def test_thousands_of_files_are_read_in_one_go(home: Home, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(2000):
        (tmp_path / "many" / f"{number}.eml").write_bytes(mail(f"How are things progressing with part {number}?"))
    home.ask("classify", str(home.path))
    began = time.monotonic()
    done = home.ask("classify", str(tmp_path / "many"))
    assert len(lines(done)) == 2000
    assert time.monotonic() - began < 20


def test_describe_needs_no_file(home: Home) -> None:
    settings = home.settings()
    said = describe(mail(), Knowledge(settings.book, settings.lexicon))
    assert list(said) == KEYS[1:]
