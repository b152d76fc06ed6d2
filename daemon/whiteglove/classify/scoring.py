"""What a message wants, weighed from the cues of its sentences.

Each sentence is weighed alone: a cue counts with its weight, times the weight of the sentence (a subject counts less),
times the factors of the dampers there. Over the message a kind's score is that of its best cue plus half of what the
others would add if they were independent. So any number of weak cues stays weak, and only a strong one makes sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf, prod

from whiteglove.classify.learned import MOST_WORDS, SUREST, Learned, likelihood, odds_of
from whiteglove.classify.lexicon import Cue, Damper, Index, Lexicon, Match
from whiteglove.classify.phrases import Words
from whiteglove.classify.sentences import Sentence, split
from whiteglove.classify.temper import temper
from whiteglove.message import EASY_KINDS, Classification, Guess, Kind

RANK = (
    Kind.DEADLINE_MISSED,
    Kind.COMPLAINT,
    Kind.STATUS_REQUEST,
    Kind.URGENT_REQUEST,
    Kind.SCOPE_CHANGE,
    Kind.NEW_WORK,
    Kind.BILLING,
    Kind.SCHEDULING,
    Kind.QUESTION,
    Kind.FYI,
    Kind.THANKS,
)
"""Which of several kinds comes first: what went wrong, what is asked, what is told. A missed deadline goes before a
complaint, since it is the fact of which the complaint is the tone. Kinds that are sure go before those that are not."""

SUPPORTED = 0.5
"""A kind with this score is among the kinds of the message."""

SURE = 0.8
"""From here on a kind goes before others of higher rank, and an automatic answer may build on it."""

_PLACE = {kind: place for place, kind in enumerate(RANK)}
_ASKED = 0.7
_WISHES = frozenset(RANK) - EASY_KINDS - {Kind.QUESTION}
# So likely a paragraph must be of a kind for that to count; less is enough for the likeliest of its kinds, unless that
# alarms, may be answered, or needs no answer.
_LIKELY = odds_of(0.4)
_LIKELIEST = odds_of(0.25)
_WEIGHTY = EASY_KINDS | {Kind.COMPLAINT, Kind.DEADLINE_MISSED, Kind.URGENT_REQUEST, Kind.STATUS_REQUEST}
# A cue is believed where its paragraph is so likely of its kind, and not at all where that is less likely than this.
_BELIEVED = odds_of(0.4)
_DOUBTED = odds_of(0.03)
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
_FRESH_SUBJECT = 0.85
_REPLY_SUBJECT = 0.2
_CUE_LENGTH = 80
_CUES = 3
_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|fw|fwd|wg|tr|rv|rif|r|i|res|enc)\s*(?:[\[(]\d+[\])])?\s*:\s*", re.I
)
_TAG = re.compile(r"\s*\[[^\]]*\]\s*")


HEARD = "heard"
"""The name of the evidence that is no cue's."""


def _joined(weights: Sequence[float]) -> float:
    best, *others = sorted(weights, reverse=True) or [0.0]
    return best + (1 - best) * (1 - prod(1 - weight for weight in others)) / 2


@dataclass(slots=True)
class _Tally:
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
        """The words that spoke loudest for these kinds, none of them twice."""
        found: list[str] = []
        for kind in kinds:
            for _, words in sorted(self.evidence[kind].values(), key=lambda hit: -hit[0]):
                cue = _shortened(words if isinstance(words, str) else words())
                if cue and not any(cue in other for other in found):
                    found.append(cue)
        return tuple(found[:_CUES])


