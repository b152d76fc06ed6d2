"""What is handed out: a wheel that runs from anywhere, and sources that can be tested."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = {"whiteglove": ROOT / "daemon", "whiteglove_plugins": ROOT / "plugins"}
MAIL = """\
From: Wile Coyote <wile@acme.example>
To: Robin Vale <robin@vale.example>
Subject: Catalogue
Message-ID: <wheel@acme.example>
Date: Tue, 24 Nov 2026 10:42:00 +0100

Hi Robin, how are things progressing with the catalogue?
"""


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    """What a program printed; it has no way to a network, as far as its settings go, and no configuration."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("WHITEGLOVE_", "PYTHON"))}
    environ |= {"PIP_NO_INDEX": "1", "HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"}
    if path is not None:
        environ["PYTHONPATH"] = str(path)
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sources of this checkout; both are made here, with what is installed."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--directory", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the contents of the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wheel, cwd=wheel.parent)
    return folder


def files_of(package: str) -> set[str]:
    """What the checkout has of a package, as paths below its source root."""
    root = SOURCES[package]
    return {
        path.relative_to(root).as_posix()
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("package", SOURCES)
def test_the_wheel_holds_every_file_of_the_package(wheel: Path, package: str) -> None:
    there = {name for name in zipfile.ZipFile(wheel).namelist() if name.split("/")[0] == package}
    assert there == files_of(package)
    assert f"{package}/py.typed" in there


def test_the_wheel_holds_the_data_without_which_nothing_works(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for code in ("en", "de", "fr", "es", "it", "pt", "nl"):
        assert f"whiteglove/classify/cues/{code}.toml" in names
        assert f"whiteglove/languages/{code}.toml" in names
        assert f"whiteglove/templates/notice.{code}.txt" in names
        assert f"whiteglove_plugins/templates/acknowledge/next_report.{code}.txt" in names


def test_the_wheel_brings_the_command_the_plugins_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry_points,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        text = archive.read(entry_points).decode()
        roots = {name.split("/")[0] for name in archive.namelist()}
        assert [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    assert "whiteglove = whiteglove.cli:main" in text
    assert "acknowledge = whiteglove_plugins.acknowledge" in text
    assert {root for root in roots if not root.endswith(".dist-info")} == set(SOURCES)


def test_the_wheel_says_what_it_needs_what_may_be_added_and_where_it_was_tried(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().partition("\n\n")[0].splitlines()
    extras = {line.partition(": ")[2]: 0 for line in lines if line.startswith("Provides-Extra: ")}
    for line in lines:
        if found := re.search(r"^Requires-Dist: .*; extra == '(\w+)'$", line):
            extras[found[1]] += 1
    assert extras == {"demo": 0, "llm": 0, "metrics": 1, "notify": 1}
    pythons = [line.rpartition(" :: ")[2] for line in lines if "Python :: 3." in line]
    assert pythons == ["3.11", "3.12", "3.13"]
    assert "Requires-Python: >=3.11" in lines
    assert [line for line in lines if "http" in line] == []


def test_the_installed_program_completes_for_a_shell(installed: Path, tmp_path: Path) -> None:
    said = run(sys.executable, "-m", "whiteglove", "completion", "bash", cwd=tmp_path, path=installed)
    assert said.endswith("complete -F _whiteglove whiteglove\n")


def test_the_installed_program_says_its_version(installed: Path, tmp_path: Path) -> None:
    where = run(sys.executable, "-c", "import whiteglove; print(whiteglove.__file__)", cwd=tmp_path, path=installed)
    assert Path(where.strip()) == installed / "whiteglove" / "__init__.py"
    said = run(sys.executable, "-m", "whiteglove", "--version", cwd=tmp_path, path=installed)
    assert said.startswith("whiteglove ")
    (metadata,) = installed.glob("*.dist-info/METADATA")
    assert f"Version: {said.split()[1]}\n" in metadata.read_text("utf-8")


def test_the_installed_program_classifies_a_mail_without_a_configuration(installed: Path, tmp_path: Path) -> None:
    mail, empty = tmp_path / "mail.eml", tmp_path / "empty"
    empty.mkdir()
    mail.write_text(MAIL, encoding="utf-8")
    printed = run(sys.executable, "-m", "whiteglove", "classify", mail, cwd=empty, path=installed)
    (line,) = printed.splitlines()
    found = json.loads(line)
    assert (found["message_id"], found["kind"], found["human"]) == ("wheel@acme.example", "status_request", True)
    assert list(empty.iterdir()) == []


def test_the_sources_hold_what_the_tests_and_the_build_need(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as sources:
        names = {name.partition("/")[2] for name in sources.getnames()}
    wanted = {"pyproject.toml", "Makefile", "README.md", "LICENSE", "CHANGELOG.md", "pins.txt", "config/README.md"}
    wanted |= {"config/whiteglove.example.toml", "config/clients/lantern.toml", "daemon/README.md", "plugins/README.md"}
    wanted |= {"tests/README.md", "tests/conftest.py", "tests/test_wheel.py", "tests/servers/dovecot.py", ".ci/pins.py"}
    wanted |= {f"{root.name}/{name}" for package, root in SOURCES.items() for name in files_of(package)}
    tests = (path for path in (ROOT / "tests").rglob("*") if path.is_file() and path.suffix in (".py", ".toml", ".eml"))
    wanted |= {path.relative_to(ROOT).as_posix() for path in tests if "cache" not in str(path)}
    assert wanted - names == set()
    assert [name for name in names if "__pycache__" in name or name.startswith(".venv")] == []
