"""A teammate's own mail to a client, seen since the owner is among its recipients: it answers what was passed on.

Who is of the team is nobody's client, so that nothing of such a mail is stored but what a stranger's leaves; the event
is about what it answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from whiteglove.clients import Book
from whiteglove.ledger import ObligationState
from whiteglove.message import Message, Verdicts
from whiteglove.store import delegations, events, ledger, messages

TEAM = "team"
"""The reason of the screen for a mail that a teammate wrote, as its only author; what a machine of theirs wrote has
another one."""


def note_answer(
    tx: sa.Connection, message: Message, verdicts: Verdicts, book: Book, related: Iterable[bytes], at: datetime
) -> None:
    """Store the event that a teammate answered a client, once for each question. `related` are the keyed hashes of the
    Message-IDs that the mail names.

    It counts where it is a person's mail that the receiving server does not hold for forged, where one of that client's
    people gets it, and where it is of a thread that was passed to the team, and not older than that.
    """
    if verdicts.reason != TEAM or "maybe_forged" in verdicts.remarks:
        return
    clients = book.clients_among(message.recipients)
    if not clients:
        return
    for passed in delegations.in_threads(tx, messages.threads_named(tx, list(related))):
        # INTERNALDATE has whole seconds.
        is_later = at >= passed.handed_at.replace(microsecond=0)
        if passed.obligation is None or passed.client not in clients or not is_later:
            continue
        is_open = ledger.obligation(tx, passed.obligation).state is not ObligationState.ANSWERED
        if is_open and not events.exists(tx, "TeamAnswered", passed.obligation):
            events.add(tx, "TeamAnswered", at, passed.obligation)
