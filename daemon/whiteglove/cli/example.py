"""The example configuration and the reference of every key, written from the models that check them.

`python -m whiteglove.cli.example` prints the example; with the folder `config` as argument it brings the example and
the reference there up to date.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

from whiteglove.hookspecs import GROUP
from whiteglove.settings.outline import PluginSection, Table, client_outline, configuration_outline
from whiteglove.settings.writing import commented

EXAMPLE = "whiteglove.example.toml"
REFERENCE = "README.md"
REFERENCE_BEGINS = "## Every key of `whiteglove.toml`\n"

BUILT_IN = "whiteglove_plugins"
ORDER = (
    "acknowledge",
    "incidents",
    "contact_frequency",
    "scope",
    "reports",
    "replies",
    "check_in",
    "capacity",
    "briefing",
    "priorities",
    "delegation",
    "second_look",
    "notify",
    "daily_summary",
    "llm",
)
"""The built-in plugins in the order of their sections, which is the order in which they are asked: who answers a client
before who only watches, the summary of it all last. One that is not named here follows, by the alphabet."""

OFF = frozenset({"llm", "notify"})
"""Those that the example leaves as a comment: no mail is shown to a language model before its owner wants that."""

HEADING = (
    "whiteglove: an example of everything that can be configured. Copy it to whiteglove.toml and change it; "
    "`whiteglove check` says what is wrong.\n"
    "What stands here as a comment may be left out and shows an example. Anything else shows its default, but for what "
    "only you know: names, addresses, time zone, servers and password.\n"
    "The client book lies beside this file: clients/*.toml, one file a client.\n"
)

EntryPoints = Callable[..., Iterable[EntryPoint]]


def built_in(entry_points: EntryPoints = importlib.metadata.entry_points) -> tuple[PluginSection, ...]:
    """The plugins that come with whiteglove, each with its own settings, in their order."""
    found = {point.name: point for point in entry_points(group=GROUP) if point.module.partition(".")[0] == BUILT_IN}
    names = sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    return tuple(section_of(name, found[name].load()) for name in names)


def section_of(name: str, plugin: object) -> PluginSection:
    """The section of any plugin: a module, or an object with hooks, that describes itself."""
    info = plugin.describe()  # type: ignore[attr-defined]
    return PluginSection(name, info.summary, info.settings)


def example(plugins: Iterable[PluginSection]) -> str:
    """The example configuration, with all of these plugins enabled but those that are `OFF`."""
    plugins = tuple(plugins)
    values = {
        "mailboxes": [{"password": {"credential": "studio"}}],
        "plugins": {plugin.name: {} for plugin in plugins if plugin.name not in OFF},
    }
    return commented(configuration_outline(plugins), values, HEADING)


def reference(plugins: Iterable[PluginSection]) -> str:
    """Markdown: a table for each section, a row for each key."""
    lines = [REFERENCE_BEGINS, *_tables(configuration_outline(plugins))]
    lines += ["## Every key of a client's file\n", *_tables(client_outline())]
    return "\n".join(lines).rstrip("\n") + "\n"


def _tables(outline: Table) -> Iterator[str]:
    for table in outline.everything():
        name = ".".join(table.path)
        if table.keys or not table.usual:
            if name:
                yield f"### `[[{name}]]`\n" if table.repeated else f"### `[{name}]`\n"
            if table.comment:
                yield f"{table.comment}\n"
        if table.keys:
            yield "| key | meaning | default | for example |\n|---|---|---|---|"
            for key in table.keys:
                default = "required" if key.required else _code(key.default) if key.default else "–"
                shown = "" if key.example == key.default else _code(key.example)
                yield f"| `{key.name}` | {_cell(key.comment)} | {default} | {shown} |"
            yield ""


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the example, or write it and the reference into the folder that is named."""
    folders = sys.argv[1:] if arguments is None else arguments
    plugins = built_in()
    if not folders:
        print(example(plugins), end="")
    for folder in folders:
        (Path(folder) / EXAMPLE).write_text(example(plugins), encoding="utf-8")
        page = Path(folder) / REFERENCE
        before, _, _ = page.read_text(encoding="utf-8").partition(REFERENCE_BEGINS)
        page.write_text(before + reference(plugins), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
