"""What the interruptions of clients took, in hours and at their rates, as the summary and a warning say it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial

from whiteglove import Client, Interruptions, interruptions_between
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


def said_money(costs: Iterable[Interruptions], ctx: Ctx) -> str:
    """The sum in each currency; empty where nothing took time, or where no hour has a price."""
    sums: dict[str, Decimal] = {}
    for cost in costs:
        if cost.rate is not None and cost.amount is not None and cost.minutes:
            sums[cost.rate.currency] = sums.get(cost.rate.currency, Decimal(0)) + cost.amount
    point = ctx.words.number(0.5)[1]
    return ", ".join(f"{amount:.2f} {currency}".replace(".", point) for currency, amount in sorted(sums.items()))


def said_hours(costs: Iterable[Interruptions], ctx: Ctx) -> str:
    """The hours that they took together."""
    return ctx.words.number(float(sum((cost.minutes for cost in costs), Decimal(0))) / 60)
