"""Say what the owner's week still holds: when a client who was long silent wants something soon, and when too much is
given away.

The figures are those of the client book, `hours_per_week` of the owner and of the projects up to their deadlines. The
drafts speak of prior commitments in general; nothing in them is agreed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    Context,
    Day,
    Draft,
    Duration,
    Item,
    Kind,
    Mark,
    MessageReceived,
    Offer,
    OwnerSent,
    Place,
    PluginInfo,
    PluginSettings,
    Section,
    Warn,
    Withdraw,
    Words,
    committed_hours,
    hookimpl,
    hours_there,
    offers,
    overcommitment,
    shortened,
    weeks_ahead,
)

_WANTS_HOURS = (Kind.URGENT_REQUEST, Kind.NEW_WORK)
_EVER = timedelta(days=3650)
_OPEN_DATE = timedelta(days=7)
"""How long a draft lies there that names no day, before it is taken away."""
_MONDAY = 0


class Capacity(PluginSettings):
    """The keys of `[plugins.capacity]`."""

    silent: Duration = Field(
        default=timedelta(days=30),
        description="A client who wrote nothing for so long and then wants something soon gets an assessment.",
        examples=["30d"],
    )
    drafts: bool = Field(default=True, description="Lay two answers ready: “from …” and “not before …”.")


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo(
        "Says how much of the week is free when a long-silent client returns, and when too much is committed.", Capacity
    )


@hookimpl
def on_message(event: MessageReceived, ctx: Context[Capacity]) -> Actions:
    """Urgent or new work from a client of whom nothing was heard for long."""
    found = event.message.classification
    if event.history or not event.message.verdicts.human or found is None or found.abstained:
        return None
    kind = next((kind for kind in _WANTS_HOURS if kind in found.kinds), None)
    last = _last_heard(event, ctx)
    if kind is None or last is None:
        return None
    book, owner, now = ctx.book.clients, ctx.owner, ctx.now
    soonest, later = offers(book, owner, ctx.worktime, now)
    drafts = list(_drafts(event, soonest, later, ctx)) if ctx.config.drafts else []
    return [_assessment(event, kind, last, soonest, later, len(drafts), ctx), *drafts]


@hookimpl
def on_sent(event: OwnerSent, ctx: Context[Capacity]) -> Actions:
    """The owner has answered in that thread: of the two drafts neither is wanted any more."""
    gone: list[Action] = []
    for draft in ctx.ledger.drafts(event.client.key):
        if draft.plugin == ctx.plugin:
            answered = ctx.ledger.message(int(draft.key.split(":")[1]))
            if answered is None or answered.thread == event.message.thread:
                gone.append(Withdraw(reason="answered", key=draft.key))
    return gone


@hookimpl
def summarise(day: Day, ctx: Context[Capacity]) -> Section | None:
    """Over-commitment on every day on which there is one; on Mondays also how the week stands without one."""
    words, book, owner = ctx.words, ctx.book.clients, ctx.owner
    there, committed = hours_there(owner), committed_hours(book, day.date)
    over = overcommitment(book, owner, day.date)
    if over is not None:
        excess = words.number(over.excess)
        text = words(
            "over" if over.until else "over_without_end",
            wanted=words.number(over.wanted),
            there=words.number(there),
            excess=excess,
            until=words.day(over.until) if over.until else "",
        )
        items = (Item(text=text, mark=Mark.NOW, step=words("step")),)
        return Section(title=words("title"), items=items, headline=words("headline", excess=excess))
    if day.date.weekday() != _MONDAY or not committed:
        return None
    free = [words.number(week.free) for week in islice(weeks_ahead(book, owner, ctx.worktime, day.until), 2)]
    text = words("week", committed=words.number(committed), there=words.number(there), this=free[0], next=free[1])
    return Section(title=words("title"), place=Place.OTHER, items=(Item(text=text),))


def _last_heard(event: MessageReceived, ctx: Context[Capacity]) -> datetime | None:
    """When this client was heard of before, where that is long ago; None for one of whom nothing was ever heard.

    What the owner wrote to them meanwhile breaks no silence of theirs; a call does, whoever made it.
    """
    at = event.message.received_at

    def heard(since: datetime) -> Iterator[datetime]:
        for message in ctx.ledger.messages(event.client.key, since):
            if not message.outbound and message.row != event.message.row and since < message.received_at <= at:
                yield message.received_at
        yield from (note.at for note in ctx.ledger.notes(event.client.key, since) if note.call and note.at <= at)

    return None if any(heard(at - ctx.config.silent)) else max(heard(at - _EVER), default=None)


def _assessment(
    event: MessageReceived,
    kind: Kind,
    last: datetime,
    soonest: Offer | None,
    later: Offer | None,
    drafts: int,
    ctx: Context[Capacity],
) -> Warn:
    """Who returns with what, the figures, what could be offered, the next step."""
    words, message = ctx.words, event.message
    subject = words("subject", subject=words.quoted(shortened(message.subject))) if message.subject else ""
    possible = [offer for offer in (soonest, later) if offer is not None]
    if soonest is not None and later is not None and later.start == soonest.start:
        possible = [later]
    said = "; ".join(_offer(offer, words) for offer in possible)
    text = words(
        f"assessment_{kind}",
        client=event.client.name,
        who=event.person.name if event.person else message.author.address,
        at=words.when(message.received_at),
        subject=subject,
        days=(message.received_at - last).days,
        figures=_figures(ctx),
        offer=words("offer", offers=said) if said else words("no_offer"),
        step=words(f"step_{drafts}"),
    )
    urgency = "now" if kind is Kind.URGENT_REQUEST else "today"
    key = f"capacity:{message.row}"
    return Warn(reason="capacity", key=key, text=text, urgency=urgency, client=event.client.key)


def _figures(ctx: Context[Capacity]) -> str:
    """How many hours a week are given away, and up to which days; how many are free in this week and the next."""
    words, book, today = ctx.words, ctx.book.clients, ctx.worktime.local_date(ctx.now)
    free = [words.number(week.free) for week in islice(weeks_ahead(book, ctx.owner, ctx.worktime, ctx.now), 2)]
    there = words.number(hours_there(ctx.owner))
    ends: dict[date | None, float] = {}
    for client in book.values():
        for project in client.projects:
            if project.hours_per_week and (project.deadline is None or project.deadline >= today):
                ends[project.deadline] = ends.get(project.deadline, 0.0) + project.hours_per_week
    if not ends:
        return words("figures_none", there=there, this=free[0], next=free[1])
    parts = [
        words("part_until", hours=words.number(ends[end]), day=words.day(end))
        for end in sorted(end for end in ends if end is not None)
    ]
    parts += [words("part", hours=words.number(ends[None]))] if None in ends else []
    committed = words.number(committed_hours(book, today))
    return words("figures", there=there, committed=committed, parts=", ".join(parts), this=free[0], next=free[1])


def _drafts(
    event: MessageReceived, soonest: Offer | None, later: Offer | None, ctx: Context[Capacity]
) -> Iterator[Draft]:
    """A yes with a day, where there are hours for one, and a “not before” with the day on which commitments end. Where
    the book knows no such day the draft leaves it open."""
    words = ctx.words
    row, client = event.message.row, event.client
    if soonest is not None:
        hours = int(soonest.hours)
        yield Draft(
            reason="capacity",
            key=f"capacity:{row}:from",
            client=client.key,
            template="from",
            subject="subject",
            brief=words("brief_from", client=client.name, start=words.day(soonest.start), hours=hours),
            values={"start": soonest.start.isoformat(), "hours": hours},
            answers=row,
            until=ctx.worktime.instant(soonest.start, time()),
        )
    brief = (
        words("brief_not_before", client=client.name, start=words.day(later.start))
        if later is not None
        else words("brief_open", client=client.name)
    )
    is_committed = committed_hours(ctx.book.clients, ctx.worktime.local_date(ctx.now)) > 0
    yield Draft(
        reason="capacity",
        key=f"capacity:{row}:not_before",
        client=client.key,
        template="not_before",
        subject="subject",
        brief=brief,
        values={
            "start": later.start.isoformat() if later is not None else None,
            "hours": int(later.hours) if later is not None else None,
            "ends": later.committed_until.isoformat() if later and later.committed_until else None,
            "committed": is_committed,
        },
        answers=row,
        until=ctx.worktime.instant(later.start, time()) if later is not None else ctx.now + _OPEN_DATE,
    )


def _offer(offer: Offer, words: Words) -> str:
    return words("one_offer", hours=words.number(offer.hours), start=words.day(offer.start))
