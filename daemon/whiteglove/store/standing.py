"""What stands in the store at this moment, counted from the indexes of open rows: asked often, by whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.ledger import Audience, ObligationState, PromiseState
from whiteglove.store import events
from whiteglove.store.schema import (
    INCIDENT_OPEN,
    MAIL_WAITING,
    OBLIGATION_OPEN,
    PROMISE_OWED,
    folders,
    incidents,
    obligations,
    outbox,
    promises,
)

_NUMBER = sa.func.count()
_WAITING = sa.select(outbox.c.audience, _NUMBER).where(MAIL_WAITING).group_by(outbox.c.audience)
_PROMISES = sa.select(promises.c.state, _NUMBER).where(PROMISE_OWED).group_by(promises.c.state)
_OBLIGATIONS = sa.select(obligations.c.state, _NUMBER).where(OBLIGATION_OPEN).group_by(obligations.c.state)
_INCIDENTS = sa.select(_NUMBER).select_from(incidents).where(INCIDENT_OPEN)
_SEARCHED = sa.select(folders.c.mailbox, folders.c.folder, folders.c.searched_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Mails that wait, by audience; open and parked events; what is owed, by state; incidents that are not resolved;
    when each folder was last searched, by mailbox and folder."""

    waiting: Mapping[str, int]
    events: Mapping[str, int]
    promises: Mapping[str, int]
    obligations: Mapping[str, int]
    incidents: int
    searched: Mapping[tuple[str, str], datetime | None]


def look(tx: sa.Connection) -> Standing:
    """All of it, as of now. Every audience and state is there, with 0 where there is nothing in it."""
    return Standing(
        waiting=_counted(tx, _WAITING, *Audience),
        events=events.counts(tx),
        promises=_counted(tx, _PROMISES, PromiseState.OPEN, PromiseState.LATE),
        obligations=_counted(tx, _OBLIGATIONS, ObligationState.OPEN, ObligationState.OVERDUE),
        incidents=tx.execute(_INCIDENTS).scalar_one(),
        searched={(row.mailbox, row.folder): row.searched_at for row in tx.execute(_SEARCHED)},
    )


def _counted(tx: sa.Connection, query: sa.Select[Any], *names: str) -> Mapping[str, int]:
    found = {row[0]: row[1] for row in tx.execute(query)}
    return {str(name): found.get(name, 0) for name in names}
