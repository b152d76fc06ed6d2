"""A plugin that lays drafts ready, with its templates, for the tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from benches import acme, plugin
from whiteglove.actions import Action, Draft, Withdraw
from whiteglove.testing import Bench

WITHDRAW = "please stop"


def wish(**values: Any) -> Draft:
    """A draft to Acme as the plugin wants it, with what differs."""
    given = {"key": "ask", "client": "acme", "template": "ask", "subject": "ask_subject", "brief": "Ask them."}
    return Draft(reason="made", **{**given, **values})


def drafty(*actions: Action) -> ModuleType:
    """Wants these actions on every message; takes the draft `ask` away where the message says `WITHDRAW`."""

    def on_message(event: Any) -> Sequence[Action]:
        stops = WITHDRAW in (event.text or "")
        return [Withdraw(reason="made", key="ask")] if stops else actions

    return plugin("drafty", package="drafty", on_message=on_message)


def bench(*actions: Action, **options: Any) -> Bench:
    """A bench with this plugin, and with Acme as its client."""
    return Bench(drafty(*(actions or (wish(),))), **{"clients": {"acme": acme()}, **options})
