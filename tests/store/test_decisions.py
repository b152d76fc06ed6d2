"""The owner's word about single mails and events; what is being handed over, or was, is nobody's to change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from benches import COMPLAINT, MANY, STATUS, acme, plugin, to_clients
from store.conftest import MINUTE, NOW, PlanMail
from whiteglove.actions import Hold, Remember
from whiteglove.errors import SubmissionError
from whiteglove.ledger import Audience, MailState
from whiteglove.store import decisions, events, outbox
from whiteglove.store.decisions import BY_OWNER, Released
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

REFUSED = SubmissionError("permanent", "550 5.1.1 no such user", code=550)


def bench(**options: object) -> Bench:
    return Bench(acknowledge, delay="0s", clients={"acme": acme()}, toml=MANY, **options)


def release(b: Bench, row: int = 0) -> Released | None:
    with b.store.write() as tx:
        return decisions.release(tx, b.mails[row], b.clock.now())


def call_off(b: Bench, row: int = 0) -> bool:
    with b.store.write() as tx:
        return decisions.call_off(tx, b.mails[row], b.clock.now())


class TestAHeldMail:
    def test_it_goes_when_it_is_released(self) -> None:
        with bench(beside={"second": plugin(review=lambda mail: Hold(reason="look_first"))}) as b:
            assert to_clients(b.receive(STATUS)) == []
            assert decisions.held_for(b.mails[0]) == "look_first"
            assert release(b) is Released.GOES
            assert decisions.held_for(b.mails[0]) is None
            assert len(to_clients(b.run())) == 1

    def test_the_guard_looks_all_the_same(self) -> None:
        with bench(beside={"second": plugin(review=lambda mail: Hold(reason="look_first"))}) as b:
            b.receive(STATUS)
            b.receive(COMPLAINT, subject="Cover")
            release(b)
            assert to_clients(b.run()) == []
            assert "complaint_open" in b.reasons

    def test_it_never_goes_when_it_is_called_off(self) -> None:
        with bench(beside={"second": plugin(review=lambda mail: Hold(reason="look_first"))}) as b:
            b.receive(STATUS)
            assert call_off(b)
            assert (b.mails[0].state, b.reasons, b.mails[0].settled_at) == (
                MailState.CANCELLED,
                [BY_OWNER],
                b.clock.now(),
            )
            assert release(b) is None
            assert to_clients(b.advance(days=1)) == []


class TestAnAddressThatWasRefused:
    def test_the_mail_is_tried_once_more_and_later_ones_go_again(self) -> None:
        with bench() as b:
            b.world.server.answer(REFUSED)
            b.receive(STATUS)
            b.receive(STATUS, subject="Pages")
            assert b.reasons == ["failed_address"]
            assert release(b) is Released.TRIED_AGAIN
            (mail,) = to_clients(b.run())
            assert mail.subject == "Re: Catalogue"
            assert len(to_clients(b.receive(STATUS, subject="Cover"))) == 1

    def test_a_mail_that_came_back_stays_what_it_is(self) -> None:
        with bench() as b:
            b.receive(STATUS)
            with b.store.write() as tx:
                outbox.change(tx, [b.mails[0].row], state=MailState.FAILED)
            assert release(b) is Released.ADDRESS_SOUND
            assert b.run() == []
            assert b.mails[0].state is MailState.CANCELLED
            assert len(to_clients(b.receive(STATUS, subject="Pages"))) == 1


class TestUnknownFate:
    def test_it_is_settled_without_its_bytes_and_stays_told(self) -> None:
        with bench() as b:
            b.world.server.answer(SubmissionError("unknown", "the connection broke"))
            b.receive(STATUS)
            b.advance(seconds=12)
            assert b.mails[0].raw is not None
            assert release(b) is None
            assert call_off(b)
            mail = b.mails[0]
            assert (mail.state, mail.raw, decisions.is_settled(mail)) == (MailState.UNKNOWN, None, True)
            assert not call_off(b)
            assert to_clients(b.receive(STATUS, answers=b.last_message_id)) == []
            assert b.reasons == ["told"]


@pytest.mark.parametrize("state", [MailState.SUBMITTING, MailState.SENT, MailState.WITHHELD, MailState.CANCELLED])
def test_what_was_handed_over_or_refused_is_left_alone(
    tx: sa.Connection, plan_mail: PlanMail, state: MailState
) -> None:
    row = outbox.get(tx, plan_mail(state=state))
    assert decisions.release(tx, row, NOW) is None
    assert not decisions.call_off(tx, row, NOW)
    assert outbox.get(tx, row.row) == row


def test_mail_to_the_owner_is_never_called_off(tx: sa.Connection, plan_mail: PlanMail) -> None:
    row = outbox.get(tx, plan_mail(audience=Audience.OWNER, not_before=NOW + MINUTE))
    assert not decisions.call_off(tx, row, NOW)
    assert decisions.release(tx, row, NOW) is Released.GOES
    assert outbox.next_due(tx) == NOW


class Broken:
    """A plugin that fails until it is mended."""

    def __init__(self) -> None:
        self.is_mended = False
        self.module = plugin("broken", on_message=lambda event: self._answer())

    def _answer(self) -> list[Remember]:
        if not self.is_mended:
            raise RuntimeError("a defect")
        return [Remember(reason="x", key="seen", value=1)]


def give_up(b: Bench) -> None:
    b.receive("Hello there.")
    for _ in range(5):
        b.advance(hours=1)


class TestAPartOfAnEvent:
    def test_once_the_plugin_is_mended_its_part_is_done(self) -> None:
        broken = Broken()
        with Bench(broken.module) as b:
            give_up(b)
            with b.store.write() as tx:
                (row,) = decisions.parked(tx)
                assert (row.state, decisions.parked_parts(tx, row.row)) == (events.DONE, ("broken",))
                assert decisions.try_again(tx, row)
            broken.is_mended = True
            b.host.resume("broken")
            b.run()
            assert b.memory == {"seen": 1}
            with b.store.read() as tx:
                assert decisions.parked(tx) == ()

    def test_it_is_given_five_attempts_of_its_own(self) -> None:
        with Bench(Broken().module) as b:
            give_up(b)
            failures = len(b.failures)
            with b.store.write() as tx:
                decisions.try_again(tx, decisions.parked(tx)[0])
            b.host.resume("broken")
            b.run()
            with b.store.read() as tx:
                assert (events.counts(tx)["parked"], len(b.failures)) == (0, failures + 1)

    def test_dropped_it_is_over_and_stays_explained(self) -> None:
        broken = Broken()
        with Bench(broken.module) as b:
            give_up(b)
            with b.store.write() as tx:
                (row,) = decisions.parked(tx)
                assert decisions.drop(tx, row)
            broken.is_mended = True
            b.host.resume("broken")
            b.advance(days=1)
            assert b.memory == {}
            with b.store.read() as tx:
                (part,) = events.handlings_of(tx, row.row)
                assert (part.state, part.reason) == (events.DONE, BY_OWNER)
                assert "a defect" in part.error
                assert events.counts(tx)["parked"] == 0


class TestAWholeEvent:
    def park(self, tx: sa.Connection) -> int:
        row = events.add(tx, "PromiseDue", NOW, 1)
        events.claim(tx, NOW, 1)
        events.park(tx, row, "ValueError()")
        return row

    def test_it_is_opened_with_fresh_attempts(self, tx: sa.Connection) -> None:
        row = self.park(tx)
        found = decisions.event(tx, row)
        assert found is not None
        assert not decisions.is_at_hand(found, NOW)
        assert decisions.try_again(tx, found)
        (claimed,) = events.claim(tx, NOW, 9)
        assert (claimed.row, claimed.attempts) == (row, 1)

    def test_dropped_it_is_done_and_says_why(self, tx: sa.Connection) -> None:
        row = self.park(tx)
        found = decisions.event(tx, row)
        assert found is not None
        assert decisions.drop(tx, found)
        after = decisions.event(tx, row)
        assert after is not None
        assert (after.state, after.error) == (events.DONE, "ValueError()")
        assert not events.any_due(tx, NOW)

    def test_what_is_not_parked_is_left_alone(self, tx: sa.Connection) -> None:
        found = decisions.event(tx, events.add(tx, "PromiseDue", NOW, 1))
        assert found is not None
        assert decisions.is_at_hand(found, NOW)
        assert not decisions.try_again(tx, found)
        assert not decisions.drop(tx, found)
        assert decisions.event(tx, 99) is None
        assert decisions.parked(tx) == ()
