"""`incidents export` and `incidents verify`: a client's paper trail in one file, and whether such a file is whole."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

import sqlalchemy as sa

from whiteglove.app import RealWorld
from whiteglove.cli.gathering import beginning, filled, record_of
from whiteglove.cli.opening import client_of, reading, settings_of
from whiteglove.cli.originals import Originals
from whiteglove.cli.output import local, print_json, visible
from whiteglove.cli.usage import UsageError, add_json
from whiteglove.clients import Client
from whiteglove.disclosure import disclosure_words
from whiteglove.ledger import ClientNote
from whiteglove.paper_trail import (
    Letter,
    Trail,
    index_page,
    index_table,
    timeline_page,
    timeline_text,
)
from whiteglove.sealing import Fault, Sealer, sealing, verify
from whiteglove.settings import Settings
from whiteglove.store import incidents
from whiteglove.store.forgetting import is_known

_MEMBERS = ("changed", "missing", "additional")
_SAID_OF_FAULT = {
    "changed": "was changed",
    "missing": "is missing",
    "additional": "is not in SHA256SUMS",
    "duplicate": "is there more than once",
    "unsafe_name": "has a name that no file of whiteglove's has; do not unpack it",
    "not_as_written": "is packed as whiteglove packs nothing; do not unpack it",
    "bad_sums": "SHA256SUMS has a line that is none",
    "no_sums": "there is no SHA256SUMS that could be read",
    "container": "every member is as it was, and bytes around them were changed, or the file was packed anew",
    "unreadable": "this is no zip file, or too much of it is damaged",
}


def add_export(command: argparse.ArgumentParser) -> None:
    """What `incidents export` takes."""
    command.add_argument("--client", metavar="KEY", help="whose; without it, the one with whom an incident is open")
    command.add_argument(
        "--since",
        metavar="D",
        help="from this date on, as 2026-11-01; without it, from where what is open began, else 90 days",
    )
    command.add_argument("--out", metavar="FILE", required=True, help="where to, a zip file")
    command.add_argument("--force", action="store_true", help="replace FILE where it exists")
    add_json(command)
    command.set_defaults(run=export)


def add_verify(command: argparse.ArgumentParser) -> None:
    """What `incidents verify` takes."""
    command.add_argument("file", metavar="FILE", help="what `whiteglove incidents export` wrote")
    add_json(command)
    command.set_defaults(run=check)


def export(options: argparse.Namespace) -> int:
    """Write the paper trail of one client. The daemon may run meanwhile."""
    settings, now, out = settings_of(options), datetime.now(UTC), Path(options.out)
    given = _date(options.since, settings, now)
    world = RealWorld()
    with reading(settings) as store, store.read() as tx:
        client = _client(tx, settings, options.client)
        record = record_of(tx, settings, client, given or beginning(tx, settings, client.key, now))
    # The store is let go of before the servers are asked, which takes its time.
    with sealing(out, replace=options.force) as sealer, Originals(settings.mailboxes, world.working) as originals:
        trail = filled(record, originals, sealer)
        _write(trail, sealer)
    _tell(options, settings, client, trail, sealer.sums_hash, out)
    return 0


def check(options: argparse.Namespace) -> int:
    """Compare a file with what was written, offline and without a configuration; exit 1 for any difference."""
    file = Path(options.file)
    found = verify(file)
    if options.json:
        by_kind = {what: [fault.member for fault in found.faults if fault.what == what] for what in _MEMBERS}
        others = [{"what": one.what, "member": one.member or None} for one in found.faults if one.what not in _MEMBERS]
        sums = found.sums_hash or None
        whole = {"file": str(file), "ok": not found.faults, "members": found.members, "sums": sums}
        print_json({**whole, **by_kind, "faults": others})
    elif found.faults:
        for fault in found.faults:
            print(f"{file}: {_said(fault)}")
    else:
        print(f"{file}: whole and unchanged, {found.members} files.")
        print(f"SHA-256 of its SHA256SUMS: {found.sums_hash}")
    return 1 if found.faults else 0


def _said(fault: Fault) -> str:
    text = _SAID_OF_FAULT[fault.what]
    return f"{visible(fault.member)} {text}" if fault.member else text


def _client(tx: sa.Connection, settings: Settings, key: str | None) -> Client:
    """Whose trail it is. Also one who has left the book, as long as something of them is on record."""
    if key is None:
        found = sorted({incident.client for incident in incidents.open_ones(tx)})
        if len(found) != 1:
            why = f"incidents are open with {', '.join(found)}" if found else "no incident is open"
            raise UsageError(f"say whose with --client KEY: {why}")
        key = found[0]
    if key not in settings.book.clients and is_known(tx, key):
        owner = settings.owner
        return Client(key=key, name=key, timezone=owner.timezone, language=owner.language)
    return client_of(settings, key)


def _date(text: str | None, settings: Settings, now: datetime) -> datetime | None:
    if text is None:
        return None
    today = settings.worktime.local_date(now)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'--since "{text}" is no date; right would be {today.isoformat()}') from None
    if day > today:
        raise UsageError(f"--since {day.isoformat()} is still to come; today is {today.isoformat()}")
    return settings.worktime.instant(day, time())


def _write(trail: Trail, sealer: Sealer) -> None:
    """Index and timeline. They say nothing of the hour of the export, so that the same state makes the same file."""
    at = max((letter.at for letter in trail.letters), default=trail.since)
    # Spreadsheets know by the mark at its beginning that a table is UTF-8.
    sealer.add("index.csv", index_table(trail).encode("utf-8-sig"), at)
    sealer.add("index.html", index_page(trail).encode(), at)
    sealer.add("timeline.html", timeline_page(trail).encode(), at)
    sealer.add("timeline.txt", timeline_text(trail).encode(), at)


def _tell(options: argparse.Namespace, settings: Settings, client: Client, trail: Trail, sums: str, out: Path) -> None:
    """What was written, and what to look at before the file is handed on."""
    missing = [letter for letter in trail.letters if letter.missing is not None]
    several = [(letter, keys) for letter in trail.letters if (keys := _others(letter, client, settings))]
    naming = [call for call in trail.calls if _names_another(call, client, settings)]
    if options.json:
        print_json(
            {
                "file": str(out),
                "client": client.key,
                "since": trail.since.astimezone(trail.zone),
                "messages": len(trail.letters),
                "sums": sums,
                "missing": [
                    {"number": one.number, "message_id": one.message_id or None, "reason": one.missing}
                    for one in missing
                ],
                "several_clients": [
                    {"number": one.number, "message_id": one.message_id or None, "clients": keys}
                    for one, keys in several
                ],
                "calls_naming_others": [call.at.astimezone(trail.zone) for call in naming],
            }
        )
    else:
        since = trail.since.astimezone(trail.zone).date()
        there = len(trail.letters) - len(missing)
        print(f"{out}: {client.name} since {since}, {len(trail.letters)} messages, {there} of them with their bytes.")
        print(f"SHA-256 of its SHA256SUMS: {sums}")
        print("Note that number apart from the file: it is another one as soon as anything in the file is.")
    for one in missing:
        _point_out(trail, one, f"is listed without its text ({one.missing})")
    for one, keys in several:
        _point_out(trail, one, f"also names people of {', '.join(keys)}: look at it before you hand the file on")
    for call in naming:
        when = local(call.at, trail.zone)
        print(f"whiteglove: your note of the call on {when} names another client: see timeline.txt", file=sys.stderr)


def _point_out(trail: Trail, letter: Letter, what: str) -> None:
    subject = f" “{visible(letter.subject)}”" if letter.subject else ""
    print(f"whiteglove: message {letter.number}, {local(letter.at, trail.zone)}{subject}, {what}", file=sys.stderr)


def _others(letter: Letter, client: Client, settings: Settings) -> list[str]:
    """The other clients among whom it was from and to."""
    return sorted(settings.book.clients_among((letter.author, *letter.to, *letter.cc)) - {client.key})


def _names_another(call: ClientNote, client: Client, settings: Settings) -> bool:
    return bool(disclosure_words(settings.book, client).found(call.text))
