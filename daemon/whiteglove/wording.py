"""How times, names and the notice of an automatic mail are worded in each language.

A language is one data file: `languages/en.toml` and its siblings hold every format, so that a further language needs no
code. The tables of such a file are the fields of `Language`; `Language.from_table` says what each may hold.

The owner's local time comes first, the reader's own in a parenthesis behind it. The parenthesis is left out where both
zones have the same offset at that instant. "Today" and "tomorrow" are said only where they are true for both: the two
zones must have the same date now, and the same date at the instant told. Where the reader's date differs the
parenthesis repeats the weekday.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any, Literal
from zoneinfo import ZoneInfo

from whiteglove.clients import AddressForm

_NOTHING: frozenset[str] = frozenset()
_HOUR = dict.fromkeys(("full", "minutes"), frozenset({"hour", "minute"}))
_WHEN = dict.fromkeys(("today", "tomorrow", "other"), frozenset({"weekday", "on_weekday", "date", "at", "clock"}))
_BY_FORM = dict.fromkeys(("familiar", "formal"))
_GREETING = {"named": frozenset({"name"}), "nameless": _NOTHING}
_BLOCK_DAY = frozenset({"hours", "weekday", "on_weekday", "date"})

_LISTS: Mapping[str, int | None] = {
    **dict.fromkeys(("weekdays", "on_weekdays", "short_weekdays"), 7),
    **dict.fromkeys(("months", "short_months"), 12),
    **dict.fromkeys(("titles", "forbidden")),
}
_TABLES: Mapping[str, Mapping[str, frozenset[str] | None]] = {
    "date": {
        "first": _NOTHING,
        "plain": frozenset({"day", "month"}),
        "with_year": frozenset({"day", "month", "year"}),
    },
    "hour_clock": _HOUR,
    "hour_at": _HOUR,
    "hour_start": _HOUR,
    "hour_end": _HOUR,
    "when_at": _WHEN,
    "when_by": _WHEN,
    "when_plain": _WHEN,
    "reader": {
        "same_day": frozenset({"time", "place"}),
        "other_day": frozenset({"weekday", "time", "place"}),
        "place": frozenset({"city"}),
    },
    "block": {
        "hours": frozenset({"start", "end"}),
        **dict.fromkeys(("today", "tomorrow", "that_day", "weekday", "date"), _BLOCK_DAY),
    },
    "places": {},
    "greeting_familiar": _GREETING,
    "greeting_formal": _GREETING,
    "notice": _BY_FORM,
    "notice_short": _BY_FORM,
    "subject": _BY_FORM,
    "calendar": dict.fromkeys(("report", "answer"), frozenset({"owner"})),
    "told": dict.fromkeys(("today", "yesterday", "weekday", "date"), frozenset({"on_weekday", "date"})),
    "summary": {
        **dict.fromkeys(("quiet", "all_clear", "above", "made"), _NOTHING),
        **dict.fromkeys(("now", "due", "late", "held", "failed", "ok"), _NOTHING),
        **dict.fromkeys(("yesterday", "today", "tomorrow", "number"), _NOTHING),
        "quoted": frozenset({"text"}),
        "day": frozenset({"weekday", "day", "month"}),
        "date": frozenset({"weekday", "date"}),
        "moment": frozenset({"day", "hour", "minute"}),
        "named": frozenset({"name", "words"}),
        "more": frozenset({"count"}),
        "days": frozenset({"count"}),
        "covers": frozenset({"since", "until", "zone"}),
        "following": frozenset({"when"}),
    },
}
"""Each table's required keys, with the fields that a format may use; None for a text that is no format."""

