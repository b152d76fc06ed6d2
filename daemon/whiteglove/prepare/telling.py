"""Telling the owner: a warning becomes a row, which the outbox puts into a notice at its time, and an event.

Whatever keeps an automatic answer from a client for a reason that only a person can mend is told at once, by the desk
as well as by the outbox: for the client there is silence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.clients import Client
from whiteglove.message import RecordedMessage
from whiteglove.owner_words import Words, shortened
from whiteglove.prepare.notice_words import TOLD_INSTEAD
from whiteglove.store import events, warnings
from whiteglove.worktime import WorkingTime

CORE = "core"
"""In whose name the daemon itself warns and writes."""

SAME_FOR = timedelta(hours=12)
"""How long the owner is not told the same again."""

LONGEST_SUBJECT = 120


def tell_owner(tx: sa.Connection, plugin: str, warning: Warn, now: datetime, worktime: WorkingTime) -> bool:
    """Put a warning where it becomes a notice at its time, and tell the plugins of it.

    False where the same key waits already, or was told within `once`: that warning is counted there.
    """
    row = warnings.add(
        tx,
        plugin=plugin,
        key=warning.key,
        text=warning.text,
        urgency=warning.urgency,
        reason=warning.reason,
        client=warning.client,
        at=now,
        due=_due(warning.urgency, now, worktime),
        once=warning.once,
    )
    if row is not None:
        events.add(tx, "WarningRaised", now, row)
    return row is not None


def tell_instead(
    tx: sa.Connection,
    reason: str,
    client: Client,
    message: RecordedMessage,
    now: datetime,
    worktime: WorkingTime,
    words: Words,
) -> bool:
    """Tell the owner that this message gets no automatic answer, where the reason calls for that: once a thread, and
    a limit once for all whom it holds back.

    What lies below the line was the owner's to answer before there was a daemon, and is not told.
    """
    if reason not in TOLD_INSTEAD or message.history:
        return False
    subject = shortened(message.subject, LONGEST_SUBJECT)
    warning = Warn(
        reason=reason,
        key=_key(reason, client, message),
        text=words(
            "no_answer",
            client=client.name,
            subject=words.quoted(subject) if subject else words("no_subject"),
            why=words(reason),
        ),
        client=client.key,
        once=SAME_FOR,
    )
    return tell_owner(tx, CORE, warning, now, worktime)


def tell_of_imitation(
    tx: sa.Connection,
    client: Client,
    mailbox: str,
    arrived: datetime,
    now: datetime,
    worktime: WorkingTime,
    words: Words,
) -> bool:
    """Tell the owner that a stranger's mail looks like this client's, in the next working minute, once in half a day.

    Names the client alone, and the place and minute by which the mail is found: of a stranger nothing is kept, and they
    may be a forger as well as the client with another address.
    """
    words = replace(words, now=worktime.at_work(now))
    warning = Warn(
        reason="imitates_client",
        key=f"imitates_client:{client.key}",
        text=words(
            "imitates", client=client.name, mailbox=words.quoted(mailbox), arrived=words.moment(arrived), key=client.key
        ),
        urgency="today",
        client=client.key,
        once=SAME_FOR,
    )
    return tell_owner(tx, CORE, warning, now, worktime)


def tell_of_refused_login(
    tx: sa.Connection,
    mailbox: str,
    error: str,
    since: datetime,
    now: datetime,
    worktime: WorkingTime,
    words: Words,
) -> bool:
    """Tell the owner that a mailbox's server for sending refuses the login, unless that was told `since` then."""
    warning = Warn(
        reason="login_refused",
        key=f"smtp_login:{mailbox}",
        text=words("login_refused", mailbox=words.quoted(mailbox), error=error),
        once=now - since,
    )
    return tell_owner(tx, CORE, warning, now, worktime)


def _key(reason: str, client: Client, message: RecordedMessage) -> str:
    if reason == "limit_all":
        return reason
    return f"{reason}:{client.key}" if reason.startswith("limit_") else f"{reason}:{client.key}:{message.thread}"


def _due(urgency: str, now: datetime, worktime: WorkingTime) -> datetime | None:
    """When a warning of this urgency is to reach the owner; None for the daily summary."""
    if urgency == "now":
        return now
    if urgency == "digest":
        return None
    return worktime.at_work(now)
