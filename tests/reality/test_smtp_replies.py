"""Every kind of reply at every step, and a network that ends anywhere: whatever a transport says of a mail is true.

`temporary` and `permanent` mean that the server does not have the mail, no error that it has, and only after the final
dot may nobody know.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from servers.certificates import Certificate
from servers.proxy import Proxy
from servers.sink import Sink
from whiteglove.errors import SubmissionError
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.smtp import SmtpTransport
from whiteglove.smtp.connection import LARGEST_REPLY

ROBIN, WILE = "robin@vale.example", "wile@acme.example"
NOTE = b"From: robin@vale.example\r\nTo: wile@acme.example\r\nSubject: Report\r\n\r\n.Today at 16:00.\r\n"

SENSELESS = {
    "garbage": "what?",
    "another protocol": "HTTP/1.1 400 Bad Request",
    "a number alone": "2",
    "an over-long line": "250 " + "x" * 20_000,
    "too many lines": "\r\n".join(["250-" + "x" * 500] * (LARGEST_REPLY // 500 + 1)) + "\r\n250 done",
}
REPLIES = {
    "2yz": "250 2.0.0 fine",
    "2yz in lines": "250-2.0.0 fine\r\n250-indeed\r\n250 2.0.0 very",
    "3yz": "354 go on",
    "4yz": "451 4.3.0 later",
    "4yz in lines": "451-4.3.0 later\r\n451 4.3.0 much \x1b[31mlater",
    "421": "421 4.3.2 closing",
    "5yz": "554 5.7.1 no",
    "5yz in lines": "554-5.7.1 no\r\n554 5.7.1 never",
    "5yz about our own limit": "550 5.4.5 Daily sending quota exceeded",
    **SENSELESS,
}
OPENING = ("CONNECT", "EHLO", "STARTTLS", "AUTH")
ENVELOPE = ("MAIL", "RCPT", "DATA")


@pytest.fixture(scope="module")
def server(certificate: Certificate) -> Iterator[Sink]:
    with Sink(security="starttls", certificate=certificate, users={"robin": "secret"}) as running:
        yield running


@pytest.fixture
def transport(server: Sink, certificate: Certificate) -> Iterator[SmtpTransport]:
    server.clear()
    address = ServerAddress(Security.STARTTLS, server.host, server.port, "robin")
    made = SmtpTransport(address, lambda: "secret", context=certificate.client_context(), reply_timeout=5.0)
    yield made
    server.clear()
    made.close()


def outcome(transport: SmtpTransport) -> tuple[str, int]:
    """What became of a mail: `accepted`, or as the error says; which is one line without control characters."""
    try:
        transport.submit(ROBIN, WILE, NOTE)
    except SubmissionError as error:
        told = error
    else:
        return "accepted", 0
    assert str(told).isprintable()
    assert len(str(told)) < 400
    return told.outcome, told.code


@pytest.mark.parametrize("reply", REPLIES)
def test_any_reply_while_the_connection_is_opened(server: Sink, transport: SmtpTransport, reply: str) -> None:
    """No mail has been judged yet, so that nothing is for good."""
    for step in OPENING:
        server.reply(step, REPLIES[reply])
        found, code = outcome(transport)
        assert found == "temporary", step
        if reply[:3] in ("4yz", "421", "5yz") and step in ("CONNECT", "STARTTLS", "AUTH"):
            assert code == int(REPLIES[reply][:3]), step
        server.clear()
        assert outcome(transport) == ("accepted", 0)
        transport.close()


@pytest.mark.parametrize("reply", REPLIES)
def test_any_reply_ahead_of_the_mail(server: Sink, transport: SmtpTransport, reply: str) -> None:
    usual = {"2yz": ("MAIL", "RCPT"), "3yz": ("DATA",)}.get(reply[:3], ())
    for step in (step for step in ENVELOPE if step not in usual):
        server.reply(step, REPLIES[reply])
        found, code = outcome(transport)
        assert found == ("permanent" if reply in ("5yz", "5yz in lines") else "temporary"), step
        if reply[:3] in ("4yz", "421", "5yz"):
            assert code == int(REPLIES[reply][:3]), step
        server.clear()
        assert outcome(transport) == ("accepted", 0), step
        assert len(server.received) == 1, step


@pytest.mark.parametrize("reply", REPLIES)
def test_any_reply_to_the_mail_itself(server: Sink, transport: SmtpTransport, reply: str) -> None:
    server.reply(".", REPLIES[reply])
    kinds = {"2yz": "accepted", "4yz": "temporary", "421": "temporary", "5yz": "permanent"}
    expected = "temporary" if "own limit" in reply else kinds.get(reply[:3], "unknown")
    assert outcome(transport)[0] == expected
    assert server.received == []
    assert outcome(transport) == ("accepted", 0)


@pytest.mark.parametrize("reply", REPLIES)
def test_any_reply_to_what_stands_around_a_mail(server: Sink, transport: SmtpTransport, reply: str) -> None:
    server.reply("MAIL", "451 later")
    server.reply("RSET", REPLIES[reply])
    assert outcome(transport) == ("temporary", 451)
    assert outcome(transport) == ("accepted", 0)
    server.reply("QUIT", REPLIES[reply])
    transport.close()
    assert outcome(transport) == ("accepted", 0)
    assert len(server.received) == 2


@pytest.mark.parametrize("direction", ["answers", "requests"])
def test_a_network_that_ends_anywhere(direction: str) -> None:
    """Octet by octet through the whole conversation."""
    with Sink() as sink, Proxy(sink.port) as network:
        way = getattr(network, direction)
        transport = SmtpTransport(ServerAddress(Security.PLAIN, network.host, network.port), reply_timeout=5.0)
        assert outcome(transport) == ("accepted", 0)
        transport.close()
        found = set()
        for octets in range(0, len(way.passed), 2):
            sink.clear()
            way.cut_after(octets, reset=bool(octets % 4))
            became, code = outcome(transport)
            assert code == 0
            assert became != "permanent"
            if became != "unknown":
                assert len(sink.received) == (became == "accepted"), octets
            found.add(became)
            way.flow()
            transport.close()
        assert {"temporary", "unknown"} <= found


def test_a_server_that_drips_is_given_the_time_of_one_reply() -> None:
    """Each octet comes in time, and the reply does not."""
    with Sink() as sink, Proxy(sink.port) as network:
        address = ServerAddress(Security.PLAIN, network.host, network.port)
        network.answers.split()
        network.answers.delay(0.002)
        patient = SmtpTransport(address, reply_timeout=10.0, final_timeout=0.3)
        began = time.monotonic()
        sink.reply(".", "250 2.0.0 " + "kept " * 800)
        assert outcome(patient) == ("unknown", 0)
        network.answers.delay(0.02)
        assert outcome(SmtpTransport(address, reply_timeout=0.3)) == ("temporary", 0)
        assert time.monotonic() - began < 5
