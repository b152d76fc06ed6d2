"""Mail to clients that is laid ready in the owner's Drafts: what is wanted, what lies there, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Draft
from whiteglove.codec import encode_action
from whiteglove.ledger import DraftState, PlacedDraft
from whiteglove.store.schema import DRAFT_HAS_WORK, DRAFT_LIVE, MOST, NOW, ROW, drafts, inserted

MISSING = timedelta(days=1)
"""How long after a draft was found missing a mail may still have been sent from it: the owner may be writing it."""
LEFT_BEHIND = timedelta(minutes=1)
"""How long a mail program has to remove a draft that it has sent, before it counts as left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """A draft with everything that is kept of it. `withdraw` is set where it is to be taken away again; `raw_hash` is
    that of the bytes as they were laid there, `sketch` what is kept of its words (`draft_words`), None of a draft of an
    older version."""

    row: int
    plugin: str
    key: str
    client: str
    template: str
    action: str
    is_report: bool
    state: DraftState
    withdraw: bool
    mailbox: str | None
    address: str | None
    answers: int | None
    until: datetime | None
    token: str | None
    message_id: str | None
    raw_hash: bytes | None
    sketch: bytes | None
    created_at: datetime
    placed_at: datetime | None
    settled_at: datetime | None
    attempts: int
    not_before: datetime
    error: str | None

    def as_placed(self) -> PlacedDraft:
        """The draft as plugins see it."""
        return PlacedDraft(
            row=self.row,
            plugin=self.plugin,
            key=self.key,
            client=self.client,
            template=self.template,
            state=self.state,
            created_at=self.created_at,
            placed_at=self.placed_at,
            settled_at=self.settled_at,
        )


_ALL = sa.select(drafts).order_by(drafts.c.row)
_ONE = sa.select(drafts).where(drafts.c.row == ROW)
_LIVE = _ALL.where(DRAFT_LIVE)
_LIVE_OF = _LIVE.where(drafts.c.client == sa.bindparam("its_client", type_=sa.Text))
_LATEST = (
    sa.select(drafts)
    .where(
        drafts.c.plugin == sa.bindparam("its_plugin", type_=sa.Text),
        drafts.c.key == sa.bindparam("its_key", type_=sa.Text),
    )
    .order_by(drafts.c.row.desc())
    .limit(1)
)
_BY_TOKEN = sa.select(drafts).where(drafts.c.token == sa.bindparam("its_token", type_=sa.Text))
_IS_TIME = sa.or_(drafts.c.state != DraftState.PLACED, drafts.c.withdraw, drafts.c.until <= NOW)
_DUE = (
    sa.select(drafts)
    .where(DRAFT_HAS_WORK, drafts.c.not_before <= NOW, _IS_TIME)
    .order_by(drafts.c.not_before, drafts.c.row)
    .limit(MOST)
)
_NEXT_DUE = sa.select(sa.func.min(drafts.c.not_before)).where(
    DRAFT_HAS_WORK, sa.or_(drafts.c.state != DraftState.PLACED, drafts.c.withdraw)
)
_PREVIOUS = _LATEST.where(drafts.c.row < ROW)
_COUNT_LYING = (
    sa.select(sa.func.count())
    .select_from(drafts)
    .where(DRAFT_LIVE, drafts.c.state.in_([DraftState.PLACED, DraftState.CHANGED]))
)
_ADD = drafts.insert()
_CHANGE = drafts.update().where(drafts.c.row == ROW)
TOUCHED = frozenset({DraftState.CHANGED, DraftState.SENT, DraftState.GONE})
"""A person has dealt with it."""
_DEALT_WITH = (
    sa.select(drafts.c.row)
    .where(
        drafts.c.plugin == sa.bindparam("its_plugin", type_=sa.Text),
        drafts.c.key == sa.bindparam("its_key", type_=sa.Text),
        drafts.c.state.in_(sorted(TOUCHED)),
    )
    .limit(1)
)


def want(tx: sa.Connection, plugin: str, wish: Draft, now: datetime) -> int | None:
    """Have a draft laid ready; None where a person has already dealt with the one that had this key. One that still
    lies there untouched is withdrawn for the new one; the same wish again is no news."""
    before = latest(tx, plugin, wish.key)
    action = encode_action(wish)
    if before is not None:
        if tx.execute(_DEALT_WITH, {"its_plugin": plugin, "its_key": wish.key}).first() is not None:
            return None
        if before.action == action and not before.withdraw and before.state in (DraftState.WANTED, DraftState.PLACED):
            return before.row
        take_away(tx, before, now)
    values = {
        "plugin": plugin,
        "key": wish.key,
        "client": wish.client,
        "template": wish.template,
        "action": action,
        "is_report": wish.is_report,
        "state": DraftState.WANTED,
        "answers": wish.answers,
        "until": wish.until,
        "created_at": now,
        "not_before": now,
    }
    return inserted(tx.execute(_ADD, values))


def withdraw(tx: sa.Connection, plugin: str, key: str, now: datetime) -> None:
    """Have the draft with this key taken away, where one is wanted or lies there."""
    before = latest(tx, plugin, key)
    if before is not None:
        take_away(tx, before, now)


