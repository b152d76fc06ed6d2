"""What a mail to one client may not say: the words that would tell of another.

Words are compared folded: case, accents, punctuation, spacing and invisible characters make no difference, and only
whole words count. Chinese, Japanese and Korean are compared sign by sign, since they are written without spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from whiteglove.clients import Book, Client

Phrase = tuple[str, ...]

# A decomposed Korean syllable is a row of jamo (U+1100 to U+11FF); each counts as a word, as each kana and Han sign.
_SIGN = "\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SIGN}]|[^\W_{_SIGN}]+")

# "Birch" is as telling as "Birch GmbH", so a name counts without its legal form too.
_LEGAL_FORMS = frozenset({
    "ab", "ag", "aps", "as", "bv", "bvba", "co", "company", "corp", "corporation", "cv", "eg", "ek", "ev",
    "eu", "gbr", "gmbh", "inc", "kg", "kgaa", "lda", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh",
    "nv", "ohg", "oy", "plc", "sa", "sarl", "sas", "se", "sl", "slu", "snc", "spa", "srl", "sro", "ug", "vof",
})  # fmt: skip
_SHORTEST_BARE_NAME = 3
# A signature may be long; names within it are not.
_LONGEST_PHRASE = 12


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The folded phrases that a mail to one client may not hold, by their first word."""

    phrases: Mapping[str, tuple[Phrase, ...]]

    def found(self, text: str) -> frozenset[str]:
        """Which of the phrases stand in this text."""
        hits: set[str] = set()
        for words in _readings(text):
            for at, word in enumerate(words):
                for phrase in self.phrases.get(word, ()):
                    if words[at : at + len(phrase)] == phrase:
                        hits.add(" ".join(phrase))
        return frozenset(hits)


def disclosure_words(book: Book, client: Client) -> Disclosure:
    """What no mail to `client` may hold: of every other client the name (with and without its legal form), domains,
    addresses, people's full names, and the projects that no other client has.

    Allowed nevertheless: whatever stands in this client's own entry, the owner's own name, addresses and signature
    (they are in every mail to everybody), and `owner.allow_words`. Kept for each book and client, by identity.
    """
    return _disclosure(_Same(book), _Same(client))


def fold(text: str) -> Phrase:
    """The text as its folded words."""
    if text.isascii():
        return tuple(_WORD.findall(text.lower()))
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return tuple(_WORD.findall("".join(c for c in decomposed if unicodedata.category(c) not in _UNSEEN)))


# Accents, and format characters such as the soft hyphen or the zero-width space.
_UNSEEN = frozenset({"Mn", "Me", "Cf"})


def _readings(text: str) -> Iterator[Phrase]:
    """The words of the text; twice where it holds invisible characters, which may join two words or part one."""
    yield fold(text)
    if not text.isascii() and any(unicodedata.category(c) == "Cf" for c in text):
        yield fold("".join(" " if unicodedata.category(c) == "Cf" else c for c in text))


class _Same:
    """Compares by identity, so that a book, which holds a dictionary, can be the key of a cache."""

    __slots__ = ("value",)

    def __init__(self, value: Book | Client) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value


@lru_cache(maxsize=1024)
def _disclosure(book: _Same, client: _Same) -> Disclosure:
    assert isinstance(book.value, Book)
    assert isinstance(client.value, Client)
    return _collect(book.value, client.value)


def _collect(book: Book, client: Client) -> Disclosure:
    others = [other for other in book.clients.values() if other.key != client.key]
    owners = Counter(name for each in book.clients.values() for name in {fold(p.name) for p in each.projects})
    telling: set[Phrase] = set()
    for other in others:
        telling |= _identity(other)
        telling |= {name for name in (fold(project.name) for project in other.projects) if owners[name] == 1}
    known = [*_own_entry(client), *(fold(text) for text in (book.owner.name, book.owner.address, book.owner.signature))]
    known += [fold(address) for address in (*book.owner.aliases, *sorted(book.owner.own_addresses))]
    allowed = {form for word in book.owner.allow_words for form in _name_forms(word)}
    allowed |= {part for phrase in known for part in _parts(phrase)}
    by_first: dict[str, list[Phrase]] = {}
    for phrase in sorted(telling - allowed):
        if phrase:
            by_first.setdefault(phrase[0], []).append(phrase)
    return Disclosure({first: tuple(phrases) for first, phrases in by_first.items()})


def _identity(client: Client) -> set[Phrase]:
    """What tells that this client exists. A first name alone tells nothing: half the world is called so."""
    phrases = _name_forms(client.name)
    phrases |= {fold(domain) for domain in client.domains}
    for person in client.people:
        phrases |= {fold(address) for address in person.addresses}
        if len(name := fold(person.name)) > 1:
            phrases.add(name)
    return phrases


def _own_entry(client: Client) -> Iterable[Phrase]:
    yield fold(client.name)
    yield from (fold(domain) for domain in client.domains)
    yield from (fold(project.name) for project in client.projects)
    for person in client.people:
        yield fold(person.name)
        yield from (fold(address) for address in person.addresses)


def _name_forms(name: str) -> set[Phrase]:
    full = fold(name)
    bare = full
    while bare and (size := _legal_form(bare)):
        bare = bare[:-size]
    return {full, bare} if sum(map(len, bare)) >= _SHORTEST_BARE_NAME else {full}


def _legal_form(words: Phrase) -> int:
    """How many words at the end are a legal form: one, or the letters of one that is written with dots."""
    if words[-1] in _LEGAL_FORMS:
        return 1
    for size in (4, 3, 2):
        letters = words[-size:]
        if len(words) > size and all(len(letter) == 1 for letter in letters) and "".join(letters) in _LEGAL_FORMS:
            return size
    return 0


def _parts(words: Phrase) -> Iterator[Phrase]:
    """Every row of words within these words."""
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _LONGEST_PHRASE) + 1):
            yield words[start:end]
