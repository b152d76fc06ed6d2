"""The answer that is laid ready: nice but firm, with everything in brackets that only a person can know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from whiteglove import Client, Draft, WakeAt, offers, shortened
from whiteglove_plugins.scope.keeping import draft_key_of, first_message, key_of, scope_now
from whiteglove_plugins.scope.requests import ChangeRequest, RequestState
from whiteglove_plugins.scope.settings import Ctx

_OPEN_DATE = timedelta(days=7)
"""How long a draft lies there that names no day, before it is taken away."""
_WORTH_IT = timedelta(days=14)
"""How long after the wish a draft is laid there: a later answer needs other words."""
_LONGEST_SCOPE = 240


def answering(client: Client, request: ChangeRequest, ctx: Ctx) -> Iterator[Draft | WakeAt]:
    """The draft, where one is to be laid there: nobody has answered, and something is agreed that it can speak of.

    One that names a day goes when the day is over, and is then laid there anew with the next one.
    """
    message = first_message(client.key, request, ctx)
    is_open = request.state is RequestState.OPEN and request.answered_at is None
    if not ctx.config.drafts or not is_open or message is None or ctx.now - request.at > _WORTH_IT:
        return
    if not request.more:
        yield _draft(client, request, ctx)
    elif scope_now(client.key, request.project, ctx):
        soonest, _ = offers(ctx.book.clients, ctx.owner, ctx.worktime, ctx.now)
        until = ctx.worktime.instant(soonest.start, time()) if soonest is not None else ctx.now + _OPEN_DATE
        yield _draft(client, request, ctx, start=soonest.start if soonest is not None else None, until=until)
        yield WakeAt(reason="day_over", key=key_of(client.key, request), at=until)


def _draft(
    client: Client, request: ChangeRequest, ctx: Ctx, *, start: date | None = None, until: datetime | None = None
) -> Draft:
    """Where nobody could tell which project was meant, nothing is quoted as agreed."""
    template = "more" if request.more else "less"
    rate = client.hourly_rate
    scope = shortened(request.scope.strip(), _LONGEST_SCOPE).rstrip(" .;,") if request.project else ""
    return Draft(
        reason=template,
        key=draft_key_of(request),
        client=client.key,
        template=template,
        subject="subject",
        brief=ctx.words(f"brief_{template}", client=client.name),
        values={
            "scope": scope or None,
            "work": request.project or None,
            "excluded": bool(request.clause),
            "rate": f"{rate.amount} {rate.currency}" if rate is not None else None,
            "start": start.isoformat() if start is not None else None,
        },
        answers=request.messages[0],
        until=until,
    )
