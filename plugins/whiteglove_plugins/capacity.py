"""Say what the owner's week still holds: when a client who was long silent wants something soon, and when too much is
given away.

The figures are those of the client book, `hours_per_week` of the owner and of the projects up to their deadlines. The
drafts speak of prior commitments in general; nothing in them is agreed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

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
    committed_hours,
    hookimpl,
    hours_there,
    offers,
    overcommitment,
    shortened,
    spoken,
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
    words = spoken(ctx.owner, _ENGLISH, _GERMAN)
    book, owner = ctx.book.clients, ctx.owner
    there, committed = hours_there(owner), committed_hours(book, day.date)
    over = overcommitment(book, owner, day.date)
    if over is not None:
        until = words["until"].format(day=over.until) if over.until else words["no_end"]
        excess = _number(over.excess, words)
        text = words["over"].format(
            wanted=_number(over.wanted, words), there=_number(there, words), excess=excess, until=until
        )
        items = (Item(text=text, mark=Mark.NOW, step=words["step"]),)
        return Section(title=words["title"], items=items, headline=words["headline"].format(excess=excess))
    if day.date.weekday() != _MONDAY or not committed:
        return None
    free = [_number(week.free, words) for week in islice(weeks_ahead(book, owner, ctx.worktime, day.until), 2)]
    text = words["week"].format(
        committed=_number(committed, words), there=_number(there, words), this=free[0], next=free[1]
    )
    return Section(title=words["title"], place=Place.OTHER, items=(Item(text=text),))


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
    words = spoken(ctx.owner, _ENGLISH, _GERMAN)
    message, book, owner = event.message, ctx.book.clients, ctx.owner
    free = [_number(week.free, words) for week in islice(weeks_ahead(book, owner, ctx.worktime, ctx.now), 2)]
    possible = [offer for offer in (soonest, later) if offer is not None]
    if soonest is not None and later is not None and later.start == soonest.start:
        possible = [later]
    said = "; ".join(_offer(offer, words) for offer in possible)
    text = words["assessment"].format(
        client=event.client.name,
        who=event.person.name if event.person else message.author.address,
        at=f"{message.received_at.astimezone(ZoneInfo(owner.timezone)):%H:%M}",
        subject=words["subject"].format(subject=shortened(message.subject)) if message.subject else "",
        days=(message.received_at - last).days,
        wants=words[kind],
        there=_number(hours_there(owner), words),
        committed=_committed(ctx),
        this=free[0],
        next=free[1],
        offer=words["offer"].format(offers=said) if said else words["no_offer"],
        step=words[f"step_{drafts}"],
    )
    urgency = "now" if kind is Kind.URGENT_REQUEST else "today"
    key = f"capacity:{message.row}"
    return Warn(reason="capacity", key=key, text=text, urgency=urgency, client=event.client.key)


def _committed(ctx: Context[Capacity]) -> str:
    """How many hours a week are given away, and up to which days."""
    words = spoken(ctx.owner, _ENGLISH, _GERMAN)
    today = ctx.worktime.local_date(ctx.now)
    ends: dict[date | None, float] = {}
    for client in ctx.book.clients.values():
        for project in client.projects:
            if project.hours_per_week and (project.deadline is None or project.deadline >= today):
                ends[project.deadline] = ends.get(project.deadline, 0.0) + project.hours_per_week
    if not ends:
        return words["none"]
    parts = [
        words["part_until"].format(hours=_number(ends[end], words), day=end)
        for end in sorted(end for end in ends if end is not None)
    ]
    parts += [words["part"].format(hours=_number(ends[None], words))] if None in ends else []
    total = _number(committed_hours(ctx.book.clients, today), words)
    return words["committed"].format(hours=total, parts=", ".join(parts))


def _drafts(
    event: MessageReceived, soonest: Offer | None, later: Offer | None, ctx: Context[Capacity]
) -> Iterator[Draft]:
    """A yes with a day, where there are hours for one, and a “not before” with the day on which commitments end. Where
    the book knows no such day the draft leaves it open."""
    words = spoken(ctx.owner, _ENGLISH, _GERMAN)
    row, client = event.message.row, event.client
    if soonest is not None:
        hours = int(soonest.hours)
        yield Draft(
            reason="capacity",
            key=f"capacity:{row}:from",
            client=client.key,
            template="from",
            subject="subject",
            brief=words["brief_from"].format(client=client.name, start=soonest.start, hours=hours),
            values={"start": soonest.start.isoformat(), "hours": hours},
            answers=row,
            until=ctx.worktime.instant(soonest.start, time()),
        )
    start = words["brief_day"].format(day=later.start) if later is not None else words["brief_open"]
    is_committed = committed_hours(ctx.book.clients, ctx.worktime.local_date(ctx.now)) > 0
    yield Draft(
        reason="capacity",
        key=f"capacity:{row}:not_before",
        client=client.key,
        template="not_before",
        subject="subject",
        brief=words["brief_not_before"].format(client=client.name, start=start),
        values={
            "start": later.start.isoformat() if later is not None else None,
            "hours": int(later.hours) if later is not None else None,
            "ends": later.committed_until.isoformat() if later and later.committed_until else None,
            "committed": is_committed,
        },
        answers=row,
        until=ctx.worktime.instant(later.start, time()) if later is not None else ctx.now + _OPEN_DATE,
    )


def _offer(offer: Offer, words: dict[str, str]) -> str:
    return words["one_offer"].format(hours=_number(offer.hours, words), start=offer.start)


def _number(hours: float, words: dict[str, str]) -> str:
    return f"{hours:.1f}".removesuffix(".0").replace(".", words["point"])


_ENGLISH = {
    "point": ".",
    "subject": " (“{subject}”)",
    "assessment": "{client}: {who} wrote at {at}{subject}, after {days} days of silence, and {wants}. Of {there} h a "
    "week {committed}. Free: {this} h in the rest of this week, {next} h next week. {offer} Next step: {step}.",
    Kind.URGENT_REQUEST: "calls it urgent",
    Kind.NEW_WORK: "asks for new work",
    "none": "none are committed",
    "committed": "{hours} are committed ({parts})",
    "part_until": "{hours} until {day:%Y-%m-%d}",
    "part": "{hours} without an end",
    "offer": "You could offer {offers}.",
    "one_offer": "{hours} h a week from {start}",
    "no_offer": "In the next half year there is nothing to offer.",
    "step_0": "say today from when, or that it is a no",
    "step_1": "say today from when, or that it is a no; a draft “not before …” lies in Drafts",
    "step_2": "choose one of two drafts in Drafts, “from …” or “not before …”, and send it today",
    "brief_from": "{client}: a yes from {start}, with {hours} hours a week.",
    "brief_not_before": "{client}: not before {start}, because of prior commitments.",
    "brief_day": "{day}",
    "brief_open": "a day of your choice",
    "title": "Capacity",
    "over": "the projects take {wanted} h a week, and there are {there}: {excess} too many, {until}",
    "until": "until {day}",
    "no_end": "and no deadline ends that",
    "step": "move a deadline, pass work on, or say no to the next",
    "headline": "{excess} h a week too many committed",
    "week": "{committed} of {there} h a week are committed; free: {this} h this week, {next} h next week",
}
_GERMAN = {
    "point": ",",
    "subject": " („{subject}“)",
    "assessment": "{client}: {who} hat um {at} geschrieben{subject}, nach {days} Tagen Stille, und {wants}. Von "
    "{there} h je Woche {committed}. Frei: {this} h im Rest dieser Woche, {next} h in der nächsten. {offer} "
    "Nächster Schritt: {step}.",
    Kind.URGENT_REQUEST: "nennt es dringend",
    Kind.NEW_WORK: "fragt nach neuer Arbeit",
    "none": "ist nichts vergeben",
    "committed": "sind {hours} vergeben ({parts})",
    "part_until": "{hours} bis {day:%d.%m.%Y}",
    "part": "{hours} ohne Ende",
    "offer": "Möglich wären {offers}.",
    "one_offer": "{hours} h je Woche ab {start:%d.%m.%Y}",
    "no_offer": "Im nächsten halben Jahr ist nichts anzubieten.",
    "step_0": "heute sagen, ab wann, oder absagen",
    "step_1": "heute sagen, ab wann, oder absagen; ein Entwurf „nicht vor …“ liegt bereit",
    "step_2": "einen der beiden Entwürfe wählen, „ab …“ oder „nicht vor …“, und heute abschicken",
    "brief_from": "{client}: ein Ja ab {start:%d.%m.%Y}, mit {hours} Stunden je Woche.",
    "brief_not_before": "{client}: nicht vor {start}, wegen früherer Zusagen.",
    "brief_day": "dem {day:%d.%m.%Y}",
    "brief_open": "einem Tag eigener Wahl",
    "title": "Auslastung",
    "over": "die Projekte brauchen {wanted} h je Woche, da sind {there}: {excess} zu viel, {until}",
    "until": "bis {day:%d.%m.%Y}",
    "no_end": "und kein Termin beendet das",
    "step": "einen Termin verschieben, Arbeit abgeben oder das Nächste absagen",
    "headline": "{excess} h je Woche zu viel vergeben",
    "week": "{committed} von {there} h je Woche sind vergeben; frei: {this} h diese Woche, {next} h nächste",
}
