"""`summary`: the daily summary now, or that of an earlier date."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from whiteglove.cli.opening import host_of, reading, settings_of
from whiteglove.cli.output import bold, instant, print_json
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.desk.summing import build
from whiteglove.prepare.summing import reader_of
from whiteglove.sections import Item, Section, Summary, Trace
from whiteglove.settings import Settings
from whiteglove.summary import as_page, as_text, subject, verdict

PAGES = (".html", ".htm")


def add_summary(command: CommandParser) -> None:
    command.add_argument("--date", metavar="D", help="a date as 2026-11-21, in your zone; today without it")
    command.add_argument(
        "--out",
        metavar="FILE",
        help="write it there instead of printing it: a page where FILE ends in .html, else text",
    )
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    day = _date(options.date, settings.worktime.local_date(now))
    host = host_of(settings)
    try:
        with reading(settings) as store:
            summary = build(settings, host, store, day, now)
    finally:
        host.close()
    reader = reader_of(settings)
    if options.out is not None:
        path = Path(options.out)
        form = as_page if path.suffix.lower() in PAGES else as_text
        path.write_text(form(summary, reader), encoding="utf-8")
    if options.json:
        print_json(_as_json(summary, settings))
    elif options.out is not None:
        print(f"{subject(summary, reader)}: written to {options.out}")
    else:
        _print(as_text(summary, reader))
    return 0


def _print(text: str) -> None:
    """The text with its first line and its titles, which are underlined, in bold where that can be seen."""
    lines = text.splitlines()
    for number, (line, below) in enumerate(pairwise([*lines, ""])):
        is_title = number == 0 or (line and set(below) == {"-"})
        print(bold(line) if is_title else line)


def _date(text: str | None, today: date) -> date | None:
    """The date asked for; None for today's. Raises UsageError."""
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'--date "{text}" is no date; right would be {today.isoformat()}') from None
    if day > today:
        raise UsageError(f"--date {day.isoformat()} is still to come; today is {today.isoformat()}")
    return day


def _as_json(summary: Summary, settings: Settings) -> dict[str, Any]:
    day, zone = summary.day, settings.worktime.zone
    return {
        "date": day.date,
        "since": instant(day.since, zone),
        "until": instant(day.until, zone),
        "following": instant(summary.following, zone),
        "verdict": verdict(summary, reader_of(settings)),
        "sections": [_section(section) for section in summary.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "place": section.place.name.lower(),
        "headline": section.headline,
        "quiet": section.quiet,
        "items": [_item(item) for item in section.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "client": item.client,
        "mark": item.mark,
        "text": item.text,
        "detail": item.detail,
        "step": item.step,
        "link": item.link,
        "trace": _trace(item.trace) if item.trace else None,
    }


def _trace(trace: Trace) -> dict[str, Any]:
    return {"values": trace.values, "limit": trace.limit, "label": trace.label}
