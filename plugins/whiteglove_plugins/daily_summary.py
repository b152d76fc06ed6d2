"""Send the owner one mail a day with everything that matters, and prove with it that the daemon is alive.

What stands in it comes from all plugins through `summarise`, and from the core. This plugin asks for it at its time,
and hands in a part of its own: the reports that are due, each with what to know for it, and promises that are at risk,
late or broken; once a week and once a month, how promises were kept and how long answers took.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from pydantic import Field

from whiteglove import (
    Actions,
    AnswerTimes,
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
    Promise,
    PromiseKind,
    PromiseState,
    Schedule,
    ScheduleFired,
    Section,
    SendSummary,
    TimeOfDay,
    Weekday,
    Words,
    deadlines_of,
    hookimpl,
    near_dates,
)

_A_DAY = timedelta(days=1)
_AHEAD = 2 * _A_DAY
_WEEK = 7 * _A_DAY
_HOUR = timedelta(hours=1)
_LITTLE = 2 * _HOUR
"""A promise with less working time than this before it is at risk."""


class DailySummary(PluginSettings):
    """The keys of `[plugins.daily_summary]`."""

    at: TimeOfDay = Field(default=time(8), description="When it comes, in your zone; every day.", examples=["08:00"])
    weekly: Weekday = Field(
        default=0,
        description="The day on which it also says how promises were kept in the last week.",
        examples=["Mon"],
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is open with all clients, read once for all of their reports."""

    waiting: Sequence[Obligation]
    incidents: Sequence[Incident]


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Writes the owner one mail a day with everything that matters.", DailySummary)


@hookimpl
def schedules(ctx: Context[DailySummary]) -> Iterable[Schedule]:
    return [_schedule(ctx)]


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[DailySummary]) -> Actions:
    """However late the moment is noticed, it is today's summary that is sent: yesterday's state helps nobody."""
    following = _schedule(ctx).following(ctx.now, ctx.worktime)
    return [SendSummary(reason="daily", date=ctx.worktime.local_date(ctx.now), following=following)]


@hookimpl
def summarise(day: Day, ctx: Context[DailySummary]) -> Section:
    """Promises late and broken, then reports due today or tomorrow; of a date that is over, what was due then."""
    words = ctx.words
    clients = sorted(ctx.book.clients.values(), key=lambda client: client.name.casefold())
    if day.is_past:
        items = [_then(promise, words) for client in clients for promise in _due_on(client, day, ctx)]
        return Section(title=words("title"), place=Place.REPORTS, items=tuple(items), quiet=words("none_then"))
    owed = [promise for promise in ctx.ledger.open_promises() if promise.client in ctx.book.clients]
    late = [promise for promise in owed if promise.due <= ctx.now]
    coming = ctx.ledger.next_report_by_client()
    due = [(client, at) for client in clients if (at := _soon(coming[client.key], day, ctx)) is not None]
    known = _Known(ctx.ledger.open_obligations(), ctx.ledger.open_incidents())
    reports = [
        (at, _due_item(client, at, [one for one in owed if one.client == client.key], day, known, ctx))
        for client, at in due
    ]
    risky = [
        (promise.due, _risky_item(promise, ctx))
        for promise in owed
        if promise.kind is PromiseKind.ANSWER and promise.due > ctx.now and _risk(promise.due, ctx)
    ]
    today = [at for _, at in due if ctx.worktime.local_date(at) == day.date]
    said = (words.counted("late", len(late)), words.counted("due", len(today)))
    return Section(
        title=words("title"),
        place=Place.REPORTS,
        items=(
            *(_late_item(promise, words) for promise in late),
            *(_broken_item(promise, words) for promise in _broken(day, ctx)),
            *(item for _, item in sorted([*risky, *reports], key=lambda found: found[0])),
        ),
        headline=", ".join(filter(None, said)),
        quiet=words("quiet"),
        week=tuple(_week(day, ctx)),
        month=tuple(_month(day, ctx)),
    )


def _schedule(ctx: Context[DailySummary]) -> Schedule:
    return Schedule(name="summary", at=ctx.config.at)


def _soon(at: datetime | None, day: Day, ctx: Context[DailySummary]) -> datetime | None:
    """When a client hears next, where that is today or tomorrow."""
    if at is None or at <= ctx.now or ctx.worktime.local_date(at) >= day.date + _AHEAD:
        return None
    return at


def _broken(day: Day, ctx: Context[DailySummary]) -> list[Promise]:
    """What was given up for broken since the last summary, of clients in the book."""
    closed = (one for one in ctx.ledger.closed_promises(day.since) if one.state is PromiseState.BROKEN)
    return [one for one in closed if one.client in ctx.book.clients and one.closed_at and one.closed_at < day.until]


def _due_on(client: Client, day: Day, ctx: Context[DailySummary]) -> list[Promise]:
    """What was promised to a client for a date that is over."""
    known = ctx.ledger.promises(client.key, day.since)
    return [promise for promise in known if day.since <= promise.due < day.until and promise.told]


def _then(promise: Promise, words: Words) -> Item:
    """What became of a promise, as it is known now."""
    kept = promise.state is PromiseState.KEPT
    how = "kept_late" if kept and promise.late else str(promise.state)
    text = words(f"then_{promise.kind}", due=words.clock(promise.due), how=words(f"is_{how}"))
    return Item(text=text, client=promise.client, mark=Mark.OK if kept and not promise.late else Mark.PLAIN)


def _late_item(promise: Promise, words: Words) -> Item:
    step = f"whiteglove reports sent {promise.client}" if promise.kind is PromiseKind.REPORT else ""
    text = words(f"late_{promise.kind}", due=words.when(promise.due))
    return Item(text=text, client=promise.client, mark=Mark.LATE, step=step)


