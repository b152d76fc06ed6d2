"""The small texts in which people write time: durations, hours, cadences, ranges of days, limits, and an hourly rate.

Each kind of text has exactly one reader, used by the configuration, the client book, the plugins and the command line
alike. A reader raises `GrammarError`, and nothing else, for any text it cannot read; the message quotes the text, says
what is wrong with it and shows a right one. Weekdays are written in English, in full or by their first three letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from whiteglove.clients import DateRange, Limit, Money, ReportSlot, WorkBlock, WorkingHours
from whiteglove.errors import GrammarError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH = timedelta(days=30, hours=10, minutes=30)
LONGEST = timedelta(days=36525)

_SECONDS = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 7 * 86400,
    "month": MONTH // timedelta(seconds=1),
    "year": 12 * MONTH // timedelta(seconds=1),
}
_UNIT_NAMES = {
    "s": "s", "sec": "s", "second": "s", "seconds": "s",
    "m": "m", "min": "m", "minute": "m", "minutes": "m",
    "h": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "w", "week": "w", "weeks": "w",
    "month": "month", "months": "month",
    "year": "year", "years": "year",
}  # fmt: skip
_PER = {"minute": "m", "hour": "h", "day": "d", "week": "w"}
_WEEKDAY_NUMBER = {name[:length].casefold(): i for i, name in enumerate(WEEKDAYS) for length in (3, len(name))}
_WAYS = ("mail", "call")

# The digits are spelt out because `\d` also accepts those of every other script.
_DURATION_PART = re.compile(r"([0-9]{1,9})\s*([a-z]+)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAYS_AND_TIMES = re.compile(r"([a-z]+(?:\s*[-,]\s*[a-z]+)*)\s+([0-9].*)", re.IGNORECASE | re.DOTALL)
_LIMIT = re.compile(r"([0-9]{1,6})\s*(?:/|\bper\b)\s*([a-z]+)", re.IGNORECASE)
_MONEY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,2})?)\s*([a-z]{3})", re.IGNORECASE)

_EntryT = TypeVar("_EntryT")


def quoted(text: object) -> str:
    """The text as a message may quote it: on one line, in quotes, at most 40 characters of it."""
    shown = str(text)
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return f'"{shown}"' if shown.isprintable() else repr(shown)


def _plain_dashes(text: str) -> str:
    return text.strip().replace("–", "-").replace("—", "-")


def parse_duration(text: str) -> timedelta:
    """Read "90s", "3m", "8h", "30d", "2w", "18 months", "1h 30m". A month is 30 days, 10 hours and 30 minutes.

    Zero is a duration; a negative or fractional number is none. At most a hundred years.
    """
    example = 'right would be "3m", "8h", "30d" or "18 months"'
    rest = text.strip().casefold()
    if not rest:
        raise GrammarError(f"a duration is empty; {example}")
    seconds = 0
    while rest:
        found = _DURATION_PART.match(rest)
        if found is None:
            raise GrammarError(f"{quoted(text)} is no duration; {example}")
        unit = _UNIT_NAMES.get(found[2])
        if unit is None:
            raise GrammarError(f"{quoted(text)} is no duration, {quoted(found[2])} is no unit of time; {example}")
        seconds += int(found[1]) * _SECONDS[unit]
        rest = rest[found.end() :].lstrip()
    if seconds > LONGEST // timedelta(seconds=1):
        raise GrammarError(f"{quoted(text)} is longer than a hundred years; {example}")
    return timedelta(seconds=seconds)


def parse_clock(text: str) -> time:
    """Read a local time of day, "08:00" or "8:00", from 00:00 to 23:59."""
    return _clock(text, 'right would be "08:00" or "16:30"')


def parse_weekday(text: str) -> int:
    """Read "Mon" or "Monday", in any case, as a number from Monday = 0 to Sunday = 6."""
    return _weekday(text, 'right would be "Mon" or "Monday"')


def parse_hours(text: str | Sequence[str]) -> WorkingHours:
    """Read working time: "Mon-Fri 09:00-17:30", "Mon,Wed 09:00-12:00,13:00-17:00", or a list of such texts.

    A range may end at "24:00". Ranges of one day must not overlap, and at least one day must have one.
    """
    example = 'right would be "Mon-Fri 09:00-17:30" or ["Mon-Thu 09:00-17:00", "Fri 09:00-13:00"]'
    days: tuple[list[tuple[time, time]], ...] = tuple([] for _ in WEEKDAYS)
    for entry in [text] if isinstance(text, str) else text:
        for weekday, span in _each_day(entry, _span, example):
            days[weekday].append(span)
    for name, spans in zip(WEEKDAYS, days, strict=True):
        spans.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise GrammarError(f"{name} has hours that overlap; {example}")
    if not any(days):
        raise GrammarError(f"there is not one working day; {example}")
    return WorkingHours(tuple(tuple(spans) for spans in days))


def parse_cadence(entries: str | Sequence[str | Mapping[str, Any]]) -> tuple[ReportSlot, ...]:
    """Read when a client hears: "Tue 16:00", "Mon-Fri 17:00", or {at = "Tue 16:00", by = "call"}; `by` is mail or call.

    Returns the slots of a week in order. A slot may stand there once; an empty list is a client without a cadence.
    """
    example = 'right would be "Tue 16:00", "Mon-Fri 17:00" or { at = "Tue 16:00", by = "call" }'
    slots: dict[tuple[int, time], ReportSlot] = {}
    for entry in [entries] if isinstance(entries, str) else entries:
        when, way = _slot_entry(entry, example)
        for weekday, at in _each_day(when, _clock, example):
            if (weekday, at) in slots:
                raise GrammarError(f"{WEEKDAYS[weekday]} {at:%H:%M} stands there twice; once is right")
            slots[weekday, at] = ReportSlot(weekday, at, way)
    return tuple(sorted(slots.values()))


def parse_work(entries: str | Sequence[str]) -> tuple[WorkBlock, ...]:
    """Read the weekly hours that are set aside for a client, "Tue 11:00-13:00". Returns those of a week in order."""
    example = 'right would be "Tue 11:00-13:00"'
    blocks = {
        WorkBlock(weekday, start, end)
        for entry in ([entries] if isinstance(entries, str) else entries)
        for weekday, (start, end) in _each_day(entry, _span, example)
    }
    ordered = sorted(blocks)
    for earlier, later in pairwise(ordered):
        if earlier.weekday == later.weekday and later.start < earlier.end:
            raise GrammarError(f"{WEEKDAYS[earlier.weekday]} has hours that overlap; {example}")
    return tuple(ordered)


def parse_date(text: str) -> date:
    """Read a calendar day, "2026-12-24"."""
    return _date(text, 'right would be "2026-12-24"')


def parse_range(text: str) -> DateRange:
    """Read days from the first to the last, both included: "2026-12-24/2027-01-01", or one day, "2026-12-24"."""
    example = 'right would be "2026-12-24/2027-01-01", or "2026-12-24" for one day'
    ends = text.split("/")
    if len(ends) > 2:
        raise GrammarError(f"{quoted(text)} has more than two ends; {example}")
    try:
        first, last = parse_date(ends[0]), parse_date(ends[-1])
    except GrammarError:
        raise GrammarError(f"{quoted(text)} is no range of days; {example}") from None
    if last < first:
        raise GrammarError(f"{quoted(text)} ends before it begins; {example}")
    return DateRange(first, last)


def parse_when(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a moment in this zone, "Wed 11:00" (the first one after `now`) or "2026-12-02 11:00"; returned in UTC.

    A time of day that the clocks skip counts after the gap, one that comes twice the first time. A date may lie in the
    past: what is too late is for the caller to say.
    """
    return _moment(text, now, zone, 'right would be "Wed 11:00" or "2026-12-02 11:00"')


