"""The templates that mail is written from."""

from __future__ import annotations

from importlib.resources import files

from whiteglove.host import Host
from whiteglove.prepare.telling import CORE


def templates_of(host: Host) -> dict[tuple[str, str, str], str]:
    """Every plugin's templates by plugin, name and language, and the core's own for the owner's mail."""
    found = {
        (plugin.name, name, language): source
        for plugin in host.plugins
        for (name, language), source in host.templates(plugin.name).items()
    }
    for entry in files("whiteglove").joinpath("templates").iterdir():
        name, _, rest = entry.name.partition(".")
        language, _, ending = rest.partition(".")
        if ending == "txt":
            found[(CORE, name, language)] = entry.read_text("utf-8")
    return found
