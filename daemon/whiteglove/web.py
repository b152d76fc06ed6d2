"""One question to one web server and its answer (HTTP/1.1), within a deadline whatever the server does meanwhile.

A connection for each question, no proxy, no redirect: what is sent goes to the address that was named and to no other.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit


class WebError(Exception):
    """There is no answer. `code`: `unreachable`, `not_loopback`, `tls`, `late`, `too_long`, `garbage`. Nothing of what
    was said is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of whom. Without `allow_remote` only addresses of this machine are ever connected to, whatever a
    name resolves to. At most `longest` octets are read of the answer."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    allow_remote: bool = False
    longest: int = 64 * 1024
    tls: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The status code and the body. A redirect is an answer like any other: nobody follows it."""

    status: int
    body: bytes = field(repr=False)


def exchange(request: Request, seconds: float) -> Answer:
    """The answer to a request, within so many seconds.

    Raises:
        WebError: there is none that can be read.
    """
    until = time.monotonic() + seconds
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Connection": "close", **request.headers}
    with _connected(request, until) as connection:
        try:
            connection.request(request.method, path, request.body or None, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.read(request.longest + 1))
        except (OSError, HTTPException, ValueError):
            raise WebError("late" if time.monotonic() >= until else "garbage") from None
    if time.monotonic() >= until:
        raise WebError("late")
    if len(answer.body) > request.longest:
        raise WebError("too_long")
    return answer


@contextmanager
def _connected(request: Request, until: float) -> Iterator[HTTPConnection]:
    """A connection that is cut at the deadline, even while the server sends a byte now and then."""
    parts = urlsplit(request.url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    port = parts.port or (443 if secure else 80)
    raw = _socket(host, port, until, allow_remote=request.allow_remote)
    try:
        if secure:
            context = request.tls or ssl.create_default_context()
            raw = context.wrap_socket(raw, server_hostname=host)
    except (OSError, ValueError):
        raw.close()
        raise WebError("late" if time.monotonic() >= until else "tls") from None
    connection = HTTPConnection(host, port)
    connection.sock = raw
    end = threading.Timer(max(0.0, until - time.monotonic()), _cut, [raw])
    end.daemon = True
    end.start()
    try:
        yield connection
    finally:
        end.cancel()
        connection.close()


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _socket(host: str, port: int, until: float, *, allow_remote: bool) -> socket.socket:
    """Connected to the first address of this name that answers; without `allow_remote` only to one of this machine."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise WebError("unreachable") from None
    addresses = [str(place[0]) for *_, place in found]
    if not allow_remote:
        addresses = [address for address in addresses if ipaddress.ip_address(address.partition("%")[0]).is_loopback]
        if not addresses:
            raise WebError("not_loopback")
    for address in addresses:
        seconds = until - time.monotonic()
        if seconds <= 0:
            raise WebError("late")
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=seconds)
    raise WebError("late" if time.monotonic() >= until else "unreachable")
