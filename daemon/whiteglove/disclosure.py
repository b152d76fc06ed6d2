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

from whiteglove.clients import Book, Client, Owner

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
    return _disclosure(Same(book), Same(client))


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


class Same:
    """Compares by identity, so that a book, which holds a dictionary, can be the key of a cache."""

    __slots__ = ("value",)

    def __init__(self, value: Book | Client) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value


@lru_cache(maxsize=1024)
def _disclosure(book: Same, client: Same) -> Disclosure:
    assert isinstance(book.value, Book)
    assert isinstance(client.value, Client)
    return _collect(book.value, client.value)


def _collect(book: Book, client: Client) -> Disclosure:
    others = [other for other in book.clients.values() if other.key != client.key]
    owners = _project_owners(book)
    telling: set[Phrase] = set()
    for other in others:
        telling |= _identity(other)
        telling |= {name for name in _projects(other) if owners[name] == 1}
    allowed = _allowed(book.owner) | _said_to(book.owner) | _known_to(client)
    by_first: dict[str, list[Phrase]] = {}
    for phrase in sorted(telling - allowed):
        if phrase:
            by_first.setdefault(phrase[0], []).append(phrase)
    return Disclosure({first: tuple(phrases) for first, phrases in by_first.items()})


@dataclass(frozen=True, slots=True)
class SharedName:
    """A folded `name` of the client `of` that is not kept from others: from those whose keys `among` holds, since it
    stands in their entries too; from everybody where it stands in the `owner`'s name, address or signature, or where it
    is a `project` that several clients have."""

    name: str
    of: str
    among: tuple[str, ...] = ()
    owner: bool = False
    project: bool = False


def shared_names(book: Book) -> tuple[SharedName, ...]:
    """Every name in the book that mail to other clients may hold although the owner did not allow that by
    `allow_words`; in the order of the book. A project that several clients have is named once."""
    allowed, said = _allowed(book.owner), _said_to(book.owner)
    known = {key: _known_to(client) for key, client in book.clients.items()}
    owners = _project_owners(book)
    found: dict[tuple[str, str], SharedName] = {}
    for key, client in book.clients.items():
        identity = _identity(client)
        for phrase in sorted((identity | _projects(client)) - allowed - {()}):
            name = " ".join(phrase)
            among = tuple(other for other in known if other != key and phrase in known[other])
            if phrase not in identity and owners[phrase] > 1:
                having = tuple(other for other, each in book.clients.items() if phrase in _projects(each))
                found.setdefault((name, ""), SharedName(name, key, having, project=True))
            elif phrase in said or among:
                found[name, key] = SharedName(name, key, among, owner=phrase in said)
    return tuple(found.values())


def _project_owners(book: Book) -> Counter[Phrase]:
    """How many clients have a project of this name."""
    return Counter(name for each in book.clients.values() for name in _projects(each))


def _projects(client: Client) -> set[Phrase]:
    return {fold(project.name) for project in client.projects}


def _allowed(owner: Owner) -> set[Phrase]:
    return {form for word in owner.allow_words for form in name_forms(word)}


def _said_to(owner: Owner) -> set[Phrase]:
    """What stands in every mail to everybody."""
    known = [fold(text) for text in (owner.name, owner.address, owner.signature)]
    known += [fold(address) for address in (*owner.aliases, *sorted(owner.own_addresses))]
    return {part for phrase in known for part in _parts(phrase)}


def _known_to(client: Client) -> set[Phrase]:
    """What this client's own entry holds."""
    return {part for phrase in _own_entry(client) for part in _parts(phrase)}


def _identity(client: Client) -> set[Phrase]:
    """What tells that this client exists. A first name alone tells nothing: half the world is called so."""
    phrases = name_forms(client.name)
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


def name_forms(name: str) -> set[Phrase]:
    """A client's name as folded words, with its legal form and without."""
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
