"""The templates of the plugins and the core's own, side by side."""

from __future__ import annotations

from whiteglove.app import templates_of
from whiteglove.host import Host
from whiteglove_plugins import acknowledge


def test_each_stands_under_its_plugin_name_and_language() -> None:
    host = Host.for_modules({"acknowledge": (acknowledge, {})})
    found = templates_of(host)
    host.close()
    assert "{{ when }}" in found[("acknowledge", "next_report", "en")]
    assert found[("core", "notice", "de")] != found[("core", "notice", "en")]
    assert {plugin for plugin, _, _ in found} == {"acknowledge", "core"}
