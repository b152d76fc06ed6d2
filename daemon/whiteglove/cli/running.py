"""`run`: the daemon itself."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from datetime import UTC, date, datetime
from queue import Empty, SimpleQueue
from typing import Literal, NoReturn

from whiteglove import log
from whiteglove.app import Daemon, Monitoring, RealWorld, Running, Service, run_once
from whiteglove.cli.opening import acting, settings_of
from whiteglove.cli.usage import CommandParser
from whiteglove.errors import ConfigurationError, PluginError
from whiteglove.host import Host
from whiteglove.settings import Settings
from whiteglove.settings.work_calendar import READ_AGAIN, CalendarFile
from whiteglove.store import Store, StoreLock

CALENDAR_LOOK = 60.0
"""Seconds after which the calendar file is looked at again."""


def add_run(command: CommandParser) -> None:
    command.add_argument("--once", action="store_true", help="catch up, handle, deliver what is due, and exit")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    calls = _Calls()
    # Ahead of the configuration, so that no command it names inherits what is meant for this process.
    service = Service(os.environ)
    settings = settings_of(options)
    _write_log_as(settings)
    monitoring = Monitoring()
    journal = log.event_log(monitoring.heard)
    host = _host(settings, journal, monitoring)
    with StoreLock(settings.daemon.state), acting(settings) as store, contextlib.closing(monitoring):
        daemon = Daemon(settings, host, store, RealWorld(), journal)
        if options.once:
            daemon.backlog.show = log.show_below
            code, is_quiet = run_once(daemon, calls.stop)
        else:
            code, is_quiet = 0, _keep_running(options, daemon, store, calls, service, monitoring)
        if not is_quiet:
            _leave(code)
    return code


class _Calls:
    """The signals that a daemon heeds: SIGTERM and SIGINT end it, SIGHUP has it read its configuration again. So does a
    calendar file that has become another, since it changes every day and nobody sends a signal for that."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._came: SimpleQueue[int] = SimpleQueue()
        self._calendar: CalendarFile | None = None
        self._known = ""
        self._read_again = date.max
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._take)

    def wait_for_reload(self) -> bool:
        """Wait for a signal. True for one that asks to read the configuration again, or where the calendar asks for
        it; False for one that ends."""
        while True:
            try:
                return self._came.get(timeout=CALENDAR_LOOK) == signal.SIGHUP and not self.stop.is_set()
            except Empty:
                if self._calendar_asks():
                    return True

    def follow(self, calendar: CalendarFile | None) -> None:
        """Look at this calendar file from now on."""
        self._calendar = calendar
        if calendar is not None:
            self._known, self._read_again = calendar.digest, calendar.read_on + READ_AGAIN

    def _calendar_asks(self) -> bool:
        """Whether the file has become another since it was last looked at, or what was read of it no longer reaches far
        enough ahead. Where it cannot be taken over, it asks again when it has changed, or after a week."""
        if self._calendar is None:
            return False
        before, self._known = self._known, self._calendar.fingerprint()
        today = datetime.now(UTC).date()
        if today >= self._read_again:
            self._read_again = today + READ_AGAIN
            return True
        return self._known != before

    def _take(self, number: int, _frame: object) -> None:
        if number != signal.SIGHUP:
            self.stop.set()
        self._came.put(number)


def _leave(code: int) -> NoReturn:
    """End the process around a thread that hangs: it may wake up at any moment and reach for the store, which must not
    be closed under it. What was committed is safe, and the lock is free as soon as the process is gone."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, AttributeError):
            stream.flush()
    os._exit(code)


def _keep_running(
    options: argparse.Namespace, daemon: Daemon, store: Store, calls: _Calls, service: Service, monitoring: Monitoring
) -> bool:
    """Run until a signal ends it; whether nothing is left behind then. A new configuration is put into force by a new
    daemon over the same store."""
    running, is_quiet = _start(daemon, service, monitoring), True
    calls.follow(daemon.settings.work_calendar)
    while calls.wait_for_reload():
        journal = daemon.journal
        service.reloading()
        try:
            settings = settings_of(options)
            host = _host(settings, journal, monitoring)
        except ConfigurationError as error:
            journal.write("config.rejected", level="error", error=str(error), problems=len(error.problems))
            if daemon.is_ready:
                service.ready(f"{_status(daemon)}; the new configuration is faulty, the old one stays in force")
            continue
        moved = settings.daemon.state != daemon.settings.daemon.state
        is_quiet = running.make_way(calls.stop) and is_quiet
        if calls.stop.is_set():
            service.stopping()
            return is_quiet
        before, daemon = daemon, Daemon(settings, host, store, RealWorld(), journal)
        daemon.liveness.follow(before.liveness)
        _write_log_as(settings)
        calls.follow(settings.work_calendar)
        running = _start(daemon, service, monitoring)
        journal.write("config.reloaded", restart=["daemon.state"] if moved else None)
    service.stopping()
    return running.finish() and is_quiet


def _start(daemon: Daemon, service: Service, monitoring: Monitoring) -> Running:
    daemon.on_ready = lambda: service.ready(_status(daemon))
    if daemon.settings.daemon.log_format == "console":
        daemon.backlog.show = log.show_below
    service.watch(daemon.liveness)
    monitoring.watch(daemon)
    return Running(daemon)


def _status(daemon: Daemon) -> str:
    """The line that `systemctl status` shows."""
    number = len(daemon.settings.mailboxes)
    return f"{daemon.settings.daemon.mode}, {number} mailbox{'' if number == 1 else 'es'}"


def _write_log_as(settings: Settings) -> None:
    form: Literal["json", "console"] = "console" if settings.daemon.log_format == "console" else "json"
    log.configure(form, zone=settings.worktime.zone)


def _host(settings: Settings, journal: log.Journal, monitoring: Monitoring) -> Host:
    """The enabled plugins, with their troubles going to the log."""

    def failed(plugin: str, hook: str, error: PluginError) -> None:
        journal.write("plugin.failed", level="error", plugin=plugin, hook=hook, error=str(error))

    return Host.load(
        settings.plugins,
        settings.problem,
        templates_dir=settings.templates_dir,
        book=settings.book,
        on_failure=failed,
        on_suspended=lambda plugin: journal.write("plugin.suspended", level="error", plugin=plugin),
        on_resumed=lambda plugin: journal.write("plugin.resumed", plugin=plugin),
        on_called=monitoring.timed,
    )
