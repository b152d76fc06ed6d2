"""Lay a short word to a client ready where there was no contact for a while and there is something worth saying.

One draft, one concrete thing: a question of theirs that is open, a date of theirs or a deadline that is near, something
the owner noted. Any real contact takes it away again, and there is none where another draft to them waits to be sent.
Of a client who has fallen silent the owner is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    Client,
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    Context,
    Draft,
    DraftState,
    Duration,
    Json,
    Kind,
    MessageReceived,
    Note,
    OwnerSent,
    PlacedDraft,
    PluginInfo,
    PluginSettings,
    Remember,
    Schedule,
    ScheduleFired,
    TimeOfDay,
    Warn,
    Withdraw,
    Words,
    absences,
    hookimpl,
    occurrences,
    shortened,
)

_A_DAY = timedelta(days=1)
_NEAR = 7 * _A_DAY
"""How far ahead a date is worth a word."""
_NOTED = 30 * _A_DAY
_SAID = 30 * _A_DAY
"""How long what was said is not said again."""
_RESOLVED = 30 * _A_DAY
_WAITS = 14 * _A_DAY
"""For how long a draft of another plugin's counts as one that the owner will send."""
_LONGEST = 120
_GRAVE = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED})


class Every(PluginSettings):
    """The keys of `[plugins.check_in.every]`."""

    contract: Duration = Field(
        default=_A_DAY, description="Without contact for so long a client by contract is due.", examples=["1d"]
    )
    retainer: Duration = Field(default=_A_DAY, description="The same for a retainer.", examples=["1d"])
    permanent: Duration = Field(default=_A_DAY, description="The same for a permanent engagement.", examples=["1d"])
    casual: Duration | None = Field(
        default=None, description="The same for a casual one; never where it is left out.", examples=["30d"]
    )


class CheckIn(PluginSettings):
    """The keys of `[plugins.check_in]`."""

    every: Every = Field(default_factory=Every, description="How long there may be no contact, by engagement.")
    at: TimeOfDay = Field(
        default=time(10), description="When drafts are laid ready, on your working days.", examples=["10:00"]
    )
    drafts: bool = Field(default=True, description="Lay drafts ready; without them you hear of silences only.")


@dataclass(frozen=True, slots=True)
class _Point:
    """Something worth saying: the template for it and its values, what it is in the owner's words, and the message that
    it answers. `name` is the same as long as it is the same thing."""

    name: str
    template: str
    brief: str
    values: Mapping[str, Json]
    subject: str = "subject"
    answers: int | None = None


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Lays a word to clients ready where it has been quiet and there is something to say.", CheckIn)


@hookimpl
def schedules(ctx: Context[CheckIn]) -> Iterable[Schedule]:
    weekdays = frozenset(weekday for weekday, hours in enumerate(ctx.owner.hours.days) if hours)
    return [Schedule(name="check_in", at=ctx.config.at, weekdays=weekdays)] if weekdays else []


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[CheckIn]) -> Actions:
    """Every client who is due, on a working day, as long as it is worked."""
    today = ctx.worktime.local_date(ctx.now)
    if ctx.worktime.is_day_off(today):
        return [Note(reason="day_off")]
    until = ctx.worktime.end_of_next_working_day(ctx.worktime.instant(today - _A_DAY, time(12)))
    if ctx.now >= until or not ctx.config.drafts:
        return [Note(reason="too_late" if ctx.config.drafts else "no_drafts")]
    due = [client for client in ctx.book.clients.values() if _is_due(client, ctx)]
    return [action for client in due for action in _check_in(client, until, ctx, quiet=False)]


@hookimpl
def on_client(event: ClientQuiet | ClientReturned | ContactExceeded | ClientNoted, ctx: Context[CheckIn]) -> Actions:
    """The owner hears of a silence with its figures, and a word to break it lies ready where there is one to say. A
    call is contact."""
    if isinstance(event, ClientNoted) and event.note.call:
        return _taken_away(event.client, ctx)
    if not isinstance(event, ClientQuiet):
        return None
    until = ctx.worktime.end_of_next_working_day(ctx.now)
    word = list(_check_in(event.client, until, ctx, quiet=True)) if ctx.config.drafts else []
    is_drafted = any(isinstance(action, Draft) for action in word)
    return [_quiet(event, ctx, is_drafted=is_drafted), *word]


