"""Pages as pictures: Debian's Chromium without a window, and PNG files of few colours."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import tempfile
import zlib
from collections import Counter
from html import escape
from pathlib import Path

PROGRAM = shutil.which("chromium")
SCALE = 2
NARROWEST = 500
"""Pixels: no window of Chromium is narrower, so that what is narrower is shown in a frame."""
AREAS = 24
"""Colours that are kept as they are."""
STEP = 85
"""Between two values of red, green or blue of any other colour, 4 × 4 × 4 at most."""
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-lcd-text", "--incognito")


def picture(page: str, width: int, *, dark: bool = False) -> bytes:
    """The whole page as a PNG, in a window of so many pixels, at `SCALE` device pixels each."""
    if PROGRAM is None:
        raise FileNotFoundError("chromium is not installed (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # A frame has to be told its height, which the page has at that width only within a frame.
        height = _height(page, width, place, dark=dark)
        (place / "framed.html").write_text(_framed(page, width, height), encoding="utf-8")
        _run(place / "framed.html", f"--screenshot={place / 'whole.png'}", max(width, NARROWEST), height, dark=dark)
        return _painted(*_pixels((place / "whole.png").read_bytes()), width * SCALE)


def _framed(page: str, width: int, height: int) -> str:
    look = f"border:0;display:block;width:{width}px;height:{height}px"
    return f'<!doctype html><body style="margin:0"><iframe id="page" style="{look}" srcdoc="{escape(page)}"></iframe>'


def _height(page: str, width: int, place: Path, *, dark: bool) -> int:
    """How tall the page is. The frame has the origin of its host, which may therefore look into it."""
    look = "document.getElementById('page').contentDocument.documentElement.scrollHeight"
    script = f"<script>onload = () => document.documentElement.dataset.height = {look}</script>"
    (place / "measured.html").write_text(_framed(page, width, 10) + script, encoding="utf-8")
    said = _run(place / "measured.html", "--dump-dom", max(width, NARROWEST), 10, dark=dark)
    found = re.search(r'data-height="(\d+)"', said)
    assert found is not None, "the page could not be measured"
    return int(found[1])


def _run(page: Path, what: str, width: int, height: int, *, dark: bool) -> str:
    assert PROGRAM is not None
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    window = f"--window-size={width},{height}"
    command = (PROGRAM, *_FLAGS, scheme, window, f"--force-device-scale-factor={SCALE}", what, page.as_uri())
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def _pixels(png: bytes) -> tuple[int, list[bytes]]:
    """Width and rows, three octets a pixel, of a PNG as Chromium writes it: 8 bit RGB or RGBA, not interlaced."""
    width, _, depth, kind, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced) == (8, 0)
    size = {2: 3, 6: 4}[kind]
    raw = zlib.decompress(b"".join(data for name, data in _chunks(png) if name == b"IDAT"))
    length = width * size
    rows: list[bytes] = []
    before = bytes(length)
    for start in range(0, len(raw), length + 1):
        before = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + length]), before, size)
        rows.append(before)
    if size == 4:
        rows = [bytes(octet for at, octet in enumerate(row) if at % 4 < 3) for row in rows]
    return width, rows


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def _unfiltered(kind: int, row: bytearray, above: bytes, size: int) -> bytes:
    """One row without its filter (PNG, third edition, section 9)."""
    if kind == 2 and not any(row):
        return above
    for at in range(len(row)):
        left, up = (row[at - size], above[at - size]) if at >= size else (0, 0)
        if kind == 1:
            row[at] = (row[at] + left) & 255
        elif kind == 2:
            row[at] = (row[at] + above[at]) & 255
        elif kind == 3:
            row[at] = (row[at] + (left + above[at]) // 2) & 255
        elif kind == 4:
            row[at] = (row[at] + _nearest(left, above[at], up)) & 255
    return bytes(row)


def _nearest(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


def _painted(width: int, rows: list[bytes], wanted: int) -> bytes:
    """A PNG of the left `wanted` pixels in at most 256 colours: those that fill areas as they are, those at the edges
    of letters in coarse steps."""
    pixels = [[row[at : at + 3] for at in range(0, min(width, wanted) * 3, 3)] for row in rows]
    counted = Counter(pixel for row in pixels for pixel in row)
    areas = [colour for colour, _ in counted.most_common(AREAS)]
    nearest = {colour: _nearest_colour(colour, areas) for colour in counted}
    palette = [colour for colour, _ in Counter(nearest.values()).most_common(256)]
    places = {colour: at for at, colour in enumerate(palette)}
    place_of = {colour: places[kept] for colour, kept in nearest.items()}
    body = b"".join(b"\0" + bytes(place_of[pixel] for pixel in row) for row in pixels)
    header = struct.pack(">IIBBBBB", min(width, wanted), len(rows), 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(body, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _nearest_colour(colour: bytes, areas: list[bytes]) -> bytes:
    step = bytes(min(255, round(octet / STEP) * STEP) for octet in colour)
    return min((*areas, step), key=lambda kept: sum((a - b) ** 2 for a, b in zip(colour, kept, strict=True)))
