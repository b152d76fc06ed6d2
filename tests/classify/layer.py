"""A learned layer of a few words, for the tests of it and of what listens to it."""

from __future__ import annotations

from whiteglove.classify.learned import NOTHING, Learned, marks, marks_of_cues
from whiteglove.classify.sentences import split
from whiteglove.message import Kind

KINDS = (Kind.COMPLAINT, Kind.FYI)


def learned(cues: dict[str, tuple[int, int]] | None = None, **weights: tuple[int, int]) -> Learned:
    """Words, and sure cues, with what each says of a complaint and of news, in steps of 0.14; others say nothing."""
    rows = {mark: bytes((NOTHING, NOTHING)) for word in ("the", "bench", "so", "then") for mark in marks(split(word))}
    for word, said in weights.items():
        # The length comes first, then the word.
        mark = marks(split(word))[1]
        rows[mark] = bytes(NOTHING + steps for steps in said)
    for kind, said in (cues or {}).items():
        rows[marks_of_cues({kind: 1.0})[-1]] = bytes(NOTHING + steps for steps in said)
    return Learned(KINDS, sorted(rows.items()), 0.14)
