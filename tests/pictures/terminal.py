"""What commands print in a terminal, as a page that looks like one."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Iterable, Iterator
from html import escape

COLUMNS = 100
_COLOURS = {"31": "#ff8f86", "32": "#7ddc9d", "33": "#efc168", "35": "#d6a6ff", "36": "#79d0e0"}
_STYLED = re.compile(r"\x1b\[([\d;]*)m")
_LOOK = """
body { margin: 0; background: #15181d; color: #d9dee5; font: 14px/20px "DejaVu Sans Mono", monospace }
div { padding: 12px 16px 0; letter-spacing: 8px; font-size: 22px; color: #4a525e }
pre { margin: 0; padding: 4px 20px 20px; font: inherit }
"""


def printed(*command: str) -> list[str]:
    """The lines that a command prints into a terminal of `COLUMNS` columns, with their colours."""
    ours, theirs = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environ |= {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    said = bytearray()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ) as running:
        os.close(theirs)
        while chunk := _read(ours):
            said += chunk
        os.close(ours)
    assert running.returncode == 0, said.decode(errors="replace")
    return said.decode().replace("\r\n", "\n").splitlines()


def as_page(command: str, lines: Iterable[str]) -> str:
    """A page that shows a command and the lines that it printed as a terminal does."""
    body = "\n".join("".join(_marked_up(line)) for line in (f"\x1b[2m$\x1b[0m {command}", "", *lines))
    return f'<!doctype html><meta charset="utf-8"><style>{_LOOK}</style><div>•••</div><pre>{body}</pre>\n'


def _marked_up(line: str) -> Iterator[str]:
    """A line whose colours, as SGR sequences (ECMA-48, 8.3.117), have become elements."""
    texts_and_codes = _STYLED.split(line)
    look = ""
    for number, part in enumerate(texts_and_codes):
        if number % 2:
            # In this order a colour comes after what bold and faint type look like, and stands.
            look = ";".join(filter(None, map(_css, sorted(part.split(";")))))
        elif part:
            yield f'<span style="{look}">{escape(part)}</span>' if look else escape(part)


def _css(code: str) -> str:
    if code in _COLOURS:
        return f"color:{_COLOURS[code]}"
    return {"1": "font-weight:bold;color:#fff", "2": "color:#98a2af"}.get(code, "")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        # So ends a terminal whose last program has ended (Linux, EIO).
        return b""
