"""What a message wants, weighed from the cues of its sentences.

Each sentence is weighed alone: a cue counts with its weight, times the weight of the sentence (a subject counts less),
times the factors of the dampers there. Over the message a kind's score is that of its best cue plus half of what the
others would add if they were independent. So any number of weak cues stays weak, and only a strong one makes sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from typing import NamedTuple

from whiteglove.classify.learned import SUREST, Learned
from whiteglove.classify.lexicon import Damper, Lexicon, Match, Tongue
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

_ASKED = 0.7
# So likely a sentence must be of a kind for that to count where no cue speaks.
_WISHES = {
    Kind.STATUS_REQUEST: 0.6,
    Kind.DEADLINE_MISSED: 0.42,
    Kind.COMPLAINT: 0.5,
    Kind.URGENT_REQUEST: 0.42,
    Kind.NEW_WORK: 0.5,
    Kind.SCOPE_CHANGE: 0.5,
    Kind.SCHEDULING: 0.5,
    Kind.BILLING: 0.5,
}
_QUESTION = {Kind.QUESTION: 0.5}
_ASIDES = {Kind.THANKS: 0.6, Kind.FYI: 0.6}
# A sentence of up to so many words that no cue knows is a name, a greeting or an aside.
_SMALL_TALK = 3
_GREETINGS = frozenset({
    "hi", "hello", "hey", "dear", "morning", "hallo", "moin", "servus", "liebe", "lieber", "guten", "bonjour", "salut",
    "cher", "chère", "hola", "buenos", "buenas", "estimado", "estimada", "ciao", "buongiorno", "gentile", "olá", "bom",
    "boa", "caro", "cara", "hoi", "beste", "dag", "goedemorgen",
})  # fmt: skip
_LONGEST_GREETING = 5
_FRESH_SUBJECT = 0.85
_REPLY_SUBJECT = 0.2
_CUE_LENGTH = 80
_CUES = 3
_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|fw|fwd|wg|tr|rv|rif|r|i|res|enc)\s*(?:[\[(]\d+[\])])?\s*:\s*", re.I
)
_TAG = re.compile(r"\s*\[[^\]]*\]\s*")


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
        weights = sorted((weight for weight, _ in self.evidence[kind].values()), reverse=True)
        best, others = weights[0], 1 - prod(1 - weight for weight in weights[1:])
        return best + (1 - best) * others / 2

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
        sentences = _weighted(subject, text)
        tongues = lexicon.spoken(sentence for sentence, _ in sentences)
        matched = [_found(sentence, weight, tongues) for sentence, weight in sentences]
        read = [_read(one, tongues, None, tally) for one in matched]
        if tally.supported <= {Kind.QUESTION}:
            # Nothing that cues know of was wanted, so that it is read once more, by ear.
            tally = _Tally()
            read = [_read(one, tongues, lexicon.learned, tally) for one in matched]
        if not tally.supported:
            for sentence in read:
                _read_asides(sentence, tongues, tally)
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


class _Found(NamedTuple):
    """A sentence, its weight, and the cues and dampers of wishes that stand in it."""

    sentence: Sentence
    weight: float
    matches: Sequence[Match]
    dampers: Sequence[Damper]


def _found(sentence: Sentence, weight: float, tongues: Sequence[Tongue]) -> _Found:
    matches = [match for tongue in tongues for match in tongue.wishes.matches(sentence)]
    dampers = [what for what, start, end in matches if isinstance(what, Damper) and what.fits(sentence, start, end)]
    return _Found(sentence, weight, matches, dampers)


class _Read(NamedTuple):
    """A sentence, its weight, the dampers that stand in it, the kinds whose cues were taken back there, and what it
    sounds like where no cue knew it, as `learned` hears it."""

    sentence: Sentence
    weight: float
    dampers: Sequence[Damper]
    silenced: set[Kind]
    learned: Learned | None
    likely: Mapping[Kind, float]

    @property
    def courteous(self) -> bool:
        return any(damper.courtesy for damper in self.dampers)


def _read(found: _Found, tongues: Sequence[Tongue], learned: Learned | None, tally: _Tally) -> _Read:
    """Weigh what is asked: by its cues, else by what was learned.

    A question mark and a "could you" speak for `question` only where nothing says more.
    """
    sentence, weight, matches, dampers = found
    read = _Read(sentence, weight, dampers, set(), learned, {})
    for damper in dampers:
        tally.pressure |= damper.pressure
        tally.calm |= Kind.URGENT_REQUEST in damper.kinds and not damper.factor
    if _weigh(read, matches, tally) or read.courteous:
        return read
    # A greeting is nobody's wish, whatever names stand in it.
    if learned and not (sentence.words[0] in _GREETINGS and len(sentence.words) - 1 <= _LONGEST_GREETING):
        read = read._replace(likely=learned.likely(sentence))
    # What sounds more like thanks or news than like a wish is none.
    told = max([likely for kind, likely in read.likely.items() if kind in EASY_KINDS], default=0.0) if learned else 0.0
    if not (_weigh_likely(read, _WISHES, tally, least=told) or Kind.QUESTION in tally.supported):
        if sentence.asked:
            tally.add(Kind.QUESTION, "question mark", _ASKED * weight, sentence.text)
        elif not _weigh(read, (match for tongue in tongues for match in tongue.requests.matches(sentence)), tally):
            _weigh_likely(read, _QUESTION, tally)
    return read


def _read_asides(read: _Read, tongues: Sequence[Tongue], tally: _Tally) -> None:
    """Weigh what is told, and count whether it was understood."""
    told = _weigh(read, (match for tongue in tongues for match in tongue.asides.matches(read.sentence)), tally)
    if told or _weigh_likely(read, _ASIDES, tally):
        tally.understood += 1
    elif (
        not any(kind in EASY_KINDS and likely >= SUPPORTED for kind, likely in read.likely.items())
        and not read.courteous
        and len(read.sentence.words) - 1 > _SMALL_TALK
        and read.weight == 1.0
    ):
        tally.unexplained += 1


def _weigh(read: _Read, found: Iterable[Match], tally: _Tally) -> bool:
    """Add what was found to the tally; whether any of it is supported here."""
    supported = False
    for cue, start, end in found:
        if isinstance(cue, Damper):
            continue
        if cue.is_silenced(read.sentence):
            read.silenced.add(cue.kind)
            continue
        strength = cue.weight
        for damper in read.dampers:
            if cue.kind in damper.kinds:
                strength *= damper.factor
        if strength:
            tally.add(cue.kind, cue.name, strength * read.weight, read.sentence.text[start - 1 : end - 1])
        supported |= strength >= SUPPORTED
    return supported


def _weigh_likely(read: _Read, enough: Mapping[Kind, float], tally: _Tally, *, least: float = 0.0) -> bool:
    """Add the kinds that the sentence is likely `enough` to be of, and at least so likely; whether it is of any.

    Not those whose cues were taken back: "the status bar" sounds like "the status".
    """
    supported = False
    for kind, likely in read.likely.items():
        if kind not in enough or kind in read.silenced:
            continue
        strength = min(likely, SUREST)
        for damper in read.dampers:
            if kind in damper.kinds:
                strength *= damper.factor
        if read.learned and strength >= max(enough[kind], least):
            words = partial(read.learned.telling, read.sentence, kind)
            tally.add(kind, "learned", max(strength, SUPPORTED) * read.weight, words)
            supported = True
    return supported


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
    kinds.sort(key=lambda kind: (scores[kind] < SURE, RANK.index(kind) if kind in RANK else len(RANK)))
    return Classification(tuple(kinds), round(scores[kinds[0]], 3), cues=tally.cues(kinds))


def _shortened(words: str) -> str:
    """Evidence on one line, at most 80 characters."""
    words = " ".join(words.split()).strip(",;:()–—- ")
    return words if len(words) <= _CUE_LENGTH else words[: _CUE_LENGTH - 1] + "…"
