"""The plugin's part of the daily summary: four weeks of each client, who is quiet, what the interruptions took; and the
looks back on a week and on a month."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import pairwise

from whiteglove import (
    Client,
    ClientSilence,
    Day,
    Item,
    Limit,
    Mark,
    Place,
    RecordedMessage,
    Section,
    Trace,
    contact_figures,
    contacts_of,
)
from whiteglove_plugins.contact_frequency.cost import costs_between, said_hours, said_money
from whiteglove_plugins.contact_frequency.counting import (
    A_DAY,
    A_WEEK,
    Pattern,
    said_days,
    said_how,
    said_limit,
    stretch,
    written,
)
from whiteglove_plugins.contact_frequency.ladder import rung_of
from whiteglove_plugins.contact_frequency.settings import Ctx
from whiteglove_plugins.contact_frequency.warning import way_out

_FOUR_WEEKS = 28
_MOST = 8
"""Clients with a line of their own in the summary; the others are only counted."""
_MOST_BACK = 3
"""The same in a look-back."""


@dataclass(frozen=True, slots=True)
class _Days:
    """What a client wrote on each of the last 28 local dates, the oldest first."""

    client: Client
    days: tuple[int, ...]

    @property
    def week(self) -> int:
        return sum(self.days[-7:])


@dataclass(frozen=True, slots=True)
class _Over:
    """What a client wrote in a stretch of time in which that was more than agreed, in order of arrival."""

    client: Client
    limit: Limit
    messages: Sequence[RecordedMessage]


def section(day: Day, ctx: Ctx) -> Section:
    """Who wrote more than was agreed since the last summary, who is quiet, then everybody by how much they wrote; last
    what it cost this month."""
    words, moments = ctx.words, _midnights(day, ctx)
    numbers = ctx.ledger.written_by_client(moments)
    every = [_Days(client, numbers[client.key]) for client in ctx.book.clients.values()]
    over = {one.client.key: much for one in every if (much := _over(one, day, ctx)) is not None}
    silent = {silence.client: silence for silence in ctx.ledger.silences(day.until)}
    found = [one for one in every if any(one.days) or one.client.key in silent]
    found.sort(key=lambda one: _rank(one, over, silent))
    month = ctx.worktime.instant(day.date.replace(day=1), time())
    costs = costs_between(month, day.until, ctx.ledger.kinds_by_client(month, day.until), ctx)
    lines: list[Item] = []
    for one in found[:_MOST]:
        key = one.client.key
        line = _over_line(over[key], ctx) if key in over else _line(one, silent.get(key), day, ctx)
        money = said_money([costs[key]], ctx) if key in costs else ""
        lines.append(replace(line, detail="; ".join(filter(None, (line.detail, money))), trace=_trace(one, ctx)))
    if left := len(found) - len(lines):
        lines.append(Item(text=words.counted("more", left)))
    if money := said_money(costs.values(), ctx):
        lines.append(Item(text=words("cost", hours=said_hours(costs.values(), ctx), money=money)))
    return Section(
        title=words("title"),
        place=Place.CONTACT,
        items=tuple(lines),
        headline=words.counted("over", len(over)),
        quiet=words("quiet"),
        week=tuple(_week(day, ctx)),
        month=tuple(_month(day, ctx)),
    )


def _midnights(day: Day, ctx: Ctx) -> list[datetime]:
    """Where each of the last 28 dates begins, and where the summary ends."""
    first = day.date - (_FOUR_WEEKS - 1) * A_DAY
    dates = (first + days * A_DAY for days in range(_FOUR_WEEKS))
    return [*(min(ctx.worktime.instant(date, time()), day.until) for date in dates), day.until]


def _rank(one: _Days, over: Collection[str], silent: Mapping[str, ClientSilence]) -> tuple[bool, bool, int, int, str]:
    key = one.client.key
    return key not in over, key not in silent, -one.week, -sum(one.days), one.client.name.casefold()


def _trace(one: _Days, ctx: Ctx) -> Trace:
    limit = one.client.contact_limit
    daily = limit.count if limit is not None and limit.per == A_DAY else None
    said = ctx.words("trace", count=sum(one.days), most=max(one.days))
    return Trace(values=one.days, limit=daily, label=said)


def _over(one: _Days, day: Day, ctx: Ctx) -> _Over | None:
    """The fullest stretch above the limit that ends with a message since the last summary, or within the last week
    where that is longer ago. Mail from before the daemon's line counts, and ends none."""
    client, limit = one.client, one.client.contact_limit
    if limit is None:
        return None
    told = max(day.since, day.until - A_WEEK)
    begin = stretch(told, limit, ctx)[0]
    dates = (day.date - ctx.worktime.local_date(begin)).days + 1
    # Who wrote less than that on all these dates together is not read through.
    if dates <= _FOUR_WEEKS and sum(one.days[-dates:]) <= limit.count:
        return None
    known = written(client, begin, day.until, ctx)
    arrived = [message.received_at for message in known]
    fullest: list[RecordedMessage] = []
    for message in known:
        if message.history or message.received_at < told:
            continue
        since, before = stretch(message.received_at, limit, ctx)
        first, end = bisect_left(arrived, since), bisect_left(arrived, before)
        if end - first > max(limit.count, len(fullest)):
            fullest = known[first:end]
    return _Over(client, limit, fullest) if fullest else None


