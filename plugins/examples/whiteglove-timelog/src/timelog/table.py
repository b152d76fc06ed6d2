"""`whiteglove plugins memory timelog --json | whiteglove-timelog > hours.csv`: the time log as a table."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

COLUMNS = ("date", "client", "kind", "minutes")


def write_table(entries: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """A heading and a row for each entry (RFC 4180, but for the end of a line, which is the system's)."""
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows({name: entry[name] for name in COLUMNS} for entry in entries)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="whiteglove-timelog", description=__doc__)
    parser.add_argument("--month", metavar="2026-11", default="", help="only the entries of this month")
    parser.add_argument("--client", metavar="KEY", help="only those of this client")
    options = parser.parse_args(arguments)
    try:
        memory = json.load(sys.stdin)["memory"]
    except (ValueError, LookupError, TypeError):
        print("whiteglove-timelog: that is not what `whiteglove plugins memory timelog --json` prints", file=sys.stderr)
        return 2
    entries = (entry for _, entry in sorted(memory.items()) if entry["date"].startswith(options.month))
    write_table((one for one in entries if options.client in (None, one["client"])), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
