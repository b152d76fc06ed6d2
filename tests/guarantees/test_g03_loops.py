"""G3: nobody talks with a machine for long: each rule against loops for itself, and the limits behind them all.

RFC 3834 section 2, RFC 5230 section 4.2, RFC 5321 section 6.3.
"""

from __future__ import annotations

import pytest

from benches import STATUS, acme, to_clients, to_owner
from rules.mails import from_address
from whiteglove.testing import Bench, SentMail
from whiteglove_plugins import acknowledge

ROBIN, KIT = "robin@vale.example", "kit@lang.example"
AUTOMATIC = ("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Whiteglove", "Content-Language")
THREAD = ("Message-ID", "In-Reply-To", "References")


def person(name: str, address: str, *lines: str) -> str:
    head = [f'name = "{name}"', 'timezone = "Europe/Berlin"', 'language = "en"', 'report = ["Tue 16:00"]', *lines]
    return "\n".join([*head, "[[people]]", f'name = "{name}"', f'addresses = ["{address}"]'])


def exchanged(kept: tuple[str, ...], words: str = "{text}", most: int = 12) -> int:
    """How many mails two daemons wrote to each other after one question, over a relay that keeps the addresses and
    these header fields, and makes of the text what `words` says."""
    kits = {"name": "Kit Lang", "address": KIT}
    with (
        Bench(acknowledge, delay="0s", clients={"kit": person("Kit Lang", KIT)}) as robins_house,
        Bench(acknowledge, delay="0s", clients={"robin": person("Robin Vale", ROBIN)}, owner=kits) as kits_house,
    ):
        houses = {ROBIN: robins_house, KIT: kits_house}
        under_way = [(KIT, ROBIN, from_address(KIT, To=ROBIN, text=f"{STATUS}\r\n"))]
        written = 0
        while under_way and written < most:
            sender, recipient, raw = under_way.pop()
            houses[recipient].world.account.deliver(raw)
            for answer in houses[recipient].run():
                if answer.recipient == sender:
                    written += 1
                    under_way.append((recipient, sender, relayed(recipient, sender, answer, kept, words)))
        return written


def relayed(sender: str, recipient: str, answer: SentMail, kept: tuple[str, ...], words: str) -> bytes:
    fields = [f"{name}: {answer.message[name]}" for name in kept if answer.message[name]]
    changes = {"Message_ID": None} if "Message-ID" in kept else {}
    subject = str(answer.message["Subject"])
    return from_address(sender, *fields, To=recipient, Subject=subject, text=words.format(text=answer.text), **changes)


def test_two_daemons_with_every_automatic_header_stripped_exchange_at_most_two_mails() -> None:
    assert 1 <= exchanged(()) <= 2
    assert 1 <= exchanged(THREAD) <= 2


@pytest.mark.parametrize("field", ["Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Whiteglove"])
def test_each_header_alone_ends_it_at_once_even_where_a_question_stands_in_place_of_the_words(field: str) -> None:
    assert exchanged((field,), STATUS) == 1


def test_what_the_mail_says_of_itself_ends_it_at_once_even_where_a_question_is_put_before() -> None:
    assert exchanged((), f"{STATUS}\r\n\r\n{{text}}") == 1


def test_the_thread_alone_ends_it() -> None:
    """What was told in a thread is not told there again: one answer of each."""
    assert exchanged(THREAD, STATUS) == 2


def test_the_limit_alone_ends_it_where_nothing_else_is_left() -> None:
    """Two mails a day to one person, from each."""
    assert exchanged((), STATUS) == 4


def test_the_words_alone_end_it_in_every_language() -> None:
    """No text of ours asks for anything that would be answered: whoever sends it back gets nothing."""
    languages = ("en", "de", "fr", "es", "it", "pt", "nl")
    for form in ("familiar", "formal"):
        clients = {
            code: acme(f'address_form = "{form}"')
            .replace('language = "en"', f'language = "{code}"')
            .replace("acme.example", f"{code}.example")
            .replace("Acme GmbH", f"Client {code}")
            for code in languages
        }
        toml = '[limits]\nperson = "90 per day"\ndomain = "90 per hour"\nall = "900 per hour"\n'
        with Bench(acknowledge, delay="0s", clients=clients, toml=toml, calendar=False) as bench:
            for code in languages:
                sender = f"Wile Coyote <wile@{code}.example>"
                for subject in ("Catalogue", "Another matter"):
                    (answer,) = bench.receive(STATUS, sender=sender, subject=subject)
                    returned = f"Ada Birdwell <ada@{code}.example>"
                    assert to_clients(bench.receive(answer.text, sender=returned, subject=answer.subject)) == [], code


OPEN = person("Open House", "head@open.example", 'domains = ["open.example"]', "acknowledge_domain = true")
CROWD = 60


def crowd(bench: Bench, begin: int = 0, number: int = CROWD) -> list[SentMail]:
    for at in range(begin, begin + number):
        bench.world.account.deliver(from_address(f"x{at}@open.example"))
    return bench.run()


def test_a_crowd_of_forged_senders_at_an_open_domain_stays_under_the_limits_and_is_told_once() -> None:
    with Bench(acknowledge, delay="0s", calendar=False, clients={"open": OPEN}) as bench:
        sent = crowd(bench)
        assert len(to_clients(sent)) == 20
        (told,) = to_owner(sent)
        assert "limit" in told.text
        (warning,) = bench.warned
        assert (warning.reason, warning.times) == ("limit_domain", CROWD - 20)
        assert bench.recorded == CROWD
        # A restart forgets nothing: neither what went out nor that it was told.
        assert bench.restart() == []
        assert crowd(bench, CROWD, 5) == []
        assert bench.advance(minutes=59) == []
        assert len(bench.warned) == 1
        bench.advance(minutes=2)
        assert len(to_clients(crowd(bench, CROWD + 5, 25))) == 20


LIMITS = {
    "limit_person": ('person = "2 per day"', 2),
    "limit_domain": ('person = "9 per day"\ndomain = "3 per hour"', 3),
    "limit_all": ('person = "9 per day"\ndomain = "9 per hour"\nall = "1 per hour"', 1),
}


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_holds_over_a_restart_and_the_owner_hears_of_it_once(name: str) -> None:
    lines, most = LIMITS[name]
    with Bench(acknowledge, delay="0s", toml=f"[limits]\n{lines}\n") as bench:
        answered = [len(to_clients(bench.receive(STATUS, subject=f"Matter {number}"))) for number in range(4)]
        assert answered == [1] * most + [0] * (4 - most)
        bench.restart()
        assert to_clients(bench.receive(STATUS, subject="After the restart")) == []
        assert set(bench.reasons) == {name}
        assert [warning.reason for warning in bench.warned] == [name]


def test_a_daemon_that_writes_to_its_own_mailbox_says_nothing_to_itself() -> None:
    with Bench(acknowledge, delay="0s", daemon={"mode": "rehearsal"}) as bench:
        (rehearsal,) = bench.receive(STATUS)
        before = bench.recorded
        bench.world.account.deliver(bench.world.server.sent[-1].message)
        assert bench.run() == []
        assert rehearsal.recipient == ROBIN
        assert bench.recorded == before + 1
        assert bench.logged("message.received")[-1]["reason"] == "own_mail"
