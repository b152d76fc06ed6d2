"""A studio for whole-daemon tests: a configuration on disk, a mailbox on a real server, and the daemon as a process."""

from __future__ import annotations

import io
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from servers.dovecot import Dovecot
from servers.sink import Sink
from whiteglove.cli import main

CLIENTS = {
    "acme": """
name = "Acme GmbH"
timezone = "America/New_York"
language = "en"
report = ["Mon-Fri 17:00"]
reply_within = "8h"
domains = ["acme.example"]
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
[[people]]
name = "Ada Birdwell"
addresses = ["ada@acme.example"]
[[projects]]
name = "Catalogue relaunch"
""",
    "birch": """
name = "Birch Holding"
language = "de"
address_form = "formal"
report = ["Fri 16:00"]
domains = ["birch.example"]
[[people]]
name = "Jutta Forst"
addresses = ["jutta@birch.example"]
""",
}


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed with `--json`; where it failed the assertion shows why."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass
class Studio:
    """One owner, Robin, with a mailbox on Dovecot and a sink for the mail that goes out.

    `imap` and `smtp` are the addresses of the servers, those of Dovecot and the sink without them; `mailbox` and `more`
    are further lines of the mailbox and of the file.
    """

    folder: Path
    dovecot: Dovecot
    sink: Sink
    user: str
    daemon: dict[str, str] = field(default_factory=lambda: {"mode": '"live"', "poll": '"5s"'})
    plugins: str = '[plugins.acknowledge]\ndelay = "0s"\n'
    limits: str = '[limits]\nperson = "50 per day"\ndomain = "500 per hour"\nall = "900 per hour"\n'
    clients: Mapping[str, str] = field(default_factory=lambda: CLIENTS)
    imap: str = ""
    smtp: str = ""
    mailbox: str = ""
    more: str = ""

    @property
    def path(self) -> Path:
        return self.folder / "whiteglove.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def configure(self) -> Path:
        """Write the configuration and return its path."""
        daemon = "\n".join(f"{key} = {value}" for key, value in self.daemon.items())
        user = self.user.replace("@", "%40")
        (self.folder / "password").write_text(self.dovecot.password + "\n")
        self.path.write_text(f"""
[owner]
name = "Robin Vale"
address = "{self.user}"
timezone = "Europe/Berlin"
language = "en"
hours = "Mon-Fri 09:00-17:30"
[daemon]
state = "{self.state}"
{daemon}
{self.limits}
[[mailboxes]]
name = "studio"
imap = "{self.imap or f"imap://{user}@127.0.0.1:{self.dovecot.imap_port}"}"
smtp = "{self.smtp or f"smtp://127.0.0.1:{self.sink.port}"}"
password = {{ file = "{self.folder / "password"}" }}
{self.mailbox}
{self.more}
{self.plugins}
""")
        (self.folder / "clients").mkdir(exist_ok=True)
        for key, text in self.clients.items():
            (self.folder / "clients" / f"{key}.toml").write_text(text)
        return self.path

    def mail(
        self,
        text: str = "Hi Robin,\n\nHow are things progressing?\n\nWile\n",
        *,
        sender: str = "Wile Coyote <wile@acme.example>",
        subject: str = "Catalogue",
        message_id: str,
        headers: Mapping[str, str] | None = None,
        to: str | None = None,
        cc: str | None = None,
    ) -> bytes:
        """A mail to Robin, as a client's program writes it."""
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = to or self.user
        if cc:
            mail["Cc"] = cc
        mail["Subject"] = subject
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{message_id}>"
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        return mail.as_bytes()

    def deliver(self, *messages: bytes, sender: str = "wile@acme.example") -> None:
        self.dovecot.deliver(self.user, *messages, sender=sender)

    def ask(self, *arguments: str) -> Done:
        """Run one command to its end, in this process: for commands that only look at the store."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["--config", str(self.path), *arguments])
        return Done(code, out.getvalue(), err.getvalue())

    def run(self, *arguments: str, seconds: float = 120) -> Done:
        """Run one command to its end, as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "whiteglove", *arguments, "--config", str(self.path)],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def explain(self, message_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("explain", message_id, "--json").json
        return found

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("status", "--json").json
        return found

    def start(self) -> Running:
        """Start the daemon and wait until it is ready."""
        running = Running(self.path)
        running.wait_for("daemon.ready")
        return running


class Running:
    """The daemon as a process, and its log."""

    def __init__(self, config: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "whiteglove", "--config", str(config), "run", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.lines: list[dict[str, Any]] = []
        self._new: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            line = json.loads(text)
            self.lines.append(line)
            self._new.put(line)

    def wait_for(self, event: str, seconds: float = 20.0, **values: object) -> dict[str, Any]:
        """The next log line of this name whose values match, read in order; fails when it does not come."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._new.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {event} {values} within {seconds} s; the log:\n{self.tail()}") from None
            if line["event"] == event and all(line.get(name) == value for name, value in values.items()):
                return line

    def events(self) -> list[str]:
        """The names of all lines so far."""
        return [line["event"] for line in self.lines]

    def tail(self) -> str:
        rest = ""
        if self.process.poll() is not None and self.process.stderr is not None:
            rest = self.process.stderr.read()
        return "\n".join(json.dumps(line) for line in self.lines[-40:]) + rest

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.terminate()
        return self.process.wait(20)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
        self._reader.join(10)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
