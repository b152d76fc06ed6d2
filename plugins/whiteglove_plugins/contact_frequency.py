"""Tell the owner when a client writes more often than was agreed, with the numbers and a next step.

Nothing follows from it for the client: who asks often is answered as everybody else is. How many messages were agreed
stands in the client's file, `contact_limit`; the core counts them. The summary shows four weeks of each client, who is
quiet, and what the interruptions of the month cost at the client's `hourly_rate`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Actions,
    Client,
    ClientQuiet,
    ClientReturned,
    ClientSilence,
    ContactExceeded,
    Context,
    Day,
    Item,
    Kind,
    Limit,
    Mark,
    Note,
    Place,
    PluginInfo,
    PluginSettings,
    RecordedMessage,
    Section,
    Trace,
    Warn,
    Weekday,
    hookimpl,
)

_A_DAY = timedelta(days=1)
_A_MOMENT = timedelta(microseconds=1)
_WEEK = 7 * _A_DAY
_FOUR_WEEKS = 28
_MOST = 8
"""Clients with a line of their own in the summary; the others are only counted."""
_MOST_BACK = 3
"""The same in a look-back."""


def _minutes(minutes: float, what: str) -> Any:
    return Field(default=minutes, ge=0, description=f"Minutes that {what} takes.")


class Minutes(PluginSettings):
    """The keys of `[plugins.contact_frequency.minutes]`."""

    status_request: float = _minutes(5, "a question how things stand")
    deadline_missed: float = _minutes(15, "a message about a missed deadline")
    complaint: float = _minutes(20, "a complaint")
    urgent_request: float = _minutes(15, "something urgent")
    new_work: float = _minutes(15, "an offer of work")
    scope_change: float = _minutes(15, "a wish for something else")
    scheduling: float = _minutes(5, "a question of dates")
    billing: float = _minutes(10, "a question about an invoice")
    question: float = _minutes(10, "any other question")
    thanks: float = _minutes(1, "a word of thanks")
    fyi: float = _minutes(2, "a message that asks nothing")


class ContactFrequency(PluginSettings):
    """The keys of `[plugins.contact_frequency]`."""

    urgency: Literal["now", "today", "digest"] = Field(
        default="today",
        description='When you hear of it: "now", "today" (in working time) or "digest" (the daily summary alone).',
    )
    minutes: Minutes = Field(
        default_factory=Minutes, description="What a message costs you, reading, answering and finding back, by kind."
    )
    weekly: Weekday = Field(
        default=0,
        description="The day on which the summary looks back on a week of contact, as in `daily_summary`.",
        examples=["Mon"],
    )


@dataclass(frozen=True, slots=True)
class _Count:
    """What a client wrote over some stretch: how many messages, the average time between two, how many of them asked
    how things stand."""

    number: int
    gap: timedelta
    asked: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a client wrote on each of the last 28 local dates, the oldest first."""

    client: Client
    days: tuple[int, ...]

    @property
    def week(self) -> int:
        return sum(self.days[-7:])


@dataclass(frozen=True, slots=True)
class _Cost:
    """The minutes that a client's interruptions took, and what they come to."""

    minutes: float
    amount: Decimal
    currency: str


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Tells the owner of clients who write more often than was agreed.", ContactFrequency)


@hookimpl
def on_client(event: ContactExceeded | ClientQuiet | ClientReturned, ctx: Context[ContactFrequency]) -> Actions:
    """One warning for each client and date, with the numbers as they are by now."""
    if not isinstance(event, ContactExceeded):
        return None
    client, limit = event.client, event.limit
    since, before = _stretch(event.message.received_at, limit, ctx)
    count = _count(_written(client, since, before, ctx))
    if count.number <= limit.count:
        # Since then the limit was raised, or mail was forgotten.
        return [Note(reason="within_limit")]
    words = _words(ctx)
    report, step = _report(client, count, ctx)
    text = words["warning"].format(
        client=client.name,
        wrote=_wrote(count.number, words),
        when=_when(event.date, limit, _read_on(ctx), words),
        agreed=_agreed(limit, words),
        how=_how(count, words),
        report=report,
        step=step,
    )
    key = f"contact_exceeded:{client.key}:{event.date.isoformat()}"
    return [Warn(reason="contact_exceeded", key=key, text=text, urgency=ctx.config.urgency, client=client.key)]


