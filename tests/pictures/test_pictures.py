"""What is shown of the project: a day with everything in it, a terminal, files that load quickly."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from pictures import day
from pictures.chromium import _painted, _pixels
from pictures.terminal import as_page
from whiteglove.sections import Mark

FOLDER = Path(__file__).parents[2] / "daemon" / "pictures"


def test_the_day_that_is_shown_has_every_mark_and_days_above_the_limit() -> None:
    items = [item for section in day.SUMMARY.sections for item in section.items]

    assert {item.mark for item in items} == set(Mark)
    assert {item.client for item in items} == {*day.NAMES, None}
    assert [len(item.trace.values) for item in items if item.trace] == [28] * len(day.WROTE)


def test_a_terminal_has_colours_and_no_markup_of_what_is_printed() -> None:
    page = as_page("whiteglove status", ["\x1b[1mMode\x1b[0m  <live>", "\x1b[31;1mlate\x1b[0m & more"])

    assert '<span style="font-weight:bold;color:#fff">Mode</span>  &lt;live&gt;\n' in page
    assert '<span style="font-weight:bold;color:#fff;color:#ff8f86">late</span> &amp; more' in page
    assert "\x1b" not in page


@pytest.mark.parametrize("kind", [2, 6])
def test_a_picture_is_cut_and_keeps_the_colours_of_its_areas(kind: int) -> None:
    pixel = {2: b"\x0a\x25\x50", 6: b"\x0a\x25\x50\xff"}[kind]
    rows = [b"\1" + pixel + bytes(len(pixel) * 2), b"\2" + bytes(len(pixel) * 3)]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, kind, 0, 0, 0)),
            (b"IDAT", zlib.compress(b"".join(rows))),
        )
    )

    width, read = _pixels(png)
    painted = _painted(width, read, 2)

    assert (width, read) == (3, [pixel[:3] * 3] * 2)
    assert struct.unpack(">II", painted[16:24]) == (2, 2)
    assert b"PLTE\x0a\x25\x50" in painted


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*")), ids=lambda path: path.name)
def test_every_picture_loads_quickly(path: Path) -> None:
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert path.stat().st_size < 150_000
