"""What systemd is told, over a real socket."""

from __future__ import annotations

import faulthandler
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.ports import until
from whiteglove.app import Liveness, Service
from whiteglove.app.liveness import LONGEST_ATTEMPT


class Systemd:
    """The receiving end of $NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.settimeout(10)

    def heard(self) -> dict[str, str]:
        """The next datagram."""
        return dict(line.split("=", 1) for line in self._socket.recv(4096).decode().split("\n"))

    def is_silent(self) -> bool:
        self._socket.settimeout(0)
        try:
            self._socket.recv(4096)
        except BlockingIOError:
            return True
        finally:
            self._socket.settimeout(10)
        return False

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["file", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(str(tmp_path / "notify") if request.param == "file" else f"@whiteglove-{os.getpid()}-{id(request)}")
    yield made
    made.close()


@pytest.fixture
def in_a_file(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(str(tmp_path / "notify"))
    yield made
    made.close()


def service(systemd: Systemd, **more: str) -> Service:
    return Service({"NOTIFY_SOCKET": systemd.address, **more})


def test_it_tells_each_state_with_a_line_for_people(systemd: Systemd) -> None:
    told = service(systemd)
    told.ready("live, 2 mailboxes")
    assert systemd.heard() == {"READY": "1", "STATUS": "live, 2 mailboxes"}
    before = time.monotonic_ns() // 1000
    told.reloading()
    reloading = systemd.heard()
    assert reloading["RELOADING"] == "1"
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000
    told.ready("rehearsal, 1 mailbox")
    assert systemd.heard()["READY"] == "1"
    told.stopping()
    assert systemd.heard()["STOPPING"] == "1"


def test_a_line_end_in_the_status_ends_nothing(in_a_file: Systemd) -> None:
    service(in_a_file).ready("live\nMAINPID=1")
    assert in_a_file.heard() == {"READY": "1", "STATUS": "live MAINPID=1"}


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1234"])
def test_without_a_socket_nothing_is_said_and_no_thread_started(address: str) -> None:
    before = threading.active_count()
    alone = Service({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"} if address else {})
    assert alone.interval is None
    alone.watch(Liveness())
    alone.ready("live")
    alone.stopping()
    assert threading.active_count() == before


def test_a_systemd_that_is_gone_does_not_end_the_daemon(in_a_file: Systemd) -> None:
    told = service(in_a_file)
    in_a_file.close()
    told.ready("live")


def test_children_inherit_nothing_of_it(in_a_file: Systemd) -> None:
    environ = {**os.environ, "NOTIFY_SOCKET": in_a_file.address, "WATCHDOG_USEC": "5", "WATCHDOG_PID": str(os.getpid())}
    Service(environ)
    program = "import os; print([name for name in os.environ if name.startswith(('NOTIFY', 'WATCHDOG'))])"
    said = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("variables", "interval"),
    [
        ({"WATCHDOG_USEC": "120000000"}, 40.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())}, 40.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_well_within_its_time(
    in_a_file: Systemd, variables: dict[str, str], interval: float | None
) -> None:
    assert service(in_a_file, **variables).interval == interval


def test_it_is_fed_again_and_again_from_a_thread(in_a_file: Systemd) -> None:
    told = service(in_a_file, WATCHDOG_USEC="300000")
    was_enabled = faulthandler.is_enabled()
    told.watch(Liveness())
    told.ready("live")
    heard = [in_a_file.heard() for _ in range(5)]
    assert sum("WATCHDOG" in one for one in heard) >= 3
    assert faulthandler.is_enabled()
    # The thread lives as long as the process: from here on it finds nobody alive, and is silent.
    told.watch(_dead())
    until(lambda: "no sign of life from desk" in str(in_a_file.heard()), "the last word")
    if not was_enabled:
        faulthandler.disable()


def _dead() -> Liveness:
    """A daemon whose desk has given no sign for ages."""
    instants = iter([0.0, 0.0])
    made = Liveness(lambda: next(instants, 1e9))
    made.expect("desk")
    return made


def test_a_start_may_take_as_long_as_it_goes_on(in_a_file: Systemd) -> None:
    told = service(in_a_file, WATCHDOG_USEC="600000000")
    told.watch(Liveness())
    assert told.look()
    assert in_a_file.heard() == {"WATCHDOG": "1", "EXTEND_TIMEOUT_USEC": "600000000"}
    told.ready("live, 1 mailbox")
    in_a_file.heard()
    assert told.look()
    assert in_a_file.heard() == {"WATCHDOG": "1", "STATUS": "live, 1 mailbox"}
    told.stopping()
    in_a_file.heard()
    assert told.look()
    assert in_a_file.heard() == {"WATCHDOG": "1"}


def test_the_status_names_what_is_failing(in_a_file: Systemd) -> None:
    told, liveness = service(in_a_file, WATCHDOG_USEC="600000000"), Liveness()
    liveness.expect_mailbox("studio", 60)
    told.watch(liveness)
    told.ready("live, 1 mailbox")
    in_a_file.heard()
    liveness.failed("studio")
    assert told.look()
    assert in_a_file.heard()["STATUS"] == "live, 1 mailbox; failing: mailbox studio"
    told.ready("rehearsal, 1 mailbox")
    assert in_a_file.heard()["STATUS"] == "rehearsal, 1 mailbox; failing: mailbox studio"


def test_a_daemon_that_hangs_is_not_fed_and_says_so_once(in_a_file: Systemd) -> None:
    now = [0.0]
    liveness = Liveness(lambda: now[0])
    liveness.expect_mailbox("studio", 60)
    told = service(in_a_file, WATCHDOG_USEC="600000000")
    told.watch(liveness)
    now[0] += 60 + LONGEST_ATTEMPT + 1
    assert not told.look()
    assert in_a_file.heard() == {"STATUS": "no sign of life from mailbox studio"}
    assert not told.look()
    assert in_a_file.is_silent()
    liveness.searched("studio")
    assert told.look()
    assert in_a_file.heard()["WATCHDOG"] == "1"
