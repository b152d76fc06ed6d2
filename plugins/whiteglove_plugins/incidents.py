"""Keep a record of what went wrong with a client: a complaint, a missed deadline, a late promise.

Each matter is one incident, from the first word of it until the owner says that it is resolved; the core lets nothing
automatic go to that client meanwhile. Every step stands there with what proves it: a message, a promise, the words that
were recognised. Only a late promise that nobody complained about is settled by itself, once it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from whiteglove import (
    Actions,
    Context,
    Day,
    Incident,
    IncidentKind,
    IncidentOpened,
    IncidentResolved,
    IncidentState,
    IncidentUpdated,
    Item,
    Kind,
    Mark,
    MessageReceived,
    OpenIncident,
    OwnerSent,
    Place,
    PluginInfo,
    PluginSettings,
    Promise,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseKind,
    PromiseLate,
    PromiseState,
    RecordedMessage,
    Section,
    UpdateIncident,
    Warn,
    hookimpl,
    shortened,
)

_GRAVE = {Kind.COMPLAINT: IncidentKind.COMPLAINT, Kind.DEADLINE_MISSED: IncidentKind.DEADLINE_MISSED}
_LONGEST_SUBJECT = 60
_YEAR = timedelta(days=400)


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Records complaints, missed deadlines and late promises until the owner resolves them.")


@hookimpl
def on_message(event: MessageReceived, ctx: Context[PluginSettings]) -> Actions:
    """A complaint belongs to what is open already about its thread, else about a late promise; else it is a new one."""
    if event.history or not event.message.verdicts.human:
        return None
    known = ctx.ledger.open_incidents(event.client.key)
    doubled = list(_doubled(known))
    found = event.message.classification
    kind = next((kind for kind in found.kinds if kind in _GRAVE), None) if found and not found.abstained else None
    if found is None or kind is None:
        return doubled
    # The cues of the first kind come first; which of the others speak for a further one is not told.
    cue = found.cues[0] if kind is found.kind and found.cues else ""
    matter = _matter(event.message.thread)
    same = [incident for incident in known if incident.matter == matter]
    late = [incident for incident in known if incident.kind is IncidentKind.PROMISE_LATE]
    joined = next(iter([*same, *late]), None)
    opened = OpenIncident(
        reason=kind,
        client=event.client.key,
        kind=_GRAVE[kind],
        matter=joined.matter if joined else matter,
        message=event.message.row,
        cue=cue,
    )
    return [*doubled, opened, _complaint(event, ctx, kind, cue, joined)]


@hookimpl
def on_sent(event: OwnerSent, ctx: Context[PluginSettings]) -> Actions:
    """The owner wrote about it: from then on it is acknowledged. Later mails are evidence where they are in its thread;
    others are about something else."""
    known = ctx.ledger.open_incidents(event.client.key)
    answered = {obligation.thread for obligation in event.answered}
    about = [incident for incident in known if _belongs(event.message, incident, answered, ctx)]
    return [*_doubled(known), *(_owner_wrote(incident, event.message) for incident in about)]


@hookimpl
def on_incident(event: IncidentOpened | IncidentUpdated | IncidentResolved, ctx: Context[PluginSettings]) -> Actions:
    """What the owner wrote may be read before the mail that it answers, most of all after a pause of the daemon."""
    incident = event.incident
    if not isinstance(event, IncidentOpened) or incident.state is not IncidentState.OPENED:
        return None
    mails = [mail for mail in ctx.ledger.messages(incident.client, _began(incident, ctx)) if mail.outbound]
    return [_owner_wrote(incident, mail) for mail in mails if _belongs(mail, incident, set(), ctx)][:1]


@hookimpl
def on_promise(event: PromiseDue | PromiseKept | PromiseLate | PromiseBroken, ctx: Context[PluginSettings]) -> Actions:
    """A promise that is late is an incident of its own, until it is kept or the owner resolves it."""
    promise = event.promise
    # A report that was moved when it was late already is the same matter at its new time.
    same = [found for found in ctx.ledger.promises(event.client.key, promise.due - _YEAR) if found.uid == promise.uid]
    matters = {f"promise:{row}" for row in (promise.row, *(found.row for found in same))}
    known = next((found for found in ctx.ledger.open_incidents(event.client.key) if found.matter in matters), None)
    matter = known.matter if known is not None else f"promise:{promise.row}"
    match event:
        case PromiseLate() if promise.state is not PromiseState.KEPT:
            reason = "promise_late"
        case PromiseBroken():
            settled = ctx.ledger.resolved_incidents(promise.due)
            if known is None and any(found.matter == matter for found in settled):
                return None
            reason = "promise_broken"
        case PromiseKept() if known is not None:
            return [_kept(known, promise)]
        case _:
            return None
    kind = IncidentKind.PROMISE_LATE
    late = OpenIncident(reason=reason, client=event.client.key, kind=kind, matter=matter, promise=promise.row)
    return [late, _owed(event, ctx, reason, known)]


@hookimpl
def summarise(day: Day, ctx: Context[PluginSettings]) -> Section:
    """What is open, the oldest first, then what was resolved since the last summary."""
    words = _words(ctx)
    resolved = ctx.ledger.resolved_incidents(day.since)
    # Of a date that is over what was open then, though it is resolved by now.
    later = [_as_of(found, day.until) for found in resolved if (found.resolved_at or ctx.now) > day.until]
    current = [found for found in (*later, *ctx.ledger.open_incidents()) if found.opened_at <= day.until]
    current.sort(key=lambda found: (found.opened_at, found.row))
    settled = [found for found in resolved if (found.resolved_at or ctx.now) <= day.until]
    items = tuple(_item(found, day, ctx) for found in (*current, *settled))
    count = len(current)
    headline = words["one_open" if count == 1 else "some_open"].format(count=count) if count else ""
    return Section(title=words["title"], place=Place.INCIDENTS, items=items, headline=headline, quiet=words["quiet"])


def _as_of(incident: Incident, moment: datetime) -> Incident:
    """An incident as it stood at an instant that is over."""
    entries = tuple(entry for entry in incident.entries if entry.at <= moment)
    state = entries[-1].state if entries else IncidentState.OPENED
    return replace(incident, entries=entries or incident.entries[:1], state=state, resolved_at=None)


def _matter(thread: int) -> str:
    return f"thread:{thread}"


def _doubled(known: Sequence[Incident]) -> Iterator[UpdateIncident]:
    """Two threads may turn out to be one; the younger of their incidents then ends in the older one."""
    matters: set[str] = set()
    for incident in known:
        if incident.matter in matters:
            yield UpdateIncident(reason="same_matter", incident=incident.row, state=IncidentState.RESOLVED)
        matters.add(incident.matter)


def _belongs(mail: RecordedMessage, incident: Incident, answered: set[int], ctx: Context[PluginSettings]) -> bool:
    """Whether a mail of the owner's is a step of the incident: one in its thread, and as the first one also one that
    answers what was asked in these threads, or any mail to a client to whom a promise is late."""
    if mail.received_at < _began(incident, ctx) or any(entry.message == mail.row for entry in incident.entries):
        return False
    fresh = incident.state is IncidentState.OPENED
    if fresh and incident.kind is IncidentKind.PROMISE_LATE:
        return True
    threads = {mail.thread, *answered} if fresh else {mail.thread}
    complaints = [ctx.ledger.message(row) for row in _complaints(incident)]
    return incident.matter in map(_matter, threads) or any(found and found.thread in threads for found in complaints)


def _complaints(incident: Incident) -> list[int]:
    """The messages in which the client complained."""
    return [entry.message for entry in incident.entries if entry.reason in _GRAVE and entry.message is not None]


def _began(incident: Incident, ctx: Context[PluginSettings]) -> datetime:
    """When the client wrote, or the promise was due: what came before cannot be about it."""
    first = incident.entries[0]
    message = ctx.ledger.message(first.message) if first.message is not None else None
    if message is not None:
        return message.received_at
    due = [promise.due for promise in ctx.ledger.open_promises(incident.client) if promise.row == first.promise]
    # A mail's time has whole seconds.
    return due[0] if due else incident.opened_at.replace(microsecond=0)


def _owner_wrote(incident: Incident, mail: RecordedMessage) -> UpdateIncident:
    return UpdateIncident(reason="owner_wrote", incident=incident.row, message=mail.row, state=_acknowledged(incident))


def _acknowledged(incident: Incident) -> IncidentState | None:
    """The owner's first step; what has come further stays there."""
    return IncidentState.ACKNOWLEDGED if incident.state is IncidentState.OPENED else None


