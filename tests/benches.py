"""Small plugins, client files and texts for the tests that run on the bench."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from whiteglove.hookspecs import PluginInfo, hookimpl
from whiteglove.testing import SentMail

STATUS = "How are things progressing?"
COMPLAINT = "I am very disappointed. This is unacceptable."
QUESTION = "Which paper do you recommend for the cover?"
URGENT = "This is urgent, the site is down!"
THANKS = "Thank you very much!"

TUESDAY_REPORT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
"""The bench's client hears on Tuesdays and Fridays at 16:00 in Berlin, and the bench begins on a Monday at 10:00."""
FRIDAY_REPORT = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)

MANY = """
[limits]
person = "900 per day"
domain = "900 per hour"
all = "900 per hour"
"""
BIRCH = """
name = "Birch Holding"
timezone = "Europe/Berlin"
language = "en"
report = ["Wed 11:00"]
domains = ["birch.example"]
[[people]]
name = "Jutta Forst"
addresses = ["jutta@birch.example"]
[[projects]]
name = "Harbour festival"
"""


def acme(*lines: str, report: str = '["Tue 16:00", "Fri 16:00"]', reply_within: str | None = "8h") -> str:
    """The file of the client Acme, with further lines before its people: Wile with two addresses, and Ada."""
    within = [f'reply_within = "{reply_within}"'] if reply_within else []
    head = [
        'name = "Acme GmbH"',
        'timezone = "Europe/Berlin"',
        'language = "en"',
        'domains = ["acme.example"]',
        f"report = {report}",
        *within,
        *lines,
    ]
    people = """
[[people]]
name = "Wile Coyote"
addresses = ["wile@acme.example", "wile.coyote@acme.example"]
[[people]]
name = "Ada Birdwell"
addresses = ["ada@acme.example"]
"""
    return "\n".join(head) + people


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Made for a test.")


def plugin(name: str = "made", package: str = "", **hooks: Callable[..., Any]) -> ModuleType:
    """A plugin of these hooks. One that names the `package` `whiteglove_plugins` has the templates of its namesake."""
    module = ModuleType(name)
    module.__package__ = package
    for hook, function in {"describe": describe, **hooks}.items():
        setattr(module, hook, hookimpl(function))
    return module


def acknowledging(**hooks: Callable[..., Any]) -> ModuleType:
    """A plugin of these hooks that may use the templates of `acknowledge`."""
    return plugin("acknowledge", "whiteglove_plugins", **hooks)


def to_owner(mails: Iterable[SentMail]) -> list[SentMail]:
    return [mail for mail in mails if mail.recipient == "robin@vale.example"]


def to_clients(mails: Iterable[SentMail]) -> list[SentMail]:
    return [mail for mail in mails if mail.recipient != "robin@vale.example"]
