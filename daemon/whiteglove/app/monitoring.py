"""Figures about whichever daemon is at work: over a reload one follows another, and what was counted goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from whiteglove.app.wiring import Daemon
from whiteglove.log import get
from whiteglove.metrics import Metrics, Reading
from whiteglove.settings.listening import ListenAddress
from whiteglove.store import standing

ADVICE = "install what it needs, `pip install 'whiteglove[metrics]'`"
_NEVER = datetime.fromtimestamp(0, UTC)


class Monitoring:
    """What is told to Prometheus, where the configuration asks for it. Nothing that goes wrong here reaches the daemon:
    it is told once, in the log. `watch` and `close` are for one thread, the rest for any."""

    def __init__(self) -> None:
        self._daemon: Daemon | None = None
        self._metrics: Metrics | None = None
        self._address: ListenAddress | None = None
        self._fault = ""

    def heard(self, event: str, values: Mapping[str, Any]) -> None:
        """A line of the log."""
        if self._metrics is not None:
            self._metrics.heard(event, values)

    def timed(self, plugin: str, seconds: float) -> None:
        """A hook of this plugin was called, and took so long."""
        if self._metrics is not None:
            self._metrics.timed(plugin, seconds)

    def watch(self, daemon: Daemon) -> None:
        """From now on tell of this daemon, where its configuration says."""
        self._daemon = daemon
        address = daemon.settings.daemon.metrics
        if self._metrics is not None and address != self._address:
            self._metrics.close()
        try:
            if address is not None:
                self._serve(address, daemon)
            self._fault = ""
        except Exception as error:  # noqa: BLE001 - A broken extra, a port that is taken: the mail goes on.
            self._tell(address, error)
            address = None
        self._address = address

    def close(self) -> None:
        """Let nobody read any more."""
        if self._metrics is not None:
            self._metrics.close()
        self._address = None

    def _serve(self, address: ListenAddress, daemon: Daemon) -> None:
        if self._metrics is None:
            self._metrics = Metrics(self._look)
        self._metrics.expect(
            (account.name for account in daemon.settings.mailboxes), (plugin.name for plugin in daemon.host.plugins)
        )
        if address != self._address:
            self._metrics.serve(address.host, address.port)

    def _tell(self, address: ListenAddress | None, error: Exception) -> None:
        fault = ADVICE if isinstance(error, ImportError) else f"{type(error).__name__}: {error}"
        if fault != self._fault:
            self._fault = fault
            get("metrics").warning("figures cannot be read", address=str(address), error=fault)

    def _look(self) -> Iterator[Reading]:
        return readings(self._daemon) if self._daemon is not None else iter(())


def readings(daemon: Daemon) -> Iterator[Reading]:
    """What stands now in the store and in the plugins of this daemon. Raises StoreError where it cannot be read."""
    with daemon.store.read() as tx:
        now = standing.look(tx)
    for account in daemon.settings.mailboxes:
        moments = [now.searched.get((account.name, folder)) or _NEVER for folder in account.folders]
        searched = min(moments).timestamp()
        yield Reading("whiteglove_mailbox_last_search_timestamp_seconds", (account.name,), searched)
    for audience, number in now.waiting.items():
        yield Reading("whiteglove_outbox_waiting", (audience,), number)
    for state, number in now.events.items():
        yield Reading(f"whiteglove_events_{state}", (), number)
    for state, number in now.promises.items():
        yield Reading("whiteglove_promises", (state,), number)
    for state, number in now.obligations.items():
        yield Reading("whiteglove_obligations", (state,), number)
    yield Reading("whiteglove_incidents_open", (), now.incidents)
    for plugin in daemon.host.plugins:
        rests = daemon.host.is_suspended(plugin.name, daemon.clock.now())
        yield Reading("whiteglove_plugin_suspended", (plugin.name,), int(rests))