_NUMBERS = frozenset({"hour", "minute", "year", "count"})
_EXACT_TIME = re.compile(r"(?:\d|1\d|2[0-3])(?::[0-5]\d)?")
_AREAS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
"""The areas of the IANA time zone database whose zones are named after a place; `Etc/UTC` and `CET` are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Everything said in one language; the fields are those of its data file, whose comments explain them.

    `weekdays`, `on_weekdays` ("on Monday") and `short_weekdays` begin with Monday. An hour table (`hour_…`) has a
    format for full hours and one with minutes; a key like "1" or "1:00" stands for that hour, or that minute, alone
    ("all'una"). `places` names the zones whose city has another name or another preposition in this language, as a
    whole phrase, by the last component of the zone's name or by the whole name. `forbidden` is what no automatic mail
    may say; it and `titles` are held folded. `summary` is for the owner alone.
    """

    code: str
    weekdays: tuple[str, ...]
    on_weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    titles: tuple[str, ...]
    forbidden: tuple[str, ...]
    date: Mapping[str, str]
    hour_clock: Mapping[str, str]
    hour_at: Mapping[str, str]
    hour_start: Mapping[str, str]
    hour_end: Mapping[str, str]
    when_at: Mapping[str, str]
    when_by: Mapping[str, str]
    when_plain: Mapping[str, str]
    reader: Mapping[str, str]
    block: Mapping[str, str]
    places: Mapping[str, str]
    greeting_familiar: Mapping[str, str]
    greeting_formal: Mapping[str, str]
    notice: Mapping[str, str]
    notice_short: Mapping[str, str]
    subject: Mapping[str, str]
    calendar: Mapping[str, str]
    told: Mapping[str, str]
    summary: Mapping[str, str]

    @classmethod
    def from_table(cls, code: str, table: Mapping[str, Any]) -> Language:
        """The language as its data file holds it. Raises `ValueError` naming every missing, unknown or wrong key."""
        faults = [f"unknown key {name}" for name in table if name not in _LISTS and name not in _TABLES]
        for name in (*_LISTS, *_TABLES):
            if name not in table:
                faults.append(f"missing key {name}")
            else:
                check = _faults_of_list if name in _LISTS else _faults_of_table
                faults += check(name, table[name])
        if faults:
            raise ValueError(f"language {code}: {'; '.join(faults)}")
        read: dict[str, Any] = {name: tuple(table[name]) for name in _LISTS} | {name: table[name] for name in _TABLES}
        read |= {name: tuple(_fold(phrase) for phrase in table[name]) for name in ("titles", "forbidden")}
        return cls(code=code, **read)


def say_time(
    instant: datetime,
    *,
    now: datetime,
    owner_zone: ZoneInfo,
    reader_zone: ZoneInfo,
    language: Language,
    form: Literal["at", "by", "plain"] = "at",
    relative: bool = True,
) -> str:
    """A time told to a client, with day, date and hour: "today, Tuesday 24 November, at 16:00 (10:00 in New York)".

    `form` is `at` for "comes …", `by` for "you will have my answer …" (it brings its own "by"), and `plain` without any
    preposition, for "planned for …". Without `relative` there is neither "today" nor "tomorrow", for a text that may be
    read on another day than it was written. The year is said where it is not the owner's present one. Seconds are not
    said. Instants must be aware.
    """
    formats = {"at": language.when_at, "by": language.when_by, "plain": language.when_plain}[form]
    here, there = _local(instant, owner_zone), _local(instant, reader_zone)
    near = _relative_day(instant, now, owner_zone, reader_zone) if relative else None
    said = formats[near or "other"].format(
        weekday=language.weekdays[here.weekday()],
        on_weekday=language.on_weekdays[here.weekday()],
        date=_say_date(here, _local(now, owner_zone), language),
        at=say_hour(here, language.hour_at),
        clock=say_hour(here, language.hour_clock),
    )
    if here.utcoffset() == there.utcoffset():
        return said
    return f"{said} {_for_reader(say_hour(there, language.hour_clock), here, there, reader_zone, language)}"


