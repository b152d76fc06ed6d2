"""Say in which order today's work is best done, and why, in a line each.

A broken word comes first. Then the profile decides, then the deadline, then how many answers are overdue, then open
incidents; what is equal in all of these stands in the order of the client book. What is owed to a client counts for the
foremost of their projects, and for no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Client,
    Context,
    Day,
    Item,
    Mark,
    Place,
    PluginInfo,
    PluginSettings,
    Project,
    Promise,
    PromiseKind,
    Section,
    hookimpl,
)

_PROFILES = ("high", "normal", "low")
_A_DAY = timedelta(days=1)
_NEAR = timedelta(days=2)
_WEEK = timedelta(days=7)
_FORGOTTEN = timedelta(days=14)
"""After its deadline a project is taken for one that was done and left in the file."""


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
    words = _GERMAN if ctx.owner.language == "de" else _ENGLISH
    found = order(day.date, ctx)
    items = [_item(work, day.date, ctx, words) for work in found[: ctx.config.most]]
    if more := len(found) - len(items):
        items.append(Item(text=words["more"].format(count=more)))
    return Section(title=words["title"], place=Place.WORK, items=tuple(items), quiet=words["quiet"])


def order(today: date, ctx: Context[Priorities]) -> list[Work]:
    """All work of the book, the most urgent first."""
    found = [work for client in ctx.book.clients.values() for work in _of(client, today, ctx)]
    return sorted(found, key=lambda work: work.rank)


def _of(client: Client, today: date, ctx: Context[Priorities]) -> Iterator[Work]:
    """A client's projects, the foremost with all that is owed to them."""
    projects = [
        project for project in client.projects if project.deadline is None or project.deadline >= today - _FORGOTTEN
    ]
    late = [promise for promise in ctx.ledger.open_promises(client.key) if promise.due <= ctx.now]
    # An answer whose time was told is the late promise itself.
    told = {promise.obligation for promise in late}
    waiting = ctx.ledger.open_obligations(client.key)
    overdue = sum(found.due is not None and found.due <= ctx.now and found.row not in told for found in waiting)
    incidents = len(ctx.ledger.open_incidents(client.key))
    foremost, *others = sorted(
        (Work(client=client, project=project) for project in projects), key=lambda work: work.rank
    ) or [Work(client=client)]
    if foremost.project or late or overdue or incidents:
        yield Work(
            client=client,
            project=foremost.project,
            late=late[0] if late else None,
            overdue=overdue,
            incidents=incidents,
        )
    yield from others


def _item(work: Work, today: date, ctx: Context[Priorities], words: dict[str, str]) -> Item:
    why = ", ".join(_reasons(work, today, ctx, words)) or words["no_deadline"]
    return Item(
        text=words["named"].format(project=work.project.name, why=why) if work.project else why,
        client=work.client.key,
        mark=_mark(work, today),
        detail=_set_aside(work, today, ctx, words),
    )


def _reasons(work: Work, today: date, ctx: Context[Priorities], words: dict[str, str]) -> Iterator[str]:
    """In the order in which they count."""
    if work.late is not None:
        due = work.late.due.astimezone(ZoneInfo(ctx.owner.timezone))
        yield words["late"].format(what=words[work.late.kind], due=words["moment"].format(due=due))
    if work.project and work.project.profile != "normal":
        yield words[work.project.profile]
    if work.deadline is not None:
        yield words["was_due" if work.deadline < today else "deadline"].format(day=_day(work.deadline, today, words))
    for what, count in (("overdue", work.overdue), ("incident", work.incidents)):
        if count:
            yield words[f"one_{what}" if count == 1 else f"some_{what}"].format(count=count)


def _mark(work: Work, today: date) -> Mark:
    if work.late or work.overdue or (work.deadline is not None and work.deadline < today):
        return Mark.LATE
    if work.incidents:
        return Mark.NOW
    return Mark.DUE if work.deadline is not None and work.deadline < today + _NEAR else Mark.PLAIN


def _set_aside(work: Work, today: date, ctx: Context[Priorities], words: dict[str, str]) -> str:
    """The hours that are set aside for this client today and still lie ahead."""
    midnight = ctx.worktime.instant(today + _A_DAY, time())
    block = ctx.worktime.next_block(work.client.work, ctx.now, midnight, work.client.planned)
    if block is None:
        return ""
    zone = ZoneInfo(ctx.owner.timezone)
    return words["set_aside"].format(start=block[0].astimezone(zone), end=block[1].astimezone(zone))


def _day(day: date, today: date, words: dict[str, str]) -> str:
    """As one says it, where it is near; a date where it is not."""
    if today <= day < today + _NEAR:
        return words["today" if day == today else "tomorrow"]
    if today < day < today + _WEEK:
        return words["weekdays"].split()[day.weekday()]
    return words["date"].format(day=datetime.combine(day, time()))


_ENGLISH = {
    "title": "Today's work, in order",
    "quiet": "no project is in the book",
    "named": "{project}: {why}",
    "more": "and {count} more",
    "late": "{what} promised for {due} is late",
    PromiseKind.REPORT: "the report",
    PromiseKind.ANSWER: "the answer",
    "moment": "{due:%Y-%m-%d %H:%M}",
    "high": "high profile",
    "low": "low profile",
    "deadline": "deadline {day}",
    "was_due": "deadline was {day}",
    "no_deadline": "no deadline",
    "one_overdue": "1 answer overdue",
    "some_overdue": "{count} answers overdue",
    "one_incident": "incident open",
    "some_incident": "{count} incidents open",
    "set_aside": "{start:%H:%M}–{end:%H:%M} set aside",
    "today": "today",
    "tomorrow": "tomorrow",
    "date": "{day:%Y-%m-%d}",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
_GERMAN = {
    "title": "Arbeit für heute, der Reihe nach",
    "quiet": "kein Projekt steht im Kundenbuch",
    "named": "{project}: {why}",
    "more": "und {count} weitere",
    "late": "{what}, zugesagt für {due}, ist überfällig",
    PromiseKind.REPORT: "der Bericht",
    PromiseKind.ANSWER: "die Antwort",
    "moment": "{due:%d.%m.%Y %H:%M}",
    "high": "hohe Bedeutung",
    "low": "geringe Bedeutung",
    "deadline": "Frist {day}",
    "was_due": "Frist war {day}",
    "no_deadline": "keine Frist",
    "one_overdue": "1 Antwort überfällig",
    "some_overdue": "{count} Antworten überfällig",
    "one_incident": "Vorfall offen",
    "some_incident": "{count} Vorfälle offen",
    "set_aside": "{start:%H:%M}–{end:%H:%M} vorgesehen",
    "today": "heute",
    "tomorrow": "morgen",
    "date": "{day:%d.%m.%Y}",
    "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
