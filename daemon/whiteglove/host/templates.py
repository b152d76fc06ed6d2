"""The texts of a plugin: those it brings, and the owner's own in their place.

A plugin keeps them beside its module, as `templates/<plugin>/<name>.<language>.txt`; the owner's stand in the
configured folder, as `<plugin>/<name>.<language>.txt`. They are read once, when the plugin is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from whiteglove.errors import Problem
from whiteglove.settings.fields import unlike

Templates = Mapping[tuple[str, str], str]
"""The source of each template by its name and language."""

_FILE_NAME = re.compile(r"([A-Za-z0-9_]+)\.([a-z]{2})\.txt")


def read_templates(plugin: str, package: str, overrides: Path | None) -> tuple[Templates, list[Problem]]:
    """The plugin's own templates with the owner's put over them, and what is wrong with any of them.

    `package` is the dotted name of the package that holds the plugin's module, "" where there is none.
    """
    problems: list[Problem] = []
    found: dict[tuple[str, str], str] = {}
    names: set[str] = set()
    for file in _files(_shipped(plugin, package)):
        if named := _FILE_NAME.fullmatch(file.name):
            names.add(named[1])
            found |= _read(file, (named[1], named[2]), problems)
    if overrides is None:
        return found, problems
    for file in _files(overrides / plugin):
        named = _FILE_NAME.fullmatch(file.name)
        if named is None:
            problems.append(Problem(str(file), 0, "", "is not named as a template; right would be NAME.en.txt"))
        elif named[1] not in names:
            close = unlike(named[1], names) or _known(names)
            problems.append(Problem(str(file), 0, "", f"{plugin} has no template {named[1]}{close}"))
        else:
            found |= _read(file, (named[1], named[2]), problems)
    return found, problems


def _known(names: set[str]) -> str:
    return f"; there are {', '.join(sorted(names))}" if names else "; it has none at all"


def _shipped(plugin: str, package: str) -> Traversable | None:
    try:
        return resources.files(package).joinpath("templates", plugin) if package else None
    except (ImportError, TypeError, ValueError):
        # A module made in memory, as in a test, has no folder.
        return None


def _files(folder: Traversable | None) -> Iterator[Traversable]:
    """Every text file of a folder, by name; hidden ones and what editors leave behind are passed over."""
    if folder is None or not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".txt") and not file.name.startswith((".", "#")) and file.is_file():
            yield file


def _read(file: Traversable, key: tuple[str, str], problems: list[Problem]) -> Templates:
    """The one template of this file; a fault is added to the problems."""
    try:
        source = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        problems.append(Problem(str(file), 0, "", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError:
        problems.append(Problem(str(file), 0, "", "is not UTF-8; save it in that encoding"))
    else:
        fault = _fault(source)
        if fault is None:
            return {key: source}
        problems.append(Problem(str(file), fault.lineno, "", f"is not a valid Jinja2 template: {fault.message}"))
    return {}


@lru_cache(maxsize=1024)
def _fault(source: str) -> TemplateSyntaxError | None:
    """What is wrong with a template; most are the same again whenever the configuration is read."""
    try:
        Environment(autoescape=False).parse(source)  # noqa: S701 (plain text, and nothing is rendered here)
    except TemplateSyntaxError as error:
        return error
    return None
