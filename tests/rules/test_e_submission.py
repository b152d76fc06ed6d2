"""E: handing a mail over to the server, and what becomes of one that it does not take.

RFC 8314 sections 3.3, 5.2 and 5.3; RFC 6409 section 4.3; RFC 4954 sections 4, 6 and 9; RFC 3207 section 4.2; RFC 5321
sections 4.2.1, 4.5.3.2.6, 4.5.4.1 and 6.1; RFC 7628 section 3.2; RFC 6531 section 3; RFC 6532; RFC 3464 section 2.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from benches import STATUS, TUESDAY_REPORT, acme, to_clients
from rules.mails import TEXT, from_address, mail, parted
from servers import certificates
from servers.certificates import Certificate
from servers.sink import EXTENSIONS, Sink
from whiteglove.errors import SubmissionError
from whiteglove.ledger import MailState
from whiteglove.settings.servers import Security, ServerAddress, parse_smtp
from whiteglove.smtp import SmtpTransport
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

ROBIN, WILE = "robin@vale.example", "wile@acme.example"
NOTE = b"From: robin@vale.example\r\nTo: wile@acme.example\r\nSubject: Report\r\n\r\nToday at 16:00.\r\n"
USERS = {"robin": "secret"}


@pytest.fixture
def dial() -> Iterator[Callable[..., SmtpTransport]]:
    """Makes transports that are closed after the test."""
    made: list[SmtpTransport] = []

    def dialled(sink: Sink, *, user: str = "", trusted: Certificate | None = None, **more: object) -> SmtpTransport:
        address = ServerAddress(Security(sink.security), sink.host, sink.port, user)
        context = trusted.client_context() if trusted else None
        made.append(SmtpTransport(address, context=context, **more))  # type: ignore[arg-type]
        return made[-1]

    yield dialled
    for transport in made:
        transport.close()


Dial = Callable[..., SmtpTransport]


def outcome(transport: SmtpTransport, to: str = WILE) -> tuple[str, int]:
    with pytest.raises(SubmissionError) as error:
        transport.submit(ROBIN, to, NOTE)
    return error.value.outcome, error.value.code


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_r65_nothing_is_said_over_tls_that_does_not_hold(
    tmp_path: Path, certificate: Certificate, dial: Dial, security: str
) -> None:
    assert [parse_smtp(f"{scheme}://smtp.vale.example").port for scheme in ("smtps", "smtp+starttls")] == [465, 587]
    expired = certificates.make(tmp_path, "expired", expired=True)
    elsewhere = certificates.make(tmp_path, "elsewhere", host="elsewhere.example", address="192.0.2.1")
    for own, trusted in ((expired, expired), (elsewhere, elsewhere), (elsewhere, certificate)):
        with Sink(security=security, certificate=own, users=USERS) as server:
            assert outcome(dial(server, user="robin", trusted=trusted, password=lambda: "secret")) == ("temporary", 0)
            assert {"AUTH", "MAIL"}.isdisjoint(server.commands)
    with Sink(users=USERS) as stripped:
        address = ServerAddress(Security(security), stripped.host, stripped.port, "robin")
        transport = SmtpTransport(address, lambda: "secret", context=certificate.client_context(), reply_timeout=0.5)
        assert outcome(transport) == ("temporary", 0)
        assert {"AUTH", "MAIL"}.isdisjoint(stripped.commands)


def test_r66_what_was_said_before_tls_is_forgotten(certificate: Certificate, dial: Dial) -> None:
    offered = [name for name in EXTENSIONS if name != "SMTPUTF8"]
    with Sink(security="starttls", certificate=certificate, extensions=offered) as server:
        server.reply("EHLO", "250-sink.example\r\n250-SMTPUTF8\r\n250 STARTTLS")
        assert outcome(dial(server, trusted=certificate), to="ä@acme.example") == ("permanent", 0)
        assert server.commands.count("EHLO") == 2
    with Sink(security="starttls", certificate=certificate, extensions=offered) as injected:
        injected.reply("STARTTLS", "220 go ahead\r\n250-sink.example\r\n250 SMTPUTF8")
        told = outcome(dial(injected, trusted=certificate, reply_timeout=0.5), to="ä@acme.example")
        assert told[0] in ("temporary", "permanent")
        assert injected.received == []


def test_r67_not_now_means_half_an_hour_and_never_means_never(dial: Dial) -> None:
    with Sink() as sink:
        for code in (421, 450, 451, 452, 550, 552):
            sink.reply("RCPT", f"{code} no")
            assert outcome(dial(sink)) == ("temporary" if code < 500 else "permanent", code)
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
        for code in (421, 450, 451, 452):
            bench.world.server.answer(SubmissionError("temporary", f"{code} not now", code=code))
        assert bench.receive(STATUS) == []
        for tries in range(1, 5):
            assert len(bench.logged("mail.deferred")) == tries
            assert bench.advance(minutes=29) == []
            assert len(bench.logged("mail.deferred")) == tries
            sent = bench.advance(minutes=1)
        assert len(sent) == 1
        bench.world.server.answer(SubmissionError("permanent", "550 no", code=550))
        assert to_clients(bench.receive(STATUS, subject="Pages")) == []
        assert [warning.reason for warning in bench.warned] == ["mail_failed"]
        assert to_clients(bench.advance(hours=3)) == to_clients(bench.receive(STATUS, subject="Cover")) == []
        assert bench.reasons == ["failed_address"]
    with Bench(acknowledge, delay="0s", now=TUESDAY_REPORT - timedelta(hours=1)) as late:
        late.world.server.answer(SubmissionError("temporary", "450 not now", code=450), times=9)
        assert late.receive(STATUS) == late.advance(minutes=30) == late.advance(minutes=30) == []
        assert late.reasons == ["time_passed"]


def test_r68_lost_after_the_final_dot_is_looked_for_and_not_sent_again(dial: Dial) -> None:
    with Sink() as sink:
        for keeps in (True, False):
            sink.drop(".", keep=keeps)
            assert outcome(dial(sink)) == ("unknown", 0)
        assert len(sink.received) == 1
    with Bench(acknowledge, delay="0s") as bench:
        server = bench.world.server
        server.answer(SubmissionError("unknown", "lost after the final dot"), accepted=True)
        (answer,) = bench.receive(STATUS)
        (notice,) = bench.advance(seconds=12)
        assert (answer.recipient, notice.recipient) == (WILE, ROBIN)
        assert [warning.reason for warning in bench.warned] == ["mail_unknown"]
        assert to_clients(bench.advance(hours=6)) == []
        assert [row.state for row in bench.mails if row.client] == [MailState.UNKNOWN]
        bench.world.account.deliver(server.sent[0].message, "Sent")
        assert to_clients(bench.run()) == []
        assert [row.state for row in bench.mails if row.client] == [MailState.SENT]


def test_r69_a_refused_login_locks_no_account(dial: Dial) -> None:
    """The daemon does not stop after three refusals, since a server may refuse for a while: it makes one attempt with
    one mechanism in a quarter of an hour, until the mail's own time is over. The owner is told once."""
    with Sink(users=USERS, mechanisms=["PLAIN", "LOGIN"]) as server:
        assert outcome(dial(server, user="robin", password=lambda: "wrong")) == ("temporary", 535)
        server.reply("AUTH", "454 4.7.0 not now")
        assert outcome(dial(server, user="robin", password=lambda: "secret")) == ("temporary", 454)
        assert server.commands.count("AUTH") == 2
    tokens = iter(["old", "fresh"])
    with Sink(users={"robin": "fresh"}, mechanisms=["XOAUTH2"]) as server:
        transport = dial(server, user="robin", token=lambda: next(tokens))
        # The sink says its 535 only after the empty answer to its challenge.
        assert outcome(transport) == ("temporary", 535)
        transport.submit(ROBIN, WILE, NOTE)
        assert len(server.received) == 1
    with Bench(acknowledge, delay="0s") as bench:
        bench.world.server.answer(SubmissionError("temporary", "535 wrong", code=535))
        assert bench.receive(STATUS) == bench.receive(STATUS, subject="Pages") == bench.advance(minutes=14) == []
        assert [(warned.reason, warned.times) for warned in bench.warned] == [("login_refused", 1)]
        assert [line["level"] for line in bench.logged("mail.deferred")] == ["error"]
        mails = bench.advance(minutes=1)
        assert sorted(mail.recipient for mail in mails) == [ROBIN, WILE, WILE]
        assert bench.warned[0].state == "told"