@hookimpl
def summarise(day: Day, ctx: Context[ContactFrequency]) -> Section:
    """Four weeks of each client in a line: who wrote more than was agreed since the last summary, who is quiet, then
    everybody by how much they wrote; last what it cost this month."""
    words = _words(ctx)
    moments = _midnights(day, ctx)
    patterns = [_Pattern(client, ctx.ledger.written(client.key, moments)) for client in ctx.book.clients.values()]
    over = {pattern.client.key: item for pattern in patterns for item in _over(pattern, day, ctx)}
    silent = {silence.client: silence for silence in ctx.ledger.silences(day.until)}
    found = [one for one in patterns if any(one.days) or one.client.key in silent]
    found.sort(key=lambda one: _rank(one, over, silent))
    month = ctx.worktime.instant(day.date.replace(day=1), time())
    costs = {pattern.client.key: _cost_since(month, pattern.client, day, ctx) for pattern in patterns}
    lines: list[Item] = []
    for pattern in found[:_MOST]:
        key = pattern.client.key
        line = over.get(key) or _line(pattern, silent.get(key), day, ctx)
        detail = "; ".join(filter(None, (line.detail, _money([costs[key]], words))))
        lines.append(replace(line, detail=detail, trace=_trace(pattern, words)))
    if left := len(found) - len(lines):
        lines.append(Item(text=words["one_more" if left == 1 else "some_more"].format(count=left)))
    if money := _money(costs.values(), words):
        lines.append(Item(text=words["cost"].format(hours=_hours(costs.values(), words), money=money)))
    headline = words["one_over" if len(over) == 1 else "some_over"].format(count=len(over)) if over else ""
    return Section(
        title=words["title"],
        place=Place.CONTACT,
        items=tuple(lines),
        headline=headline,
        quiet=words["quiet"],
        week=tuple(_week(day, ctx)),
        month=tuple(_month(day, ctx)),
    )


def _midnights(day: Day, ctx: Context[ContactFrequency]) -> list[datetime]:
    """Where each of the last 28 dates begins, and where the summary ends."""
    first = day.date - (_FOUR_WEEKS - 1) * _A_DAY
    dates = (first + days * _A_DAY for days in range(_FOUR_WEEKS))
    return [*(min(ctx.worktime.instant(date, time()), day.until) for date in dates), day.until]


def _rank(
    pattern: _Pattern, over: Mapping[str, Item], silent: Mapping[str, ClientSilence]
) -> tuple[bool, bool, int, int, str]:
    key = pattern.client.key
    return key not in over, key not in silent, -pattern.week, -sum(pattern.days), pattern.client.name.casefold()


def _trace(pattern: _Pattern, words: dict[str, str]) -> Trace:
    limit = pattern.client.contact_limit
    daily = limit.count if limit is not None and limit.per == _A_DAY else None
    said = words["trace"].format(count=sum(pattern.days), most=max(pattern.days))
    return Trace(values=pattern.days, limit=daily, label=said)


def _cost(
    client: Client, kinds: Mapping[Kind, int], since: datetime, before: datetime, ctx: Context[ContactFrequency]
) -> _Cost | None:
    """What a client's messages (of these kinds) and calls between two instants took; None where their hour has no
    price. A call counts for as long as it was noted to be."""
    if client.hourly_rate is None:
        return None
    minutes = sum(count * getattr(ctx.config.minutes, kind, 0.0) for kind, count in kinds.items())
    notes = ctx.ledger.notes(client.key, since)
    minutes += sum(note.minutes or 0 for note in notes if note.call and note.at < before)
    amount = Decimal(client.hourly_rate.amount) * Decimal(minutes) / 60
    return _Cost(minutes, amount, client.hourly_rate.currency)


def _cost_since(since: datetime, client: Client, day: Day, ctx: Context[ContactFrequency]) -> _Cost | None:
    if client.hourly_rate is None:
        return None
    kinds = ctx.ledger.written_by_kind(client.key, since, day.until)
    return _cost(client, kinds, since, day.until, ctx)


