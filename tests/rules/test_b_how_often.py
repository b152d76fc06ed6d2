"""B: how often an answer is sent, to whom, and what it must not hold.

RFC 3834 sections 2, 3.1.1, 3.2 and 3.3; RFC 5230 sections 4.1 and 4.2.
"""

from __future__ import annotations

import re
import socket
from collections import Counter
from datetime import timedelta

import pytest

from benches import BIRCH, MANY, STATUS, acme, to_clients, to_owner
from rules.conftest import CLIENTS
from rules.mails import from_address, mail
from whiteglove.clients import Limit
from whiteglove.ledger import MailState
from whiteglove.testing import WILE, Bench
from whiteglove_plugins import acknowledge

KIT = """
name = "Kit Lang"
timezone = "Europe/Berlin"
language = "en"
report = ["Tue 16:00"]
[[people]]
name = "Kit Lang"
addresses = ["kit@lang.example"]
"""
ROBIN = """
name = "Robin Vale"
timezone = "Europe/Berlin"
language = "en"
report = ["Wed 11:00"]
[[people]]
name = "Robin Vale"
addresses = ["robin@vale.example"]
"""


def test_r36_three_mails_in_an_hour_are_three_contacts_and_one_answer() -> None:
    """No window of days: a time that was told is told no second time in its thread until it has passed. Whether the
    client writes too often is for the owner to know."""
    with Bench(acknowledge, delay="0s", clients={"acme": acme('contact_limit = "2 per day"')}) as bench:
        (first,) = bench.receive(STATUS)
        question = bench.last_message_id
        bench.clock.move(timedelta(minutes=20))
        bench.receive("Any news?", answers=question)
        bench.clock.move(timedelta(minutes=20))
        bench.receive(STATUS, answers=question)
        assert [mail.state for mail in bench.mails if mail.client] == [MailState.SENT, "withheld", "withheld"]
        assert bench.reasons == ["told", "told"]
        assert "Tuesday 3 March" in first.text
        assert len(bench.logged("message.received")) == 3
        assert [line["client"] for line in bench.logged("contact.exceeded")] == ["acme"]


def test_r37_the_same_time_in_other_words_is_no_new_answer() -> None:
    """The key is the person and the promise: today it reads "tomorrow", tomorrow "today"."""
    with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
        (first,) = bench.receive(STATUS)
        question = bench.last_message_id
        assert "tomorrow" in first.text
        bench.clock.move(timedelta(hours=23))
        for sender in (WILE, "Wile Coyote <wile.coyote@acme.example>"):
            assert bench.receive(STATUS, answers=question, sender=sender) == []
        assert bench.reasons == ["told", "told"]


@pytest.mark.parametrize("accepted", [False, True])
def test_r38_a_kill_while_handing_over_never_leads_to_two_answers(accepted: bool) -> None:
    with Bench(acknowledge, delay="0s") as bench:
        server = bench.world.server
        states: list[MailState] = []

        def dies(sender: str, recipient: str, message: bytes) -> str:
            states.extend(row.state for row in bench.mails)
            if accepted:
                type(server).submit(server, sender, recipient, message)
            raise SystemExit

        server.submit = dies  # type: ignore[method-assign]
        with pytest.raises(SystemExit):
            bench.receive(STATUS)
        assert states == [MailState.SUBMITTING]
        del server.submit
        bench.restart()
        bench.advance(hours=1)
        assert len([sent for sent in server.sent if sent.recipient == "wile@acme.example"]) == int(accepted)
        assert [row.state for row in bench.mails if row.client] == [MailState.UNKNOWN]
        # Whoever may have been told counts as told.
        assert bench.receive(STATUS, answers="bench.1@elsewhere.example") == []
        assert bench.reasons == ["told"]


def at_domain(number: int) -> str:
    """A client of whom any address is answered."""
    head = f'name = "Client {number}"\ntimezone = "Europe/Berlin"\nlanguage = "en"\nreport = ["Tue 16:00"]\n'
    return f'{head}domains = ["c{number}.example"]\nacknowledge_domain = true\n'


def test_r39_a_crowd_of_forged_senders_gets_no_more_than_the_limits_allow() -> None:
    clients = {f"c{number}": at_domain(number) for number in range(4)}
    lower = '[limits]\ndomain = "4 per hour"\nall = "12 per hour"\n'
    with Bench(acknowledge, delay="0s", calendar=False, clients=clients, toml=lower) as bench:
        for number in range(20):
            bench.world.account.deliver(from_address(f"x{number}@c{number // 5}.example"))
        sent = bench.run()
        domains = Counter(one.recipient.rpartition("@")[2] for one in to_clients(sent))
        assert domains == {"c0.example": 4, "c1.example": 4, "c2.example": 4}
        assert Counter(bench.reasons) == {"limit_domain": 3, "limit_all": 5}
        assert {warning.reason for warning in bench.warned} == {"limit_domain", "limit_all"}
        assert 1 <= len(to_owner(sent)) <= 4
    with Bench(acknowledge, delay="0s", calendar=False) as bench:
        hour, limits = timedelta(hours=1), bench.settings.limits
        assert (limits.person, limits.domain, limits.all) == (Limit(2, 24 * hour), Limit(20, hour), Limit(60, hour))
        assert [len(bench.receive(STATUS, subject=f"Thread {number}")) for number in range(2)] == [1, 1]
        assert to_clients(bench.receive(STATUS, subject="Thread 3")) == []
        assert bench.reasons == ["limit_person"]


