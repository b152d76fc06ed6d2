"""`run` as a command: what keeps it from starting, and how it ends. What it does then is tested in tests/whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import urllib.request
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli.conftest import Done, Home
from servers.ports import free_port
from whiteglove import log
from whiteglove.app import Daemon, Monitoring, Running
from whiteglove.cli import running
from whiteglove.errors import PluginError
from whiteglove.settings import Settings
from whiteglove.settings.work_calendar import READ_AGAIN, CalendarFile
from whiteglove.store import StoreLock

BERLIN = ZoneInfo("Europe/Berlin")


def lines(done: Done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.out.splitlines()]


def events(done: Done) -> list[object]:
    return [line["event"] for line in lines(done)]


def test_once_without_a_server_exits_1_and_says_so_in_the_log(home: Home) -> None:
    done = home.ask("run", "--once")
    assert done.code == 1
    assert done.err == ""
    lost, stopping = (line for line in lines(done) if line["event"] in ("mailbox.lost", "daemon.stopping"))
    assert (lost["mailbox"], lost["reason"]) == ("studio", "unreachable")
    assert (stopping["recorded"], stopping["sent"], stopping["waiting"]) == (0, 0, 0)


def test_the_log_is_text_where_that_is_wanted(home: Home) -> None:
    home.path.write_text(home.path.read_text().replace('mode = "live"', 'mode = "live"\nlog_format = "console"'))
    (line,) = (line for line in home.ask("run", "--once").out.splitlines() if "mailbox.lost" in line)
    assert line.split()[2:6] == ["error", "mailbox.lost", "mailbox=studio", "reason=unreachable"]
    assert abs(datetime.fromisoformat(line[:19]) - datetime.now(BERLIN).replace(tzinfo=None)) < timedelta(minutes=1)


def test_a_store_that_is_held_is_named_with_its_holder(home: Home) -> None:
    with StoreLock(home.state):
        done = home.ask("run")
    assert done.code == 1
    assert done.out == ""
    assert done.err == f"whiteglove: {home.state}: held by a running whiteglove (process {os.getpid()})\n"


def test_the_lock_is_free_again_afterwards(home: Home) -> None:
    home.ask("run", "--once")
    with StoreLock(home.state):
        pass


def test_the_store_is_its_owners_alone(home: Home) -> None:
    home.ask("run", "--once")
    for path in (home.state, *home.state.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("more", [(), ("--once",)])
def test_a_signal_ends_it_however_early_it_comes(
    home: Home, number: int, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    load = running.settings_of

    def loading(options: Namespace) -> Settings:
        os.kill(os.getpid(), number)
        return load(options)

    monkeypatch.setattr(running, "settings_of", loading)
    done = home.ask("run", *more)
    assert done.code == 0
    assert "daemon.stopping" in events(done)


def test_a_hangup_starts_it_anew_over_the_same_store(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    signals = iter([signal.SIGHUP, signal.SIGTERM])
    daemons = []

    def starting(daemon: Daemon) -> Running:
        daemons.append(daemon)
        home.path.write_text(home.path.read_text().replace("acknowledge]", "acknowledge]\nsure = 0.9"))
        os.kill(os.getpid(), next(signals))
        return Running(daemon)

    monkeypatch.setattr(running, "Running", starting)
    done = home.ask("run")
    assert done.code == 0
    assert events(done).count("config.reloaded") == events(done).count("daemon.stopping") == 1
    before, after = daemons
    assert [daemon.settings.plugins["acknowledge"].get("sure") for daemon in daemons] == [None, 0.9]
    assert before.store is after.store


@pytest.mark.parametrize("fault", ["[nonsense]", "[plugins.nonsense]"])
def test_a_broken_configuration_is_rejected_and_the_old_one_stays(
    home: Home, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemons = []

    def starting(daemon: Daemon) -> Running:
        daemons.append(daemon)
        home.path.write_text(f"{home.path.read_text()}\n{fault}\n")
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        return Running(daemon)

    monkeypatch.setattr(running, "Running", starting)
    monkeypatch.setattr(running._Calls, "wait_for_reload", _even_after_the_end)
    done = home.ask("run")
    assert done.code == 0
    (rejected,) = (line for line in lines(done) if line["event"] == "config.rejected")
    assert "nonsense" in str(rejected["error"])
    assert rejected["level"] == "error"
    assert len(daemons) == 1


def _even_after_the_end(calls: running._Calls) -> bool:
    """Heed the first signal although the second has come, too."""
    return calls._came.get() == signal.SIGHUP


CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n"
EVENT = "BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:acme\r\nDTSTART:{0}T110000\r\nDTEND:{0}T120000\r\nEND:VEVENT\r\n"


def test_a_calendar_that_changes_is_read_without_a_signal(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is cut short is rejected once; once it is whole it is taken over."""
    monkeypatch.setattr(running, "CALENDAR_LOOK", 0.01)
    file = home.folder / "work.ics"
    file.write_text(CALENDAR.format(""), newline="")
    home.path.write_text(home.path.read_text().replace("[owner]", '[owner]\nwork_calendar = "work.ics"'))
    day = datetime.now(UTC).date() + timedelta(days=3)
    whole, planned = CALENDAR.format(EVENT.format(f"{day:%Y%m%d}")), []
    looks = 0
    fingerprint = CalendarFile.fingerprint

    def looking(calendar: CalendarFile) -> str:
        """What the calendar program does between two looks."""
        nonlocal looks
        looks += 1
        if looks == 2:
            file.write_text("BEGIN:VCAL")
        if looks == 5:
            file.write_text(whole, newline="")
        return fingerprint(calendar)

    def starting(daemon: Daemon) -> Running:
        planned.append(len(daemon.settings.book.clients["acme"].planned))
        if len(planned) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return Running(daemon)

    monkeypatch.setattr(CalendarFile, "fingerprint", looking)
    monkeypatch.setattr(running, "Running", starting)
    done = home.ask("run")
    assert (done.code, planned, looks) == (0, [0, 1], 5)
    assert [name for name in events(done) if str(name).startswith("config.")] == ["config.rejected", "config.reloaded"]


