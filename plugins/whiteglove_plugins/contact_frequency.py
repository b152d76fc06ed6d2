"""Tell the owner when a client writes more often than was agreed, with the numbers and a next step.

Nothing follows from it for the client: who asks often is answered as everybody else is. How many messages were agreed
stands in the client's file, `contact_limit`; the core counts them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from whiteglove import (
    Actions,
    Client,
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
    Warn,
    hookimpl,
)

_A_DAY = timedelta(days=1)
_A_MOMENT = timedelta(microseconds=1)
_WEEK = 7 * _A_DAY
_MOST = 9
"""Lines of the summary about clients who wrote, those over their limit included; who wrote least is only counted."""


class ContactFrequency(PluginSettings):
    """The keys of `[plugins.contact_frequency]`."""

    urgency: Literal["now", "today", "digest"] = Field(
        default="today",
        description='When you hear of it: "now", "today" (in working time) or "digest" (the daily summary alone).',
    )


@dataclass(frozen=True, slots=True)
class _Count:
    """What a client wrote over some stretch: how many messages, the average time between two, how many of them asked
    how things stand."""

    number: int
    gap: timedelta
    asked: int


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Tells the owner of clients who write more often than was agreed.", ContactFrequency)


@hookimpl
def on_client(event: ContactExceeded, ctx: Context[ContactFrequency]) -> Actions:
    """One warning for each client and date, with the numbers as they are by now."""
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
        wrote=_wrote(count, words),
        when=_when(event.date, limit, ctx.worktime.local_date(ctx.now), words),
        agreed=_agreed(limit, words),
        how=_how(count, words),
        report=report,
        step=step,
    )
    key = f"contact_exceeded:{client.key}:{event.date.isoformat()}"
    return [Warn(reason="contact_exceeded", key=key, text=text, urgency=ctx.config.urgency, client=client.key)]


@hookimpl
def summarise(day: Day, ctx: Context[ContactFrequency]) -> Section:
    """Who wrote more than was agreed since the last summary, then how often everybody wrote within a week."""
    words = _words(ctx)
    over: list[Item] = []
    wrote: list[tuple[Client, _Count]] = []
    for client in ctx.book.clients.values():
        known = _written(client, day.until - _WEEK, day.until, ctx)
        if known:
            wrote.append((client, _count(known)))
        over += _over(client, day, ctx)
    wrote.sort(key=lambda found: (-found[1].number, found[0].name.casefold()))
    shown = max(0, _MOST - len(over))
    lines = [_line(client, count, words) for client, count in wrote[:shown]]
    left = len(wrote) - len(lines)
    if left and lines:
        lines.append(Item(text=words["one_more" if left == 1 else "some_more"].format(count=left)))
    headline = words["one_over" if len(over) == 1 else "some_over"].format(count=len(over)) if over else ""
    return Section(
        title=words["title"],
        place=Place.CONTACT,
        items=(*over, *lines),
        headline=headline,
        quiet=words["quiet"],
    )


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


def _over(client: Client, day: Day, ctx: Context[ContactFrequency]) -> Iterator[Item]:
    """The fullest stretch above the limit that ends with a message since the last summary. Mail from before the
    daemon's line counts, and ends none."""
    limit = client.contact_limit
    if limit is None:
        return
    known = _written(client, _stretch(day.since, limit, ctx)[0], day.until, ctx)
    arrived = [message.received_at for message in known]
    fullest: list[RecordedMessage] = []
    for message in known:
        if message.history or message.received_at < day.since:
            continue
        since, before = _stretch(message.received_at, limit, ctx)
        first, end = bisect_left(arrived, since), bisect_left(arrived, before)
        if end - first > max(limit.count, len(fullest)):
            fullest = known[first:end]
    if fullest:
        words = _words(ctx)
        count = _count(fullest)
        yield Item(
            text=_wrote(count, words)
            + " "
            + _when(ctx.worktime.local_date(fullest[-1].received_at), limit, day.date, words)
            + _how(count, words),
            client=client.key,
            mark=Mark.NOW,
            detail=words["agreed"].format(agreed=_agreed(limit, words)),
            step=_report(client, count, ctx)[1],
        )


def _line(client: Client, count: _Count, words: dict[str, str]) -> Item:
    return Item(text=f"{_wrote(count, words)} {words['week']}{_how(count, words)}", client=client.key)


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


def _wrote(count: _Count, words: dict[str, str]) -> str:
    return words["message" if count.number == 1 else "messages"].format(count=count.number)


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
    return day if limit.per == _A_DAY else words["days_up_to"].format(days=limit.per.days, day=day)


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
    "one_more": "+ 1 more client wrote",
    "some_more": "+ {count} more clients wrote",
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
    "one_more": "+ 1 weiterer Kunde hat geschrieben",
    "some_more": "+ {count} weitere Kunden haben geschrieben",
    "one_over": "1 Kunde über der Grenze",
    "some_over": "{count} Kunden über der Grenze",
    "quiet": "niemand schrieb mehr als vereinbart",
}
