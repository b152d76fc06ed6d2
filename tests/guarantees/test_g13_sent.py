"""G13: what went out in the owner's name lies in Sent, once, whoever filed it, and is recognised as ours, so that it is
taken for no answer of the owner's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benches import MANY, STATUS, acme, to_clients
from whiteglove.errors import MailboxError, SubmissionError
from whiteglove.ledger import MailState, ObligationState, PromiseState
from whiteglove.store.schema import messages
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

FOLDER = "Sent"
GIVEN = b"<changed.1@provider.example>"
"""The Message-ID that some providers put in place of ours."""


def bench(policy: str = "auto", **options: Any) -> Bench:
    toml = f'copy_to_sent = "{policy}"\n{MANY}'
    return Bench(acknowledge, delay="0s", **{"clients": {"acme": acme()}, "toml": toml, **options})


def copies(house: Bench) -> list[bytes]:
    """Our mails in Sent."""
    return [mail.message for mail in house.world.account.mails(FOLDER) if b"\r\nX-Whiteglove: " in mail.message]


def filed_by_server(house: Bench, message_id: bytes | None = None) -> None:
    """What some servers do by themselves with a mail that they are handed."""
    raw = house.world.server.sent[-1].message
    if message_id is not None:
        lines = raw.split(b"\r\n")
        lines = [b"Message-ID: " + message_id if line.startswith(b"Message-ID:") else line for line in lines]
        raw = b"\r\n".join(lines)
    house.world.account.deliver(raw, FOLDER)


def goes_on(house: Bench) -> None:
    """Whatever may still come of it."""
    for step in (timedelta(seconds=3), timedelta(seconds=10), timedelta(minutes=10)):
        house.clock.move(step)
        house.run()
    house.restart()


@pytest.mark.parametrize("policy", ["auto", "always"])
def test_it_is_appended_once_as_it_went_out_and_read(policy: str) -> None:
    with bench(policy) as house:
        house.receive(STATUS)
        goes_on(house)
        assert copies(house) == [house.world.server.sent[0].message]
        (mail,) = house.world.account.mails(FOLDER)
        assert mail.flags == {r"\Seen"}


@pytest.mark.parametrize("given", [None, GIVEN], ids=["as it was", "under another id"])
@pytest.mark.parametrize("late", [0, 2])
def test_what_the_server_filed_itself_is_found_and_not_filed_again(given: bytes | None, late: int) -> None:
    with bench() as house:
        house.receive(STATUS)
        house.clock.move(timedelta(seconds=late))
        filed_by_server(house, given)
        goes_on(house)
        assert len(copies(house)) == 1
        assert house.mails[0].raw is None


def test_who_wants_no_copy_gets_none() -> None:
    with bench("never") as house:
        house.receive(STATUS)
        goes_on(house)
        assert copies(house) == []


def test_a_crash_right_before_it_is_filed_loses_no_copy_and_one_right_after_doubles_none() -> None:
    with bench() as house:
        house.receive(STATUS)
        house.clock.move(timedelta(seconds=3))
        house.restart()
        assert len(copies(house)) == 1
    with bench() as house:
        house.receive(STATUS)
        house.world.account.fail("append", MailboxError("unreachable", "gone before it was filed"))
        house.advance(seconds=3)
        filed_by_server(house)
        goes_on(house)
        assert len(copies(house)) == 1


@pytest.mark.parametrize("given", [None, GIVEN], ids=["as it was", "under another id"])
def test_our_own_mail_in_sent_is_ours_and_no_answer_of_the_owners(given: bytes | None) -> None:
    with bench() as house:
        house.receive(STATUS)
        filed_by_server(house, given)
        goes_on(house)
        with house.store.read() as tx:
            (ours,) = tx.execute(messages.select().where(messages.c.outbound)).all()
        assert (ours.own, ours.human) == (True, False)
        (owed,) = house.obligations
        assert owed.state is ObligationState.OPEN
        assert [promise.state for promise in house.promises] == [PromiseState.OPEN]
        # Had it been the owner who wrote, nothing automatic would follow within half an hour.
        assert len(to_clients(house.receive(STATUS, subject="Search"))) == 1
        assert house.reasons == []


def test_an_answer_to_it_stands_in_its_thread_under_whichever_id_the_reader_has_it() -> None:
    for given in (None, GIVEN):
        with bench() as house:
            (mail,) = house.receive(STATUS)
            filed_by_server(house, given)
            goes_on(house)
            seen = str(mail.message["Message-ID"]) if given is None else given.decode()
            assert to_clients(house.receive(STATUS, subject="Any news?", answers=seen.strip("<>"))) == []
            assert house.reasons == ["told"]


def test_a_mail_of_which_nobody_knew_is_known_once_it_lies_there() -> None:
    with bench() as house:
        house.world.server.answer(SubmissionError("unknown", "connection lost"), accepted=True)
        house.receive(STATUS)
        # Sent is asked for a while whether it went out.
        goes_on(house)
        assert [mail.state for mail in house.mails if mail.client] == [MailState.UNKNOWN]
        house.world.account.deliver(house.world.server.sent[0].message, FOLDER)
        house.advance(seconds=3)
        assert [mail.state for mail in house.mails if mail.client] == [MailState.SENT]
        assert len(copies(house)) == 1


def test_the_owners_own_mail_beside_it_is_the_owners() -> None:
    with bench() as house:
        house.receive(STATUS)
        goes_on(house)
        house.owner_sends("Here is the report.", subject="Status", answers="bench.1@elsewhere.example")
        assert house.obligations == []
        with house.store.read() as tx:
            found = tx.execute(messages.select().where(messages.c.outbound).order_by(messages.c.row)).all()
        assert [one.own for one in found] == [True, False]


def test_a_notice_to_the_owner_is_not_filed() -> None:
    """It went to the owner and lies in their inbox."""
    with bench(daemon={"mode": "rehearsal"}) as house:
        assert len(house.receive(STATUS)) == 1
        goes_on(house)
        assert copies(house) == []
