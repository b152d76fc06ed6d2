"""Free ports and patience: what every server here needs when it starts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that was free a moment ago; whoever uses it must be ready to ask for another one."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Wait for something that another thread or process brings about; an `AssertionError` names what never came."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        pause.wait(0.005)


def answers(port: int) -> bool:
    """Whether something listens on a port and greets."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False
