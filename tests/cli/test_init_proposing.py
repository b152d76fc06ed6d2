"""Who might be a client: told by headers alone, and picked by the owner."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage

import pytest

from whiteglove.cli.init_proposing import Correspondence, Person, Proposal, as_json, picked, rows
from whiteglove.clients import Book, Client, Owner
from whiteglove.clients import Person as ClientPerson
from whiteglove.errors import GrammarError
from whiteglove.grammar import parse_hours
from whiteglove.message import Message
from whiteglove.parse import parse_header
from whiteglove.settings.book_models import ClientFile

OWN = "robin@vale.example"
OWNER = Owner(
    name="Robin Vale",
    address=OWN,
    timezone="UTC",
    language="en",
    hours=parse_hours("Mon-Fri 09:00-17:30"),
    own_addresses=frozenset({OWN}),
)
BIRCH = Client(
    key="birch",
    name="Birch",
    timezone="UTC",
    language="en",
    people=(ClientPerson(name="Jutta", addresses=("jutta@birch.example",)),),
)
FREE = frozenset({"free.example"})


def mail(sender: str, to: str = OWN, headers: Mapping[str, str] | None = None) -> Message:
    written = EmailMessage()
    written["From"], written["To"], written["Message-ID"] = sender, to, "<1@acme.example>"
    for name, value in (headers or {}).items():
        written[name] = value
    return parse_header(written.as_bytes())


def proposals(received: list[str], sent: list[str], owner: Owner = OWNER) -> list[Proposal]:
    correspondence = Correspondence(Book(owner, {"birch": BIRCH}), FREE)
    for sender in received:
        correspondence.take_received(mail(sender))
    for recipients in sent:
        correspondence.take_sent(mail(owner.address, recipients))
    return correspondence.proposals()


def test_people_of_one_domain_are_one_client() -> None:
    (acme,) = proposals(
        ["Wile <wile@acme.example>", "Rita <rita@acme.example>", "Rita <rita@acme.example>"], ["wile@acme.example"]
    )
    assert (acme.key, acme.name, acme.domain, acme.received, acme.sent) == ("acme", "Acme", "acme.example", 3, 1)
    assert acme.people == (Person("Rita", ("rita@acme.example",)), Person("Wile", ("wile@acme.example",)))


def test_where_anybody_may_have_an_address_each_is_a_client_of_its_own() -> None:
    found = proposals(["Ada <ada@free.example>", "Bob <bob@free.example>"], ["ada@free.example, bob@free.example"])
    assert [(one.key, one.name, one.domain, one.sent) for one in found] == [
        ("ada", "Ada", "", 1),
        ("bob", "Bob", "", 1),
    ]


def test_a_domain_has_its_subdomains_and_a_mail_to_several_people_counts_once() -> None:
    found = proposals(
        ["a@shop.acme.example", "b@acme.example", "c@acme-shop.example"],
        ["a@shop.acme.example, b@acme.example, c@acme-shop.example"],
    )
    assert [(one.domain, one.received, one.sent) for one in found] == [
        ("acme.example", 2, 1),
        ("acme-shop.example", 1, 1),
    ]


@pytest.mark.parametrize(
    ("received", "sent"),
    [
        (["wile@acme.example"], []),
        ([], ["wile@acme.example"]),
        (["wile@acme.example"], ["rita@birch.example"]),
        (["no-reply@acme.example"], ["no-reply@acme.example"]),
        (["kim@vale.example", "kim@studio.vale.example"], ["kim@vale.example, kim@studio.vale.example"]),
        (["jutta@birch.example"], ["jutta@birch.example"]),
        (["nonsense"], ["nonsense"]),
        (["wile@localhost"], ["wile@localhost"]),
    ],
    ids=["only received", "only sent", "another", "machine", "own domain", "in the book", "nonsense", "no domain"],
)
def test_nobody_is_proposed_without_mail_in_both_directions_between_people(
    received: list[str], sent: list[str]
) -> None:
    assert proposals(received, sent) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"List-Id": "<news.acme.example>"},
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X-Whiteglove": "1"},
    ],
)
def test_lists_and_machines_are_no_correspondence(headers: Mapping[str, str]) -> None:
    correspondence = Correspondence(Book(OWNER), FREE)
    correspondence.take_received(mail("wile@acme.example", headers=headers))
    correspondence.take_sent(mail(OWN, "wile@acme.example"))
    assert correspondence.proposals() == []
    correspondence.take_received(mail("wile@acme.example"), junk=True)
    assert correspondence.proposals() == []


def test_what_a_program_sent_is_no_correspondence() -> None:
    correspondence = Correspondence(Book(OWNER), FREE)
    correspondence.take_received(mail("wile@acme.example"))
    correspondence.take_sent(mail(OWN, "wile@acme.example", {"Auto-Submitted": "auto-replied"}))
    assert correspondence.proposals() == []


def test_others_at_the_owners_domain_are_counted_unless_anybody_may_be_there() -> None:
    correspondence = Correspondence(Book(OWNER), FREE)
    correspondence.take_received(mail("Kim@vale.example"))
    correspondence.take_received(mail("kim@vale.example"))
    assert correspondence.colleagues == {"kim@vale.example"}
    own = Owner(**{**{name: getattr(OWNER, name) for name in ("name", "timezone", "language", "hours")},
                   "address": "robin@free.example", "own_addresses": frozenset({"robin@free.example"})})  # fmt: skip
    assert [one.key for one in proposals(["ada@free.example"], ["ada@free.example"], own)] == ["ada"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"Coyote, Wile" <wile@acme.example>', "Wile Coyote"),
        ('"Coyote, Wile (Acme)" <wile@acme.example>', "Wile Coyote"),
        ("'Wile Coyote' <wile@acme.example>", "Wile Coyote"),
        ('"wile@acme.example" <wile@acme.example>', "Wile"),
        ("wile.coyote+shop@acme.example", "Wile Coyote"),
        ('"123" <wile@acme.example>', "Wile"),
        ("=?utf-8?q?Zo=C3=AB?= <wile@acme.example>", "Zoë"),
    ],
)
def test_a_name_is_made_fit_to_greet_by(written: str, name: str) -> None:
    (acme,) = proposals([written], ["wile@acme.example, wile.coyote+shop@acme.example"])
    assert acme.people[0].name == name


def test_where_they_do_not_write_their_name_the_owners_way_to_write_it_counts() -> None:
    (acme,) = proposals(["w@acme.example"], ["Wile Coyote <w@acme.example>"])
    assert acme.people == (Person("Wile Coyote", ("w@acme.example",)),)


def test_one_name_is_one_person_with_several_addresses() -> None:
    (acme,) = proposals(["Wile <wile@acme.example>", "wile <w@acme.example>"], ["wile@acme.example"])
    assert acme.people == (Person("wile", ("w@acme.example", "wile@acme.example")),)


def test_a_key_is_nobody_elses_and_one_that_a_file_may_have() -> None:
    everybody = ["a@birch.shop.example", "b@acme.example", "c@acme.test", "acme@free.example", "x@mail.oak.co.uk"]
    found = proposals(everybody, everybody)
    assert sorted(one.key for one in found) == ["acme", "acme-free-example", "acme-test", "oak", "shop"]
    for one in found:
        ClientFile.model_validate(one.values())


def test_the_owner_picks_by_number_domain_address_or_key() -> None:
    everybody = ["wile@acme.example", "ada@free.example", "otto@oak.example", "uma@elm.example"]
    found = proposals(everybody, everybody)
    names = [one.key for one in found]
    assert names == ["acme", "ada", "elm", "oak"]

    def keys(text: str) -> list[str]:
        return [one.key for one in picked(found, text)]

    assert keys("all") == names
    assert keys("none") == keys("") == keys(" , ") == []
    assert keys("2") == ["ada"]
    assert keys("3-4, 1") == ["elm", "oak", "acme"]
    assert keys("Acme.example, ada@FREE.example, oak, acme.example") == ["acme", "ada", "oak"]
    assert keys("wile@acme.example") == ["acme"]
    for wrong in ("0", "5", "3-9", "2-1", "nobody.example", "acme.example oak"):
        with pytest.raises(GrammarError, match=r"is none of those proposed \(acme.example, ada@free.example"):
            keys(wrong)
    with pytest.raises(GrammarError, match="nobody"):
        picked([], "acme")


def test_they_are_shown_with_counts_and_people() -> None:
    everybody = [f"Person{n} <p{n}@acme.example>" for n in range(6)]
    (row,) = rows(proposals(everybody, everybody[:1]))
    assert row[:4] == (1, "acme.example", 6, 1)
    assert str(row[4]).startswith("Person0 <p0@acme.example>; Person1")
    assert str(row[4]).endswith("and 2 more")
    (shown,) = as_json(proposals(["Ada <ada@free.example>"], ["ada@free.example"]))
    assert shown == {
        "key": "ada", "domain": None, "received": 1, "sent": 1, "name": "Ada",
        "people": [{"name": "Ada", "addresses": ["ada@free.example"]}],
    }  # fmt: skip
