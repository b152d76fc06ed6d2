"""What a client's messages and calls took of the owner's time: counted by kind and calendar month, in minutes and at
the client's rate. Recorded facts only; nothing is measured or guessed.

A month is the owner's local one. Every amount is rounded to hundredths for itself, halves up, and a sum is the sum of
rounded amounts, so that a list adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from whiteglove.clients import Client, Money
from whiteglove.ledger import ClientNote
from whiteglove.message import Kind
from whiteglove.worktime import WorkingTime

CALL = "call"
"""The kind under which calls stand, beside those of messages."""
_HUNDREDTH = Decimal("0.01")

KindCount = Callable[[datetime, datetime], Mapping[Kind, int]]
"""How many messages of each kind came from one instant to another."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """All of one kind: how many, and the minutes they took. `amount` is None where an hour has no price."""

    kind: str
    count: int
    minutes: Decimal
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Interruptions:
    """What there was within some time, the kinds in alphabetical order. `rate` is the price of an hour."""

    kinds: tuple[Interruption, ...]
    rate: Money | None = None

    @property
    def count(self) -> int:
        return sum(one.count for one in self.kinds)

    @property
    def minutes(self) -> Decimal:
        return sum((one.minutes for one in self.kinds), Decimal(0))

    @property
    def amount(self) -> Decimal | None:
        """What they come to; None where an hour has no price."""
        if self.rate is None:
            return None
        return sum((one.amount for one in self.kinds if one.amount is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class MonthOfInterruptions:
    """A calendar month, by its first day."""

    month: date
    found: Interruptions


def interruptions_of(
    kinds: Mapping[Kind, int], calls: Sequence[ClientNote], minutes: Mapping[str, float], rate: Money | None
) -> Interruptions:
    """What messages of these kinds and these calls took. A message takes the `minutes` of its kind, none where its kind
    has none; a call as long as it was noted to be, nothing where that was not noted."""
    counted = [(str(kind), number, number * Decimal(str(minutes.get(kind, 0.0)))) for kind, number in kinds.items()]
    if calls:
        counted.append((CALL, len(calls), Decimal(sum(call.minutes or 0 for call in calls))))
    return Interruptions(
        tuple(
            Interruption(kind, number, took, price_of(took, rate)) for kind, number, took in sorted(counted) if number
        ),
        rate,
    )


def price_of(minutes: Decimal, rate: Money | None) -> Decimal | None:
    """What so many minutes come to at the price of an hour."""
    if rate is None:
        return None
    return (Decimal(rate.amount) * minutes / 60).quantize(_HUNDREDTH, ROUND_HALF_UP)


def interruptions_between(
    client: Client,
    since: datetime,
    before: datetime,
    counts: KindCount,
    notes: Iterable[ClientNote],
    minutes: Mapping[str, float],
) -> Interruptions:
    """What a client's messages and calls between two instants took, of notes that may reach beyond them."""
    calls = [note for note in notes if note.call and since <= note.at < before]
    return interruptions_of(counts(since, before), calls, minutes, client.hourly_rate)


def interruptions_by_month(
    client: Client,
    months: Sequence[date],
    worktime: WorkingTime,
    counts: KindCount,
    notes: Sequence[ClientNote],
    minutes: Mapping[str, float],
) -> tuple[MonthOfInterruptions, ...]:
    """The same for each of these months, by their first days; those in which there was nothing are left out."""
    found = []
    for month in months:
        since, before = (worktime.instant(day, time()) for day in (month, following(month)))
        found.append(MonthOfInterruptions(month, interruptions_between(client, since, before, counts, notes, minutes)))
    return tuple(one for one in found if one.found.kinds)


def months_up_to(last: date, number: int) -> tuple[date, ...]:
    """The first days of so many months, ascending, the last of them that of `last`."""
    first = last.year * 12 + last.month - number
    return tuple(date((first + later) // 12, (first + later) % 12 + 1, 1) for later in range(number))


def following(month: date) -> date:
    """The first day of the month after this one's."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
