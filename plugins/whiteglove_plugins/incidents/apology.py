"""The draft about what went wrong: it names it, owns it, says sorry once, and leaves the client a choice of two ways.

What only the owner can know stands in square brackets. It goes as soon as the owner has written otherwise, and it is
written anew when a time that it offers can no longer be kept.
"""

from __future__ import annotations

from collections.abc import Collection

from whiteglove import (
    Action,
    Actions,
    CancelWake,
    Client,
    Context,
    Draft,
    Incident,
    IncidentKind,
    IncidentOpened,
    IncidentResolved,
    IncidentState,
    IncidentUpdated,
    Json,
    Kind,
    TimerFired,
    WakeAt,
    Withdraw,
    shortened,
)
from whiteglove_plugins.incidents.matters import (
    KIND_OF,
    PROMISE_BROKEN,
    complaints,
    draft_key,
    live_drafts,
    promise_of,
)
from whiteglove_plugins.incidents.remedies import kept_until, ways_forward
from whiteglove_plugins.incidents.settings import Incidents
from whiteglove_plugins.incidents.severity import is_on_record, missed_project, passed_deadline

CALLS_FOR_WORDS = frozenset({*KIND_OF, PROMISE_BROKEN})
"""The steps after which words are due. A promise that is only late has its own short note (`reports`)."""
LANGUAGES = frozenset({"en", "de"})
"""Those in which the texts exist."""
RENEW = "renew"


def wanted(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: Context[Incidents]) -> list[Action]:
    """Lay the draft there, leave it, or take it away, after a step of the incident. A step that the plugin has not
    judged is the owner's own word (`whiteglove correct`), who sits at the keyboard already."""
    incident = event.incident
    if incident.state is not IncidentState.OPENED:
        return withdrawn(incident, ctx)
    last = incident.entries[-1]
    if not ctx.config.drafts or last.severity is None or last.reason not in CALLS_FOR_WORDS:
        return []
    return drafted(incident, event.client, ctx)


def withdrawn(incident: Incident, ctx: Context[Incidents]) -> list[Action]:
    """The owner has answered in other words, or the matter is settled."""
    lying = live_drafts(incident.client, draft_key(incident), ctx)
    gone: list[Action] = [Withdraw(reason=incident.state, key=one.key) for one in lying]
    return [*gone, CancelWake(reason=incident.state, key=_timer(incident))] if gone else []


def drafted(incident: Incident, client: Client, ctx: Context[Incidents]) -> list[Action]:
    """The draft, and the moment at which what it offers has to be looked at again."""
    reasons = {entry.reason for entry in incident.entries}
    template = template_of(incident.kind, reasons, is_on_record=is_on_record(client, ctx))
    if template is None:
        return []
    heard = complaints(incident, ctx)
    ways = ways_forward(client, ctx)[:2]
    until = kept_until(ways, ctx)
    draft = Draft(
        reason=incident.kind,
        key=draft_key(incident),
        client=client.key,
        template=template,
        subject="subject",
        brief=ctx.words("brief_apology", client=client.name),
        values={
            **_facts(incident, template, client, ctx),
            "ways": [way.as_json() for way in ways],
            "language": client.language,
        },
        answers=heard[-1].row if heard else None,
        until=until,
    )
    timers = [WakeAt(reason=RENEW, key=_timer(incident), at=until, value=incident.row)] if until is not None else []
    return [draft, *timers]


def renewed(event: TimerFired, client: Client, ctx: Context[Incidents]) -> Actions:
    """What the draft offers can no longer be kept: offer what can, as long as nobody has touched it."""
    found = (known for known in ctx.ledger.open_incidents(client.key) if known.row == event.value)
    incident = next(found, None)
    if incident is None or incident.state is not IncidentState.OPENED or not ctx.config.drafts:
        return None
    return drafted(incident, client, ctx)


def template_of(kind: IncidentKind, reasons: Collection[str], *, is_on_record: bool) -> IncidentKind | None:
    """What the draft about an incident is about; `reasons` are those of its steps. A late promise stays one whoever
    complains about it; a missed deadline is more to the point than a complaint. Where nothing on record supports that
    one was missed there are no words for it, since they would admit what nobody knows."""
    if kind is IncidentKind.PROMISE_LATE or Kind.DEADLINE_MISSED not in reasons:
        return kind
    if is_on_record:
        return IncidentKind.DEADLINE_MISSED
    return IncidentKind.COMPLAINT if Kind.COMPLAINT in reasons else None


def _facts(incident: Incident, template: IncidentKind, client: Client, ctx: Context[Incidents]) -> dict[str, Json]:
    """What the text can say of it, as far as it is on record."""
    heard = complaints(incident, ctx)
    promise = promise_of(incident, ctx)
    project = missed_project(client, heard[-1].subject if heard else "")
    day = passed_deadline(project, ctx.worktime.local_date(ctx.now))
    # A complaint is not owned in the words of a deadline that nothing supports.
    others = {Kind.DEADLINE_MISSED} if template is IncidentKind.COMPLAINT else set()
    cues = [entry.cue for entry in incident.entries if entry.cue and entry.reason not in others]
    return {
        "cue": shortened(cues[-1]) if cues else None,
        "asked": bool(heard),
        "what": project.name if project is not None else None,
        "day": day.isoformat() if day is not None else None,
        "promised": promise.kind if promise is not None else None,
        "due": promise.due.isoformat() if promise is not None else None,
    }


def _timer(incident: Incident) -> str:
    return f"{RENEW}:{incident.client}:{incident.row}"
