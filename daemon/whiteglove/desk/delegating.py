"""Passing a client's message to a teammate, and the answer that is owed with it; and what comes back.

Whoever has the answer, the obligation stays one and the same: it is answered by the owner's mail, or by a teammate's
that is seen on its way to the client.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from whiteglove.actions import Forward, Warn
from whiteglove.clients import Relation
from whiteglove.codec import encode_action
from whiteglove.desk.delegation_words import texts_in
from whiteglove.events import Event
from whiteglove.ledger import Audience, Delegation, DelegationState, MailState
from whiteglove.message import Address
from whiteglove.owner_words import Words, shortened
from whiteglove.prepare.forwarding import CAME_BACK, TEMPLATE
from whiteglove.prepare.notice_words import reasons_in
from whiteglove.prepare.telling import CORE, tell_owner
from whiteglove.settings import Settings
from whiteglove.store import decisions, delegations, ledger, messages, outbox
from whiteglove.store.outbox import OutboxRow

OVERDUE = "overdue"
BOUNCED = "bounced"
"""Why a mail counts as failed that came back after it was accepted; its error names the status after a colon."""
_NEVER_REACHED = frozenset({MailState.FAILED, MailState.WITHHELD, MailState.CANCELLED})

Line = dict[str, Any]


def objection(tx: sa.Connection, wish: Forward, settings: Settings, now: datetime) -> str | None:
    """Why nothing of the kind is done, in words for the plugin's author; None where it can be."""
    message = messages.at(tx, wish.message)
    if message is None or message.outbound or message.client not in settings.book.clients:
        return f"Forward needs a message that a client wrote, and {wish.message} is the row of none"
    if message.history:
        return "Forward is not possible for a message from before the daemon's line"
    if settings.book.recognise(Address(wish.to)).relation is not Relation.TEAM:
        return "Forward goes to an address of [[team]], and `to` is none"
    owed = ledger.open_in_thread(tx, message.client, message.thread)
    due = (wish.due or owed.due) if owed is not None else None
    if due is not None and due <= now:
        return "Forward hands no answer over whose time has passed; name a later `due`"
    return None


def hand_over(
    tx: sa.Connection, event: Event, plugin: str, wish: Forward, settings: Settings, now: datetime
) -> list[Line]:
    """Put the mail to the teammate into the outbox, once for each message and address, and note what they owe with it;
    in rehearsal nobody gets it, so that nothing is owed by them. The log lines."""
    message, address = messages.get(tx, wish.message), wish.to.casefold()
    mail = outbox.plan(
        tx,
        key=f"{TEMPLATE}:{message.row}:{address}",
        audience=Audience.COLLEAGUE,
        state=MailState.PLANNED,
        reason=wish.reason,
        plugin=plugin,
        event=event.id,
        action=encode_action(wish),
        template=TEMPLATE,
        mailbox=message.mailbox,
        address=address,
        client=message.client,
        answers=message.row,
        thread=message.thread,
        created_at=now,
        not_before=now,
    )
    if mail is None:
        return []
    line: Line = {"mailbox": message.mailbox, "client": message.client, "message_id": message.message_id}
    line |= {"event_id": event.id, "plugin": plugin, "reason": wish.reason}
    lines = [{"event": "mail.planned", "audience": Audience.COLLEAGUE, **line}]
    if settings.daemon.mode == "rehearsal":
        return lines
    owed = ledger.open_in_thread(tx, message.client, message.thread)
    due = (wish.due or owed.due) if owed is not None else None
    delegations.hand_over(
        tx,
        client=message.client,
        message=message.row,
        thread=message.thread,
        obligation=owed.row if owed is not None else None,
        plugin=plugin,
        address=address,
        mail=mail,
        at=now,
        due=due,
    )
    if owed is not None:
        lines.append({"event": "obligation.delegated", **line, "due": due.isoformat() if due else None})
    return lines


def lapsed(tx: sa.Connection, row: int, settings: Settings, now: datetime) -> list[Line]:
    """The time of what a teammate has is over, or they never got it: it is the owner's again, who is told. The log
    lines; none where it was settled meanwhile."""
    delegation = delegations.get(tx, row)
    if delegation.state is not DelegationState.HANDED_OVER:
        return []
    number = delegations.mail_of(tx, row)
    mail = outbox.find(tx, number) if number is not None else None
    failed = mail is not None and (mail.state in _NEVER_REACHED or mail.rehearsed)
    if mail is not None and mail.state in decisions.WAITING:
        outbox.change(tx, [mail.row], state=MailState.CANCELLED, reason=CAME_BACK, settled_at=now, raw=None)
    return come_back(tx, delegation, mail if failed else None, settings, now)


def come_back(
    tx: sa.Connection, delegation: Delegation, failed: OutboxRow | None, settings: Settings, now: datetime
) -> list[Line]:
    """Make it the owner's again and tell them: at once where the mail (`failed`) did not reach the teammate, else in
    the next working minute. What came of the same question and is over too is told with it."""
    same = delegations.of_obligation(tx, delegation.obligation) if delegation.obligation is not None else ()
    for one in (delegation, *same):
        if one.row == delegation.row or (failed is None and one.due is not None and one.due <= now):
            delegations.settle(tx, one.row, DelegationState.RETURNED, now)
    client = settings.book.clients.get(delegation.client)
    if client is None:
        return []
    message = messages.at(tx, delegation.message)
    subject = shortened(message.subject) if message is not None else ""
    told_at = now if failed is not None else settings.worktime.at_work(now)
    words = Words(
        texts=texts_in(settings.owner.language),
        language=settings.languages[settings.owner.language],
        zone=settings.worktime.zone,
        now=told_at,
    )
    warning = Warn(
        reason="not_passed_on" if failed is not None else CAME_BACK,
        key=f"{CAME_BACK}:{delegation.row}",
        text=words(
            "overdue" if failed is None else "failed",
            client=client.name,
            subject=words.quoted(subject) if subject else words("no_subject"),
            name=_name(delegation.address, settings),
            since=words.moment(delegation.handed_at),
            due=words.when(delegation.due) if delegation.due is not None else "",
            reason=_why(failed, words) if failed is not None else "",
        ),
        urgency="now" if failed is not None else "today",
        client=client.key,
    )
    tell_owner(tx, CORE, warning, now, settings.worktime)
    if delegation.obligation is None:
        return []
    return [
        {
            "event": "obligation.returned",
            "level": "warning",
            "client": delegation.client,
            "message_id": message.message_id if message is not None else None,
            "reason": OVERDUE if failed is None else failed.reason,
            "due": delegation.due.isoformat() if delegation.due else None,
        }
    ]


def _why(failed: OutboxRow, words: Words) -> str:
    """What the server said that refused it; else the reason in words, since an error then is that of an earlier try."""
    if failed.reason == BOUNCED:
        _, _, status = (failed.error or "").partition(": ")
        return words("undelivered", status=f", {status}" if status else "")
    if failed.state is MailState.FAILED and failed.error:
        return failed.error
    return reasons_in(words.language.code).get(failed.reason, failed.reason)


def _name(address: str, settings: Settings) -> str:
    """A teammate by name; by address who has left the team."""
    known = (one.name for one in settings.book.team if one.address.casefold() == address)
    return next(known, address)