def _kept(incident: Incident, promise: Promise) -> UpdateIncident:
    """The promise was kept after all. A complaint about it wants more than that, and stays the owner's to resolve."""
    return UpdateIncident(
        reason="kept_late" if promise.late else "kept",
        incident=incident.row,
        state=_acknowledged(incident) if _complaints(incident) else IncidentState.RESOLVED,
        promise=promise.row,
    )


def _complaint(
    event: MessageReceived, ctx: Context[PluginSettings], kind: Kind, cue: str, joined: Incident | None
) -> Warn:
    """Who, when, the words, and what is to be done. The key is that of everybody who warns of this message."""
    words = _words(ctx)
    message = event.message
    due = event.obligation.due if event.obligation else None
    text = words["warn_complaint"].format(
        client=event.client.name,
        who=event.person.name if event.person else message.author.address,
        at=_clock(message.received_at, ctx),
        subject=words["quoted"].format(text=shortened(message.subject, _LONGEST_SUBJECT)) if message.subject else "",
        reads=words[f"reads_{kind}"],
        cue=words["quoted"].format(text=cue) if cue else "",
        open=words["joined"].format(number=joined.row) if joined else words["new"],
        by=words["by"].format(due=_clock(due, ctx)) if due else "",
        command=_command(joined),
    )
    return Warn(reason=kind, key=f"complaint:{message.row}", client=event.client.key, text=text)


