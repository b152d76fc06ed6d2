"""Timers of plugins: set anew under the same key, found when their moment has come, each plugin's its own."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from store.conftest import DAY, HOUR, MINUTE, NOW
from whiteglove.store import Store, timers
from whiteglove.store.timers import Timer


def test_there_are_none_at_first(tx: sa.Connection) -> None:
    assert timers.due(tx, NOW, 10) == ()
    assert timers.next_due(tx) is None
    assert timers.of_plugin(tx, "reports") == {}


def test_the_moments_that_have_come_the_earliest_first(tx: sa.Connection) -> None:
    timers.set_at(tx, "reports", "late", NOW, {"client": "acme"})
    timers.set_at(tx, "reports", "early", NOW - HOUR, None)
    timers.set_at(tx, "replies", "ahead", NOW + MINUTE, 3)

    assert timers.due(tx, NOW, 10) == (
        Timer("reports", "early", NOW - HOUR, None),
        Timer("reports", "late", NOW, {"client": "acme"}),
    )
    assert timers.due(tx, NOW, 1) == (Timer("reports", "early", NOW - HOUR, None),)
    assert timers.next_due(tx) == NOW - HOUR


def test_a_key_is_set_anew_and_belongs_to_its_plugin(tx: sa.Connection) -> None:
    timers.set_at(tx, "reports", "acme", NOW, "first")
    timers.set_at(tx, "reports", "acme", NOW + DAY, "second")
    timers.set_at(tx, "replies", "acme", NOW + HOUR, None)

    assert timers.of_plugin(tx, "reports") == {"acme": NOW + DAY}
    timers.drop(tx, "replies", "acme")
    timers.drop(tx, "replies", "never set")
    assert timers.due(tx, NOW + DAY, 10) == (Timer("reports", "acme", NOW + DAY, "second"),)


def test_they_outlast_the_process(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    with store.write() as tx:
        timers.set_at(tx, "reports", "acme", NOW, ["kept"])
    store.close()
    store = Store.open(tmp_path)
    with store.read() as tx:
        assert timers.due(tx, NOW, 1)[0].value == ["kept"]
    store.close()
