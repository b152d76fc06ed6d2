"""`backup` and `restore`: the store in a file of its own, and such a file in the store's place."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from whiteglove.cli.opening import settings_of
from whiteglove.cli.output import print_json
from whiteglove.cli.usage import CommandParser, add_json
from whiteglove.store.backup import restore, write_backup


def add_backup(command: CommandParser) -> None:
    command.add_argument("file", metavar="FILE", help="where to; the daemon may go on meanwhile")
    command.add_argument("--force", action="store_true", help="replace FILE where it exists")
    add_json(command)
    command.set_defaults(run=_backup)


def add_restore(command: CommandParser) -> None:
    command.add_argument("file", metavar="FILE", help="what `whiteglove backup` wrote; the daemon must not run")
    add_json(command)
    command.set_defaults(run=_restore)


def _backup(options: argparse.Namespace) -> int:
    state, file = settings_of(options).daemon.state, Path(options.file)
    size = write_backup(state, file, replace=options.force)
    if options.json:
        print_json({"store": str(state), "file": str(file), "bytes": size})
    else:
        print(f"{file}: the store as it was just now, {size} bytes, sound.")
        print("Addresses and subjects are in it: keep it where nobody else reads it.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    state, file = settings_of(options).daemon.state, Path(options.file)
    done = restore(state, file, datetime.now(UTC))
    if options.json:
        before = str(done.before) if done.before is not None else None
        print_json({"store": str(state), "file": str(file), "before": before, "called_off": done.called_off})
        return 0
    print(f"{state}: the store is now that of {file}.")
    if done.before is not None:
        print(f"The one before is kept as {done.before}.")
    print("What has arrived before the next start is read as history, and gets no automatic answer.")
    if done.called_off:
        print(f"Automatic mails that waited in the backup and were called off: {done.called_off}.")
    return 0
