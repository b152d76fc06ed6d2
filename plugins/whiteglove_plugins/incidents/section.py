"""The plugin's part of the daily summary: what is open, the oldest first, then what was resolved since the last one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from whiteglove import Context, Day, Incident, IncidentState, Item, Mark, Place, Section, shortened
from whiteglove_plugins.incidents.in_writing import is_in_writing
from whiteglove_plugins.incidents.matters import THANKED, complaints, draft_key, live_drafts
from whiteglove_plugins.incidents.notices import LONGEST_SUBJECT, command
from whiteglove_plugins.incidents.settings import Incidents


def section_of(day: Day, ctx: Context[Incidents]) -> Section:
    words = ctx.words
    resolved = ctx.ledger.resolved_incidents(day.since)
    # Of a date that is over what was open then, though it is resolved by now.
    later = [_as_of(found, day.until) for found in resolved if (found.resolved_at or ctx.now) > day.until]
    current = [found for found in (*later, *ctx.ledger.open_incidents()) if found.opened_at <= day.until]
    current.sort(key=lambda found: (found.opened_at, found.row))
    settled = [found for found in resolved if (found.resolved_at or ctx.now) <= day.until]
    return Section(
        title=words("title"),
        place=Place.INCIDENTS,
        items=tuple(_item(found, day, ctx) for found in (*current, *settled)),
        headline=words.counted("open", len(current)),
        quiet=words("quiet"),
    )


def _as_of(incident: Incident, moment: datetime) -> Incident:
    """An incident as it stood at an instant that is over."""
    entries = tuple(entry for entry in incident.entries if entry.at <= moment)
    state = entries[-1].state if entries else IncidentState.OPENED
    return replace(incident, entries=entries or incident.entries[:1], state=state, resolved_at=None)


def _item(incident: Incident, day: Day, ctx: Context[Incidents]) -> Item:
    words = ctx.words
    subjects = [message.subject for message in complaints(incident, ctx)[:1] if message.subject]
    text = words(
        "item_about" if subjects else "item",
        about=words.quoted(shortened(subjects[0], LONGEST_SUBJECT)) if subjects else "",
        what=words(f"what_{incident.kind}"),
        severity=words(f"severity_{incident.severity}"),
        state=words(f"state_{incident.state}"),
    )
    if incident.state is IncidentState.RESOLVED:
        return Item(text=text, client=incident.client, mark=Mark.OK)
    mark = Mark.NOW if incident.state is IncidentState.OPENED else Mark.DUE
    detail = _how_long(day.until - incident.opened_at, ctx)
    return Item(text=text, client=incident.client, mark=mark, detail=detail, step=_next_step(incident, ctx))


def _next_step(incident: Incident, ctx: Context[Incidents]) -> str:
    """What brings it nearer to its end, by how far it has come, and the command that ends it; the client's file
    may name a remedy."""
    client = ctx.book.clients.get(incident.client)
    remedy = shortened(client.remedies[0], LONGEST_SUBJECT) if client is not None and client.remedies else ""
    name = str(incident.state)
    if any(entry.reason == THANKED for entry in incident.entries):
        name = "thanked"
    elif incident.state is IncidentState.ACKNOWLEDGED and remedy:
        name = "offer"
    elif incident.state is IncidentState.OPENED and live_drafts(incident.client, draft_key(incident), ctx):
        name = "draft"
    if client is not None and name in ("opened", "draft") and is_in_writing(client, ctx):
        name += "_in_writing"
    step = ctx.words(f"step_{name}", remedy=remedy)
    return ctx.words("then", step=step, command=command(incident))


def _how_long(span: timedelta, ctx: Context[Incidents]) -> str:
    """In the largest unit of which there are two."""
    for unit, size in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if span >= 2 * size:
            return ctx.words(f"open_{unit}", count=span // size)
    return ctx.words("open_minutes", count=span // timedelta(minutes=1))
