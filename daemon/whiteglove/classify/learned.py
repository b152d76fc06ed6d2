"""What a paragraph sounds like: a logistic layer over its words and over the cues in it, learned from labelled texts.

It knows nothing but which words, which neighbours and which cues people used for what. It never makes sure alone: what
it says is capped below what an automatic answer may build on. The weights are `cues/learned.toml`, which
`tests/bench/learn.py` writes; nothing is learned while the program runs.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import exp, log, sqrt
from operator import xor
from struct import Struct
from typing import Any
from zlib import crc32

from whiteglove.classify.sentences import Sentence
from whiteglove.errors import GrammarError
from whiteglove.message import Kind

SUREST = 0.78
"""The most that the layer says of any kind."""

LEAST = 0.02
"""What is less likely is not told."""

PLACE = 3
"""Bytes in which the number of a mark is written."""

CUE_SHARE = 0.25
"""What a cue counts in a paragraph, however long that is."""

NOTHING = 95
"""The byte of a mark that says nothing of a kind; twice that is the most that one says for it."""

_MARKS = (1 << 8 * PLACE) - 1
# Each kind has room in a sum for the weights of so many words, each heard in up to four marks, and of a few more;
# behind these stands how many there are.
_FIELD = 2
_FULL = (1 << 8 * _FIELD) - 1
_REMEMBERED = 4096
MOST_WORDS = 84
"""Words and ends of sentences of a paragraph that are heard."""
# Fewer known marks for each word than this, and most of the words are unknown: alone, by their beginnings, in pairs.
_KNOWN = 1.1
_STEM = 4
_TELLING = 4
# Sets the left one of a pair apart from the right one, so that "is it" and "it is" are two; small, so that all stay so.
_PAIR = 31
# How strong a cue is: it hints, it supports, it makes sure.
_LEVELS = (0.0, 0.5, 0.8)


def likelihood(odds: float) -> float:
    """The probability, from 0 to 1, whose odds have this logarithm."""
    return 1 / (1 + exp(-odds))


def odds_of(likelihood: float) -> float:
    """The logarithm of the odds of a probability, from 0 to 1."""
    return log(likelihood / (1 - likelihood))


def _number(mark: str) -> int:
    return crc32(mark.encode()) & _MARKS


def _as_left(number: int) -> int:
    return number * _PAIR & _MARKS


_LEAST = odds_of(LEAST)
_BEGINNING = _as_left(_number("^"))
_DIGITS = _number("#")
_ENDS = {"": _number("$"), "?": _number("?"), "!": _number("!")}
# How likely each kind is depends on the length as well; twice as many words are another length.
_LENGTHS = [_number(f"len {words.bit_length()}") for words in range(MOST_WORDS + 1)]


def marks(sentences: Sequence[Sentence]) -> list[int]:
    """What is looked at in a paragraph, as numbers: its length, each word, its first four letters, and each pair of
    neighbours by their first four; once more, the words of a question, and how the last sentence begins and ends.

    The beginning and the end of each sentence count as neighbours; numbers written in digits are all the same. A pair
    counts once.
    """
    words = _heard(sentences)
    numbers = [_numbers(word) for word in words]
    alone = [mark for found, _, _ in numbers for mark in found]
    asked = [_as_asked(word) for word in _asked(sentences)]
    last = [_as_last(word) for word in _last(sentences)]
    pairs = {left ^ right for (_, left, _), (_, _, right) in pairwise(numbers)}
    return [_LENGTHS[len(words)], *alone, *asked, *last, *sorted(pairs)]


def _heard(sentences: Sequence[Sentence]) -> list[str]:
    """The words, and between them the ends of the sentences, which are the beginnings of the next ones."""
    words = [""]
    for sentence in sentences:
        words += sentence.words
    return words[:MOST_WORDS]


def _asked(sentences: Sequence[Sentence]) -> list[str]:
    """The words of the questions."""
    return [word for sentence in sentences if sentence.asked for word in sentence.words[:-1]][:MOST_WORDS]


def _last(sentences: Sequence[Sentence]) -> list[str]:
    """How the last sentence begins and ends, which is where most people come to the point."""
    *words, end = sentences[-1].words
    return [*words[:2], end]


def marks_of_cues(cues: Mapping[Kind, float]) -> list[int]:
    """The marks of the cues that speak for some kinds with some strength, from 0 to 1."""
    return [_number(f"{kind} {level}") for kind, strength in cues.items() for level in _LEVELS if strength >= level]


def _as_asked(word: str) -> int:
    """The number of a word in a question."""
    return _number(f"? {_stem(word)}")


def _as_last(word: str) -> int:
    """The number of a word with which the last sentence begins, or of its end."""
    return _number(f"last {_stem(word)}")


def _stem(word: str) -> str:
    return "#" if word[:1].isdigit() else word[:_STEM]


def share_of(words: int) -> float:
    """What each mark counts among so many words: a paragraph of many words is not surer than one of few."""
    return 1 / sqrt(2 * words + 1)


def _numbers(word: str) -> tuple[tuple[int, ...], int, int]:
    """The numbers of a word alone, and those of its beginning as the left and as the right one of a pair."""
    if word in _ENDS:
        return (_ENDS[word],), _BEGINNING, _ENDS[word]
    if word[0].isdigit():
        return (_DIGITS,), _as_left(_DIGITS), _DIGITS
    stem = _number(word[:_STEM])
    alone = (_number(word), _number(word[:_STEM] + "…")) if len(word) > _STEM else (stem,)
    return alone, _as_left(stem), stem


class _Known(dict[str, int]):
    """What was looked up of each word; all of it is forgotten where it grows too large."""

    def __init__(self, look_up: Callable[[str], int]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[word] = self._look_up(word)
        return found


class Learned:
    """The weights of each mark for each kind, in whole steps of `scale`."""

    __slots__ = ("_alone", "_asked", "_kinds", "_last", "_left", "_lengths", "_right", "_rows", "_scale", "_sums")

    def __init__(self, kinds: Sequence[Kind], rows: Iterable[tuple[int, bytes]], scale: float) -> None:
        """`rows` has for each mark one byte for each kind, up to twice `NOTHING`."""
        self._kinds = tuple(kinds)
        self._scale = scale
        self._sums = Struct(f"<{len(kinds) + 1}H")
        # All weights of a mark are one long number, so that they are summed at once.
        self._rows = {mark: int.from_bytes(_spaced(row), "little") for mark, row in rows}
        self._alone = _Known(lambda word: sum(self._rows.get(mark, 0) for mark in _numbers(word)[0]))
        self._asked = _Known(lambda word: self._rows.get(_as_asked(word), 0))
        self._last = _Known(lambda word: self._rows.get(_as_last(word), 0))
        self._lengths = [self._rows.get(mark, 0) for mark in _LENGTHS]
        self._left = _Known(lambda word: _numbers(word)[1])
        self._right = _Known(lambda word: _numbers(word)[2])

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Learned:
        """Read `kinds`, `scale` and `weights`: a mark and its weights, again and again, packed and in base 64.

        Raises `GrammarError` where they do not fit together.
        """
        try:
            kinds = tuple(Kind(kind) for kind in table["kinds"])
            raw = zlib.decompress(base64.b64decode(table["weights"]))
            scale = float(table["scale"])
        except (KeyError, ValueError, AttributeError, TypeError, zlib.error) as error:
            raise GrammarError(f"cues learned: {error!r}; tests/bench/learn.py writes the file") from error
        width = PLACE + len(kinds)
        if len(raw) % width:
            raise GrammarError(f"cues learned: {len(raw)} bytes are no rows of {width}")
        places = range(0, len(raw), width)
        rows = ((int.from_bytes(raw[at : at + PLACE], "little"), raw[at + PLACE : at + width]) for at in places)
        return cls(kinds, rows, scale)

    def odds(self, sentences: Sequence[Sentence], cues: Mapping[Kind, float]) -> dict[Kind, float]:
        """The logarithms of the odds (`likelihood`) that a paragraph of these sentences, in which cues speak for some
        kinds with some strength, is of each kind, without those that are less likely than `LEAST`.

        It may be of two kinds, or of none. Nothing is said where most of the words are unknown.
        """
        words = _heard(sentences)
        right = map(self._right.__getitem__, words)
        next(right)
        pairs = self._rows.keys() & map(xor, map(self._left.__getitem__, words), right)
        weight = sum(map(self._rows.__getitem__, pairs), sum(map(self._alone.__getitem__, words)))
        if weight >> len(self._kinds) * _FIELD * 8 < _KNOWN * len(words):
            return {}
        weight = sum(map(self._last.__getitem__, _last(sentences)), weight + self._lengths[len(words)])
        if asked := _asked(sentences):
            weight = sum(map(self._asked.__getitem__, asked), weight)
        *sums, rows = self._sums.unpack(weight.to_bytes(self._sums.size, "little"))
        step, nothing = self._scale * share_of(len(words)), NOTHING * rows
        if not cues:
            least = nothing + _LEAST / step
            return {
                kind: step * (total - nothing) for kind, total in zip(self._kinds, sums, strict=True) if total >= least
            }
        of_cues = self._summed(sum(self._rows.get(mark, 0) for mark in marks_of_cues(cues)))
        return {
            kind: odds
            for kind, total, cue in zip(self._kinds, sums, of_cues, strict=True)
            if (odds := step * (total - nothing) + self._scale * CUE_SHARE * cue) >= _LEAST
        }

    def _summed(self, weight: int) -> list[int]:
        """What is said for each kind, in steps."""
        *sums, rows = self._sums.unpack(weight.to_bytes(self._sums.size, "little"))
        nothing = NOTHING * rows
        return [total - nothing for total in sums]

    def telling(self, sentences: Sequence[Sentence], kind: Kind) -> str:
        """The words, at most four, that say most clearly that the paragraph is of this kind, as they were written."""
        place = self._kinds.index(kind)
        found = [(self._says(sentence, place), sentence) for sentence in sentences]
        (_, first), sentence = max(found, key=lambda each: each[0][0])
        words = sentence.words[:-1]
        start = end = 0
        for number, word in enumerate(words[: first + _TELLING]):
            at = sentence.folded.index(word, end)
            end = at + len(word)
            start = at if number == first else start
        # The folded text begins with a space that the text has not.
        return sentence.text[start - 1 : end - 1]

    def _says(self, sentence: Sentence, place: int) -> tuple[int, int]:
        """How much the most telling words of a sentence say for a kind, and with which of them they begin."""
        at, count = place * _FIELD * 8, len(self._kinds) * _FIELD * 8
        says = []
        left = _BEGINNING
        for word in sentence.words[:-1]:
            weight = self._alone[word] + self._rows.get(left ^ self._right[word], 0)
            says.append((weight >> at & _FULL) - NOTHING * (weight >> count))
            left = self._left[word]
        sums = list(accumulate(says, initial=0))
        starts = range(max(len(says) - _TELLING, 0) + 1)
        return max(((sums[min(at + _TELLING, len(says))] - sums[at], at) for at in starts), key=lambda each: each[0])


def _spaced(row: bytes) -> bytes:
    """Each weight with room for a sum, and behind them that it is one row."""
    spaced = bytearray((len(row) + 1) * _FIELD)
    spaced[::_FIELD] = row + b"\x01"
    return bytes(spaced)
