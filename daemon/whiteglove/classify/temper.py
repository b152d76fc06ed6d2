"""How pressing and how upset a message is, each as a figure from 0 to 1, from its cues and from how it is written.

The figures order what waits for a person; nothing is answered or withheld for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import prod

from whiteglove.message import Kind

_READ_AT_MOST = 20_000
# What stands before a word is looked at behind its first letter, so that only capitals are stopped at.
_SHOUTED = re.compile("[A-ZÀ-ÖØ-Þ](?<![\\w-].)[A-ZÀ-ÖØ-Þ]{3,}(?![\\w-])")
_SHORTEST = 4
_NO_CAPITALS = bytes(code for code in range(256) if not _SHOUTED.match(4 * chr(code)))
_HEATED = (Kind.URGENT_REQUEST, Kind.DEADLINE_MISSED, Kind.COMPLAINT)
# Who is so thankful shouts for joy.
_GLAD = 0.5
# Fewer shouted words than this, or a smaller part of the text, are names and abbreviations.
_LOUD_WORDS = 2
_LOUD_SHARE = 0.25
# More blanks and line ends than this for each word are no prose.
_BLANKS = 2
_LIMIT = 0.05


def temper(
    strength: Callable[[Kind], float], text: str, *, pressed: bool = False, calm: bool = False
) -> tuple[float, float]:
    """Urgency and mood of a text in which the cues of each kind have this `strength`.

    `pressed`: somebody insists, or stands behind the writer. `calm`: it says itself that there is no hurry.
    """
    loud, banged = _loudness(text[:_READ_AT_MOST])
    urgent, missed, complaint = map(strength, _HEATED)
    if not (urgent or missed or complaint):
        if strength(Kind.THANKS) >= _GLAD:
            loud = banged = 0.0
        if not (loud or banged or pressed):
            return 0.0, 0.0
    urgency = 0.0 if calm and not urgent else _joined(urgent, 0.4 * missed, 0.25 * loud, 0.15 * banged, 0.3 * pressed)
    mood = _joined(0.9 * complaint, 0.5 * missed, 0.3 * loud, 0.2 * banged, 0.25 * pressed)
    return _figure(urgency), _figure(mood)


def _joined(*parts: float) -> float:
    """Independent signs, of which each leaves less room to the others."""
    return 1 - prod(1 - part for part in parts)


def _figure(value: float) -> float:
    return round(min(value, 1.0), 2) if value >= _LIMIT else 0.0


def _loudness(text: str) -> tuple[float, float]:
    """How much of it is shouted in capitals, and whether marks are heaped, "!!" or "???", each from 0 to 1."""
    loud = 0.0
    capitals = len(text.encode("latin-1", "ignore").translate(None, _NO_CAPITALS))
    # Where there are fewer capitals than that share of shouted words has, nothing needs to be searched for. Blanks and
    # line ends are counted sooner than words, of which there are hardly ever less than half as many.
    fewest_words = (text.count(" ") + text.count("\n")) // _BLANKS
    if capitals >= _LOUD_SHARE * fewest_words * _SHORTEST:
        shouted = len(_SHOUTED.findall(text))
        share = shouted / len(text.split()) if shouted >= _LOUD_WORDS else 0.0
        loud = min(2 * share, 1.0) if share >= _LOUD_SHARE else 0.0
    banged = ("!!" in text) or ("?!" in text) or ("!?" in text) or ("???" in text)
    return loud, float(banged)
