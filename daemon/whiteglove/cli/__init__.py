"""The command line: one file a command group, each with `add(commands)` that says what it takes and what runs.

Exit 0 done, 1 something is wrong, 2 bad usage or configuration; a user's mistake is one line, never a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from whiteglove import __version__
from whiteglove.cli import checking, classifying, clients, explaining, reports, running, status
from whiteglove.errors import ConfigurationError, WhiteGloveError

GROUPS = (running, checking, classifying, explaining, status, clients, reports)


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    root = argparse.ArgumentParser(
        prog="whiteglove", description="Tells every client when they will hear next, and leaves its owner to the work."
    )
    root.add_argument("--version", action="version", version=f"whiteglove {__version__}")
    root.add_argument("--config", metavar="FILE", help="the configuration file, or the folder that holds it")
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
        return int(code)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    except WhiteGloveError as error:
        print(f"whiteglove: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered goes nowhere, without a second complaint at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
