"""Who the clients might be: everybody the owner exchanges mail with, by organisation, the busiest first.

What is looked at are headers; who wrote and to whom is counted, and forgotten when the command ends.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from whiteglove.clients import Book, Relation
from whiteglove.errors import GrammarError
from whiteglove.message import Address, Message
from whiteglove.screen import screen
from whiteglove.settings.fields import domain as read_domain
from whiteglove.settings.fields import email_address, one_line

ALL, NONE = "all", "none"
_NUMBERS = re.compile(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?")
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9_-]+")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "gv", "ne", "net", "or", "org"})
_IN_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote: their name and each address they wrote from."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A client as it might stand in the book. `domain` is "" where anybody may have an address, `received` and `sent`
    count mails."""

    key: str
    name: str
    domain: str
    received: int
    sent: int
    people: tuple[Person, ...]

    def values(self) -> dict[str, Any]:
        """The keys of the client's file."""
        people = [{"name": person.name, "addresses": list(person.addresses)} for person in self.people]
        domains = {"domains": [self.domain]} if self.domain else {}
        return {"name": self.name, **domains, "people": people}

    def is_called(self, text: str) -> bool:
        """Whether a person means this client by a key, a domain or an address."""
        wanted = text.strip().casefold()
        addresses = (address.casefold() for person in self.people for address in person.addresses)
        return wanted in (self.key, self.domain or None, *addresses)


@dataclass(slots=True)
class _Correspondent:
    address: str
    received: int = 0
    own_names: Counter[str] = field(default_factory=Counter)
    given_names: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """As they write it themselves, else as the owner does, else what the address tells."""
        known = self.own_names or self.given_names
        if known:
            return known.most_common(1)[0][0]
        local_part = self.address.partition("@")[0].partition("+")[0]
        return " ".join(word.capitalize() for word in re.split(r"[._]+", local_part) if word) or local_part


class Correspondence:
    """What passed between the owner and everybody else. Fed with messages; `proposals` says what that amounts to.

    `colleagues` are the other addresses at the owner's own domain, folded.
    """

    def __init__(self, book: Book, free_mail: Collection[str]) -> None:
        """Who is in `book` already, or at the owner's own domain, is not proposed."""
        self.colleagues: set[str] = set()
        self._book = book
        self._free_mail = free_mail
        self._own_domains = {Address(own).domain for own in book.owner.own_addresses} - set(free_mail)
        self._known: dict[str, _Correspondent] = {}
        self._sent_to: list[frozenset[str]] = []

    def take_received(self, message: Message, *, junk: bool = False) -> None:
        """A message that lies in a watched folder; lists and machines are no correspondence."""
        if not message.author or not screen(message, None, self._book, junk=junk).human:
            return
        found = self._correspondent(message.author[0])
        if found is not None:
            found.received += 1
            _note_name(found.own_names, message.author[0])

    def take_sent(self, message: Message) -> None:
        """A message that lies in Sent; what a program sent in the owner's name is no correspondence."""
        if not screen(message, None, self._book).human:
            return
        known = set()
        for address in message.recipients:
            found = self._correspondent(address)
            if found is not None:
                _note_name(found.given_names, address)
                known.add(address.folded)
        self._sent_to.append(frozenset(known))

    def proposals(self) -> list[Proposal]:
        """Those with mail in both directions, the most active first."""
        group_of = self._groups()
        writers: dict[str, list[_Correspondent]] = {}
        for folded, one in sorted(self._known.items(), key=lambda entry: (-entry[1].received, entry[0])):
            if one.received:
                writers.setdefault(group_of[folded], []).append(one)
        sent = Counter(group for known in self._sent_to for group in {group_of[folded] for folded in known})
        received = {group: sum(one.received for one in some) for group, some in writers.items()}
        keys = set(self._book.clients)
        proposals = []
        for group in sorted(writers, key=lambda group: (-received[group] - sent[group], group)):
            if not sent[group]:
                continue
            people = tuple(_people(writers[group]))
            is_person = "@" in group
            short = group.partition("@")[0] if is_person else _organisation(group)
            key = _key((short, group), keys)
            keys.add(key)
            proposals.append(
                Proposal(
                    key=key,
                    name=people[0].name if is_person else short.replace("-", " ").title(),
                    domain="" if is_person else group,
                    received=received[group],
                    sent=sent[group],
                    people=people,
                )
            )
        return proposals

    def _correspondent(self, address: Address) -> _Correspondent | None:
        """Who this is; None for the owner, colleagues, clients, and an address that the book could not hold."""
        if self._book.recognise(address).relation is not Relation.STRANGER:
            return None
        if any(_is_below(address.domain, own) for own in self._own_domains):
            self.colleagues.add(address.folded)
            return None
        if address.folded not in self._known:
            try:
                read_domain(address.domain)
                self._known[address.folded] = _Correspondent(email_address(address.address))
            except GrammarError:
                return None
        return self._known[address.folded]

    def _groups(self) -> dict[str, str]:
        """To whom each address belongs: an organisation by its domain, which has its subdomains too, as in the client
        book. Where anybody may have an address, it belongs to itself."""
        domains = {Address(folded).domain for folded in self._known} - set(self._free_mail)
        above = {domain: min((other for other in domains if _is_below(domain, other)), key=len) for domain in domains}
        return {folded: above.get(Address(folded).domain, folded) for folded in self._known}


