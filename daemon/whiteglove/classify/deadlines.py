"""The times that a text names, "by Friday", "bis morgen 12 Uhr", "24.11.", as instants, and how they press.

Only what can mean one thing is resolved: of "3/4" nobody knows the month, of "next Friday" not the week. A day is the
day in the zone that the writer lives in; a weekday is the next of its name, today included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from whiteglove.message import EASY_KINDS, Classification, Kind

READ_AT_MOST = 20_000
"""Characters of a text that are read."""

# How much haste it asks for that something is wanted within so long.
_PRESSING = (
    (timedelta(hours=4), 0.6),
    (timedelta(days=1), 0.5),
    (timedelta(days=2), 0.3),
    (timedelta(days=7), 0.1),
)
_DAY_ENDS = time(23, 59)
_DAY = timedelta(days=1)
# A date without a year lies at most so many days back, else in the year that follows.
_BACK = timedelta(days=60)

_WEEKDAYS = (
    "monday|montag|lundi|lunes|lunedì|segunda(?:-feira)?|maandag",
    "tuesday|tues?|dienstag|mardi|martes|martedì|ter[cç]a(?:-feira)?|dinsdag",
    "wednesday|wed|mittwoch|mercredi|mi[eé]rcoles|mercoledì|quarta(?:-feira)?|woensdag",
    "thursday|thurs?|thu|donnerstag|jeudi|jueves|giovedì|quinta(?:-feira)?|donderdag",
    "friday|fri|freitag|vendredi|viernes|venerdì|sexta(?:-feira)?|vrijdag",
    "saturday|samstag|sonnabend|samedi|s[aá]bado|sabato|zaterdag",
    "sunday|sonntag|dimanche|domingo|domenica|zondag",
)
_MONTHS = (
    "january|januar|janvier|enero|gennaio|janeiro|januari",
    "february|februar|février|febrero|febbraio|fevereiro|februari",
    "march|märz|mars|marzo|março|maart",
    "april|avril|abril|aprile",
    "may|mai|mayo|maggio|maio|mei",
    "june|juni|juin|junio|giugno|junho",
    "july|juli|juillet|julio|luglio|julho",
    "august|août|agosto|augustus",
    "september|septembre|septiembre|settembre|setembro",
    "october|oktober|octobre|octubre|ottobre|outubro",
    "november|novembre|noviembre|novembro",
    "december|dezember|décembre|diciembre|dicembre|dezembro",
)
_AHEAD = (
    "today|tonight|heute|aujourd'hui|ce soir|hoy|oggi|stasera|hoje|vandaag|vanavond|(?:the )?end of today",
    "tomorrow|morgen|demain|mañana|domani|amanhã",
    "the day after tomorrow|übermorgen|après-demain|pasado mañana|dopodomani|depois de amanhã|overmorgen",
)
_BY = (
    r"no later than|by|until|till|bis(?: spätestens)?(?: zum)?|spätestens(?: am| bis)?|d'ici(?: à)?|jusqu'(?:à|au)|"
    r"para|hasta|a más tardar|entro|até|tegen|uiterlijk|tot"
)
# "Not before Friday" limits nothing.
_BEFORE = (
    r"(?<!not )(?<!nicht )(?<!pas )(?<!no )(?<!non )(?<!não )(?<!niet )"
    r"(?:before|vor|avant|antes d(?:el?|as?|os?)|prima d(?:i|el|elle)|vóór|voor)"
)
_FILL = (
    r"on|the|at|this|coming|of|am|um|den|dem|diesen|kommenden|le|la|les|à|ce|el|las|este|esta|il|alle|les|l[oa]|o|a|às|as|de|om|"
    r"op|komende|deze|aan|dia|día"
)


def _numbered(names: tuple[str, ...], prefix: str) -> str:
    return "|".join(f"(?P<{prefix}{number}>{some})" for number, some in enumerate(names))


_MONTH = _numbered(_MONTHS, "m")
_WRITTEN_DATE = (
    rf"(?:(?P<day_first>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?\s(?:de\s|of\s)?(?:{_MONTH})"
    rf"|(?:{_MONTH.replace('(?P<m', '(?P<n')})\s(?P<day_last>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|[:.]\d|\s?(?:am|pm)\b))"
    r"(?:,?\s(?:de\s)?(?P<year_written>20\d\d)|(?!,?\s(?:de\s)?1\d{3}\b))"
)
_DATE = re.compile(
    r"(?<![\w.,/-])(?:(?P<iso>20\d\d-\d\d-\d\d)"
    r"|(?P<dotted>\d{1,2}\.\s?\d{1,2}\.)(?:\s?(?P<year_dotted>20\d\d|\d\d))?"
    r"|(?P<slashed>\d{1,2}/\d{1,2})(?:/(?P<year_slashed>20\d\d|\d\d))?"
    rf"|{_WRITTEN_DATE})(?![\w/-])"
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<unit>am\b|pm\b|a\.m\.|p\.m\.|o'clock|uhr|uur|heures?\b|h(?P<after_h>[0-5]\d)?\b)"
    r"|(?P<plain>\d{1,2}:[0-5]\d)(?!\d)|(?P<noon>noon|midday|mittag|midi|mediodía|mezzogiorno|meio-dia)\b"
    r"|(?P<late>midnight|mitternacht|minuit|medianoche|mezzanotte|meia-noite|middernacht|eod|cob|close of business|"
    r"end of (?:the )?(?:day|business)|end of (?:the )?(?:working|business) day)\b"
)
_WEEKDAY = re.compile(rf"(?:{_numbered(_WEEKDAYS, 'w')})\b|(?:{_numbered(_AHEAD[::-1], 'a')})\b")
_FORENOON = re.compile(r"(?:morning|vormittag|früh|matin|mattina|manhã|ochtend)\b")
_NTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)(?![\w.])")
_MONTH_END = re.compile(
    rf"(?:end of|ende|fin(?: de)?|finales de|fine(?: di)?|final de|fim de|eind(?: van)?)\s(?:{_MONTH})\b"
)
_LIMIT = re.compile(rf"(?<!\w)(?:(?P<by>{_BY})|(?P<before>{_BEFORE}))\s(?:(?:{_FILL})\s){{0,3}}(?=\S)")
# "3.4. bis 5.4." is no limit: a date or a number stands on either side.
_RANGE = re.compile(r"\d\.?\s(?:until|till|bis|jusqu'(?:à|au)|hasta|até|tot)\s\d")
_GAP = re.compile(rf"[\s,]{{1,2}}(?:(?:{_FILL})\s){{0,2}}")


class NamedTime(NamedTuple):
    """A time that a text names: the words, the instant in UTC, and whether something is wanted by then.

    A day without a clock time is its last minute, and its first where something is wanted before it; its morning ends
    at noon.
    """

    words: str
    at: datetime
    deadline: bool


def hastened(found: Classification, text: str | None, written_at: datetime, zone: ZoneInfo) -> Classification:
    """The same, more urgent by what the text of somebody in `zone`, written at `written_at` (aware), wants soon.

    Who asks nothing wants nothing by then, and what was due on Friday was due on another one.
    """
    if text is None or EASY_KINDS.issuperset(found.kinds) or Kind.DEADLINE_MISSED in found.kinds:
        return found
    left = min(
        (named.at - written_at for named in named_times(text, written_at, zone) if named.deadline),
        default=timedelta.max,
    )
    pressing = next((figure for within, figure in _PRESSING if timedelta() <= left <= within), 0.0)
    return replace(found, urgency=round(1 - (1 - found.urgency) * (1 - pressing), 2)) if pressing else found


def named_times(text: str, now: datetime, zone: ZoneInfo) -> tuple[NamedTime, ...]:
    """The times named in a text written at `now` (aware) by somebody in `zone`, in the order of the text.

    Deadlines may be given by day, clock time or both; without "by" and its like only calendar dates are named. A clock
    time alone is today's, unless it has passed: then nobody knows. Never raises for any text.
    """
    lowered = text[:READ_AT_MOST].lower().replace("\u2019", "'").replace("\u00a0", " ")
    today = now.astimezone(zone)
    found: list[tuple[int, NamedTime]] = []
    taken = 0
    for limit in _LIMIT.finditer(lowered):
        if _RANGE.search(lowered, max(limit.start() - 3, 0), limit.end() + 1):
            continue
        if limit.start() >= taken and (hit := _limited(lowered, limit, today)):
            end, at = hit
            found.append((limit.start(), NamedTime(lowered[limit.start() : end], at.astimezone(UTC), True)))
            taken = end
    covered = [(start, start + len(named.words)) for start, named in found]
    for match in _DATE.finditer(lowered):
        day = _date(match, today.date())
        if day and not any(start <= match.start() < end for start, end in covered):
            at = datetime.combine(day, _DAY_ENDS, tzinfo=today.tzinfo)
            found.append((match.start(), NamedTime(match[0].strip(), at.astimezone(UTC), False)))
    return tuple(named for _, named in sorted(found, key=lambda hit: hit[0]))


def _limited(text: str, limit: re.Match[str], now: datetime) -> tuple[int, datetime] | None:
    """Where the words end that stand behind "by", and the local time they mean."""
    day: date | None = None
    clock: time | None = None
    place, end = limit.end(), 0
    for _ in range(2):
        if day is None and (dated := _day(text, place, now.date())):
            end, day = dated
        elif clock is None and (timed := _clock(text, place)):
            end, clock = timed
        elif clock is None and day and (forenoon := _FORENOON.match(text, place)):
            end, clock = forenoon.end(), time(12)
        gap = _GAP.match(text, end)
        if not end or gap is None:
            break
        place = gap.end()
    if day is None and (clock is None or datetime.combine(now.date(), clock, tzinfo=now.tzinfo) <= now):
        return None
    if clock is None:
        clock = time.min if limit["before"] else _DAY_ENDS
    return end, datetime.combine(day or now.date(), clock, tzinfo=now.tzinfo)


def _day(text: str, place: int, today: date) -> tuple[int, date] | None:
    if dated := _DATE.match(text, place):
        day = _date(dated, today)
        return (dated.end(), day) if day else None
    if month := _MONTH_END.match(text, place):
        return month.end(), _month_end(int(str(month.lastgroup)[1:]) + 1, today)
    if match := _WEEKDAY.match(text, place):
        kind, number = str(match.lastgroup)[0], int(str(match.lastgroup)[1:])
        if kind == "a":
            return match.end(), today + (len(_AHEAD) - 1 - number) * _DAY
        return _on_weekday(text, match.end(), number, today)
    return None


def _on_weekday(text: str, place: int, number: int, today: date) -> tuple[int, date] | None:
    """The next day of this name; the one that is meant where its date stands behind it, None where they differ."""
    if gap := _GAP.match(text, place):
        if dated := _DATE.match(text, gap.end()):
            day = _date(dated, today)
            return (dated.end(), day) if day and day.weekday() == number else None
        if nth := _NTH.match(text, gap.end()):
            days = (today + ahead * _DAY for ahead in range(62))
            named = next((day for day in days if (day.day, day.weekday()) == (int(nth[1]), number)), None)
            return (nth.end(), named) if named else None
    return place, today + (number - today.weekday()) % 7 * _DAY


def _month_end(month: int, today: date) -> date:
    """The last day of the next month of this number, of the present one if it is that."""
    year = today.year + (month < today.month)
    return date(year + month // 12, month % 12 + 1, 1) - _DAY


def _clock(text: str, place: int) -> tuple[int, time] | None:
    match = _CLOCK.match(text, place)
    if match is None:
        return None
    if match["noon"] or match["late"]:
        return match.end(), time(12) if match["noon"] else _DAY_ENDS
    if match["plain"]:
        hour, minute = map(int, match["plain"].split(":"))
    else:
        hour, minute = int(match["hour"]), int(match["minute"] or match["after_h"] or 0)
        half = match["unit"].replace(".", "")
        if half in ("am", "pm"):
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + 12 * (half == "pm")
    return (match.end(), time(hour, minute)) if hour < 24 else None


def _date(match: re.Match[str], today: date) -> date | None:
    """The day that a date means; None where it could mean two or none."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["dotted"]:
            day, month = (int(part) for part in match["dotted"].split(".")[:2])
            return _in_year(day, month, match["year_dotted"], today)
        if match["slashed"]:
            first, second = map(int, match["slashed"].split("/"))
            if first > 12 >= second:
                return _in_year(first, second, match["year_slashed"], today)
            return _in_year(second, first, match["year_slashed"], today) if second > 12 >= first else None
        day = int(match["day_first"] or match["day_last"])
        return _in_year(day, next(_months(match)), match["year_written"], today)
    except ValueError:
        return None


def _months(match: re.Match[str]) -> Iterator[int]:
    for number in range(len(_MONTHS)):
        if match[f"m{number}"] or match[f"n{number}"]:
            yield number + 1


def _in_year(day: int, month: int, year: str | None, today: date) -> date:
    """Raises ValueError where there is no such day."""
    if year:
        return date(int(year) + 2000 * (len(year) == 2), month, day)
    for number in (today.year - 1, today.year, today.year + 1):
        if date(number, month, day) >= today - _BACK:
            return date(number, month, day)
    raise ValueError(month)
