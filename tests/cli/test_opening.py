"""What commands begin with."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from cli.conftest import Home
from whiteglove.cli.opening import acting, client_of, host_of, reading, settings_of, sound_host_of
from whiteglove.cli.usage import UsageError
from whiteglove.errors import ConfigurationError, StoreError
from whiteglove.settings import Settings
from whiteglove.store import Store, messages

Opening = Callable[[Settings], AbstractContextManager[Store]]


def test_the_configuration_may_be_a_file_or_its_folder(home: Home) -> None:
    assert settings_of(Namespace(config=str(home.path))).path == home.path
    assert settings_of(Namespace(config=str(home.folder))).path == home.path
    with pytest.raises(ConfigurationError, match="no such file"):
        settings_of(Namespace(config=str(home.folder / "other.toml")))


def test_the_plugins_are_those_of_the_configuration(home: Home) -> None:
    host = host_of(home.settings())
    assert [plugin.name for plugin in host.plugins] == ["acknowledge"]
    host.close()
    home.plugins = "[plugins.acknowlege]\n"
    with pytest.raises(ConfigurationError, match='did you mean "acknowledge"'):
        host_of(home.write().settings())


def test_plugins_that_cannot_be_used_are_told_beside_those_that_can(home: Home) -> None:
    host, none = sound_host_of(home.settings())
    host.close()
    assert none == {}
    home.plugins = "[plugins.acknowledge]\n[plugins.acknowlege]\n[plugins.scope]\nwide = 1\n"
    host, found = sound_host_of(home.write().settings())
    host.close()
    assert [plugin.name for plugin in host.plugins] == ["acknowledge"]
    assert {name: problem.key for name, (problem,) in found.items()} == {
        "acknowlege": "plugins.acknowlege",
        "scope": "plugins.scope.wide",
    }


def test_a_client_is_found_by_key_and_a_misspelt_one_is_guessed(home: Home) -> None:
    settings = home.settings()
    assert client_of(settings, "acme").name == "Acme GmbH"
    with pytest.raises(UsageError, match='no client is called "acne"; did you mean "acme"'):
        client_of(settings, "acne")
    with pytest.raises(UsageError, match="known are acme, birch"):
        client_of(settings, "zzz")


def test_an_empty_book_says_so(home: Home) -> None:
    for key in home.clients:
        (home.folder / "clients" / f"{key}.toml").unlink()
    with pytest.raises(UsageError, match="known are none so far"):
        client_of(home.settings(), "acme")


def test_reading_without_a_store_is_reading_an_empty_one_and_makes_none(home: Home) -> None:
    with reading(home.settings()) as store, store.read() as tx:
        assert store.path is None
        assert messages.count(tx) == 0
    assert not home.state.exists()


def test_acting_makes_the_store_which_is_then_read(home: Home) -> None:
    with acting(home.settings()) as store:
        assert store.path == home.state / "whiteglove.sqlite3"
        key = store.key
    with reading(home.settings()) as store:
        assert store.key == key


@pytest.mark.parametrize("opening", [reading, acting])
def test_what_the_database_says_later_is_a_fault_of_the_store(home: Home, opening: Opening) -> None:
    with home.store() as store, store.write() as tx:
        tx.exec_driver_sql("DROP TABLE messages")
    fault = pytest.raises(StoreError, match="no such table: messages")
    with fault, opening(home.settings()) as store, store.read() as tx:
        messages.count(tx)


@pytest.mark.parametrize("opening", [reading, acting])
def test_a_fault_of_somebody_else_stays_what_it_is(home: Home, opening: Opening) -> None:
    with pytest.raises(OSError, match="somewhere else"), opening(home.settings()):
        raise OSError(5, "Input/output error", "/somewhere else")
