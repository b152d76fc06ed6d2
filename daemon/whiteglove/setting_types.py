"""Types for the settings of plugins: small texts that pydantic reads with the same grammar as the daemon's own keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from whiteglove.grammar import parse_duration


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    raise ValueError(f'{value!r} is not a duration; write a number and its unit, for example "3m" or "8h"')


Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, written as "90s", "3m", "8h", "30d", "2w" or "18 months"."""
