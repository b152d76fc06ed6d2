"""What became of a wish, as far as the client book and silence tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whiteglove import Action, RecordedMessage, newly_settled
from whiteglove_plugins.scope.keeping import (
    first_message,
    languages_of,
    remember,
    scope_now,
    take_back,
    thread_of,
)
from whiteglove_plugins.scope.requests import ChangeRequest, RequestState
from whiteglove_plugins.scope.settings import Ctx


def settled(client: str, request: ChangeRequest, ctx: Ctx) -> Iterator[Action]:
    """The record as it has to be from now on, where that is different."""
    message = first_message(client, request, ctx)
    now = request if message is not None else replace(request, said="")
    state = _outcome(client, request, message, ctx) if not request.is_settled else None
    if state is not None:
        now = now.stepped(ctx.now, state)
        yield from take_back(client, request, state)
    if now != request:
        yield remember(client, now, ctx)


def _outcome(client: str, request: ChangeRequest, message: RecordedMessage | None, ctx: Ctx) -> RequestState | None:
    """The owner's word is the scope in the client's file; what nobody mentions any more ends in silence."""
    if message is None or client not in ctx.book.clients:
        return RequestState.DROPPED
    now = scope_now(client, request.project, ctx)
    if not now and request.scope:
        # The project, or what was agreed for it, is not in the file any more.
        return RequestState.DROPPED
    said = newly_settled(request.scope, now, _words_of(client, request, message, ctx), languages_of(client, ctx))
    if said is not None:
        return RequestState.AGREED if said else RequestState.DECLINED
    last = latest(client, request, ctx)
    if last is not None and last.outbound and ctx.now - last.received_at >= ctx.config.drop_after:
        return RequestState.DROPPED
    return None


def latest(client: str, request: ChangeRequest, ctx: Ctx) -> RecordedMessage | None:
    """The last mail in its thread, of either side."""
    thread = thread_of(client, request, ctx)
    return next((mail for mail in reversed(ctx.ledger.messages(client, request.at)) if mail.thread == thread), None)


def _words_of(client: str, request: ChangeRequest, message: RecordedMessage, ctx: Ctx) -> str:
    """By what the wish can be known again: its subject, the words that were recognised, what left it out."""
    cues = message.classification.cues if message.classification is not None else ()
    return "\n".join((message.subject, *cues, request.clause))
