"""`correct`: the owner knows better what a message wants."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from whiteglove.cli.opening import acting, settings_of
from whiteglove.cli.output import local, print_json, visible
from whiteglove.cli.reasons import with_meaning
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.clients import Client
from whiteglove.desk.correcting import Corrected, correct
from whiteglove.message import MACHINE_KINDS, Kind, RecordedMessage
from whiteglove.settings import Settings
from whiteglove.settings.fields import unlike
from whiteglove.store import messages


def add_correct(command: CommandParser) -> None:
    command.add_argument("message_id", metavar="MESSAGE-ID", help="with or without angle brackets")
    command.add_argument("kind", metavar="KIND", help=" ".join(Kind))
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    kind = _kind(options.kind)
    message_id = options.message_id.strip().strip("<>")
    with acting(settings) as store, store.write() as tx:
        row = messages.find(tx, store.hash_id(message_id))
        message = messages.recorded(row) if row is not None else None
        client = settings.book.clients.get(message.client) if message is not None else None
        fault = _fault(message, client)
        done = None
        if message is not None and client is not None and fault is None:
            done = correct(tx, message, kind, client, settings, datetime.now(UTC))
    if done is None or client is None:
        print(f"whiteglove: {visible(message_id)}: {fault}", file=sys.stderr)
        return 1
    if options.json:
        print_json(_as_json(done, message_id))
    else:
        print("\n".join(_said(done, client, settings)))
    return 0


def _kind(text: str) -> Kind:
    """Raises UsageError for what is no kind."""
    try:
        return Kind(text.strip().casefold())
    except ValueError:
        others = unlike(text, Kind) or f"; there are {', '.join(Kind)}"
        raise UsageError(f'KIND: "{visible(text)}" is none; right would be "status_request"{others}') from None


def _fault(message: RecordedMessage | None, client: Client | None) -> str | None:
    """Why nothing can be corrected here."""
    if message is None:
        return "never seen in a watched folder"
    if message.outbound:
        return "your own mail; only what clients write is of a kind"
    if client is None:
        return "its sender is nobody in the client book; only clients' mail is of a kind"
    known = message.verdicts
    by_words = message.classification is not None and message.classification.kind in MACHINE_KINDS
    if known.kind is not None or not (known.human or by_words):
        return f"no person wrote it: {with_meaning(known.reason)}; only what people write can be corrected"
    return None


def _as_json(done: Corrected, message_id: str) -> dict[str, Any]:
    return {
        "message_id": done.message.message_id or message_id,
        "client": done.message.client,
        "was": done.was,
        "kind": done.kind,
        "obligation": "opened" if done.opened else "closed" if done.closed else "open" if done.owed else None,
        "incident": done.incident,
        "called_off": done.called_off,
    }


def _said(done: Corrected, client: Client, settings: Settings) -> list[str]:
    """What follows, a line each; what does not follow is said too where somebody might expect it."""
    sender = visible(done.message.author.name or done.message.author.address)
    said = [f"{client.name}: it is {done.kind} now, and so is what {sender} writes in this thread from now on."]
    if done.was is not None:
        said[0] = (
            f"{client.name}: it was {done.was}, it is {done.kind} now, and so is what {sender} writes in this thread."
        )
    if done.called_off:
        said.append("The answer that was waiting is called off.")
    if done.opened and done.owed:
        until = f" by {local(done.owed.due, settings.worktime.zone)}" if done.owed.due else ""
        said.append(f"It waits for your answer{until}. Nothing is sent by itself.")
    elif done.closed:
        said.append("It waits for no answer any more.")
    elif done.still_promised and done.owed:
        said.append("It waits for your answer all the same: they were told when they get it.")
    if done.incident_is_new:
        said.append(f"Incident {done.incident} is open: nothing automatic goes to {client.name} until you resolve it.")
    elif done.incident is not None and done.was is not done.kind:
        said.append(f"Incident {done.incident} stays open; `whiteglove incidents resolve {done.incident}` ends it.")
    return said
