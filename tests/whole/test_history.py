"""What lay in the mailbox before the daemon came: learned from, and nobody is written to because of it."""

from __future__ import annotations

import imaplib
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from servers.ports import until
from whiteglove.ledger import ObligationState
from whiteglove.store import Store, ledger, messages
from whiteglove.store.schema import warnings
from whole.reading import read, text_of
from whole.studio import CLIENTS, Running, Studio

pytestmark = pytest.mark.long

STATUS = "Hi Robin,\n\nHow are things progressing?\n"
QUESTION = "Which paper do you recommend for the cover?\n"
COMPLAINT = "I am very disappointed. This is unacceptable.\n"
THANKS = "Thank you very much!\n"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

WILE = "Wile Coyote <wile@acme.example>"
ADA = "Ada Birdwell <ada@acme.example>"
JUTTA = "Jutta Forst <jutta@birch.example>"
AUTOMATIC = {"Auto-Submitted": "auto-replied"}
PLUGINS = """
[plugins.acknowledge]
delay = "0s"
[plugins.incidents]
[plugins.contact_frequency]
urgency = "now"
"""


class Past:
    """Mail with the age it is said to have, put straight into the mailbox."""

    def __init__(self, studio: Studio, imap: imaplib.IMAP4) -> None:
        self._studio = studio
        self._imap = imap
        self._number = 0

    def received(
        self, age: timedelta, text: str, *, sender: str = WILE, headers: Mapping[str, str] | None = None
    ) -> str:
        """A mail of a client's; its Message-ID."""
        return self._put("INBOX", age, text, sender=sender, headers=headers)

    def sent(self, age: timedelta, *, to: str, answers: str = "") -> str:
        """A mail of the owner's."""
        headers = {"In-Reply-To": f"<{answers}>"} if answers else None
        return self._put("Sent", age, "This one.\n", sender=self._studio.user, to=to, headers=headers)

    def _put(self, folder: str, age: timedelta, text: str, **options: Any) -> str:
        self._number += 1
        message_id = f"past{self._number}@elsewhere.example"
        raw = self._studio.mail(text, message_id=message_id, subject=f"Matter {self._number}", **options)
        date = imaplib.Time2Internaldate(datetime.now(UTC) - age)
        assert self._imap.append(folder, "", date, raw)[0] == "OK"
        return message_id


@contextmanager
def past(studio: Studio) -> Iterator[Past]:
    with imaplib.IMAP4("127.0.0.1", studio.dovecot.imap_port, timeout=10) as imap:
        imap.login(studio.user, studio.dovecot.password)
        yield Past(studio, imap)


def fill(studio: Studio) -> tuple[list[str], list[str]]:
    """Forty days of mail; those from clients that are young enough, and those among them that wait for an answer."""
    with past(studio) as p:
        for days in range(40, 30, -1):
            p.received(days * DAY, COMPLAINT if days % 3 else QUESTION)
        p.received(30 * DAY + HOUR, QUESTION, sender=ADA)
        young = [p.received(30 * DAY - HOUR, QUESTION)]
        for days in range(29, 6, -1):
            young.append(p.received(days * DAY, COMPLAINT if days % 5 == 0 else QUESTION))
            if days % 2:
                p.sent(days * DAY - HOUR, to="wile@acme.example", answers=young[-1])
        # Whatever Wile asked before, but not what others did.
        p.sent(6 * DAY, to="wile@acme.example")
        young += [p.received(4 * DAY - number * timedelta(minutes=1), STATUS) for number in range(9)]
        p.sent(4 * DAY - HOUR, to="wile@acme.example")
        young.append(p.received(4 * DAY - 2 * HOUR, THANKS))
        young.append(p.received(2 * DAY, "Out until Monday.\n", sender=JUTTA, headers=AUTOMATIC))
        waiting = [
            p.received(25 * DAY, QUESTION, sender=ADA),
            p.received(12 * DAY, COMPLAINT, sender=JUTTA),
            # Long enough ago for eight working hours, whatever weekday it is now.
            p.received(3.5 * DAY, QUESTION),
            *(p.received(timedelta(0), STATUS) for _ in range(4)),
        ]
    return [*young, *waiting], waiting


def at_rest(studio: Studio) -> bool:
    """Whether every event was handled."""
    return studio.status()["events"]["open"] == 0


@contextmanager
def stored(studio: Studio) -> Iterator[sa.Connection]:
    store = Store.open(studio.state)
    try:
        with store.read() as tx:
            yield tx
    finally:
        store.close()


def told(studio: Studio) -> list[str]:
    """The keys of everything that the owner was or will be told."""
    with stored(studio) as tx:
        return list(tx.execute(sa.select(warnings.c.key).order_by(warnings.c.row)).scalars())


def with_limits(studio: Studio) -> None:
    studio.clients = {
        "acme": 'contact_limit = "4 per day"\n' + CLIENTS["acme"],
        "birch": 'contact_limit = "1 per day"\nreply_within = "8h"\n' + CLIENTS["birch"],
    }
    studio.plugins = PLUGINS
    studio.configure()


