"""`plugins new`: a package that works as it is written, and a word on what would be right where none can be."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from cli.conftest import ask
from whiteglove import API_VERSION, __version__
from whiteglove.cli.scaffolding import fault_of, scaffold
from whiteglove.cli.usage import UsageError


def test_a_package_is_written_and_nothing_configured_is_needed(tmp_path: Path) -> None:
    done = ask("plugins", "new", "friday_mail", "--dir", str(tmp_path))
    assert (done.code, done.err) == (0, "")
    folder = tmp_path / "whiteglove-friday-mail"
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["whiteglove.plugins"] == {"friday_mail": "friday_mail"}
    assert project["project"]["dependencies"] == [f"whiteglove>={__version__}"]
    plugin = (folder / "src/friday_mail/__init__.py").read_text("utf-8")
    assert f'requires="{API_VERSION}"' in plugin
    assert "[plugins.friday_mail]" in plugin
    assert tomllib.loads((folder / "src/friday_mail/words/friday_mail.toml").read_text("utf-8"))["en"]
    assert (folder / "src/friday_mail/py.typed").exists()
    assert "[plugins.friday_mail]" in (folder / "README.md").read_text("utf-8")
    for line in ("pip install -e .", "python -m pytest", "[plugins.friday_mail]"):
        assert line in done.out


def test_its_test_has_ten_lines(tmp_path: Path) -> None:
    folder = scaffold("friday_mail", tmp_path)
    (test,) = (folder / "tests").glob("test_*.py")
    body = [line for line in test.read_text("utf-8").splitlines() if line]
    assert len(body) <= 12
    ast.parse("\n".join(body))


def test_it_can_be_told_as_json_and_makes_the_folder_that_is_named(tmp_path: Path) -> None:
    said = ask("plugins", "new", "friday_mail", "--dir", str(tmp_path / "a" / "b"), "--json").json
    folder = tmp_path / "a" / "b" / "whiteglove-friday-mail"
    assert (said["name"], said["folder"]) == ("friday_mail", str(folder))
    assert sorted(said["files"]) == sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("friday-mail", "is no name for a plugin; right would be friday_mail: small letters, digits and _"),
        ("Friday Mail", "right would be friday_mail"),
        ("9to5", "right would be to5"),
        ("Ärger", "right would be arger"),
        ("", "right would be friday_mail"),
        ("x" * 41, "is no name for a plugin"),
        ("a__b", "right would be a_b"),
        ("calendar", "calendar means something in Python itself; right would be calendar_mail"),
        ("lambda", "right would be lambda_mail"),
        ("scope", "there is a plugin scope already"),
        ("pytest", "pytest is a package that is installed here; right would be pytest_mail"),
        ("whiteglove", "whiteglove is a package that is installed here"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused_with_what_would_be_right(name: str, said: str, tmp_path: Path) -> None:
    done = ask("plugins", "new", "--dir", str(tmp_path), "--", name)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_said_to_be_right_is() -> None:
    for wrong in ("friday-mail", "Friday Mail", "a__b", "calendar", "scope", "é!?"):
        fault = fault_of(wrong, ["scope"])
        assert fault is not None
        right = fault.partition("right would be ")[2].removeprefix("a name of its own, ").split(":")[0]
        assert fault_of(right, ["scope"]) is None


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    folder = scaffold("friday_mail", tmp_path)
    (folder / "README.md").write_text("Mine.")
    with pytest.raises(UsageError, match="is there already, and nothing is overwritten"):
        scaffold("friday_mail", tmp_path)
    assert (folder / "README.md").read_text() == "Mine."


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = ask("plugins", "new", "friday_mail", "--dir", str(tmp_path / "file"))
    assert done.code == 2
    assert "--dir names a folder of your own" in done.err
