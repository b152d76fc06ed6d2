"""Our own mail that comes back is recognised, and nobody else's."""

from __future__ import annotations

import pytest

from benches import STATUS, acme
from whiteglove.compose.own_ids import message_token
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@{host}>
To: robin@vale.example
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Message-ID: <{number}@{host}>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail below could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; wile@acme.example
Action: {action}
Status: {status}

--b
Content-Type: {kind}

{original}
--b--
"""


def report(
    original: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    kind: str = "message/rfc822",
    host: str = "mx.vale.example",
    number: int = 1,
) -> bytes:
    text = REPORT.format(original=original, action=action, status=status, kind=kind, host=host, number=number)
    return text.replace("\n", "\r\n").encode()


def header_of(mail: SentMail) -> str:
    return "\n".join(f"{name}: {value}" for name, value in mail.message.items())


def answered(bench: Bench) -> SentMail:
    (mail,) = bench.receive(STATUS, subject="Catalogue")
    return mail


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_on_our_mail_stops_what_goes_to_that_address_and_tells_the_owner(kind: str) -> None:
    with Bench(acknowledge, delay="0s") as bench:
        mail = answered(bench)
        bench.world.account.deliver(report(header_of(mail), kind=kind), received_at=bench.clock.now())
        (notice,) = bench.run()
        assert notice.recipient == "robin@vale.example"
        assert "came back undelivered (5.1.1)" in " ".join(notice.text.split())
        (line,) = bench.logged("mail.failed")
        assert (line["reason"], line["client"]) == ("bounced", "acme")
        bench.advance(hours=1)
        assert bench.receive(STATUS, subject="Another matter") == []
        assert bench.reasons[-1] == "failed_address"


def test_a_mail_system_at_the_clients_own_domain_is_heard_too() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
        mail = answered(bench)
        bench.world.account.deliver(report(header_of(mail), host="acme.example"), received_at=bench.clock.now())
        assert len(bench.run()) == 1


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0")])
def test_a_delay_and_a_delivery_are_no_failures(action: str, status: str) -> None:
    with Bench(acknowledge, delay="0s") as bench:
        mail = answered(bench)
        raw = report(header_of(mail), action=action, status=status)
        bench.world.account.deliver(raw, received_at=bench.clock.now())
        assert bench.run() == []
        assert bench.logged("mail.failed") == []


def test_the_same_report_from_two_servers_is_told_once() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        mail = answered(bench)
        for number in (1, 2):
            bench.world.account.deliver(report(header_of(mail), number=number), received_at=bench.clock.now())
        assert len(bench.run()) == 1


def test_a_report_on_somebody_elses_mail_concerns_nobody() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        answered(bench)
        forged = message_token(b"another key", "1", "acknowledge", "wile@acme.example")
        for original in ("Message-ID: <own@vale.example>", f"Message-ID: <wg.{forged}@vale.example>"):
            bench.world.account.deliver(report(original), received_at=bench.clock.now())
        assert bench.run() == []
        assert [mail.state for mail in bench.mails] == ["sent"]


def test_a_person_who_sends_our_mail_back_is_no_report() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        mail = answered(bench)
        bench.receive(f"Why did I get this?\n\n{header_of(mail)}", subject="Undelivered?")
        assert bench.logged("mail.failed") == []


def test_nothing_of_the_report_is_stored_but_what_any_strangers_mail_leaves() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        mail = answered(bench)
        bench.world.account.deliver(report(header_of(mail)), received_at=bench.clock.now())
        bench.run()
        path = bench.store.path
        assert path is not None
        raw = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"MAILER-DAEMON" not in raw
        assert b"could not be delivered" not in raw
