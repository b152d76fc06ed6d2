"""Opening incidents and moving them on, inside the caller's commit.

Each change comes with the event that tells of it. The event carries its line of the log, which the desk writes, whoever
made the change: a plugin, or the command line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import OpenIncident, UpdateIncident
from whiteglove.ledger import Incident, IncidentEntry, IncidentState, PromiseState
from whiteglove.store import events, incidents, ledger, messages

SAME_MATTER = "same_matter"
"""Why an incident ends that goes on in another one."""

Line = dict[str, Any]


def open_incident(tx: sa.Connection, action: OpenIncident, now: datetime) -> Line:
    """Open it, or add the evidence to the one that is open about the same matter; the line of the log that follows."""
    entry = _entry(action, IncidentState.OPENED, now)
    row, new = incidents.open_one(tx, client=action.client, kind=action.kind, matter=action.matter, at=now, entry=entry)
    line = _line(tx, "incident.opened" if new else "incident.updated", incidents.get(tx, row), entry)
    events.add(tx, "IncidentOpened" if new else "IncidentUpdated", now, row, line)
    return line


def update_incident(tx: sa.Connection, action: UpdateIncident, now: datetime) -> Line | None:
    """Add to it and move it on; None where there is no such incident or it is resolved already."""
    incident = incidents.find(tx, action.incident)
    if incident is None or incident.state is IncidentState.RESOLVED:
        return None
    entry = _entry(action, action.state or incident.state, now)
    incidents.add(tx, incident.row, entry)
    resolved = entry.state is IncidentState.RESOLVED
    if resolved and action.reason != SAME_MATTER:
        _close_what_was_asked(tx, incident, now)
    line = _line(tx, "incident.resolved" if resolved else "incident.updated", incident, entry)
    events.add(tx, "IncidentResolved" if resolved else "IncidentUpdated", now, incident.row, line)
    return line


def _close_what_was_asked(tx: sa.Connection, incident: Incident, now: datetime) -> None:
    """A matter that is settled, perhaps by a call, waits for no answer any more: neither do the messages about it."""
    about = {entry.message for entry in incident.entries if entry.message is not None}
    for obligation in ledger.open_obligations(tx, incident.client):
        if obligation.message not in about:
            continue
        ledger.answer_obligation(tx, obligation.row, now, None)
        events.add(tx, "ObligationAnswered", now, obligation.row)
        for promise in ledger.answer_promises(tx, obligation.row):
            ledger.close_promise(tx, promise.row, PromiseState.KEPT, now, late=now > promise.due, evidence="command")
            events.add(tx, "PromiseKept", now, promise.row)


def _entry(action: OpenIncident | UpdateIncident, state: IncidentState, now: datetime) -> IncidentEntry:
    return IncidentEntry(
        at=now,
        reason=action.reason,
        state=state,
        message=action.message,
        promise=action.promise,
        cue=action.cue,
        severity=action.severity,
    )


def _line(tx: sa.Connection, event: str, incident: Incident, entry: IncidentEntry) -> Line:
    message = messages.at(tx, entry.message) if entry.message is not None else None
    return {
        "event": event,
        "client": incident.client,
        "incident": incident.row,
        "kind": incident.kind,
        "reason": entry.reason,
        "message_id": message.message_id if message else None,
    }
