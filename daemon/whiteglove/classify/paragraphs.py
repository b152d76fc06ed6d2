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

from whiteglove.classify.learned import MOST_WORDS, SUREST, Heard, Learned, likelihood, odds_of
from whiteglove.classify.lexicon import Cue, Damper, Index, Lexicon, Match
from whiteglove.classify.sentences import Passage, Sentence, split
from whiteglove.classify.tally import HEARD, SUPPORTED, Tally
from whiteglove.message import EASY_KINDS, GRAVE_KINDS, Kind

# An enumeration looks its members up slowly, and these are asked for in every sentence.
_QUESTION, _STATUS_REQUEST, _URGENT_REQUEST = Kind.QUESTION, Kind.STATUS_REQUEST, Kind.URGENT_REQUEST
_NO_WISHES = EASY_KINDS | {_QUESTION}
_ASKED = 0.7
# So likely a paragraph must be of a kind for that to count: of its likeliest wish, which alarms, may be answered, or
# neither; of a further wish; of a question; of what asks nothing.
_ALARMS = GRAVE_KINDS | {_URGENT_REQUEST}
_ALARMING = odds_of(0.22)
_ANSWERED = odds_of(0.35)
_LIKELIEST = odds_of(0.25)
_FURTHER = odds_of(0.4)
_ASKING = odds_of(0.35)
_TOLD = odds_of(0.5)
# So likely it must be where a cue of that kind was taken back: "No need to hurry, but could you add a page?".
_ALL_THE_SAME = odds_of(0.8)
# A cue is believed where its paragraph is so likely of its kind, and not at all where that is less likely than this.
_BELIEVED = odds_of(0.4)
_DOUBTED = odds_of(0.1)
_UNBELIEVED = 0.25
# What is less likely a question is none for a question mark alone.
_UNASKED = odds_of(0.1)
_TELLS = odds_of(0.8)
_ASKS = odds_of(0.4)
# Where thanks or news are likelier than a wish by so much (in odds, more than four times), there is no wish.
_OUTDONE = 1.5
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
    back there; what it sounds like, where it is listened to; its number in the message; and whether it is a courtesy.
    """

    sentence: Sentence
    weight: float
    evidence: Sequence[tuple[Cue, float, str]] = ()
    dampers: Sequence[Damper] = ()
    silenced: Set[Kind] = frozenset()
    heard: Heard | None = None
    number: int = 0
    courteous: bool = False

    @property
    def settled(self) -> bool:
        """Whether no question needs to be looked for."""
        return self.courteous or any(strength >= SUPPORTED for _, strength, _ in self.evidence)


def wishes(text: str, lexicon: Lexicon) -> dict[str, float]:
    """How strongly cues alone speak for each wish in a text, by its kind and by the name of each cue; for who learns
    how far they are to be believed."""
    passage = Passage.of(split(text))
    readings = [Reading(sentence, 1.0) for sentence in passage.sentences]
    tongues = lexicon.spoken(frozenset(passage.words))
    for number, matches in matches_in(passage, [tongue.wishes for tongue in tongues]).items():
        look_for_wishes(readings[number], matches, Tally())
    return _strongest(readings)


def _strongest(readings: Iterable[Reading]) -> dict[str, float]:
    found: dict[str, float] = {}
    for reading in readings:
        for cue, strength, _ in reading.evidence:
            for name in (cue.kind, cue.name):
                found[name] = max(found.get(name, 0.0), strength)
    return found


def matches_in(passage: Passage, indexes: Iterable[Index]) -> dict[int, list[Match]]:
    """What of any of these stands in each sentence, by its number; sentences in which nothing stands are left out."""
    found: dict[int, list[Match]] = {}
    for index in indexes:
        for number, matches in index.matches(passage).items():
            found.setdefault(number, []).extend(matches)
    return found


def look_for_wishes(reading: Reading, matches: Sequence[Match], tally: Tally) -> None:
    """What cues know of the wishes in a sentence, and what dampens them there, of what was found in it."""
    sentence = reading.sentence
    reading.dampers = [
        what for what, start, end in matches if isinstance(what, Damper) and what.fits(sentence, start, end)
    ]
    for damper in reading.dampers:
        tally.pressure |= damper.pressure
        tally.calm |= _URGENT_REQUEST in damper.kinds and not damper.factor
        reading.courteous |= damper.courtesy
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


def listen(readings: Sequence[Reading], passage: Passage, learned: Learned) -> None:
    """Hear what the sentences sound like.

    A subject is a title, in which few people say what they want; where it is all there is, its weight is 1.
    """
    for reading, heard in zip(readings, learned.listen(passage), strict=True):
        if reading.weight == 1.0:
            reading.heard = heard


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

    __slots__ = ("_heard", "_learned", "_likeliest", "_odds", "_readings", "_told", "_weight")

    def __init__(self, readings: Sequence[Reading], learned: Learned | None) -> None:
        self._readings = readings
        self._learned = learned
        self._weight = readings[0].weight
        self._odds: Mapping[Kind, float] = {}
        self._likeliest: Kind | None = None
        self._told = -inf
        self._heard: list[Heard] = []
        if learned:
            self._heard = [one.heard for one in readings if one.heard and not (one.courteous or _greets(one.sentence))]
            if not _is_name(self._heard):
                self._odds = odds = learned.odds(self._heard, _strongest(readings))
                wishes = [kind for kind in odds if kind not in _NO_WISHES]
                self._likeliest = max(wishes, key=odds.__getitem__, default=None)
                self._told = _told(odds)

    def weigh_wishes(self, tally: Tally) -> None:
        """Weigh what cues say as far as the whole paragraph bears them out, and what it sounds like besides."""
        for reading in self._readings:
            believed = self._belief_in(reading) if self._odds and reading.evidence else None
            for cue, strength, words in reading.evidence:
                left = min(strength, believed(cue.kind)) if believed else strength
                tally.add(cue.kind, cue.name, left * self._weight, words)
        for kind in self._odds:
            if kind not in _NO_WISHES and self._sounds_like(kind):
                self._add_heard(kind, tally)

    def weigh_questions(self, requests: Mapping[int, Sequence[Match]], tally: Tally) -> None:
        """A question mark and a "could you" speak for `question` only where nothing says more: where a wish is known
        already, that wish is what most people ask for."""
        if _QUESTION in tally.supported:
            return
        enough = _ASKS if tally.supported else -inf
        for reading in self._readings:
            asked, matches = reading.sentence.asked, requests.get(reading.number, ())
            if not (asked or matches) or reading.settled or not self._asks(reading, enough):
                continue
            if asked:
                tally.add(_QUESTION, "question mark", _ASKED * self._weight, reading.sentence.text)
            else:
                _add_cues(reading, matches, tally)
        if _QUESTION not in tally.supported and self._sounds_like(_QUESTION, enough):
            self._add_heard(_QUESTION, tally)

    def weigh_asides(self, asides: Mapping[int, Sequence[Match]], tally: Tally) -> None:
        """Weigh what is told, and count how many sentences were understood."""
        told = [kind for kind in EASY_KINDS if self._sounds_like(kind)]
        for kind in told:
            self._add_heard(kind, tally)
        for reading in self._readings:
            if _add_cues(reading, asides.get(reading.number, ()), tally) or told:
                tally.understood += 1
            elif self._weight == 1.0 and len(reading.sentence.words) - 1 > _SMALL_TALK and not reading.courteous:
                tally.unexplained += 1

    def _sounds_like(self, kind: Kind, least: float = -inf) -> bool:
        """Hardly of what a cue was taken back for: "the status bar" sounds like "the status"; never of what is said not
        to be so: "no rush"."""
        if kind not in self._odds:
            return False
        enough = _TOLD if kind in EASY_KINDS else max(self._enough(kind), least, self._told - _OUTDONE)
        if any(kind in reading.silenced for reading in self._readings):
            enough = max(enough, _ALL_THE_SAME)
        return self._odds[kind] >= enough and all(_dampened(kind, 1.0, one.dampers) for one in self._readings)

    def _enough(self, kind: Kind) -> float:
        if kind is _QUESTION:
            return _ASKING
        if kind is not self._likeliest:
            return _FURTHER
        return _ALARMING if kind in _ALARMS else _ANSWERED if kind is _STATUS_REQUEST else _LIKELIEST

    def _asks(self, reading: Reading, enough: float) -> bool:
        """Whether a sentence with a question mark or a request in it is so likely a question. What ends with a question
        mark may be thanks or news all the same: "How nice is that?"."""
        odds = self._odds_of(reading)
        asks = odds.get(_QUESTION, -inf)
        if reading.sentence.asked and asks < _UNASKED and _told(odds) >= _TELLS:
            return False
        return not odds or asks >= enough

    def _odds_of(self, reading: Reading) -> Mapping[Kind, float]:
        """How likely a sentence is of each kind."""
        if self._learned and reading.heard and len(self._heard) > 1:
            return self._learned.odds([reading.heard], {})
        return self._odds

    def _belief_in(self, reading: Reading) -> Callable[[Kind], float]:
        """The most that is left of a cue of each kind: all of it where the paragraph, or its sentence alone, is likely
        of that kind."""
        alone: Mapping[Kind, float] = {}
        doubtful = any(self._odds.get(cue.kind, -inf) < _BELIEVED for cue, _, _ in reading.evidence)
        if doubtful and self._learned and len(self._heard) > 1 and reading.heard in self._heard:
            alone = self._learned.odds([reading.heard], _strongest([reading]))

        def most(kind: Kind) -> float:
            odds = max(self._odds.get(kind, -inf), alone.get(kind, -inf))
            if odds < max(_DOUBTED, self._told - _OUTDONE):
                return _UNBELIEVED
            return 1.0 if odds >= _BELIEVED else SUREST

        return most

    def _add_heard(self, kind: Kind, tally: Tally) -> None:
        assert self._learned
        strength = min(max(likelihood(self._odds[kind]), SUPPORTED), SUREST)
        tally.add(kind, HEARD, strength * self._weight, partial(self._learned.telling, self._heard, kind))


def _add_cues(reading: Reading, matches: Iterable[Match], tally: Tally) -> bool:
    """Weigh the cues for what is asked or told; whether any supports it."""
    supported = False
    for cue, strength, words in _weighed(reading, matches):
        tally.add(cue.kind, cue.name, strength * reading.weight, words)
        supported |= strength >= SUPPORTED
    return supported


def _told(odds: Mapping[Kind, float]) -> float:
    """How likely it is that something is told that asks nothing."""
    return max([odds[kind] for kind in EASY_KINDS if kind in odds], default=-inf)


def _greets(sentence: Sentence) -> bool:
    """A greeting is nobody's wish, whatever names stand in it."""
    return sentence.words[0] in _GREETINGS and len(sentence.words) - 1 <= _LONGEST_GREETING


def _is_name(heard: Sequence[Heard]) -> bool:
    """Whether there is nothing, or hardly more than a name or a number that nobody asks about or calls out."""
    for one in heard:
        words = one.sentence.words
        if len(words) - 1 > _NAME or words[-1]:
            return False
    return True
