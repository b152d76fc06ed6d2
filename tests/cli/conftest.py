"""A configuration on disk with servers that nobody listens at, and commands run in this process."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from whiteglove.cli import main
from whiteglove.settings import Settings, load
from whiteglove.store import Store

ACME = """
name = "Acme GmbH"
timezone = "America/New_York"
report = ["Mon-Fri 17:00"]
reply_within = "8h"
quiet_after = "7d"
domains = ["acme.example"]
notes = "Prefers short mails."
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
[[projects]]
name = "Catalogue relaunch"
deadline = 2026-12-18
[[rules]]
subject = "Lunch"
kind = "fyi"
"""
BIRCH = """
name = "Birch Holding"
[[people]]
name = "Jutta Forst"
addresses = ["jutta@birch.example"]
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object that it printed; where it failed the assertion shows why."""
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1, "one object, on one line"
        return json.loads(self.out)


@dataclass
class Home:
    """The folder of a configuration. Its store is below it."""

    folder: Path
    toml: str = ""
    mode: str = "live"
    imap: str = "imap://robin@127.0.0.1:1"
    smtp: str = "smtp://127.0.0.1:1"
    mailbox: str = ""
    owner: str = ""
    plugins: str = "[plugins.acknowledge]\n"
    clients: dict[str, str] = field(default_factory=lambda: {"acme": ACME, "birch": BIRCH})

    @property
    def path(self) -> Path:
        return self.folder / "whiteglove.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def write(self) -> Home:
        """Put everything on disk."""
        self.path.write_text(f"""
[owner]
name = "Robin Vale"
address = "robin@vale.example"
timezone = "Europe/Berlin"
{self.owner}
[daemon]
state = "{self.state}"
mode = "{self.mode}"
[[mailboxes]]
name = "studio"
imap = "{self.imap}"
smtp = "{self.smtp}"
password = {{ file = "password" }}
{self.mailbox}
{self.plugins}
{self.toml}
""")
        (self.folder / "password").write_text("umbrella-in-case\n")
        (self.folder / "clients").mkdir(exist_ok=True)
        for key, text in self.clients.items():
            (self.folder / "clients" / f"{key}.toml").write_text(text)
        return self

    def settings(self) -> Settings:
        return load(self.path, {})

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, made where there is none."""
        store = Store.open(self.state)
        yield store
        store.close()

    def ask(self, *arguments: str) -> Done:
        """Run a command with this configuration."""
        return ask("--config", str(self.path), *arguments)


def ask(*arguments: str) -> Done:
    """Run a command; wrong usage ends with its exit code too, as it does in a shell."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as exit:
            code = int(exit.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).write()


@pytest.fixture(autouse=True)
def _nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration but the test's own, wherever the tests run."""
    for name in ("WHITEGLOVE_CONFIG", "CONFIGURATION_DIRECTORY", "STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """`run` heeds signals; the tests that follow are ended by them as usual."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)
