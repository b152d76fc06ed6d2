"""What the arguments of all commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from whiteglove.errors import WhiteGloveError

LARGEST_NUMBER = 2**63 - 1
"""What a column of SQLite can hold."""
CONFIG_HELP = "the configuration file, or the folder that holds it"


class UsageError(WhiteGloveError):
    """An argument is well formed and wrong all the same: exit code 2."""


class CommandParser(argparse.ArgumentParser):
    """The parser of one command. `fill` adds the command's own arguments as soon as the command was chosen, and not
    before: it lies in the file that imports everything the command works with.

    What every command takes has no default here, so that it may stand before the command as well.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.fill: Callable[[CommandParser], None] | None = None
        self.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=CONFIG_HELP)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        fill, self.fill = self.fill, None
        if fill is not None:
            fill(self)
        return super().parse_known_args(args, namespace)


def row_number(text: str) -> int:
    """The number that the store gave a mail or an event; for `type=` of an argument."""
    if text.isascii() and text.isdecimal() and int(text) <= LARGEST_NUMBER:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no number as the list shows them")


def add_json(command: argparse.ArgumentParser, text: str = "one JSON object instead of text") -> None:
    """Let a command take `--json`; `options.json` is False where it was not given."""
    command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=text)
