"""Send the owner one mail a day with everything that matters, and prove with it that the daemon is alive.

What stands in it comes from all plugins through `summarise`, and from the core. This plugin asks for it at its time,
and hands in a part of its own: the reports that are due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Actions,
    Client,
    Context,
    Day,
    Item,
    Mark,
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
    hookimpl,
)

_AHEAD = timedelta(days=2)
_WEEK = timedelta(days=7)


class DailySummary(PluginSettings):
    """The keys of `[plugins.daily_summary]`."""

    at: TimeOfDay = Field(default=time(8), description="When it comes, in your zone; every day.", examples=["08:00"])
    weekly: Weekday = Field(
        default=0,
        description="The day on which it also says how promises were kept in the last week.",
        examples=["Mon"],
    )


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
    """Reports that are late, due today or due tomorrow; once a week, how promises were kept."""
    words = _GERMAN if ctx.owner.language == "de" else _ENGLISH
    clients = sorted(ctx.book.clients.values(), key=lambda client: client.name.casefold())
    owed = [promise for client in clients for promise in _late(client, ctx)]
    due = [(client, at) for client in clients if (at := _next(client, day, ctx)) is not None]
    late = [_late_item(promise, ctx, words) for promise in sorted(owed, key=lambda promise: promise.due)]
    coming = [_due_item(client, at, day, ctx, words) for client, at in sorted(due, key=lambda found: found[1])]
    today = [at for _, at in due if ctx.worktime.local_date(at) == day.date]
    week = [_week(day, ctx, words)] if day.date.weekday() == ctx.config.weekly else []
    counts = (("late", len(late)), ("due", len(today)))
    said = [
        words[f"one_{name}" if count == 1 else f"some_{name}"].format(count=count) for name, count in counts if count
    ]
    return Section(
        title=words["title"],
        place=Place.REPORTS,
        items=(*late, *coming, *week),
        headline=", ".join(filter(None, said)),
        quiet=words["quiet"],
    )


def _counted(what: str, count: int, words: dict[str, str]) -> str:
    return words[f"one_{what}" if count == 1 else f"some_{what}"].format(count=count) if count else ""


def _schedule(ctx: Context[DailySummary]) -> Schedule:
    return Schedule(name="summary", at=ctx.config.at)


def _late(client: Client, ctx: Context[DailySummary]) -> Iterator[Promise]:
    for promise in ctx.ledger.open_promises(client.key):
        if promise.due <= ctx.now:
            yield promise


def _next(client: Client, day: Day, ctx: Context[DailySummary]) -> datetime | None:
    """When this client hears next, where that is today or tomorrow."""
    at = ctx.ledger.next_report(client.key)
    if at is None or at <= ctx.now or ctx.worktime.local_date(at) >= day.date + _AHEAD:
        return None
    return at


def _late_item(promise: Promise, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    due = _local(promise.due, ctx)
    what = words[promise.kind]
    step = f"whiteglove reports sent {promise.client}" if promise.kind is PromiseKind.REPORT else ""
    text = words["late"].format(what=what, due=words["date"].format(due=due))
    return Item(text=text, client=promise.client, mark=Mark.LATE, step=step)


def _due_item(client: Client, at: datetime, day: Day, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    due = _local(at, ctx)
    is_today = due.date() == day.date
    text = words["today" if is_today else "tomorrow"].format(due=due)
    told = any(promise.due == at for promise in ctx.ledger.open_promises(client.key))
    return Item(
        text=text,
        client=client.key,
        mark=Mark.DUE if is_today else Mark.PLAIN,
        detail=words["promised"] if told else "",
    )


def _week(day: Day, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    closed = ctx.ledger.closed_promises(day.until - _WEEK)
    kept = [promise for promise in closed if promise.state is PromiseState.KEPT]
    late = sum(promise.late for promise in kept)
    broken = sum(promise.state is PromiseState.BROKEN for promise in closed)
    return Item(text=words["week"].format(kept=len(kept) - late, late=late, broken=broken))


def _local(moment: datetime, ctx: Context[DailySummary]) -> datetime:
    return moment.astimezone(ZoneInfo(ctx.owner.timezone))


_ENGLISH = {
    "title": "Reports",
    "quiet": "no report is due today or tomorrow",
    "today": "report today at {due:%H:%M}",
    "tomorrow": "report tomorrow at {due:%H:%M}",
    "promised": "promised",
    "late": "{what} promised for {due} has not gone out",
    "date": "{due:%Y-%m-%d %H:%M}",
    PromiseKind.REPORT: "the report",
    PromiseKind.ANSWER: "the answer",
    "one_late": "1 promise late",
    "some_late": "{count} promises late",
    "one_due": "1 report due",
    "some_due": "{count} reports due",
    "week": "promises of the last seven days: {kept} kept in time, {late} kept late, {broken} broken",
}
_GERMAN = {
    "title": "Berichte",
    "quiet": "heute und morgen ist kein Bericht fällig",
    "today": "Bericht heute um {due:%H:%M}",
    "tomorrow": "Bericht morgen um {due:%H:%M}",
    "promised": "zugesagt",
    "late": "{what}, zugesagt für {due}, ist nicht hinausgegangen",
    "date": "{due:%d.%m.%Y %H:%M}",
    PromiseKind.REPORT: "der Bericht",
    PromiseKind.ANSWER: "die Antwort",
    "one_late": "1 Zusage überfällig",
    "some_late": "{count} Zusagen überfällig",
    "one_due": "1 Bericht fällig",
    "some_due": "{count} Berichte fällig",
    "week": "Zusagen der letzten sieben Tage: {kept} pünktlich, {late} verspätet, {broken} nicht gehalten",
}
