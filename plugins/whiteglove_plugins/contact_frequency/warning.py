"""What the owner is told of a client who writes too often: the numbers, what is near, the kindest way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from whiteglove import (
    Client,
    RecordedMessage,
    Warn,
    committed_hours,
    deadlines_of,
    hours_there,
    months_up_to,
    near_dates,
    next_free,
    rally,
    shortened,
    taken_time,
)
from whiteglove_plugins.contact_frequency.cost import cost_between, said_hours, said_money
from whiteglove_plugins.contact_frequency.counting import (
    A_DAY,
    A_MOMENT,
    A_WEEK,
    Pattern,
    said_days,
    said_how,
    said_limit,
    said_span,
    said_wrote,
)
from whiteglove_plugins.contact_frequency.ladder import Rung, Step
from whiteglove_plugins.contact_frequency.settings import Ctx

_ONCE = 2 * A_DAY
_RALLY_ONCE = timedelta(hours=12)
_MOST_NEAR = 2
_REPORTS = 3
"""Reports of each client that stand in the way of free time."""
_MONTHS = 3
"""Calendar months whose cost is told, the present one among them."""


def warning(pattern: Pattern, rung: Rung | None, *, is_drafted: bool, ctx: Ctx) -> Warn:
    """One warning for each client and date. `rung` is the step that is taken with it."""
    ctx = _as_read(ctx)
    words, client = ctx.words, pattern.client
    report, step = way_out(pattern, rung, ctx)
    text = words(
        "warning",
        client=client.name,
        wrote=said_wrote(pattern.figures, ctx),
        when=said_days(pattern.last, _per(pattern), ctx),
        how="".join(f", {part}" for part in said_how(pattern.figures, ctx)),
        against=_against(pattern, ctx),
    )
    sentences = [text, *_near(client, ctx), report, words("next_step", step=step)]
    if is_drafted and rung is not None:
        sentences.append(words(f"lies_{rung.step}"))
    key = f"contact_exceeded:{client.key}:{pattern.last.isoformat()}"
    return Warn(
        reason="contact_exceeded",
        key=key,
        text=" ".join(sentences),
        urgency=ctx.config.urgency,
        client=client.key,
        once=_ONCE,
    )


def way_out(pattern: Pattern, rung: Rung | None, ctx: Ctx) -> tuple[str, str]:
    """When the client hears next, and what helps: what was promised comes first, then the step that is taken; else who
    asks how things stand wants to hear sooner, and of anybody else only they themselves know what is behind it."""
    words, client = ctx.words, pattern.client
    late = next((promise for promise in ctx.ledger.open_promises(client.key) if promise.due <= ctx.now), None)
    if late is not None:
        return words("late", due=words.moment(late.due)), words("send_late")
    due = ctx.ledger.next_report(client.key)
    said = words("no_report") if due is None else words("next", due=words.when(due))
    if rung is not None and rung.step is not Step.ASK:
        return said, words(f"do_{rung.step}")
    if pattern.is_conversation:
        return said, _pause(client, ctx)
    if not pattern.is_about_status:
        return said, words("do_ask")
    if due is None:
        return said, words("agree_report")
    free = _free(due, ctx)
    return said, words("bring_forward", block=words.block(*free)) if free is not None else words("send_sooner")


def rally_warning(
    client: Client, message: RecordedMessage, exchanged: Sequence[RecordedMessage], ctx: Ctx
) -> Warn | None:
    """What to do about mails that go to and fro in the thread of this message, among those `exchanged` lately; None
    where they do not."""
    found = rally(exchanged, message.thread, message.received_at)
    if found is None:
        return None
    words, today = ctx.words, ctx.worktime.local_date(ctx.now)
    subject = shortened(message.subject)
    said = {
        "client": client.name,
        "count": found.number,
        "span": said_span(found.until - found.since, ctx),
        "step": _pause(client, ctx),
    }
    text = words("rally_about", subject=words.quoted(subject), **said) if subject else words("rally", **said)
    key = f"rally:{client.key}:{message.thread}:{today.isoformat()}"
    urgency, once = ctx.config.urgency, _RALLY_ONCE
    return Warn(reason="rally", key=key, text=text, urgency=urgency, client=client.key, once=once)


def reconsidering(client: Client, rung: Rung, ctx: Ctx) -> Warn:
    """What the file and the record say that bears on whether to go on with this client. For the owner alone."""
    words, today = ctx.words, ctx.worktime.local_date(ctx.now)
    since = ctx.worktime.instant(months_up_to(today, _MONTHS)[0], time())
    cost = cost_between(client, since, ctx.now + A_MOMENT, ctx)
    said = {"since": words.day(ctx.worktime.local_date(since)), "hours": said_hours([cost], ctx)}
    money = said_money([cost], ctx)
    sentences = [
        words("reconsider", client=client.name, began=words.day(ctx.worktime.local_date(rung.began))),
        words("grade", grade=client.grade) if client.grade else "",
        words("took_money", money=money, **said) if money else words("took", **said),
        *_parting(client, ctx),
        words("next_step", step=words("decide")),
    ]
    return Warn(
        reason="step_reconsider",
        key=f"reconsider:{client.key}:{rung.began.isoformat()}",
        text=" ".join(filter(None, sentences)),
        urgency=ctx.config.urgency,
        client=client.key,
    )


def _parting(client: Client, ctx: Ctx) -> Iterator[str]:
    """How many hours a week projects take that are not over, which share of the owner's that is, and what is earned."""
    words, there, rate = ctx.words, hours_there(ctx.owner), client.hourly_rate
    hours = committed_hours({client.key: client}, ctx.worktime.local_date(ctx.now))
    if not hours:
        return
    yield words("parting", hours=words.number(hours))
    if there:
        yield words("of_yours", percent=words.number(100 * hours / there, 0))
    if rate is not None:
        week = words.number(float(rate.amount) * hours, 2)
        yield words("parting_cost", week=week, currency=rate.currency)


