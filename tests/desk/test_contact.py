"""Who writes more often than was agreed: what counts, over which stretch, and that it is told once a date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benches import BIRCH, QUESTION, STATUS, acme, plugin
from whiteglove.clients import Client, Limit, WorkingHours
from whiteglove.desk.contact import CONTACT_EXCEEDED, Exceeded, note_contact
from whiteglove.events import ContactExceeded
from whiteglove.store import Store, events, messages
from whiteglove.testing import Bench
from whiteglove.worktime import WorkingTime

BERLIN = "Europe/Berlin"
HOURS = WorkingHours((((time(9), time(17, 30)),),) * 7)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def client(count: int, per: timedelta) -> Client:
    return Client(key="acme", name="Acme GmbH", timezone=BERLIN, language="en", contact_limit=Limit(count, per))


class Post:
    """Mail of Acme's in a store of its own, recorded in the order of the calls."""

    def __init__(self, store: Store, zone: str) -> None:
        self.store = store
        self.worktime = WorkingTime(zone=ZoneInfo(zone), hours=HOURS)
        self._uids = iter(range(1, 1000))

    def record(self, at: datetime, **values: Any) -> int:
        uid = next(self._uids)
        known: dict[str, Any] = {
            "mailbox": "studio", "folder": "INBOX", "uidvalidity": 7, "uid": uid, "recorded_at": NOON,
            "id_hash": self.store.hash_id(f"{uid}@acme.example"), "message_id": f"{uid}@acme.example",
            "client": "acme", "received_at": at, "author_address": "wile@acme.example", "human": True,
            "may_acknowledge": True, "obliges": True, "reason": None,
        }  # fmt: skip
        with self.store.write() as tx:
            return messages.add(tx, **{**known, **values})

    def handle(self, row: int, whose: Client) -> Exceeded | None:
        with self.store.write() as tx:
            return note_contact(tx, messages.get(tx, row), whose, self.worktime)

    def write(self, whose: Client, *moments: datetime, **values: Any) -> list[Exceeded]:
        """Each message is recorded and handled before the next one arrives; what was noted."""
        noted = [self.handle(self.record(at, **values), whose) for at in moments]
        return [found for found in noted if found is not None]


@contextmanager
def post(zone: str = BERLIN) -> Iterator[Post]:
    store = Store.empty()
    try:
        yield Post(store, zone)
    finally:
        store.close()


def every(step: timedelta, number: int, start: datetime = NOON) -> list[datetime]:
    return [start + step * index for index in range(number)]


class TestTheStretch:
    @pytest.mark.parametrize("per", [timedelta(minutes=1), HOUR])
    def test_minutes_and_hours_roll(self, per: timedelta) -> None:
        two = client(2, per)
        with post() as p:
            assert p.write(two, NOON, NOON + per - timedelta(seconds=1), NOON + per) == []
            (found,) = p.write(two, NOON + per)
            assert (found.count, found.date) == (3, date(2026, 3, 2))

    def test_a_day_is_the_owners_local_date(self) -> None:
        two = client(2, DAY)
        with post() as p:
            # 23:30 in Berlin, and 00:10 and 00:20 of the next date: three within an hour, two on one date.
            assert p.write(two, *(datetime(2026, 3, 2, 22, 30, tzinfo=UTC) + minutes for minutes in moments())) == []
            (found,) = p.write(two, datetime(2026, 3, 3, 22, 59, 59, tzinfo=UTC))
            assert (found.count, found.date) == (3, date(2026, 3, 3))

    def test_a_burst_counts_every_message(self) -> None:
        with post() as p:
            (found,) = p.write(client(2, DAY), *every(timedelta(seconds=1), 5))
            assert found.count == 3

    def test_a_week_is_seven_whole_dates(self) -> None:
        two = client(2, 7 * DAY)
        first = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
        with post() as p:
            # In Berlin the first is of Monday the 2nd, so that the 8th is the last date it counts with.
            assert p.write(two, first, first + DAY, datetime(2026, 3, 8, 23, 0, tzinfo=UTC)) == []
        with post() as p:
            (found,) = p.write(two, first, first + DAY, datetime(2026, 3, 8, 22, 59, tzinfo=UTC))
            assert (found.count, found.date) == (3, date(2026, 3, 8))

    @pytest.mark.parametrize(
        ("zone", "day", "length"),
        [
            (BERLIN, date(2026, 3, 29), 23),
            (BERLIN, date(2026, 10, 25), 25),
            # The clocks skip midnight itself, or go through the hour before it twice.
            ("Africa/Cairo", date(2026, 4, 24), 23),
            ("America/Santiago", date(2026, 9, 6), 23),
            ("America/Santiago", date(2026, 4, 4), 25),
        ],
    )
    def test_a_date_on_which_the_clocks_change_is_as_long_as_it_is(self, zone: str, day: date, length: int) -> None:
        with post(zone) as p:
            start = p.worktime.instant(day, time())
            end = start + length * HOUR
            assert p.worktime.local_date(start) == p.worktime.local_date(end - timedelta(seconds=1)) == day
            assert p.worktime.local_date(end) != day
            (found,) = p.write(client(1, DAY), start - timedelta(seconds=1), start, end, end - timedelta(seconds=1))
            assert (found.count, found.date) == (2, day)


