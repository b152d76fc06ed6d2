"""G4: no mail tells a client of another; a hit drops the mail and the owner knows at once; what the recipient wrote
themselves costs nobody an answer."""

from __future__ import annotations

import re

import pytest

from benches import BIRCH, MANY, STATUS, acknowledging, acme, to_clients, to_owner
from rules.mails import from_address, mail
from whiteglove.actions import Reply
from whiteglove.ledger import PromiseKind
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

BOOK = {"acme": acme(), "birch": BIRCH}
OURS = "acknowledge/next_report.en.txt"


def bench(plugin: object = acknowledge, **options: object) -> Bench:
    given = {"clients": BOOK, "toml": MANY, **({"delay": "0s"} if plugin is acknowledge else {}), **options}
    return Bench(plugin, **given)  # type: ignore[arg-type]


def is_dropped_and_told(bench: Bench, sent: list[SentMail]) -> bool:
    """Nothing went to a client, and one notice says why, before any time has passed."""
    notices = to_owner(sent)
    return not to_clients(sent) and bench.reasons == ["discloses_client"] and "another client" in notices[0].text


@pytest.mark.parametrize(
    "words",
    [
        "Birch Holding",
        "Birch\u00ad Hol\u00adding",
        "https://www.birch.example/x",
        "Jutta  FORST",
        "the Harbour\n\tFestival",
    ],
)
def test_a_template_that_names_another_client_never_leaves(words: str) -> None:
    with bench(templates={OURS: f"{{{{ greeting }}}}\n\nAfter {words}: {{{{ when }}}}."}) as house:
        assert is_dropped_and_told(house, house.receive(STATUS))


def test_words_that_name_nobody_leave() -> None:
    words = "Birchwood, holding, Jutta, the harbour, the festival, Birch bark holding"
    with bench(templates={OURS: f"{{{{ greeting }}}}\n\nAfter {words}: {{{{ when }}}}."}) as house:
        assert len(house.receive(STATUS)) == 1


@pytest.mark.parametrize("remark", ["Birch Holding first.", "=?utf-8?q?B?= Jutta Forst", "Jutta\u200b Forst"])
def test_a_value_of_a_plugin_is_looked_at_too(remark: str) -> None:
    telling = acknowledging(
        on_message=lambda event: [Reply(reason="x", template="next_report", values={"remark": remark})]
    )
    with bench(telling, templates={OURS: "{{ greeting }}\n\n{{ remark }}"}) as house:
        assert is_dropped_and_told(house, house.receive("Which paper?"))


def test_the_calendar_entry_is_looked_at_too() -> None:
    """Its summary names the one matter of the client; here that of two."""
    telling = acknowledging(
        on_message=lambda event: [
            Reply(reason="x", template="next_report", tells=PromiseKind.REPORT, calendar=True, values={})
        ]
    )
    with bench(telling, owner={"name": "Robin at Birch Holding"}) as house:
        (answer,) = house.receive(STATUS)
        assert "Birch Holding" in answer.text, "the owner's own name stands in every mail"
    named = BOOK | {"acme": acme() + '[[projects]]\nname = "Catalogue"\n'}
    with bench(telling, clients=named) as house:
        (answer,) = house.receive(STATUS)
        entry = answer.message.get_payload()[1].get_payload(decode=True).decode()
        assert re.findall(r"(?m)^(?:SUMMARY|UID|ORGANIZER).*$", entry) != []
        assert [word for word in ("Birch", "Jutta", "Harbour", "acme", "Acme") if word in entry] == []
        assert re.findall(r'filename="([^"]+)"', answer.message.as_string()) == ["next-report.ics"]


THREADS = [
    "Re: Birch portal",
    "Birch Holding recommended you",
    "AW: AW: Harbour festival / Jutta Forst <jutta@birch.example>",
    "B\u00efrch\u00adHolding?",
    "x" * 178 + " Harbour festivals, cut where a name ends",
    "=?utf-8?q?Birch_Holding?=",
    "Birch\tHolding\u2029now",
]


def test_an_answer_is_not_lost_by_what_the_client_wrote_themselves() -> None:
    with bench(clients=BOOK | {"birch": BIRCH + '[[projects]]\nname = "Birch portal"\n'}) as house:
        for subject in THREADS:
            assert len(to_clients(house.receive(STATUS, subject=re.sub(r"[\t\u2029]", " ", subject)))) == 1, subject
            house.world.account.deliver(mail(Subject=subject))
            assert len(to_clients(house.run())) == 1, subject
        for name in ("Wile (for Jutta Forst)", "W" * 83 + " Harbour festivals", "Birch Holding"):
            house.world.account.deliver(mail(From=f'"{name}" <wile@acme.example>', Subject=name))
            assert len(to_clients(house.run())) == 1, name
        assert house.reasons == []


def test_an_address_that_the_recipient_has_is_theirs() -> None:
    """At an open domain anybody may be called like somebody else's client."""
    opened = {"acme": acme("acknowledge_domain = true"), "birch": BIRCH}
    with bench(clients=opened) as house:
        for local_part in ("jutta.forst", "birch-holding", "harbour_festival"):
            house.world.account.deliver(from_address(f"{local_part}@acme.example"))
            (answer,) = to_clients(house.run())
            assert answer.recipient == f"{local_part}@acme.example"


def test_what_the_client_wrote_excuses_no_word_of_ours() -> None:
    with bench(templates={OURS: "{{ greeting }}\n\nAfter Birch Holding: {{ when }}."}) as house:
        assert is_dropped_and_told(house, house.receive(STATUS, subject="Birch Holding"))


def test_a_client_who_comes_into_the_book_while_an_answer_waits_is_not_disclosed() -> None:
    own = {OURS: "{{ greeting }}\n\nAfter the Regatta: {{ when }}."}
    with bench(delay="10m", templates=own, clients={"acme": acme()}) as house:
        assert house.receive(STATUS) == []
        house.restart(clients={"acme": acme(), "regatta": BIRCH.replace("Birch Holding", "Regatta Ltd")})
        assert is_dropped_and_told(house, house.advance(minutes=11))


def test_a_rehearsal_shows_what_would_have_been_dropped() -> None:
    own = {OURS: "{{ greeting }}\n\nAfter Birch Holding: {{ when }}."}
    with bench(daemon={"mode": "rehearsal"}, templates=own) as house:
        (notice,) = house.receive(STATUS)
        assert notice.recipient == "robin@vale.example"
        assert house.reasons == ["discloses_client"]


def test_nothing_of_one_client_stands_in_the_mail_to_another() -> None:
    """Two of them at once, each with everything that can be written about a client."""
    lines = (
        'notes = "Pays late, unlike Birch."',
        'remedies = ["a call the same day"]',
        'work = ["Tue 11:00-13:00"]',
        'hourly_rate = "90 EUR"',
    )
    clients = {"acme": acme(*lines) + '[[projects]]\nname = "Catalogue"\n', "birch": BIRCH}
    with bench(clients=clients) as house:
        house.deliver(STATUS)
        house.deliver(STATUS, sender="Jutta Forst <jutta@birch.example>", subject="Festival")
        mails = {one.recipient: one.message.as_string() for one in house.run()}
        assert set(mails) == {"wile@acme.example", "jutta@birch.example"}
        for recipient, words in (
            ("wile@acme.example", r"birch|jutta|forst|harbour|festival|pays|90 EUR"),
            ("jutta@birch.example", r"acme|wile|coyote|birdwell|catalogue|pays|90 EUR"),
        ):
            assert re.findall(rf"(?i)\b(?:{words})\b", mails[recipient]) == []
