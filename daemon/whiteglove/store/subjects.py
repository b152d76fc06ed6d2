"""What an event is about, in the words of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from whiteglove.store.schema import (
    client_notes,
    delegations,
    incidents,
    messages,
    obligations,
    outbox,
    promises,
    seen_drafts,
    silences,
    warnings,
)

ABOUT: Mapping[str, sa.Table] = {
    **dict.fromkeys(("MessageReceived", "OwnerSent", "ContactExceeded", "ClientReturned"), messages),
    **dict.fromkeys(("MailSent", "MailFailed", "MailBounced"), outbox),
    **dict.fromkeys(
        (
            "PromiseDue",
            "PromisePassed",
            "PromiseOverdue",
            "PromiseLate",
            "PromiseBroken",
            "PromiseKept",
            "PromiseMoved",
        ),
        promises,
    ),
    **dict.fromkeys(("ObligationOpened", "ObligationAnswered", "ObligationOverdue", "TeamAnswered"), obligations),
    "DelegationLapsed": delegations,
    **dict.fromkeys(("IncidentOpened", "IncidentUpdated", "IncidentResolved"), incidents),
    "DraftSeen": seen_drafts,
    "ClientQuiet": silences,
    "ClientNoted": client_notes,
    "WarningRaised": warnings,
}
"""The table that holds the subject of each type of event; what is missing here is about no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose it is, what it is in a line of text, and the Message-ID where there is one."""

    client: str | None = None
    text: str = ""
    message_id: str | None = None


def subject_of(tx: sa.Connection, kind: str, number: int | None, details: Mapping[str, Any]) -> Subject | None:
    """What an event of this type, about this row, is about; None where the row is gone."""
    table = ABOUT.get(kind)
    if table is None or number is None:
        said = (f"{name} {value}" for name, value in details.items() if isinstance(value, str | int))
        return Subject(text=", ".join(said))
    row = tx.execute(sa.select(table).where(table.c.row == number)).one_or_none()
    if row is None:
        return None
    return Subject(client=row.client, text=_text(table, row), message_id=getattr(row, "message_id", None))


def _text(table: sa.Table, row: sa.Row[Any]) -> str:
    if table in (messages, seen_drafts):
        return row.subject or ""
    if table is warnings:
        return str(row.text)
    if table is outbox:
        return f"mail {row.row}, {row.state}: {row.reason}"
    if table is incidents:
        return f"incident {row.row}, {row.kind}, {row.state}"
    if table is promises:
        return f"promise {row.row}, {row.kind}, {row.state}"
    if table is delegations:
        return f"delegation {row.row}, {row.state}"
    if table is silences:
        return f"silence {row.row}"
    if table is client_notes:
        return f"note {row.row}"
    return f"obligation {row.row}, {row.state}"
