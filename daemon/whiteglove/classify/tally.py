"""What speaks for each kind of a message, and how it adds up.

A kind's score is that of its best evidence plus half of what the others would add if they were independent. So any
number of weak cues stays weak, and only a strong one makes sure; what was heard without a cue never does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import prod

from whiteglove.classify.learned import SUREST
from whiteglove.message import Kind

SUPPORTED = 0.5
"""A kind with this score is among the kinds of the message."""

SURE = 0.8
"""From here on a kind goes before others of higher rank, and an automatic answer may build on it."""

HEARD = "heard"
"""The name of the evidence that is no cue's."""

_CUE_LENGTH = 80
_CUES = 3


@dataclass(slots=True)
class Tally:
    """The best evidence of each cue for each kind, and how many sentences were understood."""

    evidence: dict[Kind, dict[str, tuple[float, str | Callable[[], str]]]] = field(default_factory=dict)
    supported: set[Kind] = field(default_factory=set)
    pressure: bool = False
    calm: bool = False
    understood: int = 0
    unexplained: int = 0

    def add(self, kind: Kind, name: str, weight: float, words: str | Callable[[], str]) -> None:
        """`words` are what speaks for it, or what finds them where they are to be shown."""
        of_kind = self.evidence.setdefault(kind, {})
        if name not in of_kind or weight > of_kind[name][0]:
            of_kind[name] = (weight, words)
        if weight >= SUPPORTED:
            self.supported.add(kind)

    def strength(self, kind: Kind) -> float:
        """The score of a kind, 0 where nothing speaks for it."""
        return self.score(kind) if kind in self.evidence else 0.0

    def score(self, kind: Kind) -> float:
        """What was heard without a cue makes a kind likelier, and never surer than it can be itself."""
        found = self.evidence[kind]
        score = _joined([weight for weight, _ in found.values()])
        if HEARD in found and score > SUREST:
            score = max(SUREST, _joined([weight for name, (weight, _) in found.items() if name != HEARD]))
        return score

    def cues(self, kinds: Iterable[Kind]) -> tuple[str, ...]:
        """The words that spoke loudest for these kinds, those of cues first, none of them twice."""
        found: list[str] = []
        for kind in kinds:
            for _, (_, words) in sorted(self.evidence[kind].items(), key=lambda hit: (hit[0] == HEARD, -hit[1][0])):
                cue = shortened(words if isinstance(words, str) else words())
                if cue and not any(cue in other or other in cue for other in found):
                    found.append(cue)
                if len(found) == _CUES:
                    return tuple(found)
        return tuple(found)


def _joined(weights: Sequence[float]) -> float:
    if len(weights) == 1:
        return weights[0]
    best, *others = sorted(weights, reverse=True) or [0.0]
    return best + (1 - best) * (1 - prod(1 - weight for weight in others)) / 2


def shortened(words: str) -> str:
    """Evidence on one line, at most 80 characters."""
    words = " ".join(words.split()).strip(",;:()–—- ")
    return words if len(words) <= _CUE_LENGTH else words[: _CUE_LENGTH - 1] + "…"
