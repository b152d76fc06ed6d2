"""`clients`: the book, and one client's dossier with the next report times."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from whiteglove.cli.opening import add_json, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table
from whiteglove.clients import Client
from whiteglove.promises import next_reports
from whiteglove.settings import Settings
from whiteglove.store import Store, ledger
from whiteglove.store.view import SLOTS_REMEMBERED

MOST_REPORTS = 10


def add(commands: Any) -> None:
    command = commands.add_parser("clients", help="the client book, or one client's dossier")
    command.add_argument("key", nargs="?", metavar="KEY", help="the name of the client's file")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    book = settings.book
    if options.key is not None and options.key not in book.clients:
        known = ", ".join(sorted(book.clients)) or "none yet"
        print(f"whiteglove: no client is called {options.key!r}; known: {known}", file=sys.stderr)
        return 2
    with reading(settings) as store:
        if options.key is None:
            return _print_book(options, settings, store)
        return _print_client(options, settings, store, book.clients[options.key])


def upcoming(settings: Settings, store: Store, client: Client, now: datetime) -> list[datetime]:
    """The next report times, ascending: an owed promise first, then free slots."""
    with store.read() as tx:
        promises = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
    return list(islice(next_reports(client.report, settings.worktime, promises, now), MOST_REPORTS))


def _print_book(options: argparse.Namespace, settings: Settings, store: Store) -> int:
    now, zone = datetime.now(UTC), settings.worktime.zone
    found = []
    for client in settings.book.clients.values():
        reports = upcoming(settings, store, client, now)
        found.append((client, reports[0] if reports else None))
    if options.json:
        print_json(
            {
                "clients": [
                    {
                        "key": client.key,
                        "name": client.name,
                        "engagement": client.engagement,
                        "people": len(client.people),
                        "next_report": instant(following, zone),
                    }
                    for client, following in found
                ]
            }
        )
        return 0
    print_table(
        [(client.key, client.name, client.engagement, len(client.people), local(due, zone)) for client, due in found],
        heading=("KEY", "NAME", "ENGAGEMENT", "PEOPLE", "NEXT REPORT"),
    )
    return 0


def _print_client(options: argparse.Namespace, settings: Settings, store: Store, client: Client) -> int:
    now, zone = datetime.now(UTC), settings.worktime.zone
    reports = upcoming(settings, store, client, now)
    with store.read() as tx:
        promises = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
        waiting = ledger.open_obligations(tx, client.key)
    if options.json:
        dossier = {name: value for name, value in asdict(client).items() if value not in (None, (), "")}
        print_json(
            {
                **dossier,
                "next_reports": [instant(moment, zone) for moment in reports],
                "promises": [
                    {"kind": promise.kind, "due": instant(promise.due, zone), "state": promise.state}
                    for promise in promises
                ],
                "obligations": [
                    {"kinds": found.kinds, "opened_at": instant(found.opened_at, zone), "due": instant(found.due, zone)}
                    for found in waiting
                ],
            }
        )
        return 0
    print_table(
        [
            ("Client", f"{client.name} ({client.key})"),
            ("Engagement", client.engagement),
            ("Zone", client.timezone),
            ("People", "; ".join(f"{person.name} {' '.join(person.addresses)}" for person in client.people)),
            ("Projects", "; ".join(project.name for project in client.projects)),
            ("Waiting", f"{len(waiting)} unanswered"),
            ("Notes", client.notes),
        ]
    )
    print()
    print_table([(local(moment, zone),) for moment in reports], heading=("NEXT REPORTS",))
    return 0
