"""What follows when a mail of ours comes back: nobody was told anything, the address is dead, the owner must know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.desk.delegating import BOUNCED, come_back
from whiteglove.ledger import Audience, DelegationState, MailState
from whiteglove.prepare.notice_words import words_of
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.settings import Settings
from whiteglove.store import delegations, outbox

_ACCEPTED = frozenset({MailState.SENT, MailState.UNKNOWN})


def came_back(tx: sa.Connection, row: int, status: str, settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Mark the mail as failed, so that no further one goes to that address, and tell the owner; the log lines.

    A mail whose acceptance is not written yet is asked for again: raises RuntimeError, and the desk retries.
    """
    mail = outbox.get(tx, row)
    if mail.state is MailState.SUBMITTING:
        raise RuntimeError("the mail that came back is still being handed over")
    if mail.state not in _ACCEPTED or mail.rehearsed:
        return []
    error = f"{BOUNCED}: {status}" if status else BOUNCED
    outbox.change(tx, [row], state=MailState.FAILED, reason=BOUNCED, error=error, settled_at=now)
    if mail.audience is Audience.CLIENT:
        client = settings.book.clients.get(mail.client or "")
        name = client.name if client is not None else mail.address
        code = f" ({status})" if status else ""
        text = words_of(settings, now)("undelivered", client=name, status=code)
        warning = Warn(reason=BOUNCED, key=f"{BOUNCED}:{row}", text=text, client=mail.client)
        tell_owner(tx, CORE, warning, now, settings.worktime)
    lines = []
    handed = delegations.of_mail(tx, row)
    if handed is not None and (handed.obligation is None or handed.state is DelegationState.HANDED_OVER):
        lines = come_back(tx, handed, outbox.get(tx, row), settings, now)
    return [
        *lines,
        {
            "event": "mail.failed",
            "level": "error",
            "mailbox": mail.mailbox,
            "audience": mail.audience,
            "client": mail.client,
            "message_id": mail.message_id,
            "plugin": mail.plugin,
            "reason": BOUNCED,
            "error": error,
        },
    ]
