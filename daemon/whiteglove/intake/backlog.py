"""How far the reading of a long backlog has come: a bar for a person who waits, a line of the log every half minute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from whiteglove.log import Journal

LONG = 200
"""Messages from which on a backlog is worth a word."""
LINE_INTERVAL = 30.0
BAR_INTERVAL = 0.1
BAR_WIDTH = 24


@dataclass(slots=True)
class _Reading:
    total: int
    began: float
    told: float
    done: int = 0


class Backlog:
    """Every folder that is being read, of all mailboxes. For any thread.

    `show` is given the text of the bar, "" at the end; nothing is shown until somebody sets it.
    """

    def __init__(self, journal: Journal, now: Callable[[], float] = monotonic) -> None:
        """`now` is monotonic, in seconds."""
        self.show: Callable[[str], None] = _nobody
        self._journal = journal
        self._now = now
        self._lock = threading.Lock()
        self._readings: dict[tuple[str, str], _Reading] = {}
        self._shown = float("-inf")

    @contextmanager
    def reading(self, mailbox: str, folder: str, total: int) -> Iterator[Callable[[int], None]]:
        """Note that so many messages are about to be read; what is given is told how many more have been."""
        if total < LONG:
            yield _ignore
            return
        began = self._now()
        with self._lock:
            self._readings[mailbox, folder] = _Reading(total, began, began)

        def read(number: int) -> None:
            self._read(mailbox, folder, number)

        try:
            yield read
        finally:
            with self._lock:
                del self._readings[mailbox, folder]
                if not self._readings:
                    self.show("")

    def _read(self, mailbox: str, folder: str, number: int) -> None:
        now = self._now()
        with self._lock:
            reading = self._readings[mailbox, folder]
            reading.done += number
            is_told = now - reading.told >= LINE_INTERVAL
            if is_told:
                reading.told = now
            rate = reading.done / max(now - reading.began, 1e-3)
            if now - self._shown >= BAR_INTERVAL:
                self._shown = now
                self.show(self._bar(now))
        if is_told:
            self._journal.write(
                "mailbox.reading",
                mailbox=mailbox,
                folder=folder,
                done=reading.done,
                total=reading.total,
                rate=round(rate, 1),
                remaining=round((reading.total - reading.done) / max(rate, 1e-3)),
            )

    def _bar(self, now: float) -> str:
        """All folders as one: `reading studio [=====>    ] 1,200 of 4,800 · 410 a second · 9 s to go`."""
        done = sum(reading.done for reading in self._readings.values())
        total = sum(reading.total for reading in self._readings.values())
        rate = done / max(now - min(reading.began for reading in self._readings.values()), 1e-3)
        names = sorted({mailbox for mailbox, _ in self._readings})
        whose = names[0] if len(names) == 1 else f"{len(names)} mailboxes"
        filled = BAR_WIDTH * done // total
        bar = f"{'=' * filled}{'>' if filled < BAR_WIDTH else ''}".ljust(BAR_WIDTH)
        yet = _span((total - done) / rate)
        return f"reading {whose} [{bar}] {done:,} of {total:,} · {rate:.0f} a second · {yet} to go"


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _ignore(_number: int) -> None:
    pass


def _nobody(_text: str) -> None:
    pass
