"""Warnings become mails to the owner: what is due together is one, and none is lost."""

from __future__ import annotations

from typing import Any

import pytest

from benches import MANY, STATUS, acme, to_clients
from outbox.conftest import BROKEN, DOWN, OFFICE, REFUSED, WARNING, bench
from whiteglove.errors import SubmissionError
from whiteglove.guard import Refusal
from whiteglove.prepare import owner_mail
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


class Refusing:
    """The server of one mailbox, which refuses every login until it `stops`."""

    def __init__(self, b: Bench, mailbox: str) -> None:
        self._transports: Any = b.daemon.transports
        self._mailbox = mailbox
        self._before = self._transports[mailbox]
        self._transports[mailbox] = self

    def submit(self, *_: object) -> str:
        raise SubmissionError("temporary", "535 wrong", code=535, step="AUTH")

    def stops(self) -> None:
        self._transports[self._mailbox] = self._before


class TestNotices:
    def test_all_that_is_due_is_one_mail(self) -> None:
        with Bench(WARNING) as b:
            b.deliver("One.")
            b.deliver("Two.", subject="Two")
            (mail,) = b.run()
            assert "One." in mail.text
            assert "Two." in mail.text

    def test_what_comes_while_the_server_is_down_joins_the_mail_that_waits(self) -> None:
        with Bench(WARNING) as b:
            b.world.server.answer(DOWN)
            assert b.receive("One.") == []
            b.advance(seconds=10)
            assert b.receive("Two.", subject="Two") == []
            (mail,) = b.advance(seconds=20)
            assert "One." in mail.text
            assert "Two." in mail.text
            assert {warned.state for warned in b.warned} == {"told"}

    def test_but_not_one_that_may_have_arrived(self) -> None:
        with Bench(WARNING) as b:
            b.world.server.answer(BROKEN, accepted=True)
            (first,) = b.receive("One.")
            (second,) = b.receive("Two.", subject="Two")
            assert "One." not in second.text
            (again,) = b.advance(minutes=5)
            assert (again.text, again.message["Message-ID"]) == (first.text, first.message["Message-ID"])

    def test_refused_for_good_what_it_told_is_told_by_the_next(self) -> None:
        with Bench(WARNING) as b:
            b.world.server.answer(REFUSED)
            assert b.receive("One.") == []
            assert b.logged("mail.failed")[0]["plugin"] == "core"
            assert b.advance(hours=1) == []
            (mail,) = b.advance(hours=1)
            assert "One." in mail.text

    def test_one_that_the_guard_refuses_loses_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with Bench(WARNING) as b:
            with monkeypatch.context() as patch:
                patch.setattr(owner_mail, "guard", lambda raw, facts: Refusal("malformed"))
                assert b.receive("One.") == []
            (mail,) = b.advance(hours=2)
            assert "One." in mail.text

    def test_it_goes_before_a_backlog_of_answers(self) -> None:
        both = {"warning": WARNING}
        with Bench(acknowledge, beside=both, delay="0s", clients={"acme": acme()}, toml=MANY) as b:
            for number in range(3):
                b.deliver(STATUS, subject=f"Matter {number}")
            assert b.run()[0].recipient == "robin@vale.example"

    def test_what_a_mailbox_cannot_send_is_told_by_another(self) -> None:
        with bench(toml=OFFICE + MANY) as b:
            Refusing(b, "studio")
            (mail,) = b.receive(STATUS)
            assert mail.message["From"] == "whiteglove <office@vale.example>"
            assert "“studio” sends by refuses the login" in " ".join(mail.text.split())
            assert [warned.state for warned in b.warned] == ["told"]
            assert to_clients(b.advance(minutes=30)) == []
            assert len(b.warned) == 1

    def test_a_notice_that_was_turned_away_goes_by_another(self) -> None:
        with Bench(WARNING, toml=OFFICE) as b:
            Refusing(b, "studio")
            (mail,) = b.receive("One.")
            assert "One." in mail.text
            assert "refuses the login" in mail.text
            assert mail.message["From"] == "whiteglove <office@vale.example>"

    def test_where_both_refuse_it_goes_by_the_first_that_works_again(self) -> None:
        with Bench(WARNING, toml=OFFICE) as b:
            Refusing(b, "studio")
            office = Refusing(b, "office")
            assert b.receive("One.") == b.advance(minutes=15) == b.advance(minutes=15) == []
            office.stops()
            mails = [*b.advance(minutes=15), *b.advance(minutes=15)]
            assert ["One." in mail.text for mail in mails] == [True]
            assert sorted(warned.key for warned in b.warned)[1:] == ["smtp_login:office", "smtp_login:studio"]
            assert {warned.state for warned in b.warned} == {"told"}
