"""The daemon lasts: it is killed, stopped, started twice, kept from its servers, and comes back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servers.ports import free_port, until
from servers.scripted import SILENCE, ScriptedImap
from whole.reading import read
from whole.studio import Running, Studio

pytestmark = pytest.mark.long


def at_rest(studio: Studio) -> bool:
    """Whether no event is open and no mail on its way."""
    status = studio.status()
    return not status["events"]["open"] and not {"planned", "submitting"} & status["outbox"].keys()


def test_forty_messages_and_a_kill_in_the_middle(studio: Studio) -> None:
    studio.configure()
    ids = [f"k{number}@acme.example" for number in range(40)]
    with studio.start() as first, studio.dovecot.delivery(studio.user, "wile@acme.example") as deliver:
        for number, message_id in enumerate(ids):
            deliver(studio.mail(message_id=message_id, subject=f"Matter {number}"))
            if number == 20:
                studio.sink.wait_for(1)
                first.kill()
    with Running(studio.path) as second:
        second.wait_for("daemon.ready")
        until(lambda: studio.status()["messages"] == 40, "every message", 40)
        until(lambda: at_rest(studio), "rest", 40)
    answered = [read(received)["In-Reply-To"] for received in studio.sink.received]
    assert len(answered) == len(set(answered))


def test_many_messages_at_once(studio: Studio) -> None:
    many = 2000 if os.environ.get("TORTURE") or os.environ.get("CI") else 500
    studio.configure()
    with studio.dovecot.delivery(studio.user, "wile@acme.example") as deliver:
        for number in range(many):
            deliver(studio.mail(f"Number {number} is done.\n", message_id=f"b{number}@acme.example"))
    done = studio.run("run", "--once")
    assert done.code == 0, done.err
    assert studio.status()["messages"] == many
    assert studio.sink.received == []


def test_once_answers_what_came_after_the_line_and_says_what_waits(studio: Studio) -> None:
    studio.plugins = '[plugins.acknowledge]\ndelay = "0s"\n'
    studio.configure()
    assert studio.run("run", "--once").code == 0
    studio.deliver(studio.mail(message_id="m1@acme.example"))
    done = studio.run("run", "--once")
    assert done.code == 0, done.err
    assert [received.recipients for received in studio.sink.received] == [("wile@acme.example",)]
    assert re.search(r'"event": "daemon.stopping".*"recorded": 1, "messages": 1, "sent": 1, "waiting": 0', done.out)


def test_once_leaves_an_answer_waiting_whose_time_has_not_come(studio: Studio) -> None:
    studio.plugins = '[plugins.acknowledge]\ndelay = "1h"\n'
    studio.configure()
    assert studio.run("run", "--once").code == 0
    studio.deliver(studio.mail(message_id="m1@acme.example"))
    done = studio.run("run", "--once")
    assert '"waiting": 1' in done.out
    assert studio.explain("m1@acme.example")["decision"] == {"action": "waiting", "reason": "status_request"}


def test_once_delivers_what_is_due_although_a_mailbox_cannot_be_reached(studio: Studio) -> None:
    studio.more = f"""
[[mailboxes]]
name = "closed"
imap = "imap://robin@127.0.0.1:{free_port()}"
smtp = "smtp://127.0.0.1:{studio.sink.port}"
password = {{ file = "password" }}
"""
    studio.configure()
    assert studio.run("run", "--once").code == 1
    studio.deliver(studio.mail(message_id="m1@acme.example"))
    done = studio.run("run", "--once")
    assert done.code == 1
    assert '"mailbox.lost"' in done.out
    assert done.err == ""
    assert len(studio.sink.received) == 1


def test_a_second_daemon_is_refused(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        second = studio.run("run", "--once")
        assert second.code == 1
        assert f"process {running.process.pid}" in second.err
        assert second.err.count("\n") == 1


def test_it_is_ready_although_every_mailbox_is_lost_and_ends_when_told_to(studio: Studio) -> None:
    studio.imap = f"imap://robin@127.0.0.1:{free_port()}"
    studio.configure()
    with studio.start() as running:
        assert [line["reason"] for line in running.lines if line["event"] == "mailbox.lost"] == ["unreachable"]
        assert running.stop() == 0
    assert "daemon.stopping" in running.events()


def test_it_ends_although_a_server_has_gone_silent(studio: Studio) -> None:
    with ScriptedImap({"EXAMINE": [SILENCE], "LOGOUT": [SILENCE]}) as server:
        studio.imap = f"imap://robin@127.0.0.1:{server.port}"
        studio.configure()
        with Running(studio.path) as running:
            until(lambda: server.commands.count("EXAMINE") >= 1, "the daemon waiting for an answer", 20)
            began = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - began < 15


def test_an_interrupt_ends_it_as_well(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(20) == 0


def test_a_wrong_password_is_told_and_not_tried_again_and_again(studio: Studio) -> None:
    studio.configure()
    (studio.folder / "password").write_text("not-this-one")
    with studio.start() as running:
        assert [line["reason"] for line in running.lines if line["event"] == "mailbox.lost"] == ["login"]
        # The owner is told by mail; whatever else would have tried to log in has done so by then.
        (received,) = studio.sink.wait_for(1)
        assert received.recipients == (studio.user,)
        assert studio.run("status").code == 0
        assert running.stop() == 0
    refused = [line for line in studio.dovecot.log().splitlines() if "auth failed" in line and studio.user in line]
    assert 1 <= len(refused) <= 2


def test_a_connection_that_breaks_is_made_again(studio: Studio) -> None:
    studio.configure()
    with studio.start() as running:
        studio.dovecot.kill()
        studio.dovecot.start()
        running.wait_for("mailbox.recovered")
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        studio.sink.wait_for(1)
        assert running.stop() == 0


def test_a_new_configuration_is_put_into_force_and_a_broken_one_is_not(studio: Studio) -> None:
    studio.configure()
    good = Path(studio.path).read_text()
    with studio.start() as running:
        studio.path.write_text(good + "\n[nonsense]\n")
        running.process.send_signal(signal.SIGHUP)
        assert "nonsense" in running.wait_for("config.rejected")["error"]
        studio.path.write_text(good.replace('"0s"', '"1h"'))
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("config.reloaded")
        running.wait_for("daemon.ready")
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        running.wait_for("mail.planned")
        assert studio.explain("m1@acme.example")["decision"]["action"] == "waiting"
        assert running.stop() == 0
    assert running.events().count("daemon.stopping") == 1


def test_the_form_of_the_log_changes_with_the_configuration(studio: Studio) -> None:
    studio.daemon |= {"log_format": '"console"'}
    studio.configure()
    command = [sys.executable, "-m", "whiteglove", "--config", str(studio.path), "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        before = next(line for line in process.stdout if "daemon.ready" in line)
        studio.path.write_text(studio.path.read_text().replace('"console"', '"json"'))
        process.send_signal(signal.SIGHUP)
        after = next(line for line in process.stdout if "config.reloaded" in line)
        process.terminate()
        process.stdout.read()
    assert process.returncode == 0
    assert not before.startswith("{")
    assert json.loads(after)["event"] == "config.reloaded"
