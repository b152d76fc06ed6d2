"""Which hooks a plugin implements, and every way in which it could have meant one and missed it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pluggy

from whiteglove import hookspecs
from whiteglove.settings.fields import unlike


@dataclass(frozen=True, slots=True)
class Implementation:
    """A plugin's function for one hook, and the arguments it takes, in its own order; it may leave some out."""

    function: Callable[..., Any]
    arguments: tuple[str, ...]


class FaultyHooksError(Exception):
    """The plugin's hooks cannot be used; `faults` holds a sentence for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def implementations(plugin: object) -> Mapping[str, Implementation]:
    """The hooks of a module or object by name. Raises `FaultyHooksError`, also for a plugin without `describe`."""
    manager = _manager()
    if faults := list(_faults(plugin, manager)):
        raise FaultyHooksError(faults)
    # What this file does not look for pluggy still may find.
    try:
        manager.register(plugin, "plugin")
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise FaultyHooksError([" ".join(str(error).split())]) from error
    callers = manager.get_hookcallers(plugin) or []
    found = {caller.name: list(caller.get_hookimpls()) for caller in callers}
    if doubled := sorted(name for name, several in found.items() if len(several) > 1):
        raise FaultyHooksError([f"the plugin implements {name} twice; one function must do" for name in doubled])
    if "describe" not in found:
        raise FaultyHooksError(
            ["the plugin does not say what it is for; right would be a hook def describe() -> PluginInfo"]
        )
    return {name: Implementation(several[0].function, tuple(several[0].argnames)) for name, several in found.items()}


@cache
def hooks() -> Mapping[str, tuple[str, ...]]:
    """Every hook there is, with the names of its arguments."""
    names = [name for name, member in vars(hookspecs).items() if getattr(member, "whiteglove_spec", None) is not None]
    return {name: tuple(inspect.signature(getattr(hookspecs, name)).parameters) for name in names}


def _manager() -> pluggy.PluginManager:
    """A manager for one plugin alone: nothing is ever called through it, so that no plugin meets another."""
    manager = pluggy.PluginManager("whiteglove")
    manager.add_hookspecs(hookspecs)
    return manager


def _faults(plugin: object, manager: pluggy.PluginManager) -> Iterator[str]:
    for name in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, name)
        if options is None:
            if name in hooks() and _is_its_own(plugin, name):
                yield f"{name} is named like a hook but lacks its @hookimpl, so it would never be called"
            continue
        hook = options["specname"] or name
        if hook not in hooks():
            yield f"there is no hook {hook}{unlike(hook, hooks()) or '; there are ' + ', '.join(hooks())}"
        elif options["wrapper"] or options["hookwrapper"]:
            yield f"{name} is a wrapper; a hook here is a plain function, since there is nothing to wrap"
        else:
            yield from _argument_faults(hook, getattr(plugin, name))


def _is_its_own(plugin: object, name: str) -> bool:
    """Whether a function was written in this plugin, not imported into it."""
    function = getattr(plugin, name)
    home = getattr(function, "__module__", None)
    return inspect.isroutine(function) and home is not None and home == getattr(plugin, "__name__", None)


def _argument_faults(hook: str, function: Callable[..., Any]) -> Iterator[str]:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        yield f"{hook} is async; a hook is a plain function"
    known = hooks()[hook]
    takes = f"; it may take {', '.join(known)}" if known else "; it takes none"
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        required = parameter.default is parameter.empty
        if required and name not in known:
            yield f"{hook} has no argument {name}{unlike(name, known) or takes}"
        elif required and parameter.kind is parameter.KEYWORD_ONLY:
            yield f"{hook} takes {name} by keyword only; write it as an ordinary argument"
        elif not required and name in known:
            yield f"{hook} gives {name} a default, and would therefore never be given it; leave the default out"
