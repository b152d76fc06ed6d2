"""What the owner can offer, from `remedies` of the client's file, with the day and the time at which it would be.

"A call the same day" becomes a call by a day and an hour. What falls on a day off or an absence, what is over, and what
leaves less than an hour of work before it, is left out. A remedy that names no time stands as it was written. The
phrases are those of the two languages in which there are drafts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from whiteglove import Client, Context, Json, absences
from whiteglove_plugins.incidents.settings import Incidents

ENOUGH = timedelta(hours=1)
"""Working time that must be left before what is offered."""

_A_DAY = timedelta(days=1)
_QUARTER = 15
_FURTHEST = 60

_WEEKDAYS = {
    name: number
    for names in (
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    )
    for number, name in enumerate(names)
}
_NUMBERS = {
    name: number
    for number, names in {
        1: "one an a einer einem",
        2: "two zwei",
        3: "three drei",
        4: "four vier",
        8: "eight acht",
    }.items()
    for name in names.split()
}
_NUMBER = rf"(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_DAY = "|".join(
    [
        r"(?P<next>(?:(?:on |by )?the )?next (?:working|business) day|(?:am|bis zum) nächsten (?:werk|arbeits)tag)",
        r"(?P<tomorrow>(?:(?:on |by )?the )?(?:next|following) day|tomorrow"
        r"|am (?:nächsten|folgenden) tag|(?<!am )morgen)",
        r"(?P<today>(?:(?:on )?the )?same (?:working )?day|today"
        r"|(?:noch )?am (?:selben|gleichen) (?:werk|arbeits)?tag|(?:noch )?heute)",
        rf"(?:on |by |am |bis )(?P<weekday>{'|'.join(_WEEKDAYS)})",
    ]
)
_CLOCK = (
    r"(?P<lead>at|by|before|um|bis|vor) "
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?: uhr\b)?|(?P<full>\d{1,2}) uhr|(?P<twelve>\d{1,2}) ?(?P<half>am|pm)\b)"
)
_WITHIN = (
    rf"(?:within|innerhalb von|innerhalb|binnen) {_NUMBER} "
    r"(?:(?P<hours>(?:working )?hours?|(?:arbeits)?stunden?)|(?:working |business )?days?|(?:werk|arbeits)?tage?n?)"
)
_DAY_FOUND = re.compile(rf"(?<!\w)(?:{_DAY})(?!\w)", re.IGNORECASE)
_CLOCK_FOUND = re.compile(rf"(?<!\w){_CLOCK}(?!\w)", re.IGNORECASE)
_WITHIN_FOUND = re.compile(rf"(?<!\w){_WITHIN}(?!\w)", re.IGNORECASE)
_UNTIL = frozenset({"by", "before", "bis", "vor"})


@dataclass(frozen=True, slots=True)
class Way:
    """One way forward: the words before and behind its time. `at` is that time (UTC), None where there is none; with
    `by` it is the latest one."""

    before: str
    after: str = ""
    at: datetime | None = None
    by: bool = False

    def as_json(self) -> Json:
        """What the template is given."""
        at = self.at.isoformat() if self.at is not None else None
        return {"before": self.before, "after": self.after, "at": at, "form": "by" if self.by else "at"}


def ways_forward(client: Client, ctx: Context[Incidents]) -> list[Way]:
    """The remedies of the client's file that can be kept now, in its order."""
    return [way for text in client.remedies if (way := way_of(text, client, ctx)) is not None]


def way_of(text: str, client: Client, ctx: Context[Incidents]) -> Way | None:
    """One remedy as it can be offered now; None where it cannot."""
    within, day, clock = _WITHIN_FOUND.search(text), _DAY_FOUND.search(text), _CLOCK_FOUND.search(text)
    spans = sorted(found.span() for found in (within or day, clock) if found is not None)
    if not spans:
        return Way(text)
    before = text[: spans[0][0]].strip(" ,")
    after = " ".join(part for part in _rest(text, spans) if part)
    try:
        moment = _within(within, ctx) if within is not None else _moment(day, clock, ctx)
    except ValueError:
        # So much working time does not come within a year.
        return None
    if moment is None or not _can_be_kept(moment[0], client, ctx):
        return None
    return Way(before, f" {after}" if after else "", *moment)


