"""When the daemon counts as alive, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.conftest import House
from servers.ports import until
from whiteglove import errands
from whiteglove.app import Liveness, Running
from whiteglove.app.liveness import LONGEST_ATTEMPT, LONGEST_OUTAGE, LOOP_PATIENCE
from whiteglove.errors import MailboxError

PAUSE = 60.0
PATIENCE = PAUSE + LONGEST_ATTEMPT


class Hand:
    """A monotonic clock."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def liveness(clock: Hand) -> Liveness:
    made = Liveness(clock)
    made.expect_mailbox("studio", PAUSE)
    made.expect_mailbox("shop", PAUSE)
    made.expect("desk")
    return made


def pass_time(clock: Hand, seconds: float, *signs: Callable[[], None]) -> None:
    """Let time pass in small steps, with these signs of life at each."""
    end = clock.at + seconds
    while clock.at < end:
        clock.at = min(end, clock.at + PAUSE / 2)
        for sign in signs:
            sign()


def others(liveness: Liveness) -> list[Callable[[], None]]:
    """The signs of all threads but of those that watch."""
    return [
        lambda: liveness.errands_at_work("studio"),
        lambda: liveness.errands_at_work("shop"),
        lambda: liveness.sign("desk"),
    ]


def test_a_watcher_without_a_sign_of_life_is_named_after_its_patience(clock: Hand, liveness: Liveness) -> None:
    well = [*others(liveness), lambda: liveness.searched("shop")]
    pass_time(clock, PATIENCE, *well)
    assert liveness.fault() is None
    clock.at += 1
    assert liveness.fault() == "no sign of life from mailbox studio"
    liveness.searched("studio")
    assert liveness.fault() is None


def test_a_fault_that_was_reported_is_a_sign_of_life_and_no_search(clock: Hand, liveness: Liveness) -> None:
    lost = [*others(liveness), lambda: liveness.failed("shop"), lambda: liveness.failed("studio")]
    pass_time(clock, LONGEST_OUTAGE, *lost)
    assert liveness.fault() is None
    assert liveness.failing() == ("mailbox studio", "mailbox shop")
    clock.at += 1
    assert liveness.fault() == "no mailbox could be searched for 60 minutes"


def test_one_mailbox_that_is_searched_is_enough(clock: Hand, liveness: Liveness) -> None:
    pass_time(
        clock,
        3 * LONGEST_OUTAGE,
        *others(liveness),
        lambda: liveness.failed("shop"),
        lambda: liveness.searched("studio"),
    )
    assert liveness.fault() is None
    assert liveness.failing() == ("mailbox shop",)
    liveness.searched("shop")
    assert liveness.failing() == ()


def test_reading_much_mail_is_a_sign_of_life_batch_by_batch(clock: Hand, liveness: Liveness) -> None:
    pass_time(
        clock,
        LONGEST_OUTAGE / 2,
        lambda: liveness.sign("desk"),
        lambda: liveness.batch_read("studio"),
        lambda: liveness.batch_read("shop"),
    )
    assert liveness.fault() is None


def test_a_loop_may_take_its_time_but_not_for_ever(clock: Hand, liveness: Liveness) -> None:
    watching = [
        lambda: liveness.searched("studio"),
        lambda: liveness.searched("shop"),
        lambda: liveness.errands_at_work("studio"),
        lambda: liveness.errands_at_work("shop"),
    ]
    pass_time(clock, LOOP_PATIENCE, *watching)
    assert liveness.fault() is None
    clock.at += 1
    assert liveness.fault() == "no sign of life from desk"


def test_where_mail_is_looked_for_seldom_an_hour_is_no_outage(clock: Hand) -> None:
    seldom = Liveness(clock)
    seldom.expect_mailbox("studio", 3 * LONGEST_OUTAGE)
    pass_time(clock, 2 * LONGEST_OUTAGE, lambda: seldom.errands_at_work("studio"))
    assert seldom.fault() is None


def test_a_daemon_inherits_the_last_search_of_the_one_before(clock: Hand, liveness: Liveness) -> None:
    clock.at += LONGEST_OUTAGE / 2
    after = Liveness(clock)
    after.follow(liveness)
    clock.at += LONGEST_OUTAGE / 2
    assert after.fault() is None
    clock.at += 1
    assert after.fault() is not None


def test_signs_of_nobody_expected_change_nothing(clock: Hand) -> None:
    alone = Liveness(clock)
    alone.sign("desk")
    alone.failed("studio")
    assert alone.failing() == ()
    assert alone.fault() is None


def test_every_thread_of_a_daemon_at_work_gives_signs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands, "LONGEST_WAIT", 0.1)
    daemon = house.daemon()
    at_work = Running(daemon)
    parts = daemon.liveness._parts
    assert set(parts) == {"desk", "outbox", "chores", "calls", "schedule", "mailbox studio", "errands of studio"}
    for name in tuple(parts):
        # As if it had been silent since the machine was started; the mail wakes whoever watches.
        parts[name].seen_at = 0.0
    house.deliver()
    until(lambda: all(part.seen_at > 0.0 for part in parts.values()), "signs of every thread")
    at_work.finish()


def test_a_lost_mailbox_is_failing_until_it_is_back(house: House) -> None:
    daemon = house.daemon()
    daemon.watchers[0]._backoff._first = 0.01
    house.world.accounts["studio"].fail("connect", MailboxError("unreachable", "no route to host"), times=2)
    failed: list[str] = []
    daemon.watchers[0]._on_failed = lambda: failed.append("studio")
    at_work = Running(daemon)
    until(lambda: "mailbox.connected" in house.events() or "mailbox.recovered" in house.events(), "the mailbox")
    assert failed
    assert daemon.liveness.failing() == ()
    at_work.finish()
