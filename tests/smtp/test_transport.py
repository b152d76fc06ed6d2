"""Submission to a server that misbehaves at every step: the fate of a mail is known, or known to be unknown."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers import certificates
from servers.certificates import Certificate
from servers.ports import LOOPBACK, free_port
from servers.sink import EXTENSIONS, Sink
from whiteglove.errors import ConfigurationError, Problem, SubmissionError, TokenError
from whiteglove.ports import Transport
from whiteglove.settings.servers import Security, ServerAddress
from whiteglove.smtp import SmtpTransport
from whiteglove.smtp import transport as smtp_transport
from whiteglove.smtp.connection import Connection

ROBIN, WILE = "robin@vale.example", "wile@acme.example"
NOTE = b"From: robin@vale.example\r\nTo: wile@acme.example\r\nSubject: Report\r\n\r\nToday at 16:00.\r\n"


@pytest.fixture
def dial() -> Iterator[Callable[..., SmtpTransport]]:
    """Makes transports that are closed after the test."""
    made: list[SmtpTransport] = []

    def dialled(sink: Sink, *, user: str = "", certificate: Certificate | None = None, **more: object) -> SmtpTransport:
        address = ServerAddress(Security(sink.security), sink.host, sink.port, user)
        context = certificate.client_context() if certificate else None
        transport = SmtpTransport(address, context=context, **more)  # type: ignore[arg-type]
        made.append(transport)
        return transport

    yield dialled
    for transport in made:
        transport.close()


Dial = Callable[..., SmtpTransport]


def refused(transport: Transport, *, sender: str = ROBIN, to: str = WILE, mail: bytes = NOTE) -> tuple[str, int, str]:
    with pytest.raises(SubmissionError) as error:
        transport.submit(sender, to, mail)
    return error.value.outcome, error.value.code, str(error.value)


def step(transport: Transport, *, sender: str = ROBIN, to: str = WILE, mail: bytes = NOTE) -> str:
    with pytest.raises(SubmissionError) as error:
        transport.submit(sender, to, mail)
    return error.value.step


class TestHandingOver:
    def test_the_bytes_arrive_as_they_are(self, sink: Sink, dial: Dial) -> None:
        mail = NOTE + b".\r\n.. two dots\r\n.hidden\r\n" + "ä€".encode() + b"\r\n"
        reply = dial(sink).submit(ROBIN, WILE, mail)
        [kept] = sink.wait_for(1)

        assert reply == "250 2.0.0 kept"
        assert kept.message == mail
        assert (kept.sender, kept.recipients, kept.user) == (ROBIN, (WILE,), None)
        assert kept.parameters == (f"SIZE={len(mail)}", "BODY=8BITMIME")

    def test_lone_line_ends_cannot_end_the_mail(self, sink: Sink, dial: Dial) -> None:
        dial(sink).submit(ROBIN, WILE, b"Subject: x\r\n\r\na\n.\nb\r.\rc")
        [kept] = sink.wait_for(1)

        assert kept.message == b"Subject: x\r\n\r\na\r\n.\r\nb\r\n.\r\nc\r\n"

    def test_the_connection_is_kept(self, sink: Sink, dial: Dial) -> None:
        transport = dial(sink)
        for _ in range(5):
            transport.submit(ROBIN, WILE, NOTE)

        assert len(sink.received) == 5
        assert sink.connections == 1
        assert sink.commands.count("EHLO") == 1

    def test_a_server_without_extensions(self, dial: Dial) -> None:
        with Sink(extensions=()) as old:
            old.reply("EHLO", "500 what")
            dial(old).submit(ROBIN, WILE, NOTE)

            assert old.received[0].parameters == ()

    def test_what_cannot_stand_in_an_envelope_is_never_sent(self, sink: Sink, dial: Dial) -> None:
        for address in ("a@b.example>\r\nRCPT TO:<x@y.example", "a b@c.example", "a@b.example\n"):
            assert refused(dial(sink), to=address)[:2] == ("permanent", 0)
            assert refused(dial(sink), sender=address)[:2] == ("permanent", 0)
        assert sink.commands == []

    def test_a_mail_too_large_for_the_server_is_not_begun(self, dial: Dial) -> None:
        with Sink(extensions=("SIZE 50",)) as small:
            assert refused(dial(small))[:2] == ("permanent", 0)
            assert "MAIL" not in small.commands

    def test_it_greets_with_an_address_and_asks_no_name_server(
        self, sink: Sink, dial: Dial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket, "getfqdn", lambda *_: pytest.fail("asked for a name"))
        dial(sink).check()


class TestRefusals:
    @pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
    @pytest.mark.parametrize(
        ("line", "outcome", "code"),
        [
            ("450 4.2.1 busy", "temporary", 450),
            ("452 4.3.1 full", "temporary", 452),
            ("421 4.7.0 slow down", "temporary", 421),
            ("550 5.1.1 nobody", "permanent", 550),
            ("552 5.3.4 too large", "permanent", 552),
        ],
    )
    def test_the_first_digit_decides(
        self, sink: Sink, dial: Dial, verb: str, line: str, outcome: str, code: int
    ) -> None:
        transport = dial(sink)
        sink.reply(verb, line)

        told = refused(transport)
        assert told[:2] == (outcome, code)
        assert line[4:] in told[2]
        assert sink.received == []
        transport.submit(ROBIN, WILE, NOTE)
        assert sink.connections == (2 if code == 421 else 1)

    @pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
    def test_the_error_names_the_step(self, sink: Sink, dial: Dial, verb: str) -> None:
        sink.reply(verb, "550 no")
        assert step(dial(sink)) == (verb if verb != "." else "DATA")

    def test_what_is_refused_before_anything_is_said_has_the_step_it_would_fail_at(self, dial: Dial) -> None:
        with Sink(extensions=("SIZE 5000",)) as small:
            transport = dial(small)
            assert step(transport, mail=NOTE + b"x" * 5000) == "MAIL"
            assert step(transport, sender="ä@vale.example") == "MAIL"
            assert step(transport, to="ä@acme.example") == "RCPT"
            assert step(transport, to="a b@acme.example") == "RCPT"
            assert step(transport, sender="a b@vale.example") == "MAIL"

    def test_a_login_and_a_connection(self, dial: Dial) -> None:
        with Sink(users={"robin": "secret"}) as server:
            assert step(dial(server, user="robin", password=lambda: "wrong")) == "AUTH"
            server.reply("CONNECT", "554 not you")
            assert step(dial(server, user="robin", password=lambda: "secret")) == ""

    @pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
    def test_lost_before_the_dot_is_temporary(self, sink: Sink, dial: Dial, verb: str) -> None:
        sink.drop(verb)
        transport = dial(sink)

        assert refused(transport)[:2] == ("temporary", 0)
        transport.submit(ROBIN, WILE, NOTE)
        assert len(sink.received) == 1

    @pytest.mark.parametrize("keep", [True, False])
    def test_lost_after_the_dot_is_unknown(self, sink: Sink, dial: Dial, keep: bool) -> None:
        sink.drop(".", keep=keep)

        assert refused(dial(sink))[:2] == ("unknown", 0)
        assert len(sink.received) == int(keep)

    def test_no_answer_after_the_dot_is_unknown(self, dial: Dial) -> None:
        with Sink() as server:
            server.silence(".")

            assert refused(dial(server, final_timeout=0.1))[:2] == ("unknown", 0)

    def test_no_sense_after_the_dot_is_unknown(self, sink: Sink, dial: Dial) -> None:
        for line in ("what?", "354 go on", "2" * 20_000):
            sink.reply(".", line)
            assert refused(dial(sink))[0] == "unknown"

    def test_no_sense_before_the_dot_is_temporary(self, sink: Sink, dial: Dial) -> None:
        for verb in ("CONNECT", "EHLO", "MAIL", "DATA"):
            for line in ("what?", "2" * 20_000):
                sink.reply(verb, line)
                sink.reply("HELO", line)
                assert refused(dial(sink))[0] == "temporary"
                sink.clear()

    def test_nobody_there(self) -> None:
        transport = SmtpTransport(ServerAddress(Security.PLAIN, LOOPBACK, free_port()))

        assert refused(transport)[:2] == ("temporary", 0)

    def test_a_server_that_never_greets(self) -> None:
        with socket.socket() as silent:
            silent.bind((LOOPBACK, 0))
            silent.listen()
            address = ServerAddress(Security.PLAIN, LOOPBACK, silent.getsockname()[1])
            told = refused(SmtpTransport(address, reply_timeout=0.1))

        assert told[:2] == ("temporary", 0)
        assert "in time" in told[2]

    def test_a_greeting_that_refuses(self, sink: Sink, dial: Dial) -> None:
        sink.reply("CONNECT", "554 5.7.1 not you")

        assert refused(dial(sink))[:2] == ("temporary", 554)


class TestKeptConnections:
    def test_dropped_by_the_server_meanwhile(self, sink: Sink, dial: Dial) -> None:
        transport = dial(sink)
        transport.submit(ROBIN, WILE, NOTE)
        sink.drop_connections()
        transport.submit(ROBIN, WILE, NOTE)

        assert len(sink.received) == 2
        assert sink.connections == 2

    def test_ended_with_421_meanwhile(self, sink: Sink, dial: Dial) -> None:
        transport = dial(sink)
        transport.submit(ROBIN, WILE, NOTE)
        sink.reply("MAIL", "421 4.4.2 idle too long")
        transport.submit(ROBIN, WILE, NOTE)

        assert sink.connections == 2

    def test_only_one_more_attempt(self, sink: Sink, dial: Dial) -> None:
        transport = dial(sink)
        transport.submit(ROBIN, WILE, NOTE)
        sink.drop("MAIL", times=5)

        assert refused(transport)[:2] == ("temporary", 0)
        assert sink.connections == 2

    @pytest.mark.parametrize("answer", [None, "421 too late", "drop"])
    def test_an_old_one_is_asked_whether_it_still_stands(
        self, sink: Sink, dial: Dial, monkeypatch: pytest.MonkeyPatch, answer: str | None
    ) -> None:
        monkeypatch.setattr(smtp_transport, "IDLE", -1.0)
        transport = dial(sink)
        transport.check()
        if answer == "drop":
            sink.drop("NOOP")
        elif answer:
            sink.reply("NOOP", answer)
        transport.submit(ROBIN, WILE, NOTE)

        assert "NOOP" in sink.commands
        assert sink.connections == (2 if answer else 1)
        assert len(sink.received) == 1

    def test_a_restarted_server_is_reached_again(self, sink: Sink, dial: Dial) -> None:
        transport = dial(sink)
        transport.submit(ROBIN, WILE, NOTE)
        sink.stop()
        assert refused(transport)[0] == "temporary"
        sink.start()
        transport.submit(ROBIN, WILE, NOTE)

        assert len(sink.received) == 2

    def test_close_says_good_bye_and_never_raises(self, sink: Sink, dial: Dial) -> None:
        transport = dial(sink)
        transport.close()
        transport.check()
        transport.close()
        assert sink.commands[-1] == "QUIT"
        transport.check()
        sink.drop("QUIT")
        transport.close()

    def test_a_dead_server_does_not_hold_up_the_farewell(
        self, sink: Sink, dial: Dial, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(smtp_transport, "_FAREWELL", 0.05)
        sink.silence("QUIT")
        transport = dial(sink)
        transport.check()
        started = time.monotonic()
        transport.close()

        assert time.monotonic() - started < 5


class TestTls:
    def test_tls_and_starttls_with_a_certificate_that_holds(self, certificate: Certificate, dial: Dial) -> None:
        for security in ("tls", "starttls"):
            with Sink(security=security, certificate=certificate, users={"robin": "secret"}) as server:
                dial(server, user="robin", certificate=certificate, password=lambda: "secret").submit(ROBIN, WILE, NOTE)
                [kept] = server.received

                assert (kept.tls, kept.user) == (True, "robin")
                assert server.commands.count("EHLO") == (2 if security == "starttls" else 1)

    @pytest.mark.parametrize("security", ["tls", "starttls"])
    @pytest.mark.parametrize("fault", ["expired", "elsewhere", "unknown"])
    def test_a_certificate_that_does_not_hold(
        self, tmp_path: Path, certificate: Certificate, dial: Dial, security: str, fault: str
    ) -> None:
        own = {
            "expired": lambda: certificates.make(tmp_path, "own", expired=True),
            "elsewhere": lambda: certificates.make(tmp_path, "own", host="elsewhere.example", address="192.0.2.1"),
            "unknown": lambda: certificates.make(tmp_path, "own"),
        }[fault]()
        trusted = certificate if fault == "unknown" else own
        with Sink(security=security, certificate=own, users={"robin": "secret"}) as server:
            told = refused(dial(server, user="robin", certificate=trusted, password=lambda: "secret"))

            assert told[:2] == ("temporary", 0)
            assert "certificate" in told[2]
            assert "AUTH" not in server.commands
            assert server.received == []

    def test_starttls_stripped(self, certificate: Certificate, dial: Dial) -> None:
        with Sink(users={"robin": "secret"}) as stripped:
            address = ServerAddress(Security.STARTTLS, stripped.host, stripped.port, "robin")
            told = refused(SmtpTransport(address, lambda: "secret", context=certificate.client_context()))

            assert told[:2] == ("temporary", 0)
            assert "STARTTLS" in told[2]
            assert stripped.commands == ["EHLO"]

    def test_starttls_refused(self, certificate: Certificate, dial: Dial) -> None:
        with Sink(security="starttls", certificate=certificate) as server:
            server.reply("STARTTLS", "454 4.7.0 not now")

            assert refused(dial(server, certificate=certificate))[:2] == ("temporary", 454)
            assert "MAIL" not in server.commands

    def test_replies_injected_behind_starttls_are_not_believed(self, certificate: Certificate, dial: Dial) -> None:
        with Sink(security="starttls", certificate=certificate, extensions=()) as server:
            server.reply("STARTTLS", "220 go ahead\r\n250-sink.example\r\n250 SMTPUTF8")
            told = refused(dial(server, certificate=certificate, reply_timeout=0.5), to="ä@acme.example")

        assert told[0] in ("temporary", "permanent")
        assert server.received == []

    def test_in_the_clear_only_to_this_machine(self, sink: Sink, dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Connection, "is_on_this_machine", lambda self: False)

        assert refused(dial(sink))[:2] == ("temporary", 0)
        assert "MAIL" not in sink.commands


class TestLogin:
    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_mechanisms(self, dial: Dial, mechanism: str) -> None:
        with Sink(users={"röbin": "sécret"}, mechanisms=[mechanism]) as server:
            dial(server, user="röbin", password=lambda: "sécret").submit(ROBIN, WILE, NOTE)

            assert server.received[0].user == "röbin"

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
    def test_a_refused_login_is_temporary_and_tried_once(self, dial: Dial, mechanism: str) -> None:
        with Sink(users={"robin": "secret"}, mechanisms=[mechanism, "CRAM-MD5"]) as server:
            told = refused(dial(server, user="robin", password=lambda: "wrong"))

            assert told[:2] == ("temporary", 535)
            assert server.commands.count("AUTH") == 1
            assert "MAIL" not in server.commands

    def test_a_token(self, dial: Dial) -> None:
        with Sink(users={"robin": "t0k3n"}, mechanisms=["XOAUTH2"]) as server:
            dial(server, user="robin", token=lambda: "t0k3n").submit(ROBIN, WILE, NOTE)
            assert server.received[0].user == "robin"

            assert refused(dial(server, user="robin", token=lambda: "old"))[:2] == ("temporary", 535)

    def test_a_token_by_the_newer_mechanism_where_it_is_the_only_one(self, dial: Dial) -> None:
        with Sink(users={"robin": "t0k3n"}, mechanisms=["PLAIN", "OAUTHBEARER"]) as server:
            dial(server, user="robin", token=lambda: "t0k3n").submit(ROBIN, WILE, NOTE)
            assert refused(dial(server, user="robin", token=lambda: "old"))[:2] == ("temporary", 535)
            assert server.wait_for(1)[0].user == "robin"

    @pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
    def test_a_token_that_is_refused_is_renewed_once(self, dial: Dial, mechanism: str) -> None:
        refusals: list[str] = []

        def renewed(refused: str) -> str | None:
            refusals.append(refused)
            return "new" if len(refusals) == 1 else None

        with Sink(users={"robin": "new"}, mechanisms=[mechanism]) as server:
            dial(server, user="robin", token=lambda: "old", renewed=renewed).submit(ROBIN, WILE, NOTE)
            assert refusals == ["old"]
            assert server.commands.count("AUTH") == 2
            server.clear()
            assert refused(dial(server, user="robin", token=lambda: "old", renewed=renewed))[:2] == ("temporary", 535)
            assert server.commands.count("AUTH") == 1

    def test_a_password_that_is_refused_is_not_renewed(self, dial: Dial) -> None:
        with Sink(users={"robin": "right"}) as server:
            made = dial(server, user="robin", password=lambda: "wrong", renewed=lambda _: "right")
            assert refused(made)[:2] == ("temporary", 535)
            assert server.commands.count("AUTH") == 1

    @pytest.mark.parametrize("lasting", [True, False])
    def test_where_there_is_no_token_nothing_is_opened_and_no_server_is_quoted(self, dial: Dial, lasting: bool) -> None:
        def missing(*_: object) -> str:
            raise TokenError("run `whiteglove login studio`", lasting=lasting)

        with Sink(users={"robin": "new"}, mechanisms=["XOAUTH2"]) as server:
            for made in (
                dial(server, user="robin", token=missing),
                dial(server, user="robin", token=lambda: "old", renewed=missing),
            ):
                server.clear()
                outcome, code, text = refused(made)
                assert (outcome, code) == ("temporary", 0)
                assert "run `whiteglove login studio`" in text

    def test_no_user_no_login(self, dial: Dial) -> None:
        with Sink(users={"robin": "secret"}) as server:
            told = refused(dial(server, password=lambda: "secret"))

            assert told[:2] == ("temporary", 530)
            assert "AUTH" not in server.commands

    def test_no_mechanism_that_sends_a_password(self, dial: Dial) -> None:
        with Sink(users={"robin": "secret"}, mechanisms=["GSSAPI"]) as server:
            assert refused(dial(server, user="robin", password=lambda: "secret"))[:2] == ("temporary", 0)

    def test_a_password_that_is_missing_or_cannot_be_read(self, sink: Sink, dial: Dial) -> None:
        def unreadable() -> str:
            raise ConfigurationError((Problem("whiteglove.toml", 3, "password", "there is no such file"),))

        assert refused(dial(sink, user="robin"))[:2] == ("temporary", 0)
        assert "whiteglove.toml:3" in refused(dial(sink, user="robin", password=unreadable))[2]
        assert sink.connections == 0

    def test_the_password_is_in_no_error(self, dial: Dial) -> None:
        with Sink(users={"robin": "secret"}) as server:
            for mechanism in ("PLAIN", "LOGIN"):
                server.mechanisms = [mechanism]
                told = refused(dial(server, user="robin", password=lambda: "umbrella"))[2]
                assert "umbrella" not in told
                assert "dW1icmVsbGE" not in told


class TestSmtpUtf8:
    @pytest.mark.parametrize("address", ["用户@例え.example", "wile@bücher.example"])
    def test_offered_and_needed(self, sink: Sink, dial: Dial, address: str) -> None:
        transport = dial(sink)
        transport.submit(ROBIN, address, NOTE)
        transport.submit(ROBIN, WILE, NOTE)
        first, second = sink.received

        assert first.recipients == (address,)
        assert "SMTPUTF8" in first.parameters
        assert "SMTPUTF8" not in second.parameters

    def test_a_header_outside_ascii_needs_it_too(self, sink: Sink, dial: Dial) -> None:
        dial(sink).submit(ROBIN, WILE, "Subject: Entwürfe\r\n\r\nx\r\n".encode())

        assert "SMTPUTF8" in sink.received[0].parameters

    def test_not_offered(self, dial: Dial) -> None:
        with Sink(extensions=[name for name in EXTENSIONS if name != "SMTPUTF8"]) as server:
            transport = dial(server)

            assert refused(transport, to="用户@例え.example")[:2] == ("permanent", 0)
            assert "MAIL" not in server.commands
            transport.submit(ROBIN, WILE, NOTE)
            assert server.connections == 1
