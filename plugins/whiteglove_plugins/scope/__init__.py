"""Keep what clients wish beyond the agreed scope, lay a nice but firm answer ready, and count price requests.

A wish for more work, or to pay less, is recorded: which message said it, which project it means, what was agreed then.
It is open until the owner offers something for it; the owner's own word, a changed `scope` in the client's file, says
whether it was agreed or declined, and silence that it was dropped. Words are compared and counted, minds are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time

from whiteglove import (
    Action,
    Actions,
    Day,
    DraftState,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    MessageReceived,
    OwnerSent,
    PluginInfo,
    RecordedMessage,
    Schedule,
    ScheduleFired,
    Section,
    TimerFired,
    hookimpl,
    price_request,
)
from whiteglove_plugins.scope.drafts import answering
from whiteglove_plugins.scope.keeping import (
    draft_key_of,
    found,
    kept,
    remember,
    scope_now,
    take_back,
    thread_of,
)
from whiteglove_plugins.scope.notices import complained, wished
from whiteglove_plugins.scope.requests import ChangeRequest, RequestState
from whiteglove_plugins.scope.section import section
from whiteglove_plugins.scope.settings import Ctx, Scope
from whiteglove_plugins.scope.settling import settled
from whiteglove_plugins.scope.wishes import GRAVE, Wish, kinds_of, wish_in


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Records wishes beyond the agreed scope, and lays an answer with price and date ready.", Scope)


@hookimpl
def schedules(ctx: Ctx) -> Iterable[Schedule]:
    """Early in the day, before anybody reads the summary; and whenever the client book was read again."""
    return [Schedule(name="scope", at=time(6), at_start=True)]


@hookimpl
def on_message(event: MessageReceived, ctx: Ctx) -> Actions:
    """A wish is recorded once for each thread; not what was wished before the line, which may be long settled."""
    message = event.message
    # The subject of an answer was written about an earlier message.
    cue = price_request("" if message.in_reply_to else message.subject, event.text)
    actions: list[Action] = list(complained(event, cue, ctx))
    wish = wish_in(event, cue, ctx) if not event.history else None
    return [*actions, *(_recorded(event, wish, ctx) if wish is not None else ())]


@hookimpl
def on_sent(event: OwnerSent, ctx: Ctx) -> Actions:
    """The owner wrote in the thread of a wish: what was sent from the draft is an offer, anything else is noted."""
    client, message = event.client.key, event.message
    actions: list[Action] = []
    for _, request in kept(ctx, client):
        is_known = request.is_settled or any(step.message == message.row for step in request.steps)
        if is_known or message.received_at < request.at or thread_of(client, request, ctx) != message.thread:
            continue
        is_offer = request.state is RequestState.OPEN and _was_sent(client, request, ctx)
        stepped = request.stepped(message.received_at, RequestState.OFFERED if is_offer else None, message.row)
        actions += [remember(client, stepped, ctx), *take_back(client, request, "answered")]
    return actions


@hookimpl
def on_incident(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: Ctx) -> Actions:
    """While something is wrong nothing else is offered: the draft about that comes first."""
    if not isinstance(event, IncidentOpened):
        return None
    client = event.client.key
    return [
        action
        for _, request in kept(ctx, client)
        if not request.is_settled
        for action in take_back(client, request, "incident_open")
    ]


@hookimpl
def on_timer(event: TimerFired, ctx: Ctx) -> Actions:
    """The day that the draft named is over: another draft with the next one, while nobody has answered."""
    known = found(event.key, ctx)
    client = ctx.book.clients.get(known[0]) if known is not None else None
    if known is None or client is None or ctx.ledger.open_incidents(client.key):
        return None
    return answering(client, known[1], ctx)


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Ctx) -> Actions:
    """What became of the wishes, as far as the client book and silence tell."""
    return [action for client, request in kept(ctx) for action in settled(client, request, ctx)]


@hookimpl
def summarise(day: Day, ctx: Ctx) -> Section | None:
    return section(day, ctx)


def _recorded(event: MessageReceived, wish: Wish, ctx: Ctx) -> Iterator[Action]:
    """The record, with a draft and a word to the owner where nobody else has one for this message."""
    message, client = event.message, event.client
    for _, known in kept(ctx, client.key):
        if not known.is_settled and thread_of(client.key, known, ctx) == message.thread:
            yield remember(client.key, known.said_again(message.row, more=wish.more, less=wish.less), ctx)
            return
    request = _request(event, wish, ctx)
    answer = _answer_to(message, ctx)
    if answer is not None:
        yield remember(client.key, request.stepped(answer.received_at, None, answer.row), ctx)
        return
    yield remember(client.key, request, ctx)
    if wish.of_capacity or GRAVE & kinds_of(event):
        return
    is_calm = not ctx.ledger.open_incidents(client.key)
    drafted = list(answering(client, request, ctx)) if is_calm else []
    yield from drafted
    yield wished(event, wish, ctx, step="draft" if drafted else "answer" if is_calm else "incident")


def _request(event: MessageReceived, wish: Wish, ctx: Ctx) -> ChangeRequest:
    message = event.message
    project = wish.project.name if wish.project is not None else ""
    name = message.author.name or (event.person.name if event.person is not None else "")
    return ChangeRequest(
        messages=(message.row,),
        thread=message.thread,
        at=message.received_at,
        project=project,
        scope=scope_now(event.client.key, project, ctx),
        more=wish.more,
        less=wish.less,
        # Without a name it could not be found again when its author is to be forgotten.
        said=f"{name}: {wish.cue}" if name and wish.cue else "",
        clause=wish.touch.clause,
    )


def _answer_to(message: RecordedMessage, ctx: Ctx) -> RecordedMessage | None:
    """What the owner wrote may be read before the mail that it answers, most of all after a pause of the daemon."""
    later = ctx.ledger.messages(message.client, message.received_at)
    return next((mail for mail in later if mail.outbound and mail.thread == message.thread), None)


def _was_sent(client: str, request: ChangeRequest, ctx: Ctx) -> bool:
    """Whether the owner has sent the draft, as it was or changed."""
    key = draft_key_of(request)
    known = ctx.ledger.drafts(client, request.at)
    return any(draft.state is DraftState.SENT for draft in known if draft.plugin == ctx.plugin and draft.key == key)
