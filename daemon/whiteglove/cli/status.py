"""`status`: is it alive, what waits, what comes next."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from whiteglove.app import SystemClock, schedules_of
from whiteglove.cli.opening import host_of, reading, settings_of
from whiteglove.cli.output import ago, instant, print_json, print_table
from whiteglove.cli.plugins import suspended_until
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.host import Host
from whiteglove.schedule import Scheduler
from whiteglove.settings import Settings
from whiteglove.store import Store, events, folders, health, messages, outbox


def add_status(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    host = host_of(settings)
    try:
        with reading(settings) as store:
            answer = look(settings, host, store)
    finally:
        host.close()
    if options.json:
        print_json(answer)
    else:
        _print(answer, datetime.now(UTC))
    return 0


def look(settings: Settings, host: Host, store: Store) -> dict[str, Any]:
    """The JSON of `status`."""
    zone, clock = settings.worktime.zone, SystemClock()
    with store.read() as tx:
        known = folders.everything(tx)
        recorded, mails, waiting = messages.count(tx), outbox.counts(tx), events.counts(tx)
        fares = health.everything(tx)
    schedules = schedules_of(settings, host, store, clock.now())
    following = Scheduler(store, settings, schedules, clock).next_run()
    return {
        "store": str(store.path) if store.path else None,
        "state": str(settings.daemon.state),
        "mode": settings.daemon.mode,
        "mailboxes": [
            {
                "name": account.name,
                "folders": [
                    {
                        "folder": folder.folder,
                        "role": folder.role,
                        "uidvalidity": folder.uidvalidity,
                        "line": folder.line,
                        "cursor": folder.cursor,
                        "last_search": instant(folder.searched_at, zone),
                    }
                    for folder in known
                    if folder.mailbox == account.name
                ],
            }
            for account in settings.mailboxes
        ],
        "messages": recorded,
        "plugins": [
            {
                "name": plugin.name,
                "summary": plugin.summary,
                "origin": plugin.origin,
                "suspended_until": instant(suspended_until(fares.get(plugin.name), clock.now()), zone),
            }
            for plugin in host.plugins
        ],
        "outbox": dict(mails),
        "events": dict(waiting),
        "next_run": instant(following, zone),
    }


def _print(answer: dict[str, Any], now: datetime) -> None:
    following = answer["next_run"]
    moment = datetime.fromisoformat(following) if following else None
    print_table(
        [
            ("Store", answer["store"] or f"none yet in {answer['state']}"),
            ("Mode", answer["mode"]),
            ("Messages", answer["messages"]),
            ("Outbox", ", ".join(f"{number} {state}" for state, number in answer["outbox"].items()) or "empty"),
            ("Events", f"{answer['events']['open']} open, {answer['events']['parked']} parked"),
            ("Plugins", ", ".join(_plugin(plugin) for plugin in answer["plugins"]) or "none enabled"),
            ("Next", moment.strftime("%a %d %b %Y %H:%M") if moment else "–"),
        ]
    )
    print()
    print_table(
        [
            (box["name"], folder["folder"], folder["role"], folder["line"], _searched(folder["last_search"], now))
            for box in answer["mailboxes"]
            for folder in box["folders"] or [{"folder": "–", "role": "–", "line": "–", "last_search": None}]
        ],
        heading=("MAILBOX", "FOLDER", "ROLE", "LINE", "SEARCHED"),
    )


def _plugin(plugin: dict[str, Any]) -> str:
    until = plugin["suspended_until"]
    return f"{plugin['name']} (rests until {datetime.fromisoformat(until):%H:%M})" if until else str(plugin["name"])


def _searched(last_search: str | None, now: datetime) -> str:
    return ago(datetime.fromisoformat(last_search) if last_search else None, now)