def say_block(
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    owner_zone: ZoneInfo,
    reader_zone: ZoneInfo,
    language: Language,
    same_day_as: datetime | None = None,
    relative: bool = True,
) -> str:
    """Hours set aside, in the owner's zone: "11:00–13:00 today", "11:00–13:00 on Tuesday", "11:00–13:00 that day".

    "That day" stands where `same_day_as`, the report's time told just before, has the same date for the owner. The
    weekday alone stands within the next six days for both zones, else the date follows it. The reader's own hours
    follow in a parenthesis as in `say_time`.
    """
    here, there = _local(start, owner_zone), _local(start, reader_zone)
    here_end, there_end = _local(end, owner_zone), _local(end, reader_zone)
    here_now, there_now = _local(now, owner_zone), _local(now, reader_zone)
    day = _relative_day(start, now, owner_zone, reader_zone) if relative else None
    if day is None and same_day_as is not None and _local(same_day_as, owner_zone).date() == here.date():
        day = "that_day"
    if day is None:
        distances = {(here.date() - here_now.date()).days, (there.date() - there_now.date()).days}
        day = "weekday" if all(0 < distance < 7 for distance in distances) else "date"
    said = language.block[day].format(
        hours=_say_hours(here, here_end, language),
        weekday=language.weekdays[here.weekday()],
        on_weekday=language.on_weekdays[here.weekday()],
        date=_say_date(here, here_now, language),
    )
    if here.utcoffset() == there.utcoffset() and here_end.utcoffset() == there_end.utcoffset():
        return said
    return f"{said} {_for_reader(_say_hours(there, there_end, language), here, there, reader_zone, language)}"


def say_day(
    instant: datetime, *, now: datetime, owner_zone: ZoneInfo, reader_zone: ZoneInfo, language: Language
) -> str:
    """The day of something past, as in "as noted yesterday": by word where both zones agree on it, by weekday within
    the last six days of the owner's, else by date."""
    here, there = _local(instant, owner_zone), _local(instant, reader_zone)
    here_now, there_now = _local(now, owner_zone), _local(now, reader_zone)
    ages = {(here_now.date() - here.date()).days, (there_now.date() - there.date()).days}
    age = max(ages)
    words = {0: "today", 1: "yesterday"}
    day = words.get(age, "weekday" if age < 7 else "date") if len(ages) == 1 else "weekday" if age < 7 else "date"
    return language.told[day].format(
        on_weekday=language.on_weekdays[here.weekday()], date=_say_date(here, here_now, language)
    )


def say_date(day: date, *, today: date, language: Language, form: Literal["on", "plain"] = "on") -> str:
    """A day by weekday and date, whenever it is read: "on Tuesday, 24 November", or `plain` without its preposition."""
    weekdays = language.on_weekdays if form == "on" else language.weekdays
    return f"{weekdays[day.weekday()]}, {_say_date(day, today, language)}"


def say_weekday_or_date(day: date, today: date, language: Language) -> str:
    """A day within a sentence, by its weekday within six days of `today` either way, else by date: "on Friday", "on 8
    December"."""
    return language.told["weekday" if abs((day - today).days) < 7 else "date"].format(
        on_weekday=language.on_weekdays[day.weekday()], date=_say_date(day, today, language)
    )


def say_short_day(day: date, language: Language) -> str:
    """A date as short as it can be said: "Sat 21 Nov"."""
    return language.summary["day"].format(
        weekday=language.short_weekdays[day.weekday()],
        day=_say_number(day, language),
        month=language.short_months[day.month - 1],
    )


def greeting(language: Language, person_name: str | None, form: AddressForm) -> str:
    """The first line of a mail, with its comma: by first name where familiar, by full name where formal.

    Without a name, or with nothing but titles for one, it greets nobody by name rather than wrongly. The first name is
    the first word that is not a title in this language.
    """
    formats = language.greeting_familiar if form is AddressForm.FAMILIAR else language.greeting_formal
    words = (person_name or "").split()
    names = [word for word in words if word.rstrip(".").casefold() not in language.titles]
    if not names:
        return formats["nameless"]
    return formats["named"].format(name=names[0] if form is AddressForm.FAMILIAR else " ".join(words))


def forbidden_in(text: str, language: Language) -> tuple[str, ...]:
    """Which of the language's forbidden phrases stand in a text: whole words, whatever their case and line breaks."""
    folded = _fold(text)
    return tuple(
        phrase for phrase in language.forbidden if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", folded) is not None
    )


