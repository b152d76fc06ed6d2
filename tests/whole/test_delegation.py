"""A question goes to a teammate over real servers, and their answer, seen in the owner's copy, is the answer."""

from __future__ import annotations

import imaplib
import multiprocessing
import sqlite3
from collections import Counter
from contextlib import closing
from email.message import EmailMessage

import pytest

from servers.ports import until
from torture import killer
from torture.killer import Life
from whole.reading import read, text_of
from whole.studio import Studio

pytestmark = pytest.mark.long

KIM = "kim@vale.example"
QUESTION = "Hi Robin,\n\nWhich paper do you recommend for the cover?\n\nWile\n"
PLUGINS = f"""
[[team]]
name = "Kim"
address = "{KIM}"
[plugins.replies]
[plugins.delegation]
[[plugins.delegation.rules]]
to = "Kim"
client = "acme"
"""
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["torture.killer", "whiteglove.cli.running"])


def rows(studio: Studio, statement: str) -> list[tuple[object, ...]]:
    store = studio.state / "whiteglove.sqlite3"
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5)) as opened:
        return opened.execute(statement).fetchall()


def answer(studio: Studio) -> bytes:
    return studio.mail(
        "The matt one.",
        sender=f"Kim <{KIM}>",
        to="wile@acme.example",
        cc=studio.user,
        message_id="answer@vale.example",
        headers={"In-Reply-To": "<q1@acme.example>"},
    )


def test_it_is_passed_on_with_the_message_and_answered_by_the_teammate(studio: Studio) -> None:
    studio.plugins = PLUGINS
    studio.configure()
    with studio.start() as running:
        asked = studio.mail(QUESTION, subject="Paper", message_id="q1@acme.example")
        studio.deliver(asked)
        running.wait_for("obligation.delegated", client="acme")
        studio.sink.wait_for(1)
        (received,) = studio.sink.received
        assert received.recipients == (KIM,)
        mail = read(received)
        assert (mail["Subject"], mail["Auto-Submitted"]) == ("Acme GmbH: Paper", "auto-generated")
        assert "Wile Coyote of Acme GmbH wrote: a question." in text_of(mail)
        (part,) = mail.iter_attachments()
        inner = part.get_content()
        assert isinstance(inner, EmailMessage)
        assert (inner["Message-ID"], inner.get_content().split()) == ("<q1@acme.example>", QUESTION.split())
        until(lambda: rows(studio, "SELECT state FROM chores") == [("done",)], "the copy in Sent")
        assert message_ids_in_sent(studio) == [str(mail["Message-ID"])]
        assert rows(studio, "SELECT raw FROM outbox") == [(None,)]
        (shown,) = studio.explain("q1@acme.example")["mails"]
        assert (shown["state"], shown["audience"], shown["plugin"]) == ("sent", "colleague", "delegation")
        studio.deliver(answer(studio), sender=KIM)
        running.wait_for("obligation.answered", client="acme")
        assert rows(studio, "SELECT state FROM delegations") == [("done",)]
        assert len(studio.sink.received) == 1
        assert running.stop() == 0


@pytest.mark.parametrize(
    ("point", "mails"),
    [
        ("commit desk after", {1}),
        ("commit outbox before", {1}),
        ("smtp dot to owner answered", {2}),
    ],
)
def test_whenever_it_dies_the_teammate_has_it_under_one_message_id(studio: Studio, point: str, mails: set[int]) -> None:
    studio.plugins = PLUGINS
    studio.configure()
    assert studio.run("run", "--once").code == 0
    studio.deliver(studio.mail(QUESTION, subject="Paper", message_id="q1@acme.example"))
    assert live(studio, Life(point=point)), "it was to be killed"
    assert not live(studio, Life())
    seen = Counter(str(read(received)["Message-ID"]) for received in studio.sink.received)
    assert {received.recipients for received in studio.sink.received} == {(KIM,)}
    assert set(seen.values()) == mails
    assert rows(studio, "SELECT state, obligation FROM delegations") == [("handed_over", 1)]
    assert message_ids_in_sent(studio) == list(seen)


def live(studio: Studio, life: Life) -> bool:
    """One run of the daemon, to its end or until the message is passed on; whether it was killed."""
    ports = {studio.dovecot.imap_port: "imap", studio.sink.port: "smtp"}
    arguments = (life, studio.path, ports, studio.folder / "log", None)
    process = _PROCESSES.Process(target=killer.live, args=arguments)
    process.start()
    try:
        until(lambda: not process.is_alive() or is_done(studio), f"the end of {life}", 40.0)
        process.terminate()
        process.join(20)
        return process.exitcode == -9
    finally:
        process.kill()
        process.join(10)


def is_done(studio: Studio) -> bool:
    return (
        rows(studio, "SELECT state FROM outbox") == [("sent",)]
        and rows(studio, "SELECT state FROM chores") == [("done",)]
        and rows(studio, "SELECT count(*) FROM events WHERE state = 'open'") == [(0,)]
    )


def message_ids_in_sent(studio: Studio) -> list[str]:
    with imaplib.IMAP4("127.0.0.1", studio.dovecot.imap_port, timeout=10) as client:
        client.login(studio.user, studio.dovecot.password)
        client.select("Sent", readonly=True)
        _, data = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
    return [piece[1].decode().partition(":")[2].strip() for piece in data if isinstance(piece, tuple)]
