"""G5 and G3 over a reload of the running daemon: an absence that covers what was promised, a client who leaves the book
while an answer to them waits."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

from servers.ports import until
from whole.reading import read, text_of
from whole.studio import CLIENTS, Running, Studio

ADA = "Ada Birdwell <ada@acme.example>"


def reload(studio: Studio, running: Running) -> None:
    running.process.send_signal(signal.SIGHUP)
    running.wait_for("config.reloaded")
    running.wait_for("daemon.ready")


def test_what_a_reload_makes_wrong_is_not_said(studio: Studio) -> None:
    later = datetime.now(UTC) + timedelta(days=3)
    studio.clients = {**CLIENTS, "acme": CLIENTS["acme"].replace("Mon-Fri 17:00", f"{later:%a} 12:00")}
    studio.configure()
    before = studio.path.read_text().replace('hours = "Mon-Fri', 'hours = "Mon-Sun')
    studio.path.write_text(before)
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        due = datetime.fromisoformat(running.wait_for("promise.made")["due"])
        days = f"{due - timedelta(days=1):%Y-%m-%d}/{due + timedelta(days=2):%Y-%m-%d}"
        studio.path.write_text(before.replace("[daemon]", f'away = ["{days}"]\n[daemon]'))
        reload(studio, running)
        until(lambda: len(studio.sink.received) == 2, "the list of what the absence breaks")
        assert "whiteglove reports move acme next" in " ".join(text_of(read(studio.sink.received[1])).split())
        studio.deliver(studio.mail(message_id="m2@acme.example", sender=ADA), sender="ada@acme.example")
        assert running.wait_for("mail.withheld")["reason"] == "promise_in_absence"
        until(lambda: len(studio.sink.received) == 3, "word to the owner")
        assert studio.sink.received[2].recipients == (studio.user,)
        assert "absence of yours" in " ".join(text_of(read(studio.sink.received[2])).split())

        studio.path.write_text(before.replace('delay = "0s"', 'delay = "1h"'))
        reload(studio, running)
        studio.deliver(
            studio.mail(message_id="m3@acme.example", sender=ADA, subject="Search"), sender="ada@acme.example"
        )
        assert datetime.fromisoformat(running.wait_for("mail.planned")["due"]) > datetime.now(UTC)
        (studio.path.parent / "clients" / "acme.toml").unlink()
        reload(studio, running)
        (waiting,) = (mail for mail in studio.ask("outbox", "--json").json["mails"] if mail["state"] == "planned")
        assert studio.ask("outbox", "release", str(waiting["id"])).code == 0
        running.wait_for("mail.withheld", reason="client_left_book")
        assert studio.explain("m3@acme.example")["decision"]["reason"] == "client_left_book"
        assert len(studio.sink.received) == 3
        assert running.stop() == 0
