"""Connections that come, go and are ended, and the threads that must not stay behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from demo.talk import Talk
from servers.ports import until
from whiteglove.demo import listening
from whiteglove.demo.listening import Client, Listener

Dial = Callable[[int], Talk]


class Echo(Listener):
    """Says what it hears; `octets` asks for three of them."""

    def converse(self, client: Client) -> None:
        client.send(b"hello\r\n")
        while True:
            line = client.line()
            client.send(client.octets(3) + b"\r\n" if line == b"octets\r\n" else line)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("demo-")]


def test_lines_and_octets(dial: Dial) -> None:
    with Echo() as echo:
        talk = dial(echo.port)
        talk.send(b"one\r\noctets\r\n\r\nxtwo\n")

        assert talk.greeting == "hello"
        assert [talk.line() for _ in range(4)] == ["one", "", "x", "two"]


def test_clients_do_not_wait_for_each_other(dial: Dial) -> None:
    with Echo() as echo:
        silent, busy = dial(echo.port), dial(echo.port)
        silent.send(b"half a li")
        busy.send(b"whole\r\n")

        assert busy.line() == "whole"


def test_stopping_ends_every_connection_and_thread(dial: Dial) -> None:
    echo = Echo()
    echo.start()
    talks = [dial(echo.port) for _ in range(5)]
    talks[0].send(b"octets\r\n")
    assert len(threads()) == 6
    echo.stop()

    assert threads() == []
    assert [talk.line() for talk in talks] == [""] * 5
    with pytest.raises(ConnectionRefusedError):
        Talk(echo.port)


def test_stopping_does_not_wait_for_a_client_that_reads_nothing(dial: Dial) -> None:
    class Flood(Listener):
        def converse(self, client: Client) -> None:
            client.send(b"hello\r\n")
            while True:
                client.send(b"x" * 1_000_000)

    with Flood() as flood:
        dial(flood.port)

    assert threads() == []


def test_it_may_be_stopped_twice_and_started_again_on_its_port(dial: Dial) -> None:
    echo = Echo()
    echo.stop()
    echo.start()
    port = echo.port
    dial(port)
    echo.stop()
    echo.stop()
    with echo:
        assert echo.port == port
        assert dial(port).greeting == "hello"


def test_a_client_that_leaves_costs_nothing(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "LONGEST_LINE", 10)
    with Echo() as echo:
        polite, rude, endless, half = (dial(echo.port) for _ in range(4))
        polite.close()
        # Without lingering this ends the connection by a reset instead of a farewell.
        rude.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        rude.close()
        endless.send(b"x" * 11)
        half.send(b"octets\r\nx")
        half.socket.shutdown(socket.SHUT_WR)
        until(lambda: threads() == ["demo-listener"], "the end of all conversations")

        assert dial(echo.port).greeting == "hello"


def test_only_this_machine_gets_in() -> None:
    with Echo() as echo:
        assert echo.host == "127.0.0.1"
