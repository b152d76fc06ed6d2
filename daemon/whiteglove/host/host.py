"""Calls plugins one by one and keeps each one's faults to itself.

A plugin that fails again and again is suspended; after an hour it is given one more chance.
"""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, TypedDict, Unpack

from whiteglove.clients import Book
from whiteglove.errors import ConfigurationError, PluginError, Problem
from whiteglove.hookspecs import PluginInfo
from whiteglove.host.attempt import HookFailedError, attempt
from whiteglove.host.hookthread import HookThread
from whiteglove.host.implementations import Implementation, hooks
from whiteglove.host.loading import Candidate, EntryPoints, Loaded, Plugin, Report, find, load
from whiteglove.host.results import nothing
from whiteglove.host.templates import Templates

BUDGET = 5.0
"""Seconds that one call of a hook may take."""

PATIENCE = 5
"""Failures in a row after which a plugin is suspended."""

REST = timedelta(hours=1)
"""How long a suspended plugin is not called."""


class Listeners(TypedDict, total=False):
    """Who is told of a plugin's health: on the calling thread, with the plugin's name, the hook and the error. After
    each call of a hook `on_called` is given the plugin's name and how many seconds it took.

    The bench alone also takes what a hook raised (`attempt`): in the daemon its frames hold a client's words.
    """

    on_failure: Callable[[str, str, PluginError], None]
    on_suspended: Callable[[str], None]
    on_resumed: Callable[[str], None]
    on_called: Callable[[str, float], None]
    on_raised: Callable[[BaseException], None]


