"""Strangers who look like a client: a display name that is theirs, a domain that reads like theirs.

Not every one is a forger: people write from a private address too. Either way the owner wants to know, since such mail
is nobody's in the record and gets no answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from whiteglove.clients import Book, Client, Relation
from whiteglove.disclosure import Phrase, Same, fold, name_forms
from whiteglove.message import Address, Message

ADDRESS = re.compile(r"[^\s@<>()\"',;]+@[^\s@<>()\"',;]+\.\w+")
_SHORTEST_NAME_WITH_A_SLIP = 4
"""A shorter domain is one letter away from too many others."""

# Cyrillic and Greek letters that look like Latin ones, and digits that look like letters (Unicode TR 39, the part of
# its table that domains are imitated with).
_LOOKS_LIKE = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u04bb\u04cf\u0501"
    "\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0131015",
    "abekmhopctyxsijhldaeikvoptuxiols",
)
_READS_LIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"))


@dataclass(frozen=True, slots=True)
class _Looks:
    """How the clients of a book look: their full names by the first word, their names, their domains, and domains
    by what they read like."""

    people: dict[str, list[tuple[Phrase, Client]]]
    names: dict[Phrase, Client]
    domains: dict[str, Client]
    skeletons: dict[str, tuple[str, Client]]


def imitated(message: Message, book: Book) -> Client | None:
    """The client whose name, address or domain a stranger's mail seems to bear; None for everybody else's mail."""
    author = message.author[0] if message.author else None
    if author is None or book.recognise(author).relation is not Relation.STRANGER:
        return None
    looks = _looks(Same(book))
    return _by_name(author, book, looks) or _by_domain(author.domain, looks)


def _by_name(author: Address, book: Book, looks: _Looks) -> Client | None:
    if not author.name:
        return None
    for found in ADDRESS.findall(author.name):
        if client := book.recognise(Address(found)).client:
            return client
    words = _latin_words(author.name)
    if client := looks.names.get(words):
        return client
    for at, word in enumerate(words):
        for phrase, client in looks.people.get(word, ()):
            if words[at : at + len(phrase)] == phrase:
                return client
    return None


def _by_domain(domain: str, looks: _Looks) -> Client | None:
    shown = _shown(domain)
    for other in _suffixes(shown):
        known, client = looks.skeletons.get(_skeleton(other), ("", None))
        if client is not None and known != other:
            return client
    for known, client in looks.domains.items():
        joined = _unjoined(known)
        if shown.startswith(f"{known}."):
            return client
        for other in _suffixes(shown):
            if _unjoined(other.rpartition(".")[0]) == joined or _is_one_slip_off(other, known):
                return client
    return None


@lru_cache(maxsize=4)
def _looks(book: Same) -> _Looks:
    looks = _Looks({}, {}, {}, {})
    assert isinstance(book.value, Book)
    for client in book.value.clients.values():
        looks.names.update({_latin_words(" ".join(form)): client for form in name_forms(client.name)})
        own = [_shown(domain) for domain in client.domains]
        looks.domains.update(dict.fromkeys(own, client))
        for person in client.people:
            # Providers of mailboxes for everybody stand here too; those are no look-alikes of each other by one letter.
            own += [_shown(Address(address).domain) for address in person.addresses]
            words = _latin_words(person.name)
            if len(words) > 1:
                for phrase in {words, (words[-1], *words[:-1])}:
                    looks.people.setdefault(phrase[0], []).append((phrase, client))
        looks.skeletons.update({_skeleton(domain): (domain, client) for domain in own})
    return looks


def _latin_words(text: str) -> Phrase:
    return fold(text.casefold().translate(_LOOKS_LIKE))


def _shown(domain: str) -> str:
    """The domain in the letters that a mail program shows (RFC 5891 section 4.4), where it has an ASCII form."""
    return ".".join(_shown_label(label) for label in domain.casefold().rstrip(".").split("."))


def _shown_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _suffixes(domain: str) -> Iterator[str]:
    """The domain and those above it that can be somebody's own."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])


def _skeleton(domain: str) -> str:
    """What the domain reads like at a glance: the same for two that cannot be told apart."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", domain) if not unicodedata.combining(c))
    read = bare.casefold().translate(_LOOKS_LIKE)
    for written, seen in _READS_LIKE:
        read = read.replace(written, seen)
    return read


def _unjoined(domain: str) -> str:
    return domain.replace(".", "").replace("-", "")


def _is_one_slip_off(one: str, other: str) -> bool:
    """Whether one letter is wrong, missing, too many, or has changed places with its neighbour."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(other.rpartition(".")[0]) < _SHORTEST_NAME_WITH_A_SLIP:
        return False
    same = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return True
    left, right = one[same:], other[same:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped
