"""How plugins fare, for other processes to read; and the owner's wish."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from store.conftest import HOUR, NOW
from whiteglove.store import events, health
from whiteglove.store.health import Health

FAILED = Health(plugin="notify", failures=2, last_error="a defect", failed_at=NOW)
SUSPENDED = replace(FAILED, failures=5, suspended_since=NOW)


def test_what_was_written_is_read(tx: sa.Connection) -> None:
    health.put(tx, FAILED)
    health.put(tx, replace(SUSPENDED, plugin="reports"))
    assert health.everything(tx) == {"notify": FAILED, "reports": replace(SUSPENDED, plugin="reports")}


def test_the_last_error_stays_when_all_is_well_again(tx: sa.Connection) -> None:
    health.put(tx, SUSPENDED)
    health.put(tx, Health(plugin="notify"))
    assert health.everything(tx) == {"notify": replace(FAILED, failures=0)}


def test_only_a_suspended_plugin_can_be_resumed(tx: sa.Connection) -> None:
    health.put(tx, FAILED)
    assert not health.ask_to_resume(tx, "notify", NOW)
    assert not health.ask_to_resume(tx, "unknown", NOW)
    health.put(tx, SUSPENDED)
    assert health.ask_to_resume(tx, "notify", NOW + HOUR)
    assert health.asked(tx) == ("notify",)
    health.put(tx, FAILED)
    assert health.everything(tx)["notify"].resume_asked == NOW + HOUR
    health.resumed(tx, "notify")
    assert health.asked(tx) == ()


def test_what_waited_for_a_suspended_plugin_waits_no_longer(tx: sa.Connection) -> None:
    waits, tried_later = (events.add(tx, "PromiseDue", NOW, number) for number in (1, 2))
    events.postpone(tx, waits, NOW + HOUR, health.SUSPENDED)
    events.postpone(tx, tried_later, NOW + HOUR, "a defect")
    health.resumed(tx, "notify")
    assert [event.row for event in events.claim(tx, NOW, 9)] == [waits]


def test_what_each_plugin_gave_up_on_is_counted(tx: sa.Connection) -> None:
    for plugin, state in (("notify", events.PARKED), ("reports", events.DONE), ("notify", events.PARKED)):
        events.mark(tx, events.add(tx, "PromiseDue", NOW, 1), plugin, state)
    assert health.parked(tx) == {"notify": 2}
