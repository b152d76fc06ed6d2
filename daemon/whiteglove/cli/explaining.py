"""`explain`: what one message was taken for, what was decided, and why."""

from __future__ import annotations

import argparse
import sys
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.cli.opening import add_json, reading, settings_of
from whiteglove.cli.output import instant, print_json, print_table
from whiteglove.guard import REASONS as GUARD_REASONS
from whiteglove.ledger import MailState
from whiteglove.screen import REASONS as SCREEN_REASONS
from whiteglove.store import events, messages, outbox

ACTIONS = {
    MailState.PLANNED: "waiting",
    MailState.CLAIMED: "waiting",
    MailState.DEFERRED: "waiting",
    MailState.SUBMITTING: "waiting",
    MailState.SENT: "answered",
    MailState.WITHHELD: "withheld",
    MailState.CANCELLED: "cancelled",
    MailState.FAILED: "failed",
    MailState.UNKNOWN: "unknown",
}
"""What became of the answer to a message, in a word; `nothing` where none was ever decided."""


def add(commands: Any) -> None:
    command = commands.add_parser("explain", help="say what became of one message, and why")
    command.add_argument("message_id", metavar="MESSAGE-ID", help="with or without angle brackets")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    with reading(settings) as store, store.read() as tx:
        row = messages.find(tx, store.hash_id(options.message_id))
        if row is None:
            print(f"whiteglove: {options.message_id}: never seen in a watched folder", file=sys.stderr)
            return 1
        answer = explanation(tx, row, options.message_id.strip().strip("<>"), settings.worktime.zone)
    if options.json:
        print_json(answer)
    else:
        _print(answer)
    return 0


def explanation(tx: sa.Connection, row: sa.Row[Any], message_id: str, zone: ZoneInfo) -> dict[str, Any]:
    """The JSON of `explain`. Of a sender who is not in the book little is known, and that little is said."""
    mails = outbox.answering(tx, row.row)
    handlings = [
        (event, handling)
        for kind in ("MessageReceived", "OwnerSent")
        for event in events.of_subject(tx, kind, row.row)
        for handling in events.handlings_of(tx, event.row)
    ]
    return {
        "message": {
            "message_id": row.message_id or message_id,
            "mailbox": row.mailbox,
            "folder": row.folder,
            "uid": row.uid,
            "internaldate": instant(row.received_at, zone),
            "client": row.client,
            "kind": (row.kinds or [row.machine_kind])[0],
            "kinds": row.kinds or ([row.machine_kind] if row.machine_kind else []),
            "abstained": row.abstained,
            "cues": row.cues or [],
            "history": row.history,
            "defects": row.defects or [],
        },
        "verdict": {
            "human": row.human,
            "may_acknowledge": row.may_acknowledge,
            "obliges": row.obliges,
            "reason": row.reason,
        },
        "decision": _decision(row, mails, [handling.reason for _, handling in handlings if handling.reason]),
        "mails": [
            {
                "state": mail.state,
                "reason": mail.reason,
                "message_id": mail.message_id,
                "due": instant(mail.due, zone),
                "plugin": mail.plugin,
                "rehearsed": mail.rehearsed,
            }
            for mail in mails
        ],
        "events": [
            {
                "event_id": event.row,
                "type": event.type,
                "state": event.state,
                "at": instant(event.at, zone),
                "error": event.error,
                "plugins": {
                    handling.plugin: {"state": handling.state, "reason": handling.reason, "error": handling.error}
                    for owner, handling in handlings
                    if owner.row == event.row
                },
            }
            for kind in ("MessageReceived", "OwnerSent")
            for event in events.of_subject(tx, kind, row.row)
        ],
    }


def _decision(row: sa.Row[Any], mails: tuple[outbox.OutboxRow, ...], reasons: list[str]) -> dict[str, str | None]:
    """What was done: the mail that went or waits, else the first that did not, else nothing and why."""
    for states in ((MailState.SENT, MailState.UNKNOWN), (MailState.PLANNED, MailState.DEFERRED, MailState.SUBMITTING)):
        for mail in mails:
            if mail.state in states:
                return {"action": ACTIONS[mail.state], "reason": mail.reason}
    if mails:
        return {"action": ACTIONS[mails[0].state], "reason": mails[0].reason}
    if row.duplicate_of is not None:
        return {"action": "nothing", "reason": "duplicate"}
    if not row.may_acknowledge and row.reason:
        return {"action": "nothing", "reason": row.reason}
    if row.history:
        return {"action": "nothing", "reason": "history"}
    return {"action": "nothing", "reason": reasons[0] if reasons else None}


def _print(answer: dict[str, Any]) -> None:
    message, verdict, decision = answer["message"], answer["verdict"], answer["decision"]
    meaning = {**SCREEN_REASONS, **GUARD_REASONS}
    why = decision["reason"] or ""
    print_table(
        [
            ("Message", message["message_id"]),
            ("Where", f"{message['mailbox']} / {message['folder']}, UID {message['uid']}"),
            ("Received", message["internaldate"]),
            ("Client", message["client"] or "nobody in the client book"),
            ("Wants", ", ".join(message["kinds"]) + (" (abstained)" if message["abstained"] else "")),
            ("Because of", "; ".join(f"“{cue}”" for cue in message["cues"])),
            ("Verdict", _verdict(verdict)),
            ("Decision", f"{decision['action']}: {why}" + (f" ({meaning[why]})" if why in meaning else "")),
        ]
    )
    print_table(
        [(mail["state"], mail["reason"], mail["due"], mail["message_id"]) for mail in answer["mails"]],
        heading=("MAIL", "REASON", "TELLS", "MESSAGE-ID"),
    )


def _verdict(verdict: dict[str, Any]) -> str:
    said = ", ".join(f"{name} {'yes' if verdict[name] else 'no'}" for name in ("human", "may_acknowledge", "obliges"))
    return f"{said} ({verdict['reason']})" if verdict["reason"] else said
