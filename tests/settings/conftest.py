"""A folder to write a configuration into, and the smallest one that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from whiteglove.errors import ConfigurationError
from whiteglove.settings import Settings, load

OWNER = """\
[owner]
name = "Robin Vale"
address = "robin@vale.example"
timezone = "Europe/Berlin"
"""
MAILBOX = """\
[[mailboxes]]
name = "studio"
imap = "imaps://robin%40vale.example@imap.vale.example"
smtp = "smtps://robin%40vale.example@smtp.vale.example"
password = { credential = "studio" }
"""


@dataclass
class Folder:
    """A configuration folder under test. `environ` holds nothing but a home until a test says otherwise."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)

    def write(self, text: str = OWNER + MAILBOX, clients: Mapping[str, str] | None = None) -> Path:
        """Write `whiteglove.toml` and the clients' files; returns the path of the former."""
        for key, client in (clients or {}).items():
            (self.path / "clients").mkdir(exist_ok=True)
            (self.path / "clients" / f"{key}.toml").write_text(client, encoding="utf-8")
        file = self.path / "whiteglove.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def load(self, text: str = OWNER + MAILBOX, clients: Mapping[str, str] | None = None) -> Settings:
        return load(self.write(text, clients), self.environ, today=date(2026, 11, 22))

    def faults(self, text: str = OWNER + MAILBOX, clients: Mapping[str, str] | None = None) -> list[str]:
        """What is wrong with a configuration, one line for each problem, without the folder's own path."""
        with pytest.raises(ConfigurationError) as caught:
            self.load(text, clients)
        return [str(problem).replace(f"{self.path}/", "") for problem in caught.value.problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, {"HOME": str(tmp_path / "home")})
