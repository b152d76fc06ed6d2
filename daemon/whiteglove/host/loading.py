"""From a section of the configuration to a plugin that can be called. Only the plugins named there are ever imported.

What is wrong is collected, so that one start shows every fault: an unknown name, a module that cannot be imported, a
misspelt hook, a key that the plugin does not know.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from whiteglove.errors import ConfigurationError, Problem
from whiteglove.hookspecs import GROUP, PluginInfo, PluginSettings
from whiteglove.host.attempt import HookFailedError
from whiteglove.host.implementations import FaultyHooksError, Implementation, implementations
from whiteglove.host.templates import Templates, read_templates
from whiteglove.settings.fields import unlike
from whiteglove.settings.problems import Source

Report = Callable[[tuple[str | int, ...], str], Problem]
"""Makes the problem for a path of keys in the configuration, with its file and line."""

EntryPoints = Callable[..., Iterable[EntryPoint]]
"""`importlib.metadata.entry_points`, or what stands in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One plugin and how it fares.

    `origin` is the distribution it came with and its version, or `built in`. `failures` counts those in a row.
    `suspended_since` is None while the plugin is called. `last_error` stays after a success.
    """

    name: str
    summary: str
    settings: PluginSettings
    origin: str
    hooks: frozenset[str]
    suspended_since: datetime | None = None
    failures: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to become a plugin: a module, or any object with hooks, and its section of the configuration."""

    name: str
    implementer: object
    origin: str
    section: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin together with what is needed to call it."""

    plugin: Plugin
    implementations: Mapping[str, Implementation]
    templates: Templates


@dataclass(frozen=True, slots=True)
class _SectionSource(Source):
    """A plugin's section as the place of faults; the paths of its model's faults begin below `prefix`."""

    file: str = ""
    prefix: tuple[str | int, ...] = ()
    report: Report = field(kw_only=True)

    def problem(self, path: Iterable[str | int], text: str) -> Problem:
        return self.report((*self.prefix, *path), text)


def find(name: str, section: Mapping[str, Any], report: Report, entry_points: EntryPoints) -> Candidate:
    """Import the plugin of this name. Raises ConfigurationError if there is none, several, or one that cannot be."""
    path = ("plugins", name)
    installed = list(entry_points(group=GROUP))
    # Metadata of an older installation beside the present one names the same module twice; that is one plugin.
    matching = list({entry_point.value: entry_point for entry_point in installed if entry_point.name == name}.values())
    if not matching:
        names = sorted({entry_point.name for entry_point in installed})
        there_are = f"installed are {', '.join(names)}" if names else "none is installed"
        text = f"there is no plugin {name}; {there_are}{unlike(name, names)}"
        raise ConfigurationError((report(path, text),))
    if len(matching) > 1:
        origins = " and ".join(sorted(origin_of(entry_point) for entry_point in matching))
        text = f"several packages bring a plugin {name}: {origins}; remove all but one"
        raise ConfigurationError((report(path, text),))
    try:
        implementer = matching[0].load()
    except (Exception, SystemExit) as error:
        text = f"cannot be imported: {type(error).__name__}: {error}"
        raise ConfigurationError((report(path, _one_line(text)),)) from error
    return Candidate(name, implementer, origin_of(matching[0]), section)


def load(
    candidate: Candidate,
    report: Report,
    describe: Callable[[Implementation], PluginInfo],
    overrides: Path | None,
) -> Loaded:
    """Check hooks, settings and templates. `describe` calls that hook, and raises HookFailedError.

    Raises ConfigurationError with everything that is wrong with this plugin.
    """
    path = ("plugins", candidate.name)
    try:
        found = implementations(candidate.implementer)
        info = describe(found["describe"])
    except FaultyHooksError as error:
        raise ConfigurationError(tuple(report(path, fault) for fault in error.faults)) from error
    except HookFailedError as error:
        raise ConfigurationError((report(path, str(error)),)) from error
    templates, problems = read_templates(candidate.name, _package_of(candidate.implementer), overrides)
    try:
        settings = info.settings.model_validate(dict(candidate.section))
    except ValidationError as error:
        source = _SectionSource(prefix=path, report=report)
        raise ConfigurationError((*source.problems(error, info.settings), *problems)) from error
    except (Exception, SystemExit) as error:
        # Its words are left out: they may quote a value, and a value may be a secret.
        text = f"the settings cannot be checked: the plugin's own model raised {type(error).__name__}"
        raise ConfigurationError((report(path, text), *problems)) from error
    if problems:
        raise ConfigurationError(tuple(problems))
    plugin = Plugin(
        name=candidate.name,
        summary=_one_line(info.summary),
        settings=settings,
        origin=candidate.origin,
        hooks=frozenset(found),
    )
    return Loaded(plugin, found, templates)


def _package_of(implementer: object) -> str:
    """The package that holds a plugin's module, or the module of its class; "" where there is none."""
    module = implementer if hasattr(implementer, "__spec__") else sys.modules.get(type(implementer).__module__)
    return getattr(module, "__package__", None) or ""


def origin_of(entry_point: EntryPoint) -> str:
    """The distribution that a plugin came with and its version, or `built in`."""
    distribution = entry_point.dist
    if distribution is None:
        return "of unknown origin"
    name = distribution.metadata["Name"]
    return "built in" if name.casefold() == "whiteglove" else f"{name} {distribution.version}"


def _one_line(text: str, longest: int = 200) -> str:
    folded = re.sub(r"\s+", " ", text).strip()
    return folded if len(folded) <= longest else folded[: longest - 1] + "…"
