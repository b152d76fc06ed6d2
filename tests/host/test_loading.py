"""From a section of the configuration to a plugin, or to a sentence for each thing that is wrong with it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import Field, field_validator

import whiteglove
from whiteglove import __version__, hookspecs
from whiteglove.errors import ConfigurationError, Problem
from whiteglove.hookspecs import API_VERSION, GROUP, GoesAwayWarning, PluginInfo, PluginSettings
from whiteglove.host import Host
from whiteglove.host.loading import EntryPoints

PACKAGE = "made_for_loading"
LINES: dict[tuple[str | int, ...], int] = {
    ("plugins", "greet"): 10,
    ("plugins", "greet", "delay"): 11,
    ("plugins", "greet", "sure"): 12,
}


def problem(path: Sequence[str | int], text: str) -> Problem:
    """What the settings give: the file, the line of the nearest key, the dotted path."""
    line = next((LINES[tuple(path[:end])] for end in range(len(path), 0, -1) if tuple(path[:end]) in LINES), 1)
    return Problem("whiteglove.toml", line, ".".join(map(str, path)), text)


class Greeting(PluginSettings):
    delay: int = Field(3, examples=[3])
    sure: float = 0.8
    name: str = "hello"

    @field_validator("name")
    @classmethod
    def _no_shouting(cls, name: str) -> str:
        if name.isupper():
            raise ValueError("shouts; right would be a name in small letters")
        if name == "broken":
            raise RuntimeError("the validator itself is broken")
        return name


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package on the path to put plugin modules into."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield folder
    for loaded in [module for module in sys.modules if module.partition(".")[0] == PACKAGE]:
        del sys.modules[loaded]


def points(*modules: str, **named: str) -> EntryPoints:
    """Entry points as the metadata of installed packages would give them; the module's name is the plugin's."""
    values = {module: f"{PACKAGE}.{module}" for module in modules} | named

    def entry_points(*, group: str) -> Iterable[EntryPoint]:
        assert group == GROUP
        return [EntryPoint(name, value, group) for name, value in values.items()]

    return entry_points


GREET = """
from whiteglove import PluginInfo, hookimpl

@hookimpl
def describe():
    return PluginInfo("Greets\\n everybody.")

@hookimpl
def on_message(event, ctx):
    return None
