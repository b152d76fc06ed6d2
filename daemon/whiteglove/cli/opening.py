"""What most commands begin with: the configuration, the plugins, a client, the store."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from whiteglove.cli.usage import UsageError
from whiteglove.clients import Client
from whiteglove.errors import ConfigurationError, Problem, StoreError
from whiteglove.host import Host
from whiteglove.settings import Settings, load
from whiteglove.settings.fields import unlike
from whiteglove.store import Store


def settings_of(options: argparse.Namespace) -> Settings:
    """The configuration that `--config`, the environment or the usual places name. Raises ConfigurationError."""
    return load(Path(options.config) if options.config else None, os.environ)


def host_of(settings: Settings) -> Host:
    """The enabled plugins, their settings checked. Raises ConfigurationError."""
    return Host.load(settings.plugins, settings.problem, templates_dir=settings.templates_dir, book=settings.book)


def sound_host_of(settings: Settings) -> tuple[Host, Mapping[str, tuple[Problem, ...]]]:
    """The enabled plugins that can be used, and of each other one what is wrong with it, by name: for commands that
    show everything that is wrong."""
    try:
        return host_of(settings), {}
    except ConfigurationError:
        faults = {name: _faults_of_plugin(settings, name) for name in settings.plugins}
        sound = {name: section for name, section in settings.plugins.items() if not faults[name]}
        host = Host.load(sound, settings.problem, templates_dir=settings.templates_dir, book=settings.book)
        return host, {name: problems for name, problems in faults.items() if problems}


def _faults_of_plugin(settings: Settings, name: str) -> tuple[Problem, ...]:
    section = {name: settings.plugins[name]}
    try:
        Host.load(section, settings.problem, templates_dir=settings.templates_dir, book=settings.book).close()
    except ConfigurationError as error:
        return error.problems
    return ()


def client_of(settings: Settings, key: str) -> Client:
    """The client whose file has this name. Raises UsageError, which names one that is spelt alike, or all there are."""
    known = settings.book.clients
    if key in known:
        return known[key]
    others = unlike(key, known) or f"; known are {', '.join(sorted(known)) or 'none so far'}"
    raise UsageError(f'no client is called "{key}"{others}')


@contextmanager
def reading(settings: Settings) -> Iterator[Store]:
    """The store to read from: an empty one in memory where there is none yet, so that reading creates nothing.

    Raises StoreError, then and later, where the store cannot be read.
    """
    with _faults_of(settings.daemon.state):
        store = Store.open_existing(settings.daemon.state) or Store.empty()
        try:
            yield store
        finally:
            store.close()


@contextmanager
def acting(settings: Settings) -> Iterator[Store]:
    """The store to write to, made where there is none. Raises StoreError, then and later, where it cannot be used."""
    with _faults_of(settings.daemon.state):
        store = Store.open(settings.daemon.state)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _faults_of(state: Path) -> Iterator[None]:
    """What the database says of a store whose tables are not as they should be, in one line."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"{state}: the store cannot be used ({error.orig})") from error
