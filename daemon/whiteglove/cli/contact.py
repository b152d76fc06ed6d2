"""`contact`: what was tried with clients who write too often; let it begin anew."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from whiteglove.cli.interruptions import PLUGIN
from whiteglove.cli.opening import acting, client_of, reading, settings_of
from whiteglove.cli.output import instant, local, print_json, print_table
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.settings import Settings
from whiteglove.store import drafts, memory

LADDER = "ladder:"
"""Under this and the client's key the plugin remembers the last step that was taken."""

_Step = dict[str, Any]
"""What was done last with a client: `client`, `step`, `at`, and when the first step was taken, `began`."""


def add_contact(command: CommandParser) -> None:
    add_json(command)
    command.set_defaults(run=_list)
    actions = command.add_subparsers(dest="action", metavar="ACTION", parser_class=CommandParser)
    reset = actions.add_parser(
        "reset",
        help="forget what was tried with a client: the next time it begins with the first step",
        description="Forget what was tried with a client. A draft of it that lies in Drafts untouched is taken away.",
    )
    reset.add_argument("key", metavar="KEY", help="the client")
    add_json(reset)
    reset.set_defaults(run=_reset)


def _list(options: argparse.Namespace) -> int:
    settings, now = settings_of(options), datetime.now(UTC)
    with reading(settings) as store, store.read() as tx:
        kept = memory.items(tx, PLUGIN, LADDER, now)
    steps = [_step(key.removeprefix(LADDER), value) for key, value in kept.items() if isinstance(value, dict)]
    if options.json:
        print_json({"steps": [_as_json(step, settings) for step in steps]})
        return 0
    zone = settings.worktime.zone
    rows = [(one["client"], one["step"], local(one["at"], zone), local(one["began"], zone)) for one in steps]
    print_table(rows, heading=("CLIENT", "LAST STEP", "TAKEN", "BEGAN"))
    if not rows:
        print("Nothing was tried with anybody in the last four weeks.")
    return 0


def _reset(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    client = client_of(settings, options.key)
    now = datetime.now(UTC)
    with acting(settings) as store, store.write() as tx:
        was = memory.get(tx, PLUGIN, LADDER + client.key, now)
        memory.drop(tx, PLUGIN, LADDER + client.key)
        for draft in drafts.live(tx, client.key):
            if draft.plugin == PLUGIN:
                drafts.take_away(tx, draft, now)
    step = _step(client.key, was) if isinstance(was, dict) else None
    if options.json:
        print_json({"client": client.key, "was": _as_json(step, settings) if step else None})
    elif step is None:
        print(f"Nothing was tried with {client.name} in the last four weeks.")
    else:
        print(f"{client.name}: what was tried is forgotten; the next time begins with the first step.")
    return 0


def _step(client: str, kept: _Step) -> _Step:
    return {
        "client": client,
        "step": str(kept["step"]),
        "at": datetime.fromisoformat(str(kept["at"])),
        "began": datetime.fromisoformat(str(kept["began"])),
    }


def _as_json(step: _Step, settings: Settings) -> _Step:
    zone = settings.worktime.zone
    return {**step, "at": instant(step["at"], zone), "began": instant(step["began"], zone)}
