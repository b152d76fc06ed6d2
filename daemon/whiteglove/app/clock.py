"""The present instant."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock; fills `ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)