def _broken_item(promise: Promise, words: Words) -> Item:
    text = words(f"broken_{promise.kind}", due=words.when(promise.due))
    return Item(text=text, client=promise.client, mark=Mark.LATE, step=words("say_so"))


def _risky_item(promise: Promise, ctx: Context[DailySummary]) -> Item:
    text = ctx.words("answer_due", due=ctx.words.when(promise.due))
    return Item(text=text, client=promise.client, mark=Mark.DUE, detail=_risk(promise.due, ctx))


def _due_item(
    client: Client, at: datetime, owed: Sequence[Promise], day: Day, known: _Known, ctx: Context[DailySummary]
) -> Item:
    """A report that comes, with what to know for it; whether it was promised, and whether that is at risk."""
    words = ctx.words
    is_today = ctx.worktime.local_date(at) == day.date
    text = words("due", due=words.when(at))
    brief = list(_brief(client, at, known, day, ctx))
    told = any(promise.due == at and promise.told for promise in owed)
    risk = _risk(at, ctx) if told else ""
    return Item(
        text=words("brief", report=text, brief="; ".join(brief)) if brief else text,
        client=client.key,
        mark=Mark.DUE if is_today or risk else Mark.PLAIN,
        detail=risk or (words("promised") if told else ""),
        step=f"whiteglove clients {client.key}" if brief else "",
    )


def _brief(client: Client, at: datetime, known: _Known, day: Day, ctx: Context[DailySummary]) -> Iterator[str]:
    """What is wrong, open and near with a client whose report comes, each in a few words."""
    words = ctx.words
    incidents = sum(incident.client == client.key for incident in known.incidents)
    yield from filter(None, [words.counted("incident", incidents)])
    waiting = sum(found.client == client.key for found in known.waiting)
    yield from filter(None, [words.counted("question", waiting)])
    for deadline in deadlines_of(client, day.date, ahead=_WEEK)[:1]:
        yield words("deadline", what=deadline.project, day=words.on(deadline.on))
    for near in near_dates(client, day.date, ahead=_WEEK, behind=timedelta(0))[:1]:
        yield words("near", what=near.what, day=words.on(max(near.first, day.date)))
    block = ctx.worktime.next_block(client.work, ctx.now, at, client.planned)
    if block is not None:
        yield words("set_aside", block=words.block(*block))


def _risk(due: datetime, ctx: Context[DailySummary]) -> str:
    """Why a promise may not be kept: it lies on a day off, or next to no work is left before it. Else empty."""
    if due - ctx.now >= _AHEAD:
        return ""
    if ctx.worktime.lies_on_day_off(due):
        return ctx.words("day_off")
    left = ctx.worktime.between(ctx.now, due)
    return ctx.words("little_left", left=_length(left, ctx.words)) if left < _LITTLE else ""


def _week(day: Day, ctx: Context[DailySummary]) -> Iterator[Item]:
    """The seven days up to the last of the weekday on which the summary looks back; nothing on other days."""
    ends = [found for found in day.dates if found.weekday() == ctx.config.weekly]
    if ends:
        yield from _looking_back(ends[-1] - 2 * _WEEK, ends[-1] - _WEEK, ends[-1], ctx)


def _month(day: Day, ctx: Context[DailySummary]) -> Iterator[Item]:
    """The month that is over, in the first summary of the next one."""
    ends = [found for found in day.dates if found.day == 1]
    if ends:
        begin = (ends[-1] - _A_DAY).replace(day=1)
        yield from _looking_back((begin - _A_DAY).replace(day=1), begin, ends[-1], ctx)


def _looking_back(before: date, begin: date, end: date, ctx: Context[DailySummary]) -> Iterator[Item]:
    """How promises were kept and how long answers took from `begin` to `end`, each with the time from `before` on."""
    words = ctx.words
    since, middle, until = (ctx.worktime.instant(found, time()) for found in (before, begin, end))
    closed = [one for one in ctx.ledger.closed_promises(since) if one.closed_at and one.closed_at < until and one.told]
    now, then = (
        _how_kept([one for one in closed if one.closed_at and start <= one.closed_at < stop])
        for start, stop in ((middle, until), (since, middle))
    )
    if closed:
        yield Item(text=words("kept", **now), detail=words("kept_before", **then))
    answers, earlier = ctx.ledger.answer_times(middle, until), ctx.ledger.answer_times(since, middle)
    if answers.number:
        text = words(
            "answers",
            count=words.counted("answer", answers.number),
            median=_length(_median(answers, ctx), words),
            worst=_length(_worst(answers, ctx), words),
        )
        detail = words("before", before=_length(_median(earlier, ctx), words)) if earlier.number else ""
        yield Item(text=text, detail=detail)


def _median(answers: AnswerTimes, ctx: Context[DailySummary]) -> timedelta:
    """The working time in which half of the answers came; of very many, those of the sample."""
    return _HOUR * median(ctx.worktime.between(asked, came) / _HOUR for asked, came in answers.sample)


def _worst(answers: AnswerTimes, ctx: Context[DailySummary]) -> timedelta:
    """The most working time that an answer took; it is among those that took long by the clock."""
    return max(ctx.worktime.between(asked, came) for asked, came in answers.longest)


def _how_kept(closed: Sequence[Promise]) -> dict[str, int]:
    kept = [promise for promise in closed if promise.state is PromiseState.KEPT]
    late = sum(promise.late for promise in kept)
    broken = sum(promise.state is PromiseState.BROKEN for promise in closed)
    return {"kept": len(kept) - late, "late": late, "broken": broken}


def _length(span: timedelta, words: Words) -> str:
    """Working time in hours, below one in minutes."""
    if span < _HOUR:
        return words("minutes", number=span // timedelta(minutes=1))
    return words("hours", number=words.number(span / _HOUR))
