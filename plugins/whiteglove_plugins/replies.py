"""See to it that answers go out in the time that was agreed: a word before one is due, and one where it is overdue.

What waits for an answer, and until when, the ledger says; this plugin minds the clock. It sends nothing to a client.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pydantic import Field

from whiteglove import (
    Action,
    Actions,
    CancelWake,
    Client,
    Context,
    DelegationState,
    Duration,
    Kind,
    Note,
    Obligation,
    ObligationAnswered,
    ObligationOpened,
    ObligationOverdue,
    PluginInfo,
    PluginSettings,
    Promise,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseKind,
    PromiseLate,
    PromiseMoved,
    Remember,
    Schedule,
    ScheduleFired,
    TimerFired,
    WakeAt,
    Warn,
    hookimpl,
    shortened,
)

_TOGETHER = timedelta(hours=1)
"""Answers to one client that fall due within this time of each other are one piece of news."""
_REMEMBERED = timedelta(days=60)
_MOST_NAMED = 5


class Replies(PluginSettings):
    """The keys of `[plugins.replies]`."""

    remind: Duration = Field(
        default=timedelta(hours=1),
        description="How much working time before an answer is due you are told; of a short time at most half.",
        examples=["1h"],
    )


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Tells the owner of answers that are nearly overdue, and of those that are.", Replies)


@hookimpl
def schedules(ctx: Context[Replies]) -> Iterable[Schedule]:
    """What was open before the plugin was there, or before `remind` changed, is minded too."""
    return [Schedule(name="look_again", every=timedelta(days=1), at_start=True)]


@hookimpl
def on_schedule(event: ScheduleFired, ctx: Context[Replies]) -> Actions:
    known = (found for found in ctx.ledger.open_obligations() if found.client in ctx.book.clients)
    return [action for obligation in known for action in _wake(obligation, ctx)]


@hookimpl
def on_obligation(event: ObligationOpened | ObligationAnswered | ObligationOverdue, ctx: Context[Replies]) -> Actions:
    match event:
        case ObligationOpened():
            return _wake(event.obligation, ctx)
        case ObligationAnswered():
            return [CancelWake(reason="answered", key=_timer(event.obligation))]
        case ObligationOverdue():
            return _overdue(event.client, event.obligation, ctx)


@hookimpl
def on_timer(event: TimerFired, ctx: Context[Replies]) -> Actions:
    """An answer is nearly overdue. What was answered meanwhile, or is told already, is no news."""
    row = int(event.key.partition(":")[2])
    obligation = next((found for found in ctx.ledger.open_obligations() if found.row == row), None)
    client = ctx.book.clients.get(obligation.client) if obligation else None
    if obligation is None or client is None:
        return [Note(reason="answered")]
    if obligation.due is None or obligation.due <= ctx.now:
        # That it is overdue the ledger itself says, once Sent has been read.
        return [Note(reason="overdue")]
    if reason := _elsewhere(obligation, ctx):
        return [Note(reason=reason)]
    return _tell("soon", client, obligation, ctx)


@hookimpl
def on_promise(
    event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken | PromiseMoved, ctx: Context[Replies]
) -> Actions:
    """An answer whose time the client was told: its key is that of every plugin that warns of a late promise."""
    if not isinstance(event, PromiseLate) or event.promise.kind is not PromiseKind.ANSWER:
        return None
    waiting = ctx.ledger.open_obligations(event.client.key)
    obligation = next((found for found in waiting if found.row == event.promise.obligation), None)
    if obligation is None:
        return [Note(reason="answered")]
    text = ctx.words("late", client=event.client.name, what=_named(obligation, "late", ctx))
    key = f"promise_late:{event.promise.row}"
    return [Warn(reason="promise_late", key=key, text=text, client=event.client.key)]


def _wake(obligation: Obligation, ctx: Context[Replies]) -> list[Action]:
    """Set the timer of an answer that is still to fall due: `remind` before that, but not before half of the time has
    passed, lest the news of a mail and the reminder of it come together."""
    due = obligation.due
    if due is None or due <= ctx.now or not ctx.config.remind or _is_told("soon", obligation, ctx):
        return []
    left = min(ctx.config.remind, ctx.worktime.between(obligation.opened_at, due) / 2)
    at = max(ctx.worktime.subtract(due, left), ctx.now)
    return [WakeAt(reason="nearly_overdue", key=_timer(obligation), at=at)]


def _overdue(client: Client, obligation: Obligation, ctx: Context[Replies]) -> list[Action]:
    if _promise(obligation, ctx) is not None:
        # The promise is late at the same moment, and that is told at once.
        return [Note(reason="promise_late")]
    if reason := _elsewhere(obligation, ctx):
        return [Note(reason=reason)]
    return _tell("overdue", client, obligation, ctx)


def _tell(what: str, client: Client, first: Obligation, ctx: Context[Replies]) -> list[Action]:
    """One warning of this answer and the client's others that fall due with it, each of them once for its time."""
    if _is_told(what, first, ctx):
        return [Note(reason="told")]
    assert first.due is not None
    until = max(first.due, ctx.now) + _TOGETHER
    others = [
        found
        for found in ctx.ledger.open_obligations(client.key)
        if found.row != first.row and found.due is not None and found.due <= until and not _is_told(what, found, ctx)
    ]
    if what == "soon":
        others = [found for found in others if found.due is not None and found.due > ctx.now]
    else:
        others = [found for found in others if _promise(found, ctx) is None]
    others = [found for found in others if not _elsewhere(found, ctx)]
    together = sorted([first, *others], key=lambda found: (found.due, found.row))
    promises = [promise.row for found in together if (promise := _promise(found, ctx))]
    warning = Warn(
        reason="answer_due" if what == "soon" else "answer_overdue",
        key=_told(what, first),
        text=_said(what, client, together, ctx),
        urgency="today",
        client=client.key,
        reminds=promises[0] if what == "soon" and promises else None,
    )
    done: list[Action] = [
        Remember(reason="told", key=_told(what, found), value=True, until=ctx.now + _REMEMBERED) for found in together
    ]
    if what == "soon":
        done += [CancelWake(reason="told", key=_timer(found)) for found in others]
    return [warning, *done]


