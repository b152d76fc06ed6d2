"""A client with whom everything is to be in writing has called: a friendly draft asks for it as a mail.

It keeps the client's own form of address and is about this call alone; drafts about anything else stay what they are.
It goes at the end of the next working day, or as soon as either side has written.
"""

from __future__ import annotations

from datetime import timedelta

from whiteglove import (
    Action,
    Client,
    ClientNoted,
    Context,
    Draft,
    Incident,
    Withdraw,
)
from whiteglove_plugins.incidents.matters import SAME_MATTER, live_drafts
from whiteglove_plugins.incidents.settings import Incidents

COUNTED = timedelta(days=90)
"""How long an incident that was resolved still counts."""
_IN_WRITING = "in_writing"


def asked_for(event: ClientNoted, ctx: Context[Incidents]) -> list[Action]:
    """The draft that answers a call from the client, where everything with them is to be in writing."""
    client, note = event.client, event.note
    if not note.call or note.outbound or not ctx.config.drafts or not is_in_writing(client, ctx):
        return []
    within = client.reply_within
    draft = Draft(
        reason=_IN_WRITING,
        key=f"{_key(client)}{note.row}",
        client=client.key,
        template=_IN_WRITING,
        subject=f"{_IN_WRITING}_subject",
        brief=ctx.words("brief_in_writing", client=client.name),
        values={"called": note.at.isoformat(), "within": _hours(within) if within else None},
        until=ctx.worktime.end_of_next_working_day(ctx.now),
    )
    # One request at a time, whatever the number of calls.
    return [*withdrawn(client, ctx, reason="another_call"), draft]


def withdrawn(client: Client, ctx: Context[Incidents], *, reason: str) -> list[Action]:
    """They have written, or the owner has: the request is no longer the next word."""
    return [Withdraw(reason=reason, key=draft.key) for draft in live_drafts(client.key, _key(client), ctx)]


def is_in_writing(client: Client, ctx: Context[Incidents]) -> bool:
    """Whether everything with this client is to be in writing: by their file, or since so much went wrong of late."""
    after = ctx.config.in_writing_after
    if client.in_writing or not after:
        return client.in_writing
    resolved = ctx.ledger.resolved_incidents(ctx.now - COUNTED)
    theirs = [incident for incident in resolved if incident.client == client.key and not _is_double(incident)]
    return len(theirs) + len(ctx.ledger.open_incidents(client.key)) >= after


def _is_double(incident: Incident) -> bool:
    """Whether it was the same matter as another, in which it goes on."""
    return bool(incident.entries) and incident.entries[-1].reason == SAME_MATTER


def _key(client: Client) -> str:
    return f"{_IN_WRITING}:{client.key}:"


def _hours(length: timedelta) -> float:
    """Hours as one says them: 8, not 8.0."""
    hours = length / timedelta(hours=1)
    return int(hours) if hours == int(hours) else hours
