"""The small language in which cues are written, so that a person who speaks the language can write one.

| written | means |
|---|---|
| `how is it going` | these words in this order, whatever spaces and punctuation lie between them |
| `(is|are)` | one of these; an alternative may hold several words, options and groups |
| `[already]` | may be there; not as the first item |
| `_` `..` `...` | any one word; up to two words; up to four words; not as the first item |
| `#` | a number in digits |
| `*frist` `liefer*` | a word that ends so, a word that begins so |
| `@thing` | the alternatives named `thing` under `[words]` |
| `^` | first of all: a clause begins here; the words of `@lead` may stand before |
| `$` | a clause ends here; may be an alternative of its own, `(yet|$)` |
| `?` | last of all: the sentence is a question |

Phrases match text as `sentences.fold` leaves it: lower case, without accents. `ä ö ü` also match `ae oe ue`, `ß` also
`ss`; an apostrophe or a hyphen in a word need not be written (`don't` matches `dont`, `follow-up` matches `followup`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from sys import intern
from typing import NamedTuple

from whiteglove.classify.phrases import ANY, Anchor, Phrase, Words
from whiteglove.classify.sentences import fold
from whiteglove.errors import GrammarError

# The first alternative reads `(is|are)` at one go: most brackets hold plain words only.
_TOKEN = re.compile(r"\([^\W\d_]+(?:\|[^\W\d_]+)*\)|\s+|[()\[\]|^$?]|\.{2,3}|@[a-z_]+|#|\*?[^\W_](?:[\w'-]*\w)?\*?|_")
# What a look at all words of a sentence costs, where a look at one neighbour costs 1.
_LOOK = 10
# How many sets of words beside the anchor are looked at: the rarest say nearly all.
_FURTHER = 2
_BETWEEN = "[ ,.!?]+"
_GAPS = {
    "_": rf"{_BETWEEN}\w+",
    "..": rf"(?:{_BETWEEN}\w+){{0,2}}?",
    "...": rf"(?:{_BETWEEN}\w+){{0,4}}?",
}
_CLAUSE_END = "(?= *(?:[,.!?]|$))"
_MARKS = {"$": _CLAUSE_END, "?": r"(?=[^?]*\?)"}
_SPELLINGS = {"ä": ("a", "ae"), "ö": ("o", "oe"), "ü": ("u", "ue"), "ß": ("s", "ss")}


class Vocabulary:
    """The named alternatives of one language, and the phrases written with them. Each name is read once.

    `common` holds the words that are met most in the language, most frequent first. The words of the name `lead` may
    stand before what `^` puts at the beginning of a clause, as in "so, and any news?".
    """

    def __init__(self, words: Mapping[str, str], common: Sequence[str] = ()) -> None:
        self._words = words
        # The n-th most frequent word makes up about a tenth of an n-th of all words (Zipf's law).
        self._share = {fold(word): 0.1 / rank for rank, word in enumerate(common, start=1)}
        self._commonness: dict[Words, float] = {}
        self._read: dict[str, _Item | None] = {}
        self._sets: dict[Words, Words] = {}
        self._leads = self.named("lead").needed if "lead" in words else ANY

    def phrase(self, text: str) -> Phrase:
        """Read a phrase. Raises `GrammarError` with the phrase and what is wrong with it."""
        reader = _Reader(text, self)
        run = reader.sequence()
        if reader.position < len(reader.pieces):
            raise reader.fault(f"{reader.pieces[reader.position]!r} stands outside of any bracket")
        anchor = self._anchor(run)
        needed = sorted((words for words in run.needed if words not in (anchor or ())), key=self.commonness)
        needed = [self._shared(words) for words in needed[:_FURTHER]]
        return Phrase(rf"{run.source}(?!\w)", anchor, tuple(needed), reader.opens, self._leads)

    def _shared(self, words: Words) -> Words:
        """The same set for the same words, and one text for each word: many phrases are found by the same ones."""
        if words not in self._sets:
            self._sets[words] = frozenset(map(intern, words))
        return self._sets[words]

    def commonness(self, words: Words) -> float:
        """The chance that a word met somewhere is one of these; of rare words the short ones count as more frequent."""
        if words not in self._commonness:
            self._commonness[words] = sum(self._share.get(word) or 1e-4 / len(word) for word in words)
        return self._commonness[words]

    def pair_commonness(self, pair: _Pair) -> float:
        """The price of a pair as anchor: how often its rarer side is met, and how often the other stands beside it."""
        rarer, other = sorted(map(self.commonness, pair))
        return rarer * (1 + _LOOK * other)

    def _anchor(self, run: _Run) -> Anchor | None:
        if not run.needed:
            return None
        single = min(run.needed, key=self.commonness)
        pair = min(run.pairs, key=self.pair_commonness, default=None)
        if pair is None or self.commonness(single) * _LOOK < self.pair_commonness(pair):
            return Anchor(self._shared(single))
        left, right = map(self._shared, pair)
        if self.commonness(left) < self.commonness(right):
            return Anchor(left, 1, right)
        return Anchor(right, -1, left)

    def named(self, name: str) -> _Item:
        """The alternatives behind `@name`. Raises `GrammarError` where there are none or they hold their own name."""
        if name not in self._words:
            raise GrammarError(f"@{name} is not defined under [words]")
        if name not in self._read:
            self._read[name] = None
            self._read[name] = _Reader(f"({self._words[name]})", self).item()
        item = self._read[name]
        if item is None:
            raise GrammarError(f"@{name} contains itself")
        return item


_Pair = tuple[Words, Words]


class _Item(NamedTuple):
    """One word, group or name. Sets are empty where nothing is certain.

    `needed`: every match holds one of these; `first` and `last`: it begins and ends with one of these; `pair`:
    somewhere in it one of the left is followed by one of the right. `may_end`: the clause may end here instead.
    """

    source: str
    needed: Words = ANY
    first: Words = ANY
    last: Words = ANY
    pair: _Pair | None = None
    may_end: bool = False


class _Run(NamedTuple):
    """Items in a row: as `_Item`, with all that is known of its parts."""

    source: str
    needed: Sequence[Words]
    first: Words
    last: Words
    pairs: Sequence[_Pair]


class _Reader:
    """Recursive descent over the pieces of one phrase."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.position = 0
        self.opens = False
        self.pieces = self._split()

    def fault(self, reason: str) -> GrammarError:
        return GrammarError(f"phrase {self.text!r}: {reason}")

    def _split(self) -> list[str]:
        lowered = self.text.lower()
        pieces = _TOKEN.findall(lowered)
        if sum(map(len, pieces)) < len(lowered):
            at = next(at for at in range(len(lowered)) if not _TOKEN.match(lowered, at))
            raise self.fault(f"{lowered[at]!r} has no meaning here")
        return [piece for piece in pieces if not piece.isspace()]

    def _peek(self) -> str | None:
        return self.pieces[self.position] if self.position < len(self.pieces) else None

    def sequence(self) -> _Run:
        """Items up to `|`, a closing bracket or the end."""
        if self.position == 0 and self._peek() == "^":
            self.position += 1
            self.opens = True
        if (self._peek() or "|") in "|)]$?":
            raise self.fault("something that is not optional is missing")
        if self._peek() == "[" or self._peek() in _GAPS:
            raise self.fault("an option cannot come first; after '^' the words of @lead may stand there anyway")
        item = self.item()
        source, first, last = item.source, item.first, item.last
        needed = [item.needed] if item.needed else []
        pairs = [item.pair] if item.pair else []
        while (piece := self._peek()) not in (None, "|", ")", "]"):
            if piece in _MARKS or piece in _GAPS or piece == "[":
                self.position += 1
                source += self._option(str(piece))
                last = last if piece in _MARKS else ANY
                continue
            item = self.item()
            source += f"(?:{_BETWEEN}{item.source}|{_CLAUSE_END})" if item.may_end else _BETWEEN + item.source
            needed += [item.needed] if item.needed else []
            pairs += [(last, item.first)] if last and item.first else []
            pairs += [item.pair] if item.pair else []
            last = item.last
        return _Run(source, needed, first, last, pairs)

    def _option(self, piece: str) -> str:
        if piece == "[":
            return f"(?:{_BETWEEN}{self._alternatives(']').source})?"
        return _MARKS.get(piece) or _GAPS[piece]

    def item(self) -> _Item:
        """One word, group or name; what is optional is the business of `sequence`."""
        piece = self.pieces[self.position]
        self.position += 1
        if piece == "^":
            raise self.fault("'^' stands elsewhere than at the beginning")
        if piece == "(":
            return self._alternatives(")")
        if piece.startswith("("):
            words = piece[1:-1].split("|")
            known = frozenset().union(*map(_spellings, words))
            return _Item(f"(?:{'|'.join(map(_pattern, words))})", known, known, known)
        if piece.startswith("@"):
            try:
                return self.vocabulary.named(piece[1:])
            except GrammarError as error:
                raise self.fault(str(error)) from error
        return _Item(r"\d[\d.,]*") if piece == "#" else _word(piece)

    def _alternatives(self, closing: str) -> _Item:
        """What stands between brackets, of which nobody knows which alternative it will be."""
        runs: list[_Run] = []
        may_end = False
        while True:
            alone = self.pieces[self.position + 1 : self.position + 2] in (["|"], [closing])
            piece = self._peek()
            if alone and piece == "$":
                self.position += 1
                may_end = True
            elif alone and piece and piece.isalnum():
                self.position += 1
                words = _spellings(piece)
                runs.append(_Run(_pattern(piece), (words,), words, words, ()))
            else:
                runs.append(self.sequence())
            piece = self._peek()
            self.position += 1
            if piece == closing:
                return self._join(runs, may_end)
            if piece != "|":
                raise self.fault(f"{closing!r} is missing")

    def _join(self, runs: list[_Run], may_end: bool) -> _Item:
        source = f"(?:{'|'.join(run.source for run in runs)})"
        if may_end:
            return _Item(source, may_end=True)
        pair = None
        if all(run.pairs for run in runs):
            best = [min(run.pairs, key=self.vocabulary.pair_commonness) for run in runs]
            pair = (frozenset().union(*(left for left, _ in best)), frozenset().union(*(right for _, right in best)))
        rarest = [self._rarest(run.needed) for run in runs]
        return _Item(
            source, _union(rarest), _union([run.first for run in runs]), _union([run.last for run in runs]), pair
        )

    def _rarest(self, needed: Sequence[Words]) -> Words:
        return needed[0] if len(needed) == 1 else min(needed, key=self.vocabulary.commonness, default=ANY)


