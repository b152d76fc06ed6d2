"""What a client's messages and calls took, month by month: as JSON in the dossier, and as a CSV file for an invoice."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from whiteglove.cli.usage import UsageError
from whiteglove.clients import Client
from whiteglove.host import Host
from whiteglove.interruptions import (
    Interruptions,
    MonthOfInterruptions,
    interruptions_by_month,
    months_up_to,
)
from whiteglove.settings import Settings
from whiteglove.store.view import LedgerView

PLUGIN = "contact_frequency"
"""Whose section of the configuration says how long a message of each kind takes."""
MOST_MONTHS = 24
COLUMNS = ("client", "month", "kind", "count", "minutes", "rate", "amount", "currency")
STANDARD_OUTPUT = "-"

_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def months_of(settings: Settings, client: Client, ledger: LedgerView, now: datetime) -> Sequence[MonthOfInterruptions]:
    """The months of the last two years in which there was something, ascending, at the rate that the client's file
    holds now. Raises ConfigurationError where the section of the plugin is faulty."""
    months = months_up_to(settings.worktime.local_date(now), MOST_MONTHS)
    since = settings.worktime.instant(months[0], datetime.min.time())
    counts = partial(ledger.written_by_kind, client.key)
    notes = ledger.notes(client.key, since)
    return interruptions_by_month(client, months, settings.worktime, counts, notes, _minutes(settings))


def as_json(months: Sequence[MonthOfInterruptions]) -> list[dict[str, Any]]:
    """Each month with its sums and its kinds. Minutes are numbers, money is text, as in the client's file."""
    return [
        {
            "month": f"{one.month:%Y-%m}",
            **_sums(one.found.count, one.found.minutes, one.found.amount),
            "rate": one.found.rate.amount if one.found.rate else None,
            "currency": one.found.rate.currency if one.found.rate else None,
            "kinds": [{"kind": kind.kind, **_sums(kind.count, kind.minutes, kind.amount)} for kind in one.found.kinds],
        }
        for one in months
    ]


def only(months: Sequence[MonthOfInterruptions], wanted: str | None) -> Sequence[MonthOfInterruptions]:
    """The month asked for as `2026-11`, all of them where none is. Raises UsageError for what is no month."""
    if wanted is None:
        return months
    if not _MONTH.fullmatch(wanted):
        raise UsageError(f'--month "{wanted}" is no month; right would be 2026-11')
    return [one for one in months if f"{one.month:%Y-%m}" == wanted]


def write_csv(client: Client, months: Sequence[MonthOfInterruptions], file: str) -> int:
    """A row for each month and kind into a file (RFC 4180, UTF-8), or to standard output; how many rows that were.
    Neither a subject nor a text is in it. Raises OSError where the file cannot be written."""
    rows = [row for one in months for row in _rows(client, one.month, one.found)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, dialect="excel")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    if file == STANDARD_OUTPUT:
        sys.stdout.write(text.getvalue())
    else:
        Path(file).write_bytes(text.getvalue().encode("utf-8"))
    return len(rows)


def _rows(client: Client, month: date, found: Interruptions) -> list[tuple[str, ...]]:
    rate, currency = (found.rate.amount, found.rate.currency) if found.rate else ("", "")
    return [
        (
            client.key,
            f"{month:%Y-%m}",
            one.kind,
            str(one.count),
            _plain(one.minutes),
            rate,
            f"{one.amount:.2f}" if one.amount is not None else "",
            currency,
        )
        for one in found.kinds
    ]


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes as text: one that begins like a formula gets an apostrophe before it. What is
    counted here is never below nought, so no number begins like one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _sums(count: int, minutes: Decimal, amount: Decimal | None) -> dict[str, Any]:
    return {
        "count": count,
        "minutes": float(minutes) if minutes % 1 else int(minutes),
        "amount": f"{amount:.2f}" if amount is not None else None,
    }


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _minutes(settings: Settings) -> Mapping[str, float]:
    """How long a message of each kind takes, as the plugin's own settings say it, its defaults where it is off."""
    host = Host.load({PLUGIN: settings.plugins.get(PLUGIN, {})}, settings.problem)
    try:
        found: Any = host.plugins[0].settings
        minutes: Mapping[str, float] = found.minutes.by_kind()
        return minutes
    finally:
        host.close()