def _money(costs: Iterable[_Cost | None], words: dict[str, str]) -> str:
    """The sum in each currency; empty where there is none."""
    sums: dict[str, Decimal] = {}
    for cost in costs:
        if cost is not None and cost.minutes:
            sums[cost.currency] = sums.get(cost.currency, Decimal(0)) + cost.amount
    return ", ".join(
        f"{amount:.2f} {currency}".replace(".", words["point"]) for currency, amount in sorted(sums.items())
    )


def _hours(costs: Iterable[_Cost | None], words: dict[str, str]) -> str:
    minutes = sum(cost.minutes for cost in costs if cost is not None)
    return f"{minutes / 60:.1f}".replace(".", words["point"])


def _week(day: Day, ctx: Context[ContactFrequency]) -> Iterator[Item]:
    """The seven days up to the last of the weekday on which the summary looks back; nothing on other days."""
    ends = [date for date in day.dates if date.weekday() == ctx.config.weekly]
    if ends:
        yield from _looking_back(ends[-1] - 2 * _WEEK, ends[-1] - _WEEK, ends[-1], "week", ctx)


def _month(day: Day, ctx: Context[ContactFrequency]) -> Iterator[Item]:
    """The month that is over, in the first summary of the next one."""
    ends = [date for date in day.dates if date.day == 1]
    if ends:
        begin = (ends[-1] - _A_DAY).replace(day=1)
        yield from _looking_back((begin - _A_DAY).replace(day=1), begin, ends[-1], "month", ctx)


def _looking_back(before: date, begin: date, end: date, what: str, ctx: Context[ContactFrequency]) -> Iterator[Item]:
    """How many messages came from `begin` to `end` and from how many clients, against the time from `before` on; who
    wrote most, and what it cost."""
    words = _words(ctx)
    since, middle, until = (ctx.worktime.instant(date, time()) for date in (before, begin, end))
    clients = ctx.book.clients.values()
    now = {client.key: ctx.ledger.written_by_kind(client.key, middle, until) for client in clients}
    then = {client.key: ctx.ledger.written_by_kind(client.key, since, middle) for client in clients}
    numbers = {key: sum(kinds.values()) for key, kinds in now.items()}
    number, earlier = sum(numbers.values()), sum(sum(kinds.values()) for kinds in then.values())
    if not number and not earlier:
        return
    wrote = [client for client in clients if numbers[client.key]]
    text = words["back_one" if len(wrote) == 1 else "back"].format(wrote=_wrote(number, words), clients=len(wrote))
    yield Item(text=text, detail=words[f"before_{what}"].format(before=earlier))
    costs = {client.key: _cost(client, now[client.key], middle, until, ctx) for client in clients}
    for client in sorted(wrote, key=lambda one: (-numbers[one.key], one.name.casefold()))[:_MOST_BACK]:
        before_it = words["before"].format(before=sum(then[client.key].values()))
        detail = "; ".join(filter(None, (before_it, _money([costs[client.key]], words))))
        yield Item(text=_wrote(numbers[client.key], words), client=client.key, detail=detail)
    if money := _money(costs.values(), words):
        past = _money([_cost(client, then[client.key], since, middle, ctx) for client in clients], words)
        detail = words["before"].format(before=past) if past else ""
        yield Item(text=words["cost_back"].format(hours=_hours(costs.values(), words), money=money), detail=detail)


def _read_on(ctx: Context[ContactFrequency]) -> date:
    """On which day the owner reads the warning: at once, when work begins again, or in the summary of the next day."""
    if ctx.config.urgency == "digest":
        return ctx.worktime.local_date(ctx.now + _A_DAY)
    return ctx.worktime.local_date(ctx.now if ctx.config.urgency == "now" else ctx.worktime.at_work(ctx.now))


def _stretch(at: datetime, limit: Limit, ctx: Context[ContactFrequency]) -> tuple[datetime, datetime]:
    """From the first instant that counts with a message at `at` to the first that does not: whole dates of the owner's
    for a limit of days, else the time just before."""
    if limit.per < _A_DAY:
        return at - limit.per + _A_MOMENT, at + _A_MOMENT
    last = ctx.worktime.local_date(at)
    return ctx.worktime.instant(last + _A_DAY - limit.per, time()), ctx.worktime.instant(last + _A_DAY, time())


