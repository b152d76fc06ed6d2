"""Reading TOML files into their models, with every fault as a `Problem` at its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from whiteglove.errors import Problem
from whiteglove.settings.book import ClientEntry
from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.environment import override
from whiteglove.settings.locate import positions, syntax_fault
from whiteglove.settings.models import ConfigurationFile
from whiteglove.settings.problems import Source

_CLIENT_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_text(path: Path) -> str | Problem:
    """The text of a file in UTF-8, a byte order mark left out, or why there is none."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        why = (error.strerror or "unreadable").casefold()
        return Problem(str(path), 0, "", f"cannot be read ({why}); it must be a file that this user may read")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Problem(str(path), line, "", "holds bytes that are no UTF-8; save the file as UTF-8")


def read_configuration(
    path: Path, environ: Mapping[str, str]
) -> tuple[ConfigurationFile | None, Source, list[Problem]]:
    """`whiteglove.toml` with the environment's values in it; None where it cannot be used."""
    data, source, problems = _read_toml(path)
    if data is None:
        return None, source, problems
    overrides, problems = override(data, environ, ConfigurationFile)
    source = Source(source.file, source.positions, overrides)
    config, found = _validated(data, ConfigurationFile, source)
    return config, source, problems + found


def read_clients(folder: Path) -> tuple[dict[str, ClientEntry], dict[str, Source], list[Problem]]:
    """Every `*.toml` of the folder by its key, in the order of the keys; a folder that is not there is an empty book.

    A client whose file has faults is left out of the first mapping, not of the second. Hidden files are skipped,
    since editors put their own beside what is being edited.
    """
    entries: dict[str, ClientEntry] = {}
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        paths = []
    except OSError as error:
        paths = []
        why = (error.strerror or "unreadable").casefold()
        problems.append(Problem(str(folder), 0, "", f"cannot be read ({why}); it must be a folder this user may read"))
    for path in paths:
        key = path.stem
        if not _CLIENT_KEY.fullmatch(key):
            text = "the file's name is the client's key: lower-case letters, digits, - and _; right would be acme.toml"
            problems.append(Problem(str(path), 0, "", text))
            continue
        data, sources[key], faults = _read_toml(path)
        file, found = _validated(data, ClientFile, sources[key]) if data is not None else (None, [])
        problems += faults + found
        if file is not None:
            entries[key] = ClientEntry(file, sources[key])
    return entries, sources, problems


def _read_toml(path: Path) -> tuple[dict[str, Any] | None, Source, list[Problem]]:
    text = read_text(path)
    if isinstance(text, Problem):
        return None, Source(str(path)), [text]
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line, fault = syntax_fault(error, text)
        return None, Source(str(path)), [Problem(str(path), line, "", fault)]
    return data, Source(str(path), positions(text)), []


def _validated(data: dict[str, Any], model: type[ModelT], source: Source) -> tuple[ModelT | None, list[Problem]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, source.problems(error, model)
