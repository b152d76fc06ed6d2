"""The command line: one file a command group, imported only when one of its commands was chosen.

A file has a function `add_COMMAND(parser)` for each of its commands: it says what the command takes, and what runs.
Exit 0 done, 1 something is wrong, 2 bad usage or configuration; a user's mistake is one line, never a traceback.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from whiteglove import __version__
from whiteglove.cli.usage import CONFIG_HELP, CommandParser, UsageError
from whiteglove.errors import ConfigurationError, WhiteGloveError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "six questions and a look into your mailbox, then a configuration that runs in rehearsal"),
    "demo": ("demonstrating", "a day of five invented clients in a few seconds, on this machine alone"),
    "check": ("checking", "configuration, passwords, servers, folders, plugins: what is wrong, what to do about it"),
    "login": ("logging_in", "log in to a mailbox by OAuth 2.0, for Gmail, Microsoft 365 and others"),
    "run": ("running", "run the daemon until it is told to stop"),
    "status": ("status", "what needs you, store, mailboxes, plugins, what waits, what comes next"),
    "summary": ("summing", "the daily summary now, or that of an earlier date"),
    "explain": ("explaining", "what became of one message, and why"),
    "correct": ("correcting", "you know better what a message wants; it counts for its thread and sender from then on"),
    "clients": ("clients", "the client book, or one client's dossier"),
    "contact": ("contact", "what was tried with clients who write too often; let it begin anew"),
    "reports": ("reports", "what was promised to clients, and what became of it"),
    "incidents": ("incidents", "complaints, missed deadlines, late promises: what is open, what became of each"),
    "outbox": ("outbox", "mail that waits, was held back or failed; let one go, or call it off"),
    "events": ("events", "what could not be handled and waits for you; try it again, or drop it"),
    "note": ("noting", "something learned about a client, or a call, into the dossier"),
    "mute": ("muting", "nothing automatic goes to a client for a while"),
    "plugins": ("plugins", "what is enabled and how it fares; resume what is suspended"),
    "forget": ("forgetting", "erase a person or a client from the record"),
    "backup": ("backup", "the store into one file, while the daemon runs"),
    "restore": ("backup", "a backup in the place of the store; what came since is not answered"),
    "classify": ("classifying", "what messages on disk are and want; nothing is sent"),
    "replay": ("replaying", "what would be done with messages on disk; nothing is sent, and nothing recorded"),
    "completion": ("completing", "what a shell needs to complete commands and options"),
}
"""Each command with its file and its line of help."""


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    root = argparse.ArgumentParser(
        prog="whiteglove",
        description="Tells every client when they will hear next, and leaves its owner to the work.",
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"whiteglove {__version__}")
    root.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    root.set_defaults(json=False)
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=CommandParser)
    for name, (file, text) in COMMANDS.items():
        commands.add_parser(name, help=text, description=text).fill = _filler(name, file)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Wrong arguments raise SystemExit with code 2, as `--help` with 0."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character must not cost the answer.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        options = parser().parse_args(arguments)
        code = int(options.run(options))
        if sys.stdout is not None:
            sys.stdout.flush()
    except ConfigurationError as error:
        return _failed(str(error), 2)
    except UsageError as error:
        return _failed(f"whiteglove: {error}", 2)
    except WhiteGloveError as error:
        return _failed(f"whiteglove: {error}", 1)
    except BrokenPipeError:
        # The reader has seen enough.
        _let_go_of_output()
        return 0
    except OSError as error:
        _let_go_of_output()
        return _failed(f"whiteglove: {error}", 1)
    except KeyboardInterrupt:
        return 130
    return code


def _filler(name: str, file: str) -> Callable[[CommandParser], None]:
    def fill(command: CommandParser) -> None:
        getattr(import_module(f"whiteglove.cli.{file}"), f"add_{name}")(command)

    return fill


def _failed(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def _let_go_of_output() -> None:
    """What is still buffered goes nowhere, lest writing it fails once more at exit, with a complaint."""
    if sys.__stdout__ is not None and sys.stdout is sys.__stdout__:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
