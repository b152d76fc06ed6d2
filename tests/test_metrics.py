"""Figures as Prometheus reads them: what is counted, what is asked for, and what never stands in them."""

from __future__ import annotations

import io
import json
import re
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from servers.ports import LOOPBACK, free_port
from whiteglove import log, metrics
from whiteglove.errors import StoreError
from whiteglove.ledger import Audience, MailState
from whiteglove.log import EVENTS
from whiteglove.metrics import METRICS, Metrics, Reading

ROOT = Path(__file__).parents[1]
Sample = tuple[str, frozenset[tuple[str, str]]]


class Watched:
    """Figures that are served, and somebody who reads them."""

    def __init__(self) -> None:
        self.stands: list[Reading] = []
        self.looks = 0
        self.fault: Exception | None = None
        self.metrics = Metrics(self._look)
        self.port = free_port()
        self.metrics.serve(LOOPBACK, self.port)

    def _look(self) -> list[Reading]:
        self.looks += 1
        if self.fault is not None:
            raise self.fault
        return self.stands

    @property
    def page(self) -> str:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/metrics", timeout=10) as answer:
            return str(answer.read(), "utf-8")

    def samples(self) -> dict[Sample, float]:
        found = {}
        for line in self.page.splitlines():
            if not line.startswith("#"):
                name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()  # type: ignore[union-attr]
                found[name, frozenset(re.findall(r'(\w+)="(.*?)"', labels or ""))] = float(value)
        return found

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples().get((name, frozenset(labels.items())))


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    # A server of the standard library looks every half second whether it is to end; nobody waits for that here.
    threading.Thread(target=watched.metrics.close).start()


def test_what_has_not_happened_yet_is_counted_with_0(watched: Watched) -> None:
    watched.metrics.expect(["studio"], ["acknowledge"])
    found = watched.samples()
    events = {dict(labels)["event"] for name, labels in found if name == "whiteglove_log_events_total"}
    assert events == set(EVENTS)
    mails = {tuple(sorted(dict(labels).items())) for name, labels in found if name == "whiteglove_mails_total"}
    assert len(mails) == 7 * 3
    received = frozenset({("mailbox", "studio"), ("kind", "person"), ("history", "false")})
    assert found["whiteglove_messages_received_total", received] == 0
    assert found["whiteglove_plugin_failures_total", frozenset({("plugin", "acknowledge")})] == 0


def test_the_states_and_audiences_are_those_of_the_ledger() -> None:
    assert set(metrics.AUDIENCES) == set(Audience)
    # A mail is claimed and submitting without a line of the log.
    assert set(metrics.STATES) == set(MailState) - {MailState.CLAIMED, MailState.SUBMITTING}
    assert {f"mail.{state}" for state in metrics.STATES} == {event for event in EVENTS if event.startswith("mail.")}


def test_lines_of_the_log_are_counted(watched: Watched) -> None:
    heard = watched.metrics.heard
    heard("message.received", {"mailbox": "studio", "client": "acme", "message_id": "m1@acme.example"})
    heard("message.received", {"mailbox": "studio", "kind": "list", "history": True})
    heard("mail.sent", {"audience": Audience.CLIENT, "mailbox": "studio", "client": "acme"})
    heard("mail.sent", {"audience": Audience.OWNER})
    heard("mail.withheld", {"audience": Audience.CLIENT, "reason": "told"})
    heard("plugin.failed", {"plugin": "weekend", "error": "boom"})

    assert watched.value("whiteglove_messages_received_total", mailbox="studio", kind="person", history="false") == 1
    assert watched.value("whiteglove_messages_received_total", mailbox="studio", kind="list", history="true") == 1
    assert watched.value("whiteglove_mails_total", state="sent", audience="client") == 1
    assert watched.value("whiteglove_mails_total", state="sent", audience="owner") == 1
    assert watched.value("whiteglove_mails_total", state="withheld", audience="client") == 1
    assert watched.value("whiteglove_plugin_failures_total", plugin="weekend") == 1
    assert watched.value("whiteglove_log_events_total", event="mail.sent") == 2


def test_any_line_is_counted_whatever_it_holds_and_nothing_private_gets_out(watched: Watched) -> None:
    values: dict[str, Any] = {
        "client": "birch-and-sons",
        "message_id": "m1@acme.example",
        "error": "wile@acme.example",
        "subject": "Catalogue",
        "reason": "told by birch-and-sons",
        "event_id": 4711,
        "due": None,
    }
    for event in EVENTS:
        watched.metrics.heard(event, {})
        watched.metrics.heard(event, values)
    counted = [value for (name, _), value in watched.samples().items() if name == "whiteglove_log_events_total"]
    assert counted == [2.0] * len(EVENTS)
    page = watched.page
    assert not any(str(value) in page for value in values.values() if value)
    assert "@" not in page