def moments() -> list[timedelta]:
    return [timedelta(0), timedelta(minutes=40), timedelta(minutes=50)]


class TestWhatCounts:
    def test_the_owner_the_machine_the_duplicate_and_our_own_do_not(self) -> None:
        two = client(2, DAY)
        with post() as p:
            others = ({"outbound": True}, {"human": False}, {"duplicate_of": 1}, {"own": True}, {"client": "birch"})
            for values in others:
                p.record(NOON, **values)
            assert p.write(two, NOON, NOON) == []
            assert p.write(two, NOON, human=False) == []

    def test_history_counts_with_the_rest_of_its_day_and_is_never_the_one_too_many(self) -> None:
        two = client(2, DAY)
        with post() as p:
            assert p.write(two, *every(HOUR, 4), history=True) == []
            assert p.write(two, NOON - DAY) == []
            (found,) = p.write(two, NOON + 5 * HOUR)
            assert found.count == 5

    def test_who_agreed_to_nothing_exceeds_nothing(self) -> None:
        with post() as p:
            assert p.write(replace(client(1, DAY), contact_limit=None), *every(HOUR, 4)) == []


class TestOnce:
    def test_a_date_is_told_once_and_the_next_one_again(self) -> None:
        with post() as p:
            found = p.write(client(1, DAY), *every(6 * HOUR, 9))
            assert [(one.count, one.date.day) for one in found] == [(2, 2), (2, 3), (2, 4)]
            with p.store.read() as tx:
                assert [len(events.of_subject(tx, CONTACT_EXCEEDED, one.message.row)) for one in found] == [1, 1, 1]
                assert events.counts(tx)["open"] == 3

    def test_what_arrives_today_and_is_dated_yesterday_belongs_to_yesterday(self) -> None:
        with post() as p:
            assert p.write(client(2, DAY), NOON - DAY, NOON, NOON) == []
            assert p.write(client(2, DAY), NOON - DAY + HOUR) == []
            (found,) = p.write(client(2, DAY), NOON - DAY)
            assert (found.count, found.date) == (3, date(2026, 3, 1))

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)])
    @pytest.mark.parametrize("per", [HOUR, DAY, 7 * DAY])
    def test_one_batch_leads_to_one_event_in_whatever_order_it_is_handled(
        self, per: timedelta, order: Sequence[int]
    ) -> None:
        with post() as p:
            rows = [p.record(at) for at in every(timedelta(minutes=5), 4)]
            noted = [p.handle(rows[index], client(2, per)) for index in order]
            assert len([found for found in noted if found is not None]) == 1

    @pytest.mark.parametrize("per", [HOUR, 7 * DAY])
    def test_a_mailbox_that_is_read_late_completes_what_came_after(self, per: timedelta) -> None:
        step = per / 4
        with post() as p:
            assert p.write(client(2, per), NOON, NOON + 2 * step) == []
            (found,) = p.write(client(2, per), NOON + step, mailbox="second")
            assert (found.message.received_at, found.count) == (NOON + 2 * step, 3)

    def test_what_is_too_far_apart_is_not_completed(self) -> None:
        with post() as p:
            late, between = NOON + timedelta(minutes=70), NOON + timedelta(minutes=35)
            assert p.write(client(2, HOUR), NOON, late, between) == []

    @given(
        minutes=st.lists(st.integers(0, 400), min_size=1, max_size=9),
        order=st.randoms(use_true_random=False),
        count=st.integers(1, 3),
    )
    @pytest.mark.long
    def test_an_hour_with_too_many_is_found_whatever_was_recorded_first(
        self, minutes: list[int], order: Any, count: int
    ) -> None:
        moments = [NOON + timedelta(minutes=minute) for minute in minutes]
        order.shuffle(moments)
        with post() as p:
            found = p.write(client(count, HOUR), *moments)
        there = any(sum(at - HOUR < other <= at for other in moments) > count for at in moments)
        assert len(found) == there


