"""What the daemon knows of its plugins' health is on record, outlasts it, and heeds the owner's word."""

from __future__ import annotations

from typing import Any

import pytest

from benches import plugin
from whiteglove.actions import Remember
from whiteglove.host import REST
from whiteglove.store import events, health
from whiteglove.store.health import Health
from whiteglove.testing import Bench


class Faulty:
    """A plugin that fails until it is mended."""

    def __init__(self) -> None:
        self.is_mended = False
        self.module = plugin("faulty", on_message=lambda event: self._answer())

    def _answer(self) -> list[Any]:
        if not self.is_mended:
            raise RuntimeError("a defect")
        return [Remember(reason="x", key="seen", value=1)]


@pytest.fixture
def faulty() -> Faulty:
    return Faulty()


def suspend(b: Bench) -> None:
    for number in range(5):
        b.receive(f"Hello {number}.")
    b.daemon.health.look()


def known(b: Bench) -> Health | None:
    with b.store.read() as tx:
        return health.everything(tx).get("faulty")


def resume(b: Bench) -> bool:
    with b.store.write() as tx:
        return health.ask_to_resume(tx, "faulty", b.clock.now())


def test_a_plugin_that_never_failed_leaves_no_record(faulty: Faulty) -> None:
    faulty.is_mended = True
    with Bench(faulty.module) as b:
        b.receive("Hello.")
        assert b.daemon.health.look() == 0
        assert known(b) is None


def test_each_failure_and_the_suspension_are_on_record(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        b.receive("Hello.")
        assert b.daemon.health.look() == 1
        first = known(b)
        assert first is not None
        assert (first.failures, first.suspended_since, first.failed_at) == (1, None, b.clock.now())
        assert "a defect" in (first.last_error or "")
        assert b.daemon.health.look() == 0
        suspend(b)
        after = known(b)
        assert after is not None
        assert (after.failures, after.suspended_since) == (5, b.clock.now())


def test_once_it_works_the_failures_are_over_and_the_last_error_stays(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        b.receive("Hello.")
        b.daemon.health.look()
        failed_at = b.clock.now()
        faulty.is_mended = True
        b.advance(minutes=1)
        b.daemon.health.look()
        after = known(b)
        assert after is not None
        assert (after.failures, after.failed_at) == (0, failed_at)
        assert "a defect" in (after.last_error or "")


def test_a_suspension_outlasts_the_process_until_its_rest_is_over(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        suspend(b)
        faulty.is_mended = True
        b.advance(minutes=30)
        b.restart()
        assert b.host.is_suspended("faulty", b.clock.now())
        assert b.memory == {}
        b.daemon.health.look()
        after = known(b)
        assert after is not None
        assert after.suspended_since is not None
        b.advance(minutes=31)
        assert b.memory == {"seen": 1}
        b.daemon.health.look()
        resumed = known(b)
        assert resumed is not None
        assert (resumed.suspended_since, resumed.failures) == (None, 0)


def test_a_suspension_that_ran_out_meanwhile_is_over(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        suspend(b)
        faulty.is_mended = True
        b.clock.move(REST)
        b.restart()
        b.daemon.health.look()
        after = known(b)
        assert after is not None
        assert after.suspended_since is None
        assert b.memory == {"seen": 1}


def test_the_owners_word_has_it_called_again_and_its_events_handled_at_once(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        suspend(b)
        b.receive("One more.")
        faulty.is_mended = True
        assert b.run() == []
        assert b.memory == {}
        assert resume(b)
        b.daemon.woken["desk"].clear()
        b.daemon.health.look()
        assert b.daemon.woken["desk"].is_set()
        b.run()
        assert b.memory == {"seen": 1}
        after = known(b)
        assert after is not None
        assert (after.suspended_since, after.resume_asked) == (None, None)
        assert not resume(b)


def test_a_wish_that_came_while_no_daemon_ran_is_heeded(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        suspend(b)
        resume(b)
        faulty.is_mended = True
        b.restart()
        b.daemon.health.look()
        b.advance(minutes=10)
        assert b.memory == {"seen": 1}


def test_a_plugin_that_is_not_loaded_any_more_is_nobodys_concern(faulty: Faulty) -> None:
    with Bench(faulty.module) as b:
        with b.store.write() as tx:
            health.put(tx, Health(plugin="gone", suspended_since=b.clock.now(), failures=5, last_error="x"))
            health.ask_to_resume(tx, "gone", b.clock.now())
        b.restart()
        b.daemon.health.look()
        with b.store.read() as tx:
            assert health.asked(tx) == ()
            assert events.counts(tx)["open"] == 0