def classify(subject: str, text: str | None, lexicon: Lexicon, votes: Sequence[Guess] = ()) -> Classification:
    """Say what a message wants. `text` is what its author wrote anew, quotes cut; None where it could not be read.

    A vote with confidence 1 decides alone; others count as one more cue. What no cue supports is a `question`,
    abstained, and so is a text that could not be read. `thanks` and `fyi` stand only where nothing is asked and most
    of what is said was understood. Never raises.
    """
    for vote in votes:
        if vote.confidence >= 1:
            return Classification((vote.kind,), 1.0, cues=(_shortened(vote.cue),) if vote.cue else ())
    tally = _Tally()
    if text is not None:
        _read(_weighted(subject, text), lexicon, tally)
    for number, vote in enumerate(votes):
        tally.add(vote.kind, f"vote {number}", max(vote.confidence, 0.0), vote.cue)
    found = _conclude(tally)
    urgency, mood = temper(tally.strength, f"{subject}\n{text or ''}", pressed=tally.pressure, calm=tally.calm)
    return replace(found, urgency=urgency, mood=mood) if urgency or mood else found


def _weighted(subject: str, text: str) -> list[tuple[Sentence, float]]:
    """The subject's and the text's sentences with their weight.

    The subject of a reply was written about an earlier message. A fresh subject over an empty text is the message.
    """
    body = split(text)
    title = _TAG.sub(" ", subject)
    weight = _FRESH_SUBJECT if body else 1.0
    while prefix := _PREFIX.match(title):
        title = title[prefix.end() :]
        weight = _REPLY_SUBJECT
    return [(sentence, weight) for sentence in split(title)] + [(sentence, 1.0) for sentence in body]


@dataclass(slots=True)
class _Reading:
    """A sentence and its weight, what speaks for a wish in it, what dampens that, and the kinds whose cues were taken
    back there."""

    sentence: Sentence
    weight: float
    evidence: list[tuple[Cue, float, str]] = field(default_factory=list)
    dampers: Sequence[Damper] = ()
    silenced: Set[Kind] = frozenset()

    @property
    def courteous(self) -> bool:
        return any(damper.courtesy for damper in self.dampers)

    @property
    def settled(self) -> bool:
        """Whether no question needs to be looked for."""
        return self.courteous or any(strength >= SUPPORTED for _, strength, _ in self.evidence)


def _read(sentences: Iterable[tuple[Sentence, float]], lexicon: Lexicon, tally: _Tally) -> None:
    """Weigh what is wished; where nothing is, what is asked; where nothing is either, what is told."""
    readings = [_Reading(sentence, weight) for sentence, weight in sentences]
    words: Words = frozenset().union(*[reading.sentence.words for reading in readings])
    tongues = lexicon.spoken(words)
    wishes = _near([tongue.wishes for tongue in tongues], words)
    for reading in readings:
        _look_for_wishes(reading, wishes, tally)
    paragraphs = [_Paragraph(some, lexicon.learned) for some in _paragraphs(readings)]
    for paragraph in paragraphs:
        paragraph.weigh_wishes(tally)
    requests = _near([tongue.requests for tongue in tongues], words)
    for paragraph in paragraphs:
        paragraph.weigh_questions(requests, tally)
    if not tally.supported:
        asides = _near([tongue.asides for tongue in tongues], words)
        for paragraph in paragraphs:
            paragraph.weigh_asides(asides, tally)


def wishes(text: str, lexicon: Lexicon) -> dict[Kind, float]:
    """How strongly cues alone speak for each wish in a text; for who learns how far they are to be believed."""
    readings = [_Reading(sentence, 1.0) for sentence in split(text)]
    words: Words = frozenset().union(*[reading.sentence.words for reading in readings])
    indexes = _near([tongue.wishes for tongue in lexicon.spoken(words)], words)
    for reading in readings:
        _look_for_wishes(reading, indexes, _Tally())
    return _strongest(readings)


def _strongest(readings: Iterable[_Reading]) -> dict[Kind, float]:
    found: dict[Kind, float] = {}
    for reading in readings:
        for cue, strength, _ in reading.evidence:
            found[cue.kind] = max(found.get(cue.kind, 0.0), strength)
    return found


def _near(indexes: Iterable[Index], words: Words) -> list[Index]:
    return [near for index in indexes if (near := index.near(words))]


