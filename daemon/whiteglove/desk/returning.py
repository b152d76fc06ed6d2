"""Whether a client who writes was quiet before, and the end of silences."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.clients import Client
from whiteglove.habits import COUNTED, counted, longest_expected, pauses, shortest
from whiteglove.message import RecordedMessage
from whiteglove.store import events, silences
from whiteglove.worktime import WorkingTime

CLIENT_RETURNED = "ClientReturned"
LONG = timedelta(days=30)
"""After so long a client returns, whatever their habit was."""


def note_return(tx: sa.Connection, message: RecordedMessage, client: Client, worktime: WorkingTime) -> datetime | None:
    """Store the event that a quiet client has written again, with the contact before that; return when that was.

    A silence may have grown too long between two looks for silences, or before the daemon was there: so the time since
    the last contact is judged again here. Mail from before the line ends nothing.
    """
    if message.history or not message.verdicts.human:
        return None
    since = silences.last_before(tx, message)
    if since is None or message.received_at - since < shortest(client.quiet_after):
        return None
    end_silence(tx, client.key, message.received_at)
    if not _was_quiet(tx, message, since, client, worktime):
        return None
    events.add(tx, CLIENT_RETURNED, message.received_at, message.row, {"since": since.isoformat()})
    return since


def end_silence(tx: sa.Connection, client: str, at: datetime) -> None:
    """Somebody wrote: where this client was silent, that is over."""
    silence = silences.lasting_of(tx, client)
    if silence is not None and at > silence.since:
        silences.end(tx, silence.row, at)


def _was_quiet(
    tx: sa.Connection, message: RecordedMessage, since: datetime, client: Client, worktime: WorkingTime
) -> bool:
    if message.received_at - since >= LONG or silences.was_noticed(tx, client.key, since):
        return True
    known = [moment for moment in silences.contacts(tx, client.key, since - COUNTED) if moment <= since]
    first, last = worktime.local_date(since - COUNTED), worktime.local_date(message.received_at)
    away = pauses(client, worktime, first, last)
    expected = longest_expected(known, away, client.quiet_after, sharper=False)
    return expected is not None and counted(since, message.received_at, away) > expected