def _written(
    client: Client, since: datetime, before: datetime, ctx: Context[ContactFrequency]
) -> list[RecordedMessage]:
    """What people at the client wrote, in order of arrival; the ledger leaves out machines and duplicates."""
    known = ctx.ledger.messages(client.key, since)
    return [message for message in known if not message.outbound and message.received_at < before]


def _count(messages: Sequence[RecordedMessage]) -> _Count:
    number = len(messages)
    gap = (messages[-1].received_at - messages[0].received_at) / (number - 1) if number > 1 else timedelta(0)
    return _Count(number, gap, sum(map(_asks_how_things_stand, messages)))


def _asks_how_things_stand(message: RecordedMessage) -> bool:
    found = message.classification
    return found is not None and not found.abstained and Kind.STATUS_REQUEST in found.kinds


def _over(pattern: _Pattern, day: Day, ctx: Context[ContactFrequency]) -> Iterator[Item]:
    """The fullest stretch above the limit that ends with a message since the last summary, or within the last week
    where that is longer ago. Mail from before the daemon's line counts, and ends none."""
    client, limit = pattern.client, pattern.client.contact_limit
    if limit is None:
        return
    told = max(day.since, day.until - _WEEK)
    begin = _stretch(told, limit, ctx)[0]
    dates = (day.date - ctx.worktime.local_date(begin)).days + 1
    # Who wrote less than that on all these dates together is not read through.
    if dates <= _FOUR_WEEKS and sum(pattern.days[-dates:]) <= limit.count:
        return
    known = _written(client, begin, day.until, ctx)
    arrived = [message.received_at for message in known]
    fullest: list[RecordedMessage] = []
    for message in known:
        if message.history or message.received_at < told:
            continue
        since, before = _stretch(message.received_at, limit, ctx)
        first, end = bisect_left(arrived, since), bisect_left(arrived, before)
        if end - first > max(limit.count, len(fullest)):
            fullest = known[first:end]
    if fullest:
        words = _words(ctx)
        count = _count(fullest)
        yield Item(
            text=_wrote(count.number, words)
            + " "
            + _when(ctx.worktime.local_date(fullest[-1].received_at), limit, day.date, words)
            + _how(count, words),
            client=client.key,
            mark=Mark.NOW,
            detail=words["agreed"].format(agreed=_agreed(limit, words)),
            step=_report(client, count, ctx)[1],
        )


def _line(pattern: _Pattern, silence: ClientSilence | None, day: Day, ctx: Context[ContactFrequency]) -> Item:
    """How long it has been quiet, or what they wrote within a week."""
    words, client = _words(ctx), pattern.client
    if silence is not None:
        lasts, usual = (f"{span / _A_DAY:.0f}" for span in (day.until - silence.since, silence.usual))
        text = words["silent"].format(lasts=lasts, usual=usual)
        return Item(text=text, client=client.key, mark=Mark.DUE, step=words["break_silence"])
    if not pattern.week:
        return Item(text=words["not_lately"].format(wrote=_wrote(sum(pattern.days), words)), client=client.key)
    since = ctx.worktime.instant(day.date - _WEEK + _A_DAY, time())
    count = _count(_written(client, since, day.until, ctx))
    return Item(text=f"{_wrote(count.number, words)} {words['week']}{_how(count, words)}", client=client.key)


def _report(client: Client, count: _Count, ctx: Context[ContactFrequency]) -> tuple[str, str]:
    """When the client hears next, and what helps: who asks how things stand wants to hear sooner, of anybody else only
    they themselves know what is behind it."""
    words = _words(ctx)
    late = next((promise for promise in ctx.ledger.open_promises(client.key) if promise.due <= ctx.now), None)
    if late is not None:
        return words["late"].format(due=_clock(late.due, ctx)), words["send_late"]
    due = ctx.ledger.next_report(client.key)
    said = words["next"].format(due=_clock(due, ctx)) if due is not None else words["no_report"]
    if 2 * count.asked < count.number:
        return said, words["ask"]
    if due is None:
        return said, words["agree_report"]
    return said, words["bring_forward" if due - ctx.now > _A_DAY else "send_now"]


