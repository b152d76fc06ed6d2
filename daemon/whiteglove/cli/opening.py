"""What most commands begin with: the configuration, the plugins, the store."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whiteglove.host import Host
from whiteglove.settings import Settings, load
from whiteglove.store import Store


def settings_of(options: argparse.Namespace) -> Settings:
    """The configuration that `--config`, the environment or the usual places name. Raises ConfigurationError."""
    return load(Path(options.config) if options.config else None, os.environ)


def host_of(settings: Settings) -> Host:
    """The enabled plugins, their settings checked. Raises ConfigurationError."""
    return Host.load(settings.plugins, settings.problem, templates_dir=settings.templates_dir)


@contextmanager
def reading(settings: Settings) -> Iterator[Store]:
    """The store to read from: an empty one in memory where there is none yet, so that reading creates nothing."""
    store = Store.open_existing(settings.daemon.state) or Store.empty()
    try:
        yield store
    finally:
        store.close()


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="one JSON object instead of text")
