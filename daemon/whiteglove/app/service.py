"""What systemd is told: ready, reloading, stopping, a line of status, and that the daemon is alive (sd_notify(3)).

The protocol is a datagram of `NAME=value` lines to the socket that `$NOTIFY_SOCKET` names. Where there is no such
variable nothing is said and no thread started.
"""

from __future__ import annotations

import faulthandler
import os
import socket
import threading
import time
from collections.abc import MutableMapping

from whiteglove.app.liveness import Liveness
from whiteglove.log import get

LONGEST_SEND = 2.0
"""Seconds that systemd has to take a datagram: nothing of the daemon's work waits longer for it."""


class Service:
    """This process as a service of systemd. For any thread."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """Takes its variables out of `environ`, since they are meant for this process and not for its children."""
        self._address = _address(environ.pop("NOTIFY_SOCKET", ""))
        interval = _watchdog(environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", ""))
        self.interval = interval if self._address else None
        """Seconds between two signs of life, a third of what systemd allows; None without a watchdog."""
        self._state = threading.Lock()
        self._status = ""
        self._is_ready = False
        self._is_stopping = False
        self._liveness: Liveness | None = None
        self._fault: str | None = None

    def watch(self, liveness: Liveness) -> None:
        """From now on tell systemd that the daemon is alive as long as this says so."""
        first, self._liveness = self._liveness is None, liveness
        if first and self.interval is not None:
            # When the watchdog bites, by SIGABRT, the journal gets the place where every thread was.
            faulthandler.enable(all_threads=True)
            threading.Thread(target=self._feed, args=(self.interval,), name="watchdog", daemon=True).start()

    def ready(self, status: str) -> None:
        """The daemon is at work, after its start or after a reload."""
        with self._state:
            self._is_ready, self._status = True, status
            self._tell("READY=1", self._status_line())

    def reloading(self) -> None:
        with self._state:
            self._is_ready = False
            # systemd tells by the instant whether this answers its own request (sd_notify(3), systemd 253).
            self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", "STATUS=Reading configuration")

    def stopping(self) -> None:
        with self._state:
            self._is_stopping = True
            self._tell("STOPPING=1", "STATUS=Finishing what was begun")

    def look(self) -> bool:
        """Tell systemd that the daemon is alive, if it is; whether it was."""
        liveness = self._liveness
        if liveness is None:
            return False
        fault = liveness.fault()
        if fault is not None:
            self._complain(fault)
            return False
        self._fault = None
        lines = ["WATCHDOG=1"]
        with self._state:
            if self._is_ready and not self._is_stopping:
                lines.append(self._status_line())
            elif not self._is_stopping and self.interval is not None:
                # Reading the history of a large mailbox takes its time. It may, as long as it goes on.
                lines.append(f"EXTEND_TIMEOUT_USEC={int(3e6 * self.interval)}")
            self._tell(*lines)
        return True

    def _status_line(self) -> str:
        failing = self._liveness.failing() if self._liveness is not None else ()
        return f"STATUS={self._status}" + (f"; failing: {', '.join(failing)}" if failing else "")

    def _feed(self, interval: float) -> None:
        pause = threading.Event()
        while not pause.wait(interval):
            self.look()

    def _complain(self, fault: str) -> None:
        """Once for each fault; systemd restarts the service soon."""
        if fault != self._fault:
            self._fault = fault
            get("service").error("the watchdog is not fed any more", reason=fault)
            self._tell(f"STATUS={fault}")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        # A line that holds a line end would become two of them.
        text = "\n".join(" ".join(line.split()) for line in lines)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
                to.settimeout(LONGEST_SEND)
                to.connect(self._address)
                to.sendall(text.encode("utf-8", "replace"))
        except OSError as error:
            get("service").warning("systemd cannot be told", error=str(error))


def _address(variable: str) -> str:
    """The socket's address; "" for none, and for what is no Unix socket. "@" stands for the abstract namespace."""
    if variable.startswith("@"):
        return "\0" + variable[1:]
    return variable if variable.startswith("/") else ""


def _watchdog(usec: str, pid: str) -> float | None:
    """Seconds between two signs of life (sd_watchdog_enabled(3)); None where nobody, or another process, is watched."""
    if not usec.isdecimal() or int(usec) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(usec) / 3e6
