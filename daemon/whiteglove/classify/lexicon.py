"""The cues of every language in one value; a language is read when it is first met, and never again.

A table of one language holds `common` (its most frequent words, most frequent first), `words` (named alternatives,
see `vocabulary`), `courtesies` (phrases of sentences that ask and tell nothing, such as a greeting), `pressure`
(phrases that speak for no kind and make what is said more pressing, such as "my boss"), `cues` and `dampers`. Each cue
and each damper carries sentences that show what it is for and what it must leave alone; the tests read them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import compress, count, repeat
from typing import Any, NamedTuple

from whiteglove.classify.learned import Learned
from whiteglove.classify.phrases import ANY, Phrase, Words
from whiteglove.classify.sentences import Passage, Sentence, fold
from whiteglove.classify.tables import CUE_KEYS, DAMPER_KEYS, LANGUAGE_KEYS, Table
from whiteglove.classify.vocabulary import Vocabulary
from whiteglove.message import EASY_KINDS, Kind

_LEARNED = "learned"
# A courtesy covers so large a part of its sentence.
_FILLED = 0.7
# Fewer common words than this tell nothing of a text's language.
_TOO_FEW = 2
# A language is considered that has so large a part of the common words that the most likely one has, or one less.
_NEARLY = 0.6
# Room for the count of one language's words in the sum over all of them, in bits; no list of common words is so long.
_PLACE = 16
_MOST = (1 << _PLACE) - 1


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that speak for a kind. `weight`, from 0 to below 1, is how sure they make it when nothing else is known.

    In a sentence that matches one of `unless` the cue is silent; `doubts` are the words by one of which each of these
    begins to be looked for, none where that is not certain.
    """

    name: str
    kind: Kind
    weight: float
    unless: tuple[Phrase, ...] = ()
    doubts: Words = ANY

    @classmethod
    def unless_one_of(cls, name: str, kind: Kind, weight: float, unless: Iterable[Phrase]) -> Cue:
        """A cue that knows by which words it is to doubt itself."""
        phrases = tuple(unless)
        anchors = [phrase.anchor.words for phrase in phrases if phrase.anchor]
        return cls(name, kind, weight, phrases, ANY.union(*anchors) if len(anchors) == len(phrases) else ANY)

    def is_silenced(self, sentence: Sentence) -> bool:
        """Whether words stand in the sentence that take the cue back."""
        if not self.unless or (self.doubts and self.doubts.isdisjoint(sentence.words)):
            return False
        words = frozenset(sentence.words)
        return any(phrase.is_near(words) and phrase.search(sentence.folded) for phrase in self.unless)


@dataclass(frozen=True, slots=True)
class Damper:
    """Words that take weight from the cues of some kinds in their sentence: `factor` 0 silences, 0.5 halves.

    A `courtesy` also says that its sentence asks and tells nothing. `pressure` weakens nothing: it says that somebody
    insists.
    """

    name: str
    kinds: frozenset[Kind]
    factor: float = 0.0
    courtesy: bool = False
    pressure: bool = False

    def fits(self, sentence: Sentence, start: int, end: int) -> bool:
        """A courtesy is one only where it fills its sentence: "Hello, which format do you need?" asks something."""
        return not self.courtesy or end - start >= _FILLED * len(sentence.text.rstrip(" .!?"))


Meaning = tuple[Phrase, Cue | Damper]
"""A phrase, and what it stands for."""

Match = tuple[Cue | Damper, int, int]
"""What stands in a sentence, and from where to where in its folded text."""


_Entry = tuple[int, Words, tuple[Words, ...], Phrase, Cue | Damper]
"""What is looked at where the word of an anchor is met: where its neighbour is, which words may stand there, which
others are needed, the phrase, and what it means."""


class Index:
    """Phrases with what they stand for, each found by the words of its anchor."""

    __slots__ = ("_entries",)

    def __init__(self, meanings: Iterable[Meaning]) -> None:
        entries: dict[str, list[_Entry]] = {}
        for phrase, meaning in meanings:
            assert phrase.anchor is not None
            words, step, neighbours = phrase.anchor
            for word in words:
                entries.setdefault(word, []).append((step, neighbours, phrase.needed, phrase, meaning))
        self._entries = entries

    def matches(self, passage: Passage) -> dict[int, list[Match]]:
        """What stands in a passage, by the number of the sentence, each meaning once in a sentence.

        This is the inner loop of everything: most phrases are dismissed by one look at a neighbour of their word.
        """
        sentences, tokens, starts = passage
        entries = self._entries
        found: dict[int, list[Match]] = {}
        for at in compress(count(), map(entries.__contains__, tokens)):
            for step, neighbours, needed, phrase, meaning in entries[tokens[at]]:
                # What ends a sentence stands among the words, so that no neighbour is one of another sentence.
                if step and tokens[at + step] not in neighbours:
                    continue
                number = bisect_right(starts, at) - 1
                sentence = sentences[number]
                for some in needed:
                    if some.isdisjoint(sentence.words):
                        break
                else:
                    here = found.get(number)
                    if here and any(what is meaning for what, _, _ in here):
                        continue
                    if place := phrase.search(sentence.folded):
                        found.setdefault(number, []).append((meaning, *place))
        return found


