"""Commands beside a running daemon: each is heeded within a second or two, and none disturbs it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from whole.studio import Running, Studio

pytestmark = pytest.mark.long

AT_ONCE = 5.0
"""Seconds that a command's effect may take on a busy machine; the daemon looks every second."""


def waiting(studio: Studio, running: Running) -> int:
    """The number of an answer that waits for another hour."""
    studio.deliver(studio.mail(message_id="m1@acme.example"))
    running.wait_for("mail.planned")
    (mail,) = studio.ask("outbox", "--json").json["mails"]
    return int(mail["id"])


def slow(studio: Studio) -> Running:
    """A daemon that answers after an hour only."""
    studio.plugins = '[plugins.acknowledge]\ndelay = "1h"\n'
    studio.configure()
    return studio.start()


def test_a_mail_that_waits_is_shown_and_released(studio: Studio) -> None:
    with slow(studio) as running:
        number = str(waiting(studio, running))
        shown = studio.ask("outbox", "show", number, "--json").json
        assert shown["now"]["refused"] is None
        assert "Your next report" in shown["now"]["text"]
        assert studio.run("outbox", "release", number).code == 0
        running.wait_for("mail.sent", seconds=AT_ONCE)
        assert [mail.recipients for mail in studio.sink.received] == [("wile@acme.example",)]
        assert studio.ask("outbox", "release", number).code == 1


def test_a_mail_that_waits_is_called_off(studio: Studio) -> None:
    with slow(studio) as running:
        number = str(waiting(studio, running))
        assert studio.run("outbox", "cancel", number).code == 0
        assert studio.explain("m1@acme.example")["decision"] == {"action": "cancelled", "reason": "by_owner"}
        assert running.stop() == 0
        assert studio.sink.received == []


def test_a_backup_is_made_meanwhile_and_restored_afterwards(studio: Studio, tmp_path: Path) -> None:
    studio.configure()
    file = str(tmp_path / "backup")
    with studio.start() as running:
        assert studio.run("backup", file).code == 0
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        running.wait_for("mail.sent")
        refused = studio.run("restore", file)
        assert (refused.code, "held by a running whiteglove" in refused.err) == (1, True)
        assert running.stop() == 0
    assert studio.run("restore", file).code == 0
    with studio.start() as running:
        received = [line for line in running.lines if line["event"] == "message.received"]
        assert [(line["message_id"], line.get("history")) for line in received] == [("m1@acme.example", True)]
        studio.deliver(studio.mail(message_id="m2@acme.example", subject="Cover"))
        running.wait_for("mail.sent")
        assert len(studio.sink.received) == 2
        assert studio.explain("m1@acme.example")["decision"] == {"action": "nothing", "reason": "history"}


def test_a_client_is_forgotten_while_their_mail_comes_in(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        for number in range(5):
            studio.deliver(studio.mail(message_id=f"m{number}@acme.example", subject=f"Anvil {number}"))
        running.wait_for("mail.sent")
        done = studio.run("forget", "acme", "--json")
        assert done.json["erased"]["messages"] >= 1
        studio.run("forget", "acme", "--json")
        found = b"".join(path.read_bytes() for path in studio.state.glob("whiteglove.sqlite3*"))
        assert b"wile@acme.example" not in found
        assert b"Anvil" not in found
        studio.deliver(
            studio.mail(message_id="n1@birch.example", sender="Jutta Forst <jutta@birch.example>", subject="Hafen")
        )
        running.wait_for("message.received", client="birch")
        assert running.stop() == 0
    assert not [line for line in running.lines if line["level"] == "error"]


def test_backups_do_not_hold_up_the_answers(studio: Studio, tmp_path: Path) -> None:
    studio.configure()
    stop = threading.Event()
    codes: list[int] = []

    def back_up() -> None:
        while not stop.is_set():
            codes.append(studio.run("backup", str(tmp_path / "backup"), "--force").code)

    with studio.start() as running:
        beside = threading.Thread(target=back_up)
        beside.start()
        try:
            began = time.monotonic()
            for number in range(5):
                studio.deliver(studio.mail(message_id=f"m{number}@acme.example", subject=f"Page {number}"))
                running.wait_for("mail.sent")
            assert time.monotonic() - began < 30
        finally:
            stop.set()
            beside.join()
    assert set(codes) == {0}
