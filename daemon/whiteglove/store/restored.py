"""What follows from a store that was put back to an earlier state: what it does not remember may have been answered.

Everything that lies in the folders at the first look afterwards is history. What waited for a client is called off, and
so is a draft that was wanted: in the lost time it was laid there under marks that nobody remembers, or has ceased to be
true. What was to be changed in the mailbox stays as the owner has it by now. Timers that have come due since went off
then; those ahead stay, since they do no more than wake a plugin, which looks at the record as it is. The numbers of
messages and mails go on above all that the lost time can have used: the Message-IDs of our mail come from them, and
none may be given to two mails.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.ledger import Audience, DraftState, MailState
from whiteglove.store import changes, folders, mode
from whiteglove.store.schema import drafts, messages, meta, outbox, timers

_NAME = "restored"


def mark(tx: sa.Connection, now: datetime) -> int:
    """Make a restored store safe to run on; how many mails that waited for clients were called off."""
    folders.draw_anew_after_restore(tx)
    called_off = mode.begin_anew(tx, mode.RESTORED)
    changes.call_off(tx, now, mode.RESTORED)
    _settle_what_was_prepared(tx, now)
    _number_on(tx, now)
    statement = insert(meta).values(name=_NAME, value=now.isoformat().encode())
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value}))
    return called_off


def live_since(tx: sa.Connection, configured: datetime | None) -> datetime | None:
    """The configured `live_since`, unless the store was restored after that instant: then only the line decides."""
    found = tx.execute(sa.select(meta.c.value).where(meta.c.name == _NAME)).scalar_one_or_none()
    if configured is None or found is None:
        return configured
    return configured if configured > datetime.fromisoformat(found.decode()) else None


def _settle_what_was_prepared(tx: sa.Connection, now: datetime) -> None:
    """A draft that has its token was about to be laid there, and was: it is known by that, and not laid there again."""
    wanted = drafts.update().where(drafts.c.state == DraftState.WANTED)
    tx.execute(wanted.where(drafts.c.token.is_not(None)).values(state=DraftState.PLACED, placed_at=now))
    off = {"state": DraftState.WITHDRAWN, "settled_at": now, "withdraw": False, "error": mode.RESTORED}
    tx.execute(wanted.where(drafts.c.token.is_(None)).values(off))
    tx.execute(timers.delete().where(timers.c.due <= now))


def _number_on(tx: sa.Connection, now: datetime) -> None:
    """Add a row that marks the restore to both tables: SQLite numbers on from the highest row there is. The time in
    seconds is more than a store in use has rows, and grows from one restore to the next."""
    message, mail = (_next(tx, table, now) for table in (messages, outbox))
    tx.execute(
        messages.insert().values(
            row=message,
            mailbox="",
            folder="",
            uidvalidity=0,
            uid=message,
            recorded_at=now,
            outbound=True,
            own=True,
            history=True,
            human=False,
            may_acknowledge=False,
            obliges=False,
            reason=mode.RESTORED,
        )
    )
    tx.execute(
        outbox.insert().values(
            row=mail,
            key=f"{mode.RESTORED}:{mail}",
            audience=Audience.OWNER,
            state=MailState.CANCELLED,
            reason=mode.RESTORED,
            plugin="core",
            action="",
            template=mode.RESTORED,
            mailbox="",
            address="",
            created_at=now,
            not_before=now,
            settled_at=now,
        )
    )


def _next(tx: sa.Connection, table: sa.Table, now: datetime) -> int:
    highest = tx.execute(sa.select(sa.func.max(table.c.row))).scalar_one() or 0
    return max(int(highest) + 1, int(now.timestamp()))
