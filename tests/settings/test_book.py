"""The client book: values of clients, and addresses that would belong to two."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from whiteglove.clients import Client, Colleague, Owner
from whiteglove.grammar import parse_hours
from whiteglove.message import Kind
from whiteglove.settings.book import ClientEntry, book_faults, client_from, muted_until
from whiteglove.settings.book_models import ClientFile
from whiteglove.settings.problems import Source
from whiteglove.worktime import WorkingTime

HOURS = parse_hours("Mon-Fri 09:00-17:30")
OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="Europe/Berlin",
    language="de",
    hours=HOURS,
    own_addresses=frozenset({"robin@vale.example", "robin@studio.vale.example"}),
)
TEAM = (Colleague(name="Kim", address="kim@vale.example"),)
WORKTIME = WorkingTime(ZoneInfo("Europe/Berlin"), HOURS)


def client(**keys: object) -> Client:
    return client_from("birch", ClientFile.model_validate({"name": "Birch", **keys}), OWNER, WORKTIME)


def faults(**books: dict[str, object]) -> list[str]:
    entries = {
        key: ClientEntry(ClientFile.model_validate({"name": key, **keys}), Source(f"{key}.toml"))
        for key, keys in books.items()
    }
    return [str(problem) for problem in book_faults(OWNER, TEAM, entries)]


def people(*addresses: str) -> dict[str, object]:
    return {"people": [{"name": f"Person {i}", "addresses": [address]} for i, address in enumerate(addresses)]}


def test_zone_and_language_are_the_owners_where_a_client_names_none() -> None:
    assert (client().timezone, client().language) == ("Europe/Berlin", "de")
    own = client(timezone="America/New_York", language="en")
    assert (own.timezone, own.language) == ("America/New_York", "en")


def test_a_client_is_what_its_file_says() -> None:
    made = client(
        people=[{"name": "Wile", "addresses": ["wile@birch.example"], "timezone": "Asia/Tokyo"}],
        projects=[{"name": "Shop", "deadline": date(2026, 12, 18)}],
        dates=[{"what": "Fair", "when": "2026-12-01", "away": True}],
        rules=[{"words": "FYI only", "kind": "fyi"}],
        work=["Tue 11:00-13:00"],
        domains=["birch.example"],
    )
    assert made.key == "birch"
    assert made.people[0].addresses == ("wile@birch.example",)
    assert (made.people[0].timezone, made.people[0].language) == ("Asia/Tokyo", None)
    assert (made.projects[0].deadline, made.projects[0].profile) == (date(2026, 12, 18), "normal")
    assert (made.dates[0].away, made.dates[0].when.first) == (True, date(2026, 12, 1))
    assert (made.rules[0].kind, made.rules[0].words, made.rules[0].sender) == (Kind.FYI, "FYI only", None)
    assert (made.work[0].end, made.domains) == (time(13), ("birch.example",))


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (None, None),
        (date(2026, 12, 1), datetime(2026, 11, 30, 23, tzinfo=UTC)),
        (datetime(2026, 12, 1, 8), datetime(2026, 12, 1, 7, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2026, 12, 1, 8, tzinfo=ZoneInfo("America/New_York")), datetime(2026, 12, 1, 13, tzinfo=UTC)),
    ],
)
def test_silence_ends_with_the_owners_day(value: date | None, instant: datetime | None) -> None:
    assert muted_until(value, WORKTIME) == instant


def test_an_address_of_ones_own_is_no_clients() -> None:
    for address in ("Robin@vale.example", "robin+birch@vale.example", "robin@studio.vale.example"):
        assert "is your own address" in faults(birch=people(address))[0]


def test_an_address_of_the_team_is_no_clients() -> None:
    assert "is the address of Kim in your team" in faults(birch=people("KIM@vale.example"))[0]


def test_an_address_belongs_to_one_person_of_one_client() -> None:
    assert faults(acme=people("w@acme.example"), birch=people("W@ACME.example")) == [
        "birch.toml:1: people[0].addresses[0]: W@acme.example is already the address of Person 0 of client acme "
        "(acme.toml:1); give each address to one person of one client"
    ]
    assert "already the address of Person 0 of client acme" in faults(acme=people("w@a.example", "w@a.example"))[0]


def test_a_domain_belongs_to_one_client() -> None:
    found = faults(acme={"domains": ["acme.example"]}, birch={"domains": ["ACME.example"]})
    assert found == [
        "birch.toml:1: domains[0]: acme.example is already the domain of client acme (acme.toml:1); "
        "name the people of one of the two by their addresses"
    ]


@pytest.mark.parametrize("domain", ["vale.example", "studio.vale.example"])
def test_the_domain_of_an_own_address_is_no_clients(domain: str) -> None:
    assert "is the domain of your own address" in faults(birch={"domains": [domain]})[0]


def test_people_beat_domains_and_subdomains_their_domain() -> None:
    assert faults(acme={"domains": ["acme.example"]}, birch=people("w@acme.example")) == []
    assert faults(acme={"domains": ["acme.example"]}, birch={"domains": ["shop.acme.example"]}) == []
    assert faults(acme={"domains": ["clients.vale.example"]}) == []


def test_a_rule_looks_for_something() -> None:
    assert "names nothing to look for" in faults(birch={"rules": [{"kind": "fyi"}]})[0]
