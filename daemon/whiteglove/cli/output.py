"""How answers are printed: JSON for programs, aligned columns for people."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.summary.columns import filled, width, wrapped


def print_json(value: Any) -> None:
    """One JSON document on one line, whatever the encoding of standard output."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        # A file name that is no text, or a terminal that knows few characters: JSON can say it in ASCII.
        text = json.dumps(value, default=_plain)
    print(text)


def print_table(rows: Iterable[Sequence[object]], *, heading: Sequence[str] = ()) -> None:
    """Columns as wide as their widest cell, the heading bold in a terminal; nothing at all where there are no rows."""
    cells = [[visible("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(map(width, column)) for column in zip(*cells, *([heading] if heading else []), strict=True)]
    if heading:
        print(bold(_aligned(heading, widths)))
    for row in cells:
        print(_aligned(row, widths))


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """A name and what there is to say of it, line by line. In a terminal the names are bold and long lines are broken
    at its width; into a pipe each goes whole."""
    said = [(name, visible(str(fact))) for name, fact in facts]
    margin = max((width(name) for name, _ in said), default=0) + 2
    room = max(20, shutil.get_terminal_size().columns - margin) if _is_terminal() else None
    for name, fact in said:
        first, *rest = wrapped(fact, room) if room else [fact]
        print(f"{bold(name)}{' ' * (margin - width(name))}{first}".rstrip())
        for line in rest:
            print(f"{' ' * margin}{line}".rstrip())


def bold(text: str) -> str:
    """The text in bold type where standard output is a terminal that wants it (no-color.org), else as it is."""
    wanted = _is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[1m{text}\x1b[0m" if wanted and text else text


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(filled(cell, room) for cell, room in zip(cells, widths, strict=True)).rstrip()


def visible(text: str) -> str:
    """The text on one line without control characters: a subject must not move a terminal's cursor."""
    return "".join(char if unicodedata.category(char)[0] != "C" else "�" for char in " ".join(text.split()))


def instant(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 with the offset of the owner's zone, to the second."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment is not None else None


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """An instant as a person reads it, in the owner's zone."""
    return moment.astimezone(zone).strftime("%a %d %b %Y %H:%M") if moment is not None else "–"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago something was, in the largest unit of which there are two."""
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{max(0, seconds)} s ago"


def _plain(value: object) -> object:
    """What JSON has no form for: dates and times by RFC 3339, and spans of time by its appendix A (`P7D`, `PT8H`)."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _span(value)
    return str(value)


def _span(value: timedelta) -> str:
    if not value.seconds:
        return f"P{value.days}D"
    hours, rest = divmod(int(value.total_seconds()), 3600)
    parts = ((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
    return "PT" + "".join(f"{number}{unit}" for number, unit in parts if number)
