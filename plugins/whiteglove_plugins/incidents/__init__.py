"""Keep a record of what went wrong with a client: a complaint, a missed deadline, a late promise.

Each matter is one incident, from the first word of it until the owner says that it is resolved; the core lets nothing
automatic go to that client meanwhile. Every step stands there with what proves it, a message, a promise, the words that
were recognised, and with how grave it makes the matter. Only a late promise that nobody complained about is settled by
itself, once it is kept. Words for it lie in Drafts; a person reads them, changes them and sends them, or does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from whiteglove import (
    Action,
    Actions,
    ClientNoted,
    ClientQuiet,
    ClientReturned,
    ContactExceeded,
    Context,
    Day,
    Incident,
    IncidentKind,
    IncidentOpened,
    IncidentResolved,
    IncidentState,
    IncidentUpdated,
    Kind,
    MessageReceived,
    Note,
    OpenIncident,
    OwnerSent,
    PluginInfo,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseLate,
    Section,
    Severity,
    TimerFired,
    UpdateIncident,
    hookimpl,
)
from whiteglove_plugins.incidents import afterwards, apology, in_writing, matters, notices
from whiteglove_plugins.incidents.section import section_of
from whiteglove_plugins.incidents.settings import Incidents
from whiteglove_plugins.incidents.severity import judge


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo(
        "Records complaints, missed deadlines and late promises until the owner resolves them, with words for each.",
        Incidents,
    )


@hookimpl
def on_message(event: MessageReceived, ctx: Context[Incidents]) -> Actions:
    """A complaint belongs to what is open already about its thread, else about a late promise; else it is a new one.
    What the client answers to the owner's words about it is noted."""
    if event.history or not event.message.verdicts.human:
        return None
    known = ctx.ledger.open_incidents(event.client.key)
    doubled: list[Action] = [*matters.doubled(known), *in_writing.withdrawn(event.client, ctx, reason="contact")]
    found = event.message.classification
    kinds = found.kinds if found is not None and not found.abstained else ()
    kind = next((kind for kind in kinds if kind in matters.KIND_OF), None)
    if found is None or kind is None:
        return [*doubled, *_answered(event, known, ctx)]
    # The cues of the first kind come first; which of the others speak for a further one is not told.
    cue = found.cues[0] if kind is found.kind and found.cues else ""
    matter = matters.matter_of(event.message.thread)
    same = [incident for incident in known if incident.matter == matter]
    late = [incident for incident in known if incident.kind is IncidentKind.PROMISE_LATE]
    joined = next(iter([*same, *late]), None)
    severity = judge(
        event.client, joined.kind if joined else matters.KIND_OF[kind], ctx, known=joined, message=event.message
    )
    opened = OpenIncident(
        reason=kind,
        client=event.client.key,
        kind=matters.KIND_OF[kind],
        matter=joined.matter if joined else matter,
        message=event.message.row,
        cue=cue,
        severity=severity,
    )
    gravest = _gravest(joined, severity)
    return [*doubled, opened, notices.complaint(event, ctx, kind, cue, joined, gravest)]


@hookimpl
def on_sent(event: OwnerSent, ctx: Context[Incidents]) -> Actions:
    """The owner wrote about it: from then on it is acknowledged, and where the mail is our draft a remedy is offered.
    Later mails are evidence where they are in its thread; others are about something else."""
    known = ctx.ledger.open_incidents(event.client.key)
    answered = {obligation.thread for obligation in event.answered}
    steps: list[Action] = []
    for incident in known:
        if matters.was_drafted_for(event.message, incident, ctx):
            steps.append(matters.remedy_offered(incident, event.message))
        elif matters.belongs(event.message, incident, answered, ctx):
            steps.append(matters.owner_wrote(incident, event.message))
    return [*matters.doubled(known), *in_writing.withdrawn(event.client, ctx, reason="contact"), *steps]


@hookimpl
def on_incident(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: Context[Incidents]) -> Actions:
    """The words for it are laid ready or taken away, and when it is settled a day is set on which to look again."""
    incident = event.incident
    if isinstance(event, IncidentResolved):
        return [*apology.withdrawn(incident, ctx), *afterwards.look_again(incident, ctx)]
    steps: list[Action] = []
    if isinstance(event, IncidentOpened):
        steps += afterwards.called_off(incident.client, ctx)
        steps += _judged(incident, event, ctx)
        if answers := _answers_read_before(incident, ctx):
            # The draft would come after the owner's own words.
            return [*steps, *answers]
    return [*steps, *apology.wanted(event, ctx)]