class Told:
    """A plugin that remembers what it is told."""

    def __init__(self) -> None:
        self.events: list[ContactExceeded] = []

    def plugin(self) -> object:
        return plugin("told", on_client=lambda event: self.events.append(event))


def agreed(*lines: str) -> dict[str, str]:
    return {"acme": acme('contact_limit = "2 per day"', *lines), "birch": BIRCH}


class TestInTheHouse:
    def test_one_event_and_one_line_of_the_log(self) -> None:
        told = Told()
        with Bench(told.plugin(), clients=agreed()) as bench:
            for number in range(4):
                bench.deliver(STATUS, subject=f"Number {number}")
            bench.run()
            bench.advance(hours=1)
            bench.restart()
            bench.receive(QUESTION)
            (line,) = bench.logged("contact.exceeded")
            assert {name: line[name] for name in ("client", "count", "limit", "date", "message_id", "level")} == {
                "client": "acme", "count": 3, "limit": 2, "date": "2026-03-02",
                "message_id": "bench.3@elsewhere.example", "level": "warning",
            }  # fmt: skip
        (event,) = told.events
        assert (event.client.key, event.count, event.limit, event.date) == (
            "acme", 3, Limit(2, DAY), date(2026, 3, 2)
        )  # fmt: skip
        assert event.message.subject == "Number 2"

    def test_a_crash_between_recording_and_handling_loses_nothing_and_repeats_nothing(self) -> None:
        told = Told()
        with Bench(told.plugin(), clients=agreed()) as bench:
            bench.receive(STATUS)
            for number in range(3):
                bench.deliver(STATUS, subject=f"Number {number}")
            for watcher in bench.daemon.watchers:
                watcher.catch_up()
            bench.restart()
            bench.restart()
            assert len(bench.logged("contact.exceeded")) == len(told.events) == 1

    def test_a_persons_copies_count_and_machines_and_duplicates_do_not(self) -> None:
        with Bench(plugin(), clients=agreed()) as bench:
            for _ in range(3):
                bench.receive("Out until Monday.", headers={"Auto-Submitted": "auto-replied"})
            raw = bench.compose(STATUS, sender="Wile <wile@acme.example>")
            for _ in range(3):
                bench.world.account.deliver(raw)
            bench.run()
            assert bench.logged("contact.exceeded") == []
            for _ in range(2):
                bench.receive("For your information.", to="kim@elsewhere.example", headers={"Cc": "robin@vale.example"})
            (line,) = bench.logged("contact.exceeded")
            assert line["count"] == 3

    def test_history_alone_tells_nobody_and_counts_with_today(self) -> None:
        told = Told()
        with Bench(told.plugin(), clients=agreed(), looked=False) as bench:
            for day in range(3):
                for _ in range(5):
                    bench.deliver(STATUS, age=timedelta(days=day, minutes=10))
            bench.run()
            assert bench.logged("contact.exceeded") == told.events == []
            bench.receive(STATUS)
            assert [event.count for event in told.events] == [6]
