"""Figures for Prometheus, over HTTP on this machine: what happened is counted as it happens, what stands is asked for
when somebody reads.

prometheus-client is an extra (`pip install 'whiteglove[metrics]'`) and is loaded where figures are wanted. No figure
tells of a single client, and no label holds an address, a subject or an id.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic, time
from typing import TYPE_CHECKING, Any, Literal

from whiteglove import __version__
from whiteglove.log import EVENTS, get

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

    from prometheus_client.core import Metric as Family

READ_ANEW = 1.0
"""Seconds for which what stands is not asked for again, however many read."""
CLOSING_DEADLINE = 3.0
BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds; a hook that takes more than the last is left behind."""
STATES = ("planned", "sent", "deferred", "failed", "withheld", "cancelled", "unknown")
AUDIENCES = ("client", "colleague", "owner")
PERSON = "person"
"""Stands for the kind of a message that no machine wrote: what it wants is known only later."""


@dataclass(frozen=True, slots=True)
class Metric:
    """How a figure is kept, which labels it has, and what it says."""

    type: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    text: str


METRICS: Mapping[str, Metric] = {
    "whiteglove_build_info": Metric("gauge", ("version",), "1, with the version that runs."),
    "whiteglove_start_timestamp_seconds": Metric("gauge", (), "When this process began to count."),
    "whiteglove_store_readable": Metric("gauge", (), "1 while the store can be read; else all that stands is missing."),
    "whiteglove_mailbox_last_search_timestamp_seconds": Metric(
        "gauge", ("mailbox",), "When the folder that waits longest was last searched; 0 for never."
    ),
    "whiteglove_messages_received_total": Metric(
        "counter",
        ("mailbox", "kind", "history"),
        "Messages recorded, strangers' too; `kind` is that of machine mail, else person.",
    ),
    "whiteglove_mails_total": Metric("counter", ("state", "audience"), "Mails that came into this state."),
    "whiteglove_outbox_waiting": Metric("gauge", ("audience",), "Mails that are decided and not yet accepted."),
    "whiteglove_events_open": Metric("gauge", (), "Events that wait to be handled."),
    "whiteglove_events_parked": Metric("gauge", (), "Events that were given up and wait for a person."),
    "whiteglove_promises": Metric("gauge", ("state",), "Promises that are owed: open or late."),
    "whiteglove_obligations": Metric("gauge", ("state",), "Messages that wait for the owner: open or overdue."),
    "whiteglove_incidents_open": Metric("gauge", (), "Incidents that are not resolved."),
    "whiteglove_plugin_suspended": Metric("gauge", ("plugin",), "1 for a plugin that failed too often and rests."),
    "whiteglove_plugin_failures_total": Metric("counter", ("plugin",), "Hooks that failed."),
    "whiteglove_hook_seconds": Metric("histogram", ("plugin",), "How long calls of hooks took."),
    "whiteglove_log_events_total": Metric("counter", ("event",), "Lines of the log, by their event."),
}
"""Every figure there is. Counters begin at 0 with each start, and stay over a reload."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure that stands now: one of `METRICS`, its labels in their order, its value."""

    name: str
    labels: tuple[str, ...]
    value: float


