"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whiteglove.app import SystemClock


def test_it_tells_the_present_instant_in_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)
