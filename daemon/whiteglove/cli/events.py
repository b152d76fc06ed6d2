"""`events`: what could not be handled and waits for a person."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from whiteglove.cli.opening import reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table
from whiteglove.cli.usage import CommandParser, add_json, row_number
from whiteglove.store import decisions, events
from whiteglove.store.subjects import Subject, subject_of

Decide = Callable[[sa.Connection, sa.Row[Any]], bool]


def add_events(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(metavar="ACTION")
    for name, run, text in (
        ("show", _show, "one event: what it is about, what went wrong, what each plugin did"),
        ("retry", _retry, "handle it again, with fresh attempts"),
        ("drop", _drop, "let it be; nothing more follows from it"),
    ):
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("number", metavar="ID", type=row_number, help="as `whiteglove events` lists it")
        add_json(action)
        action.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    zone = settings.worktime.zone
    with reading(settings) as store, store.read() as tx:
        counts = events.counts(tx)
        found = [_as_json(tx, row, zone) for row in decisions.parked(tx)]
    if options.json:
        print_json({"open": counts[events.OPEN], "events": found})
        return 0
    print_table(
        [
            (
                event["event_id"],
                event["type"],
                local(datetime.fromisoformat(event["at"]), zone),
                event["client"],
                ", ".join(event["parked_for"]) or "every plugin",
                _errors(event),
            )
            for event in found
        ],
        heading=("ID", "TYPE", "AT", "CLIENT", "PARKED FOR", "ERROR"),
    )
    waiting = f"{counts[events.OPEN]} open" if counts[events.OPEN] else "none open"
    print(f"{'Nothing is parked' if not found else f'{len(found)} parked'}; {waiting}.")
    return 0


def _show(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    zone = settings.worktime.zone
    with reading(settings) as store, store.read() as tx:
        row = decisions.event(tx, options.number)
        event = _as_json(tx, row, zone) if row is not None else None
    if event is None:
        return _none(options.number)
    if options.json:
        print_json(event)
        return 0
    print_table(
        [
            ("Event", event["event_id"]),
            ("Type", event["type"]),
            ("At", local(datetime.fromisoformat(event["at"]), zone)),
            ("Client", event["client"] or "–"),
            ("About", event["about"] or "–"),
            ("Message-ID", event["message_id"] or "–"),
            ("State", event["state"]),
            ("Attempts", event["attempts"]),
            ("Error", event["error"] or "–"),
        ]
    )
    if event["plugins"]:
        print()
    print_table(
        [
            (name, part["state"], part["attempts"], part["reason"], part["error"])
            for name, part in event["plugins"].items()
        ],
        heading=("PLUGIN", "STATE", "ATTEMPTS", "REASON", "ERROR"),
    )
    return 0


def _retry(options: argparse.Namespace) -> int:
    return _decide(options, decisions.try_again, "is handled again")


def _drop(options: argparse.Namespace) -> int:
    return _decide(options, decisions.drop, "is dropped: nothing more follows from it")


def _decide(options: argparse.Namespace, decide: Decide, said: str) -> int:
    settings = settings_of(options)
    with reading(settings) as store, store.write() as tx:
        row = decisions.event(tx, options.number)
        if row is None:
            return _none(options.number)
        if decisions.parked_parts(tx, row.row) and decisions.is_at_hand(row, datetime.now(UTC)):
            return _failed(f"event {row.row} is being handled for its other plugins; try again in a moment")
        if not decide(tx, row):
            return _failed(f"event {row.row} is {row.state}, and nothing of it is parked")
        after = decisions.event(tx, row.row)
        assert after is not None
        event = _as_json(tx, after, settings.worktime.zone)
    if options.json:
        print_json(event)
    else:
        print(f"Event {row.row} {said}.")
    return 0


def _as_json(tx: sa.Connection, row: sa.Row[Any], zone: ZoneInfo) -> dict[str, Any]:
    subject = subject_of(tx, row.type, row.subject_row, row.details or {}) or Subject()
    return {
        "event_id": row.row,
        "type": row.type,
        "at": instant(row.at, zone),
        "state": row.state,
        "client": subject.client,
        "about": subject.text or None,
        "message_id": subject.message_id,
        "attempts": row.attempts,
        "not_before": instant(row.not_before, zone),
        "error": row.error,
        "parked_for": list(decisions.parked_parts(tx, row.row)),
        "plugins": {
            part.plugin: {
                "state": part.state,
                "attempts": part.attempts,
                "reason": part.reason,
                "error": part.error,
            }
            for part in events.handlings_of(tx, row.row)
        },
    }


def _errors(event: dict[str, Any]) -> str:
    """What went wrong: with the event as a whole, or in the plugins that gave up."""
    parts = [event["plugins"][name]["error"] or "" for name in event["parked_for"]]
    return event["error"] if event["state"] == events.PARKED and event["error"] else "; ".join(filter(None, parts))


def _none(number: int) -> int:
    return _failed(f"there is no event {number}")


def _failed(text: str) -> int:
    print(f"whiteglove: {text}", file=sys.stderr)
    return 1
