"""The health of the plugins, from the daemon's memory into the store and back.

The host counts failures and suspends; whoever asks with a command is another process. So what changes is written down
within a second. A suspension outlasts the process and a reload: neither mends a plugin, the owner's word may.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from whiteglove.host import REST, Host, Plugin
from whiteglove.ports import Clock
from whiteglove.store import Store, health
from whiteglove.store.health import Health


class _Fares(NamedTuple):
    suspended_since: datetime | None = None
    failures: int = 0
    last_error: str = ""


class PluginHealth:
    """Writes how the plugins fare, and resumes those that the owner wants resumed. Used by one thread."""

    def __init__(self, store: Store, host: Host, clock: Clock, on_resumed: Callable[[], None]) -> None:
        """Suspends what an earlier process had suspended, for the rest of its time. `on_resumed` is called when plugins
        were resumed by the owner's word, so that their events are handled at once."""
        self._store = store
        self._host = host
        self._clock = clock
        self._on_resumed = on_resumed
        now = clock.now()
        with store.read() as tx:
            known = health.everything(tx)
        self._written = {
            name: _Fares(one.suspended_since, one.failures, one.last_error or "") for name, one in known.items()
        }
        for plugin in host.plugins:
            since, _, error = self._written.get(plugin.name, _Fares())
            if since is not None and abs(now - since) < REST:
                host.suspend(plugin.name, since, error)

    def look(self) -> int:
        """Resume what is to be resumed, and write what has changed; how many plugins that concerned."""
        with self._store.read() as tx:
            asked = health.asked(tx)
        for plugin in self._host.plugins:
            if plugin.name in asked:
                self._host.resume(plugin.name)
        changed = {
            plugin.name: _fares(plugin)
            for plugin in self._host.plugins
            if _fares(plugin) != self._written.get(plugin.name, _Fares())
        }
        if not asked and not changed:
            return 0
        now = self._clock.now()
        with self._store.write() as tx:
            for name, fares in changed.items():
                health.put(tx, self._health(name, fares, now))
            for name in asked:
                health.resumed(tx, name)
        self._written |= changed
        if asked:
            self._on_resumed()
        return len(changed)

    def _health(self, name: str, fares: _Fares, now: datetime) -> Health:
        has_failed = fares.failures > self._written.get(name, _Fares()).failures
        return Health(
            plugin=name,
            suspended_since=fares.suspended_since,
            failures=fares.failures,
            last_error=fares.last_error or None,
            failed_at=now if has_failed else None,
        )


def _fares(plugin: Plugin) -> _Fares:
    return _Fares(plugin.suspended_since, plugin.failures, plugin.last_error)
