"""From the files of the client book to the book itself, and the overlaps that would give an address two answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from whiteglove.clients import Client, Colleague, Occasion, Owner, Person, Project, Rule
from whiteglove.errors import Problem
from whiteglove.message import Address
from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.problems import Source
from whiteglove.worktime import WorkingTime


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """One client's file as it was read, and where its keys stand."""

    file: ClientFile
    source: Source


def client_from(
    key: str, file: ClientFile, owner: Owner, worktime: WorkingTime, planned: tuple[tuple[datetime, datetime], ...] = ()
) -> Client:
    """The client that a file describes; zone and language are the owner's where the file names none. `planned` is what
    the owner's calendar sets aside for them."""
    return Client(
        key=key,
        name=file.name,
        timezone=file.timezone or owner.timezone,
        language=file.language or owner.language,
        engagement=file.engagement,
        address_form=file.address_form,
        report=file.report,
        reply_within=file.reply_within,
        contact_limit=file.contact_limit,
        quiet_after=file.quiet_after,
        hourly_rate=file.hourly_rate,
        grade=file.grade,
        acknowledge=file.acknowledge,
        domains=tuple(file.domains),
        acknowledge_domain=file.acknowledge_domain,
        in_writing=file.in_writing,
        holidays=file.holidays,
        muted_until=muted_until(file.muted_until, worktime),
        report_subject=file.report_subject,
        work=file.work,
        planned=planned,
        remedies=tuple(file.remedies),
        notes=file.notes,
        people=tuple(Person(**_values(person, addresses=tuple(person.addresses))) for person in file.people),
        projects=tuple(Project(**_values(project)) for project in file.projects),
        dates=tuple(Occasion(**_values(occasion)) for occasion in file.dates),
        rules=tuple(
            Rule(kind=rule.kind, sender=rule.sender or None, subject=rule.subject or None, words=rule.words or None)
            for rule in file.rules
        ),
    )


def muted_until(value: date | None, worktime: WorkingTime) -> datetime | None:
    """The instant (UTC) at which silence ends: the start of that day for the owner; without an offset, owner's time."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        return worktime.instant(value, time.min)
    if value.tzinfo is None:
        return worktime.instant(value.date(), value.time())
    return value.astimezone(UTC)


def _values(section: Any, **instead: Any) -> dict[str, Any]:
    """The fields of a section as arguments of the value of the same shape."""
    return {name: getattr(section, name) for name in type(section).model_fields} | instead


def book_faults(owner: Owner, team: Sequence[Colleague], entries: Mapping[str, ClientEntry]) -> list[Problem]:
    """Every address and domain that would belong to two, or that can be no client's at all, and every idle rule."""
    claims = _Claims(owner, {colleague.address.casefold(): colleague.name for colleague in team})
    problems: list[Problem] = []
    for key, entry in sorted(entries.items()):
        for i, person in enumerate(entry.file.people):
            for j, address in enumerate(person.addresses):
                path = ("people", i, "addresses", j)
                if fault := claims.address(address, f"{person.name} of client {key}", entry.source.problem(path, "")):
                    problems.append(entry.source.problem(path, fault))
        for i, domain in enumerate(entry.file.domains):
            if fault := claims.domain(domain, f"client {key}", entry.source.problem(("domains", i), "")):
                problems.append(entry.source.problem(("domains", i), fault))
        problems += [
            entry.source.problem(("rules", i), 'names nothing to look for; write sender, subject or words = "FYI only"')
            for i, rule in enumerate(entry.file.rules)
            if not (rule.sender or rule.subject or rule.words)
        ]
    return problems


class _Claims:
    """Who has an address or a domain already, and where that stands."""

    def __init__(self, owner: Owner, team: Mapping[str, str]) -> None:
        self._owner = owner
        self._team = team
        self._addresses: dict[str, str] = {}
        self._domains: dict[str, str] = {}

    def address(self, text: str, claimant: str, place: Problem) -> str:
        """Claim an address; what speaks against it, or nothing."""
        address = Address(text)
        if self._owner.is_own(address):
            return f"{text} is your own address; the client book holds the addresses of clients only"
        if colleague := self._team.get(address.folded):
            return f"{text} is the address of {colleague} in your team; it cannot be a client's as well"
        if holder := self._addresses.get(address.folded):
            return f"{text} is already the address of {holder}; give each address to one person of one client"
        self._addresses[address.folded] = f"{claimant} ({place.file}:{place.line})"
        return ""

    def domain(self, name: str, claimant: str, place: Problem) -> str:
        """Claim a domain; what speaks against it, or nothing."""
        own = next((a for a in sorted(self._owner.own_addresses) if f".{Address(a).domain}".endswith(f".{name}")), None)
        if own:
            return f"{name} is the domain of your own address {own}; name the client's people by address instead"
        if holder := self._domains.get(name):
            return f"{name} is already the domain of {holder}; name the people of one of the two by their addresses"
        self._domains[name] = f"{claimant} ({place.file}:{place.line})"
        return ""
