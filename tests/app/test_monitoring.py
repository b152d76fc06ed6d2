"""Figures about the daemon at work: from its first search on, over a reload, and whatever goes wrong with them."""

from __future__ import annotations

import json
import socket
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.conftest import House
from servers.ports import LOOPBACK, free_port
from whiteglove import log
from whiteglove.app import Daemon, Monitoring
from whiteglove.app.monitoring import ADVICE, readings
from whiteglove.host import Host
from whiteglove.settings.listening import ListenAddress
from whiteglove_plugins import acknowledge


class Watched:
    """A house whose daemons are watched."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.monitoring = Monitoring()

    def daemon(self, port: int | None) -> Daemon:
        house = self.house
        address = ListenAddress(LOOPBACK, port) if port else None
        house.settings = replace(house.settings, daemon=replace(house.settings.daemon, metrics=address))
        plugins: dict[str, tuple[object, dict[str, Any]]] = {"acknowledge": (acknowledge, {"delay": "0s"})}
        host = Host.for_modules(plugins, on_called=self.monitoring.timed)
        journal = log.event_log(self.monitoring.heard)
        daemon = Daemon(house.settings, host, house.store, house.world, journal)
        house.made.append(daemon)
        self.monitoring.watch(daemon)
        return daemon

    @property
    def complaints(self) -> list[str]:
        lines = [json.loads(line) for line in self.house.out.getvalue().splitlines()]
        return [line["error"] for line in lines if line.get("source") == "metrics"]


@pytest.fixture
def watched(house: House) -> Iterator[Watched]:
    watched = Watched(house)
    yield watched
    watched.monitoring.close()


def work(daemon: Daemon) -> None:
    """One look into the mailbox, and all that follows at once."""
    for watcher in daemon.watchers:
        watcher.catch_up()
    daemon.desk.drain()
    daemon.outbox.drain()


def answer(watched: Watched, daemon: Daemon) -> None:
    """The daemon does what it is there for."""
    work(daemon)
    watched.house.deliver()
    work(daemon)
    assert watched.house.sent == ["wile@acme.example"]


def page(port: int) -> list[str]:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=10) as answer:
        return str(answer.read(), "utf-8").splitlines()


def value(port: int, name: str) -> float:
    (line,) = (line for line in page(port) if line.startswith(f"{name} "))
    return float(line.rpartition(" ")[2])


def test_an_answer_is_seen_in_the_figures(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whiteglove.metrics.READ_ANEW", 0.0)
    port, began = free_port(), datetime.now(UTC).timestamp()
    daemon = watched.daemon(port)
    searched = 'whiteglove_mailbox_last_search_timestamp_seconds{mailbox="studio"}'
    assert value(port, searched) == 0
    work(daemon)
    assert began - 1 <= value(port, searched) <= datetime.now(UTC).timestamp()
    watched.house.deliver()
    work(daemon)
    found = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in page(port) if line[0] != "#"}
    expected = {
        'whiteglove_messages_received_total{history="false",kind="person",mailbox="studio"}': 1,
        'whiteglove_mails_total{audience="client",state="planned"}': 1,
        'whiteglove_mails_total{audience="client",state="sent"}': 1,
        'whiteglove_outbox_waiting{audience="client"}': 0,
        'whiteglove_obligations{state="open"}': 1,
        'whiteglove_promises{state="open"}': 1,
        "whiteglove_events_parked": 0,
        "whiteglove_incidents_open": 0,
        'whiteglove_plugin_suspended{plugin="acknowledge"}': 0,
    }
    assert {name: found[name] for name in expected} == expected
    assert found['whiteglove_hook_seconds_count{plugin="acknowledge"}'] >= 1


def test_a_mailbox_is_as_old_as_the_folder_that_waits_longest(watched: Watched) -> None:
    daemon = watched.daemon(None)
    work(daemon)
    name = "whiteglove_mailbox_last_search_timestamp_seconds"
    assert [reading.value > 0 for reading in readings(daemon) if reading.name == name] == [True]
    (account,) = daemon.settings.mailboxes
    daemon.settings = replace(daemon.settings, mailboxes=(replace(account, folders=("INBOX", "Clients")),))
    assert [reading.value for reading in readings(daemon) if reading.name == name] == [0.0]


def test_what_was_counted_goes_on_over_a_reload_and_the_address_may_change(watched: Watched) -> None:
    first, second = free_port(), free_port()
    watched.daemon(first)
    watched.monitoring.heard("mail.sent", {"audience": "client"})
    watched.daemon(first)
    assert value(first, 'whiteglove_mails_total{audience="client",state="sent"}') == 1
    watched.daemon(second)
    assert value(second, 'whiteglove_mails_total{audience="client",state="sent"}') == 1
    with pytest.raises(OSError, match="refused"):
        page(first)
    watched.daemon(None)
    with pytest.raises(OSError, match="refused"):
        page(second)
    assert watched.complaints == []


def test_a_port_that_is_taken_is_told_once_and_tried_again_at_the_next_reload(watched: Watched) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        watched.daemon(port)
        daemon = watched.daemon(port)
        assert len(watched.complaints) == 1
        assert "in use" in watched.complaints[0]
        answer(watched, daemon)
    watched.daemon(port)
    assert value(port, "whiteglove_store_readable") == 1


@pytest.mark.parametrize("broken", [None, "nonsense"])
def test_without_the_extra_or_with_a_broken_one_the_daemon_does_its_work(
    watched: Watched, broken: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", broken)  # type: ignore[arg-type]
    answer(watched, watched.daemon(free_port()))
    (complaint,) = watched.complaints
    assert complaint == ADVICE if broken is None else "AttributeError" in complaint


def test_where_nobody_asks_for_figures_nothing_is_loaded(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)  # type: ignore[arg-type]
    watched.daemon(None)
    watched.monitoring.heard("mail.sent", {})
    watched.monitoring.timed("acknowledge", 1.0)
    assert watched.complaints == []
