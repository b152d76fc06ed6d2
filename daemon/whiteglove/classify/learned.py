"""What a paragraph sounds like: a logistic layer over its words and over the cues in it, learned from labelled texts.

It knows nothing but which words, which neighbours and which cues people used for what. It never makes sure alone: what
it says is capped below what an automatic answer may build on. The weights are `cues/learned.toml`, which
`tests/bench/learn.py` writes; nothing is learned while the program runs.
"""

from __future__ import annotations

import base64
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise, repeat
from math import ceil, exp, log, sqrt
from operator import add, sub, xor
from struct import Struct
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from whiteglove.classify.sentences import Passage, Sentence
from whiteglove.errors import GrammarError
from whiteglove.message import Kind

SUREST = 0.78
"""The most that the layer says of any kind."""

LEAST = 0.1
"""What is less likely is not told."""

PLACE = 3
"""Bytes in which the number of a mark is written."""

CUE_SHARE = 0.25
"""What a cue counts in a paragraph, however long that is."""

NOTHING = 95
"""The byte of a mark that says nothing of a kind; twice that is the most that one says for it."""

PAIRS = 1 << 8 * PLACE - 1
"""From here on a mark is a pair of words."""

# Each kind has room in a sum for the weights of so many words, each heard in up to four marks, and of a few more;
# behind these stands how many there are.
_FIELD = 2
_FULL = (1 << 8 * _FIELD) - 1
_REMEMBERED = 6144
MOST_WORDS = 84
"""Words and ends of sentences of a paragraph that are heard."""
# Fewer known marks for each word than this, and most of the words are unknown: alone, by their beginnings, in pairs.
_KNOWN = 1.1
_STEM = 4
_TELLING = 4
# Sets the left one of a pair apart from the right one, so that "is it" and "it is" are two; small, so that all stay so.
_PAIR = 31
# How strong a cue is: it hints, it supports, it makes sure.
_LEVELS = {"0.0": 0.0, "0.5": 0.5, "0.8": 0.8}


def likelihood(odds: float) -> float:
    """The probability, from 0 to 1, whose odds have this logarithm."""
    return 1 / (1 + exp(-odds))


def odds_of(likelihood: float) -> float:
    """The logarithm of the odds of a probability, from 0 to 1."""
    return log(likelihood / (1 - likelihood))


def _number(mark: str) -> int:
    return crc32(mark.encode()) % PAIRS


def _as_left(number: int) -> int:
    return PAIRS | number * _PAIR % PAIRS


_Found = TypeVar("_Found")

_LEAST = odds_of(LEAST)
_BEGINNING = _as_left(_number("^"))
_OPENING = (_BEGINNING, 0, ())
_DIGITS = _number("#")
_ENDS = {"": _number("$"), "?": _number("?"), "!": _number("!")}
# How likely each kind is depends on the length as well; twice as many words are another length.
_LENGTHS = [_number(f"len {words.bit_length()}") for words in range(MOST_WORDS + 1)]


def marks(sentences: Sequence[Sentence]) -> list[int]:
    """What is looked at in a paragraph, as numbers: its length, each word, its first four letters, and each pair of
    neighbours by their first four; once more, the words of a question, and how the last sentence begins and ends.

    The beginning and the end of each sentence count as neighbours; numbers written in digits are all the same.
    """
    said = [sentence.words[:MOST_WORDS] for sentence in _first(sentences)]
    found = [_LENGTHS[sum(map(len, said))]]
    for words, sentence in zip(said, sentences, strict=False):
        numbers = [_numbers(word) for word in words]
        found += [mark for _, _, alone in numbers for mark in alone]
        found += [left ^ right for (left, _, _), (_, right, _) in pairwise([_OPENING, *numbers])]
        found += [_as_asked(word) for word in _asked(sentence)]
    return found + [_as_last(word) for word in _last(sentences[-1])]


