"""A complaint on real servers: the owner hears of it at once, and nothing automatic goes there until it is resolved."""

from __future__ import annotations

import imaplib
from email.message import EmailMessage
from email.utils import format_datetime, localtime

import pytest

from servers.ports import until
from whole.reading import read, text_of
from whole.studio import Running, Studio

COMPLAINT = "Hi Robin,\n\nI am very disappointed. This is unacceptable.\n\nWile\n"
ADA = "Ada Birdwell <ada@acme.example>"
PLUGINS = '[plugins.acknowledge]\ndelay = "0s"\n[plugins.incidents]\n'


def answer(studio: Studio, message_id: str) -> None:
    """The owner answers Wile from their own mail program, which files the mail in Sent."""
    mail = EmailMessage()
    mail["From"] = f"Robin Vale <{studio.user}>"
    mail["To"] = "Wile Coyote <wile@acme.example>"
    mail["Subject"] = "Re: Catalogue"
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = "<own.1@vale.example>"
    mail["In-Reply-To"] = mail["References"] = f"<{message_id}>"
    mail.set_content("I am sorry. I call you at two.\n")
    with imaplib.IMAP4("127.0.0.1", studio.dovecot.imap_port, timeout=10) as client:
        client.login(studio.user, studio.dovecot.password)
        client.append("Sent", "\\Seen", "", mail.as_bytes())


def ask(studio: Studio, number: int) -> str:
    """Ada asks how things are, in a thread of her own."""
    message_id = f"ask.{number}@acme.example"
    studio.deliver(studio.mail(message_id=message_id, sender=ADA, subject=f"News {number}"), sender="ada@acme.example")
    return message_id


def withheld(running: Running, message_id: str) -> str:
    return str(running.wait_for("mail.withheld", message_id=message_id)["reason"])


@pytest.mark.long
def test_from_the_complaint_to_its_end(studio: Studio) -> None:
    studio.plugins = PLUGINS
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(COMPLAINT, message_id="m1@acme.example"))
        line = running.wait_for("incident.opened")
        assert (line["client"], line["kind"], line["message_id"]) == ("acme", "complaint", "m1@acme.example")
        (notice,) = studio.sink.wait_for(1)
        assert notice.recipients == (studio.user,)
        told = " ".join(text_of(read(notice)).split())
        assert "reads as a complaint (“am very disappointed”). An incident is open" in told
        assert studio.explain("m1@acme.example")["incident"] == {"id": 1, "state": "opened"}

        assert withheld(running, ask(studio, 1)) == "complaint_open"

        answer(studio, "m1@acme.example")
        assert running.wait_for("incident.updated")["reason"] == "owner_wrote"
        assert withheld(running, ask(studio, 2)) == "incident_open"
        assert [step["reason"] for step in studio.ask("incidents", "1", "--json").json["entries"]] == [
            "complaint",
            "owner_wrote",
        ]

        assert studio.ask("incidents", "resolve", "1", "--json").json["state"] == "resolved"
        running.wait_for("incident.resolved", reason="command")
        ask(studio, 3)
        running.wait_for("promise.made")
        assert studio.ask("incidents", "--json").json == {"incidents": []}
        until(lambda: any(mail.recipients == ("ada@acme.example",) for mail in studio.sink.received), "Ada's answer")
        notices = [mail for mail in studio.sink.received if mail.recipients == (studio.user,)]
        assert sum("reads as a complaint" in text_of(read(mail)) for mail in notices) == 1
        assert [mail.recipients for mail in studio.sink.received].count(("ada@acme.example",)) == 1
        assert running.stop() == 0
