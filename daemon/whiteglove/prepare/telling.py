"""Telling the owner: a warning becomes a row, which the outbox puts into a notice at its time, and an event.

Whatever keeps an automatic answer from a client for a reason that only a person can mend is told at once, by the desk
as well as by the outbox: for the client there is silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import sqlalchemy as sa

from whiteglove.actions import Warn
from whiteglove.clients import Client
from whiteglove.message import RecordedMessage
from whiteglove.store import events, warnings
from whiteglove.worktime import WorkingTime

CORE = "core"
"""In whose name the daemon itself warns and writes."""

TOLD_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "promise_late": "a promise to them is late",
        "complaint_open": "a complaint or missed deadline of theirs waits for your answer",
        "incident_open": "an incident with them is open",
        "promise_in_absence": "the time promised to them lies on a day off or in an absence of yours",
        "discloses_client": "its words would have told of another client; `whiteglove check` lists names that clash",
        "limit_person": "the limit of automatic answers to one person is reached",
        "limit_domain": "the limit of automatic answers to their domain is reached",
        "limit_all": "the limit of all automatic answers is reached",
        "no_template": "there is no text for it in their language",
        "template_failed": "the template of the answer could not be filled in",
        "not_written": "the answer could not be written, which is a fault in whiteglove; the log has the details",
    }
)
"""Why a client got no automatic answer, where the owner is told so at once."""

SAME_FOR = timedelta(hours=12)
"""How long the owner is not told the same again."""


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
    tx: sa.Connection, reason: str, client: Client, message: RecordedMessage, now: datetime, worktime: WorkingTime
) -> bool:
    """Tell the owner that this message gets no automatic answer, where the reason calls for that: once a thread, and
    a limit once for all whom it holds back.

    What lies below the line was the owner's to answer before there was a daemon, and is not told.
    """
    if reason not in TOLD_INSTEAD or message.history:
        return False
    subject = message.subject or "(no subject)"
    shown = subject if len(subject) <= 120 else subject[:119] + "…"
    warning = Warn(
        reason=reason,
        key=_key(reason, client, message),
        text=f"{client.name} wrote “{shown}” and got no automatic answer: {TOLD_INSTEAD[reason]}. "
        "Please answer yourself.",
        client=client.key,
        once=SAME_FOR,
    )
    return tell_owner(tx, CORE, warning, now, worktime)


def tell_of_imitation(
    tx: sa.Connection, client: Client, mailbox: str, arrived: datetime, now: datetime, worktime: WorkingTime
) -> bool:
    """Tell the owner that a stranger's mail looks like this client's, in the next working minute, once in half a day.

    Names the client alone, and the place and minute by which the mail is found: of a stranger nothing is kept, and they
    may be a forger as well as the client with another address.
    """
    at = f"{arrived.astimezone(worktime.zone):%H:%M on %Y-%m-%d}"
    warning = Warn(
        reason="imitates_client",
        key=f"imitates_client:{client.key}",
        text=f"{client.name}: a mail that arrived at {at} in {mailbox} looks as if it came from them, "
        "by a name or a domain, and its address is not in your book. It is nobody's in the record, and gets no answer. "
        f"Next step: if it is theirs, add the address to clients/{client.key}.toml; if not, do nothing that it asks.",
        urgency="today",
        client=client.key,
        once=SAME_FOR,
    )
    return tell_owner(tx, CORE, warning, now, worktime)


def tell_of_refused_login(
    tx: sa.Connection, mailbox: str, error: str, since: datetime, now: datetime, worktime: WorkingTime
) -> bool:
    """Tell the owner that a mailbox's server for sending refuses the login, unless that was told `since` then."""
    warning = Warn(
        reason="login_refused",
        key=f"smtp_login:{mailbox}",
        text=f"The server that the mailbox “{mailbox}” sends by refuses the login ({error}). whiteglove tries again, "
        "but seldom, lest the account be locked. Next step: see `whiteglove check`; until then no client gets an "
        "answer from there.",
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
