"""A mail that came back was told to nobody; what follows from that, and what does not."""

from __future__ import annotations

import pytest

from benches import COMPLAINT, STATUS
from whiteglove.desk.bounces import came_back
from whiteglove.ledger import MailState
from whiteglove.store import outbox
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge


def test_the_mail_is_a_failed_one_from_then_on_with_its_code() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.receive(STATUS)
        with bench.store.write() as tx:
            (line,) = came_back(tx, 1, "5.1.1", bench.settings, bench.clock.now())
        assert (line["event"], line["error"]) == ("mail.failed", "bounced: 5.1.1")
        (mail,) = bench.mails
        assert (mail.state, mail.reason, mail.error) == (MailState.FAILED, "bounced", "bounced: 5.1.1")
        assert mail.settled_at == bench.clock.now()
        assert [warning.key for warning in bench.warned] == ["bounced:1"]


@pytest.mark.parametrize(("status", "said"), [("5.1.1", "consegnata (5.1.1). A"), ("", "consegnata. A")])
def test_the_owner_is_told_in_their_language(status: str, said: str) -> None:
    with Bench(acknowledge, delay="0s", owner={"language": "it"}) as bench:
        bench.receive(STATUS)
        with bench.store.write() as tx:
            came_back(tx, 1, status, bench.settings, bench.clock.now())
        assert f"la risposta automatica è tornata senza essere {said}" in bench.warned[0].text


def test_a_mail_that_never_left_cannot_come_back() -> None:
    with Bench(acknowledge, delay="1h") as bench:
        bench.receive(STATUS)
        with bench.store.write() as tx:
            assert came_back(tx, 1, "", bench.settings, bench.clock.now()) == []
        assert bench.warned == []


def test_while_it_is_handed_over_the_desk_is_to_ask_again() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.receive(STATUS)
        with bench.store.write() as tx:
            outbox.change(tx, [1], state=MailState.SUBMITTING)
            with pytest.raises(RuntimeError, match="still being handed over"):
                came_back(tx, 1, "", bench.settings, bench.clock.now())


def test_the_owners_own_mail_that_comes_back_is_logged_and_leads_to_no_further_mail() -> None:
    with Bench(acknowledge, delay="0s") as bench:
        bench.receive(COMPLAINT)
        notice = bench.mails[-1]
        with bench.store.write() as tx:
            (line,) = came_back(tx, notice.row, "5.2.2", bench.settings, bench.clock.now())
        assert line["reason"] == "bounced"
        assert len(bench.warned) == 1
        assert bench.run() == []


def test_in_rehearsal_no_client_is_taken_for_dead() -> None:
    with Bench(acknowledge, delay="0s", daemon={"mode": "rehearsal"}) as bench:
        bench.receive(STATUS)
        with bench.store.write() as tx:
            assert came_back(tx, 1, "5.1.1", bench.settings, bench.clock.now()) == []
