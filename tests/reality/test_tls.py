"""TLS that does not hold, for both protocols: nothing goes on in the clear, and the log says why in a word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reality.station import Station
from servers import certificates
from servers.certificates import Certificate
from servers.dovecot import Dovecot
from servers.proxy import Proxy
from servers.scripted import ScriptedImap
from servers.sink import Sink
from whole.studio import Studio

FAULTS: dict[str, str] = {"expired": "expired", "elsewhere": "mismatch", "unknown": "self-signed"}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, certificate: Certificate
) -> dict[str, tuple[Certificate, Certificate]]:
    """By fault: the server's certificate, and the one that is trusted."""
    folder = tmp_path_factory.mktemp("faulty")
    expired = certificates.make(folder, "expired", expired=True)
    elsewhere = certificates.make(folder, "elsewhere", host="elsewhere.example", address="192.0.2.1")
    return {
        "expired": (expired, expired),
        "elsewhere": (elsewhere, elsewhere),
        "unknown": (certificates.make(folder, "unknown"), certificate),
    }


def imap(studio: Studio, scheme: str, port: int) -> str:
    return f"{scheme}://{studio.user.replace('@', '%40')}@127.0.0.1:{port}"


@pytest.mark.parametrize("fault", FAULTS)
def test_imap_over_a_certificate_that_does_not_hold(
    station: Station, studio: Studio, made: dict[str, tuple[Certificate, Certificate]], fault: str
) -> None:
    own, trusted = made[fault]
    station.context = trusted.client_context()
    with Dovecot(own) as server:
        for scheme, port in (("imaps", server.imaps_port), ("imap+starttls", server.imap_port)):
            with Proxy(port) as network:
                studio.imap = imap(studio, scheme, network.port)
                station.start()
                station.stop()
                assert b"LOGIN" not in network.requests.passed.upper()
    lost = station.logged("mailbox.lost", reason="tls")
    assert len(lost) == 2
    assert all(FAULTS[fault] in line["error"] and "certificate" in line["error"] for line in lost)


@pytest.mark.parametrize(
    ("scheme", "capabilities", "answer"),
    [
        ("imap+starttls", "IMAP4rev1", b"%t BAD what\r\n"),
        ("imap+starttls", "IMAP4rev1 STARTTLS", b"%t NO not now\r\n"),
        ("imap+starttls", "IMAP4rev1 STARTTLS", b"%t OK go ahead\r\n* OK in the clear\r\n"),
        ("imaps", "IMAP4rev1", b"%t OK\r\n"),
    ],
)
def test_imap_where_somebody_keeps_tls_away(
    station: Station, studio: Studio, certificate: Certificate, scheme: str, capabilities: str, answer: bytes
) -> None:
    station.context = certificate.client_context()
    with ScriptedImap({"STARTTLS": [answer]}, capabilities=capabilities) as server:
        studio.imap = imap(studio, scheme, server.port)
        station.start()
        station.stop()
        assert {"LOGIN", "AUTHENTICATE"}.isdisjoint(server.commands)
    assert [line["reason"] for line in station.logged("mailbox.lost")] == ["tls"]


@pytest.fixture
def waiting(station: Station, studio: Studio) -> Callable[[Sink, str], str]:
    """Why a mail to a client could not go to this server."""

    def deferred(server: Sink, scheme: str) -> str:
        studio.smtp = f"{scheme}://robin@127.0.0.1:{server.port}"
        studio.mailbox = 'smtp_password = { file = "password" }'
        station.start()
        studio.deliver(studio.mail(message_id="a@acme.example"))
        station.await_log("mail.deferred")
        station.stop()
        assert {"AUTH", "MAIL"}.isdisjoint(server.commands)
        assert server.received == []
        assert station.count("mail.deferred") == 1
        return str(station.logged("mail.deferred")[0]["error"])

    return deferred


@pytest.mark.parametrize(
    ("fault", "scheme"), [("expired", "smtps"), ("elsewhere", "smtp+starttls"), ("unknown", "smtps")]
)
def test_smtp_over_a_certificate_that_does_not_hold(
    station: Station,
    made: dict[str, tuple[Certificate, Certificate]],
    waiting: Callable[[Sink, str], str],
    fault: str,
    scheme: str,
) -> None:
    own, trusted = made[fault]
    station.context = trusted.client_context()
    security = "tls" if scheme == "smtps" else "starttls"
    with Sink(security=security, certificate=own, users={"robin": Dovecot.password}) as server:
        error = waiting(server, scheme)
    assert "certificate" in error
    assert FAULTS[fault] in error


def test_smtp_without_starttls_in_what_the_server_offers(
    station: Station, certificate: Certificate, waiting: Callable[[Sink, str], str]
) -> None:
    station.context = certificate.client_context()
    with Sink(users={"robin": Dovecot.password}) as stripped:
        assert "does not offer STARTTLS" in waiting(stripped, "smtp+starttls")


def test_smtp_where_starttls_is_refused(
    station: Station, certificate: Certificate, waiting: Callable[[Sink, str], str]
) -> None:
    station.context = certificate.client_context()
    with Sink(security="starttls", certificate=certificate, users={"robin": Dovecot.password}) as server:
        server.reply("STARTTLS", "454 4.7.0 TLS not available", times=9)
        assert "454 4.7.0 TLS not available" in waiting(server, "smtp+starttls")