def test_r70_an_address_beyond_ascii_needs_smtputf8(dial: Dial) -> None:
    """The daemon itself writes no header beyond ASCII, so that such an address gets no automatic answer at all."""
    address = "用户@例え.example"
    for extensions in (EXTENSIONS, [name for name in EXTENSIONS if name != "SMTPUTF8"]):
        with Sink(extensions=extensions) as sink:
            if "SMTPUTF8" in extensions:
                dial(sink).submit(ROBIN, address, NOTE)
                assert "SMTPUTF8" in sink.received[0].parameters
            else:
                assert outcome(dial(sink), to=address) == ("permanent", 0)
                assert "MAIL" not in sink.commands
    people = "".join(
        f'[[people]]\nname = "Lin Wu"\naddresses = ["{known}"]\n' for known in (address, "lin@bücher.example")
    )
    with Bench(acknowledge, delay="0s", clients={"acme": acme() + people}) as bench:
        bench.world.account.deliver(from_address(address))
        assert bench.run() == []
        assert bench.reasons == ["wrong_recipient"]
        assert len(bench.obligations) == 1
        bench.world.account.deliver(from_address("lin@bücher.example", Return_Path=None))
        assert [answer.recipient for answer in bench.run()] == ["lin@xn--bcher-kva.example"]


def test_r71_the_bounce_of_an_answer_is_no_contact_and_ends_the_answers() -> None:
    def returned(answer: SentMail, action: str, code: str) -> bytes:
        status = "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.vale.example\r\n\r\n"
        status += f"Final-Recipient: rfc822; {WILE}\r\nAction: {action}\r\nStatus: {code}\r\n"
        original = f"Content-Type: message/rfc822\r\n\r\n{answer.message.as_string()}"
        report = parted(TEXT, status, original, kind="report", parameters="report-type=delivery-status; ")
        return mail(From="MAILER-DAEMON@mx.vale.example", Return_Path="<>", **report)

    with Bench(acknowledge, delay="0s", clients={"acme": acme('contact_limit = "1 per day"')}) as bench:
        (answer,) = bench.receive(STATUS)
        bench.world.account.deliver(returned(answer, "delayed", "4.4.1"))
        assert bench.run() == []
        bench.world.account.deliver(returned(answer, "failed", "5.1.1"))
        assert to_clients(bench.run()) == []
        assert [warning.reason for warning in bench.warned] == ["bounced"]
        assert bench.logged("contact.exceeded") == []
        assert to_clients(bench.receive(STATUS, subject="Pages")) == []
        assert bench.reasons == ["failed_address"]