def _owed(
    event: PromiseLate | PromiseBroken, ctx: Context[PluginSettings], reason: str, known: Incident | None
) -> Warn:
    words = _words(ctx)
    promise = event.promise
    text = words[f"warn_{reason}"].format(
        client=event.client.name,
        what=words[promise.kind],
        due=_clock(promise.due, ctx),
        late=f"{(ctx.now - promise.due) / timedelta(hours=1):.0f}",
        command=_command(known),
    )
    return Warn(reason=reason, key=f"{reason}:{promise.row}", client=event.client.key, text=text)


def _command(incident: Incident | None) -> str:
    """A new incident has its number only once it is stored."""
    return f"whiteglove incidents resolve {incident.row}" if incident else "whiteglove incidents"


def _item(incident: Incident, day: Day, ctx: Context[PluginSettings]) -> Item:
    words = _words(ctx)
    messages = [ctx.ledger.message(row) for row in _complaints(incident)[:1]]
    subjects = [message.subject for message in messages if message and message.subject]
    about = words["about"].format(text=shortened(subjects[0], _LONGEST_SUBJECT)) if subjects else ""
    text = f"{about}{words[incident.kind]}, {words[incident.state]}"
    if incident.state is IncidentState.RESOLVED:
        return Item(text=text, client=incident.client, mark=Mark.OK)
    mark = Mark.NOW if incident.state is IncidentState.OPENED else Mark.DUE
    detail = _how_long(day.until - incident.opened_at, ctx)
    return Item(text=text, client=incident.client, mark=mark, detail=detail, step=_next_step(incident, ctx))


def _next_step(incident: Incident, ctx: Context[PluginSettings]) -> str:
    """What brings it nearer to its end, by how far it has come, and the command that ends it; the client's file
    may name a remedy."""
    words = _words(ctx)
    client = ctx.book.clients.get(incident.client)
    remedy = shortened(client.remedies[0], _LONGEST_SUBJECT) if client is not None and client.remedies else ""
    name = "offer" if incident.state is IncidentState.ACKNOWLEDGED and remedy else str(incident.state)
    return words["then"].format(step=words[f"step_{name}"].format(remedy=remedy), command=_command(incident))


def _words(ctx: Context[PluginSettings]) -> dict[str, str]:
    return _GERMAN if ctx.owner.language == "de" else _ENGLISH


def _clock(instant: datetime, ctx: Context[PluginSettings]) -> str:
    """The owner's local time, with the date where that is not today's."""
    local = instant.astimezone(ZoneInfo(ctx.owner.timezone))
    today = ctx.now.astimezone(local.tzinfo).date()
    return f"{local:%H:%M}" if local.date() == today else _words(ctx)["day"].format(local=local)