def test_a_first_start_learns_from_thirty_days_and_writes_to_nobody(studio: Studio) -> None:
    with_limits(studio)
    recorded, waiting = fill(studio)
    with studio.start() as running:
        for _ in range(3):
            assert running.wait_for("obligation.overdue")["history"] is True
        until(lambda: at_rest(studio), "rest")

        assert studio.status()["messages"] == len(recorded)
        received = [line for line in running.lines if line["event"] == "message.received"]
        assert sorted(line["message_id"] for line in received) == sorted(recorded)
        assert all(line["history"] is True for line in received)
        with stored(studio) as tx:
            owed = ledger.open_obligations(tx)
            assert sorted(messages.get(tx, found.message).message_id or "" for found in owed) == sorted(waiting)
            assert sum(found.state is ObligationState.OVERDUE for found in owed) == 3
        assert studio.ask("reports", "--json").json == {"promises": []}
        assert studio.status()["outbox"] == {}
        assert told(studio) == []
        assert studio.sink.received == []
        assert {"contact.exceeded", "incident.opened"} & set(running.events()) == set()

        # A live message is handled as any other, and counts with the day's history.
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        line = running.wait_for("contact.exceeded")
        assert (line["client"], line["count"], line["message_id"]) == ("acme", 5, "m1@acme.example")
        until(lambda: len(studio.sink.received) == 2, "the answer, and the word to the owner")
        by_recipient = {mail.recipients: text_of(read(mail)) for mail in studio.sink.received}
        assert by_recipient.keys() == {("wile@acme.example",), (studio.user,)}
        assert "written automatically" in by_recipient["wile@acme.example",]
        assert "5 messages today (agreed: 4 per day)" in " ".join(by_recipient[studio.user,].split())

        # The complaint that was never answered keeps robots silent, and of that the owner hears with the live message.
        studio.deliver(studio.mail(STATUS, message_id="m2@birch.example", sender=JUTTA), sender="jutta@birch.example")
        assert running.wait_for("mail.withheld")["reason"] == "complaint_open"
        until(lambda: len(studio.sink.received) == 3, "the word to the owner")
        assert studio.sink.received[2].recipients == (studio.user,)
        assert [key.partition(":")[0] for key in told(studio)] == ["contact_exceeded", "complaint_open"]
        assert running.stop() == 0


def test_a_first_run_once_writes_to_nobody_either(studio: Studio) -> None:
    with_limits(studio)
    recorded, _ = fill(studio)
    done = studio.run("run", "--once")
    assert done.code == 0, done.err
    assert f'"recorded": {len(recorded)}, "messages": {len(recorded)}, "sent": 0, "waiting": 0' in done.out
    assert told(studio) == []
    assert studio.sink.received == []


def test_an_answer_from_a_mailbox_that_is_read_later_is_an_answer(studio: Studio) -> None:
    second = replace(studio, user=f"second-{studio.user}")
    login = second.user.replace("@", "%40")
    studio.more = f"""
[[mailboxes]]
name = "second"
imap = "imap://{login}@127.0.0.1:{studio.dovecot.imap_port}"
smtp = "smtp://127.0.0.1:{studio.sink.port}"
password = {{ file = "password" }}
"""
    studio.configure()
    with past(studio) as p:
        p.received(2 * DAY, QUESTION)
        waiting = p.received(2 * DAY, QUESTION, sender=ADA)
    with past(second) as p:
        p.sent(DAY, to="wile@acme.example")
    assert studio.run("run", "--once").code == 0
    with stored(studio) as tx:
        owed = ledger.open_obligations(tx)
        assert [messages.get(tx, found.message).message_id for found in owed] == [waiting]
    assert told(studio) == []


def test_a_start_that_is_killed_goes_on_where_it_was(studio: Studio) -> None:
    with_limits(studio)
    recorded, waiting = fill(studio)
    with Running(studio.path) as first:
        first.wait_for("message.received")
        first.kill()
    with Running(studio.path) as second:
        second.wait_for("daemon.ready")
        for _ in range(3):
            second.wait_for("obligation.overdue")
        until(lambda: at_rest(studio), "rest")
        assert studio.status()["messages"] == len(recorded)
        with stored(studio) as tx:
            assert len(ledger.open_obligations(tx)) == len(waiting)
    assert told(studio) == []
    assert studio.sink.received == []


@pytest.mark.parametrize("restart", [True, False])
def test_what_came_during_rehearsal_is_never_answered_after_it(studio: Studio, restart: bool) -> None:
    studio.daemon["mode"] = '"rehearsal"'
    studio.configure()
    running = studio.start()
    with running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        (rehearsal,) = studio.sink.wait_for(1)
        assert (rehearsal.recipients, read(rehearsal)["Subject"][:11]) == ((studio.user,), "Rehearsal: ")
        studio.daemon["mode"] = '"live"'
        if restart:
            assert running.stop() == 0
            # Between the two it was nobody's turn to answer: below the new line it is history.
            studio.deliver(studio.mail(message_id="m2@acme.example", subject="Meanwhile", sender=ADA))
        studio.configure()
        if not restart:
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("config.reloaded")
            running.wait_for("daemon.ready")
            answer_after(studio, running)
    if restart:
        with studio.start() as later:
            assert later.lines[0]["event"] == "message.received"
            answer_after(studio, later)
            assert [line.get("history") for line in later.lines if line["event"] == "message.received"] == [True, None]
            assert studio.explain("m2@acme.example")["decision"]["action"] == "nothing"


def answer_after(studio: Studio, running: Running) -> None:
    """A message that comes after the new line is answered, and it alone."""
    studio.deliver(studio.mail(message_id="m3@acme.example", subject="Now"))
    running.wait_for("mail.sent")
    clients = [mail for mail in studio.sink.received if mail.recipients != (studio.user,)]
    assert [(mail.recipients, read(mail)["In-Reply-To"]) for mail in clients] == [
        (("wile@acme.example",), "<m3@acme.example>")
    ]
    assert "Rehearsal" not in read(clients[0])["Subject"]
