"""`pins.txt`: exact versions and nothing else, and every one of them is a version that the project asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "pins.txt").read_text("utf-8").splitlines()
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

# A name and a version; where a package differs between Pythons, the Pythons that it is meant for.
PIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.!+]*( ; python_version (<|<=|==|>=|>) \"3\.\d+\")?")


def asked_for() -> Iterator[Requirement]:
    """What the project needs to run, to be tested and to be built."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [entry for group in project["dependency-groups"].values() for entry in group if isinstance(entry, str)]
    for text in (*project["project"]["dependencies"], *groups, *project["build-system"]["requires"]):
        yield Requirement(text)


def pinned(name: str, python: str) -> list[str]:
    """The versions of this package that are pinned for this Python."""
    pins = [Requirement(line) for line in LINES]
    there = {"python_version": python}
    return [
        next(iter(pin.specifier)).version
        for pin in pins
        if canonicalize_name(pin.name) == canonicalize_name(name) and (pin.marker is None or pin.marker.evaluate(there))
    ]


def test_a_line_is_a_name_and_a_version_and_holds_no_address_and_no_path() -> None:
    assert [line for line in LINES if not PIN.fullmatch(line)] == []
    names = [line.partition("=")[0] for line in LINES]
    assert names == sorted(names)
    assert len(names) > 20


@pytest.mark.parametrize("wanted", list(asked_for()), ids=str)
def test_what_the_project_asks_for_is_pinned_once_and_within_its_range(wanted: Requirement) -> None:
    for python in PYTHONS:
        (version,) = pinned(wanted.name, python)
        assert wanted.specifier.contains(version), f"{wanted} on Python {python}: {version}; run `make pins`"


@pytest.mark.parametrize(
    "line",
    [
        "pytest>=9",
        "pytest",
        "pytest==9.2.0 --hash=sha256:00",
        "pytest @ https://host.example/pytest.whl",
        "-e /home/robin/here",
        "./wheels/pytest-9.whl",
        "--index-url https://host.example",
        "# a comment",
        "",
    ],
)
def test_what_is_no_pin_is_seen(line: str) -> None:
    assert not PIN.fullmatch(line)