"""


def problems_of(sections: Mapping[str, Mapping[str, Any]], entry_points: EntryPoints, **more: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        Host.load(sections, problem, entry_points=entry_points, **more)
    return [str(one) for one in caught.value.problems]


def problems_with(module: ModuleType, section: Mapping[str, Any]) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        Host.for_modules({"greet": (module, section)})
    return [str(one) for one in caught.value.problems]


def test_a_section_loads_the_plugin_of_its_name(installed: Path) -> None:
    (installed / "greet.py").write_text(GREET)
    (installed / "templates" / "greet").mkdir(parents=True)
    (installed / "templates" / "greet" / "hello.en.txt").write_text("Hello")

    host = Host.load({"greet": {}}, problem, entry_points=points("greet"))

    (plugin,) = host.plugins
    assert plugin.name == "greet"
    assert plugin.summary == "Greets everybody."
    assert plugin.settings == PluginSettings()
    assert plugin.hooks == {"describe", "on_message"}
    assert plugin.origin == plugin.file == str(installed / "greet.py")
    assert (plugin.version, plugin.goes_away) == ("", ())
    assert (plugin.suspended_since, plugin.failures, plugin.last_error) == (None, 0, "")
    assert host.templates("greet") == {("hello", "en"): "Hello"}
    host.close()


def test_plugins_stand_in_the_order_of_their_sections_and_no_other_is_imported(installed: Path) -> None:
    for name in ("greet", "wave"):
        (installed / f"{name}.py").write_text(GREET)
    (installed / "trap.py").write_text("raise AssertionError('imported although nobody enabled it')")

    host = Host.load({"wave": {}, "greet": {}}, problem, entry_points=points("greet", "trap", "wave"))

    assert [plugin.name for plugin in host.plugins] == ["wave", "greet"]
    assert host.listeners("on_message") == ("wave", "greet")
    assert f"{PACKAGE}.trap" not in sys.modules
    host.close()


def test_an_entry_point_may_be_an_object_in_a_module(installed: Path) -> None:
    (installed / "greet.py").write_text(
        "from whiteglove import PluginInfo, hookimpl\n"
        "class Greeter:\n"
        "    @hookimpl\n"
        "    def describe(self): return PluginInfo('Greets.')\n"
        "plugin = Greeter()\n"
    )
    (installed / "templates" / "greet").mkdir(parents=True)
    (installed / "templates" / "greet" / "hello.en.txt").write_text("Hello")

    host = Host.load({"greet": {}}, problem, entry_points=points(greet=f"{PACKAGE}.greet:plugin"))

    assert host.plugins[0].summary == "Greets."
    assert host.templates("greet") == {("hello", "en"): "Hello"}
    host.close()


@pytest.mark.parametrize(("distribution", "origin"), [("Whiteglove", "built in"), ("greeter", "greeter 1.2")])
def test_the_origin_is_the_distribution(installed: Path, distribution: str, origin: str) -> None:
    (installed / "greet.py").write_text(GREET)
    metadata = installed.parent / f"{distribution}-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\ngreet = {PACKAGE}.greet\n")

    host = Host.load({"greet": {}}, problem, entry_points=lambda group: PathDistribution(metadata).entry_points)

    assert host.plugins[0].origin == origin
    assert (host.plugins[0].version, host.plugins[0].file) == ("1.2", str(installed / "greet.py"))
    host.close()


def test_a_name_that_the_root_does_not_have_is_told_with_the_version_that_is_here(installed: Path) -> None:
    (installed / "greet.py").write_text("from whiteglove import Everything")

    (text,) = problems_of({"greet": {}}, points("greet"))

    assert "cannot import name 'Everything' from 'whiteglove'" in text
    assert text.endswith(
        f"this is whiteglove {__version__} with version {API_VERSION} of what plugins may import from it"
    )


@pytest.mark.parametrize(
    ("requires", "sentence"),
    [
        ("999", f"was written for version 999 of what plugins may use, and whiteglove {__version__} has version "
         f"{API_VERSION}; upgrade whiteglove"),
        ("0", f"was written for version 0 of what plugins may use, and whiteglove {__version__} has version "
         f"{API_VERSION}; upgrade the plugin"),
        (">=1", f"requires \">=1\" of whiteglove's plugins; right would be \"{API_VERSION}\""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("other", ["on_message", "on_something_new"])
def test_a_plugin_for_another_version_is_refused_whatever_else_it_misses(
    installed: Path, requires: str, sentence: str, other: str
) -> None:
    source = GREET.replace('everybody.")', f'everybody.", requires="{requires}")').replace("on_message", other)
    (installed / "greet.py").write_text(source)

    assert problems_of({"greet": {}}, points("greet")) == [f"whiteglove.toml:10: plugins.greet: {sentence}"]


def test_a_plugin_for_this_version_is_taken(plugin: Callable[..., ModuleType]) -> None:
    module = plugin(describe=lambda: PluginInfo("Greets.", requires=API_VERSION))

    Host.for_modules({"greet": (module, {})}).close()
    assert problems_with(plugin(describe=lambda: PluginInfo("Greets.", requires=1)), {})[0].endswith(  # type: ignore[arg-type]
        "the hook describe returned a PluginInfo whose requires is not a text"
    )


def test_what_goes_away_works_and_is_noticed_and_other_warnings_are_not_swallowed(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(whiteglove._RENAMED, "PluginInformation", ("PluginInfo", "2"))
    spec = vars(hookspecs.on_message)["whiteglove_spec"]
    monkeypatch.setitem(spec, "warn_on_impl", GoesAwayWarning("the hook on_message goes away; use on_mail"))
    source = GREET.replace("PluginInfo", "PluginInformation")
    (installed / "greet.py").write_text(f"import warnings\nwarnings.warn('from elsewhere')\n{source}")

    with pytest.warns(UserWarning, match="from elsewhere") as seen:
        host = Host.load({"greet": {}}, problem, entry_points=points("greet"))

    assert [str(warning.message) for warning in seen] == ["from elsewhere"]
    assert host.plugins[0].goes_away == (
        "whiteglove.PluginInformation is called PluginInfo now, and the old name goes away with version 2 for plugins",
        "the hook on_message goes away; use on_mail",
    )
    host.close()


def test_an_unknown_name_is_told_with_what_is_installed() -> None:
    assert problems_of({"gret": {}, "zzz": {}}, points("greet", "wave")) == [
        'whiteglove.toml:1: plugins.gret: there is no plugin gret; installed are greet, wave; did you mean "greet"?',
        "whiteglove.toml:1: plugins.zzz: there is no plugin zzz; installed are greet, wave",
    ]
    assert problems_of({"greet": {}}, points()) == [
        "whiteglove.toml:10: plugins.greet: there is no plugin greet; none is installed"
    ]


def test_two_packages_of_one_name_are_told_and_one_seen_twice_is_one(installed: Path) -> None:
    (installed / "greet.py").write_text(GREET)

    def twice(*values: str) -> Callable[..., Iterable[EntryPoint]]:
        return lambda group: [EntryPoint("greet", value, group) for value in values]

    Host.load({"greet": {}}, problem, entry_points=twice(f"{PACKAGE}.greet", f"{PACKAGE}.greet")).close()
    (text,) = problems_of({"greet": {}}, twice(f"{PACKAGE}.greet", f"{PACKAGE}.other"))
    assert "several packages bring a plugin greet: " in text


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import no_such_thing", "cannot be imported: ModuleNotFoundError: No module named 'no_such_thing'"),
        ("def", "cannot be imported: SyntaxError: invalid syntax (greet.py, line 1)"),
        ("raise SystemExit('off')", "cannot be imported: SystemExit: off"),
        ("", "the plugin does not say what it is for; right would be a hook def describe() -> PluginInfo"),
        (GREET.replace("on_message", "on_mesage"), 'there is no hook on_mesage; did you mean "on_message"?'),
        (GREET.replace("ctx", "folder"), "on_message has no argument folder; it may take event, ctx"),
        (GREET.replace("return PluginInfo", "raise ValueError"), "the hook describe raised ValueError: Greets"),
        (GREET.replace("return PluginInfo", "return str"), "the hook describe returned a str; right would be"),
    ],
)  # fmt: skip
def test_a_plugin_that_cannot_be_used_is_told_at_the_line_of_its_section(
    installed: Path, source: str, sentence: str
) -> None:
    (installed / "greet.py").write_text(source)

    (text,) = problems_of({"greet": {}}, points("greet"))

    assert text.startswith(f"whiteglove.toml:10: plugins.greet: {sentence}")


def test_a_describe_that_hangs_refuses_to_start_instead_of_hanging(installed: Path) -> None:
    (installed / "greet.py").write_text(
        "import threading\nfrom whiteglove import hookimpl\n"
        "@hookimpl\ndef describe():\n    threading.Event().wait(30)\n"
    )

    (text,) = problems_of({"greet": {}}, points("greet"), budget=0.25)

    assert "plugins.greet: the hook describe took longer than 0.25 s" in text


def test_settings_are_those_of_the_plugins_own_model(plugin: Callable[..., ModuleType]) -> None:
    module = plugin(describe=lambda: PluginInfo("Greets.", Greeting))

    host = Host.for_modules({"greet": (module, {"delay": 7})})

    assert host.plugins[0].settings == Greeting(delay=7)
    assert host.plugins[0].origin == "given"
    host.close()


def test_every_fault_of_the_settings_is_told_with_line_and_key(
    installed: Path, plugin: Callable[..., ModuleType]
) -> None:
    (installed / "greet.py").write_text(
        "from whiteglove import PluginInfo, PluginSettings, hookimpl\n"
        "class Settings(PluginSettings):\n    delay: int = 3\n    sure: float = 0.8\n    answer: list[int] = []\n"
        "@hookimpl\ndef describe(): return PluginInfo('Greets.', Settings)\n"
    )
    section = {"dellay": 3, "sure": "very", "answer": [1, "two"]}

    texts = problems_of({"greet": section, "zzz": {}}, points("greet"))

    assert [text.partition(": ")[2].partition(": ")[0] for text in texts] == [
        "plugins.zzz", "plugins.greet.answer.1", "plugins.greet.dellay", "plugins.greet.sure",
    ]  # fmt: skip
    assert texts[2].endswith('there is no such key; did you mean "delay"?')
    assert texts[3].startswith("whiteglove.toml:12: plugins.greet.sure: must be ")


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"name": "HELLO"}, "plugins.greet.name: shouts; right would be a name in small letters"),
        ({"name": "broken"}, "plugins.greet: the settings cannot be checked: the plugin's own model raised R"),
        ({"delay": "x"}, "plugins.greet.delay: must be"),
    ],
)  # fmt: skip
def test_a_fault_of_the_settings_is_a_sentence(
    plugin: Callable[..., ModuleType], section: dict[str, Any], sentence: str
) -> None:
    (text,) = problems_with(plugin(describe=lambda: PluginInfo("Greets.", Greeting)), section)

    assert sentence in text


def test_a_faulty_template_of_the_owners_refuses_to_start(installed: Path, tmp_path: Path) -> None:
    (installed / "greet.py").write_text(GREET)
    (installed / "templates" / "greet").mkdir(parents=True)
    (installed / "templates" / "greet" / "hello.en.txt").write_text("Hello")
    own = tmp_path / "own"
    (own / "greet").mkdir(parents=True)
    (own / "greet" / "hello.en.txt").write_text("Hello\n\n{% if %}")

    texts = problems_of({"greet": {"unknown": 1}}, points("greet"), templates_dir=own)

    assert [text.partition(": ")[0] for text in texts] == ["whiteglove.toml:10", f"{own}/greet/hello.en.txt:3"]
