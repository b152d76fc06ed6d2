"""The main job on real servers: a client writes, and is told when the next report comes; everybody else gets nothing."""

from __future__ import annotations

import imaplib
import json
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from servers.sink import Received
from whole.studio import Running, Studio


def read(received: Received) -> EmailMessage:
    return message_from_bytes(received.message, policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def poll(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Ask until it is so; each question takes its time on the server, so this does not spin."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come within {seconds:g} s"


def next_report(studio: Studio, key: str) -> datetime:
    done = studio.command("clients", key, "--json")
    assert done.returncode == 0, done.stderr
    return datetime.fromisoformat(json.loads(done.stdout)["next_reports"][0])


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
        assert f"DTSTART:{expected.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M%SZ}" in calendar.get_content().replace("\r", "")
        assert "METHOD:PUBLISH" in calendar.get_content()

        assert running.wait_for("promise.made")["client"] == "acme"
        poll(lambda: copies_in_sent(studio, mail["Message-ID"]) == 1, "the copy in Sent")
        assert running.stop() == 0


def copies_in_sent(studio: Studio, message_id: str) -> int:
    """How many copies of a mail lie in Sent."""
    with imaplib.IMAP4("127.0.0.1", studio.dovecot.imap_port, timeout=10) as client:
        client.login(studio.user, studio.dovecot.password)
        client.select("Sent", readonly=True)
        _, found = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')
        return len(found[0].split())


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


SILENT = {
    "stranger": ({"sender": "Eve <eve@elsewhere.example>"}, "stranger"),
    "newsletter": ({"headers": {"List-Id": "<news.acme.example>", "Precedence": "bulk"}}, "list_headers"),
    "out_of_office": (
        {"subject": "Automatic reply: Catalogue", "headers": {"Auto-Submitted": "auto-replied"}},
        "auto_submitted",
    ),
    "automatic": ({"headers": {"Auto-Submitted": "auto-generated"}}, "auto_submitted"),
    "cc_only": ({"to": "kim@elsewhere.example", "cc": "ROBIN"}, "not_addressed"),
    "two_clients": ({"cc": "jutta@birch.example"}, "several_clients"),
}


@pytest.mark.parametrize("case", SILENT)
def test_nobody_else_gets_an_answer(studio: Studio, case: str) -> None:
    options, reason = SILENT[case]
    options = {name: studio.user if value == "ROBIN" else value for name, value in options.items()}
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(message_id=f"{case}@acme.example", **options))
        running.wait_for("message.received", reason=reason)
        studio.deliver(studio.mail(message_id="after@acme.example", sender="Ada Birdwell <ada@acme.example>"))
        studio.sink.wait_for(1)

        assert [received.recipients for received in studio.sink.received] == [("ada@acme.example",)]
        explained = studio.explain(f"{case}@acme.example")
        assert explained["verdict"]["may_acknowledge"] is False
        assert explained["verdict"]["reason"] == reason
        assert explained["decision"]["reason"] == reason


def test_forty_messages_and_a_kill_in_the_middle(studio: Studio) -> None:
    studio.configure()
    first = studio.start()
    ids = [f"k{number}@acme.example" for number in range(40)]
    with studio.dovecot.delivery(studio.user, "wile@acme.example") as deliver:
        for number, message_id in enumerate(ids):
            deliver(studio.mail(message_id=message_id, subject=f"Matter {number}"))
            if number == 20:
                studio.sink.wait_for(1)
                first.kill()
    with Running(studio.folder / "whiteglove.toml") as second:
        second.wait_for("daemon.ready")
        poll(lambda: recorded(studio) == 40, "every message", 40)
        poll(lambda: at_rest(studio), "rest", 40)
    assert recorded(studio) == 40
    answered = [read(received)["In-Reply-To"] for received in studio.sink.received]
    assert len(answered) == len(set(answered))


def recorded(studio: Studio) -> int:
    done = studio.command("status", "--json")
    return int(json.loads(done.stdout)["messages"])


def at_rest(studio: Studio) -> bool:
    """Whether no event is open and no mail on its way."""
    status = json.loads(studio.command("status", "--json").stdout)
    return not status["events"]["open"] and not {"planned", "submitting"} & status["outbox"].keys()


def test_no_body_reaches_the_store_or_the_log(studio: Studio) -> None:
    secret = "PinkElephantsOnParade"
    studio.configure()
    with studio.start() as running:
        studio.deliver(studio.mail(f"Hi,\n\nHow are things progressing? {secret}.\n", message_id="m1@acme.example"))
        studio.sink.wait_for(1)
        running.wait_for("mail.sent")
        assert running.stop() == 0
        log = json.dumps(running.lines)
    assert secret not in log
    assert "wile@acme.example" not in log
    store = sqlite3.connect(studio.folder / "state" / "whiteglove.sqlite3")
    assert secret not in "\n".join(store.iterdump())
    assert studio.dovecot.password not in "\n".join(store.iterdump())


def test_a_second_daemon_is_refused(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        second = studio.command("run", "--once")
        assert second.returncode == 1
        assert f"process {running.process.pid}" in second.stderr
