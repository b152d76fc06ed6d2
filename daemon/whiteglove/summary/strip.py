"""Figures over time as a row of small cells in five shades, which mean the same in both forms and for every client."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from whiteglove.sections import Trace
from whiteglove.summary.reader import Reader
from whiteglove.summary.showing import shown

MOST_DAYS = 28
"""What a telephone has room for; of a longer trace the latest are shown."""

LEGEND = ("0", "1", "2–3", "4–6", "7+")
"""What each shade stands for, from the palest on."""

LONGEST_LABEL = 160
_BOUNDS = (1, 2, 4, 7)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its shade, from 0 to 4, and whether it was more than the limit."""

    shade: int
    is_above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A trace as it is drawn. The last of `weeks` is a whole one, the first may be shorter; `days` says how many days
    these are, `label` what they show."""

    weeks: tuple[tuple[Cell, ...], ...]
    days: str
    label: str

    @property
    def is_marked(self) -> bool:
        """Whether any day was above the limit."""
        return any(cell.is_above for week in self.weeks for cell in week)


def strip_of(trace: Trace | None, reader: Reader) -> Strip | None:
    """The trace as it is drawn, None where there is nothing to compare. Without a label the figures are read out."""
    if trace is None or len(trace.values) < 2:
        return None
    values, limit = trace.values[-MOST_DAYS:], trace.limit
    cells = [Cell(bisect_right(_BOUNDS, value), limit is not None and value > limit) for value in values]
    days = reader.word("days", count=len(cells))
    said = trace.label or reader.word("named", name=days, words=", ".join(map(str, values)))
    starts = [0, *(at for at in range(1, len(cells)) if (len(cells) - at) % _WEEK == 0)]
    weeks = tuple(tuple(cells[start:end]) for start, end in zip(starts, [*starts[1:], len(cells)], strict=True))
    return Strip(weeks=weeks, days=days, label=shown(said, LONGEST_LABEL))
