"""`run`: the daemon itself."""

from __future__ import annotations

import argparse
import signal
import threading
from typing import Any

from whiteglove import log
from whiteglove.app import Daemon, RealWorld, run, run_once
from whiteglove.cli.opening import settings_of
from whiteglove.errors import PluginError
from whiteglove.host import Host
from whiteglove.settings import Settings
from whiteglove.store import Store, StoreLock


def add(commands: Any) -> None:
    command = commands.add_parser("run", help="run the daemon until it is told to stop")
    command.add_argument("--once", action="store_true", help="catch up, handle, deliver what is due, and exit")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    log.configure("console" if settings.daemon.log_format == "console" else "json")
    journal = log.event_log()
    host = _host(settings, journal)
    with StoreLock(settings.daemon.state):
        store = Store.open(settings.daemon.state)
        daemon = Daemon(settings, host, store, RealWorld(), journal)
        try:
            if options.once:
                return run_once(daemon)
            stop = threading.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
            run(daemon, stop)
        finally:
            store.close()
    return 0


def _host(settings: Settings, journal: log.Journal) -> Host:
    """The enabled plugins, with their troubles going to the log."""

    def failed(plugin: str, hook: str, error: PluginError) -> None:
        journal.write("plugin.failed", level="error", plugin=plugin, hook=hook, error=str(error))

    return Host.load(
        settings.plugins,
        settings.problem,
        templates_dir=settings.templates_dir,
        on_failure=failed,
        on_suspended=lambda plugin: journal.write("plugin.suspended", level="error", plugin=plugin),
        on_resumed=lambda plugin: journal.write("plugin.resumed", plugin=plugin),
    )
