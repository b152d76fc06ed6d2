"""What tells of another client, and what does not."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Book, Client, Owner, Person, Project, WorkingHours
from whiteglove.disclosure import SharedName, disclosure_words, fold, shared_names

OWNER = Owner(
    name="Robin Vale",
    address="robin@vale.example",
    timezone="UTC",
    language="en",
    hours=WorkingHours((((time(9), time(17)),),) * 7),
    signature="Robin Vale, Studio Nord",
    own_addresses=frozenset({"robin@vale.example"}),
)


def client(
    key: str,
    name: str,
    *,
    projects: tuple[str, ...] = (),
    people: tuple[Person, ...] = (),
    domains: tuple[str, ...] = (),
) -> Client:
    return Client(
        key=key,
        name=name,
        timezone="UTC",
        language="en",
        projects=tuple(Project(name=project) for project in projects),
        people=people,
        domains=domains,
    )


ACME = client("acme", "Acme GmbH", projects=("Catalogue", "Website"), people=(Person(name="Jo Linden", addresses=()),))


def found(text: str, *others: Client, owner: Owner = OWNER, reader: Client = ACME) -> bool:
    book = Book(owner=owner, clients={each.key: each for each in (reader, *others)})
    return bool(disclosure_words(book, reader).found(text))


@pytest.mark.parametrize(
    "text",
    [
        "Elm & Partner Inc.",
        "elm partner",
        "ELM\u00a0&\u00a0PARTNER",
        "Elm\n\npartner",
        "(élm—pärtner)",
        "Elm_Partner",
        "El\u00adm & Part\u200bner",
        "Elm\u200b&\u200bPartner",
        "Ｅｌｍ ＆ Ｐａｒｔｎｅｒ",
        "https://elm.example/about",
        "write to office@elm.example",
        "Ask Ann Lee-Smith",
        "the Harbour Lights film",
    ],
)
def test_the_name_the_domain_the_address_the_person_and_the_project_tell(text: str) -> None:
    elm = client(
        "elm",
        "Elm & Partner Inc.",
        domains=("elm.example",),
        people=(Person(name="Ann Lee Smith", addresses=("office@elm.example",)),),
        projects=("Harbour Lights",),
    )

    assert found(text, elm)


@pytest.mark.parametrize(
    "text", ["", "Elms and partners", "helm partner", "Elm, our partner", "Ann", "Smith", "harbour", "elm"]
)
def test_parts_and_longer_words_tell_nothing(text: str) -> None:
    elm = client("elm", "Elm & Partner", people=(Person(name="Ann Smith", addresses=()),), projects=("Harbour Lights",))

    assert not found(text, elm)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Dune S.r.l.", "Dune"),
        ("Dune B.V.", "dune"),
        ("Dune GmbH & Co. KG", "Dune"),
        ("Dune, Ltd", "DUNE"),
        ("Dune e.K.", "dune"),
    ],
)
def test_a_name_without_its_legal_form_tells(name: str, bare: str) -> None:
    assert found(f"like {bare} before", client("dune", name))


@pytest.mark.parametrize(("name", "bare"), [("On AG", "on"), ("AG", "ag x"), ("Plan B", "plan")])
def test_what_is_left_of_a_name_may_be_too_little(name: str, bare: str) -> None:
    assert not found(bare, client("other", name)) or bare == "ag x"


def test_signs_without_spaces_are_found_inside_a_sentence() -> None:
    assert found("次は株式会社カエデの報告です", client("kaede", "株式会社カエデ"))
    assert found("다음은 한빛사의 차례", client("hanbit", "한빛사"))


def test_a_first_name_tells_nothing() -> None:
    assert not found("Until May", client("elm", "Elm", people=(Person(name="May", addresses=()),)))


def test_a_project_that_others_have_too_tells_nothing() -> None:
    elm = client("elm", "Elm", projects=("Newsletter", "Website", "Harbour"))
    dune = client("dune", "Dune", projects=("newsletter",))

    assert not found("the newsletter, the website", elm, dune)
    assert found("the harbour", elm, dune)
    assert not found("the harbour", elm, dune, reader=replace(ACME, projects=(Project(name="Harbour"),)))


def test_words_of_the_clients_own_entry_are_allowed() -> None:
    linden = client("linden", "Linden", projects=("Catalogue relaunch",))

    assert not found("Dear Ms Linden, the catalogue", linden)
    assert found("the catalogue relaunch", linden)


def test_the_owners_own_words_are_allowed() -> None:
    assert not found(
        "Robin Vale, Studio Nord, robin@vale.example", client("vale", "Vale AG"), client("nord", "Studio Nord")
    )


@pytest.mark.parametrize("allowed", ["Next", "next ag", "NEXT AG"])
def test_the_owner_may_allow_an_ordinary_word(allowed: str) -> None:
    following = client("next", "Next AG")

    assert found("your next report", following)
    assert not found("your next report", following, owner=replace(OWNER, allow_words=(allowed,)))


def test_the_words_of_a_book_are_collected_once() -> None:
    book = Book(owner=OWNER, clients={"acme": ACME, "elm": client("elm", "Elm")})
    changed = Book(owner=OWNER, clients={"acme": ACME, "dune": client("dune", "Dune")})

    assert disclosure_words(book, ACME) is disclosure_words(book, ACME)
    assert disclosure_words(changed, ACME).found("Dune") == {"dune"}


def shared(*clients: Client, owner: Owner = OWNER) -> list[SharedName]:
    return list(shared_names(Book(owner=owner, clients={each.key: each for each in clients})))


def test_what_two_entries_hold_is_not_kept_apart_and_is_named() -> None:
    elm = client("elm", "Elm AG", people=(Person(name="Jo Linden", addresses=()),), projects=("Catalogue",))
    oak = client("oak", "Oak", projects=("Elm portal",))

    assert shared(ACME, elm, oak) == [
        SharedName("catalogue", "acme", ("acme", "elm"), project=True),
        SharedName("jo linden", "acme", ("elm",)),
        SharedName("elm", "elm", ("oak",)),
        SharedName("jo linden", "elm", ("acme",)),
    ]


def test_what_stands_in_every_mail_is_named_and_what_was_allowed_is_not() -> None:
    nord = client("nord", "Studio Nord")

    assert shared(ACME, nord) == [SharedName("studio nord", "nord", owner=True)]
    assert shared(ACME, nord, owner=replace(OWNER, allow_words=("Studio Nord",))) == []
    assert shared(ACME, client("dune", "Dune", projects=("Harbour",))) == []


@given(names=st.lists(st.sampled_from(["Elm", "Elm Dune", "Dune AG", "Oak", "Oak Elm"]), min_size=2, max_size=4))
def test_a_name_is_kept_from_others_or_named_as_shared(names: list[str]) -> None:
    clients = {str(key): client(str(key), name, projects=(names[key - 1],)) for key, name in enumerate(names)}
    book = Book(owner=OWNER, clients=clients)
    named = {each.name for each in shared_names(book)}

    for reader in clients.values():
        for other in clients.values():
            if other is not reader:
                name = " ".join(fold(other.name))
                assert disclosure_words(book, reader).found(name) or name in named


@given(st.text())
def test_folding_is_stable(text: str) -> None:
    words = fold(text)

    assert fold(" ".join(words)) == words


@given(name=st.text(min_size=1, max_size=20), around=st.sampled_from([" ", "\n", ", ", "–", "(", "\u00a0"]))
def test_a_name_is_found_in_any_case(name: str, around: str) -> None:
    elm = client("elm", name)

    if fold(name):
        assert all(
            found(f"a{around}{form(name)}{around}b", elm, reader=client("acme", "Acme"))
            for form in (str, str.upper, str.casefold)
        )
