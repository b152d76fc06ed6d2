"""A port of this machine with a thread for each client, none of which outlives `stop`."""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

LONGEST_LINE = 1024 * 1024
"""Octets of one line; who sends more is no mail program."""


class GoneError(Exception):
    """The client has left, or the server stops."""


class Client:
    """One connection: lines in, octets out."""

    def __init__(self, connection: socket.socket) -> None:
        # Small answers leave at once instead of waiting for the acknowledgement of the one before.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._file = connection.makefile("rb")

    def line(self) -> bytes:
        """The next line with its end. Raises `GoneError` or `OSError`."""
        line = self._file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise GoneError
        return line

    def octets(self, count: int) -> bytes:
        """The next `count` octets. Raises `GoneError` or `OSError`."""
        octets = self._file.read(count)
        if len(octets) < count:
            raise GoneError
        return octets

    def send(self, data: bytes) -> None:
        """Raises `OSError`."""
        self._connection.sendall(data)

    def cut(self) -> None:
        """End the connection, whatever its thread waits for; from any thread."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._file.close()
        self._connection.close()


class Listener(ABC):
    """Listens on loopback between `start` and `stop`; a context manager. `port` is known once it has started."""

    host = "127.0.0.1"

    def __init__(self, port: int = 0) -> None:
        """`port` 0 takes a free one, and keeps it when started again."""
        self.port = port
        self._listening: socket.socket | None = None
        self._accepting = threading.Thread()
        self._threads: dict[Client, threading.Thread] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Raises `OSError` where the port is taken."""
        listening = self._listening = socket.create_server((self.host, self.port))
        self.port = listening.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, args=(listening,), name="demo-listener", daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Listen no more, end every connection and its thread. Harmless where nothing runs."""
        listening, self._listening = self._listening, None
        if listening is None:
            return
        # A last connection is what ends `accept` on every system.
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), timeout=1).close()
        self._accepting.join()
        listening.close()
        with self._lock:
            left = dict(self._threads)
        for client, thread in left.items():
            client.cut()
            thread.join()

    @abstractmethod
    def converse(self, client: Client) -> None:
        """The whole conversation, in a thread of its own; `GoneError` and `OSError` end it."""

    def _accept(self, listening: socket.socket) -> None:
        while self._listening is listening:
            try:
                client = Client(listening.accept()[0])
            except OSError:
                # That client has left already, or no more files can be opened at the moment.
                continue
            thread = threading.Thread(target=self._serve, args=(client,), name="demo-client", daemon=True)
            with self._lock:
                self._threads[client] = thread
            thread.start()

    def _serve(self, client: Client) -> None:
        try:
            with contextlib.suppress(GoneError, OSError):
                self.converse(client)
        finally:
            with self._lock:
                del self._threads[client]
            client.close()
