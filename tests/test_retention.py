"""Records are kept for their time and then removed, while the daemon goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from benches import MANY, STATUS, acme, plugin, to_clients
from store.conftest import STRANGER
from whiteglove.actions import Remember
from whiteglove.ledger import MailState, PromiseState
from whiteglove.retention import BATCH, ROUND
from whiteglove.store import messages, outbox, schema
from whiteglove.testing import Bench
from whiteglove_plugins import acknowledge

STRANGER_SENDER = "Nobody <nobody@elsewhere.example>"


def bench(retention: str = "30 days", **options: object) -> Bench:
    given = {"clients": {"acme": acme()}, "toml": MANY, "daemon": {"retention": retention}}
    return Bench(acknowledge, delay="0s", **{**given, **options})


def tidy(b: Bench) -> int:
    """Everything that a round removes now."""
    number = 0
    while step := b.daemon.retention.step():
        number += step
    return number


def sizes(b: Bench) -> dict[str, int]:
    with b.store.read() as tx:
        count = sa.func.count()
        return {
            table.name: tx.execute(sa.select(count).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


@pytest.mark.long
def test_the_store_is_as_large_after_half_a_year_as_after_two_months() -> None:
    with bench() as b:
        after = []
        for week in range(26):
            b.receive(STATUS, subject=f"Week {week}")
            b.receive("Buy now!", sender=STRANGER_SENDER)
            b.advance(hours=20)
            b.owner_sends("Here is your report.", subject=f"Report {week}")
            b.advance(days=6, hours=4)
            tidy(b)
            after.append(sizes(b))
        assert largest(after[18:]) == largest(after[8:16])
        assert len(to_clients(b.receive(STATUS, subject="Once more"))) == 1


def largest(found: list[dict[str, int]]) -> dict[str, int]:
    return {name: max(one[name] for one in found) for name in found[0]}


def test_who_was_told_is_not_told_again_although_the_message_is_old() -> None:
    with bench("1 day", clients={"acme": acme(report='["Tue 16:00"]')}) as b:
        b.advance(days=2)
        b.receive(STATUS)
        first = b.last_message_id
        b.advance(days=5)
        assert tidy(b) > 0
        # The promise of Tuesday is open: who asks in the same thread knows it.
        assert [promise.state for promise in b.promises] == [PromiseState.OPEN]
        assert to_clients(b.receive(STATUS, answers=first)) == []
        assert b.reasons == ["told"]


def test_nothing_is_read_or_answered_twice_after_its_row_is_gone() -> None:
    with bench("1 day") as b:
        b.receive(STATUS)
        b.advance(hours=5)
        b.owner_sends("Here is your report.", subject="Report")
        b.advance(days=3)
        b.receive("Thank you!", subject="Thanks")
        tidy(b)
        before = b.recorded
        assert b.advance(hours=1) == []
        assert b.recorded == before == 1
        b.world.account.renumber("INBOX")
        assert to_clients(b.advance(hours=1)) == []
        assert b.recorded == 2, "it is read once more, as history"


def test_a_round_comes_every_hour_and_takes_a_batch_at_a_time() -> None:
    with bench() as b:
        fill(b, BATCH * 2 + 100)
        b.clock.move(timedelta(days=31))
        steps = [b.daemon.retention.step() for _ in range(4)]
        assert steps == [BATCH, BATCH, 99, 0]
        fill(b, 9)
        b.clock.move(timedelta(days=31) - ROUND)
        assert b.daemon.retention.step() == 9
        assert b.daemon.retention.step() == 0
        fill(b, 9)
        assert b.daemon.retention.step() == 0


def fill(b: Bench, number: int) -> None:
    """Strangers' mail that is recorded now."""
    with b.store.write() as tx:
        first = tx.execute(sa.select(sa.func.max(schema.messages.c.uid))).scalar_one() or 0
        for uid in range(first + 1, first + number + 1):
            messages.add(tx, **{**STRANGER, "uid": uid, "recorded_at": b.clock.now()})


def test_what_a_plugin_remembered_for_a_while_is_removed_afterwards() -> None:
    def remember(event: object) -> list[Remember]:
        return [Remember(reason="x", key="short", value=1, until=b.clock.now() + timedelta(hours=2))]

    with Bench(plugin("remembers", on_message=remember)) as b:
        b.receive("Hello")
        tidy(b)
        assert sizes(b)["memory"] == 1
        b.clock.move(timedelta(hours=3))
        tidy(b)
        assert sizes(b)["memory"] == 0


@pytest.mark.parametrize("state", [MailState.SENT, MailState.UNKNOWN])
def test_our_mails_bytes_are_gone_after_a_day_unless_nobody_knows_its_fate(state: MailState) -> None:
    with bench() as b:
        b.receive(STATUS)
        assert b.mails[0].raw is not None
        with b.store.write() as tx:
            outbox.change(tx, [b.mails[0].row], state=state)
            tx.execute(schema.chores.update().values(state="failed"))
        b.clock.move(timedelta(hours=22))
        tidy(b)
        assert b.mails[0].raw is not None
        b.clock.move(ROUND)
        tidy(b)
        assert (b.mails[0].raw is None) == (state is MailState.SENT)
