"""What the READMEs say is true: log events, hooks, settings, floors, and the example plugin runs."""

from __future__ import annotations

import inspect
import re
import types
from datetime import UTC, datetime
from pathlib import Path

import pytest

from whiteglove import actions, events, hookspecs
from whiteglove.actions import Action
from whiteglove.cli import parser
from whiteglove.cli.example import OFF, built_in
from whiteglove.cli.plugin_reference import reference
from whiteglove.events import Event
from whiteglove.hookspecs import API_VERSION
from whiteglove.host import Host
from whiteglove.host.implementations import hooks
from whiteglove.log import EVENTS
from whiteglove.settings import load
from whiteglove.settings.outline import PluginSection
from whiteglove.testing import Bench

ROOT = Path(__file__).parent.parent
ROOT_README = (ROOT / "README.md").read_text("utf-8")
DAEMON = (ROOT / "daemon" / "README.md").read_text("utf-8")
PLUGINS = (ROOT / "plugins" / "README.md").read_text("utf-8")
HEADINGS = re.findall(r"^#+ (.+)$", PLUGINS, re.MULTILINE)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_every_log_event_stands_in_the_table_and_no_other() -> None:
    assert dict(re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (.+) \|$", DAEMON, re.MULTILINE)) == dict(EVENTS)


def test_every_hook_stands_in_the_table_with_its_arguments_and_its_first_paragraph() -> None:
    rows = dict(re.findall(r"^\| `(\w+)\(.*\)` \| (.+) \|$", PLUGINS, re.MULTILINE))
    signatures = dict(re.findall(r"^\| `(\w+)\((.*)\)` \|", PLUGINS, re.MULTILINE))
    expected = {}
    for name in hooks():
        hook = getattr(hookspecs, name)
        expected[name] = " ".join((inspect.getdoc(hook) or "").split("\n\n")[0].split())
        assert signatures[name] == ", ".join(inspect.signature(hook).parameters)
    assert rows == expected


@pytest.mark.parametrize(("module", "base"), [(events, Event), (actions, Action)])
def test_every_event_and_every_action_stands_in_a_table_with_its_first_paragraph(
    module: types.ModuleType, base: type
) -> None:
    rows = dict(re.findall(r"^\| `([A-Z]\w+)` \| (.+) \|$", PLUGINS, re.MULTILINE))
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, base)]
    for kind in found:
        # A base class is no event and no action: nothing is ever made of it.
        if kind is not base and not any(other.__module__ == kind.__module__ for other in kind.__subclasses__()):
            assert rows.pop(kind.__name__) == " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
    other = events if module is actions else actions
    assert [name for name in rows if not hasattr(other, name)] == []


@pytest.mark.parametrize("section", built_in(), ids=lambda section: section.name)
def test_every_built_in_plugin_stands_in_the_table_and_each_of_its_settings_is_named(section: PluginSection) -> None:
    assert re.search(rf"^\| `{section.name}` \| .+ \|$", PLUGINS, re.MULTILINE)
    described = PLUGINS[PLUGINS.index(f"`[plugins.{section.name}]` takes") :].partition("\n\n")[0]
    assert [name for name in section.model.model_fields if f"`{name}`" not in described] == []


def test_every_command_is_named() -> None:
    commands = next(action for action in parser()._actions if action.dest == "command").choices
    assert commands is not None
    assert [name for name in commands if f"whiteglove {name}" not in ROOT_README] == []


def test_the_example_configuration_enables_only_plugins_that_exist_with_settings_that_they_take() -> None:
    settings = load(ROOT / "config" / "whiteglove.example.toml", {"HOME": "/home/robin"})
    host = Host.load(settings.plugins, settings.problem)
    host.close()
    assert [plugin.name for plugin in host.plugins] == [one.name for one in built_in() if one.name not in OFF]


def test_every_file_that_the_route_names_exists() -> None:
    for name in re.findall(r"`([a-z0-9_/]+(?:\.py|/))`", DAEMON):
        path = ROOT / name if name.startswith("tests/") else ROOT / "daemon" / "whiteglove" / name
        assert path.exists(), name


def test_the_example_plugin_and_its_test_run() -> None:
    plugin, test = blocks(PLUGINS, "python")[:2]
    weekend = types.ModuleType("weekend")
    exec(compile(plugin, "plugins/README.md", "exec"), weekend.__dict__)
    scope: dict[str, object] = {}
    exec(compile(test, "plugins/README.md", "exec"), scope)
    run = scope["test_weekend"]
    assert callable(run)
    run(weekend)


def test_the_reference_for_plugins_is_what_the_source_says() -> None:
    assert reference() in PLUGINS, "run `make example`"


def test_what_a_contributor_types_is_there() -> None:
    contributing, makefile = ((ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "Makefile"))
    (block,) = blocks(contributing, "sh")
    targets = [line.removeprefix("make ") for line in block.splitlines()]
    assert targets == ["test", "long-test", "lint"]
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
    links = re.findall(r"\]\(([^)]+)\)", contributing)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_version_of_the_interface_is_told() -> None:
    assert f'now `"{API_VERSION}"`' in PLUGINS
    assert f'requires="{API_VERSION}"' in PLUGINS


def test_every_place_that_is_pointed_to_is_there() -> None:
    headings = {
        re.sub(r"[^a-z ]", "", found.casefold()).replace(" ", "-") for found in re.findall(r"^#+ (.+)$", PLUGINS, re.M)
    }
    for link in re.findall(r"\]\(([^)]+)\)", PLUGINS):
        path, _, heading = link.partition("#")
        if not link.startswith("https://"):
            assert (ROOT / "plugins" / path).exists(), link
            assert not heading or heading in headings, link


def test_the_example_plugin_is_silent_on_a_working_day() -> None:
    weekend = types.ModuleType("weekend")
    exec(compile(blocks(PLUGINS, "python")[0], "plugins/README.md", "exec"), weekend.__dict__)
    with Bench(weekend, now=datetime(2026, 3, 4, 9, 0, tzinfo=UTC)) as bench:
        bench.receive("How are things progressing?")
        assert bench.warned == []
