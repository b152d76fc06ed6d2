"""`plugins`: what is enabled and how it fares, what one remembers; one that rests is resumed, a new one is made."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any
from zoneinfo import ZoneInfo

from whiteglove.cli.opening import reading, settings_of, sound_host_of
from whiteglove.cli.output import ago, instant, print_json, print_table
from whiteglove.cli.scaffolding import add_new
from whiteglove.cli.usage import CommandParser, UsageError, add_json
from whiteglove.errors import Problem
from whiteglove.hookspecs import GROUP
from whiteglove.host import REST, Host, origin_of
from whiteglove.settings import Settings
from whiteglove.settings.fields import unlike
from whiteglove.store import health, memory
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
    text = "what a plugin remembers; with --json for programs of your own to go on with"
    remembered = actions.add_parser("memory", help=text, description=text)
    remembered.add_argument("name", metavar="NAME", help="the plugin")
    add_json(remembered)
    remembered.set_defaults(run=_memory)
    add_new(actions)


def suspended_until(known: Health | None, now: datetime) -> datetime | None:
    """Until when a plugin rests; None for one that is called."""
    if known is None or known.suspended_since is None or abs(now - known.suspended_since) >= REST:
        return None
    return known.suspended_since + REST


def _list(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    host, faults = sound_host_of(settings)
    host.close()
    with reading(settings) as store, store.read() as tx:
        fares, parked = health.everything(tx), health.parked(tx)
    enabled = [*_enabled(host, fares, parked, now, settings.worktime.zone), *_faulty(faults)]
    found = [*enabled, *_others({one["name"] for one in enabled})]
    if options.json:
        print_json({"plugins": found})
        return 2 if faults else 0
    print_table(
        [
            (one["name"], _state(one), one["parked"] or "", _origin(one), one["version"] or "", _error(one, now))
            for one in found
        ],
        heading=("PLUGIN", "STATE", "PARKED", "ORIGIN", "VERSION", "LAST ERROR"),
    )
    if not found:
        print("No plugin is installed.")
    for problem in (problem for problems in faults.values() for problem in problems):
        print(problem, file=sys.stderr)
    return 2 if faults else 0


def _memory(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    name = _enabled_name(settings, options.name)
    with reading(settings) as store, store.read() as tx:
        found = memory.items(tx, name, "", now)
    if options.json:
        print_json({"name": name, "memory": dict(found)})
        return 0
    print_table([(key, json.dumps(value, ensure_ascii=False)) for key, value in found.items()])
    if not found:
        print(f"{name} remembers nothing.")
    return 0


def _enabled_name(settings: Settings, name: str) -> str:
    """The name, if a section enables the plugin. Raises UsageError, which names one that is spelt alike, or all."""
    if name not in settings.plugins:
        others = unlike(name, settings.plugins) or f"; enabled are {', '.join(settings.plugins) or 'none'}"
        raise UsageError(f'no plugin "{name}" is enabled{others}')
    return name


def _resume(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    name = _enabled_name(settings, options.name)
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
                "version": plugin.version or None,
                "file": plugin.file or None,
                "problems": [],
                "goes_away": list(plugin.goes_away),
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


_UNKNOWN = ("summary", "file", "suspended_since", "suspended_until", "resume_asked", "last_error", "failed_at")


def _faulty(faults: Mapping[str, tuple[Problem, ...]]) -> list[dict[str, Any]]:
    """What is enabled and cannot be used, with everything that is wrong with it."""
    return [
        {**_installed(name), "enabled": True, "problems": [str(problem) for problem in problems]}
        for name, problems in faults.items()
    ]


def _others(enabled: Collection[str]) -> list[dict[str, Any]]:
    """What is installed and not enabled; nothing of it is imported."""
    names = {one.name for one in entry_points(group=GROUP)} - set(enabled)
    return [{**_installed(name), "enabled": False} for name in sorted(names)]


def _installed(name: str) -> dict[str, Any]:
    """What the packages that are installed say of a plugin, without a look into it."""
    points = entry_points(group=GROUP, name=name)
    found = [(origin_of(one), one.dist.version if one.dist is not None else None) for one in points]
    origin, version = found[0] if found else ("not installed", None)
    known: dict[str, Any] = {"name": name, "origin": origin, "version": version, "problems": [], "goes_away": []}
    return known | dict.fromkeys(_UNKNOWN) | {"failures": 0, "parked": 0}


def _origin(one: Mapping[str, Any]) -> str:
    """Without the version, which has a column of its own."""
    return str(one["origin"]).removesuffix(f" {one['version']}")


def _state(one: Mapping[str, Any]) -> str:
    if not one["enabled"]:
        return "not enabled"
    if one["problems"]:
        return "cannot be used"
    if one["suspended_until"] is None:
        return "called" if not one["failures"] else f"failed {one['failures']} times"
    until = datetime.fromisoformat(one["suspended_until"])
    return f"rests until {until:%H:%M}" + (", to be resumed" if one["resume_asked"] else "")


def _error(one: Mapping[str, Any], now: datetime) -> str:
    if one["problems"]:
        return str(one["problems"][0])
    if not one["last_error"]:
        return ""
    when = datetime.fromisoformat(one["failed_at"]) if one["failed_at"] else None
    return f"{one['last_error']} ({ago(when, now)})" if when else str(one["last_error"])
