"""The daemon as ever, but that it dies at a chosen point.

Points are where something becomes true outside of the process: a commit of the store, a word to a server, its answer.
They are counted from the outside, in the driver's connection and in the socket, so that the daemon itself is the one
that everybody runs. It dies by SIGKILL, as by a power cut that spares the disk.
"""

from __future__ import annotations

import faulthandler
import io
import os
import re
import signal
import socket
import sqlite3.dbapi2
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from whiteglove import chores
from whiteglove.cli import main

SILENT_FOR = 30.0
"""Seconds after which a process that still lives tells where each of its threads is."""

_TAG = re.compile(rb"[A-Z]+\d+ ")


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody outlives this")


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How one run of the daemon ends: at the Nth time that it reaches a point, so many seconds after its first one, or,
    with neither, when it is told to. `once` is `run --once`."""

    point: str = ""
    number: int = 1
    seconds: float = 0.0
    once: bool = False

    def __str__(self) -> str:
        end = f"{self.point} #{self.number}" if self.point else f"{self.seconds:.4f} s" if self.seconds else "natural"
        return f"{'once, ' if self.once else ''}{end}"


class _Fate:
    """Counts the points, and knows which one is the last. With `tally` the name of each is written to that file."""

    def __init__(self, life: Life, tally: Path | None) -> None:
        self._life = life
        self._tally = os.open(tally, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if tally else None
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def reach(self, name: str, last_deed: Callable[[], object] = lambda: None) -> None:
        """Come to a point; where it is the last one, do the last deed first."""
        with self._lock:
            self._counts[name] += 1
            if self._tally is not None:
                os.write(self._tally, f"{name}\n".encode())
            if self._life.seconds and self._counts.total() == 1:
                timer = threading.Timer(self._life.seconds, _die)
                timer.daemon = True
                timer.start()
            if name == self._life.point and self._counts[name] == self._life.number:
                last_deed()
                _die()


def _on_commits(fate: _Fate) -> None:
    """Points before and after each commit of a transaction that writes, by the name of the thread."""

    class Connection(sqlite3.dbapi2.Connection):
        writes = False

        def execute(self, sql: str, /, *arguments: Any) -> sqlite3.dbapi2.Cursor:
            self.writes = sql == "BEGIN IMMEDIATE" or (self.writes and sql != "BEGIN")
            return super().execute(sql, *arguments)

        def commit(self) -> None:
            if not self.writes:
                return super().commit()
            where = f"commit {threading.current_thread().name}"
            fate.reach(f"{where} before")
            super().commit()
            return fate.reach(f"{where} after")

    connect = sqlite3.dbapi2.connect
    sqlite3.dbapi2.connect = lambda *arguments, **named: connect(*arguments, **named, factory=Connection)  # type: ignore[assignment]


class _Wire:
    """One connection to a server, and what was said on it last."""

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol
        self.said = f"{protocol} greeting"
        self._audience = ""

    def say(self, data: bytes) -> str:
        if data.startswith(b"RCPT"):
            self._audience = "owner" if data.rstrip().endswith(b"@vale.example>") else "client"
        self.said = f"{self._protocol} {self._name(data)}"
        return self.said

    def _name(self, data: bytes) -> str:
        if self._protocol == "smtp":
            name = "dot" if data == b".\r\n" else "mail" if " DATA" in self.said else data.split()[0].decode()
            return f"{name} to {self._audience}" if name in ("DATA", "mail", "dot") else name
        if _TAG.match(data):
            words = data.split()
            return words[2 if words[1] == b"UID" else 1].decode()
        return "DONE" if data == b"DONE\r\n" else "literal" if data.strip() else "end of literal"


def _on_wires(fate: _Fate, ports: Mapping[int, str]) -> None:
    """Points before, half-way through and after whatever is said to a server, and after each piece of an answer."""
    wires: WeakKeyDictionary[socket.socket, _Wire] = WeakKeyDictionary()
    plain = socket.socket
    connect, sendall, recv, recv_into = plain.connect, plain.sendall, plain.recv, plain.recv_into

    def connecting(self: socket.socket, address: Any) -> None:
        connect(self, address)
        if self.family == socket.AF_INET and address[1] in ports:
            wires[self] = _Wire(ports[address[1]])

    def saying(self: socket.socket, data: Any, *flags: int) -> None:
        if self not in wires:
            return sendall(self, data, *flags)
        what = wires[self].say(bytes(data))
        fate.reach(f"{what} before")
        fate.reach(f"{what} half", lambda: sendall(self, bytes(data)[: len(data) // 2]))
        sendall(self, data, *flags)
        return fate.reach(f"{what} after")

    def hearing(receive: Callable[..., Any]) -> Callable[..., Any]:
        def heard(self: socket.socket, *arguments: Any) -> Any:
            data = receive(self, *arguments)
            if self in wires:
                fate.reach(f"{wires[self].said} answered")
            return data

        return heard

    for name, method in {
        "connect": connecting,
        "sendall": saying,
        "recv": hearing(recv),
        "recv_into": hearing(recv_into),
    }.items():
        setattr(plain, name, method)


def live(life: Life, config: Path, ports: Mapping[int, str], log: Path, tally: Path | None) -> NoReturn:
    """Be the daemon: what a process of its own is made for. `ports` are those of the servers, with their protocols."""
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            assert isinstance(stream, io.TextIOWrapper)
            os.dup2(file.fileno(), stream.fileno())
            stream.reconfigure(line_buffering=True)
    # Whoever waits for it in vain is to see where it hangs.
    faulthandler.dump_traceback_later(SILENT_FOR)
    fate = _Fate(life, tally)
    _on_commits(fate)
    _on_wires(fate, ports)
    # Three seconds are for slow servers; here there are hundreds of rounds.
    chores.SECOND_LOOK = timedelta(seconds=0.2)
    sys.exit(main(["--config", str(config), "run", *(["--once"] if life.once else [])]))
