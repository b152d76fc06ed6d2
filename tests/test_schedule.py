"""What has come due becomes an event, once, however often anybody looks or starts anew."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benches import BIRCH, MANY, QUESTION, STATUS, TUESDAY_REPORT, acme, plugin
from whiteglove.actions import Action, CancelWake, Json, WakeAt
from whiteglove.errors import MailboxError
from whiteglove.events import TimerFired
from whiteglove.hookspecs import Schedule
from whiteglove.schedule import Scheduler
from whiteglove.settings import Settings
from whiteglove.store import Store, folders
from whiteglove.store.schema import events as events_table
from whiteglove.testing import Bench, BenchClock
from whiteglove_plugins import acknowledge

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Alarm:
    """A plugin that notes each of its moments."""

    def __init__(self, **schedule: Any) -> None:
        self.dues: list[datetime] = []
        self._schedule = Schedule(name="alarm", **schedule)

    def plugin(self) -> object:
        return plugin(
            "alarm",
            schedules=lambda ctx: [self._schedule],
            on_schedule=lambda event: self.dues.append(event.due),
        )


def types(bench: Bench) -> list[str]:
    with bench.store.read() as tx:
        return [row.type for row in tx.execute(events_table.select().order_by(events_table.c.row))]


class TestPluginsMoments:
    def test_daily_at_the_owners_local_time(self) -> None:
        alarm = Alarm(at=time(8, 0))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.advance(hours=18)
            assert alarm.dues == []
            bench.advance(hours=2)
            bench.advance(hours=24)
        assert alarm.dues == [datetime(2026, 3, 3, 7, tzinfo=UTC), datetime(2026, 3, 4, 7, tzinfo=UTC)]

    def test_only_on_its_weekdays(self) -> None:
        alarm = Alarm(at=time(8, 0), weekdays=frozenset({0}))
        with Bench(alarm.plugin(), now=NOON) as bench:
            for _ in range(14):
                bench.advance(days=1)
        assert alarm.dues == [datetime(2026, 3, 9, 7, tzinfo=UTC), datetime(2026, 3, 16, 7, tzinfo=UTC)]

    def test_every_so_often_without_drift(self) -> None:
        alarm = Alarm(every=timedelta(hours=2))
        with Bench(alarm.plugin(), now=NOON) as bench:
            for _ in range(5):
                bench.advance(minutes=67)
        assert alarm.dues == [NOON + timedelta(hours=2), NOON + timedelta(hours=4)]

    def test_once_each_over_restarts(self) -> None:
        alarm = Alarm(at=time(8, 0))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.advance(hours=20)
            for _ in range(3):
                bench.restart()
                bench.advance(minutes=1)
        assert len(alarm.dues) == 1

    def test_slept_through_it_is_fired_late_once(self) -> None:
        alarm = Alarm(at=time(8, 0))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.clock.move(timedelta(days=5))
            bench.restart()
            bench.restart()
        assert alarm.dues == [datetime(2026, 3, 7, 7, tzinfo=UTC)]

    @pytest.mark.parametrize("schedule", [{"at": time(8, 0)}, {"every": timedelta(hours=12)}])
    def test_a_clock_that_ran_far_ahead_and_was_set_back_silences_nobody(self, schedule: dict[str, Any]) -> None:
        alarm = Alarm(**schedule)
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.advance(days=300)
            bench.advance(days=-300)
            before = len(alarm.dues)
            for _ in range(3):
                bench.advance(days=1)
        assert len(alarm.dues) - before == 3
        assert alarm.dues[-3:] == sorted(alarm.dues[-3:])

    def test_so_is_one_that_comes_every_so_often(self) -> None:
        alarm = Alarm(every=timedelta(hours=2))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.advance(hours=9)
        assert alarm.dues == [NOON + timedelta(hours=8)]

    def test_a_moment_before_the_plugin_was_there_was_not_missed(self) -> None:
        alarm = Alarm(at=time(8, 0))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.advance(minutes=1)
        assert alarm.dues == []

    @pytest.mark.parametrize(
        ("now", "dues"),
        [
            # 02:30 is skipped on 29 March 2026 in Berlin, and comes twice on 25 October.
            ("2026-03-28T12:00Z", ["2026-03-29T01:30Z", "2026-03-30T00:30Z"]),
            ("2026-10-24T12:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]),
        ],
    )
    def test_once_a_day_also_when_the_clocks_change(self, now: str, dues: list[str]) -> None:
        alarm = Alarm(at=time(2, 30))
        with Bench(alarm.plugin(), now=datetime.fromisoformat(now)) as bench:
            for _ in range(46 * 2):
                bench.advance(minutes=30)
        assert alarm.dues == [datetime.fromisoformat(due) for due in dues]


class TestAtTheStart:
    def test_whenever_a_configuration_comes_into_force(self) -> None:
        alarm = Alarm(at=time(8, 0), at_start=True)
        with Bench(alarm.plugin(), now=NOON) as bench:
            assert alarm.dues == [NOON]
            bench.advance(minutes=5)
            bench.advance(hours=20)
            bench.restart()
        assert alarm.dues == [NOON, datetime(2026, 3, 3, 7, tzinfo=UTC), NOON + timedelta(hours=20, minutes=5)]

    def test_what_did_not_ask_for_it_is_left_alone(self) -> None:
        alarm = Alarm(at=time(8, 0))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.restart()
        assert alarm.dues == []


class Waking:
    """A plugin that sets timers when a message comes, and notes each that fires."""

    def __init__(self, *wishes: Action) -> None:
        self.fired: list[tuple[str, datetime, Json]] = []
        self._wishes = wishes

    def plugin(self) -> object:
        def on_timer(event: TimerFired) -> None:
            self.fired.append((event.key, event.due, event.value))

        return plugin("waking", on_message=lambda event: list(self._wishes), on_timer=on_timer)


class TestTimers:
    def test_it_fires_once_with_what_it_was_given(self) -> None:
        at = NOON + timedelta(hours=3)
        waking = Waking(WakeAt(reason="later", key="acme", at=at, value={"n": 1}))
        with Bench(waking.plugin(), now=NOON) as bench:
            bench.receive(STATUS)
            bench.advance(hours=2, minutes=59)
            assert waking.fired == []
            bench.advance(minutes=2)
            bench.advance(hours=5)
            bench.restart()
        assert waking.fired == [("acme", at, {"n": 1})]

    def test_it_outlasts_a_restart_and_is_late_rather_than_lost(self) -> None:
        at = NOON + timedelta(hours=1)
        waking = Waking(WakeAt(reason="later", key="acme", at=at))
        with Bench(waking.plugin(), now=NOON) as bench:
            bench.receive(STATUS)
            bench.clock.move(timedelta(days=3))
            bench.restart()
        assert waking.fired == [("acme", at, None)]

    def test_set_anew_the_later_wish_counts_and_cancelled_none(self) -> None:
        first, second = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
        waking = Waking(
            WakeAt(reason="later", key="acme", at=first),
            WakeAt(reason="later", key="acme", at=second),
            WakeAt(reason="later", key="birch", at=first),
            CancelWake(reason="done", key="birch"),
        )
        with Bench(waking.plugin(), now=NOON) as bench:
            bench.receive(STATUS)
            assert bench.timers == {"acme": second}
            bench.advance(hours=1, minutes=1)
            assert waking.fired == []
            bench.advance(hours=1)
        assert waking.fired == [("acme", second, None)]

    def test_no_other_plugin_hears_of_it(self) -> None:
        setting = Waking(WakeAt(reason="later", key="acme", at=NOON + timedelta(hours=1)))
        heard: list[TimerFired] = []
        other = plugin("other", on_timer=lambda event: heard.append(event))
        with Bench(setting.plugin(), beside={"other": other}, now=NOON) as bench:
            bench.receive(STATUS)
            bench.advance(hours=2)
        assert len(setting.fired) == 1
        assert heard == []

    def test_the_next_run_knows_it(self) -> None:
        at = NOON + timedelta(minutes=1)
        waking = Waking(WakeAt(reason="later", key="acme", at=at))
        with Bench(waking.plugin(), now=NOON) as bench:
            bench.receive(STATUS)
            assert bench.daemon.scheduler.next_run() == at


class TestPromisesAndObligations:
    def test_nothing_is_judged_before_sent_was_read_up_to_it(self) -> None:
        with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
            bench.receive(STATUS)
            bench.world.account.fail("connect", MailboxError("unreachable", "nobody there"), times=1)
            bench.advance(days=1, hours=8)
            # That the time has come is no secret; that it was missed nobody knows yet.
            assert "PromiseDue" in types(bench)
            assert not {"PromiseLate", "ObligationOverdue"} & set(types(bench))
            bench.advance(seconds=30)
            assert {"PromiseLate", "ObligationOverdue"} <= set(types(bench))

    def test_each_once_however_often_it_is_looked(self) -> None:
        with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
            bench.receive(STATUS)
            bench.clock.move(TUESDAY_REPORT + timedelta(seconds=1) - bench.clock.now())
            for watcher in bench.daemon.watchers:
                watcher.catch_up()
            # Before the desk has come to handle them.
            assert bench.daemon.scheduler.look() == 3
            assert bench.daemon.scheduler.look() == 0
            bench.run()
            bench.restart()
            for kind in ("PromiseDue", "PromiseLate", "ObligationOverdue"):
                assert types(bench).count(kind) == 1

    def test_nothing_comes_due_for_a_client_who_left(self) -> None:
        with Bench(acknowledge, delay="0s", clients={"acme": acme(), "birch": BIRCH}) as bench:
            bench.receive(STATUS)
            bench.restart(clients={"birch": BIRCH})
            bench.advance(days=4)
            assert not {"PromiseDue", "ObligationOverdue"} & set(types(bench))


class TestHowOftenSentIsRead:
    def test_at_the_poll_interval_while_nothing_matters(self) -> None:
        with Bench(acknowledge) as bench:
            assert bench.daemon.scheduler.sent_interval() == 60.0

    def test_every_fifteen_seconds_while_somebody_waits(self) -> None:
        with Bench(acknowledge, clients={"acme": acme()}) as bench:
            bench.receive(QUESTION)
            assert bench.daemon.scheduler.sent_interval() == 15.0
            bench.advance(minutes=5)
            bench.owner_sends("This one.", answers="bench.1@elsewhere.example")
            assert bench.daemon.scheduler.sent_interval() == 60.0

    def test_while_an_answer_waits_to_be_sent(self) -> None:
        with Bench(acknowledge, delay="3m", clients={"acme": acme()}, toml=MANY) as bench:
            bench.receive(STATUS)
            assert bench.daemon.scheduler.sent_interval() == 15.0

    def test_when_a_promise_is_near_and_just_after_it_is_due(self) -> None:
        with Bench(acknowledge, delay="0s", clients={"acme": acme()}) as bench:
            bench.receive(STATUS)
            bench.advance(minutes=1)
            bench.owner_sends("Soon.", answers="bench.1@elsewhere.example")
            interval = bench.daemon.scheduler.sent_interval
            assert interval() == 60.0
            bench.clock.move(TUESDAY_REPORT - timedelta(hours=2) - bench.clock.now())
            assert interval() == 15.0
            bench.clock.move(timedelta(hours=2) - timedelta(seconds=4))
            assert interval() == pytest.approx(4.05)
            bench.clock.move(timedelta(seconds=4))
            assert interval() == 0.5
            bench.run()
            # The promise is late now, and every mail of the owner's may be the report.
            assert interval() == 15.0

    def test_nothing_is_hurried_for_a_client_who_left(self) -> None:
        with Bench(acknowledge, delay="0s", clients={"acme": acme(), "birch": BIRCH}) as bench:
            bench.receive(STATUS)
            bench.restart(clients={"birch": BIRCH})
            bench.advance(days=4)
            assert bench.daemon.scheduler.sent_interval() == 60.0


class TestTheNextRun:
    def test_is_the_earliest_of_all_that_is_to_come(self) -> None:
        alarm = Alarm(at=time(8, 0))
        with Bench(acknowledge, beside={"alarm": alarm.plugin()}, delay="0s", clients={"acme": acme()}) as bench:
            following = bench.daemon.scheduler.next_run
            assert following() == datetime(2026, 3, 3, 7, tzinfo=UTC)
            bench.clock.move(timedelta(hours=22))
            assert following() == datetime(2026, 3, 4, 7, tzinfo=UTC)
            bench.receive(STATUS)
            assert following() == TUESDAY_REPORT
            bench.receive(QUESTION, subject="Paper")
            # Eight working hours after Tuesday 08:00 in Berlin end on the same day.
            assert following() == TUESDAY_REPORT

    def test_of_one_that_comes_every_so_often_counts_from_its_last(self) -> None:
        alarm = Alarm(every=timedelta(hours=2))
        with Bench(alarm.plugin(), now=NOON) as bench:
            bench.advance(minutes=70)
            assert bench.daemon.scheduler.next_run() == NOON + timedelta(hours=2)

    def test_without_anything_to_come_there_is_none(self) -> None:
        with Bench(acknowledge) as bench:
            assert bench.daemon.scheduler.next_run() is None


@pytest.fixture(scope="module")
def berlin() -> Settings:
    with Bench(plugin()) as bench:
        return bench.settings


@settings(max_examples=60, deadline=None)
@given(
    at=st.times(),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001 - Made aware below.
    steps=st.lists(st.integers(min_value=1, max_value=60 * 40), min_size=3, max_size=12),
)
def test_a_daily_moment_is_fired_at_most_once_a_local_day_and_never_early(
    berlin: Settings, at: time, start: datetime, steps: list[int]
) -> None:
    clock = BenchClock(start.replace(tzinfo=UTC))
    store = Store.empty()
    scheduler = Scheduler(store, berlin, {"made": (Schedule(name="alarm", at=at.replace(microsecond=0)),)}, clock)
    scheduler.look()
    for minutes in steps:
        clock.move(timedelta(minutes=minutes))
        scheduler.look()
    with store.read() as tx:
        rows = list(tx.execute(events_table.select().order_by(events_table.c.row)))
        assert folders.everything(tx) == ()
    dues = [datetime.fromisoformat(row.details["due"]) for row in rows]
    assert all(start.replace(tzinfo=UTC) < due <= row.at for due, row in zip(dues, rows, strict=True))
    days = [berlin.worktime.local_date(due) for due in dues]
    assert len(set(days)) == len(days)
