"""`plugins`: what is enabled and how it fares, and the owner's word that a suspended one is to be called again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.cli.opening import host_of, reading, settings_of
from whiteglove.cli.output import ago, instant, print_json, print_table
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.hookspecs import GROUP
from whiteglove.host import REST, Host, origin_of
from whiteglove.settings.fields import unlike
from whiteglove.store import health
from whiteglove.store.health import Health


def add_plugins(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(metavar="ACTION")
    text = "a suspended plugin is called again, and what waited for it is handled"
    resume = actions.add_parser("resume", help=text, description=text)
    resume.add_argument("name", metavar="NAME", help="the plugin")
    add_json(resume)
    resume.set_defaults(run=_resume)


def suspended_until(known: Health | None, now: datetime) -> datetime | None:
    """Until when a plugin rests; None for one that is called."""
    if known is None or known.suspended_since is None or abs(now - known.suspended_since) >= REST:
        return None
    return known.suspended_since + REST


def _list(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    host = host_of(settings)
    host.close()
    with reading(settings) as store, store.read() as tx:
        fares, parked = health.everything(tx), health.parked(tx)
    found = [*_enabled(host, fares, parked, now, settings.worktime.zone), *_others(host)]
    if options.json:
        print_json({"plugins": found})
        return 0
    print_table(
        [(one["name"], _state(one), one["parked"] or "", one["origin"], _error(one, now)) for one in found],
        heading=("PLUGIN", "STATE", "PARKED", "ORIGIN", "LAST ERROR"),
    )
    if not found:
        print("No plugin is installed.")
    return 0


def _resume(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    name = options.name
    if name not in settings.plugins:
        others = unlike(name, settings.plugins) or f"; enabled are {', '.join(settings.plugins) or 'none'}"
        raise UsageError(f'no plugin "{name}" is enabled{others}')
    with reading(settings) as store, store.write() as tx:
        done = health.ask_to_resume(tx, name, now)
    if not done:
        print(f"whiteglove: {name} is not suspended", file=sys.stderr)
        return 1
    if options.json:
        print_json({"name": name, "resume_asked": instant(now, settings.worktime.zone)})
    else:
        print(f"{name} is called again within a second, or as soon as the daemon runs.")
    return 0


def _enabled(
    host: Host, fares: Mapping[str, Health], parked: Mapping[str, int], now: datetime, zone: ZoneInfo
) -> list[dict[str, Any]]:
    found = []
    for plugin in host.plugins:
        known = fares.get(plugin.name)
        until = suspended_until(known, now)
        found.append(
            {
                "name": plugin.name,
                "enabled": True,
                "summary": plugin.summary,
                "origin": plugin.origin,
                "suspended_since": instant(known.suspended_since, zone) if known and until else None,
                "suspended_until": instant(until, zone),
                "resume_asked": instant(known.resume_asked, zone) if known else None,
                "failures": known.failures if known else 0,
                "last_error": known.last_error if known else None,
                "failed_at": instant(known.failed_at, zone) if known else None,
                "parked": parked.get(plugin.name, 0),
            }
        )
    return found


def _others(host: Host) -> list[dict[str, Any]]:
    """What is installed and not enabled; nothing of it is imported."""
    enabled = {plugin.name for plugin in host.plugins}
    origins = {one.name: origin_of(one) for one in entry_points(group=GROUP) if one.name not in enabled}
    nothing = dict.fromkeys(
        ("summary", "suspended_since", "suspended_until", "resume_asked", "last_error", "failed_at")
    )
    return [
        {"name": name, "enabled": False, "origin": origin, **nothing, "failures": 0, "parked": 0}
        for name, origin in sorted(origins.items())
    ]


def _state(one: Mapping[str, Any]) -> str:
    if not one["enabled"]:
        return "not enabled"
    if one["suspended_until"] is None:
        return "called" if not one["failures"] else f"failed {one['failures']} times"
    until = datetime.fromisoformat(one["suspended_until"])
    return f"rests until {until:%H:%M}" + (", to be resumed" if one["resume_asked"] else "")


def _error(one: Mapping[str, Any], now: datetime) -> str:
    if not one["last_error"]:
        return ""
    when = datetime.fromisoformat(one["failed_at"]) if one["failed_at"] else None
    return f"{one['last_error']} ({ago(when, now)})" if when else str(one["last_error"])
