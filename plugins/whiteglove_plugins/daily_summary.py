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
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Actions,
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
_SAMPLE = 200


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
    words = _words(ctx)
    clients = sorted(ctx.book.clients.values(), key=lambda client: client.name.casefold())
    if day.is_past:
        items = [_then(promise, ctx, words) for client in clients for promise in _due_on(client, day, ctx)]
        return Section(title=words["title"], place=Place.REPORTS, items=tuple(items), quiet=words["none_then"])
    owed = [promise for client in clients for promise in ctx.ledger.open_promises(client.key)]
    late = sorted((promise for promise in owed if promise.due <= ctx.now), key=lambda promise: promise.due)
    due = [(client, at) for client in clients if (at := _next(client, owed, day, ctx)) is not None]
    known = _Known(ctx.ledger.open_obligations(), ctx.ledger.open_incidents())
    coming = [
        (at, _due_item(client, at, [one for one in owed if one.client == client.key], day, known, ctx))
        for client, at in due
    ]
    risky = [
        (promise.due, _risky_item(promise, ctx, words))
        for promise in owed
        if promise.kind is PromiseKind.ANSWER and promise.due > ctx.now and _risk(promise.due, ctx, words)
    ]
    today = [at for _, at in due if ctx.worktime.local_date(at) == day.date]
    said = (_counted("late", len(late), words), _counted("due", len(today), words))
    return Section(
        title=words["title"],
        place=Place.REPORTS,
        items=(
            *(_late_item(promise, ctx, words) for promise in late),
            *(_broken_item(promise, ctx, words) for promise in _broken(day, ctx)),
            *(item for _, item in sorted([*risky, *coming], key=lambda found: found[0])),
        ),
        headline=", ".join(filter(None, said)),
        quiet=words["quiet"],
        week=tuple(_week(day, ctx, words)),
        month=tuple(_month(day, ctx, words)),
    )


def _counted(what: str, count: int, words: dict[str, str]) -> str:
    return words[f"one_{what}" if count == 1 else f"some_{what}"].format(count=count) if count else ""


def _schedule(ctx: Context[DailySummary]) -> Schedule:
    return Schedule(name="summary", at=ctx.config.at)


def _next(client: Client, owed: Iterable[Promise], day: Day, ctx: Context[DailySummary]) -> datetime | None:
    """When this client hears next, where that is today or tomorrow. What is owed comes first, and is known already."""
    promised = (one.due for one in owed if one.client == client.key and one.kind is PromiseKind.REPORT)
    at = min(promised, default=None) or ctx.ledger.next_report(client.key)
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


