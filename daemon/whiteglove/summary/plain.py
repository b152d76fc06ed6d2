"""The summary as plain text: for a terminal, and for mail programs that show no pages."""

from __future__ import annotations

from collections.abc import Iterator

from whiteglove.sections import Summary
from whiteglove.summary.columns import filled, width, wrapped
from whiteglove.summary.reader import Reader
from whiteglove.summary.sheet import Line, Part, sheet_of
from whiteglove.summary.strip import LEGEND, Strip

COLUMNS = 72
_GAP = "  "
_UNMARKED = "-"
_STEP = "-> "
_SHADES = ".▂▄▆█"
_ABOVE = "^"


def as_text(summary: Summary, reader: Reader) -> str:
    """The whole summary, ending in a line feed. No line takes more than `COLUMNS` columns or ends in a space.

    The first line is the verdict. Every section with items follows under its title, one item a paragraph with its mark
    in front; sections without items share the line "All clear".
    """
    sheet = sheet_of(summary, reader)
    marks = [width(line.word) for part in sheet.parts for line in part.lines]
    margin = max([*marks, len(_UNMARKED)]) + len(_GAP)
    blocks = [[*wrapped(sheet.verdict, COLUMNS), *wrapped(sheet.date, COLUMNS)]]
    blocks += [list(_part(part, margin, reader)) for part in sheet.parts]
    if sheet.clear:
        clear = reader.word("named", name=reader.word("all_clear"), words=", ".join(sheet.clear))
        blocks.append(wrapped(clear, COLUMNS))
    blocks.append(["-" * COLUMNS, *(row for sentence in sheet.footer for row in wrapped(sentence, COLUMNS))])
    return "\n\n".join("\n".join(row.rstrip() for row in block) for block in blocks) + "\n"


def _part(part: Part, margin: int, reader: Reader) -> Iterator[str]:
    title = wrapped(f"{part.title} ({part.count})", COLUMNS)
    yield from title
    yield "-" * max(map(width, title))
    for line in part.lines:
        first, *others = _item(line, COLUMNS - margin, reader)
        yield filled(line.word or _UNMARKED, margin) + first
        yield from (" " * margin + row for row in others)
    if part.more:
        yield " " * margin + part.more
    if part.strips:
        yield ""
        yield from (" " * margin + row for row in wrapped(_legend(part, reader), COLUMNS - margin))


def _item(line: Line, room: int, reader: Reader) -> list[str]:
    """One item without its mark: whom and what, how far it has come at the right end, the next step below."""
    said = reader.word("named", name=line.client, words=line.text) if line.client else line.text
    rows = wrapped(said, room)
    if line.detail:
        start = room - width(line.detail)
        if width(rows[-1]) + len(_GAP) <= start:
            rows[-1] = filled(rows[-1], start) + line.detail
        else:
            rows += [filled("", max(0, room - width(row))) + row for row in wrapped(line.detail, room)]
    if line.step:
        first, *others = wrapped(line.step, room - len(_STEP))
        rows += [_STEP + first, *(" " * len(_STEP) + row for row in others)]
    if line.strip:
        rows += _strip(line.strip)
    return rows


def _strip(strip: Strip) -> Iterator[str]:
    """One sign a day, a space between weeks, the latest day last; below it what was above the limit is pointed out."""
    yield " ".join("".join(_SHADES[cell.shade] for cell in week) for week in strip.weeks) + _GAP + strip.days
    if strip.is_marked:
        yield " ".join("".join(_ABOVE if cell.is_above else " " for cell in week) for week in strip.weeks)


def _legend(part: Part, reader: Reader) -> str:
    said = [f"{sign} {meaning}" for sign, meaning in zip(_SHADES, LEGEND, strict=True)]
    if any(strip.is_marked for strip in part.strips):
        said.append(f"{_ABOVE} {reader.word('above')}")
    return _GAP.join(said)
