"""For whom a summary is written: the words, the clock and the names by which the owner knows their clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from whiteglove.wording import Language, say_short_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The owner as the reader of a summary. `names` holds each client's name by the client's key."""

    language: Language
    zone: ZoneInfo
    names: Mapping[str, str]

    def word(self, key: str, **values: object) -> str:
        """A fixed word or sentence of a summary, filled in; the keys are those of the language's table `summary`."""
        return self.language.summary[key].format(**values)

    def short_day(self, day: date) -> str:
        """A date as short as it can be said: "Sat 21 Nov"."""
        return say_short_day(day, self.language)

    def long_day(self, day: date) -> str:
        """A date in full, as it heads a page: "Saturday, 21 November 2026"."""
        language = self.language
        number = language.date["first"] if day.day == 1 else day.day
        whole = language.date["with_year"].format(day=number, month=language.months[day.month - 1], year=day.year)
        said = self.word("date", weekday=language.weekdays[day.weekday()], date=whole)
        return said[:1].upper() + said[1:]

    def moment(self, instant: datetime) -> str:
        """An instant in the owner's zone, to the minute: "Sat 21 Nov, 08:00". The instant is aware."""
        here = instant.astimezone(self.zone)
        return self.word("moment", day=self.short_day(here.date()), hour=here.hour, minute=here.minute)
