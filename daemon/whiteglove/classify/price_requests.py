"""Whether somebody asks to pay less, and in which words. No kind of message follows from it."""

from __future__ import annotations

from functools import cache

from whiteglove.classify.lexicon import Damper, Lexicon
from whiteglove.classify.price_cues import PRICE_CUES
from whiteglove.classify.sentences import Passage, Sentence, split

LONGEST_CUE = 80


def price_request(subject: str, text: str | None) -> str | None:
    """The words, as they stand there and at most 80 characters of them, in which a message asks to pay less; None where
    it does not. The text goes before the subject, which may be an earlier message's. Never raises."""
    sentences = [*split(text or ""), *split(subject)]
    return next((words for sentence in sentences if (words := _words(sentence)) is not None), None)


@cache
def _lexicon() -> Lexicon:
    return Lexicon.from_tables(PRICE_CUES)


def _words(sentence: Sentence) -> str | None:
    """The words of the cue that stands first. A word such as "gratis" is of several languages: where one of them knows
    that it means something else here, none of them counts."""
    places: list[tuple[int, int]] = []
    for tongue in _lexicon().spoken(frozenset(sentence.words)):
        for cue, start, end in tongue.wishes.matches(Passage.of([sentence])).get(0, ()):
            if isinstance(cue, Damper) or cue.is_silenced(sentence):
                return None
            places.append((start, end))
    if not places:
        return None
    start, end = min(places)
    words = " ".join(sentence.text[start - 1 : end - 1].split())
    return words if len(words) <= LONGEST_CUE else words[: LONGEST_CUE - 1] + "…"
