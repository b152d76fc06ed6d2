"""An endpoint that speaks as OpenAI's API does, or does not: for what a language model's server can be made to do."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import ssl
import threading
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from servers.ports import LOOPBACK

Behaviour = Callable[[socket.socket, threading.Event], None]


def reply(body: bytes, status: str = "200 OK", *headers: str, length: bool = True) -> bytes:
    """The octets of an HTTP response."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    lines += [f"Content-Length: {len(body)}"] if length else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def wrapped(content: str) -> bytes:
    """What a model says, as the API wraps it."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def vote(kind: Any, confidence: Any, evidence: Any) -> bytes:
    return reply(wrapped(json.dumps({"kind": kind, "confidence": confidence, "evidence": evidence})))


def sending(data: bytes) -> Behaviour:
    """Answer like this, and leave the connection open."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(data)
        over.wait()

    return behave


def dripping(data: bytes, every: float) -> Behaviour:
    """Answer byte by byte, so that no single wait is long."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            if over.wait(every):
                return

    return behave


def endless(connection: socket.socket, over: threading.Event) -> None:
    """Answer and never come to an end."""
    connection.sendall(reply(b"", length=False))
    while not over.is_set():
        connection.sendall(b" " * 4096)


def silent(_connection: socket.socket, over: threading.Event) -> None:
    """Never answer."""
    over.wait()


def hanging_up(connection: socket.socket, _over: threading.Event) -> None:
    connection.shutdown(socket.SHUT_RDWR)


class FakeModel:
    """The server; use as a context manager. `then` queues behaviours that are used once, `always` the one that is used
    otherwise. `paths`, `headers` and `asked` are what came."""

    def __init__(self, always: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.always = always
        self.then: deque[Behaviour] = deque()
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.asked: list[dict[str, Any]] = []
        self.tls = tls
        self.over = threading.Event()
        self._server = _Server((LOOPBACK, 0), self)
        self.port: int = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{LOOPBACK}:{self.port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="model", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def converse(self, connection: socket.socket) -> None:
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True)
        stream = connection.makefile("rb")
        _, path, _ = stream.readline().decode().split()
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = json.loads(stream.read(int(headers["content-length"])))
        self.paths.append(path)
        self.headers.append(headers)
        self.asked.append(body)
        (self.then.popleft() if self.then else self.always)(connection, self.over)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], model: FakeModel) -> None:
        self.model = model
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away before the end are what the tests are about."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.server.model.converse(self.request)
