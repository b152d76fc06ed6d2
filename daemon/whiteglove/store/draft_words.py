"""What is kept of a draft's words, so that it is known again where a mail program has dropped its marks: keyed hashes
of its subject and of some of its word triples. No text can be read from them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b

from whiteglove.compose.subject import reply_subject

SAMPLE = 64
"""Word triples that are kept of a draft, by the value of their hash: a fair sample, and too few to tell its text."""

_TRIPLE = 3
_SUBJECT_OCTETS = 8
_OCTETS = 4
_WORDS = re.compile(r"\w+")
_IN_BRACKETS = re.compile(r"\[[^\]]*\]")


def sketch_of(key: bytes, subject: str, text: str, signature: str = "") -> bytes:
    """The sketch of a draft. Left out is what stands in square brackets, which a person replaces, and what the
    signature says, which stands under any mail of the owner's."""
    triples = _triples(key, text) - _triples(key, signature)
    return _subject(key, subject) + b"".join(sorted(triples)[:SAMPLE])


def has_subject(sketch: bytes, key: bytes, subject: str) -> bool:
    """Whether the draft had this subject, whatever the case and the marks of an answer."""
    return sketch[:_SUBJECT_OCTETS] == _subject(key, subject)


def share_in(sketch: bytes, key: bytes, text: str) -> float:
    """Which share of the draft's words, from 0 to 1, stands in a text; 0 where the draft has too few to tell."""
    kept = sketch[_SUBJECT_OCTETS:]
    triples = {kept[start : start + _OCTETS] for start in range(0, len(kept), _OCTETS)}
    return len(triples & _triples(key, text)) / len(triples) if triples else 0.0


def _triples(key: bytes, text: str) -> set[bytes]:
    return {_hashed(key, " ".join(triple), _OCTETS) for part in _IN_BRACKETS.split(text) for triple in _runs(part)}


def _runs(text: str) -> Iterator[list[str]]:
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    return (words[start : start + _TRIPLE] for start in range(len(words) - _TRIPLE + 1))


def _subject(key: bytes, subject: str) -> bytes:
    return _hashed(key, " ".join(reply_subject(subject).casefold().split()), _SUBJECT_OCTETS)


def _hashed(key: bytes, text: str, octets: int) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=octets, person=b"draft words").digest()
