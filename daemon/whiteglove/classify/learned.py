"""What a sentence that no cue knows sounds like: a logistic layer over its words, learned from labelled sentences.

It knows nothing but which words, and which neighbours, people used for what. So it never makes sure:
what it says is capped below what an automatic answer may build on. The weights are `cues/learned.toml`, which
`tests/bench/learn.py` writes; nothing is learned while the program runs.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import exp, log, sqrt
from struct import Struct
from typing import Any
from zlib import crc32

from whiteglove.classify.sentences import Sentence
from whiteglove.errors import GrammarError
from whiteglove.message import Kind

SUREST = 0.78
"""The most that the layer says of any kind."""

LEAST = 0.3
"""What is less likely is not told."""

PLACE = 3
"""Bytes in which the number of a mark is written."""

_MARKS = (1 << 8 * PLACE) - 1
_NOTHING = 128
# The sum of 250 weights of a byte each fits into two.
_MOST = 250
_FIELD = 2
_STEM = 4
_TELLING = 4
_LEAST = log(LEAST / (1 - LEAST))
# Makes one number of two; a small one, so that all of them stay small.
_PAIR = 31
_FIRST, _LAST, _ASKED, _LOUD, _NUMBER = (crc32(mark) & _MARKS for mark in (b"^", b"$", b"?", b"!", b"#"))


def marks(sentence: Sentence) -> set[int]:
    """What is looked at, as numbers: each word, and each pair of neighbours by their first four letters.

    The beginning and the end of the sentence count as neighbours; numbers written in digits are all the same.
    """
    end = _ASKED if sentence.asked else _LAST
    numbers = [_numbers(word) for word in sentence.words[:-1]]
    found = {whole for whole, _ in numbers}
    found.add(end)
    stems = [_FIRST, *[stem for _, stem in numbers], end]
    found.update([(left * _PAIR + right) & _MARKS for left, right in pairwise(stems)])
    if "!" in sentence.text:
        found.add(_LOUD)
    return found


@lru_cache(maxsize=4096)
def _numbers(word: str) -> tuple[int, int]:
    """The numbers of a word and of its beginning."""
    if word[0].isdigit():
        return _NUMBER, _NUMBER
    return crc32(word.encode()) & _MARKS, crc32(word[:_STEM].encode()) & _MARKS


class Learned:
    """The weights of each mark for each kind, in whole steps of `scale`."""

    __slots__ = ("_kinds", "_rows", "_scale", "_sums")

    def __init__(self, kinds: Sequence[Kind], rows: Mapping[int, bytes], scale: float) -> None:
        """`rows` has for each mark one byte for each kind, 128 being nothing."""
        self._kinds = tuple(kinds)
        self._scale = scale
        self._sums = Struct(f"<{len(kinds)}H")
        # All kinds of a mark are one long number, so that they are summed at once.
        self._rows = {mark: int.from_bytes(_spaced(row), "little") for mark, row in rows.items()}

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Learned:
        """Read `kinds`, `scale` and `weights`: a mark and its weights, again and again, packed and in base 85.

        Raises `GrammarError` where they do not fit together.
        """
        try:
            kinds = tuple(Kind(kind) for kind in table["kinds"])
            raw = zlib.decompress(base64.b85decode("".join(table["weights"].split())))
            scale = float(table["scale"])
        except (KeyError, ValueError, AttributeError, TypeError, zlib.error) as error:
            raise GrammarError(f"cues learned: {error!r}; tests/bench/learn.py writes the file") from error
        width = PLACE + len(kinds)
        if len(raw) % width:
            raise GrammarError(f"cues learned: {len(raw)} bytes are no rows of {width}")
        places = range(0, len(raw), width)
        return cls(
            kinds,
            {int.from_bytes(raw[at : at + PLACE], "little"): raw[at + PLACE : at + width] for at in places},
            scale,
        )

    def likely(self, sentence: Sentence) -> dict[Kind, float]:
        """How likely the sentence is of each kind, from 0 to 1, without those that are less likely than `LEAST`.

        The figures need not add up to 1: it may be of two kinds, or of none.
        """
        found = marks(sentence)
        known = self._rows
        rows = [known[mark] for mark in found if mark in known][:_MOST]
        sums = self._sums.unpack(sum(rows).to_bytes(self._sums.size, "little"))
        step = self._scale / sqrt(len(found))
        nothing = _NOTHING * len(rows)
        least = nothing + _LEAST / step
        if max(sums) < least:
            return {}
        return {
            kind: 1 / (1 + exp(step * (nothing - total)))
            for kind, total in zip(self._kinds, sums, strict=True)
            if total >= least
        }

    def telling(self, sentence: Sentence, kind: Kind) -> str:
        """The words, at most four, that say most clearly that the sentence is of this kind, as they were written."""
        place = self._kinds.index(kind) * 8 * _FIELD
        says: list[int] = []
        spans: list[tuple[int, int]] = []
        before, end = _FIRST, 0
        for word in sentence.words[:-1]:
            whole, stem = _numbers(word)
            rows = (self._rows.get(whole), self._rows.get((before * _PAIR + stem) & _MARKS))
            says.append(sum((row >> place & 0xFFFF) - _NOTHING for row in rows if row))
            start = sentence.folded.index(word, end)
            before, end = stem, start + len(word)
            spans.append((start, end))
        first = max(range(max(len(says) - _TELLING, 0) + 1), key=lambda at: sum(says[at : at + _TELLING]))
        last = min(first + _TELLING, len(spans)) - 1
        # The folded text begins with a space that the text has not.
        return sentence.text[spans[first][0] - 1 : spans[last][1] - 1]


def _spaced(row: bytes) -> bytes:
    """Each weight with room for a sum."""
    spaced = bytearray(len(row) * _FIELD)
    spaced[::_FIELD] = row
    return bytes(spaced)