def _wrote(number: int, words: dict[str, str]) -> str:
    return words["message" if number == 1 else "messages"].format(count=number)


def _how(count: _Count, words: dict[str, str]) -> str:
    """How far apart they were, and how many asked how things stand."""
    parts = [_gap(count.gap, words)] if count.number > 1 else []
    if count.asked:
        name = "one_asked" if count.asked == 1 else "all_asked" if count.asked == count.number else "some_asked"
        parts.append(words[name].format(count=count.asked))
    return "".join(f", {part}" for part in parts)


def _gap(gap: timedelta, words: dict[str, str]) -> str:
    minutes = gap / timedelta(minutes=1)
    if minutes < 1:
        return words["at_once"]
    if minutes < 60:
        return words["every_minutes"].format(gap=f"{minutes:.0f}")
    name, length = ("every_hours", minutes / 60) if gap < 2 * _A_DAY else ("every_days", minutes / 1440)
    return words[name].format(gap=f"{length:.1f}".replace(".", words["point"]))


def _agreed(limit: Limit, words: dict[str, str]) -> str:
    units = {timedelta(minutes=1): "minute", timedelta(hours=1): "hour", _A_DAY: "day", _WEEK: "week"}
    return words[f"per_{units[limit.per]}"].format(count=limit.count)


def _when(last: date, limit: Limit, today: date, words: dict[str, str]) -> str:
    """The days of the limit, the last of which is `last`, as one says it on `today`."""
    near = {today: "today", today - _A_DAY: "yesterday"}
    day = words[near[last]] if last in near else words["on"].format(day=last)
    if limit.per < _A_DAY:
        within = words["hour" if limit.per > timedelta(minutes=1) else "minute"]
        return within if last == today else f"{within} {day}"
    if limit.per == _A_DAY:
        return day
    until = words[near[last]] if last in near else words["date"].format(day=last)
    return words["days_up_to"].format(days=limit.per.days, day=until)


def _clock(instant: datetime, ctx: Context[ContactFrequency]) -> str:
    """The owner's local time: with the weekday for the days ahead of today, with the date beyond a week."""
    words = _words(ctx)
    local = instant.astimezone(ZoneInfo(ctx.owner.timezone))
    ahead = (local.date() - ctx.worktime.local_date(ctx.now)).days
    if ahead in (0, 1):
        return f"{words['tomorrow' if ahead else 'today']} {local:%H:%M}"
    if 0 < ahead < 7:
        return f"{words['weekdays'].split()[local.weekday()]} {local:%H:%M}"
    return words["moment"].format(local=local)


def _words(ctx: Context[ContactFrequency]) -> dict[str, str]:
    return _GERMAN if ctx.owner.language == "de" else _ENGLISH


