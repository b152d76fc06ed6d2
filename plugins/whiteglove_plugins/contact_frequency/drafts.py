"""The drafts of the ladder: what they are given to say. None of them speaks of how often anybody wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal

from whiteglove import Action, Address, Client, Draft, Json, Withdraw
from whiteglove_plugins.contact_frequency.counting import A_DAY, A_MOMENT, Pattern, written
from whiteglove_plugins.contact_frequency.ladder import Rung, Step, fits, lies_untouched
from whiteglove_plugins.contact_frequency.settings import Ctx

_LIES = 14 * A_DAY
"""How long a draft is worth sending after it was laid there."""
_LIES_LONGER = 60 * A_DAY
"""The same for one that waits for the next project."""
_MILESTONE = 42 * A_DAY
"""A deadline further away than this is no end of a daily line."""
_HUNDREDTH = Decimal("0.01")


def draft_of(client: Client, rung: Rung, ctx: Ctx, *, about_status: bool = False) -> Draft:
    """The draft of a step of the ladder, to whoever at the client wrote most when it was taken. `about_status`: they
    ask how things stand. By the same file and on the same day it says the same, whenever it is asked for.
    """
    step = rung.step
    lies = _LIES_LONGER if step is Step.PRICES else _LIES
    return Draft(
        reason=f"step_{step}",
        key=rung.draft_key(client),
        client=client.key,
        template=step.value,
        subject=f"{step}_subject",
        brief=ctx.words(f"brief_{step}"),
        values={**_values(client, step, ctx, about_status), "elsewhere": _is_elsewhere(client, rung.to, ctx)},
        to=rung.to,
        until=rung.at + lies,
    )


def kept_true(client: Client, rung: Rung, ctx: Ctx) -> list[Action]:
    """The draft of the last step as it has to read by now, as long as it lies there untouched: a deadline that it names
    has come or was moved, or the cadence or the price in the file is another one. Where it reads the same nothing
    happens. The one that only asks names nothing that could change."""
    if rung.step in (Step.ASK, Step.RECONSIDER) or not lies_untouched(client, rung, ctx):
        return []
    if not fits(client, rung.step):
        return [Withdraw(reason="nothing_to_offer", key=rung.draft_key(client))]
    return [draft_of(client, rung, ctx)]


def writes_most(pattern: Pattern, ctx: Ctx) -> str | None:
    """The address of the person of the client's file who wrote most; None where nobody did."""
    found: Counter[str] = Counter()
    for message in written(pattern.client, pattern.since, ctx.now + A_MOMENT, ctx):
        if pattern.client.person_at(message.author) is not None:
            found[message.author.address] += 1
    return found.most_common(1)[0][0] if found else None


def _values(client: Client, step: Step, ctx: Ctx, about_status: bool) -> Mapping[str, Json]:
    match step:
        case Step.ASK:
            return {"about_status": about_status, "call": not client.in_writing}
        case Step.CADENCE:
            return {"at": _hour_of_reports(client), "until": _milestone(client, ctx), "reports": bool(client.report)}
        case Step.INTERVAL:
            within = client.reply_within
            return {"rhythm": _rhythm(client), "within": _hours(within) if within else None}
        case _:
            return _price(client)


def _is_elsewhere(client: Client, address: str | None, ctx: Ctx) -> bool:
    """Whether the reader's clock is another one than the owner's, so that an hour needs a word whose it is."""
    person = client.person_at(Address(address)) if address is not None else None
    theirs = person.timezone if person is not None and person.timezone else client.timezone
    return theirs != ctx.owner.timezone


def _hour_of_reports(client: Client) -> str | None:
    """The time of day at which most of their reports come."""
    hours = Counter(slot.at for slot in client.report)
    return _said(hours.most_common(1)[0][0]) if hours else None


def _milestone(client: Client, ctx: Ctx) -> Json:
    """The next deadline of theirs, where it is near enough to be an end."""
    today = ctx.worktime.local_date(ctx.now)
    ahead = [
        (project.deadline, project.name)
        for project in client.projects
        if project.deadline is not None and today < project.deadline <= today + _MILESTONE
    ]
    if not ahead:
        return None
    day, name = min(ahead)
    return {"project": name, "on": day.isoformat()}


def _rhythm(client: Client) -> list[Json]:
    """The days of the cadence by time and way, as the template of the rhythm tells them."""
    days: dict[tuple[str, str], list[Json]] = {}
    for slot in sorted(client.report):
        days.setdefault((_said(slot.at), slot.by), []).append(slot.weekday)
    return [{"at": at, "by": by, "days": weekdays} for (at, by), weekdays in days.items()]


def _price(client: Client) -> Mapping[str, Json]:
    """What the file says of the present price: hours a week, the price of one, and what a week comes to. Nothing where
    one of them is missing, or where several projects make it unclear whose hours they are."""
    rate, hours = client.hourly_rate, [project.hours_per_week for project in client.projects]
    if rate is None or len(hours) != 1 or not hours[0]:
        return {"hours": None, "rate": None, "week": None, "currency": None}
    week = (Decimal(rate.amount) * Decimal(str(hours[0]))).quantize(_HUNDREDTH)
    return {
        "hours": f"{hours[0]:g}",
        "rate": rate.amount,
        "week": f"{week:f}".removesuffix(".00"),
        "currency": rate.currency,
    }


def _hours(length: timedelta) -> Json:
    """Hours as one says them: 8, not 8.0."""
    hours = length / timedelta(hours=1)
    return int(hours) if hours == int(hours) else hours


def _said(at: time) -> str:
    return f"{at:%H:%M}"
