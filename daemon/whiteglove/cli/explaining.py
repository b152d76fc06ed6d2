"""`explain`: what one message was taken for, what was decided, and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.cli.opening import reading, settings_of
from whiteglove.cli.output import instant, print_json, print_table, visible
from whiteglove.cli.reasons import with_meaning
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.codec import decode_action, to_json
from whiteglove.ledger import MailState
from whiteglove.store import changes, events, incidents, messages, outbox

ACTIONS = {
    MailState.SENT: "answered",
    MailState.UNKNOWN: "unknown",
    MailState.SUBMITTING: "waiting",
    MailState.CLAIMED: "waiting",
    MailState.PLANNED: "waiting",
    MailState.DEFERRED: "waiting",
    MailState.FAILED: "failed",
    MailState.CANCELLED: "cancelled",
    MailState.WITHHELD: "withheld",
}
"""What became of the answer to a message, in a word. Of several answers the one whose state stands first here tells; a
rehearsed one is `rehearsed`. `nothing` where none was decided, `undecided` while the event waits, `parked` where it
waits for a person."""


def add_explain(command: CommandParser) -> None:
    command.add_argument("message_id", metavar="MESSAGE-ID", help="with or without angle brackets")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    message_id = options.message_id.strip().strip("<>")
    with reading(settings) as store, store.read() as tx:
        row = messages.find(tx, store.hash_id(message_id))
        if row is None:
            print(f"whiteglove: {visible(message_id)}: never seen in a watched folder", file=sys.stderr)
            return 1
        answer = explanation(tx, row, message_id, settings.worktime.zone)
    if options.json:
        print_json(answer)
    else:
        _print(answer)
    return 0


def explanation(tx: sa.Connection, row: sa.Row[Any], message_id: str, zone: ZoneInfo) -> dict[str, Any]:
    """The JSON of `explain`. Of a sender who is not in the book little is known, and that little is said."""
    mails, passed_on = outbox.answering(tx, row.row), outbox.passing_on(tx, row.row)
    about = [event for kind in ("MessageReceived", "OwnerSent") for event in events.of_subject(tx, kind, row.row)]
    handlings = {event.row: events.handlings_of(tx, event.row) for event in about}
    reasons = [handling.reason for known in handlings.values() for handling in known if handling.reason]
    kinds = row.kinds or ([row.machine_kind] if row.machine_kind else [])
    return {
        "message": {
            "message_id": row.message_id or message_id,
            "mailbox": row.mailbox,
            "folder": row.folder,
            "uid": row.uid,
            "internaldate": instant(row.received_at, zone),
            "client": row.client,
            "kind": kinds[0] if kinds else None,
            "kinds": kinds,
            "abstained": row.abstained,
            "cues": row.cues or [],
            "history": row.history,
            "outbound": row.outbound,
            "defects": row.defects or [],
        },
        "verdict": {
            "human": row.human,
            "may_acknowledge": row.may_acknowledge,
            "obliges": row.obliges,
            "reason": row.reason,
        },
        "decision": _decision(row, mails, about, reasons),
        "incident": _incident(tx, row),
        "mails": [
            {
                "state": mail.state,
                "reason": mail.reason,
                "message_id": mail.message_id.strip("<>") if mail.message_id else None,
                "due": instant(mail.due, zone),
                "plugin": mail.plugin,
                "rehearsed": mail.rehearsed,
                "audience": mail.audience,
            }
            for mail in (*mails, *passed_on)
        ],
        "changes": [_change(change) for change in changes.of_message(tx, row.row)],
        "events": [
            {
                "event_id": event.row,
                "type": event.type,
                "state": event.state,
                "at": instant(event.at, zone),
                "error": event.error,
                "plugins": {
                    handling.plugin: {"state": handling.state, "reason": handling.reason, "error": handling.error}
                    for handling in handlings[event.row]
                },
            }
            for event in about
        ],
    }


def _change(change: changes.Change) -> dict[str, Any]:
    """A flag or a move that a plugin wanted of the message, with what became of it."""
    action = decode_action(change.action)
    fields = to_json(action)
    assert isinstance(fields, dict)
    state = {"state": change.state, "error": change.error, "plugin": change.plugin}
    return {"action": type(action).__name__, **fields, **state}


def _incident(tx: sa.Connection, row: sa.Row[Any]) -> dict[str, Any] | None:
    """The incident that the message opened, or is evidence of; the latest one, where it is named in several."""
    known = incidents.everything(tx, row.client) if row.client else ()
    about = [found for found in known if any(entry.message == row.row for entry in found.entries)]
    return {"id": about[-1].row, "state": about[-1].state} if about else None


def _decision(
    row: sa.Row[Any], mails: Sequence[outbox.OutboxRow], about: Sequence[sa.Row[Any]], reasons: Sequence[str]
) -> dict[str, str | None]:
    """What was done, and why that; where nothing was, why nothing."""
    if mails:
        mail = min(mails, key=lambda mail: list(ACTIONS).index(mail.state))
        rehearsed = mail.rehearsed and mail.state is MailState.SENT
        return {"action": "rehearsed" if rehearsed else ACTIONS[mail.state], "reason": mail.reason}
    if row.duplicate_of is not None:
        return {"action": "nothing", "reason": "duplicate"}
    if not row.may_acknowledge and row.reason:
        return {"action": "nothing", "reason": row.reason}
    if row.history:
        return {"action": "nothing", "reason": "history"}
    for state, action in ((events.OPEN, "undecided"), (events.PARKED, "parked")):
        if any(event.state == state for event in about):
            return {"action": action, "reason": None}
    return {"action": "nothing", "reason": reasons[0] if reasons else None}


def _print(answer: dict[str, Any]) -> None:
    message, decision, incident = answer["message"], answer["decision"], answer["incident"]
    wants = ", ".join(message["kinds"]) + (" (abstained)" if message["abstained"] else "")
    print_table(
        [
            ("Message", message["message_id"]),
            ("Where", f"{message['mailbox']} / {message['folder']}, UID {message['uid']}"),
            ("Received", message["internaldate"] or "–"),
            ("Client", message["client"] or "nobody in the client book"),
            ("Wants", wants or "–"),
            ("Because of", "; ".join(f"“{cue}”" for cue in message["cues"]) or "–"),
            ("Verdict", _verdict(answer["verdict"])),
            ("Decision", decision["action"] + _because(decision["reason"])),
            ("Incident", f"{incident['id']}, {incident['state']}" if incident else "none"),
        ]
    )
    print_table(
        [
            (mail["state"], mail["audience"], mail["reason"], mail["due"], mail["message_id"])
            for mail in answer["mails"]
        ],
        heading=("MAIL", "TO", "REASON", "TELLS", "MESSAGE-ID"),
    )
    if answer["changes"]:
        print_table(
            [(one["state"], _wanted(one), one["plugin"], one["reason"], one["error"]) for one in answer["changes"]],
            heading=("CHANGE", "WANTED", "PLUGIN", "REASON", "ERROR"),
        )


def _wanted(change: dict[str, Any]) -> str:
    if change["action"] == "Move":
        return f"moved to {change['folder']}"
    return f"{'with' if change['set'] else 'without'} {change['flag']}"


def _verdict(verdict: dict[str, Any]) -> str:
    said = ", ".join(f"{name} {'yes' if verdict[name] else 'no'}" for name in ("human", "may_acknowledge", "obliges"))
    return said + _because(verdict["reason"])


def _because(reason: str | None) -> str:
    return f": {with_meaning(reason)}" if reason else ""
