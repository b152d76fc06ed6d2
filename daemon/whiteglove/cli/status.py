"""`status`: what needs you, is it alive, what waits, what comes next."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.app import schedules_of
from whiteglove.cli.opening import host_of, reading, settings_of
from whiteglove.cli.output import ago, bold, instant, print_facts, print_json, print_table
from whiteglove.cli.plugins import suspended_until
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.desk.summing import build
from whiteglove.host import Host
from whiteglove.oauth import access_of
from whiteglove.prepare.summing import reader_of
from whiteglove.schedule import Scheduler
from whiteglove.settings import MailboxAccount, Settings
from whiteglove.store import Store, drafts, events, folders, health, messages, outbox
from whiteglove.summary import verdict


def add_status(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    host = host_of(settings)
    try:
        with reading(settings) as store:
            answer = look(settings, host, store, now)
    finally:
        host.close()
    if options.json:
        print_json(answer)
    else:
        show(answer, now)
    return 0


def look(settings: Settings, host: Host, store: Store, now: datetime) -> dict[str, Any]:
    """The JSON of `status`, as of now."""
    zone = settings.worktime.zone
    with store.read() as tx:
        known = folders.everything(tx)
        recorded, mails, waiting = messages.count(tx), outbox.counts(tx), events.counts(tx)
        fares, lying = health.everything(tx), drafts.count_lying(tx)
        turned_away = outbox.deferred_because(tx)
    schedules = schedules_of(settings, host, store, now)
    following = Scheduler(store, settings, schedules, _Stopped(now)).next_run()
    return {
        "verdict": verdict(build(settings, host, store, None, now), reader_of(settings)),
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
                "turned_away": turned_away.get(account.name),
                **_login(account, now, zone),
            }
            for account in settings.mailboxes
        ],
        "messages": recorded,
        "plugins": [
            {
                "name": plugin.name,
                "summary": plugin.summary,
                "origin": plugin.origin,
                "suspended_until": instant(suspended_until(fares.get(plugin.name), now), zone),
            }
            for plugin in host.plugins
        ],
        "outbox": dict(mails),
        "drafts": lying,
        "events": dict(waiting),
        "next_run": instant(following, zone),
    }


def _login(account: MailboxAccount, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """How the login stands, where it is one by OAuth 2.0."""
    access = access_of(account)
    if access is None:
        return {}
    state = access.state()
    is_wanted = state.condition in ("missing", "refused") or state.ends_soon(now)
    return {
        "login": {
            "condition": state.condition,
            "code": state.code or None,
            "since": instant(state.since, zone),
            "ends": instant(state.ends_at, zone),
            "text": f"{state.said}; run `{access.command}`" if is_wanted else state.said,
        }
    }


def show(answer: dict[str, Any], now: datetime) -> None:
    """The same for people, the sentence with which the daily summary begins at the top."""
    print(bold(answer["verdict"]))
    print()
    following = answer["next_run"]
    moment = datetime.fromisoformat(following) if following else None
    print_facts(
        [
            ("Store", answer["store"] or f"none yet in {answer['state']}"),
            ("Mode", answer["mode"]),
            ("Messages", answer["messages"]),
            ("Outbox", ", ".join(f"{number} {state}" for state, number in answer["outbox"].items()) or "empty"),
            ("Drafts", f"{answer['drafts']} laid ready"),
            ("Events", f"{answer['events']['open']} open, {answer['events']['parked']} parked"),
            ("Plugins", ", ".join(_plugin(plugin) for plugin in answer["plugins"]) or "none enabled"),
            *(("Login", f"{box['name']}: {box['login']['text']}") for box in answer["mailboxes"] if "login" in box),
            *(("Sending", f"{box['name']}: {said}") for box in answer["mailboxes"] if (said := box["turned_away"])),
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


@dataclass(frozen=True, slots=True)
class _Stopped:
    """A clock that shows the moment of the question; fills `ports.Clock`."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment
