"""A mail's text cut into sentences and folded, so that cues can be looked for one sentence at a time.

Folding keeps every character at its place: what is found in the folded text is cut out of the text as it was written.
Folded text knows only `a-z`, digits, `_`, spaces, `,` for whatever parts clauses, and `.!?`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

READ_AT_MOST = 20_000
"""Characters of a text that are read; a wish stands nearer to the beginning than this."""

LONGEST = 400
"""Characters of a sentence; a longer one is read in pieces, which bounds the work of every cue."""

# Invisible characters (soft hyphen, zero width, word joiner, byte order mark) that mail programs leave inside words.
# Each is hardly ever there, which is seen sooner by looking for one after the other than by a regular expression.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.[^\s@]+")
# A line break inside a sentence: the line before it is long enough to have been wrapped by a mail program.
_WRAP = re.compile(r"\n(?<=[^\n]{45}\n)(?=[(\"'„“]?\w)(?!\d+[.)]\s)")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_ABBREVIATIONS = frozenset(
    {
        *("approx", "bspw", "bzw", "ca", "co", "dr", "etc", "evtl", "exkl", "ggf", "inc", "inkl", "ltd", "mio", "mr"),
        *("mrs", "ms", "nr", "prof", "st", "str", "tel", "usw", "vgl", "vs", "zb"),
    }
)


def _letters() -> dict[str, str]:
    """Each accented Latin letter with its base letter; `ß` counts as one s."""
    plain = {"ß": "s", "…": ".", "–": ",", "—": ",", "¿": " ", "¡": " "}
    for code in range(0xC0, 0x180):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            plain[chr(code)] = base
    return plain


def _marks(kept: str) -> dict[int, str]:
    """What becomes of each ASCII character: word characters and `kept` stay, `;:()` part clauses, others are space."""
    table = {}
    for character in map(chr, range(128)):
        part = "," if character in ";:()," else character
        table[ord(character)] = part if part.isalnum() or part in kept + "_" else " "
    return table


_ENDS = frozenset("?!")
_PLAIN = _letters()
_CLAUSES = _marks(kept=",.!?\n")
_WORDS = _marks(kept="")


class Sentence(NamedTuple):
    """One sentence: as written, folded, its folded words and its end (`?`, `!` or nothing), whether it asks, and
    whether a paragraph begins with it.

    `folded` begins with a space: `folded[1:]` has the length of `text`.
    """

    text: str
    folded: str
    words: list[str]
    asked: bool
    opens: bool = False


class Passage(NamedTuple):
    """Sentences that follow one another, all their words in one row, and where in it each sentence begins."""

    sentences: Sequence[Sentence]
    words: list[str]
    starts: list[int]

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> Passage:
        words: list[str] = []
        starts = []
        for sentence in sentences:
            starts.append(len(words))
            words += sentence.words
        return cls(sentences, words, starts)


def fold(text: str) -> str:
    """The text in lower case and plain letters; what is no letter, digit, clause mark or sentence mark is a space."""
    folded = text.lower()
    if len(folded) != len(text):
        folded = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    if not folded.isascii():
        for letter in set(_FOREIGN.findall(folded)):
            folded = folded.replace(letter, _PLAIN.get(letter, " "))
    return folded.replace(" - ", " , ").translate(_CLAUSES)


def split(text: str) -> list[Sentence]:
    """The sentences of the first `READ_AT_MOST` characters; those without a word are left out.

    A mark before a space ends a sentence, and so does a line break unless the line was wrapped. Web and mail addresses
    are blanked for the cues, since their parts are no words anybody said.
    """
    text = _tidy(text[:READ_AT_MOST])
    folded = fold(_without_addresses(text))
    spaced = folded.translate(_WORDS)
    marked = folded.replace(". ", ".\n").replace("? ", "?\n").replace("! ", "!\n")
    sentences: list[Sentence] = []
    start = end = 0
    opens = True
    for line in marked.split("\n"):
        end += len(line) + 1
        if not line:
            opens = True
            if start == end - 1:
                start = end
            continue
        if line.endswith(".") and folded[end - 1 : end] == " " and _abbreviated(line):
            continue
        while start < end:
            cut = end
            if end - start > LONGEST:
                cut = folded.rfind(" ", start + 1, start + LONGEST) + 1 or start + LONGEST
            if words := spaced[start:cut].split():
                piece = folded[start:cut].rstrip(" ,\n")
                last = piece[-1]
                words.append(last if last in _ENDS else "")
                sentences.append(Sentence(text[start : start + len(piece)], " " + piece, words, last == "?", opens))
                opens = False
            start = cut
    return sentences


def _tidy(text: str) -> str:
    """Composed letters, plain line ends, nothing invisible, and wrapped lines joined."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        for character in _INVISIBLE:
            text = text.replace(character, "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _WRAP.sub(" ", text)


def _without_addresses(text: str) -> str:
    if "@" in text or "www." in text or "://" in text:
        return _ADDRESS.sub(lambda match: " " * len(match[0]), text)
    return text


def _abbreviated(line: str) -> bool:
    """Whether the full stop belongs to a number, an initial or an abbreviation and ends nothing."""
    word = line[-9:-1].rpartition(" ")[2]
    return word[-1:].isdigit() or len(word.rpartition(".")[2]) == 1 or word in _ABBREVIATIONS
