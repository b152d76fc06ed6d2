"""The example and the reference are what the models say."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import Field

from whiteglove import PluginInfo, PluginSettings
from whiteglove.cli.example import (
    EXAMPLE,
    OFF,
    REFERENCE,
    REFERENCE_BEGINS,
    built_in,
    example,
    main,
    reference,
    section_of,
)
from whiteglove.hookspecs import GROUP
from whiteglove.host import Host
from whiteglove.settings import load


class Horn(PluginSettings):
    tune: str = Field(default="fanfare", description="What it plays: a | b.")
    loud: bool | None = Field(default=None, examples=[True])


HORN = SimpleNamespace(describe=lambda: PluginInfo("Blows.", Horn))


def entry_points(*names: str, module: str = "whiteglove_plugins.acknowledge") -> list[EntryPoint]:
    return [EntryPoint(name, module, GROUP) for name in names]


def test_a_plugins_own_settings_are_its_section() -> None:
    section = section_of("horn", HORN)
    assert (section.name, section.summary, section.model) == ("horn", "Blows.", Horn)
    assert '# Blows.\n[plugins.horn]\ntune = "fanfare"  # What it plays: a | b.\n# loud = true\n' in example([section])


def test_built_in_plugins_come_in_their_order_and_strangers_not_at_all() -> None:
    there = entry_points("zeal", "daily_summary", "acknowledge", "contact_frequency", "alms", "incidents")
    others = entry_points("abacus", module="abacus.plugin")
    found = built_in(lambda group: [point for point in (*others, *there) if point.group == group])
    assert [section.name for section in found] == [
        "acknowledge", "incidents", "contact_frequency", "daily_summary", "alms", "zeal",
    ]  # fmt: skip


def test_every_built_in_plugin_is_there_and_explains_each_of_its_keys() -> None:
    sections = built_in()
    assert sections[0].name == "acknowledge"
    silent = [
        f"{section.name}.{name}"
        for section in sections
        for name, field in section.model.model_fields.items()
        if not field.description
    ]
    assert silent == []


def test_the_example_enables_the_built_in_plugins_with_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / EXAMPLE
    path.write_text(example(built_in()), encoding="utf-8")
    settings = load(path, {"HOME": str(tmp_path)})
    host = Host.load(settings.plugins, settings.problem)
    host.close()
    assert [plugin.name for plugin in host.plugins] == [one.name for one in built_in() if one.name not in OFF]
    plain = Host.load({plugin.name: {} for plugin in host.plugins}, settings.problem)
    plain.close()
    assert [plugin.settings for plugin in host.plugins] == [plugin.settings for plugin in plain.plugins]


def test_the_reference_has_a_row_for_each_key() -> None:
    lines = reference([section_of("horn", HORN)]).splitlines()
    assert lines[0] == REFERENCE_BEGINS.strip()
    at = lines.index("### `[plugins.horn]`")
    assert lines[at + 2 : at + 8] == [
        "Blows.",
        "",
        "| key | meaning | default | for example |",
        "|---|---|---|---|",
        '| `tune` | What it plays: a \\| b. | `"fanfare"` |  |',
        "| `loud` |  | – | `true` |",
    ]
    assert "### `[[mailboxes]]`" in lines
    assert [line for line in lines if line.startswith("| `name` | Their name; mail to other clients")] != []


def test_it_prints_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert printed == example(built_in())
    assert tomllib.loads(printed)["owner"]["name"] == "Robin Vale"


def test_it_brings_a_folder_up_to_date_and_leaves_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / REFERENCE
    page.write_text(f"# Mine\n\nWords.\n\n{REFERENCE_BEGINS}old\n", encoding="utf-8")
    for _ in range(2):
        assert main([str(tmp_path)]) == 0
        assert page.read_text(encoding="utf-8") == f"# Mine\n\nWords.\n\n{reference(built_in())}"
        assert (tmp_path / EXAMPLE).read_text(encoding="utf-8") == example(built_in())