def _how_long(span: timedelta, ctx: Context[PluginSettings]) -> str:
    """In the largest unit of which there are two."""
    for unit, size in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if span >= 2 * size:
            return _words(ctx)[unit].format(count=span // size)
    return _words(ctx)["minutes"].format(count=span // timedelta(minutes=1))


_ENGLISH = {
    "warn_complaint": "{client}: the mail from {who} at {at}{subject} {reads}{cue}. {open}: until you resolve it, no "
    "question of theirs is answered automatically, even after your own answer. Next step: answer in person{by}, or "
    "call. When it is settled: {command}",
    "reads_complaint": "reads as a complaint",
    "reads_deadline_missed": "names a missed deadline",
    "new": "An incident is open",
    "joined": "It belongs to incident {number}, which is open",
    "warn_promise_late": "{client}: {what} promised for {due} has not gone out. Until it has, an incident is open and "
    "no question of theirs is answered automatically. Next step: send it, or write to them when it comes. "
    "See: {command}",
    "warn_promise_broken": "{client}: {what} promised for {due} is still owed, {late} h later. The incident is open "
    "until you resolve it, and no question of theirs is answered automatically before. Next step: say what happened, "
    "in person, and name a new time. When it is settled: {command}",
    PromiseKind.REPORT: "the report",
    PromiseKind.ANSWER: "the answer",
    "quoted": " (“{text}”)",
    "by": " by {due}",
    "day": "{local:%H:%M} on {local:%Y-%m-%d}",
    "title": "Incidents",
    "one_open": "1 incident open",
    "some_open": "{count} incidents open",
    "quiet": "no incident is open",
    "step_opened": "write to them or call",
    "step_acknowledged": "ask whether it is settled",
    "step_offer": "offer {remedy}",
    "step_remedy_offered": "ask whether it is settled",
    "then": "{step}; once it is settled: {command}",
    "about": "“{text}”: ",
    IncidentKind.COMPLAINT: "complaint",
    IncidentKind.DEADLINE_MISSED: "missed deadline",
    IncidentKind.PROMISE_LATE: "late promise",
    IncidentState.OPENED: "you have not written to them yet",
    IncidentState.ACKNOWLEDGED: "you wrote to them; automatic answers wait until you resolve it",
    IncidentState.REMEDY_OFFERED: "a remedy is offered; automatic answers wait until you resolve it",
    IncidentState.RESOLVED: "resolved",
    "days": "open for {count} days",
    "hours": "open for {count} h",
    "minutes": "open for {count} min",
}
_GERMAN = {
    "warn_complaint": "{client}: Die Mail von {who}, {at}{subject}, {reads}{cue}. {open}: Bis er abgeschlossen ist, "
    "wird keine Frage von dort automatisch beantwortet, auch nach der eigenen Antwort nicht. Nächster Schritt: "
    "selbst antworten{by} oder anrufen. Wenn es erledigt ist: {command}",
    "reads_complaint": "liest sich als Beschwerde",
    "reads_deadline_missed": "nennt einen verpassten Termin",
    "new": "Ein Vorfall ist offen",
    "joined": "Sie gehört zu Vorfall {number}, der offen ist",
    "warn_promise_late": "{client}: {what}, zugesagt für {due}, ist nicht hinausgegangen. Bis dahin ist ein Vorfall "
    "offen, und keine Frage von dort wird automatisch beantwortet. Nächster Schritt: abschicken, oder schreiben, wann "
    "es so weit ist. Siehe: {command}",
    "warn_promise_broken": "{client}: {what}, zugesagt für {due}, steht nach {late} h noch aus. Der Vorfall bleibt "
    "offen, bis er abgeschlossen wird; vorher wird keine Frage von dort automatisch beantwortet. Nächster Schritt: "
    "selbst sagen, was geschehen ist, und eine neue Zeit nennen. Wenn es erledigt ist: {command}",
    PromiseKind.REPORT: "der Bericht",
    PromiseKind.ANSWER: "die Antwort",
    "quoted": " („{text}“)",
    "by": " bis {due}",
    "day": "{local:%d.%m.%Y} um {local:%H:%M}",
    "title": "Vorfälle",
    "one_open": "1 Vorfall offen",
    "some_open": "{count} Vorfälle offen",
    "quiet": "kein Vorfall ist offen",
    "step_opened": "schreiben oder anrufen",
    "step_acknowledged": "fragen, ob es erledigt ist",
    "step_offer": "anbieten: {remedy}",
    "step_remedy_offered": "fragen, ob es erledigt ist",
    "then": "{step}; wenn es erledigt ist: {command}",
    "about": "„{text}“: ",
    IncidentKind.COMPLAINT: "Beschwerde",
    IncidentKind.DEADLINE_MISSED: "verpasster Termin",
    IncidentKind.PROMISE_LATE: "überfällige Zusage",
    IncidentState.OPENED: "noch nicht beantwortet",
    IncidentState.ACKNOWLEDGED: "beantwortet; automatische Antworten ruhen bis zum Abschluss",
    IncidentState.REMEDY_OFFERED: "Abhilfe angeboten; automatische Antworten ruhen bis zum Abschluss",
    IncidentState.RESOLVED: "abgeschlossen",
    "days": "offen seit {count} Tagen",
    "hours": "offen seit {count} h",
    "minutes": "offen seit {count} min",
}
