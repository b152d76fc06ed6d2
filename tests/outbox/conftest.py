"""A bench whose one plugin answers at once, and the ways in which handing a mail over goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from benches import MANY, STATUS, acme, plugin
from whiteglove.actions import Warn
from whiteglove.errors import SubmissionError
from whiteglove.ledger import MailState
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

DOWN = SubmissionError("temporary", "no connection")
BUSY = SubmissionError("temporary", "451 4.3.2 try later", code=451)
BROKEN = SubmissionError("unknown", "the connection broke after the final dot")
REFUSED = SubmissionError("permanent", "550 5.1.1 no such user", code=550)
OFFICE = """
[[mailboxes]]
name = "office"
imap = "imaps://office@imap.vale.example"
smtp = "smtps://office@smtp.vale.example"
password = { env = "WHITEGLOVE_BENCH_PASSWORD" }
address = "office@vale.example"
folders = ["Office"]
"""
"""A second mailbox, for the configuration."""
ADA = "Ada Birdwell <ada@acme.example>"
WARNING = plugin(on_message=lambda event: [Warn(reason="x", key=f"k{event.message.row}", text=event.text)])


class Power(BaseException):
    """The power goes: nothing that would come after it happens."""


def bench(delay: str = "0s", **options: Any) -> Bench:
    return Bench(acknowledge, delay=delay, **{"clients": {"acme": acme()}, "toml": MANY, **options})


def state(b: Bench, row: int = -1) -> MailState:
    return b.mails[row].state


def power_cut(b: Bench, monkeypatch: pytest.MonkeyPatch, method: str, *, after: bool = False) -> None:
    """Let the next mail that is handed over, or its result, be where the daemon ends."""
    original = b.world.server.submit

    def submit(*arguments: Any) -> Any:
        if after:
            original(*arguments)
        raise Power

    with monkeypatch.context() as patch:
        patch.setattr(b.world.server, method, submit)
        with pytest.raises(Power):
            b.receive(STATUS)
