"""In which mode the daemon ran last, so that going from rehearsal to live starts with a clean slate."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from whiteglove.ledger import Audience, MailState
from whiteglove.store import folders
from whiteglove.store.schema import messages, meta, outbox

REHEARSAL_ENDED = "rehearsal_ended"
RESTORED = "restored"
"""Why what waited in the outbox was called off: the mode changed, or a backup was restored."""
_NAME = "mode"


def enter(tx: sa.Connection, mode: str) -> bool:
    """Note the mode; True where this is the step from rehearsal to live.

    Then whatever is known already is history, every folder's line is drawn anew, and what waited in the outbox as a
    rehearsal is called off: nobody may get a mail for what happened while nobody was meant to.
    """
    before = tx.execute(sa.select(meta.c.value).where(meta.c.name == _NAME)).scalar_one_or_none()
    statement = insert(meta).values(name=_NAME, value=mode.encode())
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value}))
    if before != b"rehearsal" or mode != "live":
        return False
    folders.redraw(tx)
    begin_anew(tx, REHEARSAL_ENDED)
    return True


def begin_anew(tx: sa.Connection, reason: str) -> int:
    """Whatever is known already is history, and what waits in the outbox for anybody but the owner is called off; how
    many mails that were."""
    tx.execute(messages.update().where(messages.c.history.is_(False)).values(history=True))
    return tx.execute(
        outbox.update()
        .where(
            outbox.c.audience != Audience.OWNER,
            outbox.c.state.in_((MailState.PLANNED, MailState.CLAIMED, MailState.DEFERRED)),
        )
        .values(state=MailState.CANCELLED, reason=reason, raw=None)
    ).rowcount
