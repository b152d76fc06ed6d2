"""The plugin whose types are checked has everything in it, or the check would say little."""

from __future__ import annotations

import re
from pathlib import Path

import whiteglove
from authors import everything
from whiteglove.actions import Action
from whiteglove.host import Host
from whiteglove.host.implementations import hooks

SOURCE = Path(everything.__file__).read_text("utf-8")


def test_it_is_a_plugin_with_every_hook() -> None:
    host = Host.for_modules({"everything": (everything, {})})
    host.close()
    assert host.plugins[0].hooks == set(hooks())


def test_it_asks_for_every_action() -> None:
    actions = [kind.__name__ for kind in Action.__subclasses__()]
    assert [name for name in actions if not re.search(rf"\b{name}\(\s*reason=", SOURCE)] == []


def test_everything_in_it_comes_from_the_one_import() -> None:
    assert {name for name in vars(everything) if name in whiteglove.__all__} >= {"Ledger", "Memory", "Words", "Context"}
    assert "from whiteglove." not in SOURCE