_ENGLISH = {
    "warning": "{client} wrote {wrote} {when} (agreed: {agreed}){how}. {report} Next step: {step}.",
    "message": "1 message",
    "messages": "{count} messages",
    "per_minute": "{count} per minute",
    "per_hour": "{count} per hour",
    "per_day": "{count} per day",
    "per_week": "{count} per week",
    "point": ".",
    "at_once": "within a minute of each other",
    "every_minutes": "every {gap} min",
    "every_hours": "every {gap} h",
    "every_days": "every {gap} days",
    "one_asked": "1 of them asked how things stand",
    "some_asked": "{count} of them asked how things stand",
    "all_asked": "all of them asked how things stand",
    "today": "today",
    "yesterday": "yesterday",
    "tomorrow": "tomorrow",
    "on": "on {day:%Y-%m-%d}",
    "date": "{day:%Y-%m-%d}",
    "minute": "within a minute",
    "hour": "within an hour",
    "days_up_to": "in the {days} days up to {day}",
    "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "moment": "{local:%Y-%m-%d %H:%M}",
    "next": "They next hear from you {due}.",
    "late": "What was promised them for {due} has not gone out.",
    "no_report": "No report to them is planned.",
    "send_late": "send what was promised, or write when it comes",
    "bring_forward": "bring that report forward, or offer a short one every day",
    "send_now": "send that report now, or offer a short one every day",
    "agree_report": "agree on fixed times at which they hear from you",
    "ask": "ask them what is behind it; a call may settle it",
    "title": "Contact",
    "agreed": "agreed: {agreed}",
    "week": "in seven days",
    "one_more": "+ 1 more client",
    "some_more": "+ {count} more clients",
    "not_lately": "{wrote} in four weeks, none in the last seven days",
    "silent": "nothing heard for {lasts} days, usually {usual} at most",
    "break_silence": "write them a line, or call",
    "trace": "messages a day over four weeks: {count} in all, {most} on the fullest day",
    "cost": "interruptions this month: {hours} h, {money}",
    "back_one": "{wrote} of {clients} client",
    "back": "{wrote} of {clients} clients",
    "before": "before: {before}",
    "before_week": "the week before: {before}",
    "before_month": "the month before: {before}",
    "cost_back": "interruptions: {hours} h, {money}",
    "one_over": "1 client over the limit",
    "some_over": "{count} clients over the limit",
    "quiet": "nobody wrote more than was agreed",
}
_GERMAN = {
    "warning": "{client} hat {when} {wrote} geschrieben (vereinbart: {agreed}){how}. {report} "
    "Nächster Schritt: {step}.",
    "message": "1 Nachricht",
    "messages": "{count} Nachrichten",
    "per_minute": "{count} je Minute",
    "per_hour": "{count} je Stunde",
    "per_day": "{count} je Tag",
    "per_week": "{count} je Woche",
    "point": ",",
    "at_once": "innerhalb je einer Minute",
    "every_minutes": "alle {gap} min",
    "every_hours": "alle {gap} h",
    "every_days": "alle {gap} Tage",
    "one_asked": "1 davon fragt nach dem Stand",
    "some_asked": "{count} davon fragen nach dem Stand",
    "all_asked": "alle fragen nach dem Stand",
    "today": "heute",
    "yesterday": "gestern",
    "tomorrow": "morgen",
    "on": "am {day:%d.%m.%Y}",
    "date": "{day:%d.%m.%Y}",
    "minute": "binnen einer Minute",
    "hour": "binnen einer Stunde",
    "days_up_to": "in den {days} Tagen bis {day}",
    "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "moment": "{local:%d.%m.%Y %H:%M}",
    "next": "Der nächste Bericht dorthin: {due}.",
    "late": "Was für {due} zugesagt war, ist nicht hinausgegangen.",
    "no_report": "Ein Bericht dorthin ist nicht vorgesehen.",
    "send_late": "abschicken, was zugesagt war, oder schreiben, wann es kommt",
    "bring_forward": "den Bericht vorziehen oder täglich einen kurzen anbieten",
    "send_now": "den Bericht gleich schicken oder täglich einen kurzen anbieten",
    "agree_report": "feste Zeiten für Berichte vereinbaren",
    "ask": "fragen, was dahintersteckt; ein Anruf klärt es vielleicht",
    "title": "Kontakt",
    "agreed": "vereinbart: {agreed}",
    "week": "in sieben Tagen",
    "one_more": "+ 1 weiterer Kunde",
    "some_more": "+ {count} weitere Kunden",
    "not_lately": "{wrote} in vier Wochen, keine in den letzten sieben Tagen",
    "silent": "seit {lasts} Tagen nichts gehört, sonst höchstens {usual}",
    "break_silence": "ein paar Zeilen schreiben oder anrufen",
    "trace": "Nachrichten je Tag in vier Wochen: insgesamt {count}, höchstens {most} an einem Tag",
    "cost": "Unterbrechungen in diesem Monat: {hours} Std., {money}",
    "back_one": "{wrote} von {clients} Kunden",
    "back": "{wrote} von {clients} Kunden",
    "before": "davor: {before}",
    "before_week": "in der Woche davor: {before}",
    "before_month": "im Monat davor: {before}",
    "cost_back": "Unterbrechungen: {hours} Std., {money}",
    "one_over": "1 Kunde über der Grenze",
    "some_over": "{count} Kunden über der Grenze",
    "quiet": "niemand schrieb mehr als vereinbart",
}
