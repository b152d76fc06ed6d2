"""`reports`: the promises, and the owner's word that a report was given."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from whiteglove.cli.opening import acting, client_of, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.desk.keeping import Keeper
from whiteglove.ledger import Promise
from whiteglove.settings import Settings
from whiteglove.store import ledger
from whiteglove.store.view import SLOTS_REMEMBERED


def add_reports(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(metavar="ACTION")
    sent = actions.add_parser("sent", help="the report was given: by mail, by phone, in person")
    sent.add_argument("key", metavar="KEY", help="the client")
    add_json(sent)
    sent.set_defaults(run=_sent)


def _list(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    now, zone = datetime.now(UTC), settings.worktime.zone
    with reading(settings) as store, store.read() as tx:
        found = [
            promise for key in settings.book.clients for promise in ledger.promises_of(tx, key, now - SLOTS_REMEMBERED)
        ]
    found.sort(key=lambda promise: promise.due)
    if options.json:
        print_json({"promises": [_as_json(promise, settings) for promise in found]})
        return 0
    print_table(
        [
            (promise.client, promise.kind, local(promise.due, zone), _state(promise), promise.evidence)
            for promise in found
        ],
        heading=("CLIENT", "KIND", "DUE", "STATE", "EVIDENCE"),
    )
    if not found:
        print("Nothing has been promised yet.")
    return 0


def _sent(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    client = client_of(settings, options.key)
    with acting(settings) as store, store.write() as tx:
        promise = Keeper(settings, store).report_sent(tx, client, datetime.now(UTC), "command")
    if promise is None:
        print(f"whiteglove: {client.key} has no report cadence, so no report is due", file=sys.stderr)
        return 1
    if options.json:
        print_json(_as_json(promise, settings))
    else:
        late = ", late" if promise.late else ""
        print(f"{client.name}: the report due {local(promise.due, settings.worktime.zone)} is kept{late}.")
    return 0


def _as_json(promise: Promise, settings: Settings) -> dict[str, object]:
    zone = settings.worktime.zone
    return {
        "client": promise.client,
        "kind": promise.kind,
        "due": instant(promise.due, zone),
        "state": promise.state,
        "late": promise.late,
        "made_at": instant(promise.made_at, zone),
        "closed_at": instant(promise.closed_at, zone),
        "evidence": promise.evidence or None,
        "told": promise.told,
    }


def _state(promise: Promise) -> str:
    return f"{promise.state} late" if promise.late and promise.state == "kept" else str(promise.state)