def test_a_calendar_is_read_again_before_what_is_known_of_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CALENDAR_LOOK", 0.01)
    monkeypatch.setattr(CalendarFile, "fingerprint", lambda _: "same")
    calls, today = running._Calls(), datetime.now(UTC).date()
    calls.follow(CalendarFile(Path("work.ics"), "same", today - READ_AGAIN))
    assert calls.wait_for_reload()
    # Where that came to nothing it is not tried every minute.
    assert not calls._calendar_asks()


def test_figures_are_read_while_it_runs_and_not_afterwards(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    port, pages = free_port(), list[str]()
    home.path.write_text(home.path.read_text().replace("[[mail", f'metrics = "127.0.0.1:{port}"\n[[mail'))
    signals = iter([signal.SIGHUP, signal.SIGTERM])

    def starting(daemon: Daemon) -> Running:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            pages.append(str(answer.read(), "utf-8"))
        os.kill(os.getpid(), next(signals))
        return Running(daemon)

    monkeypatch.setattr(running, "Running", starting)
    assert home.ask("run").code == 0
    assert len(pages) == 2
    assert all('whiteglove_mailbox_last_search_timestamp_seconds{mailbox="studio"} 0.0' in page for page in pages)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)


@pytest.mark.parametrize(
    ("form", "more", "shown"), [("json", (), False), ("console", (), True), ("json", ("--once",), True)]
)
def test_how_far_reading_has_come_is_shown_to_a_person_who_waits(
    home: Home, form: str, more: tuple[str, ...], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.path.write_text(home.path.read_text().replace("[[mail", f'log_format = "{form}"\n[[mail'))
    daemons = []

    def making(*arguments: Any) -> Daemon:
        daemons.append(Daemon(*arguments))
        os.kill(os.getpid(), signal.SIGTERM)
        return daemons[0]

    monkeypatch.setattr(running, "Daemon", making)
    assert home.ask("run", *more).code == 0
    assert (daemons[0].backlog.show is log.show_below) == shown


def test_what_needs_a_restart_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    signals = iter([signal.SIGHUP, signal.SIGTERM])

    def starting(daemon: Daemon) -> Running:
        home.path.write_text(home.path.read_text().replace(str(home.state), str(home.folder / "elsewhere")))
        os.kill(os.getpid(), next(signals))
        return Running(daemon)

    monkeypatch.setattr(running, "Running", starting)
    done = home.ask("run")
    (reloaded,) = (line for line in lines(done) if line["event"] == "config.reloaded")
    assert reloaded["restart"] == ["daemon.state"]
    assert not (home.folder / "elsewhere").exists()


def test_a_plugin_that_fails_is_in_the_log(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = log.event_log()
    host = running._host(home.settings(), journal, Monitoring())
    out = StringIO()
    log.configure("json", out)
    for _ in range(5):
        with pytest.raises(PluginError):
            host.call("acknowledge", "on_message", datetime.now(UTC), event=None, ctx=None)
    host.resume("acknowledge")
    host.close()
    told = [json.loads(line)["event"] for line in out.getvalue().splitlines()]
    assert told == ["plugin.failed"] * 5 + ["plugin.suspended", "plugin.resumed"]


def test_systemd_hears_of_every_state_in_its_order(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    right = home.path.read_text()
    heard: list[str] = []

    def next_step(state: str) -> None:
        """What happens after systemd heard of this state for the first, second, … time."""
        match (state, heard.count(state)):
            case ("READY=1", 1):
                home.path.write_text(right + "[nonsense]\n")
                os.kill(os.getpid(), signal.SIGHUP)
            case ("READY=1", 2):
                home.path.write_text(right)
                os.kill(os.getpid(), signal.SIGHUP)
            case ("READY=1", 3):
                os.kill(os.getpid(), signal.SIGTERM)

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        def listen() -> None:
            while "STOPPING=1" not in heard:
                lines = systemd.recv(4096).decode().splitlines()
                heard.append(lines[0])
                heard.extend(line for line in lines if "old one stays in force" in line)
                next_step(lines[0])

        listener = threading.Thread(target=listen)
        listener.start()
        done = home.ask("run")
        listener.join(20)
    assert done.code == 0
    rejected = (
        "STATUS=live, 1 mailbox; the new configuration is faulty, the old one stays in force; failing: mailbox studio"
    )
    assert heard == ["READY=1", "RELOADING=1", "READY=1", rejected, "RELOADING=1", "READY=1", "STOPPING=1"]
    assert events(done).count("daemon.ready") == 2
    assert "NOTIFY_SOCKET" not in os.environ