def _over_line(over: _Over, ctx: Ctx) -> Item:
    """What was written, and what helps."""
    client, limit, contacts = over.client, over.limit, contacts_of(over.messages)
    last = ctx.worktime.local_date(over.messages[-1].received_at)
    figures = contact_figures(contacts, ctx.worktime)
    pattern = Pattern(client, over.messages[0].received_at, last, limit.per.days, figures, contacts, limit)
    # The step that was taken last is what helps now.
    rung = rung_of(client, ctx)
    when = said_days(last, limit.per, ctx)
    return Item(
        text=", ".join([f"{ctx.words.counted('message', figures.number)} {when}", *said_how(figures, ctx)]),
        client=client.key,
        mark=Mark.NOW,
        detail=ctx.words("agreed", agreed=said_limit(limit, ctx)),
        step=way_out(pattern, rung, ctx)[1],
    )


def _line(one: _Days, silence: ClientSilence | None, day: Day, ctx: Ctx) -> Item:
    """How long it has been quiet, or what they wrote within a week."""
    words, client = ctx.words, one.client
    if silence is not None:
        lasts, usual = (words.number(span / A_DAY, 0) for span in (day.until - silence.since, silence.usual))
        text = words("silent", lasts=lasts, usual=usual)
        return Item(text=text, client=client.key, mark=Mark.DUE, step=words("break_silence"))
    if not one.week:
        return Item(text=words("not_lately", wrote=words.counted("message", sum(one.days))), client=client.key)
    since = ctx.worktime.instant(day.date - A_WEEK + A_DAY, time())
    figures = contact_figures(contacts_of(written(client, since, day.until, ctx)), ctx.worktime)
    wrote = words("in_week", wrote=words.counted("message", figures.number))
    return Item(text=", ".join([wrote, *said_how(figures, ctx)]), client=client.key)


def _week(day: Day, ctx: Ctx) -> Iterator[Item]:
    """The seven days up to the last of the weekday on which the summary looks back; nothing on other days."""
    ends = [date for date in day.dates if date.weekday() == ctx.config.weekly]
    if ends:
        yield from _looking_back(ends[-1] - 2 * A_WEEK, ends[-1] - A_WEEK, ends[-1], "week", ctx)


def _month(day: Day, ctx: Ctx) -> Iterator[Item]:
    """The month that is over, in the first summary of the next one."""
    ends = [date for date in day.dates if date.day == 1]
    if ends:
        begin = (ends[-1] - A_DAY).replace(day=1)
        yield from _looking_back((begin - A_DAY).replace(day=1), begin, ends[-1], "month", ctx)


def _looking_back(before: date, begin: date, end: date, what: str, ctx: Ctx) -> Iterator[Item]:
    """How many messages came from `begin` to `end` and from how many clients, against the time from `before` on; who
    wrote most, and what it cost."""
    words = ctx.words
    since, middle, until = (ctx.worktime.instant(date, time()) for date in (before, begin, end))
    kinds_before, kinds = (ctx.ledger.kinds_by_client(*span) for span in pairwise((since, middle, until)))
    numbers_before, numbers = (
        {key: sum(found.values()) for key, found in counted.items()} for counted in (kinds_before, kinds)
    )
    earlier, number = sum(numbers_before.values()), sum(numbers.values())
    if not number and not earlier:
        return
    wrote = [client for client in ctx.book.clients.values() if numbers[client.key]]
    text = words.counted("client_wrote", len(wrote), wrote=words.counted("message", number))
    yield Item(text=text or words("nobody_wrote"), detail=words(f"before_{what}", before=earlier))
    costs = costs_between(middle, until, kinds, ctx)
    for client in sorted(wrote, key=lambda one: (-numbers[one.key], one.name.casefold()))[:_MOST_BACK]:
        money = said_money([costs[client.key]], ctx) if client.key in costs else ""
        detail = "; ".join(filter(None, (words("before", before=numbers_before[client.key]), money)))
        yield Item(text=words.counted("message", numbers[client.key]), client=client.key, detail=detail)
    if money := said_money(costs.values(), ctx):
        past = said_money(costs_between(since, middle, kinds_before, ctx).values(), ctx)
        detail = words("before", before=past) if past else ""
        yield Item(text=words("cost_back", hours=said_hours(costs.values(), ctx), money=money), detail=detail)