class _Cues(NamedTuple):
    """The cues of one language by when they are looked at."""

    wishes: Index
    requests: Index
    asides: Index


class Tongue:
    """One language: its cues, which are read when they are first asked for, and the `common` words it is known by.

    What speaks for `question` lies apart, since it is looked at only where a sentence says nothing more; so does what
    speaks for `thanks` and `fyi`, which is looked at only where a message asks nothing.
    """

    def __init__(self, table: Table) -> None:
        self.common = frozenset(fold(word) for word in table.texts("common"))
        self._table: Table | None = table
        self._cues: _Cues | None = None

    @property
    def cues(self) -> _Cues:
        """Raises `GrammarError` naming language, cue and key where something in the table cannot be used."""
        table = self._table
        if table is not None:
            self._cues = _read(table)
            # Most of the table are examples, and it is never read again; who finds it gone finds the cues in place.
            self._table = None
        assert self._cues is not None
        return self._cues

    @property
    def wishes(self) -> Index:
        return self.cues.wishes

    @property
    def requests(self) -> Index:
        return self.cues.requests

    @property
    def asides(self) -> Index:
        return self.cues.asides


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The cues of all languages, and what was learned besides; None where nothing was."""

    tongues: tuple[Tongue, ...]
    learned: Learned | None = None
    common: Mapping[str, int] = field(default_factory=dict)
    """Each word that is common somewhere, with a number in which each of its languages has a place."""

    @classmethod
    def from_tables(cls, tables: Mapping[str, Mapping[str, Any]]) -> Lexicon:
        """Build from the parsed TOML of each language, keyed by its code, and of what was learned, keyed `learned`.

        Raises `GrammarError` where a table is none of a language; what stands in it is read later, or by `check`.
        """
        spoken = {language: table for language, table in tables.items() if language != _LEARNED}
        tongues = tuple(Tongue(Table(table, language, LANGUAGE_KEYS)) for language, table in spoken.items())
        common: dict[str, int] = {}
        for number, tongue in enumerate(tongues):
            for word in tongue.common:
                common[word] = common.get(word, 0) + (1 << number * _PLACE)
        return cls(tongues, Learned.from_table(tables[_LEARNED]) if _LEARNED in tables else None, common)

    def check(self) -> Lexicon:
        """This lexicon, all of its languages read.

        Raises `GrammarError` naming language, cue and key where a key is unknown or missing or a value cannot be used.
        """
        for tongue in self.tongues:
            _ = tongue.cues
        return self

    def spoken(self, words: Words) -> tuple[Tongue, ...]:
        """The languages that a text of these words may be in, told by the common ones; all of them where these are too
        few.

        Words such as "urgent" belong to several languages, but only one knows how to say that something is not.
        """
        counted = sum(map(self.common.get, words, repeat(0)))
        known = [counted >> number * _PLACE & _MOST for number in range(len(self.tongues))]
        most = max(known, default=0)
        if most < _TOO_FEW:
            return self.tongues
        enough = min(most * _NEARLY, most - 1)
        return tuple(tongue for tongue, count in zip(self.tongues, known, strict=True) if count >= enough)


def _read(table: Table) -> _Cues:
    wishes: list[Meaning] = []
    requests: list[Meaning] = []
    asides: list[Meaning] = []
    for phrase, meaning in _meanings(table):
        kind = meaning.kind if isinstance(meaning, Cue) else None
        place = requests if kind is Kind.QUESTION else asides if kind in EASY_KINDS else wishes
        place.append((phrase, meaning))
    return _Cues(Index(wishes), Index(requests), Index(asides))


def _meanings(table: Table) -> list[Meaning]:
    vocabulary = Vocabulary(table.words(), table.texts("common"))
    found: list[Meaning] = [
        (phrase, Damper(f"{table.place}.courtesy", frozenset({Kind.QUESTION}), courtesy=True))
        for phrase in table.phrases("courtesies", vocabulary)
    ]
    pressure = Damper(f"{table.place}.pressure", frozenset(), factor=1.0, pressure=True)
    found += [(phrase, pressure) for phrase in table.phrases("pressure", vocabulary)]
    for entry in table.entries("cues", CUE_KEYS):
        cue = Cue.unless_one_of(entry.place, entry.kind(), entry.share("weight"), entry.guards("unless", vocabulary))
        found += [(phrase, cue) for phrase in entry.phrases("phrases", vocabulary)]
    for entry in table.entries("dampers", DAMPER_KEYS):
        damper = Damper(entry.place, entry.kinds(), entry.share("factor", default=0.0))
        found += [(phrase, damper) for phrase in entry.phrases("phrases", vocabulary)]
    return found
