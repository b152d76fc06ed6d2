"""What an incident is about: which messages and promises are its steps, and from when on one can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from whiteglove import (
    Context,
    DraftState,
    Incident,
    IncidentKind,
    IncidentState,
    Kind,
    PlacedDraft,
    Promise,
    PromiseState,
    RecordedMessage,
    UpdateIncident,
)
from whiteglove_plugins.incidents.settings import Incidents

KIND_OF = {Kind.COMPLAINT: IncidentKind.COMPLAINT, Kind.DEADLINE_MISSED: IncidentKind.DEADLINE_MISSED}
SAME_MATTER = "same_matter"
PROMISE_BROKEN = "promise_broken"
REMEDY_OFFERED = "remedy_offered"
THANKED = "thanked"
KEPT = ("kept", "kept_late")

_YEAR = timedelta(days=400)


def matter_of(thread: int) -> str:
    return f"thread:{thread}"


def draft_key(incident: Incident) -> str:
    """How the draft about an incident is called; there is one for each, however often it is complained about."""
    return f"apology:{incident.row}"


def has_come(incident: Incident, state: IncidentState) -> bool:
    """Whether it has come as far as this state."""
    return list(IncidentState).index(incident.state) >= list(IncidentState).index(state)


def doubled(known: Sequence[Incident]) -> Iterator[UpdateIncident]:
    """Two threads may turn out to be one; the younger of their incidents then ends in the older one."""
    matters: set[str] = set()
    for incident in known:
        if incident.matter in matters:
            yield UpdateIncident(reason=SAME_MATTER, incident=incident.row, state=IncidentState.RESOLVED)
        matters.add(incident.matter)


def complaint_rows(incident: Incident) -> list[int]:
    """The messages in which the client complained, the earliest first."""
    return [entry.message for entry in incident.entries if entry.reason in KIND_OF and entry.message is not None]


def complaints(incident: Incident, ctx: Context[Incidents]) -> list[RecordedMessage]:
    """The same as messages; those that are recorded still."""
    found = [ctx.ledger.message(row) for row in complaint_rows(incident)]
    return [message for message in found if message is not None]


def promise_of(incident: Incident, ctx: Context[Incidents]) -> Promise | None:
    """The promise that it is about; None for a matter of another kind."""
    row = incident.entries[0].promise if incident.entries else None
    if row is None:
        return None
    return next((known for known in ctx.ledger.promises(incident.client, ctx.now - _YEAR) if known.row == row), None)


def began(incident: Incident, ctx: Context[Incidents]) -> datetime:
    """When the client wrote, or the promise was due: what came before cannot be about it."""
    first = incident.entries[0]
    message = ctx.ledger.message(first.message) if first.message is not None else None
    if message is not None:
        return message.received_at
    due = [promise.due for promise in ctx.ledger.open_promises(incident.client) if promise.row == first.promise]
    # A mail's time has whole seconds.
    return due[0] if due else incident.opened_at.replace(microsecond=0)


def is_in_its_threads(mail: RecordedMessage, incident: Incident, ctx: Context[Incidents]) -> bool:
    """Whether a mail is in a thread of the incident: that of its matter, of a complaint, or of what was sent from our
    draft."""
    offered = [entry.message for entry in incident.entries if entry.reason == REMEDY_OFFERED and entry.message]
    found = [*complaints(incident, ctx), *map(ctx.ledger.message, offered)]
    threads = {message.thread for message in found if message is not None}
    return matter_of(mail.thread) == incident.matter or mail.thread in threads


def belongs(mail: RecordedMessage, incident: Incident, answered: set[int], ctx: Context[Incidents]) -> bool:
    """Whether a mail of the owner's is a step of the incident: one in its thread, and as the first one also one that
    answers what was asked in these threads, or any mail to a client to whom a promise is late."""
    if mail.received_at < began(incident, ctx) or any(entry.message == mail.row for entry in incident.entries):
        return False
    if incident.state is not IncidentState.OPENED:
        return is_in_its_threads(mail, incident, ctx)
    if incident.kind is IncidentKind.PROMISE_LATE or is_in_its_threads(mail, incident, ctx):
        return True
    threads = {message.thread for message in complaints(incident, ctx)}
    return bool(answered & threads) or incident.matter in map(matter_of, answered)


def acknowledged(incident: Incident) -> IncidentState | None:
    """The owner's first step; what has come further stays there."""
    return None if has_come(incident, IncidentState.ACKNOWLEDGED) else IncidentState.ACKNOWLEDGED


def owner_wrote(incident: Incident, mail: RecordedMessage) -> UpdateIncident:
    return UpdateIncident(reason="owner_wrote", incident=incident.row, message=mail.row, state=acknowledged(incident))


def was_drafted_for(mail: RecordedMessage, incident: Incident, ctx: Context[Incidents]) -> bool:
    """Whether the owner sent this mail from our draft about the incident."""
    known = ctx.ledger.drafts(incident.client, mail.received_at)
    sent = (one for one in known if one.state is DraftState.SENT and one.settled_at == mail.received_at)
    return any(one.plugin == ctx.plugin and one.key == draft_key(incident) for one in sent)


def remedy_offered(incident: Incident, mail: RecordedMessage) -> UpdateIncident:
    """What our draft says offers a remedy, whatever the owner has changed in it."""
    state = None if has_come(incident, IncidentState.REMEDY_OFFERED) else IncidentState.REMEDY_OFFERED
    return UpdateIncident(reason=REMEDY_OFFERED, incident=incident.row, message=mail.row, state=state)


def kept(incident: Incident, promise: Promise) -> UpdateIncident:
    """The promise was kept after all. A complaint about it wants more than that, and stays the owner's to resolve."""
    return UpdateIncident(
        reason=KEPT[promise.late],
        incident=incident.row,
        state=acknowledged(incident) if complaint_rows(incident) else IncidentState.RESOLVED,
        promise=promise.row,
    )


def about_the_same(promise: Promise, ctx: Context[Incidents]) -> Incident | None:
    """The open incident about a promise. A report that was moved when it was late already is the same matter at its new
    time."""
    found = ctx.ledger.promises(promise.client, promise.due - _YEAR)
    matters = {f"promise:{row}" for row in (promise.row, *(one.row for one in found if one.uid == promise.uid))}
    known = ctx.ledger.open_incidents(promise.client)
    return next((incident for incident in known if incident.matter in matters), None)


def is_still_owed(promise: Promise) -> bool:
    return promise.state is not PromiseState.KEPT


def live_drafts(client: str, key: str, ctx: Context[Incidents]) -> list[PlacedDraft]:
    """The draft of this plugin with this key, where it is wanted or lies in Drafts; with a key that ends in a colon,
    all whose keys begin so."""
    own = [one for one in ctx.ledger.drafts(client) if one.plugin == ctx.plugin]
    return [one for one in own if one.key == key or (key.endswith(":") and one.key.startswith(key))]
