"""Small plugins made on the spot, and a host of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

from whiteglove.errors import PluginError
from whiteglove.hookspecs import PluginInfo, hookimpl
from whiteglove.host import Host


@hookimpl
def describe() -> PluginInfo:
    return PluginInfo("Made for a test.")


def make_plugin(*functions: Callable[..., Any], **named: Callable[..., Any]) -> ModuleType:
    module = ModuleType("made_for_a_test")
    for function in functions:
        setattr(module, function.__name__, hookimpl(function))
    for name, function in named.items():
        setattr(module, name, hookimpl(function))
    if not hasattr(module, "describe"):
        module.describe = describe  # type: ignore[attr-defined]
    return module


class Heard:
    """What the host told about the health of its plugins."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str, str]] = []
        self.changes: list[tuple[str, str]] = []

    def on_failure(self, name: str, hook: str, error: PluginError) -> None:
        self.failures.append((name, hook, str(error)))

    def on_suspended(self, name: str) -> None:
        self.changes.append(("suspended", name))

    def on_resumed(self, name: str) -> None:
        self.changes.append(("resumed", name))


@pytest.fixture
def plugin() -> Callable[..., ModuleType]:
    """Makes a module whose hooks are these functions; `describe` is added where it is not among them."""
    return make_plugin


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def host_of(heard: Heard) -> Iterator[Callable[..., Host]]:
    """Makes a host of plugins given by name, each a module or a module with its settings."""
    hosts: list[Host] = []

    def make(budget: float = 5.0, **plugins: Any) -> Host:
        modules: Mapping[str, tuple[object, Mapping[str, Any]]] = {
            name: given if isinstance(given, tuple) else (given, {}) for name, given in plugins.items()
        }
        hosts.append(
            Host.for_modules(
                modules,
                budget=budget,
                on_failure=heard.on_failure,
                on_suspended=heard.on_suspended,
                on_resumed=heard.on_resumed,
            )
        )
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()
