"""A mailbox that logs in by OAuth 2.0, the daemon as a process: tokens come and go, and the end is told elsewhere."""

from __future__ import annotations

import base64
import json
import re
import signal
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.issuer import Issuer, dovecot_of
from servers.ports import until
from servers.sink import Sink
from whole.studio import Running, Studio

pytestmark = pytest.mark.long

MARKS = ("Marked-access", "Marked-refresh", "Marked-code", "Marked-device", "Marked-client")


@pytest.fixture
def issuer(user: str) -> Iterator[Issuer]:
    with Issuer(user, rotates=True) as server:
        # Renewed at the first look from six seconds after they came.
        server.seconds = 8
        yield server


@pytest.fixture
def studio(tmp_path: Path, dovecot: Dovecot, sink: Sink, issuer: Issuer) -> Iterator[Studio]:
    """The studio by OAuth 2.0; beside it a shop by password, which sends by another server."""
    with dovecot_of(issuer) as server, Sink(users=issuer.users, mechanisms=["XOAUTH2"]) as strict:
        made = Studio(tmp_path, server, strict, issuer.user)
        made.smtp = f"smtp://{issuer.user.replace('@', '%40')}@127.0.0.1:{strict.port}"
        made.more = (
            f'[[mailboxes]]\nname = "shop"\nimap = "imap://shop%40vale.example@127.0.0.1:{dovecot.imap_port}"\n'
            f'smtp = "smtp://127.0.0.1:{sink.port}"\npassword = {{ file = "{tmp_path / "password"}" }}\n'
            'address = "shop@vale.example"\n'
        )
        made.configure()
        text = re.sub(r"password = \{ file = [^}]*\}\n", issuer.toml, made.path.read_text(), count=1)
        # Owner mail leaves by the first mailbox, so the shop comes first.
        before, studio, shop, plugins = re.split(r"(?m)^(?=\[\[mailboxes\]\]|\[plugins)", text, maxsplit=3)
        made.path.write_text(before + shop + studio + plugins)
        yield made


def texts_of(running: Running, studio: Studio) -> str:
    """What everybody may read: the log, the command line and the environment, and the store."""
    folder = Path("/proc") / str(running.process.pid)
    process = "".join((folder / name).read_bytes().decode("utf-8", "replace") for name in ("cmdline", "environ"))
    files = [path for path in studio.state.rglob("*") if path.is_file() and path.parent.name != "logins"]
    stored = "".join(path.read_bytes().decode("latin-1") for path in files)
    return process + stored + "\n".join(map(json.dumps, running.lines))


def test_from_the_login_to_its_end(studio: Studio, issuer: Issuer, sink: Sink) -> None:
    done = studio.run("login", "studio", "--device", "--json")
    assert done.code == 0, done.err
    with studio.start() as running:
        studio.deliver(studio.mail(message_id="m1@acme.example"))
        running.wait_for("mail.sent")
        first = issuer.newest
        until(lambda: issuer.newest != first, "a renewal", 40)
        issuer.revoke()
        studio.sink.drop_connections()
        until(lambda: issuer.newest in issuer.active, "another renewal", 40)
        studio.deliver(studio.mail(message_id="m2@acme.example", sender="Ada Birdwell <ada@acme.example>"))
        running.wait_for("mail.sent")
        assert [mail.user for mail in studio.sink.received] == [issuer.user] * 2

        issuer.forget()
        (notice,) = sink.wait_for(1, seconds=40)
        assert b"run `whiteglove login studio`" in text_of(notice.message)
        studio.dovecot.kill()
        studio.dovecot.start()
        assert running.wait_for("mailbox.lost", mailbox="studio", reason="login")["level"] == "error"
        assert studio.status()["mailboxes"][1]["login"]["condition"] == "refused"
        assert studio.ask("check").code == 1

        issuer.seconds = 3600
        assert studio.run("login", "studio", "--device").code == 0
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("config.reloaded")
        running.wait_for("mailbox.connected", mailbox="studio")
        assert len(sink.received) == 1, "told once"
        everything = texts_of(running, studio)
        assert running.stop() == 0
        assert running.process.stderr is not None
        everything += running.process.stderr.read() + done.out + done.err
    assert [mark for mark in MARKS if mark in everything] == []
    encoded = [base64.b64encode(f"auth=Bearer {mark}".encode()).decode().rstrip("=")[:-1] for mark in MARKS]
    assert [form for form in encoded if form in everything] == []


def text_of(message: bytes) -> bytes:
    """The text of a mail on one line, however it was encoded."""
    mail = message_from_bytes(message, policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split()).encode()
