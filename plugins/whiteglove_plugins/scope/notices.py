"""What the owner is told at once: that there is a wish and what it has to do with the scope; and counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from whiteglove import Kind, MessageReceived, Remember, Warn, shortened
from whiteglove_plugins.scope.settings import Ctx
from whiteglove_plugins.scope.wishes import Wish, kinds_of

COUNTED = timedelta(days=90)
"""How far back complaints and price requests are counted."""
_PATTERN = 2
"""So many complaints with a price request are worth a word."""
_LONGEST_SUBJECT = 60
_MOST_WORDS = 5


def wished(event: MessageReceived, wish: Wish, ctx: Ctx, *, step: str) -> Warn:
    """Who wants what, what the scope says of it, the next step."""
    words, message = ctx.words, event.message
    read_at = ctx.worktime.at_work(ctx.now)
    subject = words("subject", subject=words.quoted(shortened(message.subject, _LONGEST_SUBJECT)))
    if step == "draft" and wish.more and wish.touch.named and not wish.touch.excluded:
        step = "named"
    text = words(
        f"wish_{_asks(wish)}",
        client=event.client.name,
        who=event.person.name if event.person else message.author.address,
        at=words.when(message.received_at, read_at=read_at),
        subject=subject if message.subject else "",
        cue=words.quoted(wish.cue),
        scope=_scope(wish, ctx),
        step=words(f"step_{step}"),
    )
    key = f"scope:{message.row}"
    return Warn(reason="wish", key=key, text=text, urgency="today", client=event.client.key)


def complained(event: MessageReceived, cue: str | None, ctx: Ctx) -> Iterator[Remember | Warn]:
    """A complaint that asks to pay less is marked; from the second one on the owner is told how many there were."""
    message, client = event.message, event.client
    until = message.received_at + COUNTED
    if Kind.COMPLAINT not in kinds_of(event) or cue is None or until <= ctx.now:
        return
    prefix = f"price:{client.key}:"
    yield Remember(reason="price_request", key=f"{prefix}{message.row}", value=True, until=until)
    complaints = {
        known.row: known.received_at
        for known in ctx.ledger.messages(client.key, ctx.now - COUNTED)
        if not known.outbound and known.classification and Kind.COMPLAINT in known.classification.kinds
    }
    complaints[message.row] = message.received_at
    priced = [row for row in complaints if row == message.row or ctx.memory.get(f"{prefix}{row}")]
    if event.history or len(priced) < _PATTERN:
        return
    text = ctx.words(
        "pattern",
        client=client.name,
        complaints=ctx.words.counted("complaint", len(complaints)),
        priced=len(priced),
        day=ctx.words.day(ctx.worktime.local_date(min(complaints.values()))),
    )
    key = f"pattern:{message.row}"
    yield Warn(reason="pattern", key=key, text=text, urgency="today", client=client.key)


def _asks(wish: Wish) -> str:
    return ("both" if wish.less else "more") if wish.more else "less"


def _scope(wish: Wish, ctx: Ctx) -> str:
    words, project, touch = ctx.words, wish.project, wish.touch
    if project is None:
        return words("scope_unknown")
    if not project.scope:
        return words("scope_none", project=words.quoted(project.name))
    if touch.excluded:
        return words("scope_excludes", project=words.quoted(project.name), clause=words.quoted(touch.clause))
    if touch.named:
        named = ", ".join(words.quoted(word) for word in touch.named[:_MOST_WORDS])
        return words("scope_names", project=words.quoted(project.name), words=named)
    return words("scope_silent", project=words.quoted(project.name))
