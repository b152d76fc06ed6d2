"""`mute`: nothing automatic goes to a client for a while."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import sqlalchemy as sa

from whiteglove.cli.opening import acting, client_of, settings_of
from whiteglove.cli.output import instant, local, print_json
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.clients import Client
from whiteglove.errors import GrammarError
from whiteglove.grammar import parse_until
from whiteglove.settings import Settings
from whiteglove.store import mutes

OFF = "off"


def add_mute(command: CommandParser) -> None:
    command.add_argument("key", metavar="KEY", help="the client")
    command.add_argument(
        "until",
        metavar="UNTIL",
        nargs="+",
        help="2026-12-01 (from its start), 2026-12-01 11:00, Wed 11:00 (the next one), 3d, 8h, or off; in your zone",
    )
    add_json(command)
    command.set_defaults(run=_run)


def muted_until(tx: sa.Connection, client: Client) -> datetime | None:
    """Until when nothing automatic goes to a client, which may be over: the later of what their file says and what was
    said here. None where neither says anything."""
    said = (client.muted_until, mutes.until(tx, client.key))
    return max((until for until in said if until is not None), default=None)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    client = client_of(settings, options.key)
    now = datetime.now(UTC)
    until = _until(" ".join(options.until), now, settings)
    with acting(settings) as store, store.write() as tx:
        if until is None:
            mutes.drop(tx, client.key)
        else:
            mutes.put(tx, client.key, until)
        end = muted_until(tx, client)
    if end is not None and end <= now:
        end = None
    if options.json:
        print_json({"client": client.key, "muted_until": instant(end, settings.worktime.zone)})
    else:
        print(_said(settings, client, until, end))
    return 0


def _until(text: str, now: datetime, settings: Settings) -> datetime | None:
    """The instant (UTC), None for `off`. Raises UsageError for what is no time, and for a time that is over."""
    if text.strip().casefold() == OFF:
        return None
    try:
        until = parse_until(text, now, settings.worktime.zone)
    except GrammarError as error:
        raise UsageError(f'UNTIL: {error}; or "{OFF}"') from None
    if until <= now:
        raise UsageError(f'UNTIL: {local(until, settings.worktime.zone)} is not in the future; "{OFF}" ends a silence')
    return until


def _said(settings: Settings, client: Client, until: datetime | None, end: datetime | None) -> str:
    if end is None:
        return f"{client.name} gets automatic mail again."
    what = f"Nothing automatic goes to {client.name} before {local(end, settings.worktime.zone)}"
    file = settings.path.parent / "clients" / f"{client.key}.toml"
    return f"{what}." if until == end else f"{what}: muted_until in {file} says so."
