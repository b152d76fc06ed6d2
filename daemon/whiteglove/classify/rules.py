"""The owner knows better: the rules of a client's file, which say of a message outright what it wants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from whiteglove.clients import Rule
from whiteglove.message import Address, Guess

_CUE_LENGTH = 80
_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "\u2019": "'", "\u2018": "'"}
)


def rule_vote(rules: Sequence[Rule], sender: Address, subject: str, text: str | None) -> Guess | None:
    """The vote, of confidence 1, of the first rule that matches; None where none does. Never raises.

    A rule matches when all it names is met: `sender` is an address or a domain (its subdomains included), `subject`
    and `words` are found there as whole words, whatever their case, accents and spacing. Where the text could not be
    read, rules with `words` do not match. A rule that names nothing matches nothing.
    """
    for rule in rules:
        cue = _evidence(rule, sender, subject, text or "")
        if cue is not None:
            return Guess(rule.kind, 1.0, cue)
    return None


def _evidence(rule: Rule, sender: Address, subject: str, text: str) -> str | None:
    """What in the message the rule stands on. A sender is not repeated: an address must not travel as a cue."""
    found = "rule for this sender" if rule.sender else None
    if rule.sender and not _is_from(rule.sender, sender):
        return None
    for wanted, place in ((rule.subject, subject), (rule.words, text)):
        if wanted:
            found = _find(wanted, place)
            if found is None:
                return None
    return found


def _is_from(wanted: str, sender: Address) -> bool:
    wanted = wanted.strip().casefold()
    local, _, domain = wanted.rpartition("@")
    if local:
        return wanted in (sender.folded, sender.untagged)
    return sender.domain == domain or sender.domain.endswith(f".{domain}")


def _find(wanted: str, place: str) -> str | None:
    """The words of the place that are meant, at most 80 characters."""
    plain = _plain(place)
    parts = [re.escape(word) for word in _plain(wanted).split()]
    match = re.search(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)", plain, re.IGNORECASE) if parts else None
    if match is None:
        return None
    # Where nothing was written out, each letter is at its old place.
    found = (place if len(place) == len(plain) else plain)[match.start() : match.end()]
    return " ".join(found.split())[:_CUE_LENGTH]


def _plain(text: str) -> str:
    """Umlauts written out, other accents left out, typographic apostrophes as typed ones."""
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).translate(_WRITTEN_OUT))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
