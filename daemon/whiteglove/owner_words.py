"""How the owner is spoken to: a plugin's words in their language, times on their clock, numbers as they write them.

What a client reads is said by `wording.py` and by templates; these words are for warnings and the summary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from whiteglove.wording import Language, say_block, say_hour, say_short_day, say_weekday_or_date

_GROUPED_FROM = 10_000
"""From this number on thousands are set apart: nobody needs that for four digits, and some languages forbid it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A plugin's texts in the owner's language, and everything in them that languages write in ways of their own.

    Instants are aware; they are said in `zone`, the owner's. "Today" is as of `now`, or as of `read_at` where the text
    is read later than it is written; `day` and `in_full` never say it.
    """

    texts: Mapping[str, str]
    language: Language
    zone: ZoneInfo
    now: datetime

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of this name, filled in. Raises KeyError for a name or a value that is not there.

        Where a value ends with a full stop, as an abbreviated month does, that of the sentence is the same one.
        """
        text = self.texts[name]
        for field, value in values.items():
            if isinstance(value, str) and value.endswith("."):
                text = text.replace(f"{{{field}}}.", f"{{{field}}}")
        return text.format(**values)

    def counted(self, name: str, count: int, **values: object) -> str:
        """`one_NAME` for one, else `some_NAME`, filled in with `count`; nothing for none."""
        if not count:
            return ""
        return self(f"one_{name}" if count == 1 else f"some_{name}", count=self.number(count), **values)

    def day(self, day: date) -> str:
        """A date, to stand after a preposition: "Tue 24 Nov", with its year where that is not the present one."""
        said = say_short_day(day, self.language)
        return said if day.year == self._today(None).year else f"{said} {day.year}"

    def on(self, day: date, *, read_at: datetime | None = None) -> str:
        """A date as it stands in a sentence: "today", "tomorrow", "yesterday", "on Friday", "on 8 December"."""
        today = self._today(read_at)
        near = _NEAR.get((day - today).days)
        return self.language.summary[near] if near else say_weekday_or_date(day, today, self.language)

    def clock(self, instant: datetime, *, zone: ZoneInfo | None = None) -> str:
        """The time of day: "16:00"; in a zone of somebody else's where one is named."""
        return say_hour(instant.astimezone(zone or self.zone), self.language.hour_clock)

    def when(self, instant: datetime, *, read_at: datetime | None = None) -> str:
        """A moment as it stands in a sentence: "today at 16:00", "on Friday at 09:30", "on 8 December at 16:00"."""
        here = instant.astimezone(self.zone)
        return f"{self.on(here.date(), read_at=read_at)} {say_hour(here, self.language.hour_at)}"

    def moment(self, instant: datetime, *, read_at: datetime | None = None) -> str:
        """A moment, to stand after a preposition or in brackets: "today, 16:00", "Tue 24 Nov, 16:00"."""
        here = instant.astimezone(self.zone)
        near = _NEAR.get((here.date() - self._today(read_at)).days)
        day = self.language.summary[near] if near else self.day(here.date())
        return self.language.summary["moment"].format(day=day, hour=here.hour, minute=here.minute)

    def in_full(self, instant: datetime) -> str:
        """A moment that reads the same whenever it is written: "Tue 24 Nov 2026, 16:00"."""
        here = instant.astimezone(self.zone)
        day = f"{say_short_day(here.date(), self.language)} {here.year}"
        return self.language.summary["moment"].format(day=day, hour=here.hour, minute=here.minute)

    def block(self, start: datetime, end: datetime) -> str:
        """Hours set aside, with their day: "11:00–13:00 today"."""
        return say_block(start, end, now=self.now, owner_zone=self.zone, reader_zone=self.zone, language=self.language)

    def number(self, number: float, digits: int = 1) -> str:
        """A number with at most so many digits behind the point, without idle noughts: "2.5", "20", "12,000"."""
        written = f"{number:,.{digits}f}" if abs(number) >= _GROUPED_FROM else f"{number:.{digits}f}"
        whole, _, rest = written.partition(".")
        rest = rest.rstrip("0")
        sample = self.language.summary["number"]
        thousands, point = sample[2], sample[6]
        return whole.replace(",", thousands) + (point + rest if rest else "")

    def quoted(self, text: str) -> str:
        """The text in the quotation marks of the language; a subject is shortened before."""
        return self.language.summary["quoted"].format(text=text)

    def _today(self, read_at: datetime | None) -> date:
        return (read_at or self.now).astimezone(self.zone).date()


_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def shortened(text: str, most: int = 80) -> str:
    """A text on one line of at most so many characters; what is cut off leaves an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
