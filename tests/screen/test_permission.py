"""Which messages of people may be acknowledged, and the reason where one may not."""

from collections.abc import Callable

import pytest

from whiteglove.clients import Book
from whiteglove.message import Verdicts
from whiteglove.screen.evidence import Evidence
from whiteglove.screen.permission import OBJECTIONS, is_addressed, remarks

Judge = Callable[..., Verdicts]
Look = Callable[..., Evidence]

SERVER = "mx.vale.example"
VOUCHED = f"Authentication-Results: {SERVER}; dmarc=pass header.from=acme.example"


def test_a_clients_question_may_be_acknowledged_and_obliges(judge: Judge) -> None:
    assert judge() == Verdicts(human=True, may_acknowledge=True, obliges=True)


@pytest.mark.parametrize(
    ("changes", "reason", "obliges"),
    [
        ({"From": "wile@acme.example, jane@acme.example"}, "several_authors", True),
        ({"From": "robin@vale.example", "Return_Path": "<robin@vale.example>"}, "own_address", False),
        ({"From": "hello+x@vale.example", "Return_Path": "<hello@vale.example>"}, "own_address", False),
        ({"From": "kim@vale.example", "Return_Path": "<kim@vale.example>"}, "team", False),
        ({"From": "someone@else.example", "Return_Path": "<someone@else.example>"}, "stranger", False),
        ({"From": "other@acme.example"}, "unknown_person", True),
        ({"From": "other@sub.acme.example"}, "unknown_person", True),
        ({"To": "someone@else.example"}, "not_addressed", False),
        ({"To": None, "Cc": "robin@vale.example"}, "not_addressed", False),
        ({"To": "undisclosed-recipients:;"}, "not_addressed", False),
        ({"To": "someone@else.example", "Resent_To": "robin@vale.example"}, "not_addressed", False),
        ({"To": "someone@else.example", "Delivered_To": "robin@vale.example"}, "not_addressed", False),
        ({"Cc": "jane@birch.example"}, "several_clients", True),
        ({"To": "robin@vale.example, somebody@birch.example"}, "several_clients", True),
        ({"Sender": "news-request@acme.example"}, "system_sender", True),
        ({"X_Auto_Response_Suppress": "All"}, "auto_response_suppress", True),
        ({"Return_Path": "<wile@elsewhere.example>"}, "return_path_elsewhere", True),
        ({"Return_Path": "<wile@notacme.example>"}, "return_path_elsewhere", True),
        ({"Return_Path": "<wile>"}, "return_path_elsewhere", True),
    ],
)
def test_each_objection_has_its_reason(
    judge: Judge, changes: dict[str, str | None], reason: str, obliges: bool
) -> None:
    verdicts = judge(**changes)

    assert (verdicts.human, verdicts.may_acknowledge, verdicts.reason) == (True, False, reason)
    assert verdicts.obliges is obliges


@pytest.mark.parametrize(
    "changes",
    [
        {"To": "hello@vale.example"},
        {"To": "robin+acme@vale.example"},
        {"To": "ROBIN@VALE.EXAMPLE"},
        {"To": "someone@else.example, Robin <robin@vale.example>"},
        {"To": "Team: robin@vale.example, kim@vale.example;"},
        {"Cc": "jane@acme.example, someone@else.example, kim@vale.example"},
        {"From": "WILE@ACME.example"},
        {"Return_Path": "<wile@mail.acme.example>"},
        {"Return_Path": "<srs0=x=y@acme.example>"},
        {"Reply_To": "victim@else.example"},
        {"Sender": "office@acme.example"},
        {"To": ", ".join(["robin@vale.example", *(f"x{number}@else.example" for number in range(300))])},
    ],
)
def test_none_of_these_matters(judge: Judge, changes: dict[str, str]) -> None:
    assert judge(**changes).may_acknowledge


def test_r08_a_from_field_that_stands_there_twice_names_several_authors(judge: Judge) -> None:
    assert judge("From: wile@acme.example").reason == "several_authors"


def test_a_client_known_by_the_domain_is_answered_where_the_owner_allowed_that(judge: Judge) -> None:
    unknown = {"From": "new@birch.example", "Return_Path": "<new@birch.example>"}

    assert judge(**unknown).may_acknowledge
    assert judge(**{**unknown, "Return_Path": None}).reason == "no_return_path"
    vouched = VOUCHED.replace("acme", "birch")
    assert judge(vouched, authserv_id=SERVER, **{**unknown, "Return_Path": None}).may_acknowledge


def test_r05_a_person_of_the_book_is_answered_where_the_server_keeps_no_return_path(judge: Judge) -> None:
    verdicts = judge(Return_Path=None)

    assert verdicts.may_acknowledge
    assert verdicts.remarks == ("no_return_path",)


def test_r06_a_return_path_elsewhere_needs_a_server_that_vouches(judge: Judge) -> None:
    elsewhere = {"Return_Path": "<x1234@mailer.example>"}

    assert judge(VOUCHED, authserv_id=SERVER, **elsewhere).may_acknowledge
    assert judge(VOUCHED, authserv_id=None, **elsewhere).reason == "return_path_elsewhere"
    assert judge(VOUCHED, authserv_id="mx.other.example", **elsewhere).reason == "return_path_elsewhere"
    other = VOUCHED.replace("acme", "birch")
    assert judge(other, authserv_id=SERVER, **elsewhere).reason == "return_path_elsewhere"


@pytest.mark.parametrize("to", ["kim@vale.example", "robin@vale.example"])
def test_a_forgery_is_named_before_anything_that_a_forger_could_hide_behind(judge: Judge, to: str) -> None:
    fail = VOUCHED.replace("pass", "fail")
    verdicts = judge(fail, authserv_id=SERVER, To=to, From="other@acme.example", Return_Path="<x@evil.example>")

    assert verdicts.reason == "not_authentic"
    assert verdicts.remarks == ("maybe_forged",)


@pytest.mark.parametrize(
    ("author", "flagged"),
    [
        ('"ceo@client.example" <wile@acme.example>', True),
        ('"Wile (via boss@birch.example)" <wile@acme.example>', True),
        ('"wile@acme.example" <wile@acme.example>', False),
        ('"WILE@acme.example" <wile@acme.example>', False),
        ("Wile @ Acme <wile@acme.example>", False),
        ("Wile Coyote <wile@acme.example>", False),
    ],
)
def test_r49_a_name_that_looks_like_another_address_is_remarked(judge: Judge, author: str, flagged: bool) -> None:
    verdicts = judge(From=author)

    assert verdicts.may_acknowledge
    assert verdicts.remarks == (("name_holds_address",) if flagged else ())


def test_r49_a_name_makes_nobody_a_client(judge: Judge) -> None:
    forged = judge(From='"wile@acme.example" <mallory@evil.example>', Return_Path="<mallory@evil.example>")

    assert (forged.reason, forged.obliges) == ("stranger", False)


def test_a_clients_own_wishes_are_not_the_screens_business(judge: Judge, book: Book) -> None:
    assert book.clients["acme"].acknowledge
    assert {"acknowledge", "muted_until"} & {objection.__name__ for objection in OBJECTIONS} == set()


def test_the_rules_can_be_asked_one_by_one(look: Look) -> None:
    assert [objection(look()) for objection in OBJECTIONS] == [None] * len(OBJECTIONS)
    assert is_addressed(look())
    assert remarks(look()) == ()
