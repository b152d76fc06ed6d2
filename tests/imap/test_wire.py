"""The buffer under imaplib: nothing that has arrived is overlooked, nothing weighs without limit."""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Iterator

import pytest

from servers.certificates import Certificate
from servers.ports import until
from servers.scripted import CLOSE, ScriptedImap
from servers.sink import Sink
from whiteglove.imap import wire as wire_module
from whiteglove.imap.responses import attributes, numbers, responses
from whiteglove.imap.wire import Wire


def dial(server: ScriptedImap, timeout: float = 5.0) -> Wire:
    return Wire(server.host, server.port, context=None, connect_timeout=5, read_timeout=timeout)


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap() as scripted:
        yield scripted


@pytest.fixture
def wire(server: ScriptedImap) -> Iterator[Wire]:
    dialled = dial(server)
    dialled.login("robin", "secret")
    yield dialled
    dialled.shutdown()


def arrived(wire: Wire) -> int:
    """How many octets have come that nothing has read."""
    wire.receive()
    return len(wire._buffer)


def received(wire: Wire) -> None:
    """Until something has come that `receive` has taken."""
    until(lambda: arrived(wire) > 0, "something on the wire")


def test_half_a_line_waits_for_its_other_half(server: ScriptedImap, wire: Wire) -> None:
    server.push(b"* 5 EXI")
    received(wire)
    assert not wire.line_waiting()
    server.push(b"STS\r\n")
    until(lambda: arrived(wire) > 0 and wire.line_waiting(), "the whole line")
    wire.next_response()

    assert (wire.news, wire.exists) == (True, 5)


def test_receiving_does_not_wait(wire: Wire) -> None:
    wire.receive()

    assert not wire.line_waiting()
    assert wire.sock.gettimeout() == 5.0


def test_an_alert_is_kept_wherever_it_stands(server: ScriptedImap, wire: Wire) -> None:
    server.then(
        "NOOP", b'* OK [ALERT] one\r\n* NO [alert] two\r\n* 1 FETCH (X "[ALERT] no")\r\n%t OK [ALERT] three\r\n'
    )
    wire.noop()
    assert wire.alerts == ["one", "two", "three"]
    server.then("NOOP", b"* OK [ALERT] again\r\n" * 50 + b"%t OK done\r\n")
    wire.noop()
    assert len(wire.alerts) == wire_module.MOST_ALERTS


def test_an_answer_that_drips_has_an_end(server: ScriptedImap, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "LONGEST_ANSWER", 0.0)
    monkeypatch.setattr(wire_module, "SLOWEST", 10_000_000)
    server.then("NOOP", *[b"* OK still here\r\n"] * 500)
    with pytest.raises(TimeoutError):
        wire.noop()


def test_a_slow_answer_that_goes_on_is_waited_for(
    server: ScriptedImap, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_module, "LONGEST_ANSWER", 0.2)
    server.then("NOOP", *[b"* OK still here\r\n"] * 500, b"%t OK done\r\n")
    assert wire.noop()[0] == "OK"


def test_lines_ahead_of_the_end_are_read_first(server: ScriptedImap, wire: Wire) -> None:
    server.then("NOOP", b"* BYE going down\r\n", CLOSE)
    wire.send(b"A1 NOOP\r\n")
    received(wire)
    with pytest.raises(imaplib.IMAP4.abort, match="going down"):
        wire.next_response()
    with pytest.raises(imaplib.IMAP4.abort, match="closed the connection"):
        wire.receive()


def test_only_another_number_of_messages_is_news(server: ScriptedImap, wire: Wire) -> None:
    told = []
    for said in (b"* 0 EXISTS\r\n", b"* 2 EXISTS\r\n", b"* 2 EXISTS\r\n", b"* 1 EXPUNGE\r\n", b"* 2 EXISTS\r\n"):
        wire.news = False
        server.then("NOOP", said + b"%t OK done\r\n")
        wire.noop()
        told.append(wire.news)

    assert told == [False, True, False, False, True]


def test_a_no_keeps_what_came_ahead_of_it(server: ScriptedImap, wire: Wire) -> None:
    wire.state = "SELECTED"
    for end in (b"%t NO some are gone\r\n", b"%t BAD what\r\n"):
        server.then("UID FETCH", b"* 1 FETCH (UID 5)\r\n", end)
        reply = wire.ask("FETCH", "5,6", "(UID)")
        assert (reply.ok, reply.data) == (False, [b"1 (UID 5)"])
    server.then("UID FETCH", b"%t OK nothing\r\n")
    assert wire.ask("FETCH", "5", "(UID)").data == [None]