def take_away(tx: sa.Connection, draft: DraftRow, now: datetime) -> None:
    """Have a draft taken away; one that was never laid there is over at once."""
    if draft.state is DraftState.WANTED and draft.token is None:
        change(tx, draft.row, state=DraftState.WITHDRAWN, settled_at=now)
    elif draft.state in (DraftState.WANTED, DraftState.PLACED):
        change(tx, draft.row, withdraw=True, not_before=now)


def take_all_away(tx: sa.Connection, now: datetime) -> None:
    """Have every draft taken away that is wanted or lies there untouched."""
    for draft in live(tx):
        take_away(tx, draft, now)


def get(tx: sa.Connection, row: int) -> DraftRow:
    return _draft(tx.execute(_ONE, {"its_row": row}).one())


def latest(tx: sa.Connection, plugin: str, key: str) -> DraftRow | None:
    """The newest draft of this plugin with this key, whatever became of it."""
    row = tx.execute(_LATEST, {"its_plugin": plugin, "its_key": key}).one_or_none()
    return _draft(row) if row else None


def previous(tx: sa.Connection, draft: DraftRow) -> DraftRow | None:
    """The draft of this plugin with the same key that this one is to replace."""
    known = {"its_plugin": draft.plugin, "its_key": draft.key, "its_row": draft.row}
    row = tx.execute(_PREVIOUS, known).one_or_none()
    return _draft(row) if row else None


def live(tx: sa.Connection, client: str | None = None) -> tuple[DraftRow, ...]:
    """The drafts that are wanted or lie in Drafts, of one client or of all, the oldest first."""
    statement = _LIVE if client is None else _LIVE_OF
    return tuple(_draft(row) for row in tx.execute(statement, {"its_client": client}))


def of_client(tx: sa.Connection, client: str, since: datetime) -> tuple[DraftRow, ...]:
    """The live drafts to a client, and those that came to an end since an instant, the oldest first."""
    ended = sa.and_(drafts.c.settled_at >= since, drafts.c.client == client)
    live_ones = sa.and_(DRAFT_LIVE, drafts.c.client == client)
    return tuple(_draft(row) for row in tx.execute(_ALL.where(sa.or_(live_ones, ended))))


def everything(tx: sa.Connection) -> tuple[DraftRow, ...]:
    """Every draft there ever was, the oldest first."""
    return tuple(_draft(row) for row in tx.execute(_ALL))


def by_token(tx: sa.Connection, token: str) -> DraftRow | None:
    row = tx.execute(_BY_TOKEN, {"its_token": token}).one_or_none()
    return _draft(row) if row else None


def due(tx: sa.Connection, now: datetime, most: int) -> tuple[DraftRow, ...]:
    """The drafts with which something is to be done now: to be laid there, or to be taken away."""
    return tuple(_draft(row) for row in tx.execute(_DUE, {"now": now, "most": most}))


def next_due(tx: sa.Connection) -> datetime | None:
    """When there is something to be done with a draft, those left out that only wait for their `until`."""
    earliest: datetime | None = tx.execute(_NEXT_DUE).scalar_one()
    return earliest


def count_lying(tx: sa.Connection) -> int:
    """How many drafts lie ready for the owner."""
    number: int = tx.execute(_COUNT_LYING).scalar_one()
    return number


def was_sent(tx: sa.Connection, token: str, at: datetime, now: datetime) -> DraftRow | None:
    """What the owner sent at an instant came from this draft; None where there is no such draft or that is known. What
    a mail program leaves of it in Drafts is looked for after a while."""
    draft = by_token(tx, token)
    if draft is None or draft.state is DraftState.SENT:
        return None
    may_lie_there = draft.state in (DraftState.WANTED, DraftState.PLACED, DraftState.CHANGED)
    change(
        tx,
        draft.row,
        state=DraftState.SENT,
        settled_at=at,
        withdraw=may_lie_there,
        not_before=now + LEFT_BEHIND,
        attempts=0,
        error=None,
    )
    return draft


def laid_before(tx: sa.Connection, client: str, at: datetime) -> tuple[DraftRow, ...]:
    """The drafts to a client that the owner may have sent at an instant: they were laid in Drafts by then, and lie
    there still as far as is known, or were found missing there at most `MISSING` before."""
    known = of_client(tx, client, at - MISSING)
    open_ones = (one for one in known if one.state in (DraftState.PLACED, DraftState.CHANGED, DraftState.GONE))
    # A mail's time has whole seconds.
    return tuple(one for one in open_ones if one.placed_at is not None and one.placed_at.replace(microsecond=0) <= at)


def is_missing(tx: sa.Connection, draft: DraftRow, now: datetime) -> None:
    """It lies in Drafts no more, and nobody knows of a mail that was sent from it."""
    if get(tx, draft.row).state in (DraftState.PLACED, DraftState.CHANGED):
        change(tx, draft.row, state=DraftState.GONE, settled_at=now, withdraw=False)


def change(tx: sa.Connection, row: int, **values: Any) -> None:
    """Set some values of a draft."""
    tx.execute(_CHANGE, {"its_row": row, **values})


def _draft(row: sa.Row[Any]) -> DraftRow:
    values = row._asdict()
    values["state"] = DraftState(values["state"])
    return DraftRow(**values)
