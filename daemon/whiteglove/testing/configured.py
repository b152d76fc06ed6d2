"""The owner, the mailbox and the client of a bench, and the configuration files that are written from them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from whiteglove.settings import Settings, load

OWNER = {
    "name": "Robin Vale",
    "address": "robin@vale.example",
    "timezone": "Europe/Berlin",
    "language": "en",
    "hours": "Mon-Fri 09:00-17:30",
}
MAILBOX = {
    "name": "studio",
    "imap": "imaps://robin@imap.vale.example",
    "smtp": "smtps://robin@smtp.vale.example",
}
CLIENT = """
name = "Acme GmbH"
timezone = "Europe/Berlin"
language = "en"
report = ["Tue 16:00", "Fri 16:00"]
reply_within = "8h"
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example"]
"""


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Make these the files of a folder, and leave no others there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def settings_of(folder: Path, owner: Mapping[str, Any], daemon: Mapping[str, Any], toml: str, today: date) -> Settings:
    lines = [
        "[owner]",
        *_keys(owner),
        "[daemon]",
        *_keys({"state": str(folder / "state"), **daemon}),
        "[[mailboxes]]",
        *_keys(MAILBOX),
        'password = { env = "WHITEGLOVE_BENCH_PASSWORD" }',
        toml,
    ]
    (folder / "whiteglove.toml").write_text("\n".join(lines), encoding="utf-8")
    return load(folder / "whiteglove.toml", {}, today=today)


def _keys(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in values.items()]


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    # Of a text TOML takes the same escapes as JSON; its other values look as Python writes them.
    return json.dumps(value) if isinstance(value, str | bool) else str(value)
