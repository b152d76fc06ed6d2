"""What is known of a client, on one page: from their file, and from the ledger as it reads at one instant.

Nothing here is worded: who shows a dossier finds the words. Instants are UTC, days are the owner's local ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from whiteglove.clients import Client, DateRange, Occasion, Person
from whiteglove.ledger import (
    ClientNote,
    Incident,
    Ledger,
    ObligationState,
    Promise,
    PromiseKind,
    PromiseState,
)
from whiteglove.message import Kind
from whiteglove.worktime import WorkingTime

NEAR = timedelta(days=14)
"""How far from today a date is near, ahead and behind."""
LOOK_BACK = timedelta(days=400)
"""How far back promises and notes are looked for: a year and a little, as free slots are."""

_DAY = timedelta(days=1)
_CLOSED = frozenset({PromiseState.KEPT, PromiseState.BROKEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDate:
    """A date of a client's file in the year in which it is near, from `first` to `last` inclusive.

    `days` is how far it is: until `first` where it is ahead, since `last` (negative) where it is over, 0 while it
    lasts. `away` marks the client's own absence.
    """

    what: str
    first: date
    last: date
    days: int
    away: bool = False
    yearly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A project's deadline, and how many days it is ahead; negative where it is over."""

    project: str
    on: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastContact:
    """The last contact in one direction. `call` tells a call from a mail."""

    at: datetime
    call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """What waits for the owner's answer: the subject it was asked under, who asked, since when, and by when it is due.

    The subject is empty where retention has removed the message."""

    subject: str
    address: str
    kinds: tuple[Kind, ...]
    asked_at: datetime
    due: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAhead:
    """A report that is still to come. `by` is `mail` or `call`."""

    due: datetime
    by: str = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that helps before a talk with a client.

    `people` have a language and a time zone only where those differ from the client's. `promised` is what is owed, the
    earliest first, late ones included; `last_kept` and `last_missed` are the last reports that were given in time, and
    late or never. `noted` and `near` begin with the newest and the nearest to come.
    """

    client: Client
    people: tuple[Person, ...]
    reports: tuple[ReportAhead, ...]
    from_client: LastContact | None
    from_owner: LastContact | None
    promised: tuple[Promise, ...]
    last_kept: Promise | None
    last_missed: Promise | None
    questions: tuple[OpenQuestion, ...]
    incidents: tuple[Incident, ...]
    noted: tuple[ClientNote, ...]
    near: tuple[NearDate, ...]
    deadlines: tuple[Deadline, ...]


def dossier_of(client: Client, ledger: Ledger, worktime: WorkingTime, now: datetime, *, reports: int = 10) -> Dossier:
    """The dossier of a client at an instant, with at most so many `reports` to come."""
    today = worktime.local_date(now)
    known = ledger.promises(client.key, now - LOOK_BACK)
    given = [promise for promise in known if promise.kind is PromiseKind.REPORT]
    promised = ledger.open_promises(client.key)
    noted = ledger.notes(client.key, now - LOOK_BACK)
    # A late report is owed, and is none that comes.
    coming = [due for due in ledger.next_reports(client.key, reports + len(promised)) if due > now]
    return Dossier(
        client=client,
        people=tuple(_where_they_differ(person, client) for person in client.people),
        reports=tuple(ReportAhead(due=due, by=_by(client, worktime, due)) for due in coming[:reports]),
        from_client=_contact(client, ledger, noted, outbound=False),
        from_owner=_contact(client, ledger, noted, outbound=True),
        promised=promised,
        last_kept=_last(promise for promise in given if promise.state is PromiseState.KEPT and not promise.late),
        last_missed=_last(promise for promise in given if promise.state in _CLOSED and promise.late),
        questions=tuple(_questions(client, ledger)),
        incidents=ledger.open_incidents(client.key),
        noted=tuple(reversed(noted)),
        near=near_dates(client, today),
        deadlines=deadlines_of(client, today),
    )


def near_dates(
    client: Client, today: date, *, ahead: timedelta = NEAR, behind: timedelta = NEAR
) -> tuple[NearDate, ...]:
    """The dates of a client's file that are near `today`: those that last or are ahead, the nearest first, then those
    that are over, the latest first.

    A yearly date comes in its own year and in each one after it; the 29th of February falls on the 28th in a year that
    has none.
    """
    found = [
        near
        for occasion in client.dates
        for when in _returns(occasion, today)
        if -behind <= (near := _near(occasion, when, today)).days * _DAY <= ahead
    ]
    return tuple(sorted(found, key=lambda near: (near.days < 0, abs(near.days), near.first, near.what)))


def deadlines_of(client: Client, today: date, *, ahead: timedelta | None = None) -> tuple[Deadline, ...]:
    """The deadlines of a client's projects, the earliest first: all of them, or, with `ahead`, those of the days from
    `today` on within that time."""
    found = [
        Deadline(project=project.name, on=project.deadline, days=(project.deadline - today).days)
        for project in client.projects
        if project.deadline is not None
    ]
    near = (deadline for deadline in found if ahead is None or timedelta(0) <= deadline.days * _DAY <= ahead)
    return tuple(sorted(near, key=lambda deadline: (deadline.on, deadline.project)))


def _returns(occasion: Occasion, today: date) -> Iterator[DateRange]:
    """An occasion as it comes in the years around today."""
    first = occasion.when.first.year
    years = range(max(0, today.year - 1 - first), today.year + 2 - first) if occasion.yearly else (0,)
    for later in years:
        yield DateRange(_years_on(occasion.when.first, later), _years_on(occasion.when.last, later))


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _near(occasion: Occasion, when: DateRange, today: date) -> NearDate:
    days = (when.first - today).days if today < when.first else min(0, (when.last - today).days)
    return NearDate(
        what=occasion.what,
        first=when.first,
        last=when.last,
        days=days,
        away=occasion.away,
        yearly=occasion.yearly,
    )


def _where_they_differ(person: Person, client: Client) -> Person:
    return replace(
        person,
        language=person.language if person.language != client.language else None,
        timezone=person.timezone if person.timezone != client.timezone else None,
    )


def _by(client: Client, worktime: WorkingTime, due: datetime) -> str:
    """How a report is given. One moved to a time that is no slot is by call where every slot of the cadence is."""
    slot = next(worktime.slots(client.report, due - timedelta(microseconds=1)), None)
    if slot is not None and slot.at == due:
        return slot.by
    return "call" if client.report and all(slot.by == "call" for slot in client.report) else "mail"


def _contact(client: Client, ledger: Ledger, noted: Sequence[ClientNote], *, outbound: bool) -> LastContact | None:
    at = ledger.last_contact(client.key, outbound=outbound)
    if at is None:
        return None
    return LastContact(at=at, call=any(note.call and note.outbound is outbound and note.at == at for note in noted))


def _last(promises: Iterable[Promise]) -> Promise | None:
    return max(promises, key=lambda promise: promise.due, default=None)


def _questions(client: Client, ledger: Ledger) -> Iterator[OpenQuestion]:
    """What is open, the oldest first."""
    for obligation in ledger.open_obligations(client.key):
        message = ledger.message(obligation.message)
        yield OpenQuestion(
            subject=message.subject if message is not None else "",
            address=obligation.address,
            kinds=obligation.kinds,
            asked_at=obligation.opened_at,
            due=obligation.due,
            overdue=obligation.state is ObligationState.OVERDUE,
        )