def _union(sets: list[Words]) -> Words:
    """All of the words, or none where one set knows nothing."""
    return frozenset().union(*sets) if all(sets) else ANY


def _word(piece: str) -> _Item:
    """One written word, and the pieces of which a text that holds it must show one."""
    if piece.isascii() and piece.isalnum():
        words = frozenset((piece,))
        return _Item(piece, words, words, words)
    stem = piece.strip("*")
    source = _pattern(stem)
    if stem != piece:
        return _Item(_wild(piece[0]) + source + _wild(piece[-1]))
    parts = re.split(r"['-]", stem)
    whole = _spellings("".join(parts))
    first, last = whole | _spellings(parts[0]), whole | _spellings(parts[-1])
    return _Item(source, first, first, last)


def _wild(edge: str) -> str:
    return r"\w*" if edge == "*" else ""


def _pattern(word: str) -> str:
    """A regular expression for one written word."""
    if word.isascii() and word.isalnum():
        return word
    return "".join(
        f"(?:{'|'.join(reversed(_SPELLINGS[letter]))})" if letter in _SPELLINGS else " ?" if plain == " " else plain
        for letter, plain in zip(word, fold(word), strict=True)
    )


def _spellings(word: str) -> Words:
    """The ways in which a folded text may show a word without apostrophe and hyphen."""
    if word.isascii():
        return frozenset((word,))
    return frozenset(map("".join, product(*(_SPELLINGS.get(a, (b,)) for a, b in zip(word, fold(word), strict=True)))))
