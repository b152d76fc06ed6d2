"""Makes the pictures of the README, from `tests/`: `python -m pictures FOLDER`; with `--all` the summary in each width
and by light and dark, to be looked at. Needs Debian's `chromium`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from pictures.chromium import picture
from pictures.day import NAMES, SUMMARY
from pictures.terminal import as_page, printed
from summary.days import reader
from whiteglove import summary

SHOWN = ((680, "light"), (360, "dark"))
_DEMO = [sys.executable, "-m", "whiteglove", "demo"]
_STATUS = [sys.executable, "-m", "pictures.status"]


def main(folder: Path, looks: Sequence[tuple[int, str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = summary.as_page(SUMMARY, reader(names=NAMES))
    for width, scheme in looks:
        _write(folder / f"summary-{scheme}-{width}.png", picture(page, width, dark=scheme == "dark"))
    _write(folder / "demo.png", picture(as_page("whiteglove demo", _excerpt(printed(*_DEMO))), 890))
    _write(folder / "status.png", picture(as_page("whiteglove status", printed(*_STATUS)), 680))


def _excerpt(lines: Sequence[str]) -> list[str]:
    """Two hours of the demonstration."""
    begin, pause, again, end = (
        next(at for at, line in enumerate(lines) if line.startswith(time))
        for time in ("10:12", "11:05", "12:31", "13:10")
    )
    gap = ["", "…", ""]
    return [
        lines[0],
        *gap,
        *lines[begin : pause - 1],
        *gap,
        *lines[again : end - 1],
    ]


def _write(place: Path, png: bytes) -> None:
    place.write_bytes(png)
    print(f"{place}: {len(png) / 1000:.0f} kB")


if __name__ == "__main__":
    command = argparse.ArgumentParser(prog="python -m pictures")
    command.add_argument("folder", type=Path)
    command.add_argument("--all", action="store_true")
    options = command.parse_args()
    main(options.folder, list(product((680, 360), ("light", "dark"))) if options.all else SHOWN)
