"""What messages and calls took: by kind and month, in minutes and at the client's rate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteglove.clients import Client, Money, WorkingHours
from whiteglove.interruptions import (
    Interruption,
    following,
    interruptions_between,
    interruptions_by_month,
    interruptions_of,
    months_up_to,
    price_of,
)
from whiteglove.ledger import ClientNote
from whiteglove.message import Kind
from whiteglove.worktime import WorkingTime

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EURO = Money("90", "EUR")
MINUTES = {"question": 10.0, "status_request": 5.0, "thanks": 0.0}
BERLIN = WorkingTime(zone=ZoneInfo("Europe/Berlin"), hours=WorkingHours((((time(9), time(17)),),) * 7))

kinds = st.dictionaries(st.sampled_from([Kind.QUESTION, Kind.STATUS_REQUEST, Kind.THANKS]), st.integers(0, 500))
lengths = st.lists(st.none() | st.integers(0, 300), max_size=6)
rates = st.none() | st.decimals(1, 500, places=2).map(lambda amount: Money(str(amount), "EUR"))


def call(minutes: int | None = None, at: datetime = NOW) -> ClientNote:
    return ClientNote(row=1, client="acme", at=at, text="", call=True, minutes=minutes)


def client(rate: Money | None = EURO) -> Client:
    return Client(key="acme", name="Acme", timezone="Europe/Berlin", language="en", hourly_rate=rate)


def test_each_kind_takes_its_minutes_and_a_call_its_own() -> None:
    found = interruptions_of(
        {Kind.QUESTION: 2, Kind.STATUS_REQUEST: 1, Kind.THANKS: 3}, [call(34), call()], MINUTES, EURO
    )
    assert found.kinds == (
        Interruption("call", 2, Decimal(34), Decimal("51.00")),
        Interruption("question", 2, Decimal(20), Decimal("30.00")),
        Interruption("status_request", 1, Decimal(5), Decimal("7.50")),
        Interruption("thanks", 3, Decimal(0), Decimal("0.00")),
    )
    assert (found.count, found.minutes, found.amount) == (8, Decimal(59), Decimal("88.50"))


def test_without_a_rate_there_are_minutes_and_no_amount() -> None:
    found = interruptions_of({Kind.QUESTION: 1}, (), MINUTES, None)
    assert (found.minutes, found.amount, found.kinds[0].amount) == (Decimal(10), None, None)


@pytest.mark.parametrize(("minutes", "amount"), [("1", "1.50"), ("0.1", "0.15"), ("0.01", "0.02"), ("0", "0.00")])
def test_amounts_are_rounded_to_hundredths_halves_up(minutes: str, amount: str) -> None:
    assert price_of(Decimal(minutes), EURO) == Decimal(amount)


@given(kinds, lengths, rates)
def test_what_stands_in_the_list_adds_up(counts: Mapping[Kind, int], calls: list[int | None], rate: Money) -> None:
    found = interruptions_of(counts, [call(minutes) for minutes in calls], MINUTES, rate)
    assert found.count == sum(counts.values()) + len(calls)
    assert sum(one.minutes for one in found.kinds) == found.minutes
    assert [one.kind for one in found.kinds] == sorted({one.kind for one in found.kinds})
    assert all(one.count > 0 for one in found.kinds)
    if rate is None:
        assert found.amount is None
    else:
        assert found.amount == sum((one.amount or Decimal(0) for one in found.kinds), Decimal(0))


def test_a_call_counts_in_the_time_it_began() -> None:
    since, before = NOW, NOW + timedelta(days=1)
    notes = [call(1, since - timedelta(seconds=1)), call(2, since), call(4, before)]
    notes.append(ClientNote(row=2, client="acme", at=since, text="Likes blue."))
    found = interruptions_between(client(), since, before, lambda *_: {}, notes, MINUTES)
    assert found.minutes == Decimal(2)


def test_months_are_the_owners_own_and_empty_ones_are_left_out() -> None:
    asked: list[tuple[datetime, datetime]] = []

    def counts(since: datetime, before: datetime) -> Mapping[Kind, int]:
        asked.append((since, before))
        return {Kind.QUESTION: 1} if since.month == 2 else {}

    months = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
    found = interruptions_by_month(client(), months, BERLIN, counts, (), MINUTES)
    # Midnight in Berlin is 23:00 UTC in winter, 22:00 in summer.
    assert [(since.day, since.hour, before.hour) for since, before in asked] == [
        (31, 23, 23),
        (28, 23, 22),
        (31, 22, 22),
    ]
    assert [one.month for one in found] == [date(2026, 3, 1)]


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(1, 40))
def test_the_months_follow_each_other(last: date, number: int) -> None:
    months = months_up_to(last, number)
    assert len(months) == number
    assert months[-1] == last.replace(day=1)
    assert all(following(first) == second for first, second in pairwise(months))
