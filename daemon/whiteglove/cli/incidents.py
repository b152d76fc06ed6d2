"""`incidents`: what went wrong with clients, how far each matter has come, and the owner's word about that."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.actions import UpdateIncident
from whiteglove.cli.exporting import add_export, add_verify
from whiteglove.cli.opening import acting, reading, settings_of
from whiteglove.cli.output import ago, instant, local, print_json, print_table
from whiteglove.cli.usage import LARGEST_NUMBER, CommandParser, UsageError, add_json
from whiteglove.desk.incidents import update_incident
from whiteglove.ledger import Incident, IncidentState
from whiteglove.message import RecordedMessage
from whiteglove.settings import Settings
from whiteglove.store import incidents, messages

Evidence = dict[int, RecordedMessage]
"""The messages that incidents rest on, by their row; those that are recorded still."""

SHOW = "show"
STEPS: Mapping[str, tuple[IncidentState, str]] = {
    "acknowledge": (IncidentState.ACKNOWLEDGED, "you have spoken or written to them about it"),
    "offered": (IncidentState.REMEDY_OFFERED, "you have offered a remedy"),
    "resolve": (IncidentState.RESOLVED, "the matter is settled"),
}
"""The owner's word about an incident: what it leads to, and what it says."""
PAPER: Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], str]] = {
    "export": (add_export, "a client's paper trail in one file: their messages unchanged, an index, a timeline, sums"),
    "verify": (add_verify, "whether such a file is whole and unchanged; offline, without a configuration"),
}


class _ActionOrNumber(argparse._SubParsersAction):  # type: ignore[type-arg]
    """The actions of the command; any other word is the number of an incident to be shown."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        words = list(values or ())
        shown = [] if words[0] in self._name_parser_map else [SHOW]
        super().__call__(parser, namespace, [*shown, *words], option_string)


def add_incidents(command: CommandParser) -> None:
    command.add_argument("--all", action="store_true", help="the resolved ones too")
    add_json(command)
    command.set_defaults(run=_list)
    command.register("action", "parsers", _ActionOrNumber)
    actions = command.add_subparsers(metavar="ID | ACTION", help="one incident with its history, or one of these:")
    # A number is no choice that could be named beforehand.
    actions.choices = None  # type: ignore[assignment]
    show = actions.add_parser(SHOW, description="One incident with its history.")
    _takes_number(show)
    show.set_defaults(run=lambda options: _show(options, _only_number(options, "incidents")))
    for name, (_, text) in STEPS.items():
        step = actions.add_parser(name, help=text, description=text)
        _takes_number(step)
        step.set_defaults(run=_step, step=name)
    for name, (add, text) in PAPER.items():
        add(actions.add_parser(name, help=text, description=text))


def _takes_number(command: argparse.ArgumentParser) -> None:
    # However many there are: what is wrong with them is said in one line.
    command.add_argument("number", nargs="*", metavar="ID", help="the number of an incident")
    add_json(command)


def _only_number(options: argparse.Namespace, action: str) -> int:
    if len(options.number) != 1:
        raise UsageError(f'{action} takes the number of one incident; right would be "{action} 3"')
    return _number(options.number[0])


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
        [
            (
                *(one.row, one.client, one.kind, one.severity, one.state),
                ago(one.opened_at, now),
                _subject(one, evidence),
            )
            for one in found
        ],
        heading=("ID", "CLIENT", "KIND", "SEVERITY", "STATE", "OPENED", "SUBJECT"),
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


def _step(options: argparse.Namespace) -> int:
    """The owner's word that an incident has come so far; one that has come there or further stays where it is."""
    number, settings = _only_number(options, f"incidents {options.step}"), settings_of(options)
    state, _ = STEPS[options.step]
    with acting(settings) as store, store.write() as tx:
        before = incidents.find(tx, number)
        is_step = before is not None and list(IncidentState).index(before.state) < list(IncidentState).index(state)
        if is_step:
            update_incident(tx, UpdateIncident(reason="command", incident=number, state=state), datetime.now(UTC))
        incident = incidents.find(tx, number)
        evidence = _evidence(tx, incident) if incident is not None else {}
        others = incidents.open_ones(tx, incident.client) if incident is not None else ()
    if incident is None:
        return _none(number)
    if not is_step:
        print(f"whiteglove: incident {number} {_stands(incident, settings)}", file=sys.stderr)
        return 1
    if options.json:
        _print(options, incident, evidence, settings)
        return 0
    print(f"Incident {number} with {_name(incident, settings)} is {_said(state)}.")
    if others and state is IncidentState.RESOLVED:
        numbers = ", ".join(str(other.row) for other in others)
        print(f"Still open with them, so that nothing automatic goes there: {numbers}.")
    return 0


def _stands(incident: Incident, settings: Settings) -> str:
    if incident.state is IncidentState.RESOLVED:
        return f"was resolved already, on {local(incident.resolved_at, settings.worktime.zone)}"
    return f"is {_said(incident.state)} already"


def _said(state: IncidentState) -> str:
    return {IncidentState.REMEDY_OFFERED: "open, with a remedy offered"}.get(state, str(state))


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
            ("Severity", incident.severity),
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
                entry.severity or "",
                f"“{entry.cue}”" if entry.cue else "",
                _message_id(entry.message, evidence),
            )
            for entry in incident.entries
        ],
        heading=("AT", "WHAT HAPPENED", "STATE", "JUDGED", "WORDS", "MESSAGE-ID"),
    )


def _as_json(incident: Incident, evidence: Evidence, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": incident.row,
        "client": incident.client,
        "kind": incident.kind,
        "severity": incident.severity,
        "state": incident.state,
        "matter": incident.matter,
        "opened_at": instant(incident.opened_at, zone),
        "resolved_at": instant(incident.resolved_at, zone),
        "entries": [
            {
                "at": instant(entry.at, zone),
                "reason": entry.reason,
                "state": entry.state,
                "severity": entry.severity,
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
