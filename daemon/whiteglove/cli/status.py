"""`status`: is it alive, what waits, what comes next."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from whiteglove.app import SystemClock
from whiteglove.cli.opening import add_json, host_of, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table
from whiteglove.schedule import Scheduler
from whiteglove.store import events, folders, messages, outbox


def add(commands: Any) -> None:
    command = commands.add_parser("status", help="store, mailboxes, plugins, what waits")
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    host = host_of(settings)
    zone = settings.worktime.zone
    try:
        with reading(settings) as store:
            with store.read() as tx:
                known = folders.everything(tx)
                recorded = messages.count(tx)
                mails, waiting = outbox.counts(tx), events.counts(tx)
            following = Scheduler(store, settings, {}, SystemClock()).next_run()
            answer = {
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
                    {"name": plugin.name, "summary": plugin.summary, "origin": plugin.origin} for plugin in host.plugins
                ],
                "outbox": dict(mails),
                "events": dict(waiting),
                "next_run": instant(following, zone),
            }
    finally:
        host.close()
    if options.json:
        print_json(answer)
        return 0
    print_table(
        [
            ("Store", answer["store"] or f"none yet in {answer['state']}"),
            ("Mode", answer["mode"]),
            ("Messages", recorded),
            ("Outbox", ", ".join(f"{number} {state}" for state, number in mails.items()) or "empty"),
            ("Events", f"{waiting['open']} open, {waiting['parked']} parked"),
            ("Plugins", ", ".join(plugin.name for plugin in host.plugins) or "none enabled"),
            ("Next", local(following, zone)),
        ]
    )
    now = datetime.now(UTC)
    print()
    print_table(
        [(folder.mailbox, folder.folder, folder.role, folder.line, _age(folder.searched_at, now)) for folder in known],
        heading=("MAILBOX", "FOLDER", "ROLE", "LINE", "SEARCHED"),
    )
    return 0


def _age(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"
