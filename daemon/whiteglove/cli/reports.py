"""`reports`: the promises, the owner's word that a report was given, and its move to another time."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

import sqlalchemy as sa

from whiteglove.cli.opening import acting, client_of, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table, visible
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.clients import Client
from whiteglove.desk.keeping import Keeper
from whiteglove.desk.moving import Moved, Mover
from whiteglove.errors import GrammarError
from whiteglove.grammar import parse_when
from whiteglove.ledger import Promise
from whiteglove.prepare.absences import Displaced, displaced, said
from whiteglove.promises import free_slot, next_report, next_working_day, refuses_move
from whiteglove.settings import Settings
from whiteglove.store import ledger
from whiteglove.store.view import SLOTS_REMEMBERED

NEXT = "next"
_WRONG = {
    "past": "is not in the future",
    "too_far": "is more than a year ahead",
    "day_off": "is a day off, a holiday or an absence of yours",
}


def add_reports(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(metavar="ACTION")
    sent = actions.add_parser("sent", help="the report was given: by mail, by phone, in person")
    sent.add_argument("key", metavar="KEY", help="the client")
    add_json(sent)
    sent.set_defaults(run=_sent)
    move = actions.add_parser("move", help="the next report comes at another time; who was told the old one is told")
    move.add_argument("key", metavar="KEY", help="the client")
    move.add_argument(
        "when",
        metavar="WHEN",
        nargs="+",
        help="Wed 11:00 (the next one), 2026-12-02 11:00, or next (their next free slot); in your zone",
    )
    add_json(move)
    move.set_defaults(run=_move)


def _list(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    now, zone = datetime.now(UTC), settings.worktime.zone
    with reading(settings) as store, store.read() as tx:
        found = [
            promise for key in settings.book.clients for promise in ledger.promises_of(tx, key, now - SLOTS_REMEMBERED)
        ]
        in_absence = {one.promise.row: one for one in displaced(tx, settings, now)}
    found.sort(key=lambda promise: promise.due)
    if options.json:
        print_json({"promises": [_listed(promise, in_absence.get(promise.row), settings) for promise in found]})
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
    if in_absence:
        print("\nOn a day off or in an absence of yours:")
    for one in in_absence.values():
        print(f"  {visible(said(one, settings))}")
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


def _move(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    client, text = client_of(settings, options.key), " ".join(options.when)
    now, is_next = datetime.now(UTC), text.strip().casefold() == NEXT
    if not is_next:
        # Before the store is opened: what is refused makes none.
        to = _instant(text, now, settings)
    with acting(settings) as store, store.write() as tx:
        due, free = _next_free(tx, client, settings, now)
        if due is None or (is_next and free is None):
            print(f"whiteglove: {_nothing_to_move(client, due)}", file=sys.stderr)
            return 1
        if is_next:
            assert free is not None
            to = free
        moved = Mover(settings, store).move(tx, client, to, now)
    if options.json:
        was_due = instant(moved.was_due, settings.worktime.zone)
        print_json({**_as_json(moved.promise, settings), "was_due": was_due, "tells": list(moved.tells)})
    else:
        print(_moved(moved, client, settings))
    return 0


def _instant(text: str, now: datetime, settings: Settings) -> datetime:
    """WHEN as an instant (UTC). Raises UsageError, with a right example, for what is no time to move a report to."""
    worktime = settings.worktime
    try:
        to = parse_when(text, now, worktime.zone)
    except GrammarError as error:
        raise UsageError(f'WHEN: {error}; or "{NEXT}"') from None
    reason = refuses_move(to, worktime, now)
    if reason is None:
        return to
    free = next_working_day(worktime, min(to, now) if reason == "too_far" else to, now)
    right = f'; right would be "{free.astimezone(worktime.zone):%Y-%m-%d %H:%M}"' if free is not None else ""
    raise UsageError(f"WHEN: {local(to, worktime.zone)} {_WRONG[reason]}{right}")


def _next_free(
    tx: sa.Connection, client: Client, settings: Settings, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the client's next report is due, and the free slot after it."""
    known = ledger.promises_of(tx, client.key, now - SLOTS_REMEMBERED)
    due = next_report(client.report, settings.worktime, known, now)
    free = free_slot(client.report, settings.worktime, known, due, now) if due is not None else None
    return due, free


def _nothing_to_move(client: Client, due: datetime | None) -> str:
    if due is None:
        return f"{client.key} has neither a promise nor a report cadence, so there is nothing to move"
    return f"{client.key} has no free slot, as nothing is worked for more than a year; name a time"


def _moved(moved: Moved, client: Client, settings: Settings) -> str:
    zone = settings.worktime.zone
    if moved.was_due == moved.promise.due:
        return f"{client.name}: the next report is due {local(moved.promise.due, zone)} already."
    what = f"{client.name}: the report due {local(moved.was_due, zone)} is moved to {local(moved.promise.due, zone)}."
    if not moved.tells:
        return f"{what} Nobody has to be told."
    told = "".join(f"\n  {visible(address)}" for address in moved.tells)
    return f"{what} A mail about it goes to{told}"


def _listed(promise: Promise, absent: Displaced | None, settings: Settings) -> dict[str, object]:
    proposed = absent.proposed if absent is not None else None
    return {
        **_as_json(promise, settings),
        "in_absence": absent is not None,
        "proposed": instant(proposed, settings.worktime.zone),
    }


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
