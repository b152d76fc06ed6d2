"""IDLE itself: when it ends, and what it leaves on the connection. The traps are played in `test_session`."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from servers.ports import until
from servers.scripted import ScriptedImap
from whiteglove.imap import idle as idle_module
from whiteglove.imap.idle import IdleRefusedError, idle, linger, silence
from whiteglove.imap.wire import Wire

Alarm = tuple[socket.socket, socket.socket]


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    listening, ringing = socket.socketpair()
    listening.setblocking(False)
    yield listening, ringing
    listening.close()
    ringing.close()


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap({"DONE": [b"%t OK done\r\n"]}) as scripted:
        yield scripted


@pytest.fixture
def wire(server: ScriptedImap) -> Iterator[Wire]:
    dialled = Wire(server.host, server.port, context=None, connect_timeout=5, read_timeout=5)
    dialled.login("robin", "secret")
    yield dialled
    dialled.shutdown()


def arrived(wire: Wire) -> int:
    """How many octets have come that nothing has read."""
    wire.receive()
    return len(wire._buffer)


def test_the_alarm_ends_it_and_is_silenced(server: ScriptedImap, wire: Wire, alarm: Alarm) -> None:
    alarm[1].send(b"xx")
    idle(wire, alarm[0], 60)

    assert server.commands[-2:] == ["IDLE", "DONE"]
    with pytest.raises(BlockingIOError):
        alarm[0].recv(1)


def test_a_line_that_comes_in_two_halves(server: ScriptedImap, wire: Wire, alarm: Alarm) -> None:
    server.push(b"* 5 EXI")
    until(lambda: arrived(wire) > 0, "the first half")
    server.scripts["IDLE"] = [b"STS\r\n+ idling\r\n"]
    idle(wire, alarm[0], 60)

    assert wire.news


def test_it_is_bounded_whatever_the_caller_asks(wire: Wire, alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_module, "LONGEST", 0.05)
    started = time.monotonic()
    idle(wire, alarm[0], 86400)

    assert time.monotonic() - started < 5
    assert idle_module.LONGEST < 29 * 60


def test_a_server_that_ends_idle_by_itself(server: ScriptedImap, wire: Wire, alarm: Alarm) -> None:
    server.then("IDLE", b"+ idling\r\n%t OK enough\r\n")
    started = time.monotonic()
    idle(wire, alarm[0], 60)

    assert idle_module.BREATH <= time.monotonic() - started < 30
    assert "DONE" not in server.commands
    assert wire.noop()[0] == "OK"


def test_what_nobody_asked_for_is_not_kept(server: ScriptedImap, wire: Wire, alarm: Alarm) -> None:
    server.then("IDLE", b"+ idling\r\n" + b"* 1 FETCH (FLAGS (\\Seen))\r\n" * 1000)
    alarm[1].send(b"x")
    idle(wire, alarm[0], 60)

    assert not wire.untagged_responses.get("FETCH")


@pytest.mark.parametrize("answer", [b"%t NO not today\r\n", b"%t BAD what\r\n"])
def test_a_refusal(server: ScriptedImap, wire: Wire, alarm: Alarm, answer: bytes) -> None:
    server.then("IDLE", answer)
    with pytest.raises(IdleRefusedError):
        idle(wire, alarm[0], 60)

    assert wire.noop()[0] == "OK", "the connection goes on"


def test_lingering_tells_the_alarm_from_the_clock(wire: Wire, alarm: Alarm) -> None:
    assert linger(wire, alarm[0], 0.01) is False
    alarm[1].send(b"x")
    assert linger(wire, alarm[0], 60) is True


def test_lingering_sees_what_has_arrived_before_it_began(server: ScriptedImap, wire: Wire, alarm: Alarm) -> None:
    server.push(b"* 9 EXISTS\r\n")
    until(lambda: arrived(wire) > 0 and wire.line_waiting(), "the line in the buffer")

    assert linger(wire, alarm[0], 60) is False
    assert wire.news


def test_a_closed_alarm_is_silent(alarm: Alarm) -> None:
    alarm[1].close()
    silence(alarm[0])
