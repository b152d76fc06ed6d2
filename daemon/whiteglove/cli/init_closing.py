"""How `init` ends: what `check` says of what lies there now, and what to do next."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from whiteglove.app import World
from whiteglove.cli.checking import Finding, check
from whiteglove.cli.init_looking import Seen
from whiteglove.cli.init_proposing import Proposal, as_json
from whiteglove.cli.opening import host_of
from whiteglove.cli.output import visible
from whiteglove.errors import ConfigurationError
from whiteglove.settings import find, load
from whiteglove.settings.places import SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was done. `needs_login` where nobody can look into the mailbox before a login by OAuth 2.0; `seen` is what
    was found in each mailbox; `is_new` where the configuration was written just now."""

    configuration: Path
    files: Sequence[Path]
    mailbox: str
    provider: str
    mode: str
    needs_login: bool = False
    is_new: bool = True
    proposals: Sequence[Proposal] = ()
    chosen: Sequence[Proposal] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict)


def checked(result: Result, world: World, *, offline: bool) -> Iterator[Finding]:
    """`check` of what lies there now, each line as it is found; offline without the servers."""
    settings = load(result.configuration, os.environ)
    host = host_of(settings)
    try:
        for finding in check(replace(settings, mailboxes=()) if offline else settings, host, world):
            print(f"{finding.level:7}  {finding.what}: {visible(finding.text)}")
            sys.stdout.flush()
            yield finding
    finally:
        host.close()


def next_steps(result: Result, *, sound: bool) -> list[str]:
    """What to do now, a line each, four at most."""
    command = _command(result.configuration)
    is_service = result.configuration.parent == SYSTEM
    reload = "systemctl reload whiteglove" if is_service else f"{command} run"
    steps = []
    if result.needs_login:
        steps.append(f"Log in: {command} login {result.mailbox}; then pick your clients: {command} init --more-clients")
    elif not sound:
        steps.append(f"Mend what is called a fault above, until this finds none: {command} check")
    if not result.is_new:
        return [*steps, f"Say in each new file when they hear from you (report); then: {reload}"]
    start = "systemctl start whiteglove (systemd/README.md)" if is_service else f"{command} run --once"
    return [
        *steps,
        f"Run it once, in rehearsal, where nothing goes to a client and all of it to you: {start}",
        f"Look at the mails “Rehearsal: …” that you got, and at what it saw: {command} summary",
        f'Go live when each is one you would have sent: mode = "live" in {result.configuration}; then: {reload}',
    ]


def told(result: Result, findings: Sequence[Finding], steps: Sequence[str], *, sound: bool) -> dict[str, Any]:
    """The object that `--json` prints."""
    folders = {name: {"sent": seen.guessed.sent, "drafts": seen.guessed.drafts} for name, seen in result.seen.items()}
    return {
        "ok": sound,
        "configuration": str(result.configuration),
        "files": [str(file) for file in result.files],
        "mode": result.mode,
        "provider": result.provider,
        "mailbox": result.mailbox,
        "read": {name: seen.read for name, seen in result.seen.items()},
        "folders": folders,
        "proposals": as_json(result.proposals),
        "clients": [one.key for one in result.chosen],
        "findings": [{"level": one.level, "what": one.what, "text": one.text} for one in findings],
        "next": list(steps),
    }


def _command(configuration: Path) -> str:
    """How to call a command that reads this configuration: without `--config` where it would be found anyhow."""
    called = Path(sys.argv[0])
    # From a checkout the program is not where a shell looks for it.
    program = str(called) if called.name == "whiteglove" and shutil.which("whiteglove") is None else "whiteglove"
    with contextlib.suppress(ConfigurationError):
        if find(None, os.environ).absolute() == configuration:
            return program
    return f"{program} --config {configuration}"