def _said(what: str, client: Client, together: Sequence[Obligation], ctx: Context[Replies]) -> str:
    words = ctx.words
    if len(together) == 1:
        return words("one_answer", client=client.name, what=_named(together[0], what, ctx))
    named = [_named(found, _state(found, ctx), ctx) for found in together[:_MOST_NAMED]]
    more = len(together) - len(named)
    named += [words("more", count=more)] if more else []
    past = sum(_state(found, ctx) == "overdue" for found in together)
    some = words(_SEVERAL[past > 0, past < len(together)], count=len(together))
    return words("several", client=client.name, some=some, what="; ".join(named))


_SEVERAL = {
    (False, True): "some_soon",
    (True, False): "some_overdue",
    (True, True): "some_of_both",
}


def _state(obligation: Obligation, ctx: Context[Replies]) -> str:
    return "overdue" if obligation.due is not None and obligation.due <= ctx.now else "soon"


def _named(obligation: Obligation, state: str, ctx: Context[Replies]) -> str:
    """One answer: what about, by when or since when, and how long it has waited."""
    words = ctx.words
    assert obligation.due is not None
    message = ctx.ledger.message(obligation.message)
    subject = message.subject if message else ""
    waited = ctx.worktime.between(obligation.opened_at, ctx.now) / timedelta(hours=1)
    is_told = state == "soon" and _promise(obligation, ctx) is not None
    return words(
        f"is_{state}_told" if is_told else f"is_{state}",
        subject=words.quoted(shortened(subject)) if subject else words("no_subject"),
        due=words.when(obligation.due, read_at=ctx.worktime.at_work(ctx.now)),
        waited=words.number(waited),
    )


def _elsewhere(obligation: Obligation, ctx: Context[Replies]) -> str | None:
    """Why no word about this answer is due now: a teammate owes it, and the owner hears of it when it comes back, which
    may be now; or it asks how things stand, and whoever asked was told when the report comes that answers it."""
    if _is_with_team(obligation, ctx):
        return "with_team"
    return "told_when" if _knows_when(obligation, ctx) else None


def _knows_when(obligation: Obligation, ctx: Context[Replies]) -> bool:
    if set(obligation.kinds) != {Kind.STATUS_REQUEST}:
        return False
    reports = [one for one in ctx.ledger.open_promises(obligation.client) if one.kind is PromiseKind.REPORT]
    return any(one.due > ctx.now and ctx.ledger.told(obligation.address, one.row) for one in reports)


def _is_with_team(obligation: Obligation, ctx: Context[Replies]) -> bool:
    """Whether a teammate owes this answer, or did until it was due: that it came back is told by itself."""
    passed = ctx.ledger.delegations(obligation.client, obligation.opened_at)
    return any(
        one.obligation == obligation.row
        and (
            one.state is DelegationState.HANDED_OVER
            or (one.state is DelegationState.RETURNED and one.due is not None and obligation.due == one.due <= ctx.now)
        )
        for one in passed
    )


def _promise(obligation: Obligation, ctx: Context[Replies]) -> Promise | None:
    """The promise that told the client by when this is answered."""
    owed = ctx.ledger.open_promises(obligation.client)
    return next((one for one in owed if one.kind is PromiseKind.ANSWER and one.obligation == obligation.row), None)


def _is_told(what: str, obligation: Obligation, ctx: Context[Replies]) -> bool:
    return bool(ctx.memory.get(_told(what, obligation)))


def _told(what: str, obligation: Obligation) -> str:
    return f"{what}:{obligation.row}:{obligation.due.isoformat() if obligation.due else ''}"


def _timer(obligation: Obligation) -> str:
    return f"answer:{obligation.row}"