class Metrics:
    """All figures of this process. For any thread. Raises ImportError where the extra is not installed."""

    def __init__(self, look: Callable[[], Iterable[Reading]]) -> None:
        """`look` reads what stands now; it is called on a thread of its own, and may raise."""
        import prometheus_client as client

        client.disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = client.CollectorRegistry(auto_describe=False)
        self._counters = {
            name: client.Counter(name.removesuffix("_total"), metric.text, metric.labels, registry=self._registry)
            for name, metric in METRICS.items()
            if metric.type == "counter"
        }
        hooks = METRICS["whiteglove_hook_seconds"]
        self._hook = client.Histogram(
            "whiteglove_hook_seconds", hooks.text, hooks.labels, registry=self._registry, buckets=BUCKETS
        )
        self._registry.register(_Standing(look))
        self._serve = client.start_http_server
        self._server: tuple[WSGIServer, threading.Thread] | None = None
        # What has not happened yet is 0: from nothing to 1 no increase can be seen.
        for event in EVENTS:
            self._counters["whiteglove_log_events_total"].labels(event)
        for state in STATES:
            for audience in AUDIENCES:
                self._counters["whiteglove_mails_total"].labels(state, audience)

    def expect(self, mailboxes: Iterable[str], plugins: Iterable[str]) -> None:
        """Begin to count for these, with 0."""
        for mailbox in mailboxes:
            self._counters["whiteglove_messages_received_total"].labels(mailbox, PERSON, "false")
        for plugin in plugins:
            self._counters["whiteglove_plugin_failures_total"].labels(plugin)
            self._hook.labels(plugin)

    def heard(self, event: str, values: Mapping[str, Any]) -> None:
        """Count a line of the log."""
        self._counters["whiteglove_log_events_total"].labels(event).inc()
        group, _, state = event.partition(".")
        if event == "message.received":
            kind, history = str(values.get("kind") or PERSON), "true" if values.get("history") else "false"
            mailbox = str(values.get("mailbox", ""))
            self._counters["whiteglove_messages_received_total"].labels(mailbox, kind, history).inc()
        elif group == "mail":
            self._counters["whiteglove_mails_total"].labels(state, str(values.get("audience", "owner"))).inc()
        elif event == "plugin.failed":
            self._counters["whiteglove_plugin_failures_total"].labels(str(values.get("plugin", ""))).inc()

    def timed(self, plugin: str, seconds: float) -> None:
        """Count how long a hook took."""
        self._hook.labels(plugin).observe(seconds)

    def serve(self, host: str, port: int) -> None:
        """Let the figures be read there, on threads of their own. Raises OSError where that is not possible."""
        self.close()
        self._server = self._serve(port, host, self._registry)

    def close(self) -> None:
        """Let nobody read any more; what was counted stays."""
        if self._server is not None:
            server, thread = self._server
            self._server = None
            server.shutdown()
            server.server_close()
            thread.join(CLOSING_DEADLINE)


class _Standing:
    """What stands now, as prometheus-client collects it: asked for once a second at most, by one reader at a time."""

    def __init__(self, look: Callable[[], Iterable[Reading]]) -> None:
        self._look = look
        self._began = time()
        self._lock = threading.Lock()
        self._read: tuple[Reading, ...] = ()
        self._read_at = float("-inf")
        self._fault = ""

    def collect(self) -> Iterator[Family]:
        from prometheus_client.core import GaugeMetricFamily

        families: dict[str, GaugeMetricFamily] = {}
        for reading in (*self._own(), *self._readings()):
            metric = METRICS[reading.name]
            family = families.setdefault(
                reading.name, GaugeMetricFamily(reading.name, metric.text, labels=list(metric.labels))
            )
            family.add_metric(list(reading.labels), reading.value)
        yield from families.values()

    def _own(self) -> Iterator[Reading]:
        yield Reading("whiteglove_build_info", (__version__,), 1)
        yield Reading("whiteglove_start_timestamp_seconds", (), self._began)

    def _readings(self) -> tuple[Reading, ...]:
        with self._lock:
            if monotonic() - self._read_at >= READ_ANEW:
                self._read = self._looked()
                self._read_at = monotonic()
            return self._read

    def _looked(self) -> tuple[Reading, ...]:
        try:
            found = tuple(self._look())
        except Exception as error:  # noqa: BLE001 - Who reads is told in a figure, and the log once.
            if str(error) != self._fault:
                self._fault = str(error)
                get("metrics").warning("what stands cannot be read now", error=self._fault)
            return (Reading("whiteglove_store_readable", (), 0),)
        self._fault = ""
        return (Reading("whiteglove_store_readable", (), 1), *found)
