"""How closely a client makes contact: how often against their own habit, in which way, at which hours; and a thread in
which mails fly both ways. Rules over recorded facts only.

Contact of a client's is mail of a person's, or a call that they made. Instants are aware; days are the owner's local
dates, where a function does not say otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from whiteglove.ledger import ClientNote
from whiteglove.message import Kind, RecordedMessage
from whiteglove.worktime import NoWorkingTimeError, WorkingTime

HABIT_DAYS = 56
"""Local dates before today and yesterday that a habit is learned from."""
KNOWN_DAYS = 28
"""A client of whom nothing is known for so long has no habit yet."""
STRETCH = 2
"""Local dates, the last of them today, that a habit speaks of: an evening and the morning after it are one matter."""
LEAST = 6
"""So few contacts within a stretch are never too many, unless something else was agreed."""
SHRINKING_WITHIN = timedelta(days=14)
"""How far back gaps that become shorter are looked for."""
RALLY_HOURS = timedelta(hours=4)
RALLY_TURNS = 5
"""Changes of side within these hours: the sixth mail that goes to and fro."""

_A_DAY = timedelta(days=1)
_UPPER = 0.9
_TIMES = 2
_GAPS = 5
_SHORTER = 0.75
_AT_ONCE = 0.1
"""A gap that is a tenth of the one before or less is the middle of a talk, and no growing hurry."""
_LAST_GAP = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of a client's. `asked`: how things stand. `prompted`: it answers a mail of the owner's."""

    at: datetime
    asked: bool = False
    call: bool = False
    prompted: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What there was over some stretch: `number` mails and `calls`, how far apart on average (`gap`), how many mails
    `asked` how things stand, and how many contacts came `outside` of the owner's working time."""

    number: int
    calls: int
    gap: timedelta
    asked: int
    outside: int

    @property
    def all(self) -> int:
        return self.number + self.calls


@dataclass(frozen=True, slots=True)
class Rally:
    """Mails that go to and fro in one thread: how many there were, from the first to the last."""

    number: int
    since: datetime
    until: datetime


def contacts_of(messages: Iterable[RecordedMessage], notes: Iterable[ClientNote] = ()) -> tuple[Contact, ...]:
    """Every contact of the client's among mail in both directions and notes, in order.

    A mail answers the owner's where the owner wrote in its thread since the client's last mail there.
    """
    found = [Contact(note.at, call=True) for note in notes if note.call and not note.outbound]
    owner_wrote_last: dict[int, bool] = {}
    for message in sorted(messages, key=lambda one: (one.received_at, one.row)):
        if not message.outbound:
            prompted = owner_wrote_last.get(message.thread, False)
            found.append(Contact(message.received_at, asked=asks_how_things_stand(message), prompted=prompted))
        owner_wrote_last[message.thread] = message.outbound
    return tuple(sorted(found, key=lambda contact: contact.at))


def asks_how_things_stand(message: RecordedMessage) -> bool:
    found = message.classification
    return found is not None and not found.abstained and Kind.STATUS_REQUEST in found.kinds


def contact_figures(contacts: Sequence[Contact], worktime: WorkingTime) -> Figures:
    """The figures of contacts that are in order."""
    calls = sum(contact.call for contact in contacts)
    apart = (contacts[-1].at - contacts[0].at) / (len(contacts) - 1) if len(contacts) > 1 else timedelta(0)
    return Figures(
        number=len(contacts) - calls,
        calls=calls,
        gap=apart,
        asked=sum(contact.asked for contact in contacts),
        outside=sum(not is_working_time(contact.at, worktime) for contact in contacts),
    )


def stretch_begin(today: date, worktime: WorkingTime) -> datetime:
    """Where the stretch of dates begins that a habit speaks of and that ends with `today`."""
    return worktime.instant(today - (STRETCH - 1) * _A_DAY, time())


def habit_moments(today: date, worktime: WorkingTime) -> list[datetime]:
    """Where each of the dates begins that a habit is learned from, and last where the stretch up to `today` does."""
    first = today - (HABIT_DAYS + STRETCH - 1) * _A_DAY
    return [worktime.instant(first + days * _A_DAY, time()) for days in range(HABIT_DAYS + 1)]


def is_working_time(instant: datetime, worktime: WorkingTime) -> bool:
    """Whether the owner works at this instant. Of an owner who never works nothing can lie outside."""
    try:
        return worktime.next_minute(instant) == instant
    except NoWorkingTimeError:
        return True


def usual_most(days: Sequence[int]) -> int | None:
    """How many contacts of a client a stretch of two dates usually holds at most: the number that nine in ten did not
    exceed. `days` are the numbers of successive dates, the oldest first; those before the first contact are not known.
    None where fewer than four weeks are known."""
    first = next((index for index, number in enumerate(days) if number), len(days))
    known = days[first:]
    if len(known) < KNOWN_DAYS:
        return None
    stretches = sorted(sum(known[end - STRETCH : end]) for end in range(STRETCH, len(known) + 1))
    return stretches[math.ceil(len(stretches) * _UPPER) - 1]


def is_burst(number: int, usual: int | None) -> bool:
    """Whether so many contacts in a stretch are many for a client who `usual`ly has so many at most."""
    return usual is not None and number >= max(LEAST, _TIMES * usual)


def shrinking(moments: Sequence[datetime]) -> tuple[timedelta, timedelta] | None:
    """The first and the last of the gaps between the last six of these moments, which ascend and lie within two weeks,
    where each is shorter than the one before, by a quarter at least and never at once by far, and the last is less than
    half a day; else None."""
    last = moments[-_GAPS - 1 :]
    if len(last) <= _GAPS or last[-1] - last[0] > SHRINKING_WITHIN:
        return None
    gaps = [later - earlier for earlier, later in pairwise(last)]
    shrinks = all(earlier * _AT_ONCE < later <= earlier * _SHORTER for earlier, later in pairwise(gaps))
    return (gaps[0], gaps[-1]) if shrinks and gaps[-1] < _LAST_GAP else None


def rally(messages: Iterable[RecordedMessage], thread: int, until: datetime) -> Rally | None:
    """The mails of a thread that went to and fro within the last hours up to an instant; None where they were few.
    Several mails of one side in a row are one turn."""
    near = [
        message
        for message in sorted(messages, key=lambda one: (one.received_at, one.row))
        if message.thread == thread and until - RALLY_HOURS < message.received_at <= until
    ]
    turns = sum(later.outbound is not earlier.outbound for earlier, later in pairwise(near))
    return Rally(len(near), near[0].received_at, near[-1].received_at) if turns >= RALLY_TURNS else None
