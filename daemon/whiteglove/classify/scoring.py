"""What a message wants, weighed sentence by sentence and heard paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from whiteglove.classify.lexicon import Lexicon
from whiteglove.classify.paragraphs import Paragraph, Reading, listen, look_for_wishes, matches_in, paragraphs
from whiteglove.classify.sentences import Passage, Sentence, split
from whiteglove.classify.tally import SUPPORTED, SURE, Tally, shortened
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

_PLACE = {kind: place for place, kind in enumerate(RANK)}
_FRESH_SUBJECT = 0.85
_REPLY_SUBJECT = 0.2
_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|fw|fwd|wg|tr|rv|rif|r|i|res|enc)\s*(?:[\[(]\d+[\])])?\s*:\s*", re.I
)
_TAG = re.compile(r"\s*\[[^\]]*\]\s*")


def classify(subject: str, text: str | None, lexicon: Lexicon, votes: Sequence[Guess] = ()) -> Classification:
    """Say what a message wants. `text` is what its author wrote anew, quotes cut; None where it could not be read.

    A vote with confidence 1 decides alone; others count as one more cue. What neither cue nor sound supports is a
    `question`, abstained, and so is a text that could not be read. `thanks` and `fyi` stand only where nothing is asked
    and most of what is said was understood. Never raises.
    """
    for vote in votes:
        if vote.confidence >= 1:
            return Classification((vote.kind,), 1.0, cues=(shortened(vote.cue),) if vote.cue else ())
    tally = Tally()
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


def _read(sentences: Iterable[tuple[Sentence, float]], lexicon: Lexicon, tally: Tally) -> None:
    """Weigh what is wished; where nothing is, what is asked; where nothing is either, what is told."""
    readings = [Reading(sentence, weight, number=number) for number, (sentence, weight) in enumerate(sentences)]
    passage = Passage.of([reading.sentence for reading in readings])
    tongues = lexicon.spoken(frozenset(passage.words))
    for number, wishes in matches_in(passage, [tongue.wishes for tongue in tongues]).items():
        look_for_wishes(readings[number], wishes, tally)
    if lexicon.learned:
        listen(readings, passage, lexicon.learned)
    heard = [Paragraph(some, lexicon.learned) for some in paragraphs(readings)]
    for paragraph in heard:
        paragraph.weigh_wishes(tally)
    requests = matches_in(passage, [tongue.requests for tongue in tongues])
    for paragraph in heard:
        paragraph.weigh_questions(requests, tally)
    if not tally.supported:
        asides = matches_in(passage, [tongue.asides for tongue in tongues])
        for paragraph in heard:
            paragraph.weigh_asides(asides, tally)


def _conclude(tally: Tally) -> Classification:
    scores = {kind: tally.score(kind) for kind in tally.evidence}
    kinds = [kind for kind, score in scores.items() if score >= SUPPORTED]
    if not EASY_KINDS.issuperset(kinds):
        kinds = [kind for kind in kinds if kind not in EASY_KINDS]
    elif tally.unexplained >= max(tally.understood, 1):
        kinds = []
    if not kinds:
        best = max(scores.values(), default=0.0)
        return Classification((Kind.QUESTION,), round(min(best, SUPPORTED), 3), abstained=True)
    # Everybody asks something; what for is told by the others.
    if len(kinds) > 1:
        kinds.sort(key=lambda kind: (kind is Kind.QUESTION, scores[kind] < SURE, _PLACE.get(kind, len(RANK))))
    return Classification(tuple(kinds), round(scores[kinds[0]], 3), cues=tally.cues(kinds))
