"""The subject of an answer: one `Re:`, however many programs in however many languages had put theirs before it."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
"""In characters, as read (rule R57: what is longer is somebody's accident)."""

REHEARSAL = "Rehearsal: "

# What mail programs write before the subject of an answer: English and Latin "Re", German "AW" and "Antw(ort)", French
# "RE", "RÉ" and "RÉP", Spanish "RES(P)", Italian "R" and "RIF", Portuguese "RES", Dutch "Antw", and the Nordic "SV" and
# "VS" that arrive in every mailbox. A counter may follow: Re[2], Re^2, Re(2). "R" counts as a capital only, and no
# forwarding mark is touched: what was forwarded stays told.
_ANSWER_MARKS = re.compile(
    r"(?:\s*(?:(?i:re|ré|rép|resp?|aw|antw(?:ort)?|sv|vs|rif)|R)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[::])+\s*"
)


def reply_subject(subject: str) -> str:
    """`Re: ` and the subject answered, without the marks of earlier answers."""
    composed = unicodedata.normalize("NFC", subject)
    marks = _ANSWER_MARKS.match(composed)
    return "Re: " + (composed[marks.end() :] if marks else composed).strip()


def trimmed(subject: str) -> str:
    """The subject, at most `LONGEST` characters of it; an ellipsis shows where it was cut."""
    if len(subject) <= LONGEST:
        return subject
    cut = subject[: LONGEST - 1]
    # A cut between a letter and its accents, or after a joiner, would show another letter or a broken sign.
    while cut and (unicodedata.combining(subject[len(cut)]) or subject[len(cut)] in _JOINERS or cut[-1] in _JOINERS):
        cut = cut[:-1]
    return cut.rstrip() + "…"


_JOINERS = "\u200d\ufe0e\ufe0f"
