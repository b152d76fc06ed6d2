"""How answers are printed: JSON for programs, aligned columns for people."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


def print_json(value: Any) -> None:
    """One JSON document on one line."""
    print(json.dumps(value, ensure_ascii=False, default=_plain))


def print_table(rows: Iterable[Sequence[object]], *, heading: Sequence[str] = ()) -> None:
    """Columns as wide as their widest cell; nothing at all where there are no rows."""
    cells = [[visible("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not cells:
        return
    if heading:
        cells.insert(0, list(heading))
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def visible(text: str) -> str:
    """The text without control characters: a subject must not move a terminal's cursor."""
    return "".join(char if unicodedata.category(char)[0] != "C" else "�" for char in text)


def instant(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """RFC 3339 with the offset of the owner's zone, to the second."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment is not None else None


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """An instant as a person reads it, in the owner's zone."""
    return moment.astimezone(zone).strftime("%a %d %b %Y %H:%M") if moment is not None else "–"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value)
