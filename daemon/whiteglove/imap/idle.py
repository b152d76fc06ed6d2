"""IDLE (RFC 2177) that loses no wake-up, ends when told to, and does not trust a silent server for long."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable

from whiteglove.imap.wire import Wire, last_text

LONGEST = 540.0
"""Seconds of one IDLE. RFC 2177 allows 29 minutes, but address translators and some providers forget sooner."""

DONE_TIMEOUT = 10.0
"""Seconds that a server has to end IDLE; one that needs longer is dead, and a stopping daemon does not wait for it."""

BREATH = 1.0
"""Seconds to wait after a server ended IDLE by itself, lest one that does so at once be asked without end."""


class IdleRefusedError(Exception):
    """The server advertises IDLE and answers NO or BAD to it."""


def idle(wire: Wire, alarm: socket.socket, seconds: float) -> None:
    """Idle until the server announces news, `alarm` becomes readable, or `seconds` (at most `LONGEST`) are over.

    What was announced is in `wire.news`. Raises `IdleRefusedError`, `imaplib.IMAP4.abort` and `OSError`.
    """
    tag: bytes = wire._command("IDLE")
    while (response := wire.next_response()) is not None:
        # An EXISTS may come ahead of the continuation: it is filed as news like any other.
        if wire.tagged_commands[tag]:
            del wire.tagged_commands[tag]
            raise IdleRefusedError(last_text([response]))
    linger(wire, alarm, min(seconds, LONGEST), lambda: wire.tagged_commands[tag] is not None)
    if wire.tagged_commands[tag] is not None:
        wire._command_complete("IDLE", tag)
        linger(wire, alarm, min(seconds, BREATH))
        return
    wire.send(b"DONE\r\n")
    wire.sock.settimeout(min(wire.read_timeout, DONE_TIMEOUT))
    try:
        wire._command_complete("IDLE", tag)
    finally:
        wire.sock.settimeout(wire.read_timeout)


def linger(wire: Wire, alarm: socket.socket, seconds: float, over: Callable[[], bool] = lambda: False) -> bool:
    """Read what the server says by itself until there is news, `over()` holds, `alarm` rings (True) or time is up.

    What has already been received is looked at before the first wait: news may have come along with the last reply.
    """
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(wire.sock, selectors.EVENT_READ)
        selector.register(alarm, selectors.EVENT_READ)
        while True:
            wire.receive()
            while wire.line_waiting():
                wire.next_response()
            wire.forget_responses()
            left = deadline - time.monotonic()
            if wire.news or over() or left <= 0:
                return False
            ready = selector.select(left)
            if any(key.fileobj is alarm for key, _ in ready):
                silence(alarm)
                return True


def silence(alarm: socket.socket) -> None:
    """Empty a non-blocking alarm socket."""
    try:
        while alarm.recv(4096):
            pass
    except BlockingIOError:
        return
