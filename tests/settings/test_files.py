"""Files that cannot be read, cannot be understood, or should not be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteglove.errors import Problem
from whiteglove.settings.files import read_clients, read_configuration, read_text


def clients(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (folder / f"{name}.toml").write_bytes(content)
    return folder


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_text(file) == "a = 1\r\n"


def test_a_file_that_is_no_text_is_a_problem_with_a_line(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b'# one\n# two\nname = "B\xe4r"\n')
    problem = read_text(file)
    assert isinstance(problem, Problem)
    assert str(problem) == f"{file}:3: holds bytes that are no UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(("name", "why"), [("gone.toml", "no such file or directory"), ("", "is a directory")])
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, name: str, why: str) -> None:
    config, _, problems = read_configuration(tmp_path / name, {})
    assert config is None
    assert [f"cannot be read ({why}); it must be a file that this user may read"] == [p.text for p in problems]


def test_a_syntax_error_is_one_problem_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "whiteglove.toml"
    file.write_text("[owner]\nname = Robin\n")
    config, _, problems = read_configuration(file, {"WHITEGLOVE_OWNER__NAME": "Kim"})
    assert config is None
    assert [(problem.line, problem.key) for problem in problems] == [(2, "")]


def test_a_folder_that_is_not_there_is_an_empty_book(tmp_path: Path) -> None:
    assert read_clients(tmp_path / "clients") == ({}, {}, [])


def test_a_file_in_the_folders_place_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "clients").touch()
    assert "it must be a folder" in read_clients(tmp_path / "clients")[2][0].text


def test_every_client_is_read_by_its_files_name(tmp_path: Path) -> None:
    clients(tmp_path, birch=b'name = "Birch"', acme_2=b'name = "Acme"')
    (tmp_path / "notes.txt").write_text("not a client")
    (tmp_path / ".#birch.toml").write_text("an editor's")
    entries, sources, problems = read_clients(tmp_path)
    assert list(entries) == ["acme_2", "birch"]
    assert entries["birch"].file.name == "Birch"
    assert sources["birch"].file == str(tmp_path / "birch.toml")
    assert problems == []


def test_each_file_has_its_own_problems(tmp_path: Path) -> None:
    clients(tmp_path, Acme=b'name = "Acme"', birch=b"name = ", cedar=b'naem = "Cedar"', dune=b'name = "Dune"')
    entries, sources, problems = read_clients(tmp_path)
    assert list(entries) == ["dune"]
    assert list(sources) == ["birch", "cedar", "dune"]
    shown = [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]
    assert shown[0].startswith("Acme.toml: the file's name is the client's key")
    assert shown[1].startswith("birch.toml:1: this is not valid TOML")
    assert shown[2:] == [
        'cedar.toml:1: name: is missing; right would be name = "Acme GmbH"',
        'cedar.toml:1: naem: there is no such key; did you mean "name"?',
    ]
