"""What a message wants, told from its words alone: locally, in well under a millisecond, with the words it rests on.

`scoring` weighs the cues that `lexicon` holds, sentence by sentence (`sentences`); `vocabulary` reads the language they
are written in, `cues/*.toml` are the cues, strictly read by `tables`; `learned` hears cues and words together; `rules`
is what the owner decided beforehand. `price_requests` tells apart whether somebody asks to pay less, by the cues in
`price_cues`; `deadlines` reads the times that a text names.
"""

from __future__ import annotations

from whiteglove.classify.deadlines import hastened
from whiteglove.classify.lexicon import Cue, Lexicon
from whiteglove.classify.rules import rule_vote
from whiteglove.classify.scoring import classify

__all__ = ["Cue", "Lexicon", "classify", "hastened", "rule_vote"]