def _pause(client: Client, ctx: Ctx) -> str:
    """How mails to and fro come to an end."""
    today = ctx.worktime.local_date(ctx.now)
    tomorrow = ctx.worktime.at_work(ctx.worktime.instant(today + A_DAY, time()))
    return ctx.words("stop_writing" if client.in_writing else "pick_up", until=ctx.words.moment(tomorrow))


def _per(pattern: Pattern) -> timedelta:
    return pattern.limit.per if pattern.limit is not None else pattern.days * A_DAY


def _against(pattern: Pattern, ctx: Ctx) -> str:
    """What the numbers are held against: the agreement, the habit, the gaps before."""
    words, parts = ctx.words, []
    if pattern.limit is not None:
        parts.append(words("agreed", agreed=said_limit(pattern.limit, ctx)))
    if pattern.usual is not None:
        parts.append(words("usual", count=pattern.usual))
    if pattern.gaps is not None:
        first, last = (said_span(gap, ctx) for gap in pattern.gaps)
        parts.append(words("shrinking", first=first, last=last))
    return "; ".join(parts)


def _near(client: Client, ctx: Ctx) -> Iterator[str]:
    """What may be behind it: dates of theirs and deadlines of the coming week, the nearest first."""
    today = ctx.worktime.local_date(ctx.words.now)
    found: list[tuple[date, str]] = [
        (max(near.first, today), near.what) for near in near_dates(client, today, ahead=A_WEEK, behind=timedelta(0))
    ]
    found += [(deadline.on, deadline.project) for deadline in deadlines_of(client, today, ahead=A_WEEK)]
    for day, what in islice(sorted(found), _MOST_NEAR):
        yield ctx.words("near", what=shortened(what), on=ctx.words.on(day))


def _free(due: datetime, ctx: Ctx) -> tuple[datetime, datetime] | None:
    """The next free block of working time before their report, none of it set aside or needed for anybody's report."""
    after = ctx.worktime.at_work(ctx.now)
    clients = ctx.book.clients.values()
    reports = [at for client in clients for at in ctx.ledger.next_reports(client.key, _REPORTS)]
    return next_free(ctx.worktime, after, due, taken_time(clients, reports, ctx.worktime, after, due))


def _as_read(ctx: Ctx) -> Ctx:
    """The same, with words that say "today" as of when the owner reads them: at once, when work begins again, or in the
    summary of the next day."""
    if ctx.config.urgency == "digest":
        read_at = ctx.now + A_DAY
    else:
        read_at = ctx.now if ctx.config.urgency == "now" else ctx.worktime.at_work(ctx.now)
    return replace(ctx, words=replace(ctx.words, now=read_at))