def _look_for_wishes(reading: _Reading, wishes: Iterable[Index], tally: _Tally) -> None:
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


def _weighed(reading: _Reading, matches: Iterable[Match]) -> list[tuple[Cue, float, str]]:
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


def _paragraphs(readings: Iterable[_Reading]) -> Iterator[list[_Reading]]:
    """The paragraphs; long ones in pieces, so that a wish is not lost in a story."""
    some: list[_Reading] = []
    words = 0
    for reading in readings:
        if some and (reading.sentence.opens or words + len(reading.sentence.words) > MOST_WORDS):
            yield some
            some, words = [], 0
        some.append(reading)
        words += len(reading.sentence.words)
    if some:
        yield some


class _Paragraph:
    """Some sentences, and how likely together they are of each kind, their cues being heard with their words."""

    __slots__ = ("_heard", "_learned", "_likeliest", "_odds", "_readings", "_weight")

    def __init__(self, readings: Sequence[_Reading], learned: Learned | None) -> None:
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

    def weigh_wishes(self, tally: _Tally) -> None:
        """Weigh what cues say as far as the whole paragraph bears them out, and what it sounds like besides."""
        for reading in self._readings:
            for cue, strength, words in reading.evidence:
                tally.add(cue.kind, cue.name, self._believed(reading, cue.kind, strength) * self._weight, words)
        for kind, odds in self._odds.items():
            if kind in _WISHES and odds >= _LIKELIEST and self._sounds_like(kind):
                self._add_heard(kind, tally)

    def weigh_questions(self, requests: Sequence[Index], tally: _Tally) -> None:
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

    def weigh_asides(self, asides: Iterable[Index], tally: _Tally) -> None:
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

    def _believed(self, reading: _Reading, kind: Kind, strength: float) -> float:
        """What is left of a cue: all of it where the paragraph, or its sentence alone, is likely of its kind."""
        if not self._odds:
            return strength
        odds = self._odds.get(kind, -inf)
        if odds < _BELIEVED and self._learned and len(self._heard) > 1 and reading.sentence in self._heard:
            odds = max(odds, self._learned.odds([reading.sentence], _strongest([reading])).get(kind, odds))
        return strength if odds >= _BELIEVED else min(strength, SUREST if odds >= _DOUBTED else _UNBELIEVED)

    def _add_heard(self, kind: Kind, tally: _Tally) -> None:
        assert self._learned
        strength = min(max(likelihood(self._odds[kind]), SUPPORTED), SUREST)
        tally.add(kind, HEARD, strength * self._weight, partial(self._learned.telling, self._heard, kind))


def _add_cues(reading: _Reading, indexes: Iterable[Index], tally: _Tally) -> bool:
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


def _conclude(tally: _Tally) -> Classification:
    scores = {kind: tally.score(kind) for kind in tally.evidence}
    kinds = [kind for kind, score in scores.items() if score >= SUPPORTED]
    if set(kinds) <= EASY_KINDS and tally.unexplained >= max(tally.understood, 1):
        kinds = []
    if not set(kinds) <= EASY_KINDS:
        kinds = [kind for kind in kinds if kind not in EASY_KINDS]
    if not kinds:
        best = max(scores.values(), default=0.0)
        return Classification((Kind.QUESTION,), round(min(best, SUPPORTED), 3), abstained=True)
    # Everybody asks something; what for is told by the others.
    kinds.sort(key=lambda kind: (kind is Kind.QUESTION, scores[kind] < SURE, _PLACE.get(kind, len(RANK))))
    return Classification(tuple(kinds), round(scores[kinds[0]], 3), cues=tally.cues(kinds))


def _shortened(words: str) -> str:
    """Evidence on one line, at most 80 characters."""
    words = " ".join(words.split()).strip(",;:()–—- ")
    return words if len(words) <= _CUE_LENGTH else words[: _CUE_LENGTH - 1] + "…"
