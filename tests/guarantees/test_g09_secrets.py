"""G9: no password in any output, in the store, in a traceback or in the list of processes, whatever goes wrong.

The daemon is a real process here, its password is marked, and everything that it writes is searched for the mark, as
it stands and as it goes over the wire (RFC 4616, RFC 4954).
"""

from __future__ import annotations

import base64
import json
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from servers.ports import until
from servers.sink import Sink
from whiteglove.errors import ConfigurationError
from whiteglove.settings import load
from whole.studio import Running, Studio

MARK = "Marked-7f3c9a-umbrella"


def forms(user: str) -> list[str]:
    """The mark as it might show: plain, encoded, as one half of a login, and in halves of any of these."""
    encoded = (MARK, f"\0{user}\0{MARK}", f"{user}:{MARK}")
    return [MARK, MARK[:12], MARK[9:], *(base64.b64encode(text.encode()).decode().rstrip("=") for text in encoded)]


def found(studio: Studio, *texts: str) -> list[str]:
    """What of the mark stands in these texts, in the state, or in a mail that left."""
    files = [path.read_bytes() for path in studio.state.rglob("*") if path.is_file()]
    files += [received.message for received in studio.sink.received]
    everything = b"\n".join([*files, *(text.encode() for text in texts)])
    return [form for form in forms(studio.user) if form.encode() in everything]


def of_process(running: Running) -> str:
    """What everybody on the machine may read of a process, and what its user may."""
    folder = Path("/proc") / str(running.process.pid)
    return "\n".join((folder / name).read_bytes().decode("utf-8", "replace") for name in ("cmdline", "environ"))


def outputs(studio: Studio) -> Iterator[str]:
    """Everything that the commands say about this configuration."""
    for words in (
        ("check",),
        ("check", "--json"),
        ("status",),
        ("status", "--json"),
        ("outbox", "--all"),
        ("summary",),
    ):
        done = studio.ask(*words)
        assert "Traceback" not in done.err
        yield done.out + done.err


def test_a_login_that_is_refused_tells_nothing_of_the_password(studio: Studio) -> None:
    studio.configure()
    (studio.folder / "password").write_text(MARK)
    with Running(studio.path) as running:
        assert running.wait_for("mailbox.lost")["reason"] == "login"
        until(lambda: studio.sink.received, "word to the owner")
        listed = of_process(running)
        assert running.stop() == 0
        assert running.process.stderr is not None
        log = "\n".join(map(json.dumps, running.lines)) + running.process.stderr.read()
    assert found(studio, log, listed, *outputs(studio)) == []


def test_a_command_that_fails_tells_nothing_of_what_it_said(studio: Studio) -> None:
    studio.configure()
    command = studio.folder / "ask"
    command.write_text(f"#!/bin/sh\necho {MARK}\necho {MARK} >&2\nexit 3\n")
    command.chmod(0o700)
    written = studio.path.read_text().replace(f'file = "{studio.folder / "password"}"', f'command = ["{command}"]')
    studio.path.write_text(written)
    done = studio.run("run", "--once"), studio.ask("check")
    assert [one.code for one in done] == [1, 1]
    assert found(studio, *(one.out + one.err for one in done)) == []


def test_a_password_written_in_the_wrong_place_is_not_repeated(studio: Studio) -> None:
    studio.configure()
    good = studio.path.read_text()
    line = next(line for line in good.splitlines() if line.startswith("password"))
    host = f"127.0.0.1:{studio.dovecot.imap_port}"
    for wrong in (
        good.replace(line, f'password = "{MARK}"'),
        good.replace(line, f'password = {{ fil = "{MARK}" }}'),
        good.replace(f"@{host}", f":{MARK}@{host}"),
    ):
        assert wrong != good
        studio.path.write_text(wrong)
        done = studio.ask("check"), studio.ask("run", "--once")
        assert [one.code for one in done] == [2, 2]
        assert found(studio, *(one.out + one.err for one in done)) == []


def test_a_crash_with_the_password_at_hand_shows_it_nowhere(studio: Studio) -> None:
    """The tracebacks of the log hold no variables; what holds the password shows itself without it."""
    studio.configure()
    (studio.folder / "password").write_text(MARK)
    settings = load(studio.path, os.environ)
    (account,) = settings.mailboxes
    assert account.password is not None
    revealed = account.password.reveal()
    shown = [repr(settings), repr(account), str(account.password), repr(account.password), repr(account.imap)]
    assert revealed == MARK
    try:
        (studio.folder / "password").unlink()
        account.password.reveal()
    except ConfigurationError as error:
        shown += traceback.TracebackException.from_exception(error, capture_locals=False).format()
    assert found(studio, *shown) == []


def test_a_server_that_wants_another_login_for_sending_hears_it_and_nobody_else(studio: Studio) -> None:
    with Sink(users={"robin": "another"}) as strict:
        studio.smtp = f"smtp://robin@127.0.0.1:{strict.port}"
        studio.mailbox = f'smtp_password = {{ file = "{studio.folder / "sending"}" }}'
        studio.configure()
        (studio.folder / "sending").write_text(MARK)
        with studio.start() as running:
            studio.deliver(studio.mail(message_id="m1@acme.example"))
            running.wait_for("mail.deferred")
            listed = of_process(running)
            assert running.stop() == 0
            log = "\n".join(map(json.dumps, running.lines))
        assert strict.received == []
        assert found(studio, log, listed, *outputs(studio)) == []
