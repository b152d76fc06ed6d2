"""Who gets nothing, and why: machines, strangers, those a word to whom is broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servers.ports import until
from whiteglove.ledger import PromiseKind
from whiteglove.store import Store, ledger
from whole.reading import read, text_of
from whole.studio import CLIENTS, Running, Studio

pytestmark = pytest.mark.long

SILENT: dict[str, tuple[dict[str, Any], str]] = {
    "stranger": ({"sender": "Eve <eve@elsewhere.example>"}, "stranger"),
    "newsletter": ({"headers": {"List-Id": "<news.acme.example>", "Precedence": "bulk"}}, "list_headers"),
    "out_of_office": (
        {"subject": "Automatic reply: Catalogue", "headers": {"Auto-Submitted": "auto-replied"}},
        "out_of_office",
    ),
    "automatic": ({"headers": {"Auto-Submitted": "auto-generated"}}, "auto_submitted"),
    "cc_only": ({"to": "kim@elsewhere.example", "cc": "ROBIN"}, "not_addressed"),
    "two_clients": ({"cc": "jutta@birch.example"}, "several_clients"),
}


def get_to_the_next(studio: Studio) -> None:
    """Somebody else asks and is answered: whatever came before has been handled by then."""
    studio.deliver(studio.mail(message_id="after@acme.example", sender="Ada Birdwell <ada@acme.example>"))
    studio.sink.wait_for(1)
    assert [received.recipients for received in studio.sink.received] == [("ada@acme.example",)]


@pytest.mark.parametrize("case", SILENT)
def test_nobody_else_gets_an_answer(studio: Studio, case: str) -> None:
    options, reason = SILENT[case]
    options = {name: studio.user if value == "ROBIN" else value for name, value in options.items()}
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id=f"{case}@acme.example", **options))
        running.wait_for("message.received", reason=reason)
        get_to_the_next(studio)
        explained = studio.explain(f"{case}@acme.example")
        assert explained["verdict"]["may_acknowledge"] is False
        assert explained["verdict"]["reason"] == reason
        assert explained["decision"]["reason"] == reason


def report(studio: Studio, kind: str, message_id: str, sender: str, words: str, fields: str) -> bytes:
    """A report as RFC 6522 has it: words for people, fields for machines, and the headers of the mail it is about."""
    return (
        f"From: {sender}\nTo: {studio.user}\nSubject: About your mail\nMessage-ID: <{message_id}>\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="parts"\n\n'
        f"--parts\nContent-Type: text/plain\n\n{words}\n"
        f"--parts\nContent-Type: message/{kind}\n\n{fields}\n"
        f"--parts\nContent-Type: text/rfc822-headers\n\nFrom: {studio.user}\nSubject: Re: Catalogue\n\n--parts--\n"
    ).encode()


REPORTS = {
    "bounce": (
        "delivery-status",
        "Mail Delivery System <MAILER-DAEMON@acme.example>",
        "Your mail could not be delivered.\n",
        "Reporting-MTA: dns; mx.acme.example\n\n"
        "Final-Recipient: rfc822; wile@acme.example\nAction: failed\nStatus: 5.1.1\n",
    ),
    "receipt": (
        "disposition-notification",
        "Wile Coyote <wile@acme.example>",
        "Your mail was displayed. How are things progressing?\n",
        "Final-Recipient: rfc822; wile@acme.example\nDisposition: manual-action/MDN-sent-manually; displayed\n",
    ),
}


@pytest.mark.parametrize("kind", REPORTS)
def test_a_report_of_a_machine_gets_no_answer(studio: Studio, kind: str) -> None:
    studio.configure()
    with studio.start() as running:
        report_type, sender, words, fields = REPORTS[kind]
        raw = report(studio, report_type, f"{kind}@acme.example", sender, words, fields)
        studio.deliver(raw, sender="" if kind == "bounce" else "wile@acme.example")
        running.wait_for("message.received", kind=kind)
        get_to_the_next(studio)
        explained = studio.explain(f"{kind}@acme.example")
        assert explained["verdict"]["human"] is False
        assert explained["message"]["kinds"] == [kind]
        assert explained["decision"]["action"] == "nothing"


def test_after_a_missed_report_the_owner_is_told_and_the_client_is_not(studio: Studio) -> None:
    # The next slot lies days ahead, so that the promise is late and not yet broken whenever this runs.
    later = datetime.now(UTC) + timedelta(days=3)
    studio.clients = {**CLIENTS, "acme": CLIENTS["acme"].replace("Mon-Fri 17:00", f"{later:%a} 12:00")}
    studio.configure()
    now = datetime.now(UTC)
    store = Store.open(studio.state)
    with store.write() as tx:
        ledger.make(
            tx,
            client="acme",
            kind=PromiseKind.REPORT,
            due=now - timedelta(minutes=5),
            uid="1@vale.example",
            at=now - timedelta(days=1),
            obligation=None,
        )
    store.close()
    with Running(studio.path) as running:
        assert running.wait_for("promise.late")["client"] == "acme"
        assert [promise["state"] for promise in studio.ask("reports", "--json").json["promises"]] == ["late"]
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        assert running.wait_for("mail.withheld")["reason"] == "promise_late"
        until(lambda: any("Catalogue" in text_of(read(mail)) for mail in studio.sink.received), "word to the owner")
        assert {received.recipients for received in studio.sink.received} == {(studio.user,)}
        assert studio.explain("m1@acme.example")["decision"] == {"action": "withheld", "reason": "promise_late"}


def test_a_muted_client_gets_nothing_and_answers_again_afterwards(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        assert studio.ask("mute", "acme", "2h").code == 0
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        assert running.wait_for("mail.withheld")["reason"] == "muted"
        assert studio.explain("m1@acme.example")["decision"] == {"action": "withheld", "reason": "muted"}
        assert studio.ask("mute", "acme", "off").code == 0
        studio.deliver(studio.mail(message_id="m2@acme.example", subject="Once more"))
        (received,) = studio.sink.wait_for(1)
        assert (received.recipients, read(received)["Subject"]) == (("wile@acme.example",), "Re: Once more")
