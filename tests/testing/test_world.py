"""The world of a bench: a clock that somebody moves, and servers in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whiteglove.testing import MONDAY_MORNING, BenchClock
from whiteglove.testing.world import BenchWorld


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = BenchClock(datetime(2026, 3, 2, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.move(timedelta(hours=1))
    assert clock.now() == datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_mail_arrives_when_the_clock_says() -> None:
    world = BenchWorld(BenchClock(MONDAY_MORNING))
    world.account.deliver(b"Subject: x\r\n\r\ny")
    assert [mail.received_at for mail in world.account.mails("INBOX")] == [MONDAY_MORNING]
