"""One reply at a time: bounded, whole or none, and read for what it means."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from servers.ports import LOOPBACK
from servers.sink import Sink
from whiteglove.errors import SubmissionError
from whiteglove.smtp.connection import LARGEST_REPLY, LOST, Connection, log_in, opening, reason, refused, shown


@pytest.fixture
def connection(sink: Sink) -> Iterator[Connection]:
    made = Connection(sink.host, sink.port, context=None, connect_timeout=5.0, reply_timeout=5.0)
    yield made
    made.close()


def test_a_reply_in_lines_is_one_reply(sink: Sink, connection: Connection) -> None:
    sink.reply("NOOP", "250-one\r\n250-two\r\n250 three")
    assert connection.docmd("NOOP") == (250, b"one\ntwo\nthree")
    assert connection.docmd("NOOP") == (250, b"2.0.0 ok")


def test_a_reply_has_one_deadline_and_the_next_one_another(sink: Sink, connection: Connection) -> None:
    connection.patience = 0.1
    began = time.monotonic()
    sink.silence("NOOP")
    with pytest.raises(LOST) as late:
        connection.docmd("NOOP")
    assert time.monotonic() - began < 2
    assert reason(late.value) == "no answer in time"


def test_the_patience_of_a_reply_is_not_that_of_sending(connection: Connection) -> None:
    connection.patience = 1.0
    connection.docmd("NOOP")
    assert connection.sock is not None
    assert connection.sock.gettimeout() == 5.0


def test_a_reply_without_end_is_cut_off(sink: Sink, connection: Connection) -> None:
    sink.reply("NOOP", "\r\n".join(["250-" + "x" * 900] * (LARGEST_REPLY // 900 + 1)) + "\r\n250 done")
    with pytest.raises(LOST, match=f"more than {LARGEST_REPLY} octets"):
        connection.docmd("NOOP")


def test_half_a_line_at_the_end_of_the_stream_is_no_reply() -> None:
    with socket.create_server((LOOPBACK, 0)) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
        far.sendall(b"220 ready")
        far.close()
        connection = Connection.__new__(Connection)
        smtplib.SMTP.__init__(connection)
        connection.sock, connection.patience, connection._reply_timeout = near, 5.0, 5.0
        with pytest.raises(smtplib.SMTPServerDisconnected):
            connection.getreply()
        near.close()


def test_it_knows_whether_the_server_is_on_this_machine(connection: Connection) -> None:
    assert connection.is_on_this_machine()
    assert connection.local_hostname == "[127.0.0.1]"


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        (451, "4.7.1 greylisted", "temporary"),
        (550, "5.1.1 no such user", "permanent"),
        (552, "5.2.2 mailbox over quota", "permanent"),
        (535, "5.7.8 wrong password", "temporary"),
        (550, "5.4.5 Daily user sending limit exceeded", "temporary"),
        (550, "5.7.1 You have reached your daily sending limit", "temporary"),
        (554, "5.7.0 hourly quota of this account exceeded", "temporary"),
        (550, "5.7.1 sender rejected; limit your claims", "permanent"),
        (354, "go on", "temporary"),
        (-1, "what?", "temporary"),
    ],
)
def test_what_a_reply_says_of_a_mail(code: int, text: str, outcome: str) -> None:
    error = refused("smtp.vale.example:465", code, text)
    assert (error.outcome, error.code) == (outcome, max(code, 0))
    assert str(error).endswith(f"no sense: {text}" if code < 0 else f"{code} {text}")
    assert refused("smtp.vale.example:465", code, text, connecting=True).outcome == "temporary"


def test_what_keeps_a_connection_from_standing_is_for_now() -> None:
    for cause in (OSError("no route"), smtplib.SMTPConnectError(554, b"go away"), ValueError("odd")):
        with pytest.raises(SubmissionError) as error, opening("smtp.vale.example:465"):
            raise cause
        assert error.value.outcome == "temporary"


def test_one_login_with_one_mechanism() -> None:
    with Sink(users={"robin": "secret"}, mechanisms=["LOGIN", "PLAIN"]) as server:
        connection = Connection(server.host, server.port, context=None, connect_timeout=5.0, reply_timeout=5.0)
        connection.ehlo()
        with pytest.raises(SubmissionError) as error:
            log_in(connection, "here", "robin", "wrong", is_token=False)
        assert (error.value.outcome, error.value.code) == ("temporary", 535)
        assert server.commands.count("AUTH") == 1
        connection.close()


def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    sent = base64.b64encode(b"\0robin\0marked-2").decode()
    with Sink(users={"robin": "secret"}, mechanisms=["PLAIN"]) as server:
        server.reply("AUTH", f"535 AUTH PLAIN {sent} (marked-2) is wrong")
        connection = Connection(server.host, server.port, context=None, connect_timeout=5.0, reply_timeout=5.0)
        connection.ehlo()
        with pytest.raises(SubmissionError) as error:
            log_in(connection, "here", "robin", "marked-2", is_token=False)
        connection.close()
    assert str(error.value) == "here: login refused: 535 AUTH PLAIN <secret> (<secret>) is wrong"


def test_a_reply_is_shown_as_one_short_line() -> None:
    assert shown(b"one\r\n\x1b[31mtwo\x00") == "one [31mtwo"
    assert len(shown("x" * 9000)) == 300
    assert reason(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong")).startswith("no secure connection")
