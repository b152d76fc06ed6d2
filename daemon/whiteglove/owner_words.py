"""How the owner is spoken to: the words in their language, a time on their clock, a subject cut to a line's length.

What a client reads is said by `wording.py`; these are for warnings and the summary, in English and German.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from whiteglove.clients import Owner

Words = TypeVar("Words", bound=Mapping[str, str])


def spoken(owner: Owner, english: Words, german: Words) -> Words:
    """The words in the owner's language; where there are none in it, the English ones."""
    return german if owner.language == "de" else english


def say_when(instant: datetime, now: datetime, owner: Owner) -> str:
    """A moment on the owner's clock: "today at 16:00", "tomorrow at 09:00", else with weekday and date. Both instants
    are aware."""
    zone = ZoneInfo(owner.timezone)
    local, words = instant.astimezone(zone), spoken(owner, _ENGLISH, _GERMAN)
    ahead = (local.date() - now.astimezone(zone).date()).days
    name = {0: "today", 1: "tomorrow"}.get(ahead, "day")
    return words[name].format(local=local, weekday=words["weekdays"].split()[local.weekday()])


def shortened(text: str, most: int = 80) -> str:
    """A text on one line of at most so many characters; what is cut off leaves an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


_ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "today": "today at {local:%H:%M}",
        "tomorrow": "tomorrow at {local:%H:%M}",
        "day": "{weekday} {local:%Y-%m-%d} at {local:%H:%M}",
        "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    }
)
_GERMAN: Mapping[str, str] = MappingProxyType(
    {
        "today": "heute um {local:%H:%M}",
        "tomorrow": "morgen um {local:%H:%M}",
        "day": "{weekday}, {local:%d.%m.%Y} um {local:%H:%M}",
        "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    }
)
