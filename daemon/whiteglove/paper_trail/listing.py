"""The index as a table for programs, and the timeline as plain text."""

from __future__ import annotations

import csv
import io
from itertools import groupby

from whiteglove.paper_trail.story import Entry, Trail, clock, people, person, story_of, visible, why_missing
from whiteglove.paper_trail.words import Words

COLUMNS = (
    "number", "date", "direction", "from", "to", "cc", "subject", "message_id", "file", "sha256", "bytes", "remark",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")
_DAY = len("2026-11-24")


def index_table(trail: Trail) -> str:
    """Every message, a line each, as CSV (RFC 4180) with a heading. Dates are RFC 3339 in the owner's zone.

    What a spreadsheet would take for a formula gets an apostrophe in front: subjects are other people's words.
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for letter in trail.letters:
        cells = (
            letter.number,
            letter.at.astimezone(trail.zone).isoformat(timespec="seconds"),
            letter.way,
            person(letter.author),
            people(letter.to),
            people(letter.cc),
            letter.subject,
            letter.message_id,
            letter.file,
            letter.sha256,
            letter.size if letter.missing is None else "",
            why_missing(letter, trail.words),
        )
        table.writerow([_cell(cell) for cell in cells])
    return written.getvalue()


def timeline_text(trail: Trail) -> str:
    """What happened, day by day, ending in a line feed."""
    words = trail.words
    title = visible(words["timeline"].format(client=trail.client, owner=trail.owner))
    lines = [title, "=" * len(title), "", words["from"].format(since=_since(trail), zone=trail.zone.key)]
    lines.append(words["about"])
    story = story_of(trail)
    for day, entries in groupby(story, key=lambda entry: clock(entry.at, trail.zone)[:_DAY]):
        lines += ["", day, "-" * len(day)]
        for entry in entries:
            lines += _entry(entry, clock(entry.at, trail.zone)[_DAY + 1 :], words)
    return "\n".join([*lines, *([] if story else ["", words["nothing"]])]) + "\n"


def _since(trail: Trail) -> str:
    return clock(trail.since, trail.zone)[:_DAY]


def _entry(entry: Entry, time: str, words: Words) -> list[str]:
    quote = words["quoted"].format(text=visible(entry.quote)) if entry.quote else ""
    said = f"{visible(entry.what)}{': ' if quote else ''}{quote}"
    margin = " " * (len(time) + 2)
    return [f"{time}  {said}", *([f"{margin}{entry.file}"] if entry.file else [])]


def _cell(cell: object) -> str:
    text = visible(str(cell))
    return f"'{text}" if text.startswith(_FORMULA) else text
