"""Say in which order today's work is best done, and why, in a line each.

A broken word comes first. Then the profile decides, then the deadline, then how many answers are overdue, then open
incidents; what is equal in all of these stands in the order of the client book. What is owed to a client counts for the
foremost of their projects, and for no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import TypeVar

from pydantic import Field

from whiteglove import (
    Client,
    Context,
    Day,
    Incident,
    Item,
    Mark,
    Obligation,
    Place,
    PluginInfo,
    PluginSettings,
    Project,
    Promise,
    Section,
    Words,
    hookimpl,
)

_PROFILES = ("high", "normal", "low")
_A_DAY = timedelta(days=1)
_NEAR = timedelta(days=2)
_FORGOTTEN = timedelta(days=14)
"""After its deadline a project is taken for one that was done and left in the file."""


Owed = TypeVar("Owed", Promise, Obligation, Incident)


class Priorities(PluginSettings):
    """The keys of `[plugins.priorities]`."""

    most: int = Field(default=7, ge=1, le=9, description="How many projects are listed; the others are counted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One project, or a client who has none, and what is owed there: the promise that is late the longest, and how many
    answers are overdue and incidents open."""

    client: Client
    project: Project | None = None
    late: Promise | None = None
    overdue: int = 0
    incidents: int = 0

    @property
    def deadline(self) -> date | None:
        return self.project.deadline if self.project else None

    @property
    def rank(self) -> tuple[bool, int, date, int, int]:
        """What comes first has the smallest one; what has no deadline comes last of its profile."""
        profile = _PROFILES.index(self.project.profile if self.project else "normal")
        return self.late is None, profile, self.deadline or date.max, -self.overdue, -self.incidents


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Puts today's work in order in the summary, and says why.", Priorities)


@hookimpl
def summarise(day: Day, ctx: Context[Priorities]) -> Section | None:
    if day.is_past:
        # The work of a day that is over has no order any more.
        return None
    found = order(day.date, ctx)
    items = [_item(work, day.date, ctx) for work in found[: ctx.config.most]]
    if more := len(found) - len(items):
        items.append(Item(text=ctx.words("more", count=more)))
    return Section(title=ctx.words("title"), place=Place.WORK, items=tuple(items), quiet=ctx.words("quiet"))


def order(today: date, ctx: Context[Priorities]) -> list[Work]:
    """All work of the book, the most urgent first."""
    promises = _by_client(ctx.ledger.open_promises())
    questions = _by_client(ctx.ledger.open_obligations())
    incidents = _by_client(ctx.ledger.open_incidents())
    found: list[Work] = []
    for key, client in ctx.book.clients.items():
        late = [promise for promise in promises[key] if promise.due <= ctx.now]
        # An answer whose time was told is the late promise itself.
        told = {promise.obligation for promise in late}
        overdue = [one for one in questions[key] if one.due and one.due <= ctx.now and one.row not in told]
        owed = Work(client=client, late=late[0] if late else None, overdue=len(overdue), incidents=len(incidents[key]))
        found += _of(owed, today)
    return sorted(found, key=lambda work: work.rank)


def _by_client(found: Iterable[Owed]) -> Mapping[str, list[Owed]]:
    grouped: dict[str, list[Owed]] = defaultdict(list)
    for one in found:
        grouped[one.client].append(one)
    return grouped


def _of(owed: Work, today: date) -> Iterator[Work]:
    """A client's projects, the foremost with all that is `owed` to them."""
    projects = [one for one in owed.client.projects if one.deadline is None or one.deadline >= today - _FORGOTTEN]
    works = sorted((Work(client=owed.client, project=one) for one in projects), key=lambda work: work.rank)
    if works:
        yield replace(owed, project=works[0].project)
        yield from works[1:]
    elif owed.late or owed.overdue or owed.incidents:
        yield owed


def _item(work: Work, today: date, ctx: Context[Priorities]) -> Item:
    why = ", ".join(_reasons(work, today, ctx.words)) or ctx.words("no_deadline")
    return Item(
        text=ctx.words("named", project=work.project.name, why=why) if work.project else why,
        client=work.client.key,
        mark=_mark(work, today),
        detail=_set_aside(work, today, ctx),
    )


def _reasons(work: Work, today: date, words: Words) -> Iterator[str]:
    """In the order in which they count."""
    if work.late is not None:
        yield words(f"late_{work.late.kind}", due=words.when(work.late.due))
    if work.project and work.project.profile != "normal":
        yield words(work.project.profile)
    if work.deadline is not None:
        yield words("was_due" if work.deadline < today else "deadline", day=words.on(work.deadline))
    for what, count in (("overdue", work.overdue), ("incident", work.incidents)):
        if count:
            yield words.counted(what, count)


def _mark(work: Work, today: date) -> Mark:
    if work.late or work.overdue or (work.deadline is not None and work.deadline < today):
        return Mark.LATE
    if work.incidents:
        return Mark.NOW
    return Mark.DUE if work.deadline is not None and work.deadline < today + _NEAR else Mark.PLAIN


def _set_aside(work: Work, today: date, ctx: Context[Priorities]) -> str:
    """The hours that are set aside for this client today and still lie ahead."""
    midnight = ctx.worktime.instant(today + _A_DAY, time())
    block = ctx.worktime.next_block(work.client.work, ctx.now, midnight, work.client.planned)
    return ctx.words("set_aside", block=ctx.words.block(*block)) if block is not None else ""