@hookimpl
def on_message(event: MessageReceived, ctx: Context[CheckIn]) -> Actions:
    """They wrote: what was laid ready is no longer the next word."""
    if event.history or not event.message.verdicts.human:
        return None
    return _taken_away(event.client, ctx)


@hookimpl
def on_sent(event: OwnerSent, ctx: Context[CheckIn]) -> Actions:
    """The owner wrote, with the draft or without it: it is not said a second time."""
    actions: list[Action] = []
    for draft in _lying(event.client, ctx):
        point = ctx.memory.get(_laid(event.client))
        said = Remember(reason="said", key=f"said:{event.client.key}:{point}", value=True, until=ctx.now + _SAID)
        actions += [Withdraw(reason="contact", key=draft.key), said]
    return actions


def _taken_away(client: Client, ctx: Context[CheckIn]) -> list[Action]:
    return [Withdraw(reason="contact", key=draft.key) for draft in _lying(client, ctx)]


def _is_due(client: Client, ctx: Context[CheckIn]) -> bool:
    """Whether there was no contact either way for as long as the engagement allows: whole local days, where it allows
    days."""
    every: timedelta | None = getattr(ctx.config.every, client.engagement.value)
    if every is None:
        return False
    last = ctx.ledger.last_contact(client.key)
    if last is None or every < _A_DAY:
        return last is None or ctx.now - last >= every
    return ctx.worktime.local_date(ctx.now) - ctx.worktime.local_date(last) >= every


def _check_in(client: Client, until: datetime, ctx: Context[CheckIn], *, quiet: bool) -> Iterator[Action]:
    """A draft with the first thing worth saying, or why there is none."""
    if reason := _forbidden(client, ctx):
        yield Note(reason=reason)
        return
    point = next((one for one in _points(client, ctx) if not _was_said(client, one, ctx)), None)
    if point is None:
        yield Note(reason="nothing_to_say")
        return
    yield Draft(
        reason="quiet" if quiet else "check_in",
        key=f"check_in:{client.key}:{ctx.worktime.local_date(ctx.now)}",
        client=client.key,
        template=point.template,
        subject=point.subject,
        brief=point.brief,
        values={**point.values, "quiet": quiet},
        answers=point.answers,
        until=until,
    )
    yield Remember(reason="laid", key=_laid(client), value=point.name, until=until + _SAID)


def _forbidden(client: Client, ctx: Context[CheckIn]) -> str | None:
    """Why nothing is to be said to this client now, whatever there is to say."""
    today = ctx.worktime.local_date(ctx.now)
    muted_until = ctx.ledger.muted_until(client.key)
    if muted_until is not None and ctx.now < muted_until:
        return "muted"
    if any(promise.due <= ctx.now for promise in ctx.ledger.open_promises(client.key)):
        return "promise_late"
    grave = any(_GRAVE.intersection(owed.kinds) for owed in ctx.ledger.open_obligations(client.key))
    if grave or ctx.ledger.open_incidents(client.key):
        return "incident_open"
    if any(absences(client, today, today)):
        return "away"
    return "draft_there" if any(_waiting(client, ctx)) else None


def _points(client: Client, ctx: Context[CheckIn]) -> Iterator[_Point]:
    """What could be said, what matters most to them first."""
    yield from _questions(client, ctx)
    yield from _dates(client, ctx)
    yield from _notes(client, ctx)


def _questions(client: Client, ctx: Context[CheckIn]) -> Iterator[_Point]:
    """What they asked and wait for, the oldest first. A time that has passed is not told."""
    for owed in ctx.ledger.open_obligations(client.key):
        message = ctx.ledger.message(owed.message)
        if message is not None and message.subject:
            due = owed.due.isoformat() if owed.due is not None and owed.due > ctx.now else None
            yield _Point(
                name=f"question:{owed.row}",
                template="open_question",
                brief=ctx.words("question", client=client.name, subject=ctx.words.quoted(shortened(message.subject))),
                values={"subject": shortened(message.subject), "due": due},
                subject="open_question_subject",
                answers=message.row,
            )


