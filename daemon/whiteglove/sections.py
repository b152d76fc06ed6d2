"""The parts of the daily summary, as plugins hand them in. Two writers turn the same parts into text and into a page.

Texts are in the owner's language and on one line; nothing here is marked up. Never a body: a subject is the most that a
summary quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as _Date  # `Day` has a field of this name.
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

_A_DAY = timedelta(days=1)
_MOST_DATES = 366


class Place(IntEnum):
    """Where a section stands: what costs the owner most if it is ignored comes first."""

    COMES_LATE = 5
    NEEDS_YOU = 10
    REPORTS = 20
    WORK = 25
    INCIDENTS = 30
    TOLD = 40
    CONTACT = 50
    HELD_BACK = 60
    OTHER = 70
    LOOK_BACK = 80
    HEALTH = 90


class Mark(StrEnum):
    """The state of one item, a word in every form of the summary: colour alone says nothing to many eyes."""

    NOW = "now"
    DUE = "due"
    LATE = "late"
    HELD = "held"
    FAILED = "failed"
    OK = "ok"
    PLAIN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Figures over time, the oldest first, drawn small beside a line: how many on each of so many days. What is above
    `limit` is marked. `label` says in words what is shown, for whoever cannot see it."""

    values: tuple[int, ...]
    limit: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line: whom it is about (the client's key), what it is, how far it has come ("6 of 8 h"), and the command or
    the next step that helps; `trace` is the little picture that belongs to it. `link` is where it leads on a page: the
    URL of the message that it is about (`mid:`, RFC 2392)."""

    text: str
    client: str | None = None
    mark: Mark = Mark.PLAIN
    detail: str = ""
    step: str = ""
    link: str = ""
    trace: Trace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One plugin's part of a summary, the most urgent item first.

    `headline` is its share of the first sentence and of the subject ("2 need you"), empty where there is nothing to
    say; `quiet` is what stands in its place when it has no items ("no incident is open").

    `week` and `month` are what the plugin says of the week or month that is over, on the days on which it looks back;
    the core makes one section of everybody's, so that they are empty in a finished summary.
    """

    title: str
    place: Place = Place.OTHER
    items: tuple[Item, ...] = ()
    headline: str = ""
    quiet: str = ""
    week: tuple[Item, ...] = ()
    month: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a summary is about: the owner's local `date`, as of the instant `until`; `since` is where the one before
    ended, or a day earlier.

    `previous` is the local date of the one before, None for the first; a summary that comes late stands for the dates
    between them too. `is_past` says that a date which is over is shown again: what was open then, not what is now.
    """

    date: _Date
    since: datetime
    until: datetime
    previous: _Date | None = None
    is_past: bool = False

    @property
    def dates(self) -> tuple[_Date, ...]:
        """The local dates that it stands for, ascending: its own, and those since the one before, a year of them at
        most."""
        known = self.previous if self.previous is not None and self.previous < self.date else self.date - _A_DAY
        number = min((self.date - known).days, _MOST_DATES)
        return tuple(self.date - days * _A_DAY for days in range(number - 1, -1, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A whole summary, in the order in which it is read. `following` is when the next one comes, if it is known."""

    day: Day
    sections: tuple[Section, ...]
    following: datetime | None = None
