"""Clients silenced from the command line."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from store.conftest import DAY, NOW
from whiteglove.store import Store, mutes


def test_nobody_is_silenced_at_first(tx: sa.Connection) -> None:
    assert mutes.until(tx, "acme") is None
    assert mutes.drop(tx, "acme") is False


def test_a_later_word_replaces_an_earlier_one_also_with_an_earlier_end(tx: sa.Connection) -> None:
    mutes.put(tx, "acme", NOW + 3 * DAY)
    mutes.put(tx, "birch", NOW + 5 * DAY)
    mutes.put(tx, "acme", NOW + DAY)
    assert mutes.until(tx, "acme") == NOW + DAY
    assert mutes.until(tx, "birch") == NOW + 5 * DAY


def test_it_is_dropped_once_and_for_one_client(tx: sa.Connection) -> None:
    mutes.put(tx, "acme", NOW)
    mutes.put(tx, "birch", NOW)
    assert [mutes.drop(tx, "acme"), mutes.drop(tx, "acme")] == [True, False]
    assert mutes.until(tx, "acme") is None
    assert mutes.until(tx, "birch") == NOW


def test_it_outlasts_the_process(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with store.write() as tx:
        mutes.put(tx, "acme", NOW)
    store.close()
    store = Store.open(tmp_path)
    with store.read() as tx:
        assert mutes.until(tx, "acme") == NOW
    store.close()
