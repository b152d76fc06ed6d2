"""What stands in the sentences of a message, and how far each paragraph bears it out.

Each sentence is looked through for cues: a cue counts with its weight, times the weight of the sentence (a subject
counts less), times the factors of the dampers there. Then each paragraph is heard as a whole, its words with its cues
(`learned`): that decides how far its cues are believed, and finds what no cue knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from math import inf

from whiteglove.classify.learned import MOST_WORDS, SUREST, Learned, likelihood, odds_of
from whiteglove.classify.lexicon import Cue, Damper, Index, Lexicon, Match
from whiteglove.classify.phrases import Words
from whiteglove.classify.sentences import Sentence, split
from whiteglove.classify.tally import HEARD, SUPPORTED, Tally
from whiteglove.message import EASY_KINDS, Kind

_NO_WISHES = EASY_KINDS | {Kind.QUESTION}
_ASKED = 0.7
# So likely a paragraph must be of a kind for that to count; less is enough for the likeliest of its kinds, unless that
# alarms or may be answered, and more is needed for what asks nothing.
_LIKELY = odds_of(0.35)
_LIKELIEST = odds_of(0.25)
_TOLD = odds_of(0.5)
_WEIGHTY = frozenset({Kind.COMPLAINT, Kind.DEADLINE_MISSED, Kind.URGENT_REQUEST, Kind.STATUS_REQUEST})
# A cue is believed where its paragraph is so likely of its kind, and not at all where that is less likely than this.
_BELIEVED = odds_of(0.4)
_DOUBTED = odds_of(0.15)
_UNBELIEVED = 0.25
# What is less likely a question is none for a question mark alone.
_UNASKED = odds_of(0.1)
_TELLS = odds_of(0.8)
# A sentence of up to so many words that no cue knows is a name, a greeting or an aside.
_SMALL_TALK = 3
_GREETINGS = frozenset({
    "hi", "hello", "hey", "dear", "morning", "hallo", "moin", "servus", "liebe", "lieber", "guten", "bonjour", "salut",
    "cher", "chère", "hola", "buenos", "buenas", "estimado", "estimada", "ciao", "buongiorno", "gentile", "olá", "bom",
    "boa", "caro", "cara", "hoi", "beste", "dag", "goedemorgen",
})  # fmt: skip
_LONGEST_GREETING = 5
_NAME = 2


@dataclass(slots=True)
class Reading:
    """A sentence and its weight, what speaks for a wish in it, what dampens that, and the kinds whose cues were taken
    back there."""

    sentence: Sentence
    weight: float
    evidence: Sequence[tuple[Cue, float, str]] = ()
    dampers: Sequence[Damper] = ()
    silenced: Set[Kind] = frozenset()

    @property
    def courteous(self) -> bool:
        return any(damper.courtesy for damper in self.dampers)

    @property
    def settled(self) -> bool:
        """Whether no question needs to be looked for."""
        return self.courteous or any(strength >= SUPPORTED for _, strength, _ in self.evidence)


def wishes(text: str, lexicon: Lexicon) -> dict[Kind, float]:
    """How strongly cues alone speak for each wish in a text; for who learns how far they are to be believed."""
    readings = [Reading(sentence, 1.0) for sentence in split(text)]
    words: Words = frozenset().union(*[reading.sentence.words for reading in readings])
    indexes = near([tongue.wishes for tongue in lexicon.spoken(words)], words)
    for reading in readings:
        look_for_wishes(reading, indexes, Tally())
    return _strongest(readings)


def _strongest(readings: Iterable[Reading]) -> dict[Kind, float]:
    found: dict[Kind, float] = {}
    for reading in readings:
        for cue, strength, _ in reading.evidence:
            found[cue.kind] = max(found.get(cue.kind, 0.0), strength)
    return found


def near(indexes: Iterable[Index], words: Words) -> list[Index]:
    return [near for index in indexes if (near := index.near(words))]


def look_for_wishes(reading: Reading, wishes: Iterable[Index], tally: Tally) -> None:
    """What cues know of the wishes in a sentence, and what dampens them there."""
    sentence = reading.sentence
    matches: list[Match] = []
    for index in wishes:
        matches += index.matches(sentence)
    if not matches:
        return
    reading.dampers = [
        what for what, start, end in matches if isinstance(what, Damper) and what.fits(sentence, start, end)
    ]
    for damper in reading.dampers:
        tally.pressure |= damper.pressure
        tally.calm |= Kind.URGENT_REQUEST in damper.kinds and not damper.factor
    reading.evidence = _weighed(reading, matches)


def _weighed(reading: Reading, matches: Iterable[Match]) -> list[tuple[Cue, float, str]]:
    """The cues among what was found, with what is left of their weight there."""
    found = []
    for cue, start, end in matches:
        if isinstance(cue, Damper):
            continue
        if cue.is_silenced(reading.sentence):
            reading.silenced |= {cue.kind}
            continue
        strength = _dampened(cue.kind, cue.weight, reading.dampers)
        if strength:
            found.append((cue, strength, reading.sentence.text[start - 1 : end - 1]))
    return found


def _dampened(kind: Kind, strength: float, dampers: Iterable[Damper]) -> float:
    for damper in dampers:
        if kind in damper.kinds:
            strength *= damper.factor
    return strength


def paragraphs(readings: Iterable[Reading]) -> Iterator[list[Reading]]:
    """The paragraphs; long ones in pieces, so that a wish is not lost in a story."""
    some: list[Reading] = []
    words = 0
    for reading in readings:
        if some and (reading.sentence.opens or words + len(reading.sentence.words) > MOST_WORDS):
            yield some
            some, words = [], 0
        some.append(reading)
        words += len(reading.sentence.words)
    if some:
        yield some


class Paragraph:
    """Some sentences, and how likely together they are of each kind, their cues being heard with their words."""

    __slots__ = ("_heard", "_learned", "_likeliest", "_odds", "_readings", "_weight")

    def __init__(self, readings: Sequence[Reading], learned: Learned | None) -> None:
        self._readings = readings
        self._learned = learned
        self._weight = readings[0].weight
        self._odds: Mapping[Kind, float] = {}
        self._likeliest: Kind | None = None
        self._heard: list[Sentence] = []
        # A subject is a title, in which few people say what they want; where it is all there is, its weight is 1.
        if learned and self._weight == 1.0:
            self._heard = [one.sentence for one in readings if not (one.courteous or _greets(one.sentence))]
            if not _is_name(self._heard):
                self._odds = odds = learned.odds(self._heard, _strongest(readings))
                self._likeliest = max(odds, key=odds.__getitem__, default=None)

    def weigh_wishes(self, tally: Tally) -> None:
        """Weigh what cues say as far as the whole paragraph bears them out, and what it sounds like besides."""
        for reading in self._readings:
            believed = self._belief_in(reading) if self._odds and reading.evidence else None
            for cue, strength, words in reading.evidence:
                left = min(strength, believed(cue.kind)) if believed else strength
                tally.add(cue.kind, cue.name, left * self._weight, words)
        for kind, odds in self._odds.items():
            if kind not in _NO_WISHES and odds >= _LIKELIEST and self._sounds_like(kind):
                self._add_heard(kind, tally)

    def weigh_questions(self, requests: Sequence[Index], tally: Tally) -> None:
        """A question mark and a "could you" speak for `question` only where nothing says more."""
        if Kind.QUESTION in tally.supported:
            return
        for reading in self._readings:
            if reading.settled:
                continue
            if reading.sentence.asked and not self._only_tells(reading.sentence):
                tally.add(Kind.QUESTION, "question mark", _ASKED * self._weight, reading.sentence.text)
            elif requests:
                _add_cues(reading, requests, tally)
        if self._sounds_like(Kind.QUESTION) and Kind.QUESTION not in tally.supported:
            self._add_heard(Kind.QUESTION, tally)

    def weigh_asides(self, asides: Iterable[Index], tally: Tally) -> None:
        """Weigh what is told, and count how many sentences were understood."""
        told = [kind for kind in EASY_KINDS if self._sounds_like(kind)]
        for kind in told:
            self._add_heard(kind, tally)
        for reading in self._readings:
            if _add_cues(reading, asides, tally) or told:
                tally.understood += 1
            elif self._weight == 1.0 and len(reading.sentence.words) - 1 > _SMALL_TALK and not reading.courteous:
                tally.unexplained += 1

    def _sounds_like(self, kind: Kind) -> bool:
        """Not of what cues were taken back for: "the status bar" sounds like "the status"."""
        enough = _LIKELIEST if kind is self._likeliest and kind not in _WEIGHTY else _LIKELY
        enough = _TOLD if kind in EASY_KINDS else enough
        return self._odds.get(kind, -inf) >= enough and not any(
            kind in reading.silenced or not _dampened(kind, 1.0, reading.dampers) for reading in self._readings
        )

    def _only_tells(self, sentence: Sentence) -> bool:
        """Whether a sentence that ends with a question mark is thanks or news all the same: "How nice is that?"."""
        odds = self._odds
        if self._learned and len(self._heard) > 1:
            odds = self._learned.odds([sentence], {})
        told = max((odds[kind] for kind in EASY_KINDS if kind in odds), default=-inf)
        return told >= _TELLS and odds.get(Kind.QUESTION, -inf) < _UNASKED

    def _belief_in(self, reading: Reading) -> Callable[[Kind], float]:
        """The most that is left of a cue of each kind: all of it where the paragraph, or its sentence alone, is likely
        of that kind."""
        alone: Mapping[Kind, float] = {}
        doubtful = any(self._odds.get(cue.kind, -inf) < _BELIEVED for cue, _, _ in reading.evidence)
        if doubtful and self._learned and len(self._heard) > 1 and reading.sentence in self._heard:
            alone = self._learned.odds([reading.sentence], _strongest([reading]))

        def most(kind: Kind) -> float:
            odds = max(self._odds.get(kind, -inf), alone.get(kind, -inf))
            return 1.0 if odds >= _BELIEVED else SUREST if odds >= _DOUBTED else _UNBELIEVED

        return most

    def _add_heard(self, kind: Kind, tally: Tally) -> None:
        assert self._learned
        strength = min(max(likelihood(self._odds[kind]), SUPPORTED), SUREST)
        tally.add(kind, HEARD, strength * self._weight, partial(self._learned.telling, self._heard, kind))


def _add_cues(reading: Reading, indexes: Iterable[Index], tally: Tally) -> bool:
    """Weigh the cues for what is asked or told; whether any supports it."""
    supported = False
    for index in indexes:
        for cue, strength, words in _weighed(reading, index.matches(reading.sentence)):
            tally.add(cue.kind, cue.name, strength * reading.weight, words)
            supported |= strength >= SUPPORTED
    return supported


def _greets(sentence: Sentence) -> bool:
    """A greeting is nobody's wish, whatever names stand in it."""
    return sentence.words[0] in _GREETINGS and len(sentence.words) - 1 <= _LONGEST_GREETING


def _is_name(sentences: Sequence[Sentence]) -> bool:
    """Whether there is nothing, or hardly more than a name or a number that nobody asks about or calls out."""
    return not any(sentence.words[-1] or len(sentence.words) - 1 > _NAME for sentence in sentences)