def kept_until(ways: list[Way], ctx: Context[Incidents]) -> datetime | None:
    """Until when all of these can still be offered; None where they name no time."""
    timed = [ctx.worktime.subtract(way.at, ENOUGH) for way in ways if way.at is not None]
    return min(timed, default=None)


def _rest(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    ends = [*(start for start, _ in spans[1:]), len(text)]
    for (_, end), following in zip(spans, ends, strict=True):
        yield text[end:following].strip(" ,")


def _can_be_kept(at: datetime, client: Client, ctx: Context[Incidents]) -> bool:
    day = ctx.worktime.local_date(at)
    if ctx.worktime.is_day_off(day) or any(absences(client, day, day)):
        return False
    return ctx.worktime.between(ctx.now, at) > ENOUGH


def _within(found: re.Match[str], ctx: Context[Incidents]) -> tuple[datetime, bool]:
    """So many working hours from now, at the quarter before; or the end of the last of so many working days."""
    number = _NUMBERS.get(found["number"].casefold()) or int(found["number"])
    if found["hours"]:
        at = ctx.worktime.add(ctx.now, timedelta(hours=number))
        past = timedelta(minutes=at.minute % _QUARTER, seconds=at.second, microseconds=at.microsecond)
        return at - past, True
    end = ctx.now
    for _ in range(min(number, _FURTHEST)):
        end = ctx.worktime.end_of_next_working_day(end)
    return end, True


def _moment(
    day: re.Match[str] | None, clock: re.Match[str] | None, ctx: Context[Incidents]
) -> tuple[datetime, bool] | None:
    """The day that is meant, at its hour, else by the end of work."""
    at = _hour(clock) if clock is not None else None
    if clock is not None and at is None:
        return None
    for when in _days(day, ctx):
        instant = ctx.worktime.instant(when, at) if at is not None else _end_of_work(when, ctx)
        # A weekday, or an hour without a day, is the first one that leaves enough time.
        if instant is not None and (_is_one_day(day) or ctx.worktime.between(ctx.now, instant) > ENOUGH):
            return instant, at is None or (clock is not None and clock["lead"].casefold() in _UNTIL)
    return None


def _is_one_day(day: re.Match[str] | None) -> bool:
    return day is not None and not day["weekday"]


def _days(day: re.Match[str] | None, ctx: Context[Incidents]) -> Iterator[date]:
    """The days that may be meant, the nearest first."""
    today = ctx.worktime.local_date(ctx.now)
    ahead = [today + number * _A_DAY for number in range(_FURTHEST)]
    working = [one for one in ahead if ctx.worktime.is_working_day(one)]
    if day is None:
        yield from working[:2]
    elif day["today"]:
        yield today
    elif day["tomorrow"]:
        yield today + _A_DAY
    elif day["next"]:
        yield from [one for one in working if one > today][:1]
    else:
        yield from (one for one in ahead[:8] if one.weekday() == _WEEKDAYS[day["weekday"].casefold()])


def _hour(clock: re.Match[str]) -> time | None:
    """The time of day; None where there is no such hour."""
    if clock["half"]:
        hour, minute = int(clock["twelve"]) % 12 + (12 if clock["half"].casefold() == "pm" else 0), 0
    else:
        hour, minute = int(clock["hour"] or clock["full"]), int(clock["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _end_of_work(day: date, ctx: Context[Incidents]) -> datetime | None:
    if ctx.worktime.is_day_off(day):
        return None
    return ctx.worktime.end_of_next_working_day(ctx.worktime.instant(day - _A_DAY, time(12)))
