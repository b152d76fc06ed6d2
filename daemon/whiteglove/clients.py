"""The client book and the owner: who is known, what was agreed, when the owner works. Plain values, already checked.

An address is looked up by precedence: the owner's own, then the team, then a client's people, then their domains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from whiteglove.message import Address, Kind


@dataclass(frozen=True, slots=True)
class DateRange:
    """Calendar days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The ranges of local time worked on each weekday, Monday first; an empty day is a day off.

    A range that ends at midnight has `time.max` as its end.
    """

    days: tuple[tuple[tuple[time, time], ...], ...]


@dataclass(frozen=True, slots=True, order=True)
class ReportSlot:
    """A weekly moment in the owner's zone at which a client hears how things stand. `weekday` counts from Monday = 0.

    `by` is `mail` or `call`.
    """

    weekday: int
    at: time
    by: str = "mail"


@dataclass(frozen=True, slots=True, order=True)
class WorkBlock:
    """Weekly hours, in the owner's zone, that are set aside for a client and may be told to them."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in each `per`; written as "2 per day"."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency, as "90 EUR"."""

    amount: str
    currency: str


class Engagement(StrEnum):
    CASUAL = "casual"
    CONTRACT = "contract"
    RETAINER = "retainer"
    PERMANENT = "permanent"


class AddressForm(StrEnum):
    FAMILIAR = "familiar"
    FORMAL = "formal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at a client. What is None is the client's own value."""

    name: str
    addresses: tuple[str, ...]
    role: str = ""
    language: str | None = None
    timezone: str | None = None
    address_form: AddressForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    name: str
    deadline: date | None = None
    profile: str = "normal"
    hours_per_week: float | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A date worth remembering. `away` marks the client's own absence, which warns and never shifts anything."""

    what: str
    when: DateRange
    yearly: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The owner knows better: a message of this sender, subject and words (each optional) is of this kind."""

    kind: Kind
    sender: str | None = None
    subject: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An organisation or person in the client book; `key` is the name of its file.

    `planned` is what the owner's calendar sets aside for them beside the weekly `work`: start and end in UTC.
    """

    key: str
    name: str
    timezone: str
    language: str
    engagement: Engagement = Engagement.CONTRACT
    address_form: AddressForm = AddressForm.FAMILIAR
    report: tuple[ReportSlot, ...] = ()
    reply_within: timedelta | None = None
    contact_limit: Limit | None = None
    quiet_after: timedelta | None = None
    hourly_rate: Money | None = None
    grade: str = ""
    acknowledge: bool = True
    domains: tuple[str, ...] = ()
    acknowledge_domain: bool = False
    in_writing: bool = False
    holidays: str = ""
    muted_until: datetime | None = None
    report_subject: str = ""
    work: tuple[WorkBlock, ...] = ()
    planned: tuple[tuple[datetime, datetime], ...] = ()
    remedies: tuple[str, ...] = ()
    notes: str = ""
    people: tuple[Person, ...] = ()
    projects: tuple[Project, ...] = ()
    dates: tuple[Occasion, ...] = ()
    rules: tuple[Rule, ...] = ()

    def person_at(self, address: Address) -> Person | None:
        """The person who owns this address, or None."""
        return next(
            (p for p in self.people if any(a.casefold() == address.folded for a in p.addresses)),
            None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The person the daemon works for. `own_addresses` holds every address that is the owner's, folded."""

    name: str
    address: str
    timezone: str
    language: str
    hours: WorkingHours
    aliases: tuple[str, ...] = ()
    holidays: str = ""
    away: tuple[DateRange, ...] = ()
    hours_per_week: float | None = None
    signature: str = ""
    allow_words: tuple[str, ...] = ()
    own_addresses: frozenset[str] = frozenset()

    def is_own(self, address: Address) -> bool:
        """Whether mail to this address reaches the owner; a `+tag` does not make it another one."""
        folded = address.folded
        return folded in self.own_addresses or ("+" in folded and address.untagged in self.own_addresses)


class Relation(StrEnum):
    OWN = "own"
    TEAM = "team"
    CLIENT = "client"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose address it is. `client` is set for `CLIENT` only; `person` where the address is one person's own."""

    relation: Relation
    client: Client | None = None
    person: Person | None = None


@dataclass(frozen=True)
class Book:
    """The client book, looked up by address. Overlaps were refused when it was read, so each address has one answer."""

    owner: Owner
    clients: Mapping[str, Client] = field(default_factory=dict)
    team: tuple[Colleague, ...] = ()

    def recognise(self, address: Address) -> Recognised:
        """Whose address this is, by the precedence own, team, people, domains; subdomains count as their domain."""
        if self.owner.is_own(address):
            return Recognised(Relation.OWN)
        folded = address.folded
        if folded in self._team:
            return Recognised(Relation.TEAM)
        if found := self._people.get(folded):
            return found
        domain = address.domain
        while domain:
            if client := self._domains.get(domain):
                return Recognised(Relation.CLIENT, client)
            domain = domain.partition(".")[2]
        return Recognised(Relation.STRANGER)

    def clients_among(self, addresses: Iterable[Address]) -> frozenset[str]:
        """The keys of all clients whose people or domains are among these addresses."""
        found = (self.recognise(address).client for address in addresses)
        return frozenset(client.key for client in found if client)

    @cached_property
    def _team(self) -> frozenset[str]:
        return frozenset(colleague.address.casefold() for colleague in self.team)

    @cached_property
    def _people(self) -> Mapping[str, Recognised]:
        return MappingProxyType(
            {
                address.casefold(): Recognised(Relation.CLIENT, client, person)
                for client in self.clients.values()
                for person in client.people
                for address in person.addresses
            }
        )

    @cached_property
    def _domains(self) -> Mapping[str, Client]:
        return MappingProxyType(
            {domain.casefold(): client for client in self.clients.values() for domain in client.domains}
        )