def _first(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The sentences that are heard: the first one, and as many more as there is room for."""
    room = MOST_WORDS
    for number, sentence in enumerate(sentences):
        room -= len(sentence.words)
        if number and room < 0:
            return
        yield sentence


def _asked(sentence: Sentence) -> list[str]:
    """The words of a question."""
    return sentence.words[:-1][:MOST_WORDS] if sentence.asked else []


def _last(sentence: Sentence) -> list[str]:
    """How the last sentence begins and ends, which is where most people come to the point."""
    words = sentence.words
    return [*words[:-1][:2], words[-1]]


def marks_of_cues(cues: Mapping[str, float]) -> list[int]:
    """The marks of the cues that speak with some strength, from 0 to 1, by their names and by their kinds."""
    return [_number(level) for level in _levels(cues)]


def _levels(cues: Mapping[str, float]) -> list[str]:
    return [f"{name} {level}" for name, strength in cues.items() for level in _LEVELS if strength >= _LEVELS[level]]


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


def _numbers(word: str) -> tuple[int, int, tuple[int, ...]]:
    """The numbers of a word's beginning as the left and as the right one of a pair, and those of the word alone."""
    if word in _ENDS:
        return _BEGINNING, _ENDS[word], (_ENDS[word],)
    if word[0].isdigit():
        return _as_left(_DIGITS), _DIGITS, (_DIGITS,)
    stem = _number(word[:_STEM])
    alone = (_number(word), _number(word[:_STEM] + "…")) if len(word) > _STEM else (stem,)
    return _as_left(stem), stem, alone


class Heard(NamedTuple):
    """A sentence, how many of its words are heard, and what these say for all kinds: they and their pairs (`weight`),
    and what they say besides where the sentence asks."""

    sentence: Sentence
    words: int
    weight: int
    asked: int


class _Known(dict[str, _Found]):
    """What was looked up of each word; all of it is forgotten where it grows too large."""

    def __init__(self, look_up: Callable[[str], _Found]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, word: str) -> _Found:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[word] = self._look_up(word)
        return found


_SHARES = [share_of(words) for words in range(MOST_WORDS + 1)]


class Learned:
    """The weights of each mark for each kind, in whole steps of `scale`."""

    __slots__ = (
        "_asked", "_count", "_cues", "_kinds", "_last", "_lengths", "_marks", "_pairs", "_scale", "_sums", "_weights",
        "_words",
    )  # fmt: skip

    def __init__(self, kinds: Sequence[Kind], rows: Iterable[tuple[int, bytes]], scale: float) -> None:
        """`rows` has for each mark, in their order, one byte for each kind, up to twice `NOTHING`."""
        self._kinds = tuple(kinds)
        self._scale = scale
        self._sums = Struct(f"<{len(kinds) + 1}H")
        self._count = len(kinds) * _FIELD * 8
        # Pairs are looked up all the time. The other marks are looked up once for each word, so that they may lie where
        # they take a tenth of the room.
        self._pairs: dict[int, int] = {}
        self._marks = array("I")
        self._weights = bytearray()
        for mark, row in rows:
            if mark >= PAIRS:
                self._pairs[mark] = _summand(row)
            else:
                self._marks.append(mark)
                self._weights += row
        self._words = _Known(self._looked_up)
        self._asked = _Known(lambda word: self._weight(_as_asked(word)))
        self._last = _Known(lambda word: self._weight(_as_last(word)))
        self._cues = _Known(lambda cue: self._weight(_number(cue)))
        self._lengths = [self._weight(mark) for mark in _LENGTHS]

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

    def _looked_up(self, word: str) -> tuple[int, int, int]:
        """The numbers of a word as the left and as the right one of a pair, and what it says alone."""
        left, right, alone = _numbers(word)
        return left, right, sum(map(self._weight, alone))

    def _weight(self, mark: int) -> int:
        """What a mark that is no pair says for all kinds."""
        at = bisect_left(self._marks, mark)
        if at == len(self._marks) or self._marks[at] != mark:
            return 0
        return _summand(self._weights[at * len(self._kinds) : (at + 1) * len(self._kinds)])

    def listen(self, passage: Passage) -> list[Heard]:
        """What each sentence says for all kinds."""
        sentences, tokens, starts = passage
        if not tokens:
            return []
        left, right, alone = zip(*map(self._words.__getitem__, tokens), strict=True)
        # What ends a sentence is the opening of the next one.
        pairs = map(self._pairs.get, map(xor, (_BEGINNING, *left), right), repeat(0))
        # What was said up to each word, so that what a sentence says is what was said in between.
        said = list(accumulate(map(add, alone, pairs), initial=0))
        heard = []
        for sentence, start in zip(sentences, starts, strict=True):
            words = min(len(sentence.words), MOST_WORDS)
            asked = sum(map(self._asked.__getitem__, _asked(sentence))) if sentence.asked else 0
            heard.append(Heard(sentence, words, said[start + words] - said[start], asked))
        return heard

    def odds(self, heard: Sequence[Heard], cues: Mapping[str, float]) -> dict[Kind, float]:
        """The logarithms of the odds (`likelihood`) that a paragraph of these sentences, in which cues speak with some
        strength, by their names and by their kinds, is of each kind, without those that are less likely than `LEAST`.

        It may be of two kinds, or of none. Nothing is said where most of the words are unknown.
        """
        words = weight = asked = 0
        for _, more, said, said_asking in heard:
            if words + more > MOST_WORDS:
                break
            words += more
            weight += said
            asked += said_asking
        if weight >> self._count < _KNOWN * words:
            return {}
        last = sum(map(self._last.__getitem__, _last(heard[-1].sentence)), self._lengths[words])
        *sums, rows = self._summed(weight + asked + last)
        step, nothing = self._scale * _SHARES[words], NOTHING * rows
        if not cues:
            # Most kinds are unlikely, and whole numbers are compared fast.
            least = nothing + ceil(_LEAST / step)
            return {
                kind: step * (total - nothing) for kind, total in zip(self._kinds, sums, strict=True) if total >= least
            }
        *of_cues, rows = self._summed(sum(map(self._cues.__getitem__, _levels(cues))))
        cue_step, nothing_of_cues = self._scale * CUE_SHARE, NOTHING * rows
        return {
            kind: odds
            for kind, total, cue in zip(self._kinds, sums, of_cues, strict=True)
            if (odds := step * (total - nothing) + cue_step * (cue - nothing_of_cues)) >= _LEAST
        }

    def _summed(self, weight: int) -> tuple[int, ...]:
        """The sum for each kind, and behind them of how many marks."""
        return self._sums.unpack(weight.to_bytes(self._sums.size, "little"))

    def telling(self, heard: Sequence[Heard], kind: Kind) -> str:
        """The words, at most four, that say most clearly that the paragraph is of this kind, as they were written."""
        place = self._kinds.index(kind) * _FIELD * 8
        sentence = max(heard, key=lambda one: self._of_kind(one.weight, place)).sentence
        first = self._most_telling(sentence, place)
        start = end = 0
        for number, word in enumerate(sentence.words[: first + _TELLING]):
            at = sentence.folded.index(word, end)
            end = at + len(word)
            start = at if number == first else start
        # The folded text begins with a space that the text has not.
        return sentence.text[start - 1 : end - 1]

    def _most_telling(self, sentence: Sentence, place: int) -> int:
        """With which word of a sentence those begin that say most for a kind."""
        sums = [0]
        left = _BEGINNING
        for word in sentence.words[:-1]:
            following, right, alone = self._words[word]
            sums.append(sums[-1] + self._of_kind(alone + self._pairs.get(left ^ right, 0), place))
            left = following
        of_some = list(map(sub, sums[min(_TELLING, len(sums) - 1) :], sums))
        return of_some.index(max(of_some))

    def _of_kind(self, weight: int, place: int) -> int:
        """What is said for the kind whose sum stands at this place, in steps."""
        return (weight >> place & _FULL) - NOTHING * (weight >> self._count)


def _summand(row: bytes | bytearray) -> int:
    """All weights of a mark as one long number, so that they are summed at once: each with room for a sum, and behind
    them that it is one row."""
    spaced = bytearray((len(row) + 1) * _FIELD)
    spaced[::_FIELD] = row + b"\x01"
    return int.from_bytes(spaced, "little")
