"""`clients`: the book, and one client's dossier with the next report times."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from itertools import islice

from whiteglove.cli import interruptions
from whiteglove.cli.dossiers import as_json, print_page
from whiteglove.cli.interruptions import STANDARD_OUTPUT, months_of, only, write_csv
from whiteglove.cli.muting import muted_until
from whiteglove.cli.opening import client_of, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.clients import Client
from whiteglove.dossier import dossier_of
from whiteglove.promises import next_reports
from whiteglove.settings import Settings
from whiteglove.store import Store, ledger
from whiteglove.store.view import SLOTS_REMEMBERED, LedgerView

MOST_REPORTS = 10


def add_clients(command: CommandParser) -> None:
    command.add_argument("key", nargs="?", metavar="KEY", help="the name of the client's file; without it, all clients")
    command.add_argument(
        "--csv",
        metavar="FILE",
        help="write what their messages and calls took into FILE, a row for each month and kind; - is standard output",
    )
    command.add_argument("--month", metavar="M", help="with --csv: this month alone, as 2026-11")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    client = client_of(settings, options.key) if options.key is not None else None
    if options.csv is not None and client is None:
        raise UsageError("--csv is about one client; right would be: whiteglove clients KEY --csv FILE")
    if options.csv is None and options.month is not None:
        raise UsageError("--month says which month --csv writes; add --csv FILE")
    if options.csv == STANDARD_OUTPUT and options.json:
        raise UsageError("--csv - and --json both print; name a file for one of them")
    with reading(settings) as store:
        if client is not None and options.csv is not None:
            _write_csv(options, settings, store, client)
        elif client is None:
            _print_book(options, settings, store)
        else:
            _print_client(options, settings, store, client)
    return 0


def upcoming(settings: Settings, store: Store, client: Client, now: datetime) -> list[datetime]:
    """The next report times, ascending: a promise still open first, then the free slots. A late one is no next one."""
    with store.read() as tx:
        promises = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
    moments = next_reports(client.report, settings.worktime, promises, now)
    return list(islice((moment for moment in moments if moment > now), MOST_REPORTS))


def _print_book(options: argparse.Namespace, settings: Settings, store: Store) -> None:
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
        return
    print_table(
        [(client.key, client.name, client.engagement, len(client.people), local(due, zone)) for client, due in found],
        heading=("KEY", "NAME", "ENGAGEMENT", "PEOPLE", "NEXT REPORT"),
    )
    if not found:
        print(f"The book is empty; each client is a file in {settings.path.parent / 'clients'}.")


def _print_client(options: argparse.Namespace, settings: Settings, store: Store, client: Client) -> None:
    now = datetime.now(UTC)
    view = LedgerView(store, settings.book, settings.worktime, now)
    dossier = dossier_of(client, view, settings.worktime, now, reports=MOST_REPORTS)
    with store.read() as tx:
        muted = muted_until(tx, client)
    if options.json:
        of_ledger = as_json(dossier, view.promises(client.key, now - SLOTS_REMEMBERED), muted, settings.worktime.zone)
        print_json({**of_ledger, "interruptions": interruptions.as_json(months_of(settings, client, view, now))})
    else:
        print_page(dossier, muted, now, settings.worktime.zone)


def _write_csv(options: argparse.Namespace, settings: Settings, store: Store, client: Client) -> None:
    now = datetime.now(UTC)
    view = LedgerView(store, settings.book, settings.worktime, now)
    months = only(months_of(settings, client, view, now), options.month)
    rows = write_csv(client, months, options.csv)
    if options.json:
        print_json({"client": client.key, "rows": rows, "interruptions": interruptions.as_json(months)})
    elif options.csv != STANDARD_OUTPUT:
        print(f"{client.name}: {rows} row{'' if rows == 1 else 's'} written to {options.csv}.")
