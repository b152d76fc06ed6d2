"""A phrase as it is looked for in a sentence: by its anchor first, by a regular expression last.

A regular expression is dear, and few of the many phrases are in any sentence. So each phrase knows what must be there:
an `Anchor`, one word and a neighbour of it, by which it is found, and more words that are looked for before the trial.
How phrases are written is told in `vocabulary`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

Words = frozenset[str]
ANY: Words = frozenset()
"""No word is certain."""


@lru_cache(maxsize=1500)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.ASCII)


class Anchor(NamedTuple):
    """One of `words` is in every match and, where `step` is not 0, one of `neighbours` that many words further on."""

    words: Words
    step: int = 0
    neighbours: Words = ANY


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase. `anchor` is None where no word is certain; every match also holds a word of each set in `needed`.

    The regular expression is compiled when a sentence first comes near: most phrases of most languages never meet one.
    """

    source: str
    anchor: Anchor | None
    needed: tuple[Words, ...]
    opens: bool = False
    leads: Words = ANY

    def is_near(self, words: Words) -> bool:
        """Whether a sentence with these words can match at all."""
        if self.anchor and self.anchor.words.isdisjoint(words):
            return False
        return not any(needed.isdisjoint(words) for needed in self.needed)

    def search(self, folded: str) -> tuple[int, int] | None:
        """Where the phrase stands in a folded sentence that begins with a space.

        What stands before a match is looked at here: a pattern that begins with its first letters is found much faster
        than one that begins with an assertion.
        """
        pattern = _compiled(self.source)
        match = pattern.search(folded)
        while match is not None:
            start = match.start()
            if folded[start - 1] in " ,.!?" and not (self.opens and start > 1 and self._preceded(folded, start)):
                return start, match.end()
            match = pattern.search(folded, start + 1)
        return None

    def _preceded(self, folded: str, start: int) -> bool:
        """Whether in its clause there stands anything before a match that is no lead-in."""
        clause = max([folded.rfind(mark, 0, start) for mark in ",.!?"])
        return not self.leads.issuperset(folded[clause + 1 : start].split())
