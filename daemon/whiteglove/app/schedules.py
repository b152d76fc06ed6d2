"""When the plugins want to be called, as they say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from whiteglove.desk.contexts import Contexts
from whiteglove.errors import PluginError
from whiteglove.hookspecs import Schedule
from whiteglove.host import Host
from whiteglove.settings import Settings
from whiteglove.store import Store


def schedules_of(settings: Settings, host: Host, store: Store, now: datetime) -> Mapping[str, tuple[Schedule, ...]]:
    """Each plugin's schedules by its name. One whose hook fails has none: the host has told of it, and its neighbours
    are called at their times."""
    contexts = Contexts(settings, host, store)
    found: dict[str, tuple[Schedule, ...]] = {}
    for name in host.listeners("schedules"):
        try:
            found[name] = tuple(host.call(name, "schedules", now, ctx=contexts.of(name, now)))
        except PluginError:
            continue
    return found