def _relative_day(instant: datetime, now: datetime, owner_zone: ZoneInfo, reader_zone: ZoneInfo) -> str | None:
    """`today` or `tomorrow` where owner and reader agree on the date of both instants, else None."""
    then = {_local(instant, zone).date() for zone in (owner_zone, reader_zone)}
    present = {_local(now, zone).date() for zone in (owner_zone, reader_zone)}
    if len(then) > 1 or len(present) > 1:
        return None
    return {timedelta(0): "today", timedelta(days=1): "tomorrow"}.get(then.pop() - present.pop())


def _for_reader(time: str, here: datetime, there: datetime, zone: ZoneInfo, language: Language) -> str:
    """The parenthesis: the reader's own time, with the weekday where their date is another one."""
    day = "same_day" if here.date() == there.date() else "other_day"
    return language.reader[day].format(
        weekday=language.weekdays[there.weekday()], time=time, place=_say_place(there, zone, language)
    )


def _say_place(there: datetime, zone: ZoneInfo, language: Language) -> str:
    """Where the reader's clock stands: "in New York" by the zone's name, "UTC" or "UTC+5:30" where it names no city."""
    area, _, rest = zone.key.partition("/")
    city = rest.rpartition("/")[2]
    for name in (zone.key, city):
        if name in language.places:
            return language.places[name]
    if area in _AREAS:
        return language.reader["place"].format(city=city.replace("_", " "))
    minutes = (there.utcoffset() or timedelta(0)) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest_of_hour = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest_of_hour:02}" if rest_of_hour else "")


def _say_date(day: date, today: date, language: Language) -> str:
    return language.date["plain" if day.year == today.year else "with_year"].format(
        day=_say_number(day, language),
        month=language.months[day.month - 1],
        year=day.year,
    )


def _say_number(day: date, language: Language) -> str:
    return language.date["first"] if day.day == 1 else str(day.day)


def say_hour(at: datetime, formats: Mapping[str, str]) -> str:
    """A time of day by one of the language's hour tables, in the zone of `at`: "16:00", "at 16:00"."""
    usual = "minutes" if at.minute else "full"
    key = next((key for key in (f"{at.hour}:{at.minute:02}", f"{at.hour}") if key in formats), usual)
    return formats[key].format(hour=at.hour, minute=at.minute)


def _say_hours(start: datetime, end: datetime, language: Language) -> str:
    return language.block["hours"].format(
        start=say_hour(start, language.hour_start), end=say_hour(end, language.hour_end)
    )


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; an aware datetime is needed")
    return instant.astimezone(zone)


def _fold(text: str) -> str:
    """The form in which words are compared: compatibility forms, case, white space and curled quotes do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def _faults_of_list(name: str, words: object) -> list[str]:
    count = _LISTS[name]
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        return [f"{name} must be a list of texts"]
    if count is not None and len(words) != count:
        return [f"{name} must hold {count} texts, not {len(words)}"]
    return []


def _faults_of_table(name: str, table: object) -> list[str]:
    if not isinstance(table, dict):
        return [f"{name} must be a table"]
    required = _TABLES[name]
    faults = [f"missing key {name}.{key}" for key in required if key not in table]
    for key, text in table.items():
        exact_time = name.startswith("hour_") and _EXACT_TIME.fullmatch(key)
        fields = _HOUR["full"] if exact_time else required.get(key)
        if key not in required and not exact_time and name != "places":
            faults.append(f"unknown key {name}.{key}")
        elif not isinstance(text, str) or not text.strip():
            faults.append(f"{name}.{key} must be a text")
        elif fields is not None:
            faults += _faults_of_format(f"{name}.{key}", text, fields)
    return faults


def _faults_of_format(name: str, text: str, allowed: frozenset[str]) -> list[str]:
    """Unknown fields, and formats that could not be filled in: found when the file is read, not when a mail is due."""
    try:
        used = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
        if unknown := sorted(used - allowed):
            known = ", ".join(sorted(allowed)) or "none"
            return [f"{name} has an unknown field {{{field}}}; known: {known}" for field in unknown]
        text.format(**{field: 9 if field in _NUMBERS else "text" for field in allowed})
    except (ValueError, LookupError) as error:
        return [f"{name} is no format: {error}"]
    return []