@hookimpl
def on_promise(event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken, ctx: Context[Incidents]) -> Actions:
    """A promise that is late is an incident of its own, until it is kept or the owner resolves it."""
    promise = event.promise
    known = matters.about_the_same(promise, ctx)
    matter = known.matter if known is not None else f"promise:{promise.row}"
    match event:
        case PromiseLate() if matters.is_still_owed(promise):
            reason = "promise_late"
        case PromiseBroken():
            settled = ctx.ledger.resolved_incidents(promise.due)
            if known is None and any(found.matter == matter for found in settled):
                return None
            reason = matters.PROMISE_BROKEN
        case PromiseKept() if known is not None:
            return [matters.kept(known, promise)]
        case _:
            return None
    kind = IncidentKind.PROMISE_LATE
    broken = isinstance(event, PromiseBroken)
    severity = judge(event.client, kind, ctx, known=known, promise=promise, broken=broken)
    late = OpenIncident(
        reason=reason, client=event.client.key, kind=kind, matter=matter, promise=promise.row, severity=severity
    )
    return [late, notices.owed(event, ctx, known, _gravest(known, severity))]


@hookimpl
def on_client(event: ClientNoted | ContactExceeded | ClientQuiet | ClientReturned, ctx: Context[Incidents]) -> Actions:
    """They have called, and everything with them is to be in writing."""
    if not isinstance(event, ClientNoted):
        return None
    return in_writing.asked_for(event, ctx)


@hookimpl
def on_timer(event: TimerFired, ctx: Context[Incidents]) -> Actions:
    what, _, rest = event.key.partition(":")
    client = ctx.book.clients.get(rest.partition(":")[0])
    if client is None:
        return [Note(reason="client_left_book")]
    return apology.renewed(event, client, ctx) if what == apology.RENEW else afterwards.looked(event, client, ctx)


@hookimpl
def summarise(day: Day, ctx: Context[Incidents]) -> Section:
    """What is open, the oldest first, then what was resolved since the last summary."""
    return section_of(day, ctx)


def _gravest(known: Incident | None, severity: Severity) -> Severity:
    return max(severity, known.severity, key=Severity.rank) if known is not None else severity


def _judged(incident: Incident, event: IncidentOpened, ctx: Context[Incidents]) -> list[Action]:
    """One that was opened without the plugin is judged as it stands."""
    if any(entry.severity is not None for entry in incident.entries):
        return []
    severity = judge(event.client, incident.kind, ctx, known=incident)
    return [UpdateIncident(reason="judged", incident=incident.row, severity=severity)]


def _answers_read_before(incident: Incident, ctx: Context[Incidents]) -> Sequence[Action]:
    """What the owner wrote may be read before the mail that it answers, most of all after a pause of the daemon."""
    if incident.state is not IncidentState.OPENED:
        return []
    mails = [mail for mail in ctx.ledger.messages(incident.client, matters.began(incident, ctx)) if mail.outbound]
    about = (mail for mail in mails if matters.belongs(mail, incident, set(), ctx))
    return [matters.owner_wrote(incident, mail) for mail in about][:1]


def _answered(event: MessageReceived, known: tuple[Incident, ...], ctx: Context[Incidents]) -> Sequence[Action]:
    """What the client wrote in its thread after the owner did: their thanks, and whatever answers the remedies that
    were offered. It resolves nothing."""
    found = event.message.classification
    thanks = found is not None and not found.abstained and Kind.THANKS in found.kinds
    cue = found.cues[0] if thanks and found is not None and found.cues else ""
    since = IncidentState.ACKNOWLEDGED if thanks else IncidentState.REMEDY_OFFERED
    return [
        UpdateIncident(
            reason=matters.THANKED if thanks else "client_wrote",
            incident=incident.row,
            message=event.message.row,
            cue=cue,
        )
        for incident in known
        if matters.has_come(incident, since) and matters.is_in_its_threads(event.message, incident, ctx)
    ]
