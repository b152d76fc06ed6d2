"""Brief the owner before each report and each call: who it is, what is open, what was promised, what to ask about.

The brief is short enough to be read on the way, and comes once for each report, so much working time before it that
something can still be done about what it says. What is near for any client stands in the daily summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    CancelWake,
    Client,
    Context,
    Day,
    Dossier,
    Duration,
    Item,
    Mark,
    NearDate,
    OpenQuestion,
    Person,
    Place,
    PluginInfo,
    PluginSettings,
    Promise,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseLate,
    PromiseMoved,
    Remember,
    Schedule,
    ScheduleFired,
    Section,
    TimerFired,
    WakeAt,
    Warn,
    Words,
    deadlines_of,
    dossier_of,
    hookimpl,
    near_dates,
    shortened,
)

_LOOK_AGAIN = timedelta(hours=1)
_AHEAD = timedelta(days=14)
_BEHIND = timedelta(days=3)
"""How long it is still fitting to ask how something was."""
_LATELY = timedelta(days=90)
_KEPT = timedelta(days=40)
_LONGEST_QUOTE = 60
_LONGEST_NOTE = 120
_MOST = 3
"""Questions, dates or notes that a brief names; of the rest it says how many there are."""


class Briefing(PluginSettings):
    """The keys of `[plugins.briefing]`."""

    before: Duration = Field(
        default=timedelta(hours=2),
        description="How much working time before a report or a call the brief comes.",
        examples=["2h"],
    )


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Briefs the owner before each report and each call, and says which dates are near.", Briefing)


@hookimpl
def schedules(ctx: Context[Briefing]) -> Iterable[Schedule]:
    return [Schedule(name="look", every=_LOOK_AGAIN, at_start=True)]


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[Briefing]) -> Actions:
    """The book or the working time may have changed, and a slot that nobody was told is used up without an event."""
    return [action for client in ctx.book.clients.values() for action in _look(client, ctx)]


@hookimpl
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: Context[Briefing]
) -> Actions:
    """Another report is the next one now."""
    return _look(event.client, ctx)


@hookimpl
def on_timer(event: TimerFired, ctx: Context[Briefing]) -> Actions:
    client = ctx.book.clients.get(str(event.value))
    return _look(client, ctx) if client is not None else None


@hookimpl
def summarise(day: Day, ctx: Context[Briefing]) -> Section:
    """Dates of all clients that are near, absences and deadlines ahead among them, the nearest first."""
    words = ctx.words
    found = [entry for client in ctx.book.clients.values() for entry in _near_items(client, day.date, words)]
    items = tuple(item for _, item in sorted(found, key=lambda entry: (entry[0], entry[1].client or "")))
    return Section(title=words("title"), place=Place.OTHER, items=items, quiet=words("quiet"))


def _look(client: Client, ctx: Context[Briefing]) -> list[Action]:
    """Brief the owner about the next report of a client if it is time, else have the time told."""
    timer = f"brief:{client.key}"
    owed = len(ctx.ledger.open_promises(client.key))
    due = next((due for due in ctx.ledger.next_reports(client.key, owed + 1) if due > ctx.now), None)
    if due is None:
        return [CancelWake(reason="no_report", key=timer)]
    at = _begins(due, ctx)
    if at > ctx.now:
        return [WakeAt(reason="brief_later", key=timer, at=at, value=client.key)]
    told = f"told:{client.key}"
    if ctx.memory.get(told) == due.isoformat():
        return []
    warning = Warn(
        reason="brief",
        key=f"brief:{client.key}:{due.isoformat()}",
        text=_brief(dossier_of(client, ctx.ledger, ctx.worktime, ctx.now, reports=1), ctx),
        urgency="today",
        client=client.key,
        once=_KEPT,
    )
    return [warning, Remember(reason="brief", key=told, value=due.isoformat(), until=due + _KEPT)]


def _begins(due: datetime, ctx: Context[Briefing]) -> datetime:
    """When the brief of a report is to come; at once where there is not so much working time before it."""
    try:
        return ctx.worktime.subtract(due, ctx.config.before)
    except ValueError:
        return ctx.now


def _brief(dossier: Dossier, ctx: Context[Briefing]) -> str:
    return "\n".join(_lines(dossier, ctx))


def _lines(dossier: Dossier, ctx: Context[Briefing]) -> Iterator[str]:
    """At most ten lines: what comes and with whom, then what is wrong, open, promised, near and known."""
    words = ctx.words
    client, report = dossier.client, dossier.reports[0]
    yield words(f"first_{report.by}", client=client.name, due=_when(report.due, ctx))
    if greeted := _greeted(dossier, ctx):
        yield words("with", who=_who(greeted, client, report.due, ctx))
    if dossier.incidents:
        yield words("incidents", what=_list([words(f"is_{one.kind}") for one in dossier.incidents], words))
    if dossier.questions:
        yield words("waiting", what=_list([_asked(question, ctx) for question in dossier.questions], words))
    if owed := [promise for promise in dossier.promised if promise.due != report.due]:
        yield words("promised", what=_list([_owed(promise, ctx) for promise in owed], words))
    if dates := [near for near in dossier.near if -_BEHIND.days <= near.days <= _AHEAD.days]:
        yield words("ask", what=_list([_date(near, words) for near in dates], words))
    if ahead := deadlines_of(client, ctx.worktime.local_date(ctx.now), ahead=_AHEAD):
        due = [words("due", what=deadline.project, when=words.on(deadline.on)) for deadline in ahead]
        yield words("deadlines", what=_list(due, words))
    if dossier.noted:
        note = dossier.noted[0]
        day = words.on(ctx.worktime.local_date(note.at))
        yield words("call" if note.call else "noted", day=day, text=shortened(note.text, _LONGEST_NOTE))
    if client.notes:
        yield words("notes", text=shortened(client.notes, _LONGEST_NOTE))
    yield words("more", key=client.key)


def _greeted(dossier: Dossier, ctx: Context[Briefing]) -> Person | None:
    """Who wrote last, else who stands first in the file."""
    people = dossier.people
    for message in reversed(ctx.ledger.messages(dossier.client.key, ctx.now - _LATELY)):
        wrote = dossier.client.person_at(message.author) if not message.outbound else None
        if wrote is not None:
            return next(person for person in people if person.name == wrote.name)
    return people[0] if people else None


def _who(person: Person, client: Client, due: datetime, ctx: Context[Briefing]) -> str:
    """The name, the role, and what time it is there then, where that differs."""
    parts = [person.name, person.role]
    zone = ZoneInfo(person.timezone or client.timezone)
    if due.astimezone(zone).utcoffset() != due.astimezone(ZoneInfo(ctx.owner.timezone)).utcoffset():
        parts.append(ctx.words("there", time=ctx.words.clock(due, zone=zone)))
    return ", ".join(filter(None, parts))


def _asked(question: OpenQuestion, ctx: Context[Briefing]) -> str:
    words, subject = ctx.words, shortened(question.subject, _LONGEST_QUOTE)
    return words(
        "asked",
        subject=words.quoted(subject) if subject else words("no_subject"),
        day=words.on(ctx.worktime.local_date(question.asked_at)),
    )


def _owed(promise: Promise, ctx: Context[Briefing]) -> str:
    state = "late" if promise.due <= ctx.now else "owed"
    return ctx.words(f"{state}_{promise.kind}", due=_when(promise.due, ctx))


def _when(instant: datetime, ctx: Context[Briefing]) -> str:
    return ctx.words.when(instant, read_at=ctx.worktime.at_work(ctx.now))


def _near_items(client: Client, today: date, words: Words) -> Iterator[tuple[tuple[bool, int], Item]]:
    """Each with what it is sorted by: what is ahead before what is over, the nearest first."""
    for near in near_dates(client, today, ahead=_AHEAD, behind=_BEHIND):
        if near.days < 0 and near.away:
            continue
        step = "" if near.away else words("ask_how_it_was" if near.days < 0 else "ask_about_it")
        what = words("away", what=near.what) if near.away else near.what
        item = Item(text=what, client=client.key, detail=_days(near, words), step=step)
        yield (near.days < 0, abs(near.days)), item
    for deadline in deadlines_of(client, today, ahead=_AHEAD):
        text = words("deadline", project=deadline.project)
        mark = Mark.DUE if deadline.days == 0 else Mark.PLAIN
        item = Item(text=text, client=client.key, mark=mark, detail=words.on(deadline.on))
        yield (False, deadline.days), item


def _date(near: NearDate, words: Words) -> str:
    name = "date_away" if near.away else "date_over" if near.days < 0 else "date"
    return words(name, what=near.what, when=_days(near, words))


def _days(near: NearDate, words: Words) -> str:
    """The day; of several days all while they are ahead, then the last."""
    if near.first == near.last or near.days < 0:
        return words.on(near.last)
    if near.days == 0:
        return words("until", until=words.day(near.last))
    return words("from_to", first=words.day(near.first), last=words.day(near.last))


def _list(texts: list[str], words: Words) -> str:
    """The first few, and how many more there are."""
    shown = "; ".join(texts[:_MOST])
    return shown if len(texts) <= _MOST else words("and_more", shown=shown, count=len(texts) - _MOST)
