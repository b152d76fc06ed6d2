"""G3 and G4: who is addressed. One recipient, the author, and only where nobody else can be meant or told of.

RFC 5322 sections 3.6.2 and 3.6.3; RFC 5233 for `+tag`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benches import BIRCH, MANY, STATUS, acme, to_clients, to_owner
from rules.mails import mail
from whiteglove.errors import ConfigurationError
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

WILE = "wile@acme.example"
TEAM = '[[team]]\nname = "Kim"\naddress = "kim@vale.example"\n'
GERMAN = BIRCH.replace('language = "en"', 'language = "de"\naddress_form = "formal"')
BOOK = {"acme": acme(), "birch": GERMAN}
STATUS_OF_BIRCH = {"From": "Jutta Forst <jutta@birch.example>", "Return_Path": "<jutta@birch.example>"}


@pytest.fixture(scope="module")
def house() -> Iterator[Bench]:
    owner = {"aliases": ["hello@vale.example"]}
    with Bench(acknowledge, delay="0s", calendar=False, clients=BOOK, owner=owner, toml=MANY + TEAM) as bench:
        yield bench


def answers(house: Bench, raw: bytes) -> tuple[list[SentMail], str | None]:
    """What went to clients, and why not more."""
    house.world.account.deliver(raw)
    sent = to_clients(house.run())
    return sent, house.logged("message.received")[-1].get("reason")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"To": "kim@vale.example", "Cc": "robin@vale.example"}, "not_addressed"),
        ({"To": None, "Cc": "Robin Vale <robin@vale.example>, hello@vale.example"}, "not_addressed"),
        ({"To": None, "Bcc": "robin@vale.example"}, "not_addressed"),
        ({"To": "undisclosed-recipients:;"}, "not_addressed"),
    ],
)
def test_cc_only_is_read_and_neither_answered_nor_owed(house: Bench, changes: dict[str, str], reason: str) -> None:
    before = len(house.obligations)
    assert answers(house, mail(**changes)) == ([], reason)
    assert len(house.obligations) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"Cc": "jutta@birch.example"},
        {"Cc": "Somebody <new@birch.example>"},
        {"Cc": "new@office.birch.example"},
        {"To": "robin@vale.example, Jutta Forst <jutta@birch.example>"},
        {"Cc": '"wile@acme.example" <JUTTA@BIRCH.EXAMPLE>'},
        {"Cc": "everybody: ada@acme.example, jutta@birch.example;"},
    ],
)
def test_several_clients_in_one_thread_get_nothing(house: Bench, changes: dict[str, str]) -> None:
    assert answers(house, mail(**changes)) == ([], "several_clients")


def test_outsiders_and_colleagues_who_read_along_get_nothing_and_the_author_gets_the_answer(house: Bench) -> None:
    among = "notary@else.example, kim@vale.example, ada@acme.example, robin@vale.example"
    (answer,), _ = answers(house, mail(To=f"robin@vale.example, {among}", Cc=among, Reply_To="notary@else.example"))
    assert answer.recipient == WILE
    assert [answer.message[name] for name in ("Cc", "Bcc", "Reply-To")] == [None] * 3
    assert answer.message["To"].addresses[0].addr_spec == WILE


@pytest.mark.parametrize("sender", ["ada@acme.example", "office@secretaries.example", "jutta@birch.example"])
def test_an_assistant_who_sends_for_somebody_is_no_destination(house: Bench, sender: str) -> None:
    (answer,), _ = answers(house, mail(Sender=f"Assistant <{sender}>", Subject=f"By {sender}"))
    assert answer.recipient == WILE
    assert "Wile" in answer.text


def test_a_shared_mailbox_that_nobody_named_is_recorded_and_not_answered(house: Bench) -> None:
    shared = mail(From="Acme Office <office@acme.example>", Return_Path="<office@acme.example>")
    assert answers(house, shared) == ([], "unknown_person")
    assert house.obligations[-1].address == "office@acme.example"


def test_a_shared_mailbox_of_ours_is_answered_from_where_it_was_written_to(house: Bench) -> None:
    (answer,), _ = answers(house, mail(To="Studio <hello@vale.example>", Subject="To the studio"))
    assert answer.message["From"].addresses[0].addr_spec == "hello@vale.example"


@pytest.mark.parametrize(
    "author",
    [
        "wile@acme.example, ada@acme.example",
        "wile@acme.example, jutta@birch.example",
        "x@else.example, wile@acme.example",
    ],
)
def test_several_authors_are_nobody_to_answer(house: Bench, author: str) -> None:
    assert answers(house, mail(From=author)) == ([], "several_authors")


OLD = "How are things progressing?"
THREADS = {
    "forwarded": f"For your files.\r\n\r\n-------- Forwarded Message --------\r\nSubject: Then\r\n"
    f"Date: Mon, 2 Feb 2026 10:00:00 +0100\r\nFrom: Ada <ada@acme.example>\r\nTo: Robin\r\n\r\n{OLD}\r\n",
    "outlook": f"For your files.\r\n\r\n_____________________________\r\nFrom: Ada Birdwell\r\n"
    f"Sent: Monday, 2 February 2026 10:00\r\nTo: Robin Vale\r\nSubject: Then\r\n\r\n{OLD}\r\n",
    "german": f"Zur Ablage.\r\n\r\n---------- Weitergeleitete Nachricht ---------\r\nVon: Ada <ada@acme.example>\r\n"
    f"Datum: Mo., 2. Feb. 2026\r\nBetreff: Then\r\n\r\n{OLD}\r\n",
    "quoted": f"Thanks.\r\n\r\nOn Mon, 2 Feb 2026 at 10:00, Ada Birdwell <ada@acme.example> wrote:\r\n> {OLD}\r\n",
    "quoted twice": f"Thanks.\r\n\r\nOn Mon, 2 Feb 2026, Robin wrote:\r\n> Soon.\r\n>\r\n>> {OLD}\r\n",
}


@pytest.mark.parametrize("kind", THREADS)
def test_an_old_question_in_a_thread_is_not_asked_again(house: Bench, kind: str) -> None:
    sent, _ = answers(house, mail(text=THREADS[kind], Subject="Fwd: Then" if kind != "quoted" else "Re: Then"))
    assert sent == []


def test_mail_in_another_language_is_answered_in_the_clients_own(house: Bench) -> None:
    (answer,), _ = answers(house, mail(**STATUS_OF_BIRCH, text=f"{STATUS}\r\n"))
    assert answer.text.startswith("Guten Tag")
    assert answer.message["Content-Language"] == "de"
    assert answers(house, mail(**STATUS_OF_BIRCH, Subject="Suomi", text="Miten asiat etenevät?\r\n"))[0] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"From": "robin@vale.example", "Return_Path": "<robin@vale.example>"}, "own_address"),
        ({"From": "Robin <robin+notes@vale.example>", "Return_Path": None}, "own_address"),
        ({"From": "HELLO@vale.example", "Return_Path": None}, "own_address"),
        ({"From": "kim@vale.example", "Return_Path": "<kim@vale.example>"}, "team"),
        ({"From": "kim@vale.example", "Cc": "wile@acme.example", "Return_Path": None}, "team"),
    ],
)
def test_own_and_team_addresses_are_no_clients(house: Bench, changes: dict[str, str | None], reason: str) -> None:
    assert answers(house, mail(**changes)) == ([], reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"Reply_To": "robin@vale.example"},
        {"Reply_To": "kim@vale.example"},
        {"Cc": "robin@vale.example, hello@vale.example, kim@vale.example"},
        {"To": "robin@vale.example, hello@vale.example"},
        {"To": "Robin <robin+acme@vale.example>"},
        {"Sender": "robin@vale.example"},
    ],
)
def test_they_may_stand_anywhere_else_and_the_author_is_answered(house: Bench, changes: dict[str, str]) -> None:
    (answer,), _ = answers(house, mail(**changes, Subject=f"With {changes}"))
    assert answer.recipient == WILE


def test_a_tag_makes_another_address_of_a_clients_which_nobody_named(house: Bench) -> None:
    assert answers(house, mail(From="Wile <wile+sales@acme.example>")) == ([], "unknown_person")


def test_one_address_at_two_clients_is_an_error_that_names_both() -> None:
    twice = BIRCH.replace("jutta@birch.example", "Wile@acme.example")
    with pytest.raises(ConfigurationError) as error:
        Bench(acknowledge, clients={"acme": acme(), "birch": twice})
    assert "wile@acme.example" in str(error.value).casefold()
    assert "acme" in str(error.value)
    assert "birch.toml" in str(error.value)


@pytest.mark.parametrize("address", ["robin@vale.example", "kim@vale.example"])
def test_an_own_or_a_colleagues_address_in_the_book_is_an_error(address: str) -> None:
    with pytest.raises(ConfigurationError, match=address):
        Bench(acknowledge, clients={"birch": BIRCH.replace("jutta@birch.example", address)}, toml=TEAM)


MOVED = {
    "acme": acme()
    .replace('"wile@acme.example", "wile.coyote@acme.example"', '"wile.coyote@acme.example"')
    .replace('domains = ["acme.example"]', ""),
    "birch": BIRCH.replace('"jutta@birch.example"', '"jutta@birch.example", "wile@acme.example"'),
}


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (MOVED, "wrong_recipient"),
        ({"birch": BIRCH}, "client_left_book"),
        ({"acme": acme().replace('"wile@acme.example", ', ""), "birch": BIRCH}, "wrong_recipient"),
        ({"acme": acme("acknowledge = false"), "birch": BIRCH}, "not_acknowledged"),
        ({"acme": acme("muted_until = 2026-04-01"), "birch": BIRCH}, "muted"),
    ],
    ids=["moved to another client", "client removed", "person removed", "no longer wanted", "muted"],
)
def test_a_book_that_changes_while_an_answer_waits_stops_it(later: dict[str, str], reason: str) -> None:
    with Bench(acknowledge, delay="10m", clients={"acme": acme(), "birch": BIRCH}) as bench:
        assert bench.receive(STATUS) == []
        sent = bench.restart(clients=later) + bench.advance(minutes=11)
        assert to_clients(sent) == []
        assert bench.reasons == [reason]
        assert bench.promises == []


def test_whoever_moved_is_their_new_clients_from_then_on() -> None:
    with Bench(acknowledge, delay="0s", clients={"acme": acme(), "birch": BIRCH}) as bench:
        assert len(bench.receive(STATUS)) == 1
        bench.restart(clients=MOVED)
        (answer,) = to_clients(bench.receive(STATUS, subject="Festival"))
        assert "Wednesday" in answer.text
        assert [line["client"] for line in bench.logged("message.received")] == ["acme", "birch"]
        assert to_owner(bench.run()) == []
