"""Configuration files with a comment beside every key, for people to go on from.

A key that is given has its value; any other has its default, or, where it must be there, an example. What may be left
out and has no default stands as a comment, with an example.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from whiteglove.settings.notation import toml_key, toml_value
from whiteglove.settings.outline import UNKNOWN, Key, Table

WIDTH = 120
_WIDEST = 44


def commented(outline: Table, values: Mapping[str, Any], heading: str = "") -> str:
    """The text of a file: `values` as `tomllib` would read them, below the lines of `heading`.

    A repeated table stands there once for each that is given. One that nobody gave is a comment as a whole, and so is
    the section of a plugin that nobody gave. Raises ValueError for a value whose key the outline does not have.
    """
    lines = [line for part in heading.splitlines() for line in _above(part)]
    lines += [*([""] if lines else []), *_table(outline, values)]
    return "\n".join(lines).strip("\n") + "\n"


def _table(table: Table, given: Mapping[str, Any] | None, *, explained: bool = True) -> list[str]:
    """A table and what is below it, an empty line behind each."""
    values = given or {}
    lines = _above(table.comment) if explained else []
    if table.path and (table.keys or not table.usual):
        name = toml_key(*table.path)
        lines.append(f"[[{name}]]" if table.repeated else f"[{name}]")
    lines += _keys(table, values, explained=explained)
    if given is None and not table.usual:
        return [*(line if line.startswith("#") else f"# {line}" for line in lines), ""]
    if lines:
        lines.append("")
    for inner in table.inner:
        below = values.get(inner.path[-1])
        entries = (below or [None]) if inner.repeated else [below]
        # Of several alike only the first is explained.
        for at, entry in enumerate(entries):
            lines += _table(inner, entry, explained=explained and at == 0)
    return lines


def _keys(table: Table, values: Mapping[str, Any], *, explained: bool) -> list[str]:
    """The table's own keys, each with its comment behind it, or above it where there is no room."""
    known = {key.name for key in table.keys} | {inner.path[-1] for inner in table.inner}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"there is no key {toml_key(*table.path, unknown[0])}")
    written = [(_line(key, values), key.comment if explained else "") for key in table.keys]
    fitting = [len(line) for line, comment in written if comment and len(line) <= _WIDEST]
    column = max(fitting, default=0) + 2
    lines: list[str] = []
    for line, comment in written:
        beside = f"{line:<{column}}# {comment}"
        if not comment:
            lines.append(line)
        elif len(line) < column and len(beside) <= WIDTH:
            lines.append(beside)
        else:
            lines += [*_above(comment), line]
    return lines


def _line(key: Key, values: Mapping[str, Any]) -> str:
    name = toml_key(key.name)
    if key.name in values:
        return f"{name} = {toml_value(values[key.name])}"
    if key.required and key.example != UNKNOWN:
        return f"{name} = {key.example}"
    return f"{name} = {key.default}" if key.default else f"# {name} = {key.example}"


def _above(comment: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(comment, WIDTH - 2)]