class Host:
    """The enabled plugins, in the order of their sections.

    May be asked from any thread; the hooks themselves all run on one other thread, one after the other.
    """

    def __init__(
        self, loaded: Sequence[Loaded], thread: HookThread, *, budget: float = BUDGET, **listeners: Unpack[Listeners]
    ) -> None:
        self._loaded = {one.plugin.name: one for one in loaded}
        self._plugins = {one.plugin.name: one.plugin for one in loaded}
        self._thread = thread
        self._budget = budget
        self._on_failure = listeners.get("on_failure", _ignore)
        self._on_suspended = listeners.get("on_suspended", _ignore)
        self._on_resumed = listeners.get("on_resumed", _ignore)
        self._on_called = listeners.get("on_called", _ignore)
        self._on_raised = listeners.get("on_raised")
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        sections: Mapping[str, Mapping[str, Any]],
        problem: Report,
        *,
        entry_points: EntryPoints = importlib.metadata.entry_points,
        templates_dir: Path | None = None,
        book: Book | None = None,
        budget: float = BUDGET,
        **listeners: Unpack[Listeners],
    ) -> Host:
        """Load the plugins that these sections enable, and import no others.

        `problem` makes a problem of a path of keys, for example `("plugins", "acknowledge", "delay")`, and a sentence;
        `templates_dir` holds the owner's own templates; `book` is what settings that name people are held against.
        Raises ConfigurationError with every problem of every plugin.
        """
        candidates: list[Candidate] = []
        problems: list[Problem] = []
        for name, section in sections.items():
            try:
                candidates.append(find(name, section, problem, entry_points))
            except ConfigurationError as error:
                problems.extend(error.problems)
        return cls._of(candidates, problem, problems, templates_dir, book, budget, listeners)

    @classmethod
    def for_modules(
        cls,
        modules: Mapping[str, tuple[object, Mapping[str, Any]]],
        *,
        templates_dir: Path | None = None,
        book: Book | None = None,
        budget: float = BUDGET,
        **listeners: Unpack[Listeners],
    ) -> Host:
        """A host of plugins at hand, each a module (or any object with hooks) and its settings, by name.

        For the bench and for tests; everything is checked as for installed plugins.
        """
        candidates = [
            Candidate(name, implementer, "given", section) for name, (implementer, section) in modules.items()
        ]
        return cls._of(candidates, _without_file, [], templates_dir, book, budget, listeners)

    @classmethod
    def _of(
        cls,
        candidates: Iterable[Candidate],
        report: Report,
        problems: list[Problem],
        templates_dir: Path | None,
        book: Book | None,
        budget: float,
        listeners: Listeners,
    ) -> Host:
        """The host of these candidates, unless they, or those found before, have problems."""
        thread = HookThread()
        loaded: list[Loaded] = []

        def describe(implementation: Implementation) -> PluginInfo:
            info: PluginInfo = attempt(thread, budget, "describe", implementation, {}, listeners.get("on_raised"))
            return info

        for candidate in candidates:
            try:
                loaded.append(load(candidate, report, describe, templates_dir, book))
            except ConfigurationError as error:
                problems.extend(error.problems)
        if problems:
            thread.close()
            raise ConfigurationError(tuple(problems))
        return cls(loaded, thread, budget=budget, **listeners)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Every plugin, in order, as it fares at this moment."""
        return tuple(self._plugins.values())

    def listeners(self, hook: str) -> tuple[str, ...]:
        """The plugins that implement this hook, in order, suspended ones included: their events wait for them.

        Raises ValueError for a hook that does not exist.
        """
        if hook not in hooks():
            raise ValueError(f"there is no hook {hook}")
        return tuple(plugin.name for plugin in self._plugins.values() if hook in plugin.hooks)

    def templates(self, plugin: str) -> Templates:
        """The sources of a plugin's templates by name and language, the owner's own in place of the plugin's."""
        return self._loaded[plugin].templates

    def words(self, plugin: str, language: str) -> Mapping[str, str]:
        """A plugin's texts for an owner who reads this language, English where it has none in it."""
        words = self._loaded[plugin].words
        return words.get(language) or words.get("en", {})

    def is_suspended(self, plugin: str, now: datetime) -> bool:
        """Whether a call at this instant (UTC) would be refused. Once the plugin has rested it is no longer."""
        since = self._plugins[plugin].suspended_since
        # A clock that was set back by hours must not prolong a suspension.
        return since is not None and abs(now - since) < REST

    def call(self, plugin: str, hook: str, now: datetime, **arguments: Any) -> Any:
        """Call one hook of one plugin and return its checked result.

        The `on_…` hooks give a tuple of actions, `schedules` and `classify` a tuple, `review` a verdict or None; a
        plugin that does not implement the hook gives an empty tuple, or None. `now` is an instant in UTC.

        Raises PluginError when the plugin is suspended, and when the hook raises anything at all, is not done within
        the budget, or returns nonsense. Each of the latter counts as a failure, an overrun as two; any result ends the
        row of failures.
        """
        implementation = self._loaded[plugin].implementations.get(hook)
        if implementation is None:
            return nothing(hook)
        self._admit(plugin, now)
        began = perf_counter()
        try:
            result = attempt(self._thread, self._budget, hook, implementation, arguments, self._on_raised)
        except HookFailedError as failed:
            error = PluginError(plugin, str(failed))
            self._count(plugin, hook, error, failed.weight, now)
            raise error from None
        finally:
            self._on_called(plugin, perf_counter() - began)
        with self._lock:
            if self._plugins[plugin].failures:
                self._plugins[plugin] = replace(self._plugins[plugin], failures=0)
        return result

    def suspend(self, plugin: str, since: datetime, error: str) -> None:
        """Go on with a suspension of an earlier process, which was told of then; raises KeyError for a plugin that is
        not loaded."""
        with self._lock:
            before = self._plugins[plugin]
            self._plugins[plugin] = replace(before, suspended_since=since, failures=PATIENCE, last_error=error)

    def resume(self, plugin: str) -> None:
        """Call the plugin again and forget its failures; raises KeyError for a plugin that is not loaded."""
        with self._lock:
            before = self._plugins[plugin]
            self._plugins[plugin] = replace(before, suspended_since=None, failures=0)
        if before.suspended_since is not None:
            self._on_resumed(plugin)

    def close(self) -> None:
        """End the thread of the hooks. Nothing can be called afterwards."""
        self._thread.close()

    def _admit(self, plugin: str, now: datetime) -> None:
        """Let the call pass, or refuse it; a plugin that has rested has one more chance, not five."""
        if self.is_suspended(plugin, now):
            since = self._plugins[plugin].suspended_since
            raise PluginError(plugin, f"is suspended since {since:%Y-%m-%d %H:%M} UTC; its events wait")
        with self._lock:
            before = self._plugins[plugin]
            if before.suspended_since is None:
                return
            self._plugins[plugin] = replace(before, suspended_since=None, failures=PATIENCE - 1)
        self._on_resumed(plugin)

    def _count(self, plugin: str, hook: str, error: PluginError, weight: int, now: datetime) -> None:
        with self._lock:
            before = self._plugins[plugin]
            failures = before.failures + weight
            newly = failures >= PATIENCE and before.suspended_since is None
            since = now if newly else before.suspended_since
            self._plugins[plugin] = replace(before, failures=failures, suspended_since=since, last_error=str(error))
        self._on_failure(plugin, hook, error)
        if newly:
            self._on_suspended(plugin)


def _without_file(path: Sequence[str | int], text: str) -> Problem:
    return Problem("settings", 0, ".".join(map(str, path)), text)


def _ignore(*_: object) -> None:
    """Nobody listens."""
