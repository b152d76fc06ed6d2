"""Tell the owner when a client writes too often, with the numbers and the kindest way out.

Too often is more than was agreed (`contact_limit` in the client's file; the core counts), far more than they are used
to, or ever sooner again. Nothing follows from it for the client: who asks often is answered as everybody else is. Where
it goes on, drafts are laid ready one after the other (`ladder`), which a person reads, changes and sends, or does not.
Where mails fly to and fro the owner hears that too. The summary shows four weeks of each client, who is quiet, and what
the interruptions of the month cost at the client's `hourly_rate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time

from whiteglove import (
    Action,
    Actions,
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    Day,
    MessageReceived,
    Note,
    OwnerSent,
    PluginInfo,
    Schedule,
    ScheduleFired,
    Section,
    hookimpl,
)
from whiteglove_plugins.contact_frequency.counting import Pattern, against_habit, against_limit, lately
from whiteglove_plugins.contact_frequency.drafts import draft_of, kept_true, writes_most
from whiteglove_plugins.contact_frequency.ladder import (
    Step,
    cleared,
    next_rung,
    remembered,
    rung_of,
    stands_still,
)
from whiteglove_plugins.contact_frequency.overview import section
from whiteglove_plugins.contact_frequency.settings import ContactFrequency, Ctx
from whiteglove_plugins.contact_frequency.warning import rally_warning, reconsidering, warning


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Tells the owner of clients who write too often, and what helps.", ContactFrequency)


@hookimpl
def schedules(ctx: Ctx) -> Iterable[Schedule]:
    """As a day begins, and whenever the client book was read again."""
    return [Schedule(name="contact_frequency", at=time(), at_start=True)]


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Ctx) -> Actions:
    """What lies in Drafts is to stay true."""
    rungs = ((client, rung_of(client, ctx)) for client in ctx.book.clients.values())
    return [action for client, rung in rungs if rung is not None for action in kept_true(client, rung, ctx)]


@hookimpl
def on_message(event: MessageReceived, ctx: Ctx) -> Actions:
    """Whether the client is unlike themselves, and whether mails go to and fro."""
    if event.history or not event.message.verdicts.human:
        return None
    actions: list[Action] = []
    exchanged = lately(event.client, ctx)
    if found := rally_warning(event.client, event.message, exchanged, ctx):
        actions.append(found)
    pattern = against_habit(event.client, exchanged, ctx)
    return [*actions, *(_answers(pattern, ctx) if pattern is not None else ())]


@hookimpl
def on_sent(event: OwnerSent, ctx: Ctx) -> Actions:
    """The owner's own mail may be the one too many to and fro."""
    if event.message.history:
        return None
    found = rally_warning(event.client, event.message, lately(event.client, ctx), ctx)
    return [found] if found is not None else None


@hookimpl
def on_client(event: ContactExceeded | ClientQuiet | ClientReturned | ClientNoted, ctx: Ctx) -> Actions:
    """One warning for each client and date, with the numbers as they are by now; a call of theirs counts too."""
    match event:
        case ContactExceeded():
            pattern = against_limit(event.client, event.limit, event.message.received_at, ctx)
            return _answers(pattern, ctx) if pattern is not None else [Note(reason="within_limit")]
        case ClientNoted() if event.note.call and not event.note.outbound:
            pattern = against_habit(event.client, lately(event.client, ctx), ctx)
            return _answers(pattern, ctx) if pattern is not None else None
    return None


@hookimpl
def summarise(day: Day, ctx: Ctx) -> Section:
    return section(day, ctx)


def _answers(pattern: Pattern, ctx: Ctx) -> Iterator[Action]:
    """The warning, and the step that is to be taken, which is remembered."""
    client, before = pattern.client, rung_of(pattern.client, ctx)
    reason = stands_still(client, ctx)
    is_their_turn = reason is None and not pattern.is_conversation
    rung = next_rung(client, before, pattern.since, writes_most(pattern, ctx), ctx) if is_their_turn else None
    is_drafted = rung is not None and ctx.config.drafts and rung.step is not Step.RECONSIDER
    yield warning(pattern, rung, is_drafted=is_drafted, ctx=ctx)
    if reason is not None:
        yield Note(reason=reason)
    if kept := rung or before:
        yield remembered(client, kept, ctx)
    if rung is None:
        return
    if rung.step is not Step.RECONSIDER:
        # The one with two prices is kept for the next project.
        yield from cleared(client, before)
    if is_drafted:
        yield draft_of(client, rung, ctx, about_status=pattern.is_about_status)
    if rung.step is Step.RECONSIDER:
        yield reconsidering(client, rung, ctx)