def test_r40_two_daemons_that_face_each_other_fall_silent() -> None:
    """Over a relay that keeps nothing but the addresses and the words. Should it put a question under each, so that
    nothing tells an answer from a client's mail, the limit of each person's day is the end."""
    owner = {"name": "Kit Lang", "address": "kit@lang.example"}
    with (
        Bench(acknowledge, delay="0s", clients={"kit": KIT}) as robins,
        Bench(acknowledge, delay="0s", clients={"robin": ROBIN}, owner=owner) as kits,
    ):
        houses = {"robin@vale.example": robins, "kit@lang.example": kits}

        def exchanged(added: str) -> int:
            under_way, number = [("kit@lang.example", "robin@vale.example", STATUS)], -1
            while under_way:
                sender, recipient, text = under_way.pop()
                number += 1
                houses[recipient].world.account.deliver(from_address(sender, To=recipient, text=f"{added}{text}"))
                sent = [(recipient, one.recipient, one.text) for one in houses[recipient].run()]
                under_way += [one for one in sent if one[0] != one[1]]
            return number

        assert 1 <= exchanged("") <= 2
        assert 1 <= exchanged("How are things progressing?\r\n") <= 4


def test_r41_what_lay_there_before_the_first_look_is_never_answered() -> None:
    """Decided by the line that the first look draws, not by a time; the oldest and the youngest alike."""
    with Bench(acknowledge, delay="0s", toml=MANY, looked=False) as bench:
        for number in range(30):
            bench.deliver(STATUS, age=timedelta(hours=10 * number))
        assert to_clients(bench.run()) == []
        assert {line["history"] for line in bench.logged("message.received")} == {True}
        assert len(bench.logged("message.received")) == 30
        assert len(bench.receive(STATUS)) == 1


def test_r42_after_half_a_day_an_answer_comes_too_late() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.deliver(STATUS, age=timedelta(hours=13))
        assert to_clients(bench.run()) == []
        assert bench.reasons == ["too_old"]
        assert len(bench.obligations) == 1
        bench.deliver(STATUS, age=timedelta(hours=11))
        assert len(bench.run()) == 1


def test_r43_the_answer_tells_the_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own project and hours, as their file holds them, may be told to them."""
    monkeypatch.setattr(socket, "gethostname", lambda: "workbench7")
    monkeypatch.setattr(socket, "getfqdn", lambda *_: "workbench7.lan.example")
    lines = ('work = ["Tue 11:00-13:00"]', 'notes = "Slow payer."', 'hourly_rate = "90 EUR"', 'grade = "C"')
    project = '[[projects]]\nname = "Catalogue relaunch"\nscope = "No shop."\n'
    clients = {"acme": acme(*lines) + project, "birch": BIRCH}
    toml = '[[team]]\nname = "Kim"\naddress = "kim@vale.example"\n'
    with Bench(acknowledge, delay="0s", clients=clients, toml=toml, owner={"hours_per_week": 38}) as bench:
        (answer,) = bench.receive(STATUS)
        parts = [part.get_content() for part in answer.message.walk() if not part.is_multipart()]
        whole = "\n".join([answer.message.as_string(), *map(str, parts)])
        of_others = ("Birch", "Jutta", "Harbour", "Kim", "kim@vale.example")
        of_the_house = ("workbench7", "imap.vale.example", "smtp.vale.example", "studio", "acknowledge", "Berlin")
        of_the_file = ("Slow payer", "90 EUR", "No shop", "38", "grade")
        told = [word for word in of_others + of_the_house + of_the_file if re.search(rf"(?i)\b{word}\b", whole)]
        assert told == []
        assert "Catalogue relaunch" in whole


def test_r44_the_answer_is_small_whatever_it_answers() -> None:
    page = "0123456789" * 90 + "\r\n"
    attached = f"Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n{page * 12_000}"
    words = "Content-Type: text/plain\r\n\r\nHow are things progressing?\r\n"
    body = f"--b\r\n{words}\r\n--b\r\n{attached}\r\n--b--\r\n"
    with Bench(acknowledge, delay="0s", clients=CLIENTS) as bench:
        bench.world.account.deliver(mail(Content_Type="multipart/mixed; boundary=b", text=body))
        (answer,) = bench.run()
        raw = bench.world.server.sent[0].message
        assert len(body) > 10_000_000
        assert len(raw) < 4096
        assert "progressing" not in answer.text
        assert b"01234567890" not in raw