def test_a_line_longer_than_imaplibs_own_limit(server: ScriptedImap, wire: Wire) -> None:
    wire.state = "SELECTED"
    uids = b" ".join(b"%d" % uid for uid in range(1, 300_000))
    server.then("UID SEARCH", b"* SEARCH " + uids + b"\r\n%t OK done\r\n")

    assert wire.ask("SEARCH", "ALL").data == [uids]


def test_neither_lines_nor_literals_weigh_without_limit(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire_module, "LONGEST_LINE", 100_000)
    for reply in (b"* OK " + b"x" * 300_000 + b"\r\n", b"* 1 FETCH (BODY[] {99999999999}\r\n"):
        wire = dial(server)
        server.then("NOOP", reply)
        with pytest.raises(imaplib.IMAP4.abort):
            wire.noop()
        wire.shutdown()


@pytest.mark.parametrize("end", [b"", b"{9}"])
def test_a_description_beyond_all_measure_costs_itself_alone(
    server: ScriptedImap, wire: Wire, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    """Where the line is cut there may stand what announces a literal."""
    wire.state = "SELECTED"
    line = b'* 1 FETCH (UID 1 BODYSTRUCTURE ("text" "'
    monkeypatch.setattr(wire_module, "LONGEST_DESCRIPTION", 300_000)
    heavy = line + b"x" * (300_000 - len(line) - len(end)) + end + b"x" * 200_000 + b'"))\r\n'
    server.then("UID FETCH", heavy + b"* 2 FETCH (UID 2)\r\n%t OK done\r\n")
    reply = wire.ask("FETCH", "1:2", "(UID BODYSTRUCTURE)")

    cut, whole = responses(reply.data)
    assert reply.ok
    with pytest.raises(ValueError, match=r"stray|open"):
        attributes(cut)
    assert len(str(cut)) < 310_000
    assert attributes(whole) == {"UID": b"2"}
    server.then("UID SEARCH", b"* SEARCH" + b" 1" * 400_000 + b"\r\n%t OK done\r\n")
    assert len(numbers(wire.ask("SEARCH", "ALL").data)) == 400_000


def test_a_description_without_end_is_given_up(
    server: ScriptedImap, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.state = "SELECTED"
    monkeypatch.setattr(wire_module, "LONGEST_DESCRIPTION", 1_000)
    monkeypatch.setattr(wire_module, "LARGEST_LITERAL", 100_000)
    server.then("UID FETCH", b"* 1 FETCH (" + b"x" * 1_000_000)
    with pytest.raises(imaplib.IMAP4.abort, match="more than"):
        wire.ask("FETCH", "1", "(UID)")


def test_the_socket_is_tuned(wire: Wire) -> None:
    assert wire.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert wire.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_login_is_quoted(server: ScriptedImap) -> None:
    wire = dial(server)
    sent: list[bytes] = []
    wire.send = lambda data: sent.append(bytes(data)) or socket.socket.sendall(wire.sock, data)  # type: ignore[method-assign,func-returns-value]
    wire.login('r "b" \\', "p w")

    assert sent[0].partition(b" ")[2] == b'LOGIN "r \\"b\\" \\\\" "p w"\r\n'
    wire.shutdown()


def test_it_remembers_no_line(wire: Wire) -> None:
    wire.noop()

    assert not getattr(wire, "_cmd_log", None)


def test_a_server_that_never_greets(certificate: Certificate) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TimeoutError):
            Wire("127.0.0.1", silent.getsockname()[1], context=None, connect_timeout=5, read_timeout=0.1)


def test_news_inside_tls_records_is_seen_without_the_socket_being_readable(certificate: Certificate) -> None:
    with Sink(security="tls", certificate=certificate) as sink:
        # The greeting of another protocol is greeting enough for the bytes to be looked at.
        sink.reply("CONNECT", "* OK hello\r\n* CAPABILITY IMAP4rev1\r\n* 3 EXISTS")
        plain = socket.create_connection((sink.host, sink.port))
        wire = Wire.__new__(Wire)
        wire.__dict__.update(_buffer=bytearray(), read_timeout=5.0)
        wire.sock = certificate.client_context().wrap_socket(plain, server_hostname="localhost")
        wire.sock.settimeout(5.0)
        assert wire.sock.recv(1) == b"*", "now the rest of the record lies in the TLS layer"
        wire.receive()
        assert wire.line_waiting()
        wire.shutdown()