def _dates(client: Client, ctx: Context[CheckIn]) -> Iterator[_Point]:
    """Their dates and deadlines of the coming week, the nearest first."""
    today = ctx.worktime.local_date(ctx.now)
    found: list[tuple[date, str, str]] = [
        (days.first, "away_near" if occasion.away else "date_near", occasion.what)
        for occasion in client.dates
        for days in occurrences(occasion, today, today + _NEAR)
        if days.first >= today
    ]
    found += [
        (project.deadline, "deadline_near", project.name)
        for project in client.projects
        if project.deadline is not None and today <= project.deadline <= today + _NEAR
    ]
    for day, template, what in sorted(found):
        yield _Point(
            name=f"{template}:{what}:{day}",
            template=template,
            brief=ctx.words(template, client=client.name, what=ctx.words.quoted(what), day=ctx.words.day(day)),
            values={"what": what, "day": day.isoformat()},
        )


def _notes(client: Client, ctx: Context[CheckIn]) -> Iterator[_Point]:
    """What the owner noted since they last wrote to the client. It stands in the draft in brackets: a note is written
    for oneself."""
    wrote = ctx.ledger.last_contact(client.key, outbound=True)
    for note in ctx.ledger.notes(client.key, ctx.now - _NOTED):
        if note.text.strip() and not note.call and (wrote is None or note.at > wrote):
            what = shortened(note.text, _LONGEST)
            yield _Point(
                name=f"note:{note.row}",
                template="noted",
                brief=ctx.words("noted", client=client.name, what=ctx.words.quoted(what)),
                values={"what": what},
            )


def _was_said(client: Client, point: _Point, ctx: Context[CheckIn]) -> bool:
    if ctx.memory.get(f"said:{client.key}:{point.name}") is not None:
        return True
    # What was laid ready last and deleted by the owner is not to be said either.
    if ctx.memory.get(_laid(client)) != point.name:
        return False
    known = ctx.ledger.drafts(client.key, ctx.now - _SAID)
    latest = [draft for draft in known if draft.plugin == ctx.plugin][-1:]
    return any(draft.state is DraftState.GONE for draft in latest)


def _laid(client: Client) -> str:
    return f"laid:{client.key}"


def _lying(client: Client, ctx: Context[CheckIn]) -> Iterator[PlacedDraft]:
    """The drafts of this plugin to the client that are wanted or lie in Drafts."""
    return (draft for draft in ctx.ledger.drafts(client.key) if draft.plugin == ctx.plugin)


def _waiting(client: Client, ctx: Context[CheckIn]) -> Iterator[PlacedDraft]:
    """The drafts to the client that the owner has to send first, whichever plugin laid them ready."""
    known = ctx.ledger.drafts(client.key)
    return (draft for draft in known if draft.plugin == ctx.plugin or ctx.now - draft.created_at < _WAITS)


def _quiet(event: ClientQuiet, ctx: Context[CheckIn], *, is_drafted: bool) -> Warn:
    words, client = ctx.words, event.client
    resolved = any(found.client == client.key for found in ctx.ledger.resolved_incidents(ctx.now - _RESOLVED))
    incident = "open" if ctx.ledger.open_incidents(client.key) else "resolved" if resolved else ""
    text = words(
        "silent",
        client=client.name,
        days=_days(ctx.now - event.since, words),
        since=words.day(ctx.worktime.local_date(event.since)),
        usual=_days(event.usual, words),
        incident=words(f"incident_{incident}") if incident else "",
        step=words("step_draft" if is_drafted else "step"),
    )
    key = f"quiet:{client.key}:{event.since.isoformat()}"
    return Warn(reason="quiet", key=key, text=text, urgency="today", client=client.key)


def _days(span: timedelta, words: Words) -> str:
    if span < 2 * _A_DAY:
        return words("hours", count=round(span / timedelta(hours=1)))
    return words("days", count=words.number(span / _A_DAY))