def parse_until(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read until when: as `parse_when`, or "2026-12-01" (the start of that day), "3d", "8h" (that long from `now`)."""
    example = 'right would be "2026-12-01", "2026-12-01 11:00", "Wed 11:00", "3d" or "8h"'
    if _DURATION_PART.match(text.strip().casefold()):
        return now.astimezone(UTC) + parse_duration(text)
    if text.strip() and len(text.split()) == 1:
        return _instant(_date(text, example), time(), zone, example)
    return _moment(text, now, zone, example)


def parse_limit(text: str) -> Limit:
    """Read "2 per day" or "2/day": a count of at least 1 in each minute, hour, day or week."""
    example = 'right would be "2 per day" (or minute, hour, week)'
    found = _LIMIT.fullmatch(text.strip())
    if found is None:
        raise GrammarError(f"{quoted(text)} is no limit; {example}")
    unit = _PER.get(found[2].casefold())
    if unit is None:
        raise GrammarError(f"{quoted(text)} is no limit, {quoted(found[2])} is no span of it; {example}")
    if int(found[1]) < 1:
        raise GrammarError(f"{quoted(text)} allows nothing at all, a limit is at least 1; {example}")
    return Limit(int(found[1]), timedelta(seconds=_SECONDS[unit]))


def parse_money(text: str) -> Money:
    """Read "90 EUR" or "87.50 EUR": an amount, and an ISO 4217 currency code, which is returned in capitals."""
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        raise GrammarError(f'{quoted(text)} is no amount of money; right would be "90 EUR" or "87.50 EUR"')
    return Money(found[1], found[2].upper())


def _date(text: str, example: str) -> date:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise GrammarError(f"{quoted(text)} is no date; {example}")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise GrammarError(f"{quoted(text)} is not in the calendar; {example}") from None


def _moment(text: str, now: datetime, zone: ZoneInfo, example: str) -> datetime:
    words = text.split()
    if len(words) != 2:
        raise GrammarError(f"{quoted(text)} is not a day and a time; {example}")
    day, at = words[0], _clock(words[1], example)
    if "0" <= day[0] <= "9":
        return _instant(_date(day, example), at, zone, example)
    weekday = _weekday(day, example)
    today = now.astimezone(zone).date()
    # A week and a day, since today's may be over.
    days = (today + timedelta(days=ahead) for ahead in range(8))
    moments = (_instant(day, at, zone, example) for day in days if day.weekday() == weekday)
    return next(moment for moment in moments if moment > now)


def _instant(day: date, at: time, zone: ZoneInfo, example: str) -> datetime:
    try:
        return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise GrammarError(f"{quoted(day)} is not in the calendar; {example}") from None


def _each_day(entry: str, read: Callable[[str, str], _EntryT], example: str) -> Iterable[tuple[int, _EntryT]]:
    """Spread "Mon-Wed,Fri 09:00,17:00" over its days and its comma-separated times, each time read by `read`."""
    found = _DAYS_AND_TIMES.fullmatch(_plain_dashes(entry))
    if found is None:
        raise GrammarError(f"{quoted(entry)} is not made of days and a time; {example}")
    times = [read(written, example) for written in found[2].split(",")]
    weekdays = [number for span in found[1].split(",") for number in _weekday_span(span, example)]
    if len(set(weekdays)) < len(weekdays):
        raise GrammarError(f"{quoted(entry)} names a day twice; {example}")
    return [(weekday, written) for weekday in weekdays for written in times]


def _clock(text: str, example: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise GrammarError(f"{quoted(text.strip())} is no time of day; {example}")
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise GrammarError(f"{quoted(text)} is not on the clock, which ends at 23:59; {example}")
    return time(hour, minute)


def _weekday(text: str, example: str) -> int:
    number = _WEEKDAY_NUMBER.get(text.strip().casefold())
    if number is None:
        raise GrammarError(f"{quoted(text.strip())} is no weekday; {example}")
    return number


def _weekday_span(text: str, example: str) -> list[int]:
    """The numbers of "Mon-Fri" or "Mon"; a span may pass the end of the week, as in "Sat-Mon"."""
    ends = text.split("-")
    if len(ends) > 2:
        raise GrammarError(f"{quoted(text.strip())} is no span of weekdays; {example}")
    first, last = _weekday(ends[0], example), _weekday(ends[-1], example)
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _span(text: str, example: str) -> tuple[time, time]:
    """The two ends of "09:00-17:30"; an end at midnight becomes `time.max`, as `WorkingHours` wants it."""
    start_text, dash, end_text = text.partition("-")
    if not dash:
        raise GrammarError(f"{quoted(text.strip())} has no end; {example}")
    start = _clock(start_text, example)
    end = time.max if end_text.strip() in ("24:00", "00:00", "0:00") else _clock(end_text, example)
    if end <= start:
        raise GrammarError(f"{quoted(text.strip())} ends before it begins, and no range passes midnight; {example}")
    return start, end


def _slot_entry(entry: str | Mapping[str, Any], example: str) -> tuple[str, str]:
    """The days and time of one entry of a cadence, and the way the report goes."""
    if isinstance(entry, str):
        return entry, "mail"
    if unknown := sorted(str(key) for key in entry if key not in ("at", "by")):
        raise GrammarError(f"{quoted(unknown[0])} is no key of a report's time; {example}")
    at, way = entry.get("at"), entry.get("by", "mail")
    if not isinstance(at, str):
        raise GrammarError(f"a report's time needs `at`; {example}")
    if way not in _WAYS:
        raise GrammarError(f'{quoted(way)} is no way to report, only "mail" and "call" are; {example}')
    return at, way
