"""Incidents with clients and what happened about each; a matter of a client has one open incident at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Incident, IncidentEntry, IncidentKind, IncidentState, Severity
from whiteglove.store.schema import INCIDENT_OPEN, ROW, SINCE, incident_entries, incidents, inserted

LONGEST_CUE = 80

_CLIENT = sa.bindparam("its_client", type_=sa.Text)
_IN_ORDER = sa.select(incidents).order_by(incidents.c.opened_at, incidents.c.row)
_GET = sa.select(incidents).where(incidents.c.row == ROW)
_OPEN = _IN_ORDER.where(INCIDENT_OPEN)
_OPEN_OF_CLIENT = _OPEN.where(incidents.c.client == _CLIENT)
_OPEN_MATTER = _OPEN_OF_CLIENT.where(incidents.c.matter == sa.bindparam("its_matter"))
_ANY_OPEN = sa.select(incidents.c.row).where(INCIDENT_OPEN, incidents.c.client == _CLIENT).limit(1)
_RESOLVED = _IN_ORDER.where(incidents.c.resolved_at >= SINCE)
_ENTRIES = (
    sa.select(incident_entries)
    .where(incident_entries.c.incident.in_(sa.bindparam("its_incidents", expanding=True)))
    .order_by(incident_entries.c.row)
)
_ADD = incidents.insert()
_ADD_ENTRY = incident_entries.insert()
_CHANGE = incidents.update().where(incidents.c.row == ROW)


def open_one(
    tx: sa.Connection, *, client: str, kind: IncidentKind, matter: str, at: datetime, entry: IncidentEntry
) -> tuple[int, bool]:
    """The row of the open incident about this matter, and whether it is new; `entry` is added to it either way."""
    found = tx.execute(_OPEN_MATTER, {"its_client": client, "its_matter": matter}).first()
    if found is not None:
        # What was acknowledged stays so, whatever else comes to light about it.
        add(tx, found.row, replace(entry, state=IncidentState(found.state)))
        return int(found.row), False
    values = {"client": client, "kind": kind, "matter": matter, "state": entry.state, "opened_at": at}
    row = inserted(tx.execute(_ADD, values))
    add(tx, row, entry)
    return row, True


def add(tx: sa.Connection, incident: int, entry: IncidentEntry) -> None:
    """Add one entry; the incident takes over its state."""
    tx.execute(
        _ADD_ENTRY,
        {
            "incident": incident,
            "at": entry.at,
            "reason": entry.reason,
            "state": entry.state,
            "message": entry.message,
            "promise": entry.promise,
            "cue": entry.cue[:LONGEST_CUE],
            "severity": entry.severity,
        },
    )
    resolved_at = entry.at if entry.state is IncidentState.RESOLVED else None
    tx.execute(_CHANGE, {"its_row": incident, "state": entry.state, "resolved_at": resolved_at})


def get(tx: sa.Connection, row: int) -> Incident:
    """One incident with its entries. sqlalchemy.exc.NoResultFound where there is none."""
    return _with_entries(tx, [tx.execute(_GET, {"its_row": row}).one()])[0]


def find(tx: sa.Connection, row: int) -> Incident | None:
    """One incident with its entries, if there is one of this number."""
    found = tx.execute(_GET, {"its_row": row}).one_or_none()
    return _with_entries(tx, [found])[0] if found is not None else None


def any_open(tx: sa.Connection, client: str) -> bool:
    """Whether anything with this client is not resolved, so that nothing automatic goes to them."""
    return tx.execute(_ANY_OPEN, {"its_client": client}).first() is not None


def open_ones(tx: sa.Connection, client: str | None = None) -> tuple[Incident, ...]:
    """What is not resolved, of one client or of all, the oldest first."""
    rows = tx.execute(_OPEN) if client is None else tx.execute(_OPEN_OF_CLIENT, {"its_client": client})
    return _with_entries(tx, rows.all())


def resolved(tx: sa.Connection, since: datetime) -> tuple[Incident, ...]:
    """What was resolved since an instant, in the order in which it was opened."""
    return _with_entries(tx, tx.execute(_RESOLVED, {"since": since}).all())


def everything(tx: sa.Connection, client: str | None = None) -> tuple[Incident, ...]:
    """The whole record, of one client or of all, the oldest first."""
    statement = _IN_ORDER if client is None else _IN_ORDER.where(incidents.c.client == client)
    return _with_entries(tx, tx.execute(statement).all())


def _with_entries(tx: sa.Connection, rows: Sequence[sa.Row[Any]]) -> tuple[Incident, ...]:
    if not rows:
        return ()
    entries: dict[int, list[IncidentEntry]] = {row.row: [] for row in rows}
    for row in tx.execute(_ENTRIES, {"its_incidents": list(entries)}):
        values = row._asdict()
        number = values.pop("incident")
        del values["row"]
        values["state"] = IncidentState(values["state"])
        values["severity"] = Severity(values["severity"]) if values["severity"] else None
        entries[number].append(IncidentEntry(**values))
    return tuple(_incident(row, entries[row.row]) for row in rows)


def _incident(row: sa.Row[Any], entries: Sequence[IncidentEntry]) -> Incident:
    values = row._asdict()
    values["kind"] = IncidentKind(values["kind"])
    values["state"] = IncidentState(values["state"])
    return Incident(**values, entries=tuple(entries))