def _then(promise: Promise, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    """What became of a promise, as it is known now."""
    kept = promise.state is PromiseState.KEPT
    how = "kept_late" if kept and promise.late else str(promise.state)
    text = words["then"].format(what=words[promise.kind], due=_local(promise.due, ctx), how=words[f"is_{how}"])
    return Item(text=text, client=promise.client, mark=Mark.OK if kept and not promise.late else Mark.PLAIN)


def _late_item(promise: Promise, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    what = words[promise.kind]
    step = f"whiteglove reports sent {promise.client}" if promise.kind is PromiseKind.REPORT else ""
    text = words["late"].format(what=what, due=words["date"].format(due=_local(promise.due, ctx)))
    return Item(text=text, client=promise.client, mark=Mark.LATE, step=step)


def _broken_item(promise: Promise, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    due = words["date"].format(due=_local(promise.due, ctx))
    text = words["broken"].format(what=words[promise.kind], due=due)
    return Item(text=text, client=promise.client, mark=Mark.LATE, step=words["say_so"])


def _risky_item(promise: Promise, ctx: Context[DailySummary], words: dict[str, str]) -> Item:
    due = words["date"].format(due=_local(promise.due, ctx))
    text = words["promised_for"].format(what=words[promise.kind], due=due)
    return Item(text=text, client=promise.client, mark=Mark.DUE, detail=_risk(promise.due, ctx, words))


def _due_item(
    client: Client, at: datetime, owed: Sequence[Promise], day: Day, known: _Known, ctx: Context[DailySummary]
) -> Item:
    """A report that comes, with what to know for it; whether it was promised, and whether that is at risk."""
    words = _words(ctx)
    due = _local(at, ctx)
    is_today = due.date() == day.date
    text = words["today" if is_today else "tomorrow"].format(due=due)
    brief = list(_brief(client, at, known, day, ctx, words))
    told = any(promise.due == at and promise.told for promise in owed)
    risk = _risk(at, ctx, words) if told else ""
    return Item(
        text=f"{text}: {', '.join(brief)}" if brief else text,
        client=client.key,
        mark=Mark.DUE if is_today or risk else Mark.PLAIN,
        detail=risk or (words["promised"] if told else ""),
        step=f"whiteglove clients {client.key}" if brief else "",
    )


def _brief(
    client: Client, at: datetime, known: _Known, day: Day, ctx: Context[DailySummary], words: dict[str, str]
) -> Iterator[str]:
    """What is wrong, open and near with a client whose report comes, each in a few words."""
    incidents = sum(incident.client == client.key for incident in known.incidents)
    yield from filter(None, [_counted("incident", incidents, words)])
    waiting = sum(found.client == client.key for found in known.waiting)
    yield from filter(None, [_counted("question", waiting, words)])
    for deadline in deadlines_of(client, day.date, ahead=_WEEK)[:1]:
        yield words["deadline"].format(what=deadline.project, day=_weekday(deadline.on, day.date, words))
    for near in near_dates(client, day.date, ahead=_WEEK, behind=timedelta(0))[:1]:
        yield words["near"].format(what=near.what, day=_weekday(max(near.first, day.date), day.date, words))
    block = ctx.worktime.next_block(client.work, ctx.now, at, client.planned)
    if block is not None:
        start, end = (_local(moment, ctx) for moment in block)
        name = "set_aside" if start.date() == day.date else "set_aside_on"
        yield words[name].format(start=start, end=end, day=_weekday(start.date(), day.date, words))


def _risk(due: datetime, ctx: Context[DailySummary], words: dict[str, str]) -> str:
    """Why a promise may not be kept: it lies on a day off, or next to no work is left before it. Else empty."""
    if due - ctx.now >= _AHEAD:
        return ""
    if ctx.worktime.lies_on_day_off(due):
        return words["day_off"]
    left = ctx.worktime.between(ctx.now, due)
    return words["little_left"].format(left=_length(left, words)) if left < _LITTLE else ""


def _week(day: Day, ctx: Context[DailySummary], words: dict[str, str]) -> Iterator[Item]:
    """The seven days up to the last of the weekday on which the summary looks back; nothing on other days."""
    ends = [found for found in day.dates if found.weekday() == ctx.config.weekly]
    if ends:
        yield from _looking_back(ends[-1] - 2 * _WEEK, ends[-1] - _WEEK, ends[-1], ctx, words)


def _month(day: Day, ctx: Context[DailySummary], words: dict[str, str]) -> Iterator[Item]:
    """The month that is over, in the first summary of the next one."""
    ends = [found for found in day.dates if found.day == 1]
    if ends:
        begin = (ends[-1] - _A_DAY).replace(day=1)
        yield from _looking_back((begin - _A_DAY).replace(day=1), begin, ends[-1], ctx, words)


def _looking_back(
    before: date, begin: date, end: date, ctx: Context[DailySummary], words: dict[str, str]
) -> Iterator[Item]:
    """How promises were kept and how long answers took from `begin` to `end`, each with the time from `before` on."""
    since, middle, until = (ctx.worktime.instant(found, time()) for found in (before, begin, end))
    closed = [one for one in ctx.ledger.closed_promises(since) if one.closed_at and one.closed_at < until and one.told]
    now, then = (
        _how_kept([one for one in closed if one.closed_at and start <= one.closed_at < stop], words)
        for start, stop in ((middle, until), (since, middle))
    )
    if closed:
        yield Item(text=words["kept"].format(how=now), detail=words["before"].format(before=then))
    answers = [one for one in ctx.ledger.answered(since) if one.answered_at is not None]
    answered, earlier = (
        [(one.opened_at, one.answered_at) for one in answers if one.answered_at and start <= one.answered_at < stop]
        for start, stop in ((middle, until), (since, middle))
    )
    if answered:
        text = words["answers"].format(
            count=_counted("answer", len(answered), words),
            median=_length(_median(answered, ctx), words),
            worst=_length(_worst(answered, ctx), words),
        )
        detail = words["before"].format(before=_length(_median(earlier, ctx), words)) if earlier else ""
        yield Item(text=text, detail=detail)


def _median(answered: Sequence[tuple[datetime, datetime]], ctx: Context[DailySummary]) -> timedelta:
    """The working time in which half of the answers came; of very many, those of an even sample."""
    sample = answered[:: len(answered) // _SAMPLE + 1]
    return _HOUR * median(ctx.worktime.between(asked, came) / _HOUR for asked, came in sample)


def _worst(answered: Sequence[tuple[datetime, datetime]], ctx: Context[DailySummary]) -> timedelta:
    """The most working time that an answer took; it is among those that took long by the clock."""
    longest = sorted(answered, key=lambda span: span[0] - span[1])[:_SAMPLE]
    return max(ctx.worktime.between(asked, came) for asked, came in longest)


def _how_kept(closed: Sequence[Promise], words: dict[str, str]) -> str:
    kept = [promise for promise in closed if promise.state is PromiseState.KEPT]
    late = sum(promise.late for promise in kept)
    broken = sum(promise.state is PromiseState.BROKEN for promise in closed)
    return words["how_kept"].format(kept=len(kept) - late, late=late, broken=broken)


def _length(span: timedelta, words: dict[str, str]) -> str:
    """Working time in hours, below one in minutes."""
    if span < _HOUR:
        return words["minutes"].format(number=span // timedelta(minutes=1))
    return words["hours"].format(number=f"{span / _HOUR:.1f}".removesuffix(".0").replace(".", words["point"]))


def _weekday(found: date, today: date, words: dict[str, str]) -> str:
    days = (found - today).days
    return words["today_is" if days == 0 else "tomorrow_is"] if days < 2 else words["weekdays"].split()[found.weekday()]


def _local(moment: datetime, ctx: Context[DailySummary]) -> datetime:
    return moment.astimezone(ZoneInfo(ctx.owner.timezone))


def _words(ctx: Context[DailySummary]) -> dict[str, str]:
    return _GERMAN if ctx.owner.language == "de" else _ENGLISH


_ENGLISH = {
    "title": "Reports",
    "quiet": "no report is due today or tomorrow",
    "none_then": "nothing was promised for that date",
    "then": "{what} promised for {due:%H:%M}: {how}",
    "is_open": "not given yet",
    "is_late": "not given yet",
    "is_kept": "kept in time",
    "is_kept_late": "kept late",
    "is_broken": "not kept",
    "is_moved": "moved",
    "today": "report today at {due:%H:%M}",
    "tomorrow": "report tomorrow at {due:%H:%M}",
    "promised": "promised",
    "late": "{what} promised for {due} has not gone out",
    "broken": "{what} promised for {due} was not given",
    "say_so": "tell them yourself, with a new time",
    "promised_for": "{what} promised for {due}",
    "date": "{due:%Y-%m-%d %H:%M}",
    PromiseKind.REPORT: "the report",
    PromiseKind.ANSWER: "the answer",
    "one_late": "1 promise late",
    "some_late": "{count} promises late",
    "one_due": "1 report due",
    "some_due": "{count} reports due",
    "one_incident": "an incident is open",
    "some_incident": "{count} incidents are open",
    "one_question": "1 question of theirs is open",
    "some_question": "{count} questions of theirs are open",
    "deadline": "deadline of {what} {day}",
    "near": "{what} {day}",
    "set_aside": "{start:%H:%M}–{end:%H:%M} set aside",
    "set_aside_on": "{day} {start:%H:%M}–{end:%H:%M} set aside",
    "today_is": "today",
    "tomorrow_is": "tomorrow",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "day_off": "at risk: it lies on a day off",
    "little_left": "at risk: {left} of work left",
    "kept": "promises: {how}",
    "how_kept": "{kept} kept in time, {late} kept late, {broken} broken",
    "answers": "{count}: half of them within {median} of working time, the longest took {worst}",
    "one_answer": "1 answer",
    "some_answer": "{count} answers",
    "before": "before: {before}",
    "hours": "{number} h",
    "minutes": "{number} min",
    "point": ".",
}
_GERMAN = {
    "title": "Berichte",
    "quiet": "heute und morgen ist kein Bericht fällig",
    "none_then": "für diesen Tag war nichts zugesagt",
    "then": "{what}, zugesagt für {due:%H:%M}: {how}",
    "is_open": "noch nicht gegeben",
    "is_late": "noch nicht gegeben",
    "is_kept": "pünktlich gehalten",
    "is_kept_late": "verspätet gehalten",
    "is_broken": "nicht gehalten",
    "is_moved": "verschoben",
    "today": "Bericht heute um {due:%H:%M}",
    "tomorrow": "Bericht morgen um {due:%H:%M}",
    "promised": "zugesagt",
    "late": "{what}, zugesagt für {due}, ist nicht hinausgegangen",
    "broken": "{what}, zugesagt für {due}, kam nicht",
    "say_so": "selbst Bescheid geben, mit einer neuen Zeit",
    "promised_for": "{what}, zugesagt für {due}",
    "date": "{due:%d.%m.%Y %H:%M}",
    PromiseKind.REPORT: "der Bericht",
    PromiseKind.ANSWER: "die Antwort",
    "one_late": "1 Zusage überfällig",
    "some_late": "{count} Zusagen überfällig",
    "one_due": "1 Bericht fällig",
    "some_due": "{count} Berichte fällig",
    "one_incident": "ein Vorfall ist offen",
    "some_incident": "{count} Vorfälle sind offen",
    "one_question": "1 Frage ist offen",
    "some_question": "{count} Fragen sind offen",
    "deadline": "Termin für {what} {day}",
    "near": "{what} {day}",
    "set_aside": "{start:%H:%M}–{end:%H:%M} vorgesehen",
    "set_aside_on": "{day} {start:%H:%M}–{end:%H:%M} vorgesehen",
    "today_is": "heute",
    "tomorrow_is": "morgen",
    "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "day_off": "gefährdet: liegt auf einem freien Tag",
    "little_left": "gefährdet: noch {left} Arbeitszeit",
    "kept": "Zusagen: {how}",
    "how_kept": "{kept} pünktlich, {late} verspätet, {broken} nicht gehalten",
    "answers": "{count}: die Hälfte binnen {median} Arbeitszeit, die längste brauchte {worst}",
    "one_answer": "1 Antwort",
    "some_answer": "{count} Antworten",
    "before": "davor: {before}",
    "hours": "{number} Std.",
    "minutes": "{number} Min.",
    "point": ",",
}
