"""Values and keys as they stand in a TOML file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def toml_value(value: Any) -> str:
    """A value as it would be written: texts escaped, dates bare, times of day and spans of time as texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, timedelta):
        return f'"{duration_text(value)}"'
    if isinstance(value, Iterable):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return _text(str(value))


def toml_key(*parts: str) -> str:
    """A key, or the name of a table, with quotes where it needs them: `plugins.acknowledge`."""
    return ".".join(part if _BARE_KEY.fullmatch(part) else _text(part) for part in parts)


def duration_text(span: timedelta) -> str:
    """A span of whole seconds as `grammar.parse_duration` reads it: "3m", "7d", "1h 30m", "0s"."""
    seconds = span // timedelta(seconds=1)
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _text(text: str) -> str:
    """A basic string. JSON escapes as TOML does, but for DEL, which TOML does not allow to stand as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
