"""The main job on real servers: a client writes, and is told when the next report comes."""

from __future__ import annotations

import imaplib
import json
import sqlite3
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from servers.ports import until
from whole.reading import read, text_of
from whole.studio import Studio


def next_report(studio: Studio, key: str) -> datetime:
    return datetime.fromisoformat(studio.ask("clients", key, "--json").json["next_reports"][0])


def copies_in_sent(studio: Studio, message_id: str) -> int:
    """How many copies of a mail lie in Sent."""
    with imaplib.IMAP4("127.0.0.1", studio.dovecot.imap_port, timeout=10) as client:
        client.login(studio.user, studio.dovecot.password)
        client.select("Sent", readonly=True)
        _, found = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')
        return len(found[0].split())


def test_a_status_request_is_acknowledged_within_two_seconds(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        expected = next_report(studio, "acme")
        began = time.monotonic()
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        (received,) = studio.sink.wait_for(1)
        assert received.at - began < 2.0

        mail = read(received)
        assert received.recipients == ("wile@acme.example",)
        assert received.sender == studio.user
        assert mail["To"].addresses[0].addr_spec == "wile@acme.example"
        assert mail["Cc"] is None
        assert mail["Subject"] == "Re: Catalogue"
        assert mail["In-Reply-To"] == "<m1@acme.example>"
        assert mail["References"] == "<m1@acme.example>"
        assert mail["Auto-Submitted"] == "auto-replied"
        assert mail["X-Auto-Response-Suppress"] == "All"
        assert mail["X-Whiteglove"]
        text = text_of(mail)
        assert text.startswith("Hi Wile,")
        assert f"at {expected:%H:%M}" in text
        assert f"{expected.astimezone(ZoneInfo('America/New_York')):%H:%M} in New York" in text
        assert "written automatically" in text
        assert "Birch" not in received.message.decode()

        calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
        assert f"DTSTART:{expected.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M%SZ}" in calendar.get_content().replace(
            "\r", ""
        )
        assert "METHOD:PUBLISH" in calendar.get_content()

        assert running.wait_for("promise.made")["client"] == "acme"
        until(lambda: copies_in_sent(studio, mail["Message-ID"]) == 1, "the copy in Sent")
        assert running.stop() == 0
    assert copies_in_sent(studio, mail["Message-ID"]) == 1


def test_a_second_question_in_the_thread_is_told_nothing_new(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        studio.sink.wait_for(1)
        running.wait_for("mail.sent")
        again = {"In-Reply-To": "<m1@acme.example>", "References": "<m1@acme.example>"}
        studio.deliver(studio.mail("Any news?\n", message_id="m2@acme.example", headers=again))

        assert running.wait_for("mail.withheld")["reason"] == "told"
        explained = studio.explain("<m2@acme.example>")
        assert explained["decision"] == {"action": "withheld", "reason": "told"}
        assert explained["message"]["kind"] == "status_request"
        assert studio.explain("m1@acme.example")["decision"]["action"] == "answered"
        assert len(studio.sink.received) == 1


def test_another_thread_gets_one_short_line(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        studio.sink.wait_for(1)
        running.wait_for("mail.sent")
        studio.deliver(studio.mail(message_id="m2@acme.example", subject="Another matter"))
        short = text_of(read(studio.sink.wait_for(2)[1]))
        assert "As noted today" in short
        assert "(Written automatically" in short


def test_the_owners_word_that_the_report_was_given_is_noticed_at_once(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        made = running.wait_for("promise.made")
        began = time.monotonic()
        kept = studio.ask("reports", "sent", "acme", "--json").json
        line = running.wait_for("promise.kept")
        assert time.monotonic() - began < 1.5
        assert line["client"] == "acme"
        assert line["due"] == made["due"]
        assert datetime.fromisoformat(kept["due"]) == datetime.fromisoformat(made["due"])
        assert kept["state"] == "kept"
        assert [promise["state"] for promise in studio.ask("reports", "--json").json["promises"]] == ["kept"]
        assert next_report(studio, "acme") > datetime.fromisoformat(made["due"])


def test_a_server_without_idle_is_polled(studio_without_idle: Studio) -> None:
    studio = studio_without_idle
    studio.configure()
    assert "polled" in studio.ask("check").out
    with studio.start():
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        (received,) = studio.sink.wait_for(1)
        assert received.recipients == ("wile@acme.example",)


def test_a_rehearsal_goes_to_the_owner_alone(studio: Studio) -> None:
    studio.daemon["mode"] = '"rehearsal"'
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        (received,) = studio.sink.wait_for(1)
        running.wait_for("mail.sent")
        mail = read(received)
        assert received.recipients == (studio.user,)
        assert mail["Subject"] == "Rehearsal: Re: Catalogue"
        assert mail["In-Reply-To"] is None
        assert "wile@acme.example" in text_of(mail)
        assert studio.explain("m1@acme.example")["decision"] == {"action": "rehearsed", "reason": "status_request"}
        assert studio.ask("reports", "--json").json == {"promises": []}
        assert running.stop() == 0
        assert "promise.made" not in running.events()


def test_no_body_and_no_secret_reach_the_store_the_log_or_the_process_table(studio: Studio) -> None:
    secret = "PinkElephantsOnParade"
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(f"Hi,\n\nHow are things progressing? {secret}.\n", message_id="m1@acme.example"))
        studio.sink.wait_for(1)
        running.wait_for("mail.sent")
        process = running.process.pid
        with open(f"/proc/{process}/environ", "rb") as environ, open(f"/proc/{process}/cmdline", "rb") as arguments:
            assert studio.dovecot.password.encode() not in environ.read() + arguments.read()
        assert running.stop() == 0
    log = json.dumps(running.lines)
    assert secret not in log
    assert "wile@acme.example" not in log
    assert studio.dovecot.password not in log
    with sqlite3.connect(studio.state / "whiteglove.sqlite3") as store:
        dump = "\n".join(store.iterdump())
    assert secret not in dump
    assert studio.dovecot.password not in dump