def test_calls_of_hooks_are_timed(watched: Watched) -> None:
    for seconds in (0.004, 0.4, 60.0):
        watched.metrics.timed("acknowledge", seconds)
    found = watched.samples()
    plugin = ("plugin", "acknowledge")
    assert found["whiteglove_hook_seconds_count", frozenset({plugin})] == 3
    assert found["whiteglove_hook_seconds_bucket", frozenset({plugin, ("le", "0.5")})] == 2
    assert found["whiteglove_hook_seconds_bucket", frozenset({plugin, ("le", "+Inf")})] == 3


def test_what_stands_is_asked_for_once_however_many_read(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.stands = [
        Reading("whiteglove_promises", ("open",), 2),
        Reading("whiteglove_promises", ("late",), 0),
        Reading("whiteglove_incidents_open", (), 1),
    ]
    monkeypatch.setattr(metrics, "READ_ANEW", 3600.0)
    readers = [threading.Thread(target=lambda: watched.page) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(20)
    assert watched.looks == 1
    assert watched.value("whiteglove_promises", state="open") == 2
    assert watched.value("whiteglove_incidents_open") == 1
    assert watched.value("whiteglove_store_readable") == 1
    monkeypatch.setattr(metrics, "READ_ANEW", 0.0)
    watched.stands = []
    assert watched.value("whiteglove_promises", state="open") is None


def test_a_store_that_cannot_be_read_is_a_figure_and_told_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "READ_ANEW", 0.0)
    said = io.StringIO()
    log.configure("json", said)
    watched.fault = StoreError("the disk is full")
    watched.metrics.heard("mail.sent", {"audience": "client"})
    for _ in range(3):
        assert watched.value("whiteglove_store_readable") == 0
    assert watched.value("whiteglove_mails_total", state="sent", audience="client") == 1
    watched.fault = None
    assert watched.value("whiteglove_store_readable") == 1
    (line,) = (json.loads(line) for line in said.getvalue().splitlines())
    assert (line["source"], line["level"], line["error"]) == ("metrics", "warning", "the disk is full")


def test_every_figure_is_named_by_the_convention_and_says_what_it_is(watched: Watched) -> None:
    watched.metrics.expect(["studio"], ["acknowledge"])
    watched.stands = [
        Reading(name, ("x",) * len(metric.labels), 1)
        for name, metric in METRICS.items()
        if metric.type == "gauge" and "build_info" not in name and "start_" not in name and "readable" not in name
    ]
    types = dict(re.findall(r"^# TYPE (\S+) (\w+)$", watched.page, re.MULTILINE))
    assert types == {name: metric.type for name, metric in METRICS.items()}
    helps = dict(re.findall(r"^# HELP (\S+) (.+)$", watched.page, re.MULTILINE))
    assert helps == {name: metric.text for name, metric in METRICS.items()}
    for name, metric in METRICS.items():
        assert re.fullmatch(r"whiteglove_[a-z_]+", name)
        assert name.endswith("_total") == (metric.type == "counter")
        assert not {"client", "address", "subject", "message_id"} & set(metric.labels)


def test_the_figures_stand_in_the_table_of_the_documentation() -> None:
    page = (ROOT / "daemon" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `(whiteglove_\w+)(?:\{([\w,]+)\})?` \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    assert {row[0]: (row[2], tuple(filter(None, row[1].split(","))), row[3]) for row in rows} == {
        name: (metric.type, metric.labels, metric.text) for name, metric in METRICS.items()
    }


def test_nobody_reads_after_the_end_and_the_port_is_free_again(watched: Watched) -> None:
    watched.metrics.close()
    watched.metrics.close()
    with pytest.raises(OSError, match="refused"):
        _ = watched.page
    watched.metrics.serve(LOOPBACK, watched.port)
    assert watched.value("whiteglove_store_readable") == 1


def test_a_port_that_is_taken_is_an_error_of_its_own(watched: Watched) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            watched.metrics.serve(LOOPBACK, other.getsockname()[1])


def test_it_listens_on_ipv6_too(watched: Watched) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        watched.metrics.serve("::1", watched.port)
    except OSError as error:
        pytest.skip(f"this machine has no ::1 ({error})")
    with urllib.request.urlopen(f"http://[::1]:{watched.port}/metrics", timeout=10) as answer:
        assert b"whiteglove_build_info" in answer.read()


def test_without_the_extra_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ImportError):
        Metrics(list)
