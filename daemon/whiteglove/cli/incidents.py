"""`incidents`: what went wrong with clients, how far each matter has come, and the owner's word that it is settled."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.actions import UpdateIncident
from whiteglove.cli.opening import acting, reading, settings_of
from whiteglove.cli.output import ago, instant, local, print_json, print_table
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.desk.incidents import update_incident
from whiteglove.ledger import Incident, IncidentState
from whiteglove.message import RecordedMessage
from whiteglove.settings import Settings
from whiteglove.store import incidents, messages

Evidence = dict[int, RecordedMessage]
"""The messages that incidents rest on, by their row; those that are recorded still."""

RESOLVE = "resolve"
LARGEST_NUMBER = 2**63 - 1
"""What a column of SQLite can hold."""


def add_incidents(command: CommandParser) -> None:
    command.add_argument(
        "what", nargs="?", metavar="ID", help="one incident with its history; without it, those that are open"
    )
    command.add_argument("which", nargs="?", metavar=f"{RESOLVE} ID", help="the matter is settled")
    command.add_argument("--all", action="store_true", help="the resolved ones too")
    add_json(command)
    command.usage = (
        f"%(prog)s [--config FILE] [--json] [--all]\n"
        f"       %(prog)s [--config FILE] [--json] ID\n"
        f"       %(prog)s [--config FILE] [--json] {RESOLVE} ID"
    )
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.what == RESOLVE:
        if options.which is None:
            raise UsageError(f"incidents {RESOLVE} needs the number of an incident")
        return _resolve(options, _number(options.which))
    if options.which is not None:
        raise UsageError(f'{options.what}: no action of incidents; right would be "incidents {RESOLVE} ID"')
    return _list(options) if options.what is None else _show(options, _number(options.what))


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) <= LARGEST_NUMBER:
        return int(text)
    raise UsageError(f"{text}: an incident has a number; `whiteglove incidents` lists them")


def _list(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    with reading(settings) as store, store.read() as tx:
        found = incidents.everything(tx) if options.all else incidents.open_ones(tx)
        evidence = _evidence(tx, *found)
    # What is open comes first.
    found = tuple(sorted(found, key=lambda incident: incident.state is IncidentState.RESOLVED))
    zone = settings.worktime.zone
    if options.json:
        print_json({"incidents": [_as_json(incident, evidence, zone) for incident in found]})
        return 0
    now = datetime.now(UTC)
    print_table(
        [(one.row, one.client, one.kind, one.state, ago(one.opened_at, now), _subject(one, evidence)) for one in found],
        heading=("ID", "CLIENT", "KIND", "STATE", "OPENED", "SUBJECT"),
    )
    if not found:
        print("No incident was recorded yet." if options.all else "No incident is open.")
    return 0


def _show(options: argparse.Namespace, number: int) -> int:
    settings = settings_of(options)
    with reading(settings) as store, store.read() as tx:
        incident = incidents.find(tx, number)
        evidence = _evidence(tx, incident) if incident is not None else {}
    if incident is None:
        return _none(number)
    _print(options, incident, evidence, settings)
    return 0


def _resolve(options: argparse.Namespace, number: int) -> int:
    settings = settings_of(options)
    step = UpdateIncident(reason="command", incident=number, state=IncidentState.RESOLVED)
    with acting(settings) as store, store.write() as tx:
        done = update_incident(tx, step, datetime.now(UTC))
        incident = incidents.find(tx, number)
        evidence = _evidence(tx, incident) if incident is not None else {}
        others = incidents.open_ones(tx, incident.client) if incident is not None else ()
    if incident is None:
        return _none(number)
    if done is None:
        when = local(incident.resolved_at, settings.worktime.zone)
        print(f"whiteglove: incident {number} was resolved already, on {when}", file=sys.stderr)
        return 1
    if options.json:
        _print(options, incident, evidence, settings)
        return 0
    print(f"Incident {number} with {_name(incident, settings)} is resolved.")
    if others:
        numbers = ", ".join(str(other.row) for other in others)
        print(f"Still open with them, so that nothing automatic goes there: {numbers}.")
    return 0


def _none(number: int) -> int:
    print(f"whiteglove: there is no incident {number}", file=sys.stderr)
    return 1


def _print(options: argparse.Namespace, incident: Incident, evidence: Evidence, settings: Settings) -> None:
    zone = settings.worktime.zone
    if options.json:
        print_json(_as_json(incident, evidence, zone))
        return
    print_table(
        [
            ("Incident", incident.row),
            ("Client", f"{_name(incident, settings)} ({incident.client})"),
            ("Kind", incident.kind),
            ("Subject", _subject(incident, evidence) or "–"),
            ("State", incident.state),
            ("Opened", local(incident.opened_at, zone)),
            ("Resolved", local(incident.resolved_at, zone)),
        ]
    )
    print()
    print_table(
        [
            (
                local(entry.at, zone),
                entry.reason,
                entry.state,
                f"“{entry.cue}”" if entry.cue else "",
                _message_id(entry.message, evidence),
            )
            for entry in incident.entries
        ],
        heading=("AT", "WHAT HAPPENED", "STATE", "WORDS", "MESSAGE-ID"),
    )


def _as_json(incident: Incident, evidence: Evidence, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": incident.row,
        "client": incident.client,
        "kind": incident.kind,
        "state": incident.state,
        "matter": incident.matter,
        "opened_at": instant(incident.opened_at, zone),
        "resolved_at": instant(incident.resolved_at, zone),
        "entries": [
            {
                "at": instant(entry.at, zone),
                "reason": entry.reason,
                "state": entry.state,
                "message_id": _message_id(entry.message, evidence),
                "cue": entry.cue or None,
            }
            for entry in incident.entries
        ],
    }


def _evidence(tx: sa.Connection, *found: Incident) -> Evidence:
    rows = {entry.message for incident in found for entry in incident.entries if entry.message is not None}
    recorded = [messages.at(tx, row) for row in sorted(rows)]
    return {message.row: message for message in recorded if message is not None}


def _message_id(row: int | None, evidence: Evidence) -> str | None:
    message = evidence.get(row) if row is not None else None
    return message.message_id if message is not None else None


def _subject(incident: Incident, evidence: Evidence) -> str:
    """What the client's first mail about it is called."""
    theirs = [evidence[entry.message] for entry in incident.entries if entry.message in evidence]
    return next((message.subject for message in theirs if not message.outbound), "")


def _name(incident: Incident, settings: Settings) -> str:
    """The client's name; the key of one who has left the book since."""
    client = settings.book.clients.get(incident.client)
    return client.name if client is not None else incident.client
