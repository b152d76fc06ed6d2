"""How long to wait before what has failed is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)


def pause_after(attempts: int) -> timedelta:
    """The pause after so many failed tries before this one: it doubles with each."""
    # More doublings would only make a number that is too large.
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts, 12)))