def picked(proposals: Sequence[Proposal], text: str) -> list[Proposal]:
    """Those that an answer means: `all`, `none`, or numbers from 1, ranges, keys, domains and addresses, by commas.

    Raises `GrammarError` for a word that means none of them.
    """
    chosen: list[Proposal] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        if word.casefold() == NONE:
            continue
        numbers = _NUMBERS.fullmatch(word)
        if word.casefold() == ALL:
            found = list(proposals)
        elif numbers:
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            found = list(proposals[first - 1 : last]) if 1 <= first <= last <= len(proposals) else []
        else:
            found = [one for one in proposals if one.is_called(word)]
        if not found:
            known = ", ".join(one.domain or one.people[0].addresses[0] for one in proposals[:5]) or "nobody"
            raise GrammarError(f'"{word}" is none of those proposed ({known}{", …" if len(proposals) > 5 else ""})')
        chosen += [one for one in found if one not in chosen]
    return chosen


def rows(proposals: Iterable[Proposal]) -> list[tuple[object, ...]]:
    """What a person picks from: number, who, received, sent, people."""
    return [
        (
            number,
            one.domain or one.people[0].addresses[0],
            one.received,
            one.sent,
            "; ".join(f"{person.name} <{', '.join(person.addresses)}>" for person in one.people[:4])
            + (f" and {len(one.people) - 4} more" if len(one.people) > 4 else ""),
        )
        for number, one in enumerate(proposals, 1)
    ]


def as_json(proposals: Iterable[Proposal]) -> list[dict[str, Any]]:
    """The same for a program."""
    return [
        {"key": one.key, "domain": one.domain or None, "received": one.received, "sent": one.sent}
        | {key: value for key, value in one.values().items() if key != "domains"}
        for one in proposals
    ]


def _people(writers: Iterable[_Correspondent]) -> Iterable[Person]:
    """One person for each name, with all their addresses; a domain's info@ and hello@ keep the names they have."""
    by_name: dict[str, list[_Correspondent]] = {}
    for one in writers:
        by_name.setdefault(one.name.casefold(), []).append(one)
    for same in by_name.values():
        yield Person(same[0].name, tuple(one.address for one in same))


def _note_name(names: Counter[str], address: Address) -> None:
    """A display name as a greeting needs it: "Coyote, Wile (Acme)" is Wile Coyote; one that is an address is none."""
    name = _IN_BRACKETS.sub(" ", address.name).strip().strip("'\"").strip()
    if name.count(",") == 1:
        last, _, first = name.partition(",")
        name = f"{first.strip()} {last.strip()}"
    try:
        name = one_line(name)
    except GrammarError:
        return
    if "@" not in name and any(letter.isalpha() for letter in name):
        names[name] += 1


def _is_below(domain: str, other: str) -> bool:
    return f".{domain}".endswith(f".{other}")


def _organisation(domain: str) -> str:
    """The label by which people call a domain: acme of acme.example, shop.acme.example and acme.co.uk."""
    labels = domain.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1]


def _key(wanted: Iterable[str], taken: Collection[str]) -> str:
    """A name for the client's file that no other client has."""
    keys = [_NOT_IN_A_KEY.sub("-", name.casefold()).strip("-_") or "client" for name in wanted]
    numbered = (f"{keys[-1]}-{number}" for number in count(2))
    return next(key for key in chain(keys, numbered) if key not in taken)
