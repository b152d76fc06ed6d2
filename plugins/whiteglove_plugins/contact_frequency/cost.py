"""What the interruptions of clients took, in hours and at their rates, as the summary and a warning say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial

from whiteglove import Client, ClientNote, Interruptions, Kind, interruptions_between, interruptions_of
from whiteglove_plugins.contact_frequency.settings import Ctx


def cost_between(client: Client, since: datetime, before: datetime, ctx: Ctx) -> Interruptions:
    """What a client's messages and calls between two instants took."""
    return interruptions_between(
        client,
        since,
        before,
        partial(ctx.ledger.written_by_kind, client.key),
        ctx.ledger.notes(client.key, since),
        ctx.config.minutes.by_kind(),
    )


def costs_between(
    since: datetime, before: datetime, kinds: Mapping[str, Mapping[Kind, int]], ctx: Ctx
) -> dict[str, Interruptions]:
    """The same of every client in the book whose hour has a price, by key. `kinds` is what the messages of all of them
    wanted in that time."""
    calls: defaultdict[str, list[ClientNote]] = defaultdict(list)
    for call in ctx.ledger.calls(since):
        if call.at < before:
            calls[call.client].append(call)
    minutes = ctx.config.minutes.by_kind()
    priced = [client for client in ctx.book.clients.values() if client.hourly_rate is not None]
    return {
        client.key: interruptions_of(kinds[client.key], calls[client.key], minutes, client.hourly_rate)
        for client in priced
    }


def said_money(costs: Iterable[Interruptions], ctx: Ctx) -> str:
    """The sum in each currency; empty where nothing took time, or where no hour has a price."""
    sums: dict[str, Decimal] = {}
    for cost in costs:
        if cost.rate is not None and cost.amount is not None and cost.minutes:
            sums[cost.rate.currency] = sums.get(cost.rate.currency, Decimal(0)) + cost.amount
    return ", ".join(f"{_said_amount(amount, ctx)} {currency}" for currency, amount in sorted(sums.items()))


def _said_amount(amount: Decimal, ctx: Ctx) -> str:
    """An amount with both digits behind the point, and thousands set apart as in any number."""
    whole, hundredths = f"{amount:.2f}".split(".")
    point = ctx.words.number(0.5)[1]
    return f"{ctx.words.number(int(whole), 0)}{point}{hundredths}"


def said_hours(costs: Iterable[Interruptions], ctx: Ctx) -> str:
    """The hours that they took together."""
    return ctx.words.number(float(sum((cost.minutes for cost in costs), Decimal(0))) / 60)
