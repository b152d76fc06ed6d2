"""Environment variables that take the place of keys of `whiteglove.toml`: `WHITEGLOVE_OWNER__TIMEZONE=Europe/Paris`.

The name is the key's path in capitals, joined by two underscores; an entry of a list is named by its number, from 0.
The text is taken as it stands where the key holds text, and read as a TOML value where it holds anything else, so that
lists and tables can be given: `WHITEGLOVE_OWNER__ALIASES='["hello@vale.example"]'`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from whiteglove.errors import Problem
from whiteglove.settings.locate import KeyPath
from whiteglove.settings.problems import field_at

PREFIX = "WHITEGLOVE_"
OTHER_VARIABLES = frozenset({"WHITEGLOVE_CONFIG", "WHITEGLOVE_CORPORA"})


def override(
    data: dict[str, Any], environ: Mapping[str, str], model: type[BaseModel]
) -> tuple[dict[KeyPath, str], list[Problem]]:
    """Put the environment's values into a parsed file, in place.

    Returns which key came from which variable, and what could not be placed. Variables that the file names as a
    password's place (`{ env = … }`) are no overrides, whatever they are called.
    """
    taken = OTHER_VARIABLES | _password_variables(data)
    placed: dict[KeyPath, str] = {}
    problems: list[Problem] = []
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in taken:
            continue
        parts = variable.removeprefix(PREFIX).lower().split("__")
        if fault := _place(data, parts, environ[variable], model, placed, variable):
            problems.append(Problem("environment", 0, variable, fault))
    return placed, problems


def _place(
    data: dict[str, Any], parts: list[str], text: str, model: type[BaseModel], placed: dict[KeyPath, str], variable: str
) -> str:
    """Set one value; returns what is wrong with the variable's name, or nothing."""
    if not all(parts):
        return "this names no key; right would be WHITEGLOVE_OWNER__TIMEZONE"
    here: Any = data
    path: KeyPath = ()
    for part in parts[:-1]:
        step: str | int | None = _step(here, part)
        if step is None:
            return f"there is no such entry in the configuration; {_entries(here, path)}"
        path = (*path, step)
        here = here.setdefault(step, {}) if isinstance(here, dict) else here[step]
    last = _step(here, parts[-1])
    if last is None:
        return f"there is no such entry in the configuration; {_entries(here, path)}"
    path = (*path, last)
    here[last] = _value(text, *field_at(model, path))
    placed[path] = variable
    return ""


def _step(here: Any, part: str) -> str | int | None:
    """The key or index that a part of a variable's name means; a plugin's name keeps the spelling of the file."""
    if isinstance(here, dict):
        return next((key for key in here if key.lower().replace("-", "_") == part), part)
    if isinstance(here, list) and part.isascii() and part.isdigit() and int(part) < len(here):
        return int(part)
    return None


def _entries(here: Any, path: KeyPath) -> str:
    name = "__".join(str(part) for part in path).upper()
    if isinstance(here, list):
        return f"{PREFIX}{name} has {len(here)} entries, counted from 0"
    return f"{PREFIX}{name} is a value and has no keys"


def _value(text: str, found: FieldInfo | None, owner: type[BaseModel] | None) -> Any:
    """The text itself, or what it says as a TOML value, by what the key's examples are."""
    if found is None:
        # A plugin's key: its model is not known here, so only what cannot be meant as text is read as something else.
        value = _as_toml(text)
        return value if isinstance(value, bool | int | float | list | dict) else text
    examples = found.examples or [[]]
    holds_text = any(isinstance(example, str) for example in examples)
    if holds_text and not (text.lstrip().startswith("[") and any(isinstance(example, list) for example in examples)):
        return text
    value = _as_toml(text)
    return text if value is None else value


def _as_toml(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return None
    return parsed["value"] if len(parsed) == 1 else None


def _password_variables(data: Mapping[str, Any]) -> frozenset[str]:
    mailboxes = data.get("mailboxes")
    entries = [entry for entry in mailboxes if isinstance(entry, dict)] if isinstance(mailboxes, list) else []
    places = [entry.get(key) for entry in entries for key in ("password", "smtp_password")]
    logins = [entry.get("oauth") for entry in entries]
    places += [login.get("client_secret") for login in logins if isinstance(login, dict)]
    names = [place.get("env") for place in places if isinstance(place, dict)]
    return frozenset(name for name in names if isinstance(name, str))
