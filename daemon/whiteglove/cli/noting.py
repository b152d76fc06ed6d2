"""`note`: something learned about a client, or a call with them, into the dossier."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from whiteglove.cli.opening import acting, client_of, settings_of
from whiteglove.cli.output import instant, local, print_json
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.clients import Client
from whiteglove.desk.keeping import Keeper
from whiteglove.ledger import Promise
from whiteglove.store import events, notes

LONGEST = 500
"""Characters of one note: it is read on one page with everything else that is known of a client."""
LONGEST_CALL = 24 * 60
"""Minutes."""


def add_note(command: CommandParser) -> None:
    command.add_argument("key", metavar="KEY", help="the client")
    command.add_argument("text", metavar="TEXT", nargs="+", help=f"one line, at most {LONGEST} characters")
    command.add_argument("--call", action="store_true", help="it was learned in a call, which counts as contact")
    way = command.add_mutually_exclusive_group()
    way.add_argument("--in", dest="inbound", action="store_true", help="they called you")
    way.add_argument("--out", dest="outbound", action="store_true", help="you called them; so it is without either")
    command.add_argument(
        "--minutes", metavar="N", type=_minutes, help="how long the call took, which began so long before now"
    )
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    client = client_of(settings, options.key)
    text = _line(" ".join(options.text))
    if not options.call and (options.inbound or options.outbound or options.minutes is not None):
        raise UsageError("--in, --out and --minutes say something of a call; add --call")
    outbound = options.call and not options.inbound
    at = datetime.now(UTC) - timedelta(minutes=options.minutes or 0)
    with acting(settings) as store, store.write() as tx:
        row = notes.add(
            tx,
            client=client.key,
            at=at,
            text=text,
            call=options.call,
            outbound=outbound,
            minutes=options.minutes,
        )
        events.add(tx, "ClientNoted", at, row)
        kept = Keeper(settings, store).call_made(tx, client, at) if outbound else None
    zone = settings.worktime.zone
    if options.json:
        print_json(
            {
                "client": client.key,
                "at": instant(at, zone),
                "text": text,
                "call": options.call,
                "outbound": outbound,
                "minutes": options.minutes,
                "kept": {"due": instant(kept.due, zone), "late": kept.late} if kept is not None else None,
            }
        )
    else:
        print(_said(client, kept, zone, call=options.call, outbound=outbound))
    return 0


def _line(text: str) -> str:
    """The text on one line. Raises UsageError where it says nothing, or too much."""
    # What a terminal gives in another encoding than ours cannot be stored.
    line = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    if not line:
        raise UsageError('TEXT: says nothing; right would be "Prefers a call on Fridays"')
    if len(line) > LONGEST:
        raise UsageError(f"TEXT: {len(line)} characters; at most {LONGEST} are kept")
    return line


def _minutes(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= LONGEST_CALL:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no number of minutes; right would be 12")


def _said(client: Client, kept: Promise | None, zone: ZoneInfo, *, call: bool, outbound: bool) -> str:
    what = "a note"
    if call:
        what = "your call to them" if outbound else "their call to you"
    said = f"{client.name}: {what} is in the dossier."
    if kept is None:
        return said
    late = ", late" if kept.late else ""
    return f"{said} The report due {local(kept.due, zone)} is kept{late}."
