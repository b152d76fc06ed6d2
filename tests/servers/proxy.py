"""A stretch of network between the daemon and a server, as bad as a test wants it: slow, in crumbs, cut, reset, dead.

What is set on a direction (`answers` from the server, `requests` from the daemon) counts for the connections that are
open and for those to come, from the next bytes on.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from servers.ports import LOOPBACK

_CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)


class Way:
    """One direction of every connection. Thread-safe enough: each attribute is set as a whole."""

    def __init__(self) -> None:
        self.passed = bytearray()
        self._pause = 0.0
        self._largest = 0
        self._left: int | None = None
        self._resets = False
        self._is_silent = False

    def delay(self, seconds: float) -> None:
        """Let every piece wait."""
        self._pause = seconds

    def split(self, octets: int = 1) -> None:
        """Pass on at most this many octets at once."""
        self._largest = octets

    def cut_after(self, octets: int, *, reset: bool = False) -> None:
        """End the connection after so many octets more, by FIN or by RST; once, later connections last."""
        self._resets = reset
        self._left = octets

    def swallow(self) -> None:
        """Pass nothing on any more, and say nothing of it."""
        self._is_silent = True

    def flow(self) -> None:
        """Be a good network again."""
        self._pause, self._largest, self._left, self._is_silent = 0.0, 0, None, False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        size = self._largest or len(data)
        for start in range(0, len(data), size):
            yield data[start : start + size]

    def admit(self, piece: bytes) -> tuple[bytes, bool]:
        """What of a piece passes, and whether the connection goes on after it."""
        if self._is_silent:
            return b"", True
        if self._left is None:
            self.passed += piece
            return piece, True
        passes = piece[: self._left]
        self.passed += passes
        self._left -= len(passes)
        if self._left > 0:
            return passes, True
        self._left = None
        return passes, False


class Proxy:
    """Listens on `port` and passes everything on to a port of loopback; use as a context manager."""

    host = LOOPBACK

    def __init__(self, target: int) -> None:
        self.target = target
        self.answers = Way()
        self.requests = Way()
        self.connections = 0
        self._over = threading.Event()
        self._pairs: list[_Pair] = []
        self._listener = socket.create_server((LOOPBACK, 0), backlog=50)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def drop(self) -> None:
        """End every connection properly, by FIN."""
        for pair in self._pairs:
            pair.end()

    def reset(self) -> None:
        """End every connection by RST."""
        for pair in self._pairs:
            pair.end(reset=True)

    def forget(self) -> None:
        """Leave every connection half-open, as an address translator does that was restarted: neither side hears of
        the other any more, and nobody is told. New ones work."""
        for pair in self._pairs:
            pair.is_forgotten = True

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                far = socket.create_connection((LOOPBACK, self.target), timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            pair = _Pair(near, far)
            self._pairs.append(pair)
            for source, target, way in ((near, far, self.requests), (far, near, self.answers)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(pair, source, target, way), daemon=True).start()

    def _pump(self, pair: _Pair, source: socket.socket, target: socket.socket, way: Way) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                for piece in way.pieces(data):
                    if way._pause and self._over.wait(way._pause):
                        return
                    passes, goes_on = way.admit(piece) if not pair.is_forgotten else (b"", True)
                    target.sendall(passes)
                    if not goes_on:
                        pair.end(reset=way._resets)
                        return
        if not pair.is_forgotten:
            pair.end()


class _Pair:
    """The two halves of one connection."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self._both = (near, far)
        self.is_forgotten = False

    def end(self, *, reset: bool = False) -> None:
        for half in self._both:
            with contextlib.suppress(OSError):
                if reset:
                    half.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    # The reset leaves with the last reference to the socket, which the other thread's `recv` may hold.
                    half.shutdown(socket.SHUT_RD)
                    half.close()
                else:
                    half.shutdown(socket.SHUT_RDWR)
