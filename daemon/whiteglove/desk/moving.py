"""Moving a client's next report to another time, inside the caller's commit.

Whoever was told the old time is told the new one: the mails are planned in the same commit, so that a move and its news
are both on record or neither. The event carries the old time; its lines of the log are written by the desk, whoever
moved the report: a plugin, or the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import MovePromise, Warn
from whiteglove.clients import Client
from whiteglove.errors import WhiteGloveError
from whiteglove.ledger import Promise, PromiseKind, PromiseState
from whiteglove.prepare.answer import promise_uid
from whiteglove.prepare.moved import plan_mails
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.promises import next_report, refuses_move
from whiteglove.settings import Settings
from whiteglove.store import Store, events, ledger, moves, outbox
from whiteglove.store.events import EventRow
from whiteglove.store.view import SLOTS_REMEMBERED

REFUSED_ONCE = timedelta(hours=12)
_WORDS = {
    "past": "that is not in the future",
    "too_far": "that is more than a year ahead",
    "day_off": "that is a day off, a holiday or an absence of yours",
    "nothing": "they have neither a promise nor a report cadence",
}


class MoveRefusedError(WhiteGloveError):
    """A report cannot be moved there: `reason` is that of `refuses_move`, or `nothing` where none is owed."""

    def __init__(self, reason: str) -> None:
        super().__init__(_WORDS[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The promise as it stands now, the time it had before, and the addresses that a mail about it goes to."""

    promise: Promise
    was_due: datetime
    tells: tuple[str, ...]


class Mover:
    """Moves reports."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def move(self, tx: sa.Connection, client: Client, to: datetime, now: datetime) -> Moved:
        """Move the report that the client is owed, else their next free slot, to `to`; a report that is due then
        already stays as it is.

        One that is late can be moved too: the old time stays on record as a word that was not kept. Raises
        MoveRefusedError.
        """
        if reason := refuses_move(to, self._settings.worktime, now):
            raise MoveRefusedError(reason)
        known = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
        owed = [found for found in known if found.kind is PromiseKind.REPORT and found.state in _OWED]
        due = owed[0].due if owed else next_report(client.report, self._settings.worktime, known, now)
        if due is None:
            raise MoveRefusedError("nothing")
        if owed and due == to:
            return Moved(promise=owed[0], was_due=due, tells=())
        old = owed[0] if owed else self._slot(tx, client, due, now)
        late = old.late or (old.told and old.due <= now)
        ledger.close_promise(tx, old.row, PromiseState.MOVED, now, late=late, evidence="moved")
        # What waits to tell the old time is looked at now, and called off.
        moves.hurry(tx, old.row, now)
        promise = moves.replace_by(tx, old, to, now)
        tells = plan_mails(tx, self._settings, client, promise, now)
        events.add(tx, "PromiseMoved", now, promise.row, {"was_due": due.isoformat()})
        return Moved(promise=promise, was_due=due, tells=tuple(tells))

    def move_as_asked(self, tx: sa.Connection, plugin: str, action: MovePromise, now: datetime) -> None:
        """Do what a plugin wants; where that cannot be, the owner is told instead."""
        client = self._settings.book.clients.get(action.client)
        if client is None:
            return
        try:
            self.move(tx, client, action.to, now)
        except MoveRefusedError as refusal:
            worktime = self._settings.worktime
            words = words_of(self._settings, worktime.at_work(now))
            warning = Warn(
                reason="move_refused",
                key=f"move_refused:{client.key}:{action.to.astimezone(worktime.zone).isoformat()}",
                text=words(
                    "move_refused",
                    client=client.name,
                    plugin=words.quoted(plugin),
                    to=words.moment(action.to),
                    why=words(f"move_{refusal.reason}"),
                    key=client.key,
                ),
                urgency="today",
                client=client.key,
                once=REFUSED_ONCE,
            )
            tell_owner(tx, CORE, warning, now, worktime)

    def _slot(self, tx: sa.Connection, client: Client, due: datetime, now: datetime) -> Promise:
        uid = promise_uid(self._store.key, client.key, PromiseKind.REPORT, due, self._settings.owner.address)
        return moves.replace_slot(tx, client=client.key, due=due, uid=uid, at=now)


def lines_of_move(tx: sa.Connection, promise: int, row: EventRow) -> list[dict[str, Any]]:
    """The lines of the log about a move: the move itself, and each mail that waits to tell it."""
    moved = ledger.promise(tx, promise)
    about = {"client": moved.client, "event_id": row.row}
    lines = [
        {
            "event": "promise.moved",
            **about,
            "kind": moved.kind,
            "due": moved.due.isoformat(),
            "was_due": row.details["was_due"],
        }
    ]
    for number in moves.waiting_mails(tx, promise):
        mail = outbox.get(tx, number)
        due = mail.not_before.isoformat()
        lines.append(
            {
                "event": "mail.planned",
                **about,
                "mailbox": mail.mailbox,
                "audience": mail.audience,
                "plugin": mail.plugin,
                "reason": mail.reason,
                "due": due,
            }
        )
    return lines


_OWED = frozenset({PromiseState.OPEN, PromiseState.LATE})
