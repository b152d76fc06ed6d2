"""A line of the log as a person reads it on a terminal: in columns, in local time, in colour where that is wanted, and
without anything that a terminal obeys instead of showing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, MutableMapping
from datetime import datetime, tzinfo
from typing import Any

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])?")
# C0, DEL and C1 controls, line and paragraph separators, and the marks that turn the direction of text around.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
_COLOURS = {
    "debug": "\x1b[2m",
    "info": "\x1b[32m",
    "warning": "\x1b[33m",
    "error": "\x1b[31m",
    "critical": "\x1b[31;1m",
}
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def as_text(width: int, *, colour: bool, zone: tzinfo | None) -> Callable[[MutableMapping[str, Any]], str]:
    """What makes such a line of the values of one, whose `timestamp` is by RFC 3339: time, level, event (as wide as
    `width`), then name=value; a traceback follows on lines of its own. `zone` is that of the time, the machine's where
    it is None."""

    def dyed(text: str, how: str) -> str:
        return f"{how}{text}{_PLAIN}" if colour else text

    def render(line: MutableMapping[str, Any]) -> str:
        level, exception = line["level"], line.pop("exception", "")
        moment = f"{datetime.fromisoformat(line['timestamp']).astimezone(zone):%Y-%m-%d %H:%M:%S}"
        pairs = [(visible(name), _quoted(value)) for name, value in list(line.items())[3:]]
        rest = "".join(f" {dyed(f'{name}=', _DIM)}{value}" for name, value in pairs)
        event = visible(str(line["event"]))
        margin = " " * (width - len(event)) if rest else ""
        shown = dyed(f"{level:8}", _COLOURS.get(level, _DIM))
        first = f"{dyed(moment, _DIM)}  {shown} {dyed(event, _BOLD)}{margin}{rest}"
        return "\n".join([first, *(f"    {visible(row)}" for row in exception.splitlines())])

    return render


def visible(text: str) -> str:
    """The text without anything that a terminal obeys instead of showing."""
    return text if text.isprintable() else _CONTROLS.sub(" ", _ESCAPES.sub("", text))


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = visible(text)
    return json.dumps(text, ensure_ascii=False) if not text or " " in text or '"' in text or "=" in text else text
