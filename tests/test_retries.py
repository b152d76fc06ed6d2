"""Pauses that grow, and not for ever."""

from __future__ import annotations

from whiteglove.retries import FIRST_PAUSE, LONGEST_PAUSE, pause_after


def test_a_pause_doubles_up_to_the_longest() -> None:
    assert [pause_after(attempts) for attempts in range(3)] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pause_after(8) == pause_after(10**9) == LONGEST_PAUSE
