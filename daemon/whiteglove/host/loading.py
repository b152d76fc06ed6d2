"""From a section of the configuration to a plugin that can be called. Only the plugins named there are ever imported.

What is wrong is collected, so that one start shows every fault: an unknown name, a module that cannot be imported, a
misspelt hook, a key that the plugin does not know.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from whiteglove import __version__
from whiteglove.clients import Book
from whiteglove.errors import ConfigurationError, Problem
from whiteglove.hookspecs import API_VERSION, GROUP, GoesAwayWarning, PluginInfo, PluginSettings
from whiteglove.host.attempt import HookFailedError
from whiteglove.host.implementations import FaultyHooksError, Implementation, implementations
from whiteglove.host.templates import Templates, read_templates
from whiteglove.host.words import WordsByLanguage, read_words
from whiteglove.settings.fields import unlike
from whiteglove.settings.problems import Source

Report = Callable[[tuple[str | int, ...], str], Problem]
"""Makes the problem for a path of keys in the configuration, with its file and line."""

EntryPoints = Callable[..., Iterable[EntryPoint]]
"""`importlib.metadata.entry_points`, or what stands in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One plugin and how it fares.

    `origin` is the distribution it came with and its version, `built in`, or the file of a module that no distribution
    knows; `version` that of the distribution, `file` where the module lies, both empty where nobody can tell.
    `goes_away` says, a sentence each, what it uses that a later version will not have. `failures` counts those in a
    row. `suspended_since` is None while the plugin is called. `last_error` stays after a success.
    """

    name: str
    summary: str
    settings: PluginSettings
    origin: str
    hooks: frozenset[str]
    suspended_since: datetime | None = None
    failures: int = 0
    last_error: str = ""
    version: str = ""
    file: str = ""
    goes_away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to become a plugin: a module, or any object with hooks, and its section of the configuration."""

    name: str
    implementer: object
    origin: str
    section: Mapping[str, Any]
    version: str = ""
    goes_away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin together with what is needed to call it."""

    plugin: Plugin
    implementations: Mapping[str, Implementation]
    templates: Templates
    words: WordsByLanguage


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
    goes_away: list[str] = []
    try:
        with _noticing(goes_away):
            implementer = matching[0].load()
    except (Exception, SystemExit) as error:
        text = _one_line(f"cannot be imported: {type(error).__name__}: {error}")
        if isinstance(error, ImportError) and error.name == "whiteglove":
            text += f"; this is whiteglove {__version__} with version {API_VERSION} of what plugins may import from it"
        raise ConfigurationError((report(path, text),)) from error
    distribution = matching[0].dist
    origin = origin_of(matching[0]) if distribution is not None else _file_of(implementer) or "of unknown origin"
    version = distribution.version if distribution is not None else ""
    return Candidate(name, implementer, origin, section, version, tuple(goes_away))


def load(
    candidate: Candidate,
    report: Report,
    describe: Callable[[Implementation], PluginInfo],
    overrides: Path | None,
    book: Book | None = None,
) -> Loaded:
    """Check hooks, settings, templates and words. `describe` calls that hook, and raises HookFailedError.

    Raises ConfigurationError with everything that is wrong with this plugin.
    """
    path = ("plugins", candidate.name)
    goes_away = list(candidate.goes_away)
    try:
        with _noticing(goes_away):
            found = implementations(candidate.implementer)
        info = describe(found["describe"])
    except FaultyHooksError as error:
        # A plugin for another version may miss several things; that it is for another one says all of it.
        fault = _version_fault(_requires(candidate.implementer, describe))
        faults = [fault] if fault else error.faults
        raise ConfigurationError(tuple(report(path, fault) for fault in faults)) from error
    except HookFailedError as error:
        raise ConfigurationError((report(path, str(error)),)) from error
    if fault := _version_fault(info.requires):
        raise ConfigurationError((report(path, fault),))
    package = _package_of(candidate.implementer)
    templates, problems = read_templates(candidate.name, package, overrides)
    words, unfit = read_words(candidate.name, package)
    problems += unfit
    try:
        settings = info.settings.model_validate(dict(candidate.section), context={"book": book})
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
        version=candidate.version,
        file=_file_of(candidate.implementer),
        goes_away=tuple(goes_away),
    )
    return Loaded(plugin, found, templates, words)


@contextmanager
def _noticing(goes_away: list[str]) -> Iterator[None]:
    """Collect what is said of things that go away. Every other warning goes where it would have gone."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", GoesAwayWarning)
        yield
    for warning in seen:
        if not issubclass(warning.category, GoesAwayWarning):
            warnings.showwarning(warning.message, warning.category, warning.filename, warning.lineno)
        elif (text := _one_line(str(warning.message))) not in goes_away:
            # An import asks for each name twice.
            goes_away.append(text)


def _version_fault(requires: str) -> str | None:
    """What is wrong with the version that a plugin was written for, and what to do about it."""
    if requires in ("", API_VERSION):
        return None
    if not requires.isdecimal():
        return f'requires "{_one_line(requires, 20)}" of whiteglove\'s plugins; right would be "{API_VERSION}"'
    older = int(requires) < int(API_VERSION)
    here = f"whiteglove {__version__} has version {API_VERSION}"
    return f"was written for version {requires} of what plugins may use, and {here}; upgrade " + (
        "the plugin" if older else "whiteglove"
    )


def _requires(implementer: object, describe: Callable[[Implementation], PluginInfo]) -> str:
    """The version that a plugin names whose other hooks cannot be used; "" where it cannot say."""
    function = getattr(implementer, "describe", None)
    if getattr(function, "whiteglove_impl", None) is None:
        return ""
    try:
        return describe(Implementation(function, ())).requires  # type: ignore[arg-type]
    except HookFailedError:
        return ""


def _module_of(implementer: object) -> object:
    """The plugin's module, or that of its class."""
    return implementer if hasattr(implementer, "__spec__") else sys.modules.get(type(implementer).__module__)


def _package_of(implementer: object) -> str:
    """The package that holds a plugin's module; "" where there is none."""
    return getattr(_module_of(implementer), "__package__", None) or ""


def _file_of(implementer: object) -> str:
    return getattr(_module_of(implementer), "__file__", None) or ""


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
