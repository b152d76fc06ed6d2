"""Types for the settings of plugins: small texts that pydantic reads with the same grammar as the daemon's own keys."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated

from pydantic import BeforeValidator

from whiteglove.grammar import parse_clock, parse_duration, parse_weekday


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f'{value!r} is not a duration; write a number and its unit, for example "3m" or "8h"')


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, str):
        return parse_clock(value)
    raise ValueError(f'{value!r} is not a time of day; right would be "08:00"')


def _weekday(value: object) -> int:
    if isinstance(value, str):
        return parse_weekday(value)
    raise ValueError(f'{value!r} is not a weekday; right would be "Mon"')


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, written as "90s", "3m", "8h", "30d", "2w" or "18 months"."""

TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
"""A time of day in the owner's zone, written as "08:00"."""

Weekday = Annotated[int, BeforeValidator(_weekday)]
"""A weekday, written as "Mon"; Monday is 0."""
