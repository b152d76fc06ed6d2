"""The parts of the daily summary, as plugins hand them in. Two writers turn the same parts into text and into a page.

Texts are in the owner's language and on one line; nothing here is marked up. Never a body: a subject is the most that a
summary quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum


class Place(IntEnum):
    """Where a section stands: what costs the owner most if it is ignored comes first."""

    NEEDS_YOU = 10
    REPORTS = 20
    INCIDENTS = 30
    TOLD = 40
    CONTACT = 50
    HELD_BACK = 60
    OTHER = 70
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
class Item:
    """One line: whom it is about (the client's key), what it is, how far it has come ("6 of 8 h"), and the command or
    the next step that helps."""

    text: str
    client: str | None = None
    mark: Mark = Mark.PLAIN
    detail: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One plugin's part of a summary, the most urgent item first.

    `headline` is its share of the first sentence and of the subject ("2 need you"), empty where there is nothing to
    say; `quiet` is what stands in its place when it has no items ("no incident is open").
    """

    title: str
    place: Place = Place.OTHER
    items: tuple[Item, ...] = ()
    headline: str = ""
    quiet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a summary is about: the owner's local `date`, as of the instant `until`; `since` is where the one before
    ended, or a day earlier."""

    date: date
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A whole summary, in the order in which it is read. `following` is when the next one comes, if it is known."""

    day: Day
    sections: tuple[Section, ...]
    following: datetime | None = None
